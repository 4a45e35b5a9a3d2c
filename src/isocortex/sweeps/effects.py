"""How a number depends on the options that were varied: slopes, interactions, the best settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

LEVEL = 0.95
FEWEST_OF_A_VALUE = 2
"""Points per value of a numeric option below which it enters as a line."""


@dataclass(frozen=True)
class Slope:
    """By how much a number changes with an option, all others held fixed.

    Attributes
    ----------
    slope, low, high : float
        Per unit of the option, with the ends of the 95 % interval.
    """

    slope: float
    low: float
    high: float


def is_number(option: Any) -> bool:
    """Return whether the values of an option are numbers."""
    return bool(pd.api.types.is_numeric_dtype(option) and option.dtype != bool)


def numeric_options(table: pd.DataFrame, varied: Sequence[str]) -> list[str]:
    """Return the varied options that are numbers of at least two values."""
    return [name for name in varied if is_number(table[name]) and len(set(table[name])) > 1]


def slopes(table: pd.DataFrame, number: str, varied: Sequence[str]) -> dict[str, Slope]:
    """Return the slope of a number against every numeric option, from one least-squares fit of all main effects.

    Options that are no numbers enter as a constant per value. The interval is Student's; it takes what the fit leaves,
    also what is not linear, as noise. There is none with too few points.

    Examples
    --------
    >>> points = pd.DataFrame({"tau": [1.0, 2.0, 3.0, 4.0], "error": [2.1, 3.9, 6.1, 7.9]})
    >>> found = slopes(points, "error", ["tau"])["tau"]
    >>> round(found.slope, 2), round(found.low, 2), round(found.high, 2)
    (1.96, 1.72, 2.2)
    """
    rows = _known(table, number, varied)
    columns = {name: _columns(rows[name]) for name in varied}
    design = np.column_stack([np.ones(len(rows)), *columns.values()])
    y = np.asarray(rows[number], float)
    free = len(rows) - np.linalg.matrix_rank(design)
    found: dict[str, Slope] = {}
    if free < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        return found
    weights, *_ = np.linalg.lstsq(design, y, rcond=None)
    variance = ((y - design @ weights) ** 2).sum() / free * np.linalg.inv(design.T @ design)
    place = 1
    for name in varied:
        if name in numeric_options(rows, varied):
            half = float(t_distribution.ppf((1 + LEVEL) / 2, free) * np.sqrt(variance[place, place]))
            slope = float(weights[place])
            found[name] = Slope(slope, slope - half, slope + half)
        place += columns[name].shape[1]
    return found


def adjusted_means(table: pd.DataFrame, number: str, option: str, varied: Sequence[str]) -> pd.DataFrame:
    """Return the mean of a number for the values of an option, all other options at their average.

    Every option has a constant per value in a least-squares fit; a numeric one with so many values that there are fewer
    than two points each enters as a line.

    Returns
    -------
    DataFrame
        Columns ``value``, ``mean``, and ``low`` and ``high``, the 95 % interval of Student with the variance that the
        fit leaves; NaN with too few points.
    """
    rows = _known(table, number, varied)
    lines = [name for name in varied if is_number(rows[name]) and len(rows) < FEWEST_OF_A_VALUE * len(set(rows[name]))]
    columns = {name: _columns(rows[name]) if name in lines else _dummies(rows[name]) for name in varied}
    design = np.column_stack([np.ones(len(rows)), *columns.values()])
    y = np.asarray(rows[number], float)
    values = (
        list(np.linspace(min(rows[option]), max(rows[option]), 30)) if option in lines else sorted(set(rows[option]))
    )
    at = pd.Series([*values, *rows[option]])
    its = (np.asarray(values) - np.mean(rows[option]))[:, None] if option in lines else _dummies(at)[: len(values)]
    parts = [its if name == option else np.tile(c.mean(axis=0), (len(values), 1)) for name, c in columns.items()]
    points = np.column_stack([np.ones(len(values)), *parts])
    weights, *_ = np.linalg.lstsq(design, y, rcond=None)
    free = len(rows) - np.linalg.matrix_rank(design)
    half = np.full(len(values), np.nan)
    if free > 0:
        variance = ((y - design @ weights) ** 2).sum() / free * np.linalg.pinv(design.T @ design)
        spread = np.einsum("vi,ij,vj->v", points, variance, points)
        half = t_distribution.ppf((1 + LEVEL) / 2, free) * np.sqrt(np.maximum(spread, 0))
    mean = points @ weights
    return pd.DataFrame({"value": values, "mean": mean, "low": mean - half, "high": mean + half})


def interactions(table: pd.DataFrame, numbers: Sequence[str], varied: Sequence[str]) -> pd.DataFrame:
    """Return for every number and pair of options what their interaction explains beyond all main effects.

    Returns
    -------
    DataFrame
        Columns ``number``, ``options``, ``share``, of the variance, and ``p``, of the F test; pairs without enough
        points are left out.
    """
    found = []
    for number in numbers:
        rows = _known(table, number, varied)
        columns = {name: _columns(rows[name]) for name in varied}
        main = np.column_stack([np.ones(len(rows)), *columns.values()])
        y = np.asarray(rows[number], float)
        total, left = ((y - y.mean()) ** 2).sum(), _left(main, y)
        for one, two in combinations(varied, 2):
            products = (columns[one][:, :, None] * columns[two][:, None]).reshape(len(rows), -1)
            full = np.column_stack([main, products])
            more = np.linalg.matrix_rank(full) - np.linalg.matrix_rank(main)
            free = len(rows) - np.linalg.matrix_rank(full)
            if more < 1 or free < 1 or total <= 0:
                continue
            rest = min(left, _left(full, y))
            ratio = (left - rest) / more / (rest / free) if rest > 1e-12 * total else np.inf
            p = float(f_distribution.sf(ratio, more, free)) if left > 1e-12 * total else 1.0
            found.append({"number": number, "options": f"{one} × {two}", "share": (left - rest) / total, "p": p})
    return pd.DataFrame(found, columns=pd.Index(["number", "options", "share", "p"]))


def explained(table: pd.DataFrame, number: str, varied: Sequence[str]) -> float:
    """Return the share of a number's variance that a constant per value of each option explains; 0 of no variance."""
    rows = _known(table, number, varied)
    y = np.asarray(rows[number], float)
    total = ((y - y.mean()) ** 2).sum()
    if len(rows) < 3 or total <= 1e-12 * (y**2).sum():
        return 0.0
    design = np.column_stack([np.ones(len(rows)), *(_dummies(rows[name]) for name in varied)])
    free = len(rows) - np.linalg.matrix_rank(design)
    adjusted = 1 - _left(design, y) / total * (len(rows) - 1) / free if free > 0 else 1 - _left(design, y) / total
    return max(0.0, float(adjusted))


