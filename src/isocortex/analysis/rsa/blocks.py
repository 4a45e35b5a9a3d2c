"""Independent blocks of rows or samples: small enough for the cache, and shared out among the cores."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BLOCK = 25
"""Rows or samples in a block."""


def in_blocks(work: Callable[[slice], None], n: int) -> None:
    """Call `work` for successive slices of n items, on as many threads as there are cores (NumPy lets them run)."""
    blocks = [slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]
    if len(blocks) <= 1:
        for block in blocks:
            work(block)
        return
    with ThreadPoolExecutor(min(len(blocks), os.cpu_count() or 1)) as pool:
        list(pool.map(work, blocks))
