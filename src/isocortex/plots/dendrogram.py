"""Trees of stimuli that are represented alike."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory
from scipy.cluster import hierarchy

from ..rdms import RDMs
from .canvas import figure_legend, grid, styled
from .embedding import MARKERS
from .style import SERIES, short

MOST_NAMED = 60
"""Stimuli above which names would run into each other."""


@styled
def dendrogram(rdms: RDMs, *, categories: np.ndarray | None = None) -> Figure:
    """Draw the average-linkage tree of the mean RDM; its leaves are marked by category and, up to 60, named.

    The axis starts below the lowest join, not at 0.

    Parameters
    ----------
    rdms : RDMs
        Averaged over rows. Negative dissimilarities count as 0.
    categories : array of str, shape (stimulus,), optional

    Raises
    ------
    InputError
        If a pair was not measured (NaN).
    """
    rdms.require_every_pair("A tree")
    mean = np.maximum(rdms.dissimilarities.mean(axis=0), 0)
    tree = hierarchy.dendrogram(hierarchy.linkage(mean, "average", optimal_ordering=True), no_plot=True)
    order = np.array(tree["leaves"])
    named = len(order) <= MOST_NAMED
    figure, axes = grid(1, 1, size=(max(5.2, min(9.5, 0.13 * len(order) + 1.5)), 3.4 if named else 3.2))
    axis = axes[0, 0]
    lines = [np.column_stack([x, y]) for x, y in zip(tree["icoord"], tree["dcoord"], strict=True)]
    axis.add_collection(LineCollection(lines, colors="0.25", linewidths=0.9))
    places = 10 * np.arange(len(order)) + 5
    axis.set_xlim(0, 10 * len(order))
    joins = np.array(tree["dcoord"])[:, 1]
    spread = np.ptp(joins) or joins.max()
    axis.set_ylim(max(joins.min() - 0.2 * spread, 0), joins.max() + 0.05 * spread)
    if categories is not None:
        below = blended_transform_factory(axis.transData, axis.transAxes)
        for number, kind in enumerate(dict.fromkeys(categories.tolist())):
            mine = places[categories[order] == kind]
            style = {"color": SERIES[number % len(SERIES)], "marker": MARKERS[number % len(MARKERS)]}
            style |= {"ls": "", "ms": 4.5, "transform": below, "clip_on": False, "label": short(kind)}
            axis.plot(mine, np.full(len(mine), -0.035), **style)
        handles, labels = axis.get_legend_handles_labels()
        figure_legend(figure, handles, labels, loc="outside lower center", ncols=min(len(labels), 6))
    names = [short(rdms.stimuli[i]) for i in order] if named else []
    axis.set_xticks(places if named else [], names, rotation=90, fontsize=7)
    axis.tick_params(bottom=False, pad=8)
    axis.spines["bottom"].set_visible(False)
    axis.set_ylabel(rdms.measure)
    if not named:
        axis.set_xlabel(f"{len(order)} stimuli", labelpad=16)
    return figure