def ends(table: pd.DataFrame, numbers: Sequence[str], varied: Sequence[str]) -> pd.DataFrame:
    """Return where every number is smallest and where it is largest."""
    rows = []
    for number in numbers:
        known = table.dropna(subset=[number])
        for end, at in (("smallest", known[number].idxmin()), ("largest", known[number].idxmax())):
            row = known.loc[at]
            rows.append({"number": number, "end": end, "value": row[number], **{name: row[name] for name in varied}})
    return pd.DataFrame(rows)


def _known(table: pd.DataFrame, number: str, varied: Sequence[str]) -> pd.DataFrame:
    """Return the varied options and a number of the points that have it."""
    return pd.DataFrame(table[[*varied, number]]).dropna()


def _columns(option: Any) -> np.ndarray:
    """Return an option as columns of a design: itself, or one per value but the first."""
    if is_number(option):
        values = np.asarray(option, float)
        return (values - values.mean())[:, None]
    return _dummies(option)


def _dummies(option: Any) -> np.ndarray:
    return pd.get_dummies(option.astype(str), drop_first=True).to_numpy(float)


def _left(design: np.ndarray, y: np.ndarray) -> float:
    weights, *_ = np.linalg.lstsq(design, y, rcond=None)
    return float(((y - design @ weights) ** 2).sum())
