"""Representational dissimilarity matrices side by side."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from ..analysis import percentiles
from ..rdms import RDMs
from .canvas import grid, styled
from .style import DISSIMILARITY_MAP, blank, short

PANELS_PER_LINE = 4
"""At most."""
SMALLEST_NAMED = 0.06
"""Share of the stimuli below which the name of a block would run into its neighbours'."""


@styled
def rdm_panels(stacks: Mapping[str, RDMs], *, categories: np.ndarray | None = None, angles: bool = True) -> Figure:
    """Show the mean RDM of each stack as percentiles of its own dissimilarities, on one colour scale.

    Percentiles make RDMs comparable whose units differ; white lines separate blocks of stimuli of one category.

    Parameters
    ----------
    stacks : mapping of str to RDMs
        Title → RDMs; a stack is averaged over its rows.
    categories : array of str, shape (stimulus,), optional
        Blocks to mark.
    angles : bool
        Whether stimuli without categories are orientations, shown on the axes. Default yes.
    """
    rows = -(-len(stacks) // PANELS_PER_LINE)
    columns = -(-len(stacks) // rows)
    figure, axes = grid(rows, columns, size=(2.35 * columns + 0.7, 2.55 * rows))
    for axis in axes.flat[len(stacks) :]:
        axis.set_visible(False)
    for position, (axis, (title, rdms)) in enumerate(zip(axes.flat, stacks.items(), strict=False)):
        square = RDMs(percentiles(rdms.mean().dissimilarities), rdms.stimuli).square()[0]
        np.fill_diagonal(square, np.nan)
        shown = {"cmap": DISSIMILARITY_MAP, "vmin": 0, "vmax": 100, "interpolation": "nearest"}
        axis.set_title(short(title), fontsize=9.5)
        axis.imshow(square, **shown)
        if categories is not None:
            blank(axis)
            _blocks(axis, categories, named=position % columns == 0)
        elif angles:
            _angle_ticks(
                axis, rdms.stimuli, outer_left=position % columns == 0, outer_bottom=position + columns >= len(stacks)
            )
        else:
            blank(axis)
            if position + columns >= len(stacks):
                axis.set_xlabel(f"{len(square)} stimuli")
    scale = ScalarMappable(Normalize(0, 100), DISSIMILARITY_MAP)
    figure.colorbar(scale, ax=axes, shrink=0.8, label="dissimilarity (percentile)", aspect=30)
    return figure


def _angle_ticks(axis: Axes, angles: np.ndarray, *, outer_left: bool, outer_bottom: bool) -> None:
    """Tick −90°, 0° and 90° where they lie among the stimuli, which need not be equally spaced."""
    step = (angles[-1] - angles[0]) / (len(angles) - 1)
    padded = np.concatenate([[angles[0] - step], angles, [angles[-1] + step]])
    labels = [tick for tick in (-90, 0, 90) if padded[0] <= tick <= padded[-1]]
    places = np.clip(np.interp(labels, padded, np.arange(-1, len(angles) + 1)), -0.5, len(angles) - 0.5)
    names = [str(tick).replace("-", "−") for tick in labels]
    axis.set_xticks(places, names if outer_bottom else [""] * len(names))
    axis.set_yticks(places, names if outer_left else [""] * len(names))
    axis.set_xlim(-0.5, len(angles) - 0.5)
    axis.set_ylim(len(angles) - 0.5, -0.5)
    axis.spines[:].set_visible(False)
    if outer_bottom:
        axis.set_xlabel("orientation (°)")
    if outer_left:
        axis.set_ylabel("orientation (°)")


def _blocks(axis: Axes, categories: np.ndarray, *, named: bool) -> None:
    """Separate runs of one category by white lines, and name them along the left edge."""
    edges = np.flatnonzero(categories[1:] != categories[:-1]) + 1
    for edge in edges:
        axis.axhline(edge - 0.5, color="white", lw=0.8)
        axis.axvline(edge - 0.5, color="white", lw=0.8)
    if named:
        starts = np.concatenate([[0], edges, [len(categories)]])
        sizes = np.diff(starts)
        wide = sizes >= SMALLEST_NAMED * len(categories)
        axis.set_yticks(
            ((starts[:-1] + starts[1:] - 1) / 2)[wide],
            [short(kind) for kind in categories[starts[:-1]][wide]],
            fontsize=8,
        )
        axis.tick_params(left=False)
