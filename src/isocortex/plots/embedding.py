"""Maps of stimuli in the plane, coloured by orientation."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from .style import CYCLIC_MAP, ORIENTATIONS, blank, grid, orientation_bar, styled


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
