"""Names beside points, where they cover the fewest others."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from .style import GREY, short

CHARACTER = 0.58
"""Width of a character as a share of the font size."""
PLACES = ((1, 0), (1, 1), (1, -1), (-1, 0), (-1, 1), (-1, -1), (0, 1), (0, -1))
"""Right or left of the point, above or below it: where its name may stand, the first of equally good places."""
GAPS = 6.5 * np.array([1, 2, 3.5, 5, 7, 9])
"""Points (1/72 inch) between a point and its name, the nearest first; from the second on a line leads to the point."""
FAR = 1e4
"""Beyond every axis, in points."""


def name_points(axis: Axes, points: np.ndarray, names: Sequence[object], *, size: float = 7.5) -> None:
    """Write a name beside each point.

    One after the other, each name takes the nearest place where it covers no other point or name and stays inside the
    axes, or the place where it covers least. The figure must be whole and laid out before, by
    ``figure.draw_without_rendering()``: where points lie on paper is known only then.

    Parameters
    ----------
    axis : Axes
    points : array, shape (point, 2)
    names : sequence, length (point,)
    size : float
        Of the font, in points.
    """
    figure = axis.get_figure(root=True)
    assert figure is not None
    inches = figure.dpi_scale_trans.inverted()
    at = 72 * inches.transform(axis.transData.transform(points))
    (left, bottom), (right, top) = 72 * inches.transform(axis.get_window_extent().get_points())
    walls = [(-FAR, -FAR, left, FAR), (right, -FAR, FAR, FAR), (-FAR, -FAR, FAR, bottom), (-FAR, top, FAR, FAR)]
    boxes = np.vstack([np.column_stack([at - GAPS[0] / 2, at + GAPS[0] / 2]), walls])
    for point, (x, y), name in zip(points, at, map(short, names), strict=True):
        width, height = CHARACTER * size * len(name), 1.1 * size
        choices = [
            (side * (gap + width / 2), up * (gap * (0.6 if side else 1) + height / 2))
            for gap in GAPS
            for side, up in PLACES
        ]
        middles, half = np.add(choices, (x, y)), np.array([width, height]) / 2
        candidates = np.column_stack([middles - half, middles + half])
        best = int(np.argmin([_overlaps(box, boxes) for box in candidates]))
        boxes = np.vstack([boxes, candidates[best]])
        line = {"arrowstyle": "-", "color": GREY, "lw": 0.5, "shrinkA": 0, "shrinkB": GAPS[0] / 2}
        text = axis.annotate(
            name,
            tuple(point),
            choices[best],
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=size,
            arrowprops=line if best >= len(PLACES) else None,
        )
        text.set_in_layout(False)


def _overlaps(box: np.ndarray, others: np.ndarray) -> float:
    """Return the area that a box (left, bottom, right, top) shares with others, shape (other, 4)."""
    shared = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    return float(np.prod(np.maximum(shared, 0), axis=1).sum())
