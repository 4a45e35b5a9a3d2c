"""Pictures of stimuli and filters."""

from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from ..shapes import FilterBank, Images
from .style import blank, grid, styled

IMAGES_PER_LINE = 6


@styled
def image_row(images: Images, titles: Sequence[str]) -> Figure:
    """Show grey images of values in [0, 1] side by side."""
    columns = min(IMAGES_PER_LINE, len(images))
    rows = -(-len(images) // columns)
    height = 1.4 * images.shape[1] / images.shape[2] + 0.35
    figure, axes = grid(rows, columns, size=(1.45 * columns, rows * height))
    for axis in axes.flat:
        blank(axis)
    for axis, image, title in zip(axes.flat, images, titles, strict=False):
        axis.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axis.set_title(title, fontsize=9)
    return figure


@styled
def filter_change(before: FilterBank, after: Sequence[FilterBank], names: Sequence[str]) -> Figure:
    """Show filters before training, and after it in several members of a population, on one colour scale."""
    stacks = [before, *after]
    labels = ["before training", *names]
    limit = float(np.max([np.abs(stack).max() for stack in stacks]))
    figure, axes = grid(len(stacks), before.shape[0], size=(1.1 * before.shape[0] + 2.0, 1.1 * len(stacks) + 0.4))
    for row, (stack, label) in enumerate(zip(stacks, labels, strict=True)):
        for column, kernel in enumerate(stack):
            axis = axes[row, column]
            axis.imshow(kernel, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
            axis.set_xticks([])
            axis.set_yticks([])
            axis.spines[:].set_visible(True)
            axis.spines[:].set_linewidth(0.5)
            if row == 0:
                axis.set_title(f"filter {column + 1}")
        axes[row, 0].set_ylabel(label, rotation=0, ha="right", va="center")
    figure.colorbar(ScalarMappable(Normalize(-limit, limit), "RdBu_r"), ax=axes, shrink=0.7, label="weight")
    return figure
