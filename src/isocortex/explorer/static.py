"""A view of a model as one file that works without a server: everything is computed on a grid of its sliders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from bokeh.embed import components
from bokeh.models import CustomJS, InlineStyleSheet, Slider
from bokeh.resources import Resources
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..errors import require, unknown
from ..formats import listed
from ..runs.files import write_whole
from ..version import __version__
from .design import PAGE, WIDGETS
from .models.knob import knob_named
from .models.moving import Moving
from .view import Context
from .views import all_views

GRID = {1: 61, 2: 17}
"""Values of a parameter by default, of one and of two that move."""
MOST = 2000
"""Frames of a page: about 20 MB."""
MOVE = """
const place = sliders.reduce((place, slider, j) => {
  return place * counts[j] + Math.round((slider.value - slider.start) / slider.step)
}, 0)
sources.forEach((source, j) => {
  const columns = shown[j][at[j][place]]
  source.data = Object.fromEntries(names[j].map((name, k) => [name, columns[k]]))
})
texts.forEach((text, j) => { text.text = words[j][place] })
"""
"""Put the frame of where the sliders are into the sources and texts."""


@dataclass(frozen=True)
class Exported:
    """A page that was written.

    Attributes
    ----------
    path : Path
    grid : dict of str to int
        Parameter → how many of its values the page holds.
    megabytes : float

    Examples
    --------
    >>> Exported(Path("view.html"), {"I_e": 61}, 3.7).grid["I_e"]
    61
    """

    path: Path
    grid: Mapping[str, int]
    megabytes: float


def export(
    path: str | PathLike[str],
    view: str = "wilson-cowan",
    *,
    over: Sequence[str] = (),
    grid: int | None = None,
    values: Mapping[str, float | int | str] | None = None,
    systems: Mapping[str, Any] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Exported:
    """Write a view of a model as a page that works from a file, without a server.

    One or two sliders of the page move, over values at which everything was computed before.

    Parameters
    ----------
    path : path
        A file that ends in ``.html``.
    view : str
        The name in the address of the view. Default ``"wilson-cowan"``.
    over : sequence of str
        One or two parameters that can be moved. Default: the first that matters for the view.
    grid : int, optional
        Values of each, from end to end of its slider. Default 61 of one parameter, 17 of each of two.
    values : mapping of str to float, optional
        Of the other parameters.
    systems : mapping of str to System, optional
        Place → a system from outside, whose view can then be written.
    progress : callable, optional
        Called with the stage, frames done, and all frames.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For an unknown view or parameter, a view without a model, a value out of bounds, or a grid too large.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> page = export(f"{mkdtemp()}/synapse.html", "short-term-plasticity", over=["rate"], grid=3)
    >>> page.grid
    {'rate': 3}
    """
    file = Path(path)
    require(file.suffix == ".html", f"A page needs a name that ends in .html; got {file}.")
    views = all_views(systems or {})
    if view not in views:
        raise unknown("view", view, views)
    context = Context(systems=systems or {}, query={name: str(value) for name, value in (values or {}).items()})
    shown = views[view].make(context) if views[view].group == "Models" else None
    if not isinstance(shown, Moving):
        raise unknown("view of a model", view, [name for name, entry in views.items() if entry.group == "Models"])
    for name in values or {}:
        knob_named(shown.knobs, name)
    knobs = [knob_named(shown.knobs, name) for name in (over or shown.first)]
    require(
        1 <= len(knobs) <= 2 and len({knob.name for knob in knobs}) == len(knobs),
        f"A page moves one or two different parameters; got {listed(over)}.",
    )
    count = grid or GRID[len(knobs)]
    require(2 <= count <= MOST ** (1 / len(knobs)), f"A grid has 2 to {MOST} frames in all; got {count} of each.")
    axes = [Axis(knob.name, knob.label, np.linspace(*shown.reach(knob.name), count)) for knob in knobs]
    frames = _frames(shown, axes, progress)
    page = _page(shown, axes, frames, title=views[view].title, question=views[view].question).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, page)
    return Exported(file, {axis.name: count for axis in axes}, len(page) / 1e6)


@dataclass(frozen=True, eq=False)
class Axis:
    """A parameter that the page moves, and its values."""

    name: str
    label: str
    values: np.ndarray

    def nearest(self, value: float) -> int:
        """Return the place of the value that is nearest."""
        return int(np.argmin(np.abs(self.values - value)))

    def slider(self, value: float) -> Slider:
        """Return Bokeh's slider, as near to a value as it can be."""
        first, second, last = self.values[0], self.values[1], self.values[-1]
        return Slider(
            start=float(first),
            end=float(last),
            step=float(second - first),
            value=float(self.values[self.nearest(value)]),
            title=self.label,
            sizing_mode="stretch_width",
            stylesheets=[InlineStyleSheet(css=WIDGETS)],
        )


