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
    """Return the place of each value among the different values of its row: 0 for the smallest, ties alike.

    Integers of 16 bits are sorted by their digits, seven times as fast as floats by comparisons. Even steps from the
    smallest value to the largest are such integers, and in their order little is left to do.
    """
    n = rows.shape[1]
    result = np.empty(rows.shape, integers(n))

    def work(block: slice) -> None:
        some, found = rows[block], result[block].reshape(-1)
        steps = _even_steps(some)
        starts = n * np.arange(len(some))[:, None]
        order = np.argsort(steps, axis=1, kind="stable")
        order += starts
        alike = np.zeros(some.shape, bool)
        stepped = steps.take(order)
        np.equal(stepped[:, 1:], stepped[:, :-1], out=alike[:, :-1])
        if np.count_nonzero(alike) < FEW * alike.size:
            ranks = _ranked_within(some, order, alike, starts)
        else:
            order = order.take(np.argsort(some.take(order), axis=1, kind="stable") + starts)
            ordered = some.take(order)
            ranks = np.zeros(some.shape, np.int32)
            np.cumsum(ordered[:, 1:] != ordered[:, :-1], axis=1, out=ranks[:, 1:])
        found[order.ravel()] = ranks.ravel()

    on_cores(work, blocks_of(*rows.shape))
    return result


FEW = 1 / 16
"""Share of neighbours in one step up to which it is faster to compare them with each other than to sort all."""


def _even_steps(rows: CondensedRDM) -> np.ndarray:
    """Return in which of 65536 steps from the smallest value of its row to the largest each value lies."""
    low, high = rows.min(axis=1, keepdims=True, initial=np.inf), rows.max(axis=1, keepdims=True, initial=-np.inf)
    with np.errstate(all="ignore"):  # any steps will do for rows without a range, or beyond all range
        values = rows - low
        values *= 65535 / (high - low)
        return values.astype(np.uint16)


def _ranked_within(rows: CondensedRDM, order: np.ndarray, alike: np.ndarray, starts: np.ndarray) -> RowCodes:
    """Return the codes in the order of the steps, where some values are in one step with the next, or `alike`."""
    places = np.tile(np.arange(rows.shape[1], dtype=integers(rows.shape[1])), (len(rows), 1))
    ranks, order, alike = places.reshape(-1), order.reshape(-1), alike.reshape(-1)
    repeated = np.zeros(places.shape, bool)
    first = np.flatnonzero(alike)
    second = first + 1
    while len(first):
        earlier, later = rows.take(order.take(first)), rows.take(order.take(second))
        wrong = earlier > later
        ranks[first[wrong]] += 1
        ranks[second[wrong]] -= 1
        repeated.reshape(-1)[second[earlier == later]] = True
        further = alike.take(second)
        first, second = first[further], second[further] + 1
    if repeated.any():
        by_rank = np.zeros(repeated.shape, np.int32)
        by_rank[repeated.nonzero()[0], places[repeated]] = 1
        places -= by_rank.cumsum(axis=1, dtype=np.int32).take(places + starts)
    return places


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
