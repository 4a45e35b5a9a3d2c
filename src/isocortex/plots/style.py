"""One look for every picture: sober, legible at half size, safe for colour-blind readers."""

from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, PINK, GREEN, GREY = "#0072B2", "#E69F00", "#CC79A7", "#009E73", "#555555"
"""From the palette of Okabe and Ito."""

VARIANT_COLOURS = {"trained": BLUE, "untrained": ORANGE, "random": PINK, "pixels": GREY}
SERIES = (BLUE, ORANGE, GREEN, PINK, "#56B4E9", "#D55E00", GREY, "#000000")
DISSIMILARITY_MAP = "viridis"
CYCLIC_MAP = "twilight"

RC: dict[str, Any] = {
    "axes.grid": False,
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10.5,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}
ORIENTATION_TICKS = (-90, -45, 0, 45, 90)


def grid(rows: int, columns: int, *, size: tuple[float, float], **options: Any) -> tuple[Figure, Any]:
    """Return a figure of `size` inches and an array of axes, shape (rows, columns), in the common style."""
    with rc_context(RC):
        figure = Figure(figsize=size, layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False, **options)


def orientation_axis(axis: Axes, label: str = "orientation (° from vertical)") -> None:
    """Put ticks every 45° on the x axis."""
    axis.set_xticks(ORIENTATION_TICKS)
    axis.set_xlabel(label)


def blank(axis: Axes) -> None:
    """Take ticks and spines off an axis that shows an image."""
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)
