"""Pictures of behaviour: psychometric and chronometric curves of networks beside animals and the ideal observer."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..analysis import psychometric_model
from .canvas import figure_legend, grid, styled
from .style import BLUE, GREEN, GREY, ORANGE, PINK, SKY, VERMILION

NETWORKS = (BLUE, ORANGE, GREEN, SKY)
ANIMALS = (("o", "black"), ("s", VERMILION), ("^", PINK))
ZERO_AT = 0.5
"""Where strength 0 stands on the logarithmic axis, as a share of the least strength above it."""
MOST_TICKS = 9
Points = Mapping[str, xr.Dataset]


@styled
def psychometric_curves(
    networks: Points,
    *,
    fits: Mapping[str, pd.DataFrame] | None = None,
    ideal: tuple[Any, Any] | None = None,
    animals: Points | None = None,
    animal_fits: Mapping[str, pd.DataFrame] | None = None,
    chance: float = 0.5,
    x_label: str = "coherence (%)",
    y_label: str = "share correct",
) -> Figure:
    """Draw psychometric curves: networks as lines, the ideal observer dashed, animals as points with intervals.

    Strengths are drawn on a logarithmic axis with 0 on its left; signed ones on a linear axis.

    Parameters
    ----------
    networks : mapping of str to Dataset
        Kind → counts from :func:`isocortex.analysis.tally`: every seed thin, their mean thick.
    fits : mapping of str to DataFrame, optional
        Kind → :func:`isocortex.analysis.fit_psychometric`: the thin lines are then the fitted curves.
    ideal : (strengths, shares), optional
        The ideal observer.
    animals : mapping of str to Dataset, optional
        Animal → counts.
    animal_fits : mapping of str to DataFrame, optional
        Animal → fit, drawn as a dotted line.
    chance : float
        Dotted. Default 0.5.
    x_label, y_label : str
    """
    animals = animals or {}
    figure, axes = grid(1, 1, size=(6.4, 4.2))
    axis = axes[0, 0]
    everything = [np.asarray(each["strength"]) for each in (*networks.values(), *animals.values())]
    scale = _strength_axis(axis, np.concatenate(everything), x_label)
    axis.axhline(chance, color=GREY, lw=0.8, ls=":")
    for (kind, points), colour in zip(networks.items(), cycle(NETWORKS), strict=False):
        shares = points["share"].transpose(..., "strength").values.reshape(-1, points.sizes["strength"])
        at = scale(points["strength"].values)
        axis.plot(
            at, shares.mean(axis=0), "o-" if len(at) < 12 else "-", color=colour, lw=2.2, ms=4, label=kind, zorder=3
        )
        if fits and kind in fits:
            fine = _fine(points["strength"].values)
            axis.plot(scale(fine), psychometric_model(fits[kind], fine).T, color=colour, lw=0.8, alpha=0.55)
        elif len(shares) > 1:
            axis.plot(at, shares.T, color=colour, lw=0.8, alpha=0.55)
    if ideal is not None:
        axis.plot(
            scale(np.asarray(ideal[0], float)), ideal[1], "--", color="black", lw=1.5, label="ideal observer", zorder=4
        )
    for (name, points), (marker, colour) in zip(animals.items(), cycle(ANIMALS), strict=False):
        _points(axis, scale, points, "share", fmt=marker, color=colour, label=name)
        if animal_fits and name in animal_fits:
            fine = _fine(points["strength"].values)
            axis.plot(scale(fine), psychometric_model(animal_fits[name], fine)[0], ":", color=colour, lw=1.3, zorder=2)
    signed = any((each < 0).any() for each in everything)
    least = min([chance, *(float(each["share"].min()) for each in (*networks.values(), *animals.values()))])
    axis.set_ylim(-0.02 if signed else least - 0.06, 1.02)
    axis.set_ylabel(y_label)
    figure_legend(figure, *axis.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


@styled
def chronometric_curves(
    networks: Points,
    *,
    animals: Points | None = None,
    x_label: str = "coherence (%)",
    y_label: str = "mean reaction time (ms)",
) -> Figure:
    """Draw mean reaction times against strength: networks as lines, animals as points with intervals.

    Parameters
    ----------
    networks : mapping of str to Dataset
        Kind → :func:`isocortex.analysis.chronometric`: every seed thin, their mean thick.
    animals : mapping of str to Dataset, optional
        Animal → the same.
    x_label, y_label : str
    """
    animals = animals or {}
    figure, axes = grid(1, 1, size=(6.4, 4.0))
    axis = axes[0, 0]
    everything = [np.asarray(each["strength"]) for each in (*networks.values(), *animals.values())]
    scale = _strength_axis(axis, np.concatenate(everything), x_label)
    for (kind, points), colour in zip(networks.items(), cycle(NETWORKS), strict=False):
        times = points["rt"].transpose(..., "strength").values.reshape(-1, points.sizes["strength"])
        at, n = scale(points["strength"].values), np.isfinite(times).sum(axis=0)
        mean = np.divide(np.nansum(times, axis=0), n, out=np.full(len(n), np.nan), where=n > 0)
        axis.plot(at, mean, "o-", color=colour, lw=2.2, ms=4, label=kind, zorder=3)
        if len(times) > 1:
            axis.plot(at, times.T, color=colour, lw=0.8, alpha=0.55)
    for (name, points), (marker, colour) in zip(animals.items(), cycle(ANIMALS), strict=False):
        _points(axis, scale, points, "rt", fmt=marker, color=colour, label=name)
    axis.set_ylim(bottom=0)
    axis.set_ylabel(y_label)
    figure_legend(figure, *axis.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _points(axis: Axes, scale: Any, points: xr.Dataset, what: str, **look: Any) -> None:
    """Draw an animal's points with their intervals."""
    spread = np.stack([points[what] - points["low"], points["high"] - points[what]]).clip(0)
    at = scale(points["strength"].values)
    axis.errorbar(at, points[what].values, spread, ms=5, capsize=2, lw=1, mfc="white", mew=1.3, zorder=5, **look)


