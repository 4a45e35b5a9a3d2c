"""Make dissimilarities equal that differ only by rounding, so that ranks do not depend on rounding."""

import numpy as np

from ...cores import on_cores
from ...shapes import CondensedRDM
from ..inference.blocks import blocks_of

ROUNDING = 64
"""How many roundings of its largest term a sum of products may be wrong by.

The errors of n products grow no faster than √n, and the blocks in which matrix products add them up keep them below
that: equal distances of 10⁶ units differ by up to 10 roundings. Six times as many leave room for means over repeats.
"""

NEAR = 2
"""Values farther apart than so many resolutions are different: each of two may be one away from a level they share."""


def resolution_of(rows: CondensedRDM) -> np.ndarray:
    """Return the difference up to which values of a row are the same, by their type and the largest: shape (row,)."""
    largest = np.maximum(rows.max(axis=1, initial=0.0), -rows.min(axis=1, initial=0.0))
    return ROUNDING * float(np.finfo(rows.dtype).eps) * largest.astype(float)


def settled(rows: CondensedRDM, resolution: np.ndarray | None = None) -> CondensedRDM:
    """Return dissimilarities without rounding: those near zero are zero, and those near each other are equal.

    Parameters
    ----------
    rows : array, shape (row, pair)
        Without NaN.
    resolution : array, shape (row,), optional
        The difference up to which two values of a row are the same. Default :func:`resolution_of`.

    Returns
    -------
    array, shape (row, pair)
        The given array, where nothing in it is near. Of values that are the same, each becomes the smallest.
    """
    limits = resolution_of(rows) if resolution is None else resolution
    found: dict[int, np.ndarray] = {}

    def work(block: slice) -> None:
        ordered = np.sort(rows[block], axis=1)
        levels = settled_in_order(ordered, limits[block])
        for i in np.flatnonzero((levels != ordered).any(axis=1)):
            row = rows[block.start + i]
            found[block.start + int(i)] = levels[i][np.searchsorted(ordered[i], row)]

    on_cores(work, blocks_of(*rows.shape))
    if not found:
        return rows
    result = rows.copy()
    for i, row in found.items():
        result[i] = row
    return result


def settled_in_order(ordered: CondensedRDM, limits: np.ndarray) -> CondensedRDM:
    """Return sorted rows without rounding, as :func:`settled` does; the given array where nothing in it is near."""
    small = np.abs(ordered) <= limits[:, None]
    if (small & (ordered != 0)).any():
        ordered = np.where(small, 0, ordered).astype(ordered.dtype, copy=False)
    steps = np.diff(ordered, axis=1)
    near = np.flatnonzero(((steps > 0) & (steps <= limits[:, None])).any(axis=1))
    if len(near):
        ordered = ordered.copy()
        for i in near:
            ordered[i] = _levels(ordered[i], steps[i], float(limits[i]))
    return ordered


def _levels(ordered: np.ndarray, steps: np.ndarray, limit: float) -> np.ndarray:
    """Return the smallest value that each value, in order, is the same as.

    Values that lie as close as rounding by chance may form long chains, which are cut at every `limit` from their
    start.
    """
    begins = np.concatenate([[True], steps > limit])
    first = ordered[np.maximum.accumulate(np.where(begins, np.arange(len(ordered)), 0))]
    part = np.floor((ordered - first) / limit)
    begins[1:] |= part[1:] != part[:-1]
    return ordered[np.maximum.accumulate(np.where(begins, np.arange(len(ordered)), 0))]
