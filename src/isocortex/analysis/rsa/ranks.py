"""Rank correlations of dissimilarities: Spearman's, and rho-a, its mean over random orders of the ties.

A bootstrap sample repeats pairs, and ranks are among the repeated ones. Values are sorted once, into codes 0, 1, 2, …
that tied values share; in a sample the rank of a code is a running sum over the counts of the codes below.
"""

import numpy as np

from ...shapes import CondensedRDM, OtherRowCodes, PairCounts, RowCodes, Similarities
from .blocks import BLOCK, in_blocks


def codes(rows: CondensedRDM) -> RowCodes:
    """Return the place of each value among the different values of its row: 0 for the smallest, ties alike."""
    result = np.empty(rows.shape, np.intp)
    n = rows.shape[1]

    def work(block: slice) -> None:
        some, place = rows[block], result[block].reshape(-1)
        order, sure = _fast_order(some)
        place[(order + n * np.arange(len(some))[:, None]).ravel()] = np.tile(np.arange(n), len(some))
        for row in np.flatnonzero(~sure):
            order = np.argsort(some[row])
            ordered = some[row, order]
            place[row * n + order] = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])])

    in_blocks(work, len(rows))
    return result


def _fast_order(rows: CondensedRDM) -> tuple[np.ndarray, np.ndarray]:
    """Return the order of each row, and whether that order is sure.

    Sorting integers is three times as fast as sorting indices: a float's bits, read as an integer (its magnitude
    reversed below zero), sort as the float does, and the lowest bits make room for the index. The order is sure unless
    two values differ in no other bit.
    """
    n = rows.shape[1]
    low = 2 ** (n - 1).bit_length() - 1
    keys = (rows + 0.0).view(np.int64)  # −0 + 0 is 0
    if keys.min(initial=0) < 0:
        keys ^= (keys >> 63) & np.iinfo(np.int64).max
    keys &= ~low
    keys |= np.arange(n)
    keys.sort(axis=1)
    order = keys & low
    keys ^= order
    return order, (keys[:, 1:] != keys[:, :-1]).all(axis=1)


def mid_ranks(codes: RowCodes, counts: PairCounts | None = None) -> CondensedRDM:
    """Return the mean rank of each pair among the pairs repeated by their counts; ties share theirs."""
    times = np.ones(codes.shape[1], int) if counts is None else counts
    size = int(codes.max(initial=0)) + 1
    result = np.empty(codes.shape)
    for start in range(0, len(codes), BLOCK):
        flat = codes[start : start + BLOCK] + size * np.arange(min(BLOCK, len(codes) - start))[:, None]
        repeated = np.broadcast_to(times, flat.shape).ravel()
        held = np.bincount(flat.ravel(), repeated, minlength=size * len(flat)).astype(np.int64).reshape(-1, size)
        twice = held.cumsum(axis=1)  # of integers, whose running sum is ten times as fast as that of floats
        twice *= 2
        twice -= held
        result[start : start + BLOCK] = twice.take(flat)
    result += 1
    result /= 2
    return result


def untied(codes: RowCodes) -> np.ndarray:
    """Return which rows of codes, of all pairs, have no ties."""
    return codes.max(axis=1, initial=-1) == codes.shape[1] - 1


def spearman(x: RowCodes, y: OtherRowCodes, counts: PairCounts | None = None) -> Similarities:
    """Return the Pearson correlation of the ranks; NaN for a row that is all one tie."""
    xy, xx, yy, _ = _rank_products(x, y, counts)
    scale = np.sqrt(xx)[:, None] * np.sqrt(yy)
    return np.divide(xy, scale, out=np.full(xy.shape, np.nan), where=scale > 0)


def rho_a(x: RowCodes, y: OtherRowCodes, counts: PairCounts | None = None) -> Similarities:
    """Return 12 Σ (r − r̄)(s − s̄) / (n³ − n) of the ranks r and s: Spearman's with the variance of untied ranks."""
    xy, _, _, n = _rank_products(x, y, counts)
    return 12 * xy / (n**3 - n) if n > 1 else np.full(xy.shape, np.nan)


def _rank_products(x: RowCodes, y: OtherRowCodes, counts: PairCounts | None):
    """Return Σ (r − r̄)(s − s̄) over the repeated pairs, of x with y and each with itself, and their number."""
    n = float(x.shape[1] if counts is None else counts.sum())
    ranks_x, ranks_y = (
        rows - (n - 1) / 2 if counts is None and untied(rows).all() else mid_ranks(rows, counts) - (n + 1) / 2
        for rows in (x, y)
    )
    weighted_x, weighted_y = (ranks if counts is None else ranks * counts for ranks in (ranks_x, ranks_y))
    xx, yy = (np.einsum("rp,rp->r", *both) for both in ((weighted_x, ranks_x), (weighted_y, ranks_y)))
    return weighted_x @ ranks_y.T, xx, yy, n
