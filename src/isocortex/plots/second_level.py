"""Similarities between the RDMs of all models and subjects, as a matrix and as a map."""

import numpy as np
from matplotlib.figure import Figure

from .canvas import grid, styled
from .names import name_points
from .style import BLUE, BRAIN, blank, short

MOST_WRITTEN = 12
"""Rows above which numbers would not fit into the cells."""


@styled
def second_level(
    similarities: np.ndarray, points: np.ndarray, names: list[str], *, brains: np.ndarray, measure: str
) -> Figure:
    """Draw the similarity of every RDM with every other, and a map on which similar RDMs lie close.

    Parameters
    ----------
    similarities : array, shape (row, row)
    points : array, shape (row, 2)
        Multidimensional scaling of 1 − similarity.
    names : list of str
        One per row.
    brains : array of bool, shape (row,)
        Which rows are subjects; they are drawn black, models blue.
    measure : str
        What the similarities are.
    """
    n, names = len(names), [short(name) for name in names]
    side = min(0.36 * n + 1.8, 6.0)
    figure, axes = grid(1, 2, size=(2 * side + 1.6, side), width_ratios=[1.15, 1])
    matrix, plane = axes[0]
    off = similarities[~np.eye(n, dtype=bool)]
    shown = np.where(np.eye(n, dtype=bool), np.nan, similarities)
    image = matrix.imshow(shown, cmap="viridis", vmin=off.min(), vmax=off.max(), interpolation="nearest")
    matrix.set_xticks(range(n), names, rotation=45, ha="right", fontsize=8)
    matrix.set_yticks(range(n), names, fontsize=8)
    matrix.tick_params(length=0)
    matrix.spines[:].set_visible(False)
    figure.colorbar(image, ax=matrix, label=measure, shrink=0.8, aspect=25)
    middle = (off.min() + off.max()) / 2
    for i, j in np.argwhere(~np.eye(n, dtype=bool) & (n <= MOST_WRITTEN)):
        ink = "white" if similarities[i, j] < middle else "black"
        matrix.text(
            j,
            i,
            f"{round(float(similarities[i, j]), 2) + 0.0:.2f}".replace("-", "−"),
            ha="center",
            va="center",
            fontsize=7,
            color=ink,
        )
    for mine, colour, marker, label in ((brains, BRAIN, "o", "subject"), (~brains, BLUE, "D", "model")):
        plane.scatter(*points[mine].T, color=colour, marker=marker, s=34, label=label, zorder=3)
    blank(plane)
    plane.set_aspect("equal", "datalim")
    plane.margins(0.22)
    plane.set_xlabel("MDS 1")
    plane.set_ylabel("MDS 2")
    plane.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)
    figure.draw_without_rendering()
    name_points(plane, points, names)
    return figure
