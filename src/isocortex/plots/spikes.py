"""Figures of models of spiking neurons: filters, rescaled time, and how well spikes are predicted."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import grid, legend_below, styled
from .style import BLUE, BRAIN, GREY, ORANGE, SERIES

WILD = 30
"""Times the median standard error: what is known as badly as that sets no axis limits."""


@styled
def spike_filters(
    panels: Mapping[str, pd.DataFrame], *, columns: int = 4, reach: float = 1.96, y_label: str = "log gain"
) -> Figure:
    """Draw filters in time with their intervals, a panel each.

    Parameters
    ----------
    panels : mapping of str to DataFrame
        Title → columns ``lag_ms``, ``value``, ``se``, and ``planted`` where the true filter is known.
    columns : int
        Panels in a row. Default 4.
    reach : float
        Half the width of an interval, in standard errors. Default 1.96.
    y_label : str
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = grid(rows, columns, size=(2.5 * columns + 0.5, 2.1 * rows + 0.6), sharex=True, sharey="row")
    handles = {}
    largest = WILD * np.nanmedian(np.concatenate([np.asarray(table["se"]) for table in panels.values()]))
    for axis, (title, table) in zip(axes.flat, panels.items(), strict=False):
        lag, value, se = (table[name].to_numpy() for name in ("lag_ms", "value", "se"))
        axis.axhline(0, color=GREY, lw=0.8, ls=":")
        handles["95 % interval"] = axis.fill_between(
            lag, value - reach * se, value + reach * se, color=BLUE, alpha=0.25, lw=0
        )
        (handles["estimated"],) = axis.plot(lag, value, color=BLUE)
        if "planted" in table:
            (handles["planted"],) = axis.plot(lag, table["planted"], color=BRAIN, lw=1.0, ls="--")
        axis.set_title(title, fontsize=9.5)
        _keep_in_sight(axis, np.where(se <= largest, value, np.nan), reach * np.minimum(se, largest))
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("lag (ms)")
    for axis in axes[:, 0]:
        axis.set_ylabel(y_label)
    legend_below(figure, handles.values(), handles.keys())
    return figure


def _keep_in_sight(axis: Axes, value: np.ndarray, around: np.ndarray) -> None:
    """Widen the limits of an axis for filters that are known, not for those that no data determine."""
    low, high = np.nanmin(value - around, initial=0.0), np.nanmax(value + around, initial=0.0)
    pad = 0.05 * (high - low)
    before = axis.get_ylim() if not axis.get_autoscaley_on() else (0.0, 0.0)
    axis.set_ylim(min(before[0], low - pad), max(before[1], high + pad))


@styled
def rescaled_time(panels: Mapping[str, Sequence[np.ndarray]], *, band: float) -> Figure:
    """Draw Kolmogorov–Smirnov plots of rescaled intervals, a panel per model and a line per unit.

    Distances from the diagonal are divided by the half-width of each unit's own 95 % band, so that units with few and
    with many spikes can be compared.

    Parameters
    ----------
    panels : mapping of str to sequence of array, shape (interval,)
        Model → the sorted, uniform intervals of each unit.
    band : float
        Half the width of the 95 % band of n intervals, times √n.
    """
    figure, axes = grid(1, len(panels), size=(3.0 * len(panels) + 0.6, 3.3), sharey=True)
    for axis, (title, units) in zip(axes[0], panels.items(), strict=True):
        axis.axhspan(-1, 1, color=GREY, alpha=0.15, lw=0)
        inside = 0
        for intervals in units:
            n = len(intervals)
            distance = ((np.arange(n) + 0.5) / n - intervals) * np.sqrt(n) / band
            within = np.abs(distance).max(initial=0) + 0.5 / (np.sqrt(n) * band) <= 1
            inside += within
            shown = np.linspace(0, n - 1, min(n, 400)).astype(int)
            axis.plot(intervals[shown], distance[shown], color=BLUE if within else ORANGE, lw=0.9, alpha=0.8)
        axis.set_title(f"{title}\n{inside} of {len(units)} in the band")
        axis.set_xlabel("1 − exp(−rescaled interval)")
        axis.set_xlim(0, 1)
    axes[0, 0].set_ylabel("distance from the diagonal\n(half-widths of the 95 % band)")
    axes[0, 0].set_ylim(min(-1.5, axes[0, 0].get_ylim()[0]), max(1.5, axes[0, 0].get_ylim()[1]))
    return figure


@styled
def paired_scores(scores: Mapping[str, Float[np.ndarray, " unit"]], *, y_label: str) -> Figure:
    """Draw the score of every unit under several models, joined by a line.

    Parameters
    ----------
    scores : mapping of str to array, shape (unit,)
        Model → score of each unit; the control's is 0.
    y_label : str
    """
    figure, axes = grid(1, 1, size=(1.5 * len(scores) + 1.6, 3.6))
    axis = axes[0, 0]
    values = np.stack(list(scores.values()))
    axis.plot(np.arange(len(scores)), values, color=GREY, lw=0.7, alpha=0.5)
    for i, (each, colour) in enumerate(zip(values, SERIES, strict=False)):
        axis.plot(np.full(len(each), i), each, "o", color=colour, ms=4.5, alpha=0.8, mew=0)
        axis.plot([i - 0.18, i + 0.18], [np.nanmedian(each)] * 2, color=colour, lw=2.6)
    axis.axhline(0, color=GREY, lw=0.8, ls=":")
    axis.set_xticks(range(len(scores)), list(scores))
    axis.set_xlim(-0.5, len(scores) - 0.5)
    axis.set_ylabel(y_label)
    return figure
