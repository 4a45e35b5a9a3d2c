"""Population codes: their lines, patterns of activity, and weights from them."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from ..stimuli import MonotonicCode
from .canvas import grid, styled
from .images import SIGNED_MAP
from .style import BLUE, BRAIN, GREY, VERMILION, blank

ACTIVITY_MAP = "viridis"
WEIGHTS_PER_LINE = 8

Patterns = Float[np.ndarray, "example unit"]
Positions = Float[np.ndarray, "example 2"]


@styled
def monotonic_code(code: MonotonicCode, position: float) -> Figure:
    """Draw the lines of each type of a monotonic code along one axis, and the pattern at one position.

    Parameters
    ----------
    code : MonotonicCode
    position : float
        Degrees; marked in every panel.
    """
    places = np.linspace(-code.reach, code.reach, 321)
    lines, pattern = np.asarray(code.lines(places)), np.asarray(code.lines(np.array([position])))[0]
    figure, axes = grid(1, len(code.types) + 1, size=(2.1 * len(code.types) + 3.2, 2.9),
                        width_ratios=[*[1.0] * len(code.types), 1.5], sharey=True)  # fmt: skip
    for i, (axis, kind) in enumerate(zip(axes[0], code.types, strict=False)):
        axis.plot(places, lines[:, i * code.n : (i + 1) * code.n], color=BLUE, lw=1.1)
        axis.axvline(position, color=VERMILION, lw=1.0, ls="--")
        axis.set_title(kind)
        axis.set_xticks([-code.reach / 2, 0, code.reach / 2])  # at the ends they would meet those of the neighbour
        axis.set_xlabel("position (°)")
    axes[0, 0].set_ylabel("activity")
    last = axes[0, -1]
    last.bar(np.arange(len(pattern)) + 1, pattern, color=VERMILION, width=0.75)
    for i, kind in enumerate(code.types):
        last.text(i * code.n + code.n / 2 + 0.5, 1.02, kind, ha="center", va="bottom", fontsize=8.5)
        if i:
            last.axvline(i * code.n + 0.5, color=GREY, lw=0.7, ls=":")
    last.set_xticks(np.arange(1, len(pattern) + 1, code.n))
    last.set_xlabel("unit")
    last.set_title(f"pattern at {position:g}°".replace("-", "−"), pad=20)
    return figure


@styled
def patterns(
    rows: Mapping[str, Patterns],
    titles: Sequence[str],
    *,
    extent: float,
    spacing: float,
    marks: Mapping[str, Positions] | None = None,
    dots: Mapping[str, Positions] | None = None,
) -> Figure:
    """Draw patterns of activity, examples in columns: maps where the units make a square lattice, else bars.

    Parameters
    ----------
    rows : mapping of str to array, shape (example, unit)
        Activities in 0…1.
    titles : sequence of str
        One per example.
    extent, spacing : float
        The first centre of the lattice lies at −extent; the step between centres. Degrees.
    marks, dots : mapping of str to array, shape (example, 2), optional
        Row → true and decoded positions, as crosses and rings on its maps.
    """
    n = len(titles)
    figure, axes = grid(len(rows), n, size=(1.5 * n + 1.7, 1.5 * len(rows) + 0.6))
    for line, (name, activity) in zip(axes, rows.items(), strict=True):
        for i, (axis, pattern) in enumerate(zip(line, activity, strict=True)):
            _pattern(axis, pattern, extent, spacing)
            for places, look in ((marks, {"marker": "+", "ms": 9, "mew": 1.8}), (dots, {"marker": "o", "mfc": "none"})):
                if places is not None and name in places:
                    axis.plot(*places[name][i], color="white", ls="", **look)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for axis, title in zip(axes[0], titles, strict=True):
        axis.set_title(title, fontsize=9)
    figure.colorbar(ScalarMappable(Normalize(0, 1), ACTIVITY_MAP), ax=axes, shrink=0.6, label="activity")
    return figure


def _pattern(axis: Axes, pattern: np.ndarray, extent: float, spacing: float) -> None:
    """Draw one pattern."""
    edge = round(len(pattern) ** 0.5)
    if edge**2 != len(pattern):
        axis.bar(np.arange(len(pattern)), pattern, color=BLUE, width=1.0)
        axis.set_ylim(0, 1)
        blank(axis)
        return
    low, high = -extent - spacing / 2, -extent + (edge - 0.5) * spacing
    box = (low, high, low, high)
    image = pattern.reshape(edge, edge)
    axis.imshow(image, cmap=ACTIVITY_MAP, vmin=0, vmax=1, extent=box, origin="lower", interpolation="nearest")
    axis.set_xlim(low, max(high, extent + 1))
    axis.set_ylim(low, max(high, extent + 1))
    axis.set_facecolor("0.85")
    blank(axis)


@styled
def input_weights(maps: Float[np.ndarray, "unit y x"], eye: Float[np.ndarray, "unit 2"] | None = None) -> Figure:
    """Draw each hidden unit's weights from a retinal map, and those from the eye position as an arrow.

    Parameters
    ----------
    maps : array, shape (unit, y, x)
        y rises upwards.
    eye : array, shape (unit, 2), optional
        Weights of the eye's x and y; all arrows are on one scale.
    """
    columns = min(WEIGHTS_PER_LINE, len(maps))
    rows = -(-len(maps) // columns)
    limit = float(np.abs(maps).max()) or 1.0
    figure, axes = grid(rows, columns, size=(1.2 * columns + 1.2, 1.38 * rows + 0.2))
    longest = 1.0 if eye is None else float(np.linalg.norm(eye, axis=1).max()) or 1.0
    for axis in axes.flat:
        blank(axis)
    for i, (axis, weights) in enumerate(zip(axes.flat, maps, strict=False)):
        axis.imshow(weights, cmap=SIGNED_MAP, vmin=-limit, vmax=limit, origin="lower", interpolation="nearest")
        axis.spines[:].set_visible(True)
        axis.spines[:].set_linewidth(0.5)
        axis.set_title(f"unit {i + 1}", fontsize=8.5)
        if eye is not None:
            y, x = (np.array(weights.shape) - 1) / 2
            dx, dy = eye[i] / longest * 0.48 * weights.shape[1]
            arrow = {"arrowstyle": "-|>", "color": BRAIN, "lw": 1.3, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9}
            axis.annotate("", (x + dx, y + dy), (x, y), arrowprops=arrow)
    scale = ScalarMappable(Normalize(-limit, limit), SIGNED_MAP)
    figure.colorbar(scale, ax=axes, shrink=0.7, label="weight from the retina")
    return figure
