"""Maps of stimuli in the plane, coloured by orientation or by category."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from .canvas import figure_legend, grid, styled
from .names import name_points
from .style import CYCLIC_MAP, ORIENTATIONS, SERIES, blank, orientation_bar, short

PANELS_PER_LINE = 3
MARKERS = "osD^vP*X"
MOST_NAMED = 30
"""Stimuli above which names would cover the points."""


@styled
def embedding_maps(maps: Mapping[str, np.ndarray], angles: np.ndarray) -> Figure:
    """Draw two-dimensional embeddings, a panel each, coloured by orientation on a cyclic map.

    Parameters
    ----------
    maps : mapping of str to array, shape (stimulus, 2)
    angles : array, shape (stimulus,)
        Degrees from vertical; −90 and 90 have one colour.
    """
    figure, axes = grid(1, len(maps), size=(2.4 * len(maps) + 0.9, 2.8))
    for axis, (title, points) in zip(axes[0], maps.items(), strict=True):
        axis.scatter(*points.T, c=angles, cmap=CYCLIC_MAP, norm=ORIENTATIONS, s=16, lw=0)
        blank(axis)
        axis.set_aspect("equal", "datalim")
        axis.set_title(title)
        axis.set_xlabel("t-SNE 1 (a.u.)")
    axes[0, 0].set_ylabel("t-SNE 2 (a.u.)")
    orientation_bar(figure, axes, "orientation (° from vertical)")
    return figure


@styled
def mds_maps(
    maps: Mapping[str, tuple[np.ndarray, float]], stimuli: np.ndarray, *, categories: np.ndarray | None = None
) -> Figure:
    """Draw multidimensional-scaling maps of stimuli, a panel each; distances near dissimilarities.

    Each category has a colour and a marker. Without categories, up to 30 stimuli are named.

    Parameters
    ----------
    maps : mapping of str to (array, float)
        Title → points, shape (stimulus, 2), and their stress.
    stimuli : array, shape (stimulus,)
        Labels.
    categories : array of str, shape (stimulus,), optional
    """
    columns = min(PANELS_PER_LINE, len(maps))
    rows = -(-len(maps) // columns)
    figure, axes = grid(rows, columns, size=(max(4.6, 3.0 * columns), 2.9 * rows + 0.5))
    for axis in axes.flat[len(maps) :]:
        axis.set_visible(False)
    kinds = np.zeros(len(stimuli), int) if categories is None else categories
    for axis, (title, (points, stress)) in zip(axes.flat, maps.items(), strict=False):
        for number, kind in enumerate(dict.fromkeys(kinds.tolist())):
            style = {"color": SERIES[number % len(SERIES)], "marker": MARKERS[number % len(MARKERS)]}
            axis.scatter(*points[kinds == kind].T, **style, s=26, lw=0.4, edgecolor="white", label=short(kind))
        blank(axis)
        axis.set_aspect("equal", "datalim")
        axis.margins(0.1)
        axis.set_title(f"{short(title)}\nstress {stress:.2f}", fontsize=9.5)
        axis.set_xlabel("MDS 1")
    for axis in axes[:, 0]:
        axis.set_ylabel("MDS 2")
    if categories is not None:
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure_legend(figure, handles, labels, loc="outside lower center", ncols=min(len(labels), 3 * columns))
    elif len(stimuli) <= MOST_NAMED:
        figure.draw_without_rendering()
        for axis, (points, _) in zip(axes.flat, maps.values(), strict=False):
            name_points(axis, points, list(stimuli))
    return figure