def _frames(
    view: Moving, axes: Sequence[Axis], progress: Callable[[str, int, int], None] | None
) -> list[Mapping[str, Any]]:
    """Return what is shown at every combination of values, the last parameter changing fastest."""
    frames, total = [], int(np.prod([len(axis.values) for axis in axes]))
    for place in product(*(axis.values.tolist() for axis in axes)):
        values = view.values | {axis.name: value for axis, value in zip(axes, place, strict=True)}
        frames.append({**view.frame(values), **view.settled(values)})
        if progress is not None:
            progress("frames", len(frames), total)
    return frames


def _page(view: Moving, axes: Sequence[Axis], frames: list[Mapping[str, Any]], *, title: str, question: str) -> str:
    """Return the page as text."""
    values, counts = view.values, [len(axis.values) for axis in axes]
    sliders = [axis.slider(values[axis.name]) for axis in axes]
    stored = {name: _stored([frame[name] for frame in frames]) for name in view.sources}
    move = CustomJS(
        args={
            "sliders": sliders,
            "counts": counts,
            "sources": list(view.sources.values()),
            "names": [list(frames[0][name]) for name in view.sources],
            "shown": [shown for shown, _ in stored.values()],
            "at": [at for _, at in stored.values()],
            "texts": list(view.texts.values()),
            "words": [[frame[name] for frame in frames] for name in view.texts],
        },
        code=MOVE,
    )
    for slider in sliders:
        slider.js_on_change("value", move)
    view.show(frames[int(np.ravel_multi_index([axis.nearest(values[axis.name]) for axis in axes], counts))])
    for text in view.texts.values():
        text.stylesheets = [InlineStyleSheet(css=WIDGETS)]
    columns = view.pictures
    script, parts = components([*sliders, *(part for column in columns for part in column)])
    given = iter(parts)
    held = listed([f"{len(axis.values)} values of {axis.name}" for axis in axes])
    environment = Environment(
        loader=PackageLoader("isocortex.explorer", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("static.html.jinja").render(
        title=title,
        question=question,
        page=Markup(PAGE),
        scripts=[Markup(code) for code in Resources(mode="inline", components=["bokeh", "bokeh-widgets"]).js_raw],
        sliders=[Markup(next(given)) for _ in sliders],
        columns=[[Markup(next(given)) for _ in column] for column in columns],
        script=Markup(script),
        note=f"Everything was computed before, for {held}, by isocortex {__version__}. "
        "In isocortex explore all parameters move, and a click into a phase plane starts a trajectory.",
        lines=view.lines(),
    )


def _stored(frames: Sequence[Mapping[str, np.ndarray]]) -> tuple[list[list[Any]], list[int]]:
    """Return the different columns of a source, and which of them each frame shows."""
    shown: list[list[Any]] = []
    places: dict[tuple[bytes, ...], int] = {}
    at = []
    for columns in frames:
        small = [_small(values) for values in columns.values()]
        key = tuple(repr(values).encode() if isinstance(values, list) else values.tobytes() for values in small)
        if key not in places:
            places[key] = len(shown)
            shown.append(small)
        at.append(places[key])
    return shown, at


def _small(values: np.ndarray) -> Any:
    """Return a column as it is kept: numbers in single precision, finer than a pixel, and words as a list."""
    return values.tolist() if values.dtype == object else np.asarray(values, np.float32)
