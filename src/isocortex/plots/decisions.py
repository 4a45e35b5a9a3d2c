"""Pictures of decisions: psychometric and chronometric curves, reaction times, and how well models predict them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import figure_legend, grid, styled
from .style import BLUE, BRAIN, GREEN, GREY, ORANGE, VERMILION

ZERO_AT = 0.5
"""Where coherence 0 stands on the logarithmic axis, as a share of the lowest other coherence."""
MODEL_COLOURS = (ORANGE, BLUE, GREEN, VERMILION)
Curves = Mapping[str, pd.DataFrame]


def _place(coherences: np.ndarray) -> np.ndarray:
    coherences = np.asarray(coherences, float)
    return np.where(coherences > 0, coherences, ZERO_AT * coherences[coherences > 0].min())


def _coherence_axis(axis: Axes, coherences: np.ndarray) -> None:
    axis.set_xscale("log", base=2)
    axis.set_xticks(_place(coherences), [f"{100 * c:.3g}" for c in coherences])
    axis.minorticks_off()
    axis.set_xlabel("coherence (%)")


@styled
def decision_curves(measured: Curves, predicted: Mapping[str, Curves]) -> Figure:
    """Draw accuracy and mean reaction time against coherence, a column per animal, with models as lines.

    Parameters
    ----------
    measured : mapping of str to DataFrame
        Animal → table of :func:`isocortex.analysis.by_coherence`; bars are two standard errors each way.
    predicted : mapping of str to mapping of str to DataFrame
        Animal → model → table with ``accuracy`` and ``rt``, index coherence.
    """
    figure, axes = grid(2, len(measured), size=(3.7 * len(measured) + 0.5, 5.6), sharex="col", sharey="row")
    for column, (animal, data) in zip(axes.T, measured.items(), strict=True):
        x = _place(data.index.to_numpy())
        for axis, what in zip(column, ("accuracy", "rt"), strict=True):
            for (name, table), colour in zip(predicted[animal].items(), MODEL_COLOURS, strict=False):
                axis.plot(x, table[what], color=colour, label=name)
            bars = 2 * data[f"{what}_error"]
            axis.errorbar(x, data[what], bars, fmt="o", ms=4, color=BRAIN, lw=1, label="measured", zorder=3)
        column[0].set_title(animal)
        column[0].axhline(0.5, color=GREY, lw=0.8, ls=":")
        _coherence_axis(column[1], data.index.to_numpy())
    axes[0, 0].set_ylabel("share correct")
    axes[1, 0].set_ylabel("mean reaction time (ms)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure_legend(figure, handles, labels, loc="outside lower center", ncols=2)
    return figure


@styled
def quantile_probability(measured: Curves, predicted: Mapping[str, Curves], *, fewest: int = 20) -> Figure:
    """Draw the quantiles of reaction times against the share of the response: errors left of ½, correct choices right.

    A row per animal and a panel per model, with the same measured points in all panels of a row.

    Parameters
    ----------
    measured : mapping of str to DataFrame
        Animal → table of :func:`isocortex.analysis.quantiles`; groups of fewer than `fewest` trials are left out.
    predicted : mapping of str to mapping of str to DataFrame
        Animal → model → table with ``accuracy`` and ``correct_0.1``, ``errors_0.1``, …
    """
    n = max(len(models) for models in predicted.values())
    size = (2.9 * n + 0.6, 2.9 * len(measured) + 0.6)
    figure, axes = grid(len(measured), n, size=size, sharex=True, sharey="row")
    levels = sorted({float(level) for data in measured.values() for level in data["level"]})
    names = ", ".join(f"{100 * level:.0f}" for level in levels)
    for row, (animal, data) in zip(axes, measured.items(), strict=True):
        points = data.query("n >= @fewest")
        for axis in row[len(predicted[animal]) :]:
            axis.set_visible(False)
        for axis, (name, table), colour in zip(row, predicted[animal].items(), MODEL_COLOURS, strict=False):
            shares = np.concatenate([1 - table["accuracy"], table["accuracy"]])
            order = np.argsort(shares)
            kept = order[shares[order] > points["share"].min() / 2]
            for level in levels:
                y = np.concatenate([table[f"errors_{level:g}"], table[f"correct_{level:g}"]])
                axis.plot(shares[kept], y[kept], color=colour, lw=1.3)
            axis.plot(points["share"], points["rt"], "o", ms=3.6, color=BRAIN, zorder=3)
            axis.axvline(0.5, color=GREY, lw=0.8, ls=":")
            axis.set(title=f"{animal}:\n{name}", xlim=(-0.04, 1.04))
        row[0].set_ylim(bottom=0)
        row[0].set_ylabel(f"reaction time (ms)\n{names} % quantiles")
    for axis in axes[-1]:
        axis.set_xlabel("share of response\n(errors < ½ < correct)")
    return figure


@styled
def reaction_time_densities(
    measured: Mapping[str, pd.DataFrame],
    predicted: Mapping[str, Mapping[str, Mapping[float, np.ndarray]]],
    *,
    bin_width: float = 40.0,
    longest: float = 1600.0,
) -> Figure:
    """Draw histograms of the reaction times of correct trials and predicted densities, animals × coherences.

    Parameters
    ----------
    measured : mapping of str to DataFrame
        Animal → trials.
    predicted : mapping of str to mapping of str to mapping of float to array
        Animal → model → coherence → density of correct trials, per ms, at 0.5, 1.5, … ms.
    bin_width, longest : float
        Of the histogram, in ms.
    """
    coherences = list(next(iter(next(iter(predicted.values())).values())))
    figure, axes = grid(
        len(measured), len(coherences), size=(2.9 * len(coherences) + 0.5, 2.3 * len(measured) + 0.7), sharex=True
    )
    edges = np.arange(0, longest + bin_width, bin_width)
    for row, (animal, trials) in zip(axes, measured.items(), strict=True):
        for axis, coherence in zip(row, coherences, strict=True):
            some = trials[trials["coherence"] == coherence]
            counts = np.histogram(some["rt"][some["correct"].astype(bool)], edges)[0]
            axis.stairs(1e3 * counts / len(some) / bin_width, edges, fill=True, color="0.8", label="measured")
            for (name, densities), colour in zip(predicted[animal].items(), MODEL_COLOURS, strict=False):
                n = int(longest)
                axis.plot(np.arange(n) + 0.5, 1e3 * densities[coherence][:n], color=colour, label=name, lw=1.3)
            axis.set_title(f"{animal}, {100 * coherence:.3g} %")
            axis.set(xlim=(0, longest), ylim=(0, None))
        row[0].set_ylabel("correct trials\n(share per s)")
    for axis in axes[-1]:
        axis.set_xlabel("reaction time (ms)")
    figure_legend(figure, *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


@styled
def variant_scores(tables: Curves) -> Figure:
    """Draw how much worse than the best each variant predicts held-out trials, a panel per animal.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Animal → table with ``variant``, ``behind`` (nats per trial, 0 for the best, NaN where a trial was impossible),
        ``behind_error`` and ``impossible``.
    """
    figure, axes = grid(1, len(tables), size=(3.4 * len(tables) + 1.6, 3.6), sharey=True)
    for axis, (animal, table) in zip(axes[0], tables.items(), strict=True):
        y = np.arange(len(table))[::-1]
        axis.errorbar(-table["behind"], y, xerr=2 * table["behind_error"], fmt="o", ms=5, color=BLUE, capsize=2)
        for place, n in zip(y, table["impossible"], strict=True):
            if n:
                axis.text(0.98, place, f"−∞: {n} impossible", transform=axis.get_yaxis_transform(), ha="right",
                          va="center", fontsize=8.5, color=VERMILION)  # fmt: skip
        axis.set_yticks(y, table["variant"])
        axis.set_ylim(-0.6, len(table) - 0.4)
        axis.axvline(0, color=GREY, lw=0.8, ls=":")
        axis.locator_params(axis="x", nbins=4)
        axis.set(title=animal, xlabel="held-out log likelihood\nbehind the best (nats per trial)")
    return figure
