"""Kendall's tau-a and tau-b of dissimilarities, counted for a whole stack at once.

In the order of x, two entries disagree where the earlier has the larger y: an inversion. Inversions are counted by
blocks. Cut the entries, in the order of x, into chunks of √n; cut them in the order of y into blocks of √n. Two entries
of one chunk, or of one block, are compared directly, as whole vectors; two entries of different chunks and blocks are
counted from the table of chunks and blocks.
"""

from itertools import pairwise

import numpy as np

from ....cores import on_cores
from ....shapes import OtherRankable, OtherRowCodes, PairCounts, Rankable, RowCodes, Similarities
from ...inference.blocks import blocks_of
from ..ties import NEAR, resolution_of
from .order import clear_steps, coded, codes, in_one_step, order_of


def tau_a(x: Rankable, y: OtherRankable, counts: PairCounts | None = None) -> Similarities:
    """Return (concordant − discordant) / all, over pairs of entries; NaN for a row that is all one tie."""
    balance, tied_x, tied_y, total = _balance(x, y, counts)
    differ = (tied_x < total)[:, None] & (tied_y < total)
    return np.divide(balance, total, out=np.full(balance.shape, np.nan), where=differ)


def tau_b(x: Rankable, y: OtherRankable, counts: PairCounts | None = None) -> Similarities:
    """Return (concordant − discordant) / √(untied in x · untied in y); NaN for a row that is all one tie."""
    balance, tied_x, tied_y, total = _balance(x, y, counts)
    scale = np.sqrt(total - tied_x)[:, None] * np.sqrt(total - tied_y)
    return np.divide(balance, scale, out=np.full(balance.shape, np.nan), where=scale > 0)


def _balance(x: Rankable, y: OtherRankable, counts: PairCounts | None):
    """Return concordant − discordant, the ties of each row of x and of y, and the number of pairs of entries."""
    if len(x) > len(y):
        balance, tied_y, tied_x, total = _balance(y, x, counts)
        return balance.T, tied_x, tied_y, total
    x, y = coded(x), coded(y) if len(x) > 1 else y
    if counts is not None:
        repeated = np.repeat(np.arange(len(counts)), counts)
        x, y = x[:, repeated], y[:, repeated]
    n = x.shape[1]
    total = n * (n - 1) // 2
    tied_x, tied_y = _ties(x), np.zeros(len(y), int)
    balance = np.empty((len(x), len(y)), int)

    def work(block: slice) -> None:
        for row, tied, found in zip(x, tied_x.tolist(), balance, strict=True):
            discordant, tied_y[block], tied_in_both = _against(row, y[block], tied)
            found[block] = total - tied - tied_y[block] + tied_in_both - 2 * discordant

    on_cores(work, blocks_of(len(y), n // 2))  # of numbers of two bytes
    return balance, tied_x, tied_y, total


def _against(x: np.ndarray, rows: OtherRankable, tied: int) -> tuple[np.ndarray, np.ndarray, int | np.ndarray]:
    """Return the discordant pairs of codes x with each row, the ties of the row, and the pairs tied in both."""
    if not tied:
        return *inversions(rows, order_of(x[None])[0]), 0
    rows = coded(rows)
    order = order_of(rows)  # entries tied in x are put in the order of y, so that they do not disagree
    order = np.take_along_axis(order, order_of(x[order]), axis=1)
    rows, x = np.take_along_axis(rows, order, axis=1), x[order]
    steps = np.zeros(rows.shape, np.intp)
    np.cumsum((rows[:, 1:] != rows[:, :-1]) | (x[:, 1:] != x[:, :-1]), axis=1, out=steps[:, 1:])
    return *inversions(rows, np.arange(rows.shape[1])), _ties(steps)


def inversions(rows: OtherRankable, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the inversions of each row v, put in an order: of k < l with v_k > v_l. And its ties, v_k = v_l.

    Parameters
    ----------
    rows : array, shape (row, entry)
        Floats, or integers from 0.
    order : array of int, shape (entry,)
        The index of the entry that comes first, second and so on.
    """
    if np.issubdtype(rows.dtype, np.integer):
        return _inversions(ordered := rows.take(order, axis=1), order_of(ordered)), _ties(rows)
    n, limits = rows.shape[1], NEAR * resolution_of(rows)
    steps = clear_steps(rows, limits)
    if steps is None:
        return inversions(codes(rows), order)
    steps = steps.take(order, axis=1)
    by_step = order_of(steps)
    pairs = in_one_step(steps, by_step)
    if pairs is None:
        return inversions(codes(rows), order)
    row = pairs[0] // n
    earlier, later = rows.take(n * row + order.take(pairs - n * row))
    if ((earlier != later) & (np.abs(earlier - later) <= limits.take(row))).any():
        return inversions(codes(rows), order)
    found, ties = (np.bincount(row[where], minlength=len(rows)) for where in (earlier > later, earlier == later))
    return found + _inversions(steps, by_step), ties


def _inversions(values: OtherRowCodes, order: np.ndarray) -> np.ndarray:
    """Return the number of inversions of each row of integers, with the order that sorts it."""
    rows, n = values.shape
    bits = (n - 1).bit_length() // 2
    blocks = ((n - 1) >> bits) + 1
    whole = blocks << bits
    both = np.full((2, rows, whole), np.iinfo(values.dtype).max, values.dtype)
    both[0, :, :n] = values
    order >>= bits  # the chunks, in the order of the values
    both[1, :, :n] = order
    near = _inversions_within(both, bits)
    cell = np.subtract(blocks * rows * (np.arange(n) >> bits) + blocks - 1, order, out=order)
    cell += blocks * np.arange(rows)[:, None]
    counted = np.int32 if whole < 2**16 else np.int64
    table = np.bincount(cell.ravel(), minlength=rows * blocks**2).astype(counted).reshape(blocks, rows, blocks)
    above = table.cumsum(axis=2, dtype=counted)
    for former, block in pairwise(above):  # a third of the time of cumsum(axis=0)
        block += former
    return near + np.einsum("irj,irj->r", table[1:, :, 1:], above[:-1, :, :-1])


def _inversions_within(values: np.ndarray, bits: int) -> np.ndarray:
    """Return, for each row of both stacks, the number of k < l with v_k > v_l in its pieces of 2**bits entries."""
    stacks, rows, _ = values.shape
    m = 1 << bits
    pieces = np.ascontiguousarray(values.reshape(-1, m).T)
    each, every = (np.uint8, np.uint16) if m <= 2**8 else (np.int32, np.int64)
    found = np.zeros(pieces.shape, each)
    larger = np.empty(pieces.shape, bool)
    ones = larger.view(np.uint8)
    for lag in range(1, m):
        np.greater(pieces[:-lag], pieces[lag:], larger[lag:])
        np.add(found[lag:], ones[lag:], found[lag:])
    return found.sum(axis=0, dtype=every).reshape(stacks, rows, -1).sum(axis=(0, 2), dtype=np.int64)


def _ties(rows: RowCodes) -> np.ndarray:
    """Return, for each row of codes, the number of pairs of entries with the same code."""
    size = int(rows.max(initial=0)) + 1
    flat = (rows + size * np.arange(len(rows))[:, None]).ravel()
    held = np.bincount(flat, minlength=size * len(rows)).reshape(len(rows), size)
    return (held * (held - 1) // 2).sum(axis=1)
