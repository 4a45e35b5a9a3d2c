"""Figures of a network: its weights before and after learning, its sorted activity, and one trial."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
import xarray as xr
from jaxtyping import Float, Num
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .canvas import figure_legend, figure_title, grid, styled
from .images import SIGNED_MAP
from .style import BLUE, GREY, ORANGE, SERIES

CLASS_COLOURS = (BLUE, ORANGE, *SERIES[2:])
MOST_LINES = 12
SILENT = 0.05
"""Units whose largest activity is below this share of the population's are not blown up: noise would show."""


@styled
def weight_changes(
    matrices: Mapping[str, Float[np.ndarray, "unit by"]],
    *,
    classes: Sequence[str] | np.ndarray | None = None,
    label: str = "weight",
) -> Figure:
    """Show square weight matrices side by side on one colour scale, such as before and after learning.

    Parameters
    ----------
    matrices : mapping of str to array, shape (unit, unit)
        Title → weights from column to row, units in the order to be shown.
    classes : sequence of str, shape (unit,), optional
        The class of every unit, in the same order: a bar along both sides.
    label : str
        Of the colour bar. It ends at the 99.5th percentile of sizes, so that no single weight fades the rest.
    """
    limit = max(float(np.percentile(np.abs(each), 99.5)) for each in matrices.values()) or 1.0
    figure, axes = grid(1, len(matrices), size=(3.5 * len(matrices) + 1.0, 3.9 if classes is None else 4.2))
    scale = Normalize(-limit, limit)
    kinds = {} if classes is None else dict(zip(dict.fromkeys(classes), CLASS_COLOURS, strict=False))
    for axis, (title, weights) in zip(axes[0], matrices.items(), strict=True):
        n = len(weights)
        axis.imshow(weights, cmap=SIGNED_MAP, norm=scale, interpolation="nearest")
        axis.set_title(title)
        axis.set_xlabel("from unit")
        axis.spines[:].set_visible(True)
        for name, colour in kinds.items():
            mine = np.flatnonzero(np.asarray(classes) == name)
            bar = {"width": 1, "color": colour, "clip_on": False, "lw": 0}
            axis.bar(mine, np.full(len(mine), 0.028 * n), bottom=-0.5 - 0.045 * n, label=name, **bar)
            axis.barh(
                mine, np.full(len(mine), 0.028 * n), left=-0.5 - 0.045 * n, height=1, color=colour, clip_on=False, lw=0
            )
        axis.set_xlim(-0.5, n - 0.5)
        axis.set_ylim(n - 0.5, -0.5)
        for way in (axis.xaxis, axis.yaxis):
            way.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
        axis.tick_params(axis="y", pad=9 if kinds else 3)
        if kinds:
            axis.set_title(title, pad=14)
    axes[0, 0].set_ylabel("to unit")
    figure.colorbar(ScalarMappable(scale, SIGNED_MAP), ax=axes, shrink=0.8, label=label, extend="both")
    if kinds:
        figure_legend(figure, *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@styled
def sorted_activity(
    panels: Mapping[str, xr.DataArray],
    *,
    periods: Mapping[str, tuple[float, float]] | None = None,
    border: int | None = None,
    label: str = "rate (share of the unit's largest)",
) -> Figure:
    """Show the mean activity of all units against time, a panel per condition, each unit scaled by its largest value.

    Parameters
    ----------
    panels : mapping of str to DataArray, shape (time, unit)
        Condition → activity, units in the order to be shown, with ``time`` in ms.
    periods : mapping of str to (start, stop), optional
        Periods of the trial in ms: their borders are drawn and named.
    border : int, optional
        A line between the first so many units and the rest, such as those that prefer either choice.
    label : str
        Of the colour bar.
    """
    values = [panel.transpose("time", "unit").values for panel in panels.values()]
    largest = np.nanmax(np.abs(np.concatenate(values)), axis=0)
    largest = np.maximum(largest, max(SILENT * float(largest.max()), 1e-12))
    signed = any(float(np.nanmin(each / largest)) < -0.05 for each in values)
    scale = ScalarMappable(Normalize(-1 if signed else 0, 1), SIGNED_MAP if signed else "viridis")
    line = "black" if signed else "white"
    figure, axes = grid(1, len(panels), size=(3.0 * len(panels) + 1.2, 3.8), sharey=True)
    for axis, (title, panel), each in zip(axes[0], panels.items(), values, strict=True):
        times = panel["time"].values
        step = times[1] - times[0] if len(times) > 1 else 1.0
        extent = (times[0], times[-1] + step, each.shape[1] + 0.5, 0.5)
        look = {"norm": scale.norm, "cmap": scale.cmap, "aspect": "auto", "interpolation": "nearest"}
        axis.imshow((each / largest).T, extent=extent, **look)
        for name, (start, stop) in (periods or {}).items():
            axis.axvline(start, color=line, lw=0.9, ls="--")
            if stop - start > 0.15 * (times[-1] - times[0]):
                _name_period(axis, name, start, stop)
        if border is not None:
            axis.axhline(border + 0.5, color=line, lw=1.2)
        axis.set_title(title, pad=18 if periods else 6)
        axis.set_xlabel("time (ms)")
        axis.yaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    axes[0, 0].set_ylabel("unit, sorted")
    figure.colorbar(scale, ax=axes, shrink=0.9, label=label)
    return figure


@styled
def example_trial(
    times: Num[np.ndarray, " step"],
    panels: Mapping[str, Mapping[str, Num[np.ndarray, " step"]]],
    *,
    periods: Mapping[str, tuple[float, float]] | None = None,
    labels: Mapping[str, str] | None = None,
    title: str = "",
) -> Figure:
    """Draw one trial: inputs, outputs and target one above the other on one time axis, with the periods shaded.

    Parameters
    ----------
    times : array, shape (step,)
        ms, start of each step.
    panels : mapping of str to mapping of str to array, shape (step,)
        Title → name of a line → its values; a name has one colour in all panels. From 13 lines on, as of a ring of
        inputs, they are drawn as a heat map.
    periods : mapping of str to (start, stop), optional
        ms.
    labels : mapping of str to str, optional
        Title → label of the y axis, with its unit.
    title : str
        Of the whole.
    """
    figure, axes = grid(len(panels), 1, size=(7.2, 1.75 * len(panels) + 0.7), sharex=True)
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    end = float(times[-1]) + step
    few = [each for lines in panels.values() if len(lines) <= MOST_LINES for each in lines]
    colours = dict(zip(dict.fromkeys(few), cycle(SERIES), strict=False))
    for axis, (name, lines) in zip(axes[:, 0], panels.items(), strict=True):
        if len(lines) > MOST_LINES:
            extent = (float(times[0]), end, len(lines) + 0.5, 0.5)
            values = np.stack(list(lines.values()))
            picture = axis.imshow(values, cmap="viridis", extent=extent, aspect="auto", interpolation="nearest")
            figure.colorbar(picture, ax=axis, label=name)
        else:
            for start, stop in list((periods or {}).values())[1::2]:
                axis.axvspan(start, stop, color="0.92", lw=0, zorder=0)
            for each, line in lines.items():
                axis.stairs(line, np.append(times, end), baseline=None, color=colours[each], lw=1.5, label=each)
            axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.2)
        axis.set_ylabel((labels or {}).get(name, name))
        axis.margins(y=0.08)
    for period, (start, stop) in (periods or {}).items():
        _name_period(axes[0, 0], period, start, stop)
    axes[-1, 0].set_xlim(float(times[0]), end)
    axes[-1, 0].set_xlabel("time (ms)")
    if title:
        figure_title(figure, title)
    return figure


def _name_period(axis: Axes, name: str, start: float, stop: float) -> None:
    """Write the name of a period above it."""
    place = {"transform": axis.get_xaxis_transform(), "ha": "center", "va": "bottom"}
    axis.text((start + stop) / 2, 1.01, name, fontsize=8.5, color=GREY, **place)
