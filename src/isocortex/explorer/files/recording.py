"""My own data: drop a recording, see its RDM, tuning and noise, and compare it with models that ship."""

from collections.abc import Mapping
from html import escape
from typing import Any

import panel as pn
from matplotlib.figure import Figure

from ...errors import require
from ...formats import counted, listed, visible
from ...rdms import RDMs
from ..parts.comparison import ComparisonPart, Sides
from ..parts.part import Tabbed
from ..parts.parts import parts_of
from ..parts.source import Source
from ..view import Context, Lines, View
from .dropped import ENDINGS, LARGEST_MB, Dropped, around, comparing, is_session, opened, reading
from .shipped import are_angles, drawn, models_of, shown_to_models

SAYS = (
    f"Drop one file ({', '.join(ENDINGS)}) with responses (stimulus × unit, or repeat × stimulus × unit) or RDMs, and, "
    "if you like, the pictures that were shown, named as the stimuli. The files stay on this machine, and are read and "
    f"forgotten. Together they may have {LARGEST_MB} MB."
)
MOST_NAMED = 12
NO_MODEL = (
    "The models that ship see images. The labels of these stimuli are no angles, of which gratings could be drawn: "
    "drop the pictures too, each named as its stimulus, such as face.png."
)


class MyRecording(View):
    """A recording that is dropped on the page."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.drop = pn.widgets.FileDropper(
            multiple=True,
            max_total_file_size=f"{LARGEST_MB}MB",
            previews=[],
            sizing_mode="stretch_width",
            max_width=640,
        )
        self.window = pn.widgets.TextInput(label="Window around events (ms)", placeholder="50, 450", width=200)
        self.by = pn.widgets.TextInput(label="Column that names the stimuli", placeholder="image_name", width=240)
        self._events = pn.Row(self.window, self.by, visible=False)
        self.parts: Tabbed | None = None
        self._words = pn.pane.HTML("", sizing_mode="stretch_width")
        self._place = pn.Column(sizing_mode="stretch_width")
        for widget in (self.drop, self.window, self.by):
            self.on(widget, self._open)

    def _open(self) -> None:
        self.parts, self._place[:], self._words.object = None, [], ""
        self._events.visible = any(map(is_session, self.drop.value))
        if not self.drop.value:
            return
        dropped = opened(self.drop.value, around(self.window.value, self.by.value))
        source = _source(dropped)
        parts = parts_of(self, source, {})
        parts.pop("Comparison", None)
        parts["Compare with models"] = lambda: self._compared(dropped)
        self._words.object = _said(dropped)
        self.parts = Tabbed(self, parts)
        self._place[:] = [self.parts.body()]

    def _compared(self, dropped: Dropped) -> ComparisonPart:
        shown = shown_to_models(dropped)
        require(shown is not None, NO_MODEL)
        assert shown is not None
        images, lines = shown
        contents = dropped.contents
        data = contents.responses if contents.rdms is None else contents.rdms
        python = (
            f"{reading(dropped)}\n{lines}\nic.write('models.nc', models)\n"
            f"data = contents.{'responses' if contents.rdms is None else 'rdms'}"
        )
        sides = Sides(
            python,
            models_of(images, contents.stimuli),
            data,
            lambda how, similarity, inference: comparing(dropped, how, similarity, inference),
        )
        return ComparisonPart(self, sides)

    def body(self) -> pn.viewable.Viewable:
        says = pn.pane.HTML(f"<p>{SAYS}</p>", sizing_mode="stretch_width")
        return pn.Column(says, self.drop, self._events, self._words, self._place, sizing_mode="stretch_width")

    @property
    def _opened(self) -> Tabbed:
        require(self.parts is not None, "Drop a recording first.")
        assert self.parts is not None
        return self.parts

    def lines(self) -> Lines:
        return self._opened.lines()

    def figure(self) -> Figure:
        return self._opened.figure()


def _source(dropped: Dropped) -> Source:
    """Return what a dropped recording holds, as every run is looked at."""
    contents, python, seen = dropped.contents, reading(dropped), dropped.pictures
    angles = are_angles(contents.stimuli, contents.labelled)
    if angles and not seen:
        seen = dict(zip(map(str, contents.stimuli.tolist()), drawn(contents.stimuli), strict=True))
    shown = {label: seen[str(label)] for label in contents.stimuli.tolist() if str(label) in seen}
    what: dict[str, Any] = {"pictures": shown, "categories": contents.categories, "unit": "°" if angles else ""}
    if contents.rdms is None:
        return Source(f"{python}\nresponses = contents.responses", contents.responses, **what)
    rows = contents.rdms
    names = [f"{i + 1}: {label}" if len(rows) > 1 else label for i, label in enumerate(rows.labels)]
    rdms = {name: RDMs(rows.dissimilarities[[i]], rows.stimuli, (name,), rows.measure) for i, name in enumerate(names)}
    python += (
        "\nrows = contents.rdms\nrdms = {name: ic.RDMs(rows.dissimilarities[[i]], rows.stimuli, (name,), rows.measure) "
        f"for i, name in enumerate({names!r})}}"
    )
    return Source(python, rdms=rdms, **what)


def _said(dropped: Dropped) -> str:
    """Say what the file holds, escaped."""
    contents = dropped.contents
    if contents.rdms is not None:
        stimuli = counted(len(contents.stimuli), "stimulus", "stimuli")
        held = f"{counted(len(contents.rdms), 'RDM')} of {stimuli}"
    else:
        named = list(contents.responses.items())[:MOST_NAMED]
        held = listed(f"{visible(name)} ({_sizes(x.sizes)})" for name, x in named)
    notes = "".join(f"<p>{escape(visible(note))}</p>" for note in contents.notes)
    numbered = "" if contents.labelled else " The file names no stimuli; they are numbered."
    return f"<p>{escape(f'{visible(dropped.name)} holds {held}.{numbered}')}</p>{notes}"


def _sizes(sizes: Mapping[Any, int]) -> str:
    plural = {"stimulus": "stimuli"}
    return " × ".join(counted(n, dim, plural.get(dim, "")) for dim, n in sizes.items())
