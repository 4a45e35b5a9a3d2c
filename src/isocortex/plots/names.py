"""Names beside points, where they cover the fewest others."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from .style import short

CHARACTER = 0.58
"""Width of a character as a share of the font size."""
PLACES = ((1, 0), (1, 1), (1, -1), (-1, 0), (-1, 1), (-1, -1), (0, 1), (0, -1))
"""Right or left of the point, above or below it: where its name may stand, the first of equally good places."""
GAP = 6.5
"""Points between a point and its name."""
FAR = 1e4
"""Beyond every axis, in points."""


def name_points(axis: Axes, points: np.ndarray, names: Sequence[object], *, side: float, size: float = 7.5) -> None:
    """Write a name beside each point.

    One after the other, each name takes the place where it covers the fewest points and names, and stays inside.

    Parameters
    ----------
    axis : Axes
        With equal units along both axes.
    points : array, shape (point, 2)
    names : sequence, length (point,)
    side : float
        Length of the shorter side of the axis in points (1/72 inch), as near as is known before the figure is laid out.
    size : float
        Of the font, in points.
    """
    extent = float(np.ptp(points, axis=0).max()) or 1.0
    at = points * side / (1.25 * extent)
    centre = (at[:, 0].min() + at[:, 0].max()) / 2
    left_of, right_of = (-FAR, -FAR, centre - side / 2, FAR), (centre + side / 2, -FAR, FAR, FAR)
    boxes = np.vstack([np.column_stack([at - GAP / 2, at + GAP / 2]), left_of, right_of])
    for point, (x, y), name in zip(points, at, map(short, names), strict=True):
        width, height = CHARACTER * size * len(name), 1.1 * size
        choices = []
        for right, up in PLACES:
            left = x + right * GAP + width * (right - 1) / 2
            bottom = y + up * GAP * (0.6 if right else 1) + height * (up - 1) / 2
            choices.append((left, bottom, left + width, bottom + height))
        covered = [_overlaps(np.array(box), boxes) for box in choices]
        best = int(np.argmin(covered))
        boxes = np.vstack([boxes, choices[best]])
        middle = np.array(choices[best]).reshape(2, 2).mean(axis=0) - (x, y)
        axis.annotate(
            name, tuple(point), tuple(middle), textcoords="offset points", ha="center", va="center", fontsize=size
        )


def _overlaps(box: np.ndarray, others: np.ndarray) -> float:
    """Return the area that a box (left, bottom, right, top) shares with others, shape (other, 4)."""
    shared = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    return float(np.prod(np.maximum(shared, 0), axis=1).sum())
