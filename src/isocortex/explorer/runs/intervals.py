"""The numbers of runs with the ends of their intervals, in one row each."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ...formats import UNDEFINED, significant

ENDS = ("low", "high")
"""The last words of the keys of an interval; the estimate has the same key with "mean", or without either."""
DIGITS = 4


def estimates(keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the keys of an estimate and, where there is one, of the ends of its interval, by a short name.

    Examples
    --------
    >>> estimates(["accuracy", "rsa.pool.high", "rsa.pool.low", "rsa.pool.mean"])
    {'accuracy': ('accuracy',), 'rsa.pool': ('rsa.pool.mean', 'rsa.pool.low', 'rsa.pool.high')}
    """
    known, found = set(keys), {}
    for key in keys:
        stem, _, last = key.rpartition(".")
        if last in ENDS and {f"{stem}.low", f"{stem}.high"} <= known and known & {stem, f"{stem}.mean"}:
            continue
        name = stem if last == "mean" else key
        ends = tuple(f"{name}.{end}" for end in ENDS)
        whole = set(ends) <= known
        found[name if whole else key] = (key, *ends) if whole else (key,)
    return found


def rows(numbers: Mapping[str, float]) -> pd.DataFrame:
    """Return the numbers of a run: columns ``value``, ``low`` and ``high``, by short name; NaN without an interval.

    Examples
    --------
    >>> rows({"rsa.pool.high": 0.6, "rsa.pool.low": 0.4, "rsa.pool.mean": 0.5}).loc["rsa.pool"].to_dict()
    {'value': 0.5, 'low': 0.4, 'high': 0.6}
    """
    columns = ("value", *ENDS)
    found = {
        name: dict(zip(columns, (numbers.get(key) for key in keys), strict=False))
        for name, keys in estimates(list(numbers)).items()
    }
    return pd.DataFrame.from_dict(found, orient="index", columns=list(columns)).astype(float)


def written(row: Any) -> str:
    """Return an estimate and its interval as text, with four significant digits each; a dash where there is none."""
    value, low, high = (significant(row[name], DIGITS) for name in ("value", *ENDS))
    return value if UNDEFINED in (low, high) else f"{value} [{low}, {high}]"
