"""One look for every picture: sober, legible at half size, safe for colour-blind readers."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

BLUE, ORANGE, PINK, GREEN, GREY = "#0072B2", "#E69F00", "#CC79A7", "#009E73", "#555555"
SKY, VERMILION = "#56B4E9", "#D55E00"
"""From the palette of Okabe and Ito."""

VARIANT_COLOURS = {
    "trained": BLUE,
    "untrained": ORANGE,
    "random filters": PINK,
    "published": GREEN,
    "Adam": GREEN,
    "tilt": BLUE,
    "boundary": SKY,
    "orientation": GREEN,
    "rotation": VERMILION,
    "fitted to the neurons": GREEN,
    "brain": "#000000",
}
"""Kinds of models; every other kind is grey."""
BRAIN = "#000000"
SERIES = (BLUE, ORANGE, GREEN, PINK, SKY, VERMILION, GREY)
DISSIMILARITY_MAP = "viridis"
CYCLIC_MAP = LinearSegmentedColormap.from_list("orientation", ["#D55E00", "#5B2A86", "#2F8FD8", "#E0B000", "#D55E00"])
"""Orientation from −90° to 90°, closed: neighbours differ in lightness too, and nothing fades into the page."""
ORIENTATIONS = Normalize(-90, 90)

RC: Any = {
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
    "text.parse_math": False,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}
LONGEST_NAME = 26
ORIENTATION_TICKS = (-90, -45, 0, 45, 90)


def orientation_axis(axis: Axes) -> None:
    """Put ticks every 45° on the x axis."""
    axis.set_xticks(ORIENTATION_TICKS)
    axis.set_xlabel("orientation (°)")


def orientation_bar(figure: Figure, axes: Any, label: str) -> None:
    """Add the colour bar of orientations."""
    figure.colorbar(
        ScalarMappable(ORIENTATIONS, CYCLIC_MAP), ax=axes, label=label, ticks=ORIENTATION_TICKS, shrink=0.85
    )


def plain_log(axis: Axis, low: float, high: float) -> None:
    """Label a logarithmic axis with plain numbers: 0.1, 0.2, 0.5 where it spans little, else powers of ten."""
    steps = (1.0, 2.0, 5.0) if high < 500 * low else (1.0,)
    axis.set_major_locator(LogLocator(subs=steps))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def short(name: object) -> str:
    """Return a name that fits beside an axis; names come from files, and may be of any length."""
    text = " ".join(str(name).split())
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def blank(axis: Axes) -> None:
    """Take ticks and spines off an axis that shows an image."""
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)
