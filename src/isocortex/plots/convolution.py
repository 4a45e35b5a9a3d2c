"""Pictures of what a convolution is: maps for strides and paddings, weights as a matrix, modulation of cells."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from .canvas import grid, legend_below, styled
from .images import SIGNED_MAP
from .style import BLUE, GREY

Map = Float[np.ndarray, "rows columns"]


@styled
def map_sizes(maps: Mapping[tuple[str, str], Map]) -> Figure:
    """Show one channel's map under every stride (rows) and padding (columns), each pixel at one scale.

    Parameters
    ----------
    maps : mapping of (stride, padding) to array, shape (rows, columns)
        Label of the row and the column → map, zero in colour white; every combination once.
    """
    strides, paddings = (list(dict.fromkeys(place[i] for place in maps)) for i in (0, 1))
    limit = max(float(np.abs(values).max()) for values in maps.values()) or 1.0
    width = max(values.shape[1] for values in maps.values())
    heights = [max(values.shape[0] for (s, _), values in maps.items() if s == stride) for stride in strides]
    inches = [2.1 * rows / width + 0.35 for rows in heights]
    size = (2.1 * len(paddings) + 1.6, sum(inches) + 0.3)
    figure, axes = grid(len(strides), len(paddings), size=size, height_ratios=inches)
    for (stride, padding), values in maps.items():
        row = strides.index(stride)
        axis, height = axes[row, paddings.index(padding)], heights[row]
        rows, columns = values.shape
        box = (-columns / 2, columns / 2, -rows / 2, rows / 2)
        axis.imshow(values, cmap=SIGNED_MAP, vmin=-limit, vmax=limit, extent=box, interpolation="nearest")
        axis.plot(np.array(box)[[0, 1, 1, 0, 0]], np.array(box)[[2, 2, 3, 3, 2]], color=GREY, lw=0.7, clip_on=False)
        axis.set_xlim(-width / 2, width / 2)
        axis.set_ylim(-height / 2, height / 2)
        axis.set_xticks([])
        axis.set_yticks([])
        axis.spines[:].set_visible(False)
        head = f"{padding}\n" if stride == strides[0] else ""
        axis.set_title(f"{head}{rows} × {columns}", fontsize=9.5)
        if padding == paddings[0]:
            axis.set_ylabel(stride, rotation=0, ha="right", va="center")
    scale = ScalarMappable(Normalize(-limit, limit), SIGNED_MAP)
    figure.colorbar(scale, ax=axes, shrink=0.7, label="activation (a.u.)")
    return figure


@styled
def weight_matrices(matrices: Mapping[str, Float[np.ndarray, "output input"]]) -> Figure:
    """Show weight matrices, output by input, each on its own colour scale, symmetric around zero."""
    figure, axes = grid(1, len(matrices), size=(4.1 * len(matrices), 3.35))
    for axis, (title, weights) in zip(axes[0], matrices.items(), strict=True):
        limit = float(np.abs(weights).max())
        picture = axis.imshow(weights, cmap=SIGNED_MAP, vmin=-limit, vmax=limit, interpolation="nearest")
        axis.set_title(title)
        axis.set_xlabel("input pixel, row by row")
        axis.spines[:].set_visible(True)
        figure.colorbar(picture, ax=axis, shrink=0.75, label="weight")
    axes[0, 0].set_ylabel("output, row by row")
    return figure


@styled
def harmonics(table: pd.DataFrame, dots: Mapping[str, pd.DataFrame]) -> Figure:
    """Show F1/F0 and F2/F0 of every cell: units as dots, medians as bars, closed forms as crosses.

    Parameters
    ----------
    table : DataFrame
        A row per kind of cell: ``cell``, ``f1_f0``, ``f2_f0`` (medians), ``theory_f1_f0``, ``theory_f2_f0``.
    dots : mapping of str to DataFrame
        Kind of cell → its units' ``f1_f0`` and ``f2_f0``.
    """
    figure, axes = grid(1, 2, size=(8.6, 0.36 * len(table) + 1.3), sharey=True)
    rng = np.random.default_rng(0)
    places = np.arange(len(table))
    for axis, ratio in zip(axes[0], ("f1_f0", "f2_f0"), strict=True):
        for place, cell in zip(places, table["cell"], strict=True):
            values = dots[cell][ratio].dropna()
            jitter = rng.uniform(-0.22, 0.22, len(values))
            axis.plot(values, place + jitter, "o", ms=4, color=BLUE, alpha=0.45, mew=0, label="each unit")
        axis.plot(table[ratio], places, "|", color="black", ms=15, mew=2, label="median of units")
        axis.plot(table[f"theory_{ratio}"], places, "x", color="#D55E00", ms=8, mew=1.8, label="closed form")
        axis.set_xlim(-0.06, 1.1 * np.nanmax([dots[cell][ratio].max() for cell in table["cell"]]))
        axis.set_xlabel(f"{ratio[:2].upper()}/F0")
    axes[0, 0].axvline(1, color=GREY, lw=0.9, ls=":", label="criterion: simple above 1")
    axes[0, 0].set_yticks(places, table["cell"])
    axes[0, 0].invert_yaxis()
    legend_below(figure, *axes[0, 0].get_legend_handles_labels())
    return figure
