"""The similarity of each model's RDM with the brain's: seeds or subjects, intervals, tests and the noise ceiling."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..analysis.rsa import NoiseCeiling
from .canvas import grid, legend_below, styled
from .style import BLUE, GREY, VARIANT_COLOURS, short

WIDEST_BAR = 0.26
MODEL_BAR = 0.62
STARS = {0.001: "***", 0.01: "**", 0.05: "*"}
"""Largest p value → mark."""


@styled
def similarity_bars(
    table: pd.DataFrame,
    *,
    measure: str,
    dots: Mapping[tuple[str, str], np.ndarray] | None = None,
    ceiling: NoiseCeiling | None = None,
) -> Figure:
    """Draw a bar per layer and variant: mean, 95 % interval, seeds as dots, and the noise ceiling as a band.

    Parameters
    ----------
    table : DataFrame
        Columns ``layer``, ``variant``, ``mean``, ``low``, ``high``, in the order of drawing.
    measure : str
        Label of the y axis.
    dots : mapping of (layer, variant) to array, optional
        One value per seed (or subject).
    ceiling : NoiseCeiling, optional
    """
    groups = dict(iter(table.groupby("layer", sort=False)))
    layers = list(groups)
    few = len(layers) < 9
    figure, axes = grid(1, 1, size=(max(6.4, 0.22 * len(table) + 1.6, 0.62 * len(layers) + 3.4), 4.0))
    axis = axes[0, 0]
    rng = np.random.default_rng(0)
    for place, (layer, rows) in enumerate(groups.items()):
        width = min(WIDEST_BAR, 0.85 / len(rows))
        for position, row in enumerate(rows.to_dict("records")):
            x = place + (position - (len(rows) - 1) / 2) * width
            _bar(axis, x, row, width, VARIANT_COLOURS.get(row["variant"], GREY), row["variant"])
            seeds = (dots or {}).get((str(layer), row["variant"]), np.array([]))
            if len(seeds) > 1:
                _dots(axis, x + rng.uniform(-0.25, 0.25, len(seeds)) * width, seeds)
    _ground(axis, ceiling, measure)
    axis.set_xticks(range(len(layers)), layers, rotation=0 if few else 35, ha="center" if few else "right")
    handles, labels = axis.get_legend_handles_labels()
    if len(set(labels)) > 1:
        legend_below(figure, handles, labels)
    return figure


@styled
def model_bars(
    table: pd.DataFrame,
    *,
    measure: str,
    subjects: Mapping[str, np.ndarray],
    ceiling: NoiseCeiling | None = None,
    better_than: Mapping[str, Sequence[str]] | None = None,
) -> Figure:
    """Draw a bar per model with its interval, subjects as dots, the noise ceiling, and what differs significantly.

    Stars over a bar mean that it differs from 0 (* p < 0.05, ** p < 0.01, *** p < 0.001). Each line above the bars
    belongs to one model, marked by a disc; triangles point to the models that it is significantly better than.

    Parameters
    ----------
    table : DataFrame
        Columns ``model``, ``mean``, ``low``, ``high``, ``p``, in the order of drawing.
    measure : str
        Label of the y axis.
    subjects : mapping of str to array, shape (subject,)
        The similarity of each model with each subject.
    ceiling : NoiseCeiling, optional
    better_than : mapping of str to sequence of str, optional
        Model → the models that it is significantly better than.
    """
    rows = {str(row["model"]): row for row in table.to_dict("records")}
    names = list(rows)
    beaten = {name: others for name, others in (better_than or {}).items() if others}
    shown = [short(name) for name in names]
    long = max(map(len, shown)) > 70 // len(names)
    figure, axes = grid(1, 1, size=(max(4.8, 0.75 * len(names) + 2.0), 3.6 + 0.16 * len(beaten) + 0.9 * long))
    axis = axes[0, 0]
    rng = np.random.default_rng(0)
    jitter = rng.permutation(np.linspace(-0.3, 0.3, max(map(len, subjects.values())))) * MODEL_BAR
    for x, (name, row) in enumerate(rows.items()):
        _bar(axis, float(x), row, MODEL_BAR, BLUE, "mean, 95 % interval")
        if len(subjects[name]) > 1:
            _dots(axis, x + jitter, subjects[name], label="subject")
    _ground(axis, ceiling, measure)
    values = [table[["mean", "low", "high"]].to_numpy().ravel(), *subjects.values(), [0.0]]
    values += [[ceiling.lower, ceiling.upper]] if ceiling else []
    bottom, top = np.nanmin(np.concatenate(values)), np.nanmax(np.concatenate(values))
    step = 0.055 * (top - bottom)
    for x, (name, row) in enumerate(rows.items()):
        mark = next((stars for p, stars in STARS.items() if row["p"] < p), "")
        high = np.nanmax([row["mean"], row["high"], *subjects[name]])
        axis.text(x, high + 0.2 * step, mark, ha="center", va="bottom", fontsize=11, zorder=6)
    for line, (name, others) in enumerate(sorted(beaten.items(), key=lambda item: rows[item[0]]["mean"])):
        y, winner, losers = top + (line + 2.4) * step, names.index(name), [names.index(other) for other in others]
        axis.plot([min(winner, *losers), max(winner, *losers)], [y, y], color="0.3", lw=0.9)
        axis.plot(losers, [y] * len(losers), "v", color="0.3", ms=6)
        axis.plot(winner, y, "o", color="black", ms=7)
    axis.set_ylim(bottom - (step if bottom < 0 else 0), top + (len(beaten) + (2.9 if beaten else 1.8)) * step)
    axis.set_xticks(range(len(names)), shown, rotation=30 if long else 0, ha="right" if long else "center")
    axis.set_yticks([tick for tick in axis.get_yticks() if bottom - step <= tick <= top + step])
    axis.set_xlim(-0.6, len(names) - 0.4)
    legend_below(figure, *axis.get_legend_handles_labels())
    return figure


def _bar(axis: Axes, x: float, row: Mapping[str, Any], width: float, colour: str, label: str) -> None:
    """Draw a mean as a bar and its interval as a line."""
    axis.bar(x, row["mean"], width * 0.9, color=colour, alpha=0.75, label=label, zorder=2)
    axis.plot([x, x], [row["low"], row["high"]], color="black", lw=1.4, zorder=4)


def _dots(axis: Axes, x: np.ndarray, values: np.ndarray, label: str | None = None) -> None:
    """Draw seeds or subjects as white dots."""
    axis.plot(x, values, "o", ms=3.8, mfc="white", mec="0.15", mew=0.7, zorder=4.5, label=label)


def _ground(axis: Axes, ceiling: NoiseCeiling | None, measure: str) -> None:
    """Draw the zero line and the band of the noise ceiling, and name the axis."""
    if ceiling is not None:
        axis.axhspan(ceiling.lower, ceiling.upper, color="0.82", zorder=0, label="noise ceiling")
    axis.axhline(0, color="black", lw=0.8, zorder=5)
    axis.set_ylabel(measure)
