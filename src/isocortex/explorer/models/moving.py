"""A view of a model with sliders: what it draws is a function of their values, so that a page of a grid can be made."""

import shlex
from abc import abstractmethod
from asyncio import get_running_loop
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from threading import Thread
from typing import Any, TypeAlias

import numpy as np
import panel as pn
from bokeh.model import Model
from bokeh.models import ColumnDataSource, Div

from ..view import Context, View
from .knob import Knob, changed, given_values

Columns: TypeAlias = Mapping[str, np.ndarray]
Frame: TypeAlias = Mapping[str, Columns | str]
"""What pictures show: the name of a source → its columns, the name of a text → its HTML."""

REST = 250
"""ms without a change of a slider, after which what takes longer than a frame is drawn."""


class Moving(View):
    """A view whose pictures follow sliders.

    A subclass makes its figures on :meth:`source` and :meth:`text` and says what they show in :meth:`frame`, within
    100 ms, and in :meth:`settled` what may take longer and is drawn when the sliders rest. Sliders that move faster
    than frames are drawn lose frames between, never the last one.

    Parameters
    ----------
    context : Context
        Words of the address, such as ``?w_ee=8``, are first values.
    name : str
        In the address.
    knobs : sequence of Knob
    place : str
        Where a system from outside is found; empty for the package's own.
    """

    def __init__(self, context: Context, name: str, knobs: Sequence[Knob], place: str = "") -> None:
        super().__init__(context)
        self.name, self.knobs, self.place = name, tuple(knobs), place
        first = given_values(self.knobs, context.query)
        self.sliders = {knob.name: knob.slider(first[knob.name]) for knob in self.knobs}
        self.sources: dict[str, ColumnDataSource] = {}
        self.texts: dict[str, Div] = {}
        self._waiting: Any = None
        self._ready = False
        for slider in self.sliders.values():
            self.on(slider, self.moved)

    def body(self) -> pn.viewable.Viewable:
        """Return the layout. A thread compiles the first frame, so that the server goes on with other pages."""
        layout = self.layout()
        if _served():
            layout.loading = True
            pn.state.onload(lambda: self._compile(layout))
        else:
            self._ready = True
            self.moved()
        return layout

    @property
    @abstractmethod
    def pictures(self) -> Sequence[Sequence[Model]]:
        """Figures and texts in their columns."""

    @property
    @abstractmethod
    def first(self) -> tuple[str, ...]:
        """The parameters that matter most: the page of a file moves them unless it is told others."""

    @property
    def more(self) -> Sequence[pn.viewable.Viewable]:
        """Widgets below the sliders."""
        return ()

    def layout(self) -> pn.viewable.Viewable:
        """Return the pictures with the sliders beside the first column."""
        first, *others = (_stacked(column, share=2 if len(self.pictures) > 1 else 3) for column in self.pictures)
        return pn.FlexBox(first, self._controls(), *others, sizing_mode="stretch_width", flex_wrap="wrap", gap="1.2rem")

    @abstractmethod
    def frame(self, values: Mapping[str, float]) -> Frame:
        """Return what the pictures show at these values of the sliders."""

    def settled(self, values: Mapping[str, float]) -> Frame:
        """Return what takes longer, and is drawn when the sliders rest; nothing by default."""
        return {}

    @property
    def values(self) -> dict[str, float]:
        """Where the sliders are."""
        return {name: float(slider.value) for name, slider in self.sliders.items()}

    @property
    def changes(self) -> dict[str, float]:
        """The values of the sliders that were moved."""
        return changed(self.knobs, self.values)

    def reach(self, name: str) -> tuple[float, float]:
        """Return the ends of a slider."""
        return float(self.sliders[name].start), float(self.sliders[name].end)

    def source(self, name: str, *columns: str, **words: str) -> ColumnDataSource:
        """Return a source that :meth:`frame` or :meth:`settled` fills under its name.

        Parameters
        ----------
        name : str
        *columns : str
            Columns of numbers.
        **words : str
            Columns of words, with what they hold at first.
        """
        first = {**dict.fromkeys(columns, 0.0), **words}  # no range can be set for nothing
        return self.sources.setdefault(
            name, ColumnDataSource({column: [value] for column, value in first.items()}, name=name)
        )

    def text(self, name: str) -> Div:
        """Return a text that :meth:`frame` or :meth:`settled` fills under its name."""
        return self.texts.setdefault(name, Div(sizing_mode="stretch_width"))

    def moved(self) -> None:
        """Draw a frame now, and the rest when the sliders rest."""
        if not self._ready:
            return
        self.show(self.frame(self.values))
        if not _served():
            self.rested()
            return
        document = pn.state.curdoc
        assert document is not None
        if self._waiting is not None:
            document.remove_timeout_callback(self._waiting)
        self._waiting = document.add_timeout_callback(self._rested, REST)

    def rested(self) -> None:
        """Draw what takes longer."""
        self.show(self.settled(self.values))

    def show(self, frame: Frame) -> None:
        """Fill sources and texts."""
        for name, shown in frame.items():
            if isinstance(shown, str):
                self.texts[name].text = shown
            else:
                self.sources[name].data = dict(shown)

    def command(self) -> str:
        """Return the command that writes what is shown as a page for a file."""
        words = [f"{name}={value:.10g}" for name, value in self.changes.items()]
        setting = ["--set", *words] if words else []
        place = ["--system", self.place] if self.place else []
        page = ["--export", f"{self.name}.html", "--view", self.name]
        return shlex.join(["isocortex", "explore", *place, *page, *setting])

    def _controls(self) -> pn.Column:
        """The sliders, each under the meaning of its parameter."""
        parts: list[pn.viewable.Viewable] = []
        for knob in self.knobs:
            if knob.declared.meaning != knob.name:
                parts.append(pn.pane.HTML(f'<p class="soft tight">{escape(knob.declared.meaning)}</p>', margin=0))
            parts.append(self.sliders[knob.name])
        return pn.Column(
            *parts, *self.more, sizing_mode="stretch_width", styles={"flex": "1 1 15rem", "min-width": "0"}
        )

    def _compile(self, layout: pn.viewable.Viewable) -> None:
        """Compute everything once in a thread, then draw; what fails there fails again, with its sentence."""
        document, loop = pn.state.curdoc, get_running_loop()
        assert document is not None

        def draw() -> None:
            if document.session_context is not None and not document.session_context.destroyed:  # it is still open
                document.add_next_tick_callback(lambda: self._begin(layout))

        def compute() -> None:
            with suppress(Exception):
                self.frame(self.values)
                self.settled(self.values)
            with suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(draw)

        Thread(target=compute, daemon=True).start()

    def _begin(self, layout: pn.viewable.Viewable) -> None:
        self._ready, layout.loading = True, False
        with self.errors_shown():
            self.moved()

    def _rested(self) -> None:
        self._waiting = None
        with self.errors_shown():
            self.rested()


def _served() -> bool:
    """Whether a browser shows the page now, rather than a test or a page that is written."""
    document = pn.state.curdoc
    return document is not None and document.session_context is not None


def _stacked(parts: Sequence[Model], share: int) -> pn.Column:
    """Return figures and texts one under the other, in a column of so many shares of the width."""
    shown = [pn.pane.Bokeh(part, margin=0) for part in parts]
    return pn.Column(
        *shown, sizing_mode="stretch_width", styles={"flex": f"{share} 1 21rem", "min-width": "0", "row-gap": "12px"}
    )
