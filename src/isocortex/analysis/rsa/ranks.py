"""Rank correlations of dissimilarities: Spearman's, and rho-a, its mean over random orders of the ties.

A bootstrap sample repeats pairs, and ranks are among the repeated ones. Values are sorted once, into codes 0, 1, 2, …
that tied values share; in a sample the rank of a code is a running sum over the counts of the codes below.
"""

import numpy as np

from ...cores import on_cores
from ...shapes import CondensedRDM, OtherRowCodes, PairCounts, RowCodes, Similarities
from .blocks import blocks_of


def integers(size: int) -> type[np.signedinteger]:
    """Return the type of the places below `size`: of two bytes for the pairs of up to 256 stimuli."""
    return np.int16 if size <= 2**15 else np.int32


def codes(rows: CondensedRDM) -> RowCodes:
    """Return the place of each value among the different values of its row: 0 for the smallest, ties alike."""
    n = rows.shape[1]
    result = np.empty(rows.shape, integers(n))

    def work(block: slice) -> None:
        some, place = rows[block], result[block].reshape(-1)
        order, ordered = _order(some)
        new = ordered[:, 1:] != ordered[:, :-1]
        ranks = np.broadcast_to(np.arange(n, dtype=result.dtype), some.shape)
        if not new.all():
            ranks = np.pad(np.cumsum(new, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
        place[order.ravel()] = ranks.ravel()

    on_cores(work, blocks_of(*rows.shape))
    return result


def _order(rows: CondensedRDM) -> tuple[np.ndarray, CondensedRDM]:
    """Return the indices, in all rows laid end to end, that sort each row, and the rows sorted.

    Integers of 16 bits are sorted by their digits, seven times as fast as floats by comparisons: that order of even
    steps from the smallest value to the largest is almost the one sought, and a merge sort has little left to do.
    """
    low, high = rows.min(axis=1, keepdims=True, initial=np.inf), rows.max(axis=1, keepdims=True, initial=-np.inf)
    with np.errstate(all="ignore"):  # any steps will do for rows without a range, or beyond all range
        values = rows - low
        values *= 65535 / (high - low)
        steps = values.astype(np.uint16)
    starts = rows.shape[1] * np.arange(len(rows))[:, None]
    nearly = np.argsort(steps, axis=1, kind="stable")
    nearly += starts
    rows.take(nearly, out=values, mode="clip")  # the memory is used again: fresh pages cost as much as the sort
    rest = np.argsort(values, axis=1, kind="stable")
    rest += starts
    order = nearly.take(rest)
    return order, rows.take(order, out=values, mode="clip")


def mid_ranks(codes: RowCodes, counts: PairCounts | None = None) -> CondensedRDM:
    """Return the mean rank of each pair among the pairs repeated by their counts; ties share theirs."""
    times = np.ones(codes.shape[1], int) if counts is None else counts
    size = int(codes.max(initial=0)) + 1
    result = np.empty(codes.shape)
    for block in blocks_of(*codes.shape):
        flat = codes[block] + size * np.arange(block.stop - block.start)[:, None]
        repeated = np.broadcast_to(times, flat.shape).ravel()
        held = np.bincount(flat.ravel(), repeated, minlength=size * len(flat)).astype(np.int64).reshape(-1, size)
        twice = held.cumsum(axis=1)  # of integers, whose running sum is ten times as fast as that of floats
        twice *= 2
        twice -= held
        result[block] = twice.take(flat)
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