def _strength_axis(axis: Axes, strengths: np.ndarray, label: str) -> Any:
    """Set the axis up; return the function that places strengths on it."""
    axis.set_xlabel(label)
    if (strengths < 0).any():
        axis.axvline(0, color=GREY, lw=0.8, ls=":")
        return lambda values: values
    levels = np.unique(strengths)
    least = levels[levels > 0].min()
    zero = ZERO_AT * least
    axis.set_xscale("log", base=2)
    axis.minorticks_off()
    marked = levels[levels > 0]
    if len(marked) > 2 * MOST_TICKS:  # each curve has strengths of its own
        marked = 2.0 ** np.arange(np.ceil(np.log2(least)), np.log2(levels.max()) + 1e-9)
    shown = [marked[0]]
    apart = max(np.log2(levels.max() / least) / MOST_TICKS, 0.6)
    for level in marked[1:]:
        if np.log2(level / shown[-1]) >= apart * 0.999:
            shown.append(level)
    ticks = ([zero] if levels.min() == 0 else []) + shown
    axis.set_xticks(ticks, [f"{0 if tick == zero else tick:.3g}" for tick in ticks])
    if levels.min() == 0:
        gap = zero * np.sqrt(least / zero)
        axis.plot(
            [gap / 1.07, gap * 1.07], [0, 0], color="white", lw=4, transform=axis.get_xaxis_transform(), clip_on=False
        )
        for side in (gap / 1.07, gap * 1.07):
            axis.text(side, 0, "/", transform=axis.get_xaxis_transform(), ha="center", va="center", fontsize=9)
    return lambda values: np.where(np.asarray(values, float) > 0, np.maximum(values, 1e-12), zero)


def _fine(strengths: np.ndarray) -> np.ndarray:
    """Return strengths close enough together for a smooth curve: over the same range, without 0 on a log axis."""
    if (strengths < 0).any():
        return np.linspace(strengths.min(), strengths.max(), 200)
    return np.geomspace(strengths[strengths > 0].min(), strengths.max(), 120)
