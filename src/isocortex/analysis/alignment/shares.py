"""What share of the noise ceiling a measure reaches, with an interval."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ..inference.uncertainty import Uncertainty

FARTHEST = 1e3
"""An interval that reaches farther has no end."""
STEPS = 40
"""Halvings in the search for the ends of an interval: from a range of thousands to 1e-9."""


def shares(found: Uncertainty, ceiling_of: np.ndarray, confidence: float, *, known: bool = True) -> pd.DataFrame:
    """Return the first statistics as shares of others, with intervals.

    The interval holds every share ρ for which mean − ρ · ceiling is not significantly different from 0 (Fieller 1954),
    so that the uncertainty of the ceiling is in it, and what both have in common cancels.

    Parameters
    ----------
    ceiling_of : array of int, shape (statistic,)
        The place of each statistic's ceiling among all statistics.
    known : bool
        Whether the uncertainty of the ceiling is known. Default True.

    Returns
    -------
    DataFrame
        Columns ``of_ceiling``, ``of_ceiling_low``, ``of_ceiling_high``: NaN where there is no ceiling above 0, and
        infinite where the interval has no end.
    """
    size = len(ceiling_of)
    mean, ceiling = found.mean[:size], found.mean[ceiling_of]
    share = np.divide(mean, ceiling, out=np.full(size, np.nan), where=ceiling > 0)

    sign = np.repeat([-1.0, 1.0], size)
    near, far = np.tile(np.nan_to_num(share), 2), sign * FARTHEST

    def rejected(rho: np.ndarray) -> np.ndarray:
        """Return whether the difference at ρ, of the low and then of the high ends, has an interval that excludes 0."""
        contrasts = np.tile(np.eye(size, len(found.mean)), (2, 1))
        contrasts[np.arange(2 * size), np.tile(ceiling_of, 2)] = -rho
        table = found.test(contrasts, confidence)
        return np.where(sign < 0, table["low"] > 0, table["high"] < 0)

    endless = ~rejected(far)
    for _ in range(STEPS):
        middle = (near + far) / 2
        out = rejected(middle)
        near, far = np.where(out, near, middle), np.where(out, middle, far)
    unknown = np.isnan(share) | np.isnan(np.diagonal(found.total)[ceiling_of]) | (not known)
    low, high = np.where(np.tile(unknown, 2), np.nan, np.where(endless, sign * np.inf, near)).reshape(2, size)
    return pd.DataFrame({"of_ceiling": share, "of_ceiling_low": low, "of_ceiling_high": high})


def differences_of_shares(
    found: Uncertainty, measures: Sequence[str], models: Sequence[str], confidence: float
) -> pd.DataFrame:
    """Return the differences between two measures of each model, as shares of their ceilings.

    The statistics are the models by the first measure, by the second and so on, and then the ceilings of the measures.
    Intervals are those of the difference to first order around the estimate (the delta method).

    Returns
    -------
    DataFrame
        Columns ``model``, ``a``, ``b``, ``difference``, ``low``, ``high``; no row for a measure without a ceiling.
    """
    n_models, size = len(models), len(models) * len(measures)
    rows, contrasts, values = [], [], []
    for (i, a), (j, b) in combinations(enumerate(measures), 2):
        ceilings = found.mean[[size + i, size + j]]
        if not (ceilings > 0).all():
            continue
        for k, model in enumerate(models):
            contrast, value = np.zeros(len(found.mean)), 0.0
            for place, ceiling, sign in ((i, ceilings[0], 1), (j, ceilings[1], -1)):
                mean = found.mean[place * n_models + k]
                contrast[place * n_models + k] = sign / ceiling
                contrast[size + place] = -sign * mean / ceiling**2
                value += sign * mean / ceiling
            rows.append({"model": model, "a": a, "b": b})
            contrasts.append(contrast)
            values.append(value)
    table = pd.DataFrame(rows, columns=["model", "a", "b"])
    if not rows:
        return table.assign(difference=[], low=[], high=[])
    ends = found.test(np.array(contrasts), confidence)
    around = np.array(values) - ends["estimate"]
    return table.assign(difference=values, low=ends["low"] + around, high=ends["high"] + around)
