"""Figures of spiking neurons: potentials, rasters, points beside a law, and maps of two parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from .canvas import grid, legend_below, styled
from .style import BRAIN, GREY, SERIES, short


@dataclass(frozen=True, eq=False)
class Measured:
    """Points that were simulated, with their intervals, and the law beside them.

    Attributes
    ----------
    x, y : array, shape (point,)
    low, high : array, shape (point,), optional
        Ends of the intervals.
    law : (x, y), optional
        A line of theory, in the same colour.
    """

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    law: tuple[np.ndarray, np.ndarray] | None = None


@styled
def potentials(
    panels: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]],
    *,
    peak: float | int,
    columns: int = 3,
    y_label: str = "membrane potential (mV)",
) -> Figure:
    """Draw membrane potentials over time, a panel each; a spike is a vertical line up to `peak`.

    Parameters
    ----------
    panels : mapping of str to (time, potential, spikes)
        ms and mV.
    peak : float
        mV.
    columns : int
        Panels in a row. Default 3.
    y_label : str
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = grid(rows, columns, size=(3.1 * columns + 0.5, 1.9 * rows + 0.6), sharey=True, sharex=True)
    for axis, (title, (time, V, spikes)) in zip(axes.flat, panels.items(), strict=False):
        axis.plot(time, V, color=SERIES[0], lw=0.9)
        axis.vlines(spikes, np.interp(spikes, time, V), peak, color=SERIES[0], lw=0.9)
        axis.set_title(short(title))
        axis.xaxis.set_tick_params(labelbottom=True)
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    for axis in axes.flat[max(0, len(panels) - columns) : len(panels)]:
        axis.set_xlabel("time (ms)")
    for axis in axes[:, 0]:
        axis.set_ylabel(y_label if rows == 1 else "potential (mV)")
    return figure


@styled
def beside_theory(
    panels: Mapping[str, Mapping[str, Measured]],
    *,
    x_label: str | Sequence[str],
    y_label: str | Sequence[str],
    logarithmic: bool | Sequence[bool] = False,
    level: float | None = None,
    identity: bool | Sequence[bool] = False,
) -> Figure:
    """Draw simulated points with their intervals, and the law as a line in the same colour, a panel for each measure.

    Parameters
    ----------
    panels : mapping of str to mapping of str to Measured
        Title → name of a series → its points.
    x_label, y_label : str, or a sequence of str
        One for all panels, or one each.
    logarithmic : bool, or a sequence of bool
        Whether the x axis is. Default False.
    level : float, optional
        A dotted horizontal line.
    identity : bool, or a sequence of bool
        Whether to draw the line y = x, dotted. Default False.
    """
    figure, axes = grid(1, len(panels), size=(3.7 * len(panels) + 0.3, 3.8))
    handles = {}
    for i, (axis, (title, series)) in enumerate(zip(axes[0], panels.items(), strict=True)):
        for (name, found), colour in zip(series.items(), cycle(SERIES), strict=False):
            if found.law is not None:
                (handles["theory (lines)"],) = axis.plot(*found.law, color=colour, lw=1.2)
            handles[name] = _points(axis, found, colour)
        if level is not None:
            axis.axhline(level, color=GREY, lw=0.8, ls=":")
        if identity if isinstance(identity, bool) else identity[i]:
            axis.axline((0, 0), slope=1, color=GREY, lw=0.8, ls=":")
        if logarithmic if isinstance(logarithmic, bool) else logarithmic[i]:
            axis.set_xscale("log")
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))
        axis.set_title(title)
        axis.set_xlabel(x_label if isinstance(x_label, str) else x_label[i])
        axis.set_ylabel(y_label if isinstance(y_label, str) else y_label[i])
    theory = handles.pop("theory (lines)", None)
    if theory is not None:
        handles["theory (lines)"] = theory
    legend_below(figure, handles.values(), handles.keys())
    return figure


def _points(axis: Axes, found: Measured, colour: str) -> object:
    """Draw points, with intervals where they have them."""
    if found.low is None or found.high is None:
        return axis.plot(found.x, found.y, "o", ms=4, color=colour)[0]
    reach = np.abs(np.stack([found.y - found.low, found.high - found.y]))
    return axis.errorbar(found.x, found.y, reach, fmt="o", ms=4, color=colour, elinewidth=0.9)


