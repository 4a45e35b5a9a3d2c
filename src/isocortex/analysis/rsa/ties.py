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


def resolution_of(rows: CondensedRDM) -> np.ndarray:
    """Return the difference up to which values of a row are the same, by their type and the largest: shape (row,)."""
    largest = np.abs(rows).max(axis=1, initial=0.0)
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
        for i in range(block.start, block.stop):
            row = np.where(np.abs(rows[i]) <= limits[i], 0.0, rows[i]).astype(rows.dtype, copy=False)
            ordered = np.sort(row)
            steps = np.diff(ordered)
            if ((steps > 0) & (steps <= limits[i])).any():
                row = _levels(ordered, steps, float(limits[i]))[np.searchsorted(ordered, row)]
            if not np.array_equal(row, rows[i]):
                found[i] = row

    on_cores(work, blocks_of(*rows.shape))
    if not found:
        return rows
    result = rows.copy()
    for i, row in found.items():
        result[i] = row
    return result


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
