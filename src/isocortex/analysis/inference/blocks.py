"""Independent blocks of rows or samples, small enough for the cache, to be shared out among the cores."""

from itertools import pairwise
from math import ceil

CACHED = 2**16
"""Numbers in the arrays of a block, at most: few enough for the cache, and enough to be worth a separate core."""


def blocks_of(n: int, entries: int) -> list[slice]:
    """Return successive slices of n items of so many entries, about equal.

    They are cut by size alone, never by the number of cores, so that the last bits do not depend on the machine's.
    """
    shares = max(1, ceil(n * entries / CACHED))
    edges = [n * i // shares for i in range(shares + 1)] if shares < n else range(n + 1)
    return [slice(*edge) for edge in pairwise(edges)]