@styled
def correlograms(panels: Mapping[str, xr.Dataset], *, y_label: str = "pairs of spikes") -> Figure:
    """Draw correlograms with what jittered spikes have, a panel each.

    Parameters
    ----------
    panels : mapping of str to Dataset, shape (lag,)
        Title → a pair of units of :func:`.jitter_test`.
    y_label : str
    """
    figure, axes = grid(1, len(panels), size=(2.6 * len(panels) + 0.5, 3.0), sharey=True)
    for axis, (title, found) in zip(axes[0], panels.items(), strict=True):
        lag = found["lag"].values
        axis.fill_between(
            lag, found["low_all"], found["high_all"], color=GREY, alpha=0.3, lw=0, label="95 % of jittered spikes"
        )
        axis.plot(lag, found["expected"], color=GREY, lw=1.0, label="mean of jittered spikes")
        axis.plot(lag, found["observed"], color=SERIES[0], lw=1.2, label="simulated")
        axis.set_ylim(bottom=0)
        axis.set_title(short(title))
        axis.set_xlabel("lag (ms)")
    axes[0, 0].set_ylabel(y_label)
    legend_below(figure, *axes[0, 0].get_legend_handles_labels())
    return figure


@styled
def rasters(
    panels: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    groups: Mapping[str, int],
    rates: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> Figure:
    """Draw which unit fired when, a panel each, with the rate of the network below.

    Parameters
    ----------
    panels : mapping of str to (time, unit)
        ms, and numbers of units.
    groups : mapping of str to int
        Number of units of each group, in their order; each has its colour.
    rates : mapping of str to (time, rate)
        Starts of bins in ms, and Hz.
    """
    figure, axes = grid(2, len(panels), size=(3.5 * len(panels) + 0.4, 4.2), height_ratios=(3, 1), sharex="col")
    ends = np.cumsum(list(groups.values()))
    for column, (title, (time, unit)) in enumerate(panels.items()):
        above, below = axes[:, column]
        for name, end, size, colour in zip(groups, ends, groups.values(), SERIES, strict=False):
            some = (unit >= end - size) & (unit < end)
            above.plot(time[some], unit[some], "|", ms=2.5, mew=0.9, color=colour, label=name, rasterized=True)
        below.fill_between(*rates[title], step="post", color=BRAIN, lw=0, alpha=0.7)
        below.set_ylim(bottom=0)
        above.set_title(title)
        below.set_xlabel("time (ms)")
        if column == 0:
            above.set_ylabel("neuron")
            below.set_ylabel("rate (Hz)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    legend_below(figure, handles, labels)
    return figure


@styled
def parameter_map(
    panels: Mapping[str, np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    *,
    x_label: str,
    y_label: str,
    labels: Mapping[str, str],
    lines: Mapping[str, tuple[np.ndarray, np.ndarray]] | None = None,
    marks: np.ndarray | None = None,
    normalise: Callable[[str], object] | None = None,
) -> Figure:
    """Draw measures over two parameters as colours, a panel each, with lines of theory.

    Parameters
    ----------
    panels : mapping of str to array, shape (y, x)
        NaN is left white.
    x, y : array
        Equally spaced values of the parameters.
    x_label, y_label : str
    labels : mapping of str to str
        Panel → what its colours mean, with a unit.
    lines : mapping of str to (x, y), optional
    marks : array of str, shape (y, x), optional
        A letter that is written into each field of the last panel.
    normalise : callable, optional
        Panel → matplotlib norm of its colours. Default linear.
    """
    figure, axes = grid(1, len(panels), size=(3.9 * len(panels), 4.0), sharey=True)
    half = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    extent = (x[0] - half[0], x[-1] + half[0], y[0] - half[1], y[-1] + half[1])
    for axis, (title, values) in zip(axes[0], panels.items(), strict=True):
        look = {"cmap": "viridis", "origin": "lower", "aspect": "auto", "extent": extent}
        picture = axis.imshow(values, norm=None if normalise is None else normalise(title), **look)
        figure.colorbar(picture, ax=axis, label=labels[title], location="top", shrink=0.9)
        for (name, at), style in zip((lines or {}).items(), cycle(("-", "--", ":", "-.")), strict=False):
            axis.plot(*at, color="white", lw=2.4, ls=style)
            axis.plot(*at, color=BRAIN, lw=1.2, ls=style, label=name)
        axis.set_xlim(extent[:2])
        axis.set_ylim(extent[2:])
        axis.set_xlabel(x_label)
    if marks is not None:
        for (i, j), letter in np.ndenumerate(marks):
            text = axes[0, -1].text(x[j], y[i], letter, ha="center", va="center", fontsize=7.5)
            text.set_path_effects([withStroke(linewidth=2, foreground="white")])
    axes[0, 0].set_ylabel(y_label)
    if lines:
        legend_below(figure, *axes[0, 0].get_legend_handles_labels())
    return figure
