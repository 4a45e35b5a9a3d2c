"""Maps of stimuli in the plane, coloured by orientation."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from .style import CYCLIC_MAP, blank, grid


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
        marks = axis.scatter(*points.T, c=angles, cmap=CYCLIC_MAP, vmin=-90, vmax=90, s=22, lw=0.3, edgecolors="0.3")
        blank(axis)
        axis.set_aspect("equal", "datalim")
        axis.set_title(title)
        axis.set_xlabel("t-SNE 1 (a.u.)")
    axes[0, 0].set_ylabel("t-SNE 2 (a.u.)")
    figure.colorbar(marks, ax=axes, label="orientation (° from vertical)", ticks=[-90, -45, 0, 45, 90], shrink=0.85)
    return figure
