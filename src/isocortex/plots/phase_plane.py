"""Pictures of dynamics: phase lines and planes, bifurcation diagrams, paths in time."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..dynamics import System, fixed_points, manifold, nullclines, rates, simulate, vector_field
from ..dynamics import basins as basins_of
from ..dynamics.core.fixed_points import Box, bounds
from ..errors import require
from .canvas import figure_legend, grid, legend_below, styled
from .style import BLUE, GREEN, GREY, PINK, SERIES, VERMILION

MARKS: dict[str, dict[str, Any]] = {
    "stable node": {"marker": "o", "mfc": "black"},
    "stable spiral": {"marker": "s", "mfc": "black"},
    "unstable node": {"marker": "o", "mfc": "white"},
    "unstable spiral": {"marker": "s", "mfc": "white"},
    "saddle": {"marker": "o", "mfc": "black", "mfcalt": "white", "fillstyle": "left"},
    "centre": {"marker": "D", "mfc": "white"},
    "marginal": {"marker": "D", "mfc": "0.6"},
    "slow point": {"marker": "x"},
}
"""Filled is stable, open unstable, half-filled a saddle; a circle does not turn, a square does."""
TINTS = ("#DCEBF7", "#FBE9CC", "#D9F0E6", "#F6E1EE")
"""Light enough for arrows and lines to be read on them."""
POINT: dict[str, Any] = {"mec": "black", "mew": 1.3, "ms": 8, "ls": "", "zorder": 4, "clip_on": False}
FINE = 301
"""Values of a variable for a smooth curve."""
EVENTS = {"fold": ("o", VERMILION), "Hopf": ("s", GREEN), "branch point": ("D", PINK)}


@styled
def phase_line(system: System, box: Box, *, label: str | None = None) -> Figure:
    """Draw the rate of change of a one-dimensional system against its variable.

    Fixed points, where it is zero, are drawn by kind; arrows between them say where the variable goes.

    Parameters
    ----------
    system : System
    box : mapping of str to (low, high), or sequence of one (low, high)
        Of the variable.
    label : str, optional
        Of the variable, with its unit. Default its name.

    Raises
    ------
    InputError
        If the system is not one-dimensional or the box does not fit it.

    Examples
    --------
    >>> from isocortex.dynamics import RatePopulation
    >>> figure = phase_line(RatePopulation(w=5.0, I=0.5), {"r": (0, 1)}, label="r (share of the maximum)")
    """
    require(
        len(system.variables) == 1,
        f"A phase line is that of one variable; {type(system).__name__} has {', '.join(system.variables)}.",
    )
    (name,), (low, high) = system.variables, (end[0] for end in bounds(system, box))
    figure, axes = grid(1, 1, size=(4.7, 4.3))
    axis, x, found = axes[0, 0], np.linspace(low, high, FINE), fixed_points(system, box)
    axis.axhline(0, color=GREY, lw=0.8, ls=":", zorder=1)
    keys = {f"d{name}/dt": axis.plot(x, rates(system, x[:, None])[:, 0], color=BLUE, lw=2, zorder=2)[0]}
    points = found["x"].values[:, 0]
    ends = np.unique([low, *points, high])
    middle = (ends[1:] + ends[:-1]) / 2
    axis.quiver(
        middle, 0 * middle, np.sign(rates(system, middle[:, None])[:, 0]), 0 * middle,
        color="0.45", angles="uv", scale=14, width=0.006, pivot="mid", zorder=3,
    )  # fmt: skip
    for point, kind in zip(points, found["kind"].values, strict=True):
        (keys[kind],) = axis.plot(point, 0, **POINT, **MARKS[kind])
    axis.set(xlim=(low, high), xlabel=label or name, ylabel=f"d{name}/dt (1/ms)")
    legend_below(figure, keys.values(), keys)
    return figure


@styled
def phase_plane(
    systems: System | Mapping[str, System],
    box: Box | Mapping[str, Box],
    *,
    starts: Any = None,
    trajectories: Mapping[str, np.ndarray] | None = None,
    duration: float | int = 50,
    dt: float | int = 0.1,
    basins: bool = False,
    labels: Sequence[str] | None = None,
) -> Figure:
    """Draw the phase plane of a two-dimensional system, or several side by side, as textbooks do.

    Nullclines, the direction of the field (arrows of equal length), fixed points by kind, the stable manifolds of
    saddles (separatrices), and trajectories from given starts.

    Parameters
    ----------
    systems : System, or mapping of str to System
        One, or title → system.
    box : mapping of str to (low, high), or sequence of (low, high)
        Of all panels, or title → box of each.
    starts : array, shape (trial, 2), optional
        Where trajectories begin; none are drawn by default.
    trajectories : mapping of str to array, shape (time, 2), optional
        Title → one that is known already, such as that of a spiking neuron; NaN interrupts it.
    duration, dt : float
        Of the trajectories, in ms (Runge–Kutta of order 4). Defaults 50 and 0.1.
    basins : bool
        Tint where paths of that duration end at each of several stable fixed points. Default False.
    labels : (str, str), optional
        Of the axes, with units. Default the names of the variables.

    Raises
    ------
    InputError
        If a system is not two-dimensional or the box does not fit it.

    Examples
    --------
    >>> from isocortex.dynamics import WilsonCowan
    >>> figure = phase_plane(WilsonCowan(), {"E": (0, 1), "I": (0, 1)}, starts=[[0.5, 0.1]])
    """
    panels = {"": systems} if isinstance(systems, System) else dict(systems)
    columns = 2 if len(panels) == 4 else min(len(panels), 3)
    rows = -(-len(panels) // columns)
    own = isinstance(box, Mapping) and set(box) == set(panels)
    boxes: Mapping[str, Any] = box if own else dict.fromkeys(panels, box)  # pyright: ignore[reportAssignmentType]
    size = (4.4 * columns + 0.3, 4.1 * rows + 0.9)
    figure, axes = grid(rows, columns, size=size, sharex=not own, sharey=not own)
    for axis in axes.flat[len(panels) :]:
        axis.remove()
    names = labels or next(iter(panels.values())).variables
    keys: dict[str, Any] = {}
    for axis, (title, system) in zip(axes.flat, panels.items(), strict=False):
        keys |= _draw_plane(axis, system, boxes[title], starts, duration, dt, basins)
        if title in (trajectories or {}):
            (keys["trajectory"],) = axis.plot(*(trajectories or {})[title].T, color=GREEN, lw=1, zorder=3)
        axis.set_title(title)
    for axis in axes[-1]:
        axis.set_xlabel(names[0])
    for axis in axes[:, 0]:
        axis.set_ylabel(names[1])
    order = sorted(keys, key=lambda name: (list(MARKS).index(name) + 1) if name in MARKS else 0)
    figure_legend(figure, [keys[name] for name in order], order, loc="outside lower center", ncols=3)
    return figure


def _draw_plane(
    axis: Axes, system: System, box: Box, starts: Any, duration: float | int, dt: float | int, tinted: bool
) -> dict[str, Any]:
    """Draw one phase plane; return what its legend needs."""
    low, high = bounds(system, box)
    keys: dict[str, Any] = {}
    x, y = system.variables
    field = vector_field(system, box, n=19)
    u, v = (field.sel(variable=name).values / (high - low)[i] for i, name in enumerate((x, y)))
    size = np.maximum(np.hypot(u, v), 1e-300)
    axis.quiver(
        field[x], field[y], u / size, v / size,
        angles="uv", color="0.72", scale=30, width=0.0028, headwidth=4, pivot="mid", zorder=1,
    )  # fmt: skip
    for (name, curves), colour in zip(nullclines(system, box).items(), (BLUE, VERMILION), strict=True):
        for curve in curves:
            (keys[f"d{name}/dt = 0"],) = axis.plot(*curve.T, color=colour, lw=2, zorder=2)
    if starts is not None:
        for path in simulate(system, np.atleast_2d(starts), duration=duration, dt=dt).values:
            near = np.all(np.abs(path - (low + high) / 2) < 1.5 * (high - low), axis=1, keepdims=True)
            (keys["trajectory"],) = axis.plot(*np.where(near, path, np.nan).T, color=GREEN, lw=1, zorder=3)
            axis.plot(*path[0], ".", color=GREEN, ms=5, zorder=3)
    found = fixed_points(system, box)
    stable = found["x"].values[[str(name).startswith("stable") for name in found["kind"].values]]
    if tinted and len(stable) > 1:
        ends = basins_of(system, box, stable, duration=duration, dt=dt)
        for i, (point, tint) in enumerate(zip(stable, TINTS, strict=False)):
            inside = np.where(ends == i, 0.0, np.nan)
            axis.pcolormesh(ends[x], ends[y], inside, cmap=ListedColormap([tint]), rasterized=True, zorder=0)
            first, second = np.round(point, 2) + 0.0  # a zero without a sign
            keys[f"basin of ({first:.2f}, {second:.2f})"] = Patch(color=tint)
    for point, name in zip(found["x"].values, found["kind"].values, strict=True):
        if name == "saddle":
            for curve in manifold(system, point, box):
                (keys["separatrix"],) = axis.plot(*curve.T, color="black", lw=1.2, ls=(0, (4, 2)), zorder=3)
        (keys[name],) = axis.plot(*point, **POINT, **MARKS[name])
    axis.set_xlim(low[0], high[0])
    axis.set_ylim(low[1], high[1])
    return keys


@styled
def bifurcation(
    found: Mapping[str, xr.Dataset],
    *,
    variable: str,
    x_labels: Sequence[str],
    y_label: str,
    cycles: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]] | None = None,
) -> Figure:
    """Draw branches of fixed points against the parameter that moves them: solid where stable, dashed where not.

    Parameters
    ----------
    found : mapping of str to Dataset
        Title → branches, from :func:`isocortex.dynamics.continuation`.
    variable : str
        The variable that is drawn.
    x_labels : sequence of str
        What each parameter is, with its unit.
    y_label : str
    cycles : mapping of str to (parameter, low, high), optional
        Title → extremes of limit cycles.
    """
    figure, axes = grid(1, len(found), size=(4.2 * len(found) + 0.6, 3.9))
    keys: dict[str, Any] = {
        "stable": Line2D([], [], color=BLUE, lw=2),
        "unstable": Line2D([], [], color=BLUE, lw=1.4, ls="--"),
    }
    for axis, (title, branches), x_label in zip(axes[0], found.items(), x_labels, strict=True):
        parameter = branches[branches.attrs["parameter"]].values
        values = branches["x"].sel(variable=variable).values
        stable = np.array([str(name).startswith("stable") for name in branches["kind"].values], bool)
        changes = (np.diff(branches["branch"].values) != 0) | (np.diff(stable) != 0)
        for piece in np.split(np.arange(len(values)), np.flatnonzero(changes) + 1):
            if len(piece):
                look = {"lw": 2} if stable[piece[0]] else {"lw": 1.4, "ls": "--"}
                axis.plot(parameter[piece], values[piece], color=BLUE, **look)
        if title in (cycles or {}):
            at, low, high = (cycles or {})[title]
            (keys["limit cycle: highest, lowest"],) = axis.plot(at, high, color=GREEN, lw=1.6)
            axis.plot(at, low, color=GREEN, lw=1.6)
        for kind, at, x in zip(
            branches["type"].values, branches["at"].values, branches["x_at"].sel(variable=variable).values, strict=True
        ):
            marker, colour = EVENTS[kind]
            (keys[kind],) = axis.plot(at, x, marker, color=colour, mec="black", ms=7)
        axis.set_title(title)
        axis.set_xlabel(x_label)
    axes[0, 0].set_ylabel(y_label)
    legend_below(figure, keys.values(), keys.keys())
    return figure


@styled
def paths(
    panels: Mapping[str, Mapping[str, xr.DataArray]],
    *,
    y_label: str | Sequence[str],
    shaded: tuple[float | int, float | int] | None = None,
    level: Sequence[float | int] = (),
) -> Figure:
    """Draw simulated paths against time, a panel each, one above the other.

    Parameters
    ----------
    panels : mapping of str to mapping of str to DataArray, shape (time,)
        Title → name of a line → its values, with ``time`` in ms. A line without a name has no entry in the legend.
    y_label : str, or a sequence of str
        One for all panels, or one each.
    shaded : (float, float), optional
        A stretch of time in ms that is marked, such as a pulse.
    level : sequence of float
        Dotted horizontal lines, such as fixed points.
    """
    figure, axes = grid(len(panels), 1, size=(7.4, 1.75 * len(panels) + 0.8), sharex=True)
    handles: dict[str, Any] = {}
    for i, (axis, (title, lines)) in enumerate(zip(axes[:, 0], panels.items(), strict=True)):
        for value in level:
            axis.axhline(value, color=GREY, lw=0.8, ls=":")
        if shaded is not None:
            axis.axvspan(*shaded, color="0.9", lw=0)
        for (name, line), colour in zip(lines.items(), cycle(SERIES), strict=False):
            (drawn,) = axis.plot(line["time"], line, color=colour, lw=1.2)
            handles |= {name: drawn} if name else {}
        axis.set_title(title, loc="left")
        axis.set_ylabel(y_label if isinstance(y_label, str) else y_label[i])
    axes[-1, 0].set_xlabel("time (ms)")
    if len(handles) > 1:
        figure_legend(figure, handles.values(), handles.keys(), loc="outside lower center", ncols=min(len(handles), 4))
    return figure
