"""A system of one or two variables: fixed points, trajectories from where one clicks, and a bifurcation diagram."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, ClassVar

import numpy as np
import panel as pn
import xarray as xr
from bokeh.events import Tap
from bokeh.model import Model
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure as BokehFigure  # noqa: N812
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import System, continuation, fixed_points, simulate
from ...formats import number
from ...plots.phase_plane import EVENTS
from ...plots.style import BLUE, GREY, SERIES
from ..canvas import frame as empty
from ..canvas import legend_below, span
from ..view import Context, Lines
from .catalogue import Portrait
from .knob import arguments, knob_named
from .moving import Frame, Moving

SIGNS = {
    "stable node": "●",
    "stable spiral": "■",
    "unstable node": "○",
    "unstable spiral": "□",
    "saddle": "◐",
    "centre": "◇",
    "marginal": "◆",
}
"""Filled is stable, open unstable, half-filled a saddle; a circle does not turn, a square does."""
MARKERS = {
    "stable node": ("circle", "black"),
    "stable spiral": ("square", "black"),
    "unstable node": ("circle", "white"),
    "unstable spiral": ("square", "white"),
    "saddle": ("circle", "white"),
    "centre": ("diamond", "white"),
    "marginal": ("diamond", "#999999"),
}
CLICK = "A click into the first picture starts a trajectory."
MOST_TRAJECTORIES = 6
SAVED = 400
"""Points of a trajectory."""
N_STARTS, N_SECTIONS = 128, 5
"""Searches for fixed points, and sections of the diagram: fewer than by default, for a frame in time."""


class PortraitView(Moving):
    """A system that one moves with sliders; a click starts a trajectory.

    Parameters
    ----------
    context : Context
    name : str
        In the address.
    portrait : Portrait
    """

    duration_label: ClassVar[str] = "Length of trajectories (ms)"

    def __init__(self, context: Context, name: str, portrait: Portrait) -> None:
        super().__init__(context, name, portrait.knobs, portrait.place)
        self.portrait, self.box = portrait, dict(portrait.box)
        self.starts = [list(start) for start in portrait.starts]
        self.over = pn.widgets.Select(
            label="Diagram over",
            options=[knob.name for knob in portrait.knobs],
            value=portrait.over,
            width=130,
            margin=0,
        )
        self.duration = pn.widgets.FloatInput(
            label=self.duration_label, value=portrait.duration, start=0.01, end=1e6, width=170, margin=0
        )
        self.clear = pn.widgets.Button(
            label="Clear the trajectories", variant="outline", width=170, margin=(10, 0, 0, 0)
        )
        self._found: tuple[Any, xr.Dataset] = (None, xr.Dataset())
        self.main = self.draw_main()
        self.diagram = self._draw_diagram()
        self.course = self._draw_course()
        self.table = self.text("points")
        self.on(self.over, self._over_changed)
        self.on(self.duration, self._length_changed)
        self.on(self.clear, self._clear, "clicks")

    @abstractmethod
    def draw_main(self) -> BokehFigure:
        """Return the picture that one clicks into."""

    @abstractmethod
    def frame_of(self, system: System, points: xr.Dataset, paths: xr.DataArray) -> Frame:
        """Return what the main picture shows."""

    @abstractmethod
    def state_at(self, x: float, y: float) -> list[float]:
        """Return the state at a place of the main picture."""

    def system(self, values: Mapping[str, float]) -> System:
        """Return the system at these values of the sliders."""
        return self.portrait.system.replace(**values)

    def frame(self, values: Mapping[str, float]) -> Frame:
        """Return fixed points, trajectories and what the main picture shows."""
        system = self.system(values)
        points = fixed_points(system, self.box, n_starts=N_STARTS)
        starts = (self.starts + [self.starts[-1]] * MOST_TRAJECTORIES)[:MOST_TRAJECTORIES]  # one shape, one program
        length = float(self.duration.value)
        paths = simulate(system, starts, duration=length, dt=length / SAVED, solver="tsit5", tolerance=1e-6)
        paths = paths[: len(self.starts)]
        return {
            "points": point_table(points),
            "here": self._here(values, points),
            "now": {"x": np.array([values[str(self.over.value)]])},
            **self._course(paths),
            **self.frame_of(system, points, paths),
        }

    def settled(self, values: Mapping[str, float]) -> Frame:
        """Return the diagram; it is the same while the slider of its own parameter moves."""
        over = str(self.over.value)
        between = self.reach(over)
        others = {name: value for name, value in values.items() if name != over}
        key = (over, between, *others.values())
        if key != self._found[0]:
            system = self.system(values)
            self._found = key, continuation(system, over, between, self.box, n_sections=N_SECTIONS, n_starts=N_STARTS)
        found = self._found[1]
        at, x = found[over].values, found["x"].values[:, 0]
        stable = np.array([str(kind).startswith("stable") for kind in found["kind"].values], bool)
        return {
            "stable": _pieces(at, x, found["branch"].values, stable),
            "unstable": _pieces(at, x, found["branch"].values, ~stable),
            **{
                f"event {kind}": _with_gap(
                    found["at"].values[found["type"].values == kind],
                    found["x_at"].values[found["type"].values == kind, 0],
                )
                for kind in EVENTS
            },
        }

    @property
    def pictures(self) -> Sequence[Sequence[Model]]:
        """The main picture; the diagram with the fixed points and the last trajectory."""
        return [[self.main], [self.diagram, self.table, self.course]]

    @property
    def first(self) -> tuple[str, ...]:
        """The parameter of the diagram."""
        return (str(self.over.value),)

    def body(self) -> pn.viewable.Viewable:
        """Return the layout, whose main picture hears clicks."""
        self.main.on_event(Tap, self.tapped)  # pyright: ignore[reportArgumentType] (Bokeh's type knows no kinds)
        return super().body()

    @property
    def more(self) -> Sequence[pn.viewable.Viewable]:
        """What concerns trajectories and the diagram."""
        hint = pn.pane.HTML(f'<p class="soft tight">{CLICK}</p>', margin=(12, 0))
        return [pn.FlexBox(self.over, self.duration, gap="0.8rem"), hint, self.clear]

    def lines(self) -> Lines:
        """Return the lines that find the same fixed points, portrait and diagram."""
        portrait, over = self.portrait, str(self.over.value)
        name, between = type(portrait.system).__name__, self.reach(over)
        home = _module(portrait.place) if portrait.place else "isocortex.dynamics"
        first = portrait.system.variables[0]
        python = f"""
