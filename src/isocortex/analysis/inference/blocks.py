"""Independent blocks of rows or samples: small enough for the cache, and shared out among the cores."""

from itertools import pairwise
from math import ceil

from ...cores import n_cores

CACHED = 2**17
"""Numbers in the arrays of a block, at most."""


def blocks_of(n: int, entries: int) -> list[slice]:
    """Return successive slices of n items of so many entries, equal ones for every core."""
    shares = n_cores() * max(1, ceil(n * entries / CACHED / n_cores()))
    edges = [n * i // shares for i in range(shares + 1)] if shares < n else range(n + 1)
    return [slice(*edge) for edge in pairwise(edges)]
