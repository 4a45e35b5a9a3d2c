"""Kendall's tau-a and tau-b of dissimilarities, counted for a whole stack at once.

The number of pairs of entries in the same order is counted by blocks. Cut the entries, in the order of x, into chunks
of √n; cut them in the order of y into blocks of √n. Two entries of one chunk, or of one block, are compared directly,
as whole vectors; two entries of different chunks and blocks are counted from the table of chunks and blocks.
"""

import numpy as np

from ...cores import on_cores
from ...shapes import OtherRowCodes, PairCounts, RowCodes, Similarities
from .blocks import blocks_of
from .ranks import integers, untied


def tau_a(x: RowCodes, y: OtherRowCodes, counts: PairCounts | None = None) -> Similarities:
    """Return (concordant − discordant) / all, over pairs of entries."""
    balance, _, _, total = _balance(x, y, counts)
    return balance / total if total else np.full(balance.shape, np.nan)


def tau_b(x: RowCodes, y: OtherRowCodes, counts: PairCounts | None = None) -> Similarities:
    """Return (concordant − discordant) / √(untied in x · untied in y); NaN for a row that is all one tie."""
    balance, tied_x, tied_y, total = _balance(x, y, counts)
    scale = np.sqrt(total - tied_x)[:, None] * np.sqrt(total - tied_y)
    return np.divide(balance, scale, out=np.full(balance.shape, np.nan), where=scale > 0)


def _balance(x: RowCodes, y: OtherRowCodes, counts: PairCounts | None):
    """Return concordant − discordant, the ties of each row of x and of y, and the number of pairs of entries."""
    if counts is not None:
        repeated = np.repeat(np.arange(len(counts)), counts)
        x, y = x[:, repeated], y[:, repeated]
    n = x.shape[1]
    total = n * (n - 1) // 2
    tied_x, tied_y = (
        np.zeros(len(rows), int) if counts is None and untied(rows).all() else _ties(rows) for rows in (x, y)
    )
    if len(x) > len(y):
        balance = np.stack(
            [_against(row, x, tied, tied_x, total) for row, tied in zip(y, tied_y.tolist(), strict=True)], axis=1
        )
    else:
        balance = np.stack(
            [_against(row, y, tied, tied_y, total) for row, tied in zip(x, tied_x.tolist(), strict=True)]
        )
    return balance, tied_x, tied_y, total


def _against(x: np.ndarray, y: RowCodes, tied_x: int, tied_y: np.ndarray, total: int) -> np.ndarray:
    """Return concordant − discordant of one row with each of a stack."""
    n = len(x)
    order = np.argsort(x, kind="stable")  # a radix sort of the 16 bits
    apart = tied_x == 0 and untied(x[None]).all()
    found = np.empty(len(y), np.int64)

    def work(block: slice) -> None:
        if apart and not tied_y[block].any() and untied(y[block]).all():
            found[block] = 2 * count_increasing(y[block].take(order, axis=1)) - total
            return
        # entries tied in x are put in the falling order of y, and the other way round, so that no tie counts
        size = int(y[block].max(initial=0)) + 1
        keys = np.sort(x.astype(np.int64) * size + (size - 1 - y[block]), axis=1)
        in_x_order = size - 1 - keys % size
        permutation = n - 1 - np.sort(in_x_order * n + np.arange(n)[::-1], axis=1) % n
        found[block] = 2 * count_increasing(permutation) - (total - tied_x - tied_y[block] + _runs(keys))

    on_cores(work, blocks_of(len(y), n // 2))  # of numbers of two bytes
    return found


def count_increasing(permutations: RowCodes) -> np.ndarray:
    """Return, for each row p, the number of k < l with p_k < p_l.

    Parameters
    ----------
    permutations : array of int, shape (row, entry)
        Each row a permutation of 0, 1, … n − 1.
    """
    rows, n = permutations.shape
    bits = (n - 1).bit_length() // 2
    blocks = ((n - 1) >> bits) + 1
    whole = blocks << bits
    counted = np.int32 if whole < 2**16 else np.int64
    chunk = np.arange(whole) >> bits
    p, chunk_in_y_order = both = np.empty((2, rows, whole), integers(whole))
    p[:, :n] = permutations
    p[:, n:] = np.arange(n, whole)
    cell = p + whole * np.arange(rows)[:, None]
    chunk_in_y_order.reshape(-1)[cell.ravel()] = np.tile(chunk.astype(p.dtype), rows)
    near = _increasing_within(both, bits)
    cell >>= bits
    cell *= blocks
    cell += chunk
    table = np.bincount(cell.ravel(), minlength=rows * blocks**2).reshape(rows, blocks, blocks)
    table = table.swapaxes(0, 1).astype(counted, order="C")
    below = table.cumsum(axis=2, dtype=counted)
    for block in range(1, blocks):  # a third of the time of cumsum(axis=0)
        below[block] += below[block - 1]
    far = np.einsum("irj,irj->r", table[1:, :, 1:], below[:-1, :, :-1])
    spare = whole - n
    return near + far - spare * n - spare * (spare - 1) // 2


def _increasing_within(values: np.ndarray, bits: int) -> np.ndarray:
    """Return, for each row of both stacks, the number of k < l with v_k < v_l in its pieces of 2**bits entries."""
    stacks, rows, _ = values.shape
    m = 1 << bits
    pieces = np.ascontiguousarray(values.reshape(-1, m).T)
    each, every = (np.uint8, np.uint16) if m <= 2**8 else (np.int32, np.int64)
    found = np.zeros(pieces.shape, each)
    larger = np.empty(pieces.shape, bool)
    for lag in range(1, m):
        found[lag:] += np.greater(pieces[lag:], pieces[:-lag], out=larger[lag:]).view(np.uint8)
    return found.sum(axis=0, dtype=every).reshape(stacks, rows, -1).sum(axis=(0, 2), dtype=np.int64)


def _ties(rows: np.ndarray) -> np.ndarray:
    """Return, for each row of codes, the number of pairs of entries with the same code."""
    size = int(rows.max(initial=0)) + 1
    flat = (rows + size * np.arange(len(rows))[:, None]).ravel()
    held = np.bincount(flat, minlength=size * len(rows)).reshape(len(rows), size)
    return (held * (held - 1) // 2).sum(axis=1)


def _runs(ordered: np.ndarray) -> np.ndarray:
    """Return, for each sorted row, the number of pairs of equal entries."""
    steps = np.zeros(ordered.shape, np.intp)
    np.cumsum(ordered[:, 1:] != ordered[:, :-1], axis=1, out=steps[:, 1:])
    return _ties(steps)