from isocortex import plots
from isocortex.dynamics import continuation, fixed_point_table, fixed_points
from {home} import {name}

system = {name}({arguments(self.changes)})
box = {self.box!r}
print(fixed_point_table(fixed_points(system, box)))
{self.main_lines()}
branches = continuation(system, {over!r}, {between!r}, box)
diagram = plots.bifurcation({{"": branches}}, variable={first!r}, x_labels=[{over!r}], y_label={first!r})
"""
        return Lines(python, "\n".join([*self._run_command(), self.command()]))

    @abstractmethod
    def main_lines(self) -> str:
        """Return the lines of Python that draw the main picture, from `system` and `box` on."""

    def figure(self) -> Figure:
        """Return the main picture and the diagram side by side."""
        system, over = self.system(self.values), str(self.over.value)
        self.show(self.settled(self.values))
        figure = Figure(figsize=(10.6, 4.8), layout="constrained")
        left, right = figure.subplots(1, 2)
        self.draw_figure(system, left)
        first = system.variables[0]
        plots.bifurcation(
            {"": self._found[1]}, variable=first, x_labels=[knob_named(self.knobs, over).label],
            y_label=self.portrait.labels[first], ax=right,
        )  # fmt: skip
        right.axvline(self.values[over], color=GREY, lw=1, ls=":")
        return figure

    @abstractmethod
    def draw_figure(self, system: System, axis: Any) -> None:
        """Draw the main picture with matplotlib."""

    def range(self, variable: str) -> Range1d:
        """Return the range of an axis."""
        return span(*self.box[variable])

    def points_drawn(self, picture: BokehFigure) -> None:
        """Draw the fixed points of the source ``"here"`` into a picture."""
        source = self.source("here", "x", "y", "over", "first", "half", marker="circle", fill="white")
        _points(picture, source, "x", "y")

    def _here(self, values: Mapping[str, float], points: xr.Dataset) -> Mapping[str, np.ndarray]:
        """Return the fixed points for the main picture and for the diagram."""
        x = points["x"].values
        kinds = points["kind"].values.tolist()
        return {
            "x": x[:, 0],
            "y": x[:, 1] if x.shape[1] > 1 else np.zeros(len(x)),
            "over": np.full(len(x), values[str(self.over.value)]),
            "first": x[:, 0],
            "marker": np.array([MARKERS[kind][0] for kind in kinds], dtype=object),
            "fill": np.array([MARKERS[kind][1] for kind in kinds], dtype=object),
            "half": np.array([7.0 if kind == "saddle" else 0.0 for kind in kinds]),
        }

    def _course(self, paths: xr.DataArray) -> Frame:
        """Return the last trajectory in time."""
        last = paths.values[-1]
        return {
            f"course {name}": {"t": paths["time"].values, "x": last[:, i]}
            for i, name in enumerate(self.portrait.system.variables)
        }

    def _draw_diagram(self) -> BokehFigure:
        first = self.portrait.system.variables[0]
        over = knob_named(self.knobs, str(self.over.value))
        picture = empty(over.label, self.portrait.labels[first], height=300)
        picture.y_range = self.range(first)
        picture.x_range = span(over.low, over.high)
        stable = picture.line("x", "y", source=self.source("stable", "x", "y"), color=BLUE, line_width=2)
        unstable = picture.line(
            "x", "y", source=self.source("unstable", "x", "y"), color=BLUE, line_width=1.5, line_dash="dashed"
        )
        picture.vspan("x", source=self.source("now", "x"), color=GREY, line_dash="dotted")
        items: list[tuple[str, list[Any]]] = [("stable", [stable]), ("unstable", [unstable])]
        for kind, (mark, colour) in EVENTS.items():
            marker = {"o": "circle", "s": "square", "D": "diamond"}[mark]
            drawn = picture.scatter(
                "x", "y", source=self.source(f"event {kind}", "x", "y"), marker=marker, fill_color=colour,
                line_color="black", size=9,
            )  # fmt: skip
            items.append((kind, [drawn]))
        source = self.source("here", "x", "y", "over", "first", "half", marker="circle", fill="white")
        _points(picture, source, "over", "first")
        legend_below(picture, items, columns=3)
        return picture

    def _draw_course(self) -> BokehFigure:
        picture = empty("time (ms)", "last trajectory", height=220)
        low, high = np.array(list(self.box.values())).T
        picture.x_range, picture.y_range = span(0, self.portrait.duration), span(low.min(), high.max())
        items: list[tuple[str, list[Any]]] = []
        for name, colour in zip(self.portrait.system.variables, SERIES, strict=False):
            source = self.source(f"course {name}", "t", "x")
            items.append((name, [picture.line("t", "x", source=source, color=colour, line_width=2)]))
        legend_below(picture, items)
        return picture

    def tapped(self, event: Tap) -> None:
        """Start a trajectory where the main picture was clicked."""
        with self.errors_shown():
            if event.x is not None and event.y is not None:
                self.starts = [*self.starts, self.state_at(event.x, event.y)][-MOST_TRAJECTORIES:]
                self.moved()

    def _clear(self) -> None:
        self.starts = self.starts[-1:]
        self.moved()

    def _length_changed(self) -> None:
        self.course.x_range.update(end=self.duration.value)
        self.moved()

    def _over_changed(self) -> None:
        over = knob_named(self.knobs, str(self.over.value))
        self.diagram.xaxis.axis_label = over.label
        self.diagram.x_range.update(start=self.sliders[over.name].start, end=self.sliders[over.name].end)
        self.moved()

    def _run_command(self) -> list[str]:
        """Return the command that runs the experiment on the same system, where there is one."""
        if not self.portrait.experiment:
            return []
        flags = {knob.name: knob.flag for knob in self.knobs}
        words = [f"{flags[name]} {value:.10g}" for name, value in self.changes.items()]
        return [" ".join(["isocortex run", self.portrait.experiment, *words])]


def point_table(points: xr.Dataset) -> str:
    """Return the fixed points as a table in HTML, with the sign of every kind."""
    names = [escape(str(name)) for name in points["variable"].values]
    head = "".join(f'<th class="right">{name}</th>' for name in names)
    rows = []
    for x, kind, modes in zip(
        points["x"].values, points["kind"].values.tolist(), points["eigenvalue"].values, strict=True
    ):
        cells = "".join(f'<td class="right">{number(value)}</td>' for value in x)
        rows.append(f"<tr><td>{SIGNS[kind]} {kind}</td>{cells}<td>{_modes(modes)}</td></tr>")
    if not rows:
        return "<p>There is no fixed point here.</p>"
    return (
        f"<table><thead><tr><th>fixed point</th>{head}<th>eigenvalues (1/ms)</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _modes(modes: np.ndarray) -> str:
    """Return eigenvalues in words, a pair of complex ones as one."""
    if np.any(np.imag(modes)):
        return f"{number(np.real(modes[0]))} ± {number(abs(np.imag(modes[0])))}i"
    return ", ".join(number(value) for value in np.real(modes))


def _with_gap(x: np.ndarray, y: np.ndarray) -> Mapping[str, np.ndarray]:
    """Return points with one that is nowhere, for a legend shows nothing of an empty source."""
    return {"x": np.append(x, np.nan), "y": np.append(y, np.nan)}


def _pieces(at: np.ndarray, x: np.ndarray, branch: np.ndarray, kept: np.ndarray) -> Mapping[str, np.ndarray]:
    """Return the kept points of all branches as one line, which NaN interrupts where a piece ends.

    A piece reaches to the first point of the next one, so that no gap is seen where stability changes.
    """
    until = kept | (np.append(False, kept[:-1]) & (np.append(-1, branch[:-1]) == branch))
    x = np.where(until, x, np.nan)
    ends = np.flatnonzero(np.diff(branch)) + 1
    return {"x": np.insert(at.astype(float), ends, np.nan), "y": np.insert(x, ends, np.nan)}


def _points(picture: BokehFigure, source: ColumnDataSource, x: str, y: str) -> None:
    """Draw fixed points by kind; the half of a saddle is filled."""
    picture.scatter(
        x, y, source=source, marker="marker", fill_color="fill", line_color="black", line_width=1.4, size=10
    )
    picture.wedge(
        x, y, source=source, radius="half", radius_units="screen", start_angle=np.pi / 2, end_angle=3 * np.pi / 2,
        fill_color="black", line_color=None,
    )  # fmt: skip


def _module(place: str) -> str:
    """Return the module of a class that is named as ``module:Class`` or ``file.py:Class``."""
    return place.rpartition(":")[0].removesuffix(".py").rpartition("/")[2]
