"""Rank correlations of dissimilarities: Spearman's, and rho-a, its mean over random orders of the ties.

A bootstrap sample repeats pairs, and ranks are among the repeated ones. Values are sorted once, into codes 0, 1, 2, …
that tied values share; in a sample the rank of a code is a running sum over the counts of the codes below.
"""

import numpy as np

from ....cores import on_cores
from ....shapes import CondensedRDM, OtherRankable, PairCounts, Rankable, RowCodes, Similarities
from ...inference.blocks import blocks_of
from ..ties import NEAR, resolution_of, settled_in_order

FEW = 1 / 16
"""Share of neighbours in one step up to which it is faster to compare them with each other than to sort all."""
MOST = 16
"""Values in one step, up to which it is."""


def integers(size: int) -> type[np.signedinteger]:
    """Return the type of the places below `size`: of two bytes for the pairs of up to 256 stimuli."""
    return np.int16 if size <= 2**15 else np.int32


def coded(rows: Rankable) -> RowCodes:
    """Return the codes of dissimilarities, or the codes that are given."""
    return rows if np.issubdtype(rows.dtype, np.integer) else codes(rows)


def codes(rows: CondensedRDM) -> RowCodes:
    """Return the place of each value among the different values of its row: 0 for the smallest, ties alike.

    Values that are equal but for rounding are ties (:func:`.ties.settled`).

    Integers of 16 bits are sorted by their digits, seven times as fast as floats by comparisons. Even steps from the
    smallest value to the largest are such integers, and in their order a merge sort has little left to do.
    """
    n = rows.shape[1]
    result, limits = np.empty(rows.shape, integers(n)), resolution_of(rows)

    def work(block: slice) -> None:
        some, starts = rows[block], n * np.arange(block.stop - block.start)[:, None]
        nearly = order_of(even_steps(some))
        nearly += starts
        rest = np.argsort(some.take(nearly), axis=1, kind="stable")
        rest += starts
        order = nearly.take(rest)
        ordered = settled_in_order(some.take(order), limits[block])
        new = ordered[:, 1:] != ordered[:, :-1]
        ranks = np.broadcast_to(np.arange(n, dtype=result.dtype), some.shape)
        if not new.all():
            ranks = np.pad(np.cumsum(new, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
        result[block].reshape(-1)[order.ravel()] = ranks.ravel()

    on_cores(work, blocks_of(*rows.shape))
    return result


def even_steps(rows: CondensedRDM) -> RowCodes:
    """Return in which of 65536 steps from the smallest value of its row to the largest each value lies."""
    with np.errstate(all="ignore"):  # any steps will do for rows without a range, or beyond all range
        return _places(rows)[0].astype(np.uint16)


def clear_steps(rows: CondensedRDM, limits: np.ndarray) -> RowCodes | None:
    """Return the :func:`even_steps`, or None where a value lies within its row's limit of the next step.

    Without such a value, two values within the limit of each other are in the same step.
    """
    with np.errstate(all="ignore"):
        places, per_unit = _places(rows)
        steps = places.astype(np.uint16)
        places += limits[:, None] * per_unit
        return steps if np.array_equal(steps, places.astype(np.uint16)) else None


def _places(rows: CondensedRDM) -> tuple[np.ndarray, np.ndarray]:
    """Return where each value lies from 0, the smallest of its row, to 65535.5, the largest; and the steps per unit."""
    low, high = rows.min(axis=1, keepdims=True, initial=np.inf), rows.max(axis=1, keepdims=True, initial=-np.inf)
    per_unit = 65535.5 / (high - low)  # the largest lies in the middle of its step
    values = rows - low
    values *= per_unit
    return values, per_unit


def order_of(rows: RowCodes) -> np.ndarray:
    """Return the indices that sort each row of integers from 0, ties as they come: 16 bits at a time."""
    order = np.argsort(rows.astype(np.uint16, copy=False), axis=1, kind="stable")
    if rows.max(initial=0) < 2**16:
        return order
    high = np.take_along_axis(rows >> 16, order, axis=1).astype(np.uint16)
    return np.take_along_axis(order, np.argsort(high, axis=1, kind="stable"), axis=1)


def in_one_step(steps: RowCodes, order: np.ndarray) -> np.ndarray | None:
    """Return the entries k < l of each pair in one step, of shape (2, pair), all rows laid end to end.

    None where sorting all values is faster than comparing so many.
    """
    flat = order + steps.shape[1] * np.arange(len(steps))[:, None]
    stepped = steps.take(flat)
    alike = np.zeros(steps.shape, bool)
    np.equal(stepped[:, 1:], stepped[:, :-1], out=alike[:, :-1])
    if np.count_nonzero(alike) > FEW * alike.size:
        return None
    places = [np.add(np.flatnonzero(alike), [[0], [1]])]
    while places[-1].size:  # of neighbours, then of those with one between them, and so on
        if len(places) == MOST:
            return None
        places.append(np.add(places[-1][:, alike.take(places[-1][1])], [[0], [1]]))
    return flat.take(np.concatenate(places, axis=1))


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


def spearman(x: Rankable, y: OtherRankable, counts: PairCounts | None = None) -> Similarities:
    """Return the Pearson correlation of the ranks; NaN for a row that is all one tie."""
    xy, xx, yy, _ = _rank_products(x, y, counts)
    scale = np.sqrt(xx)[:, None] * np.sqrt(yy)
    return np.divide(xy, scale, out=np.full(xy.shape, np.nan), where=scale > 0)


def rho_a(x: Rankable, y: OtherRankable, counts: PairCounts | None = None) -> Similarities:
    """Return 12 Σ (r − r̄)(s − s̄) / (n³ − n) of the ranks r and s: Spearman's with the variance of untied ranks.

    NaN for a row that is all one tie.
    """
    xy, xx, yy, n = _rank_products(x, y, counts)
    differ = (xx > 0)[:, None] & (yy > 0)
    return np.divide(12 * xy, n**3 - n, out=np.full(xy.shape, np.nan), where=differ)


def _rank_products(x: Rankable, y: OtherRankable, counts: PairCounts | None):
    """Return Σ (r − r̄)(s − s̄) over the repeated pairs, of x with y and each with itself, and their number."""
    if counts is None and len(y) == 1 < len(x):
        xy, yy, xx, n = _rank_products(y, x, None)
        return xy.T, xx, yy, n
    n = float(x.shape[1] if counts is None else counts.sum())
    x = coded(x)
    if counts is None and untied(x).all():
        xy = _untied_products(x - (n - 1) / 2, y)
        if xy is not None:
            variation = (n**3 - n) / 12
            return xy, np.full(len(x), variation), np.full(len(y), variation), n
    ranks_x, ranks_y = (mid_ranks(coded(rows), counts) - (n + 1) / 2 for rows in (x, y))
    weighted_x, weighted_y = (ranks if counts is None else ranks * counts for ranks in (ranks_x, ranks_y))
    xx, yy = (np.einsum("rp,rp->r", *both) for both in ((weighted_x, ranks_x), (weighted_y, ranks_y)))
    return weighted_x @ ranks_y.T, xx, yy, n


def _untied_products(x: CondensedRDM, y: OtherRankable) -> Similarities | None:
    """Return Σ x·s of centred ranks x with the ranks s of each row of y, or None where these have ties."""
    if len(x) != 1 or np.issubdtype(y.dtype, np.integer):
        y = coded(y)
        return x @ y.astype(float).T if untied(y).all() else None
    blocks = blocks_of(*y.shape)
    found = [sums for sums in on_cores(lambda block: _rank_sums(x[0], y[block]), blocks) if sums is not None]
    return np.concatenate([np.empty(0), *found])[None] if len(found) == len(blocks) else None


def _rank_sums(x: np.ndarray, rows: CondensedRDM) -> np.ndarray | None:
    """Return Σ x·r over the ranks r of each row, without ranking: in the order of a row, its ranks are 0, 1, 2, …

    Two values of one step in the wrong order have each other's ranks. None where there may be ties, or too many in a
    step.
    """
    n, limits = rows.shape[1], NEAR * resolution_of(rows)
    steps = clear_steps(rows, limits)
    if steps is None:
        return None
    order = order_of(steps)
    pairs = in_one_step(steps, order)
    if pairs is None:
        return None
    row, (first, second) = pairs[0] // n, x.take(pairs % n)
    earlier, later = rows.take(pairs)
    if (np.abs(earlier - later) <= limits.take(row)).any():
        return None
    swapped = np.where(earlier > later, first - second, 0)
    return x.take(order) @ np.arange(n) + np.bincount(row, swapped, minlength=len(rows))
