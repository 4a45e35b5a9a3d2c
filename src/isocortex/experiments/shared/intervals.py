"""Intervals over seeds and trials, what intervals hold for, and what their ends are in the summary."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...analysis.inference import jackknife
from ...formats import listed
from ...report import Quantity

BLOCKS = 50
"""Groups of trials that the jackknife leaves out in turn; fewer would give a rough interval."""


def hold_for(drawn: Mapping[str, str], sizes: Mapping[str, int]) -> str:
    """Return what intervals hold for, such as "new animals and new seeds"; nothing where no factor varies.

    Parameters
    ----------
    drawn : mapping of str to str
        Factor that is taken as a random sample → what a new draw of it is called.
    sizes : mapping of str to int
        Factor → number of its items; one item is no sample.

    Examples
    --------
    >>> hold_for({"subject": "new animals", "seed": "new seeds"}, {"subject": 1, "seed": 3})
    'new seeds'
    """
    return listed(name for factor, name in drawn.items() if sizes[factor] > 1)


def interval_quantities(key: str, meaning: str, *, p: bool = False) -> dict[str, Quantity]:
    """Return what the numbers ``<key>.mean``, ``.low`` and ``.high`` are, and ``.p`` where there is a test.

    Examples
    --------
    >>> interval_quantities("rsa.fc", "Similarity with V1")["rsa.fc.low"].meaning
    'Similarity with V1: lower end of the 95 % interval'
    """
    ends = {"low": "lower", "high": "upper"}
    found = {f"{key}.mean": Quantity(meaning)}
    found |= {f"{key}.{end}": Quantity(f"{meaning}: {side} end of the 95 % interval") for end, side in ends.items()}
    return found | ({f"{key}.p": Quantity(f"{meaning}: two-sided p value")} if p else {})


def in_blocks(done: Any, name: str = "block") -> Any:
    """Return trials with a coordinate that puts each into one of :data:`BLOCKS` groups, for the jackknife.

    Trials are drawn independently, so groups of them are as good a sample as single ones, and fewer to leave out.
    """
    return done.assign_coords({name: ("trial", np.arange(done.sizes["trial"]) % BLOCKS)})


def estimate_and_interval(statistic: Any, data: Any, factors: tuple[str, ...]) -> tuple[float, float, float]:
    """Return a statistic with its 95 % interval by the jackknife; a single seed is no sample, and is left out."""
    entries = data.values() if isinstance(data, dict) else [data]
    seeds = max(entry.sizes.get("seed", 1) for entry in entries)
    sampled = [factor for factor in factors if factor != "seed" or seeds > 1]
    row = jackknife(statistic, data, sampled).test(np.eye(1), 0.95).iloc[0]
    return float(row["estimate"]), float(row["low"]), float(row["high"])
