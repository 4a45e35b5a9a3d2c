"""Pictures of stimuli and filters."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from ..shapes import FilterBank, Images
from .canvas import grid, styled
from .style import blank

IMAGES_PER_LINE = 6
SIGNED_MAP = "RdBu_r"

Pictures = Float[np.ndarray, "column picture_height picture_width"]
Beside = Float[np.ndarray, "row height width"]


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
    rows = {"before training": before, **dict(zip(names, after, strict=True))}
    return _signed(rows, [f"filter {i + 1}" for i in range(len(before))], label="weight")


@styled
def signed_pictures(
    rows: Mapping[str, Pictures], titles: Sequence[str], *, label: str, beside: Beside | None = None
) -> Figure:
    """Show weights or activity as a grid of pictures on one colour scale, symmetric around zero.

    Parameters
    ----------
    rows : mapping of str to array, shape (column, height, width)
        Label of a row → its pictures.
    titles : sequence of str
        Title of each column.
    label : str
        What the colours mean, with its unit.
    beside : array, shape (row, height, width), optional
        Grey images of values in [0, 1] to the left of the rows: what was shown.
    """
    return _signed(rows, titles, label=label, beside=beside)


def _signed(rows: Mapping[str, Pictures], titles: Sequence[str], *, label: str, beside: Beside | None = None) -> Figure:
    """Draw the grid; cells are 1.1 inches wide and as high as their pictures ask for."""
    limit = float(np.max([np.abs(stack).max() for stack in rows.values()])) or 1.0
    height, width = next(iter(rows.values())).shape[1:]
    extra = int(beside is not None)
    columns = len(titles) + extra
    size = (1.1 * columns + 2.0, 1.1 * len(rows) * min(1.0, height / width + 0.05) + 0.4)
    figure, axes = grid(len(rows), columns, size=size)
    for row, (name, stack) in enumerate(rows.items()):
        if beside is not None:
            axes[row, 0].imshow(beside[row], cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        for axis, picture in zip(axes[row, extra:], stack, strict=True):
            axis.imshow(picture, cmap=SIGNED_MAP, vmin=-limit, vmax=limit, interpolation="nearest")
        for axis in axes[row]:
            axis.set_xticks([])
            axis.set_yticks([])
            axis.spines[:].set_visible(True)
            axis.spines[:].set_linewidth(0.5)
        axes[row, 0].set_ylabel(name, rotation=0, ha="right", va="center")
    for axis, title in zip(axes[0], [*["stimulus"] * extra, *titles], strict=True):
        axis.set_title(title)
    figure.colorbar(ScalarMappable(Normalize(-limit, limit), SIGNED_MAP), ax=axes, shrink=0.7, label=label)
    return figure
