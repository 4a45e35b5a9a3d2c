"""Independent blocks of rows or samples: small enough for the cache, and shared out among the cores."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BLOCK = 25
"""Rows or samples in a block."""


def in_blocks(work: Callable[[slice], None], n: int) -> None:
    """Call `work` for successive slices of n items, on as many threads as there are cores (NumPy lets them run)."""
    starts = range(0, n, BLOCK)
    helpers = min(len(starts), os.cpu_count() or 1) - 1
    blocks = iter([slice(start, min(start + BLOCK, n)) for start in starts])

    def share() -> None:
        for block in blocks:  # each goes to the thread that is free first
            work(block)

    if helpers <= 0:
        share()
        return
    with ThreadPoolExecutor(helpers) as pool:
        others = [pool.submit(share) for _ in range(helpers)]
        share()
    for other in others:
        other.result()
