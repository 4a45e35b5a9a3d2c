"""Time rescaling: in the time that a model's rate runs through, spikes of the model are a Poisson process."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pandas as pd
from scipy.stats import kstest

from ....errors import require
from ....keys import generator
from ....shapes import PRNGKey
from .families import FAMILIES
from .labelled import as_values

FEWEST = 5
"""Intervals below which a distribution is not compared."""
BAND = 1.36
"""Times 1/√n: the largest distance of a distribution of n values from the true one in 95 % of samples (Kolmogorov)."""


@dataclass(frozen=True, eq=False)
class Rescaled:
    """Rescaled intervals of every unit, and their tests.

    Attributes
    ----------
    intervals : dict
        Unit → 1 − exp(−interval) in rescaled time, sorted: uniform between 0 and 1 if the model is right.
    table : DataFrame
        A row per unit: ``unit``, ``n`` (intervals), ``distance`` (Kolmogorov–Smirnov), ``band`` (95 % of the distances
        are below it if the model is right), ``p``; NaN where there are fewer than 5 intervals.

    Examples
    --------
    >>> y = np.random.default_rng(0).poisson(0.3, (4000, 1))
    >>> rising = 0.3 * np.linspace(0.2, 1.8, 4000)[:, None]  # a model of a rate that was constant
    >>> row = time_rescaling(y, rising, key=jax.random.key(0)).table.iloc[0]
    >>> bool(row.distance > row.band), bool(row.p < 0.001)
    (True, True)
    """

    intervals: dict[Any, np.ndarray]
    table: pd.DataFrame


def time_rescaling(y: Any, mean: Any, *, key: PRNGKey, family: str = "poisson") -> Rescaled:
    """Test a model's rates by time rescaling (Brown et al. 2002, 10.1162/08997660252741149) in discrete time.

    A model does not say when within its bin a spike comes. If every spike were taken at the end of its bin, even the
    true model would be rejected where spikes are not rare. So the time within the bin is drawn as the model has it
    (Haslinger, Pipa & Brown 2010, 10.1162/NECO_a_00015): for at most one spike in a bin of probability p, by their
    formula with the rate −log(1 − p); for Poisson counts, evenly through the bin. Bins follow each other without gaps,
    also from trial to trial: rescaled time does not depend on what lies between. Where the mean of a model was fitted
    to the same unit, p is too large rather than too small.

    Parameters
    ----------
    y : array or DataArray, shape (bin, unit)
    mean : array or DataArray, shape (bin, unit)
        What the model predicts of each bin from what came before, best in bins that it was not fitted to: a model is
        too close to the very spikes that it was fitted to. Bins with NaN are left out.
    key : key
        Draws the times within bins.
    family : str
        "poisson" (default) or "bernoulli".

    Returns
    -------
    Rescaled

    Raises
    ------
    InputError
        For a Gaussian, or if shapes do not fit together.

    Examples
    --------
    >>> y = np.random.default_rng(0).poisson(0.3, (4000, 1))
    >>> found = time_rescaling(y, np.full(y.shape, 0.3), key=jax.random.key(0)).table
    >>> bool(found.distance[0] < found.band[0])
    True
    """
    model = FAMILIES.named(family)
    require(not model.dispersed, "Time rescaling needs spikes; a Gaussian has none.")
    values, predicted = as_values(y), np.asarray(mean, float)
    require(
        predicted.shape == values.shape, f"mean must have the shape of y, {values.shape}; it has {predicted.shape}."
    )
    found, rows = {}, []
    for i, unit in enumerate(values["unit"].values.tolist()):
        inside = np.isfinite(predicted[:, i])
        counts, rate = values.values[inside, i].astype(int), predicted[inside, i]
        drawn = generator(jax.random.fold_in(key, i)).random(int(counts.sum()))
        intervals = (_of_bernoulli if model.single else _of_poisson)(counts, rate, drawn)
        found[unit] = np.sort(-np.expm1(-intervals))
        n = len(intervals)
        row = {"unit": unit, "n": n}
        if n >= FEWEST:
            test = kstest(found[unit], "uniform")
            row |= {"distance": float(test.statistic), "band": BAND / np.sqrt(n), "p": float(test.pvalue)}
        rows.append(row)
    return Rescaled(found, pd.DataFrame(rows, columns=["unit", "n", "distance", "band", "p"]))


def _of_poisson(counts: np.ndarray, rate: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the intervals in rescaled time; given their number, the spikes of a bin are spread evenly through it."""
    which = np.repeat(np.arange(len(counts)), counts)
    within = drawn[np.lexsort((drawn, which))]
    return np.diff((np.cumsum(rate) - rate)[which] + rate[which] * within)


def _of_bernoulli(counts: np.ndarray, probability: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the intervals in rescaled time: all bins between two spikes, and part of the second one's bin."""
    rate = -np.log1p(-np.minimum(probability, 1 - 1e-12))
    until = np.cumsum(rate)
    spikes = np.flatnonzero(counts)
    part = -np.log1p(-drawn * -np.expm1(-rate[spikes]))
    return until[spikes[1:]] - rate[spikes[1:]] - until[spikes[:-1]] + part[1:]
