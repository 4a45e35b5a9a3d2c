"""The share of explainable variance that a model explains: r² without the bias of noise, with an interval."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float
from scipy.stats import f as f_distribution
from scipy.stats import norm

from ...errors import require
from ...responses import check

PerUnit = Float[np.ndarray, " unit"]

TUNED = 1e-3
"""p of the F test, below which a unit's responses differ between stimuli, so that a model of them can be judged."""
STEPS = 60
"""Halvings in the search for the ends of an interval: from a range of thousands to 1e-15."""
FARTHEST = 1e3
"""An interval that reaches farther from its estimate has no end."""


def explainable_variance(
    responses: Any,
    predictions: Any,
    *,
    confidence: float = 0.95,
    noise_variance: Any = None,
    noise_freedom: int | None = None,
    folds: Any = None,
) -> pd.DataFrame:
    """Measure for every unit how well predictions agree with the noise-free responses, whose repeats are noisy.

    With the mean ȳ over n repeats of m stimuli and the noise variance σ², the squared correlation of predictions x
    with the true means is estimated without the bias of noise (Pospisil & Bair 2021, 10.1371/journal.pcbi.1009212):

        r²_ER = ((x̂·ȳ)² − σ²/n) / (|ȳ|² − (m − 1)σ²/n),    x̂ = x/|x|, both x and ȳ without their means.

    A noisy unit of a perfect model can get more than 1. Predictions that fall where responses rise explain nothing: for
    a negative correlation r²_ER and its interval are multiplied by −1. σ² is what is left of the responses after the
    means over stimuli and over repeats, so that a drift that all stimuli share is not counted.

    The interval holds every ρ that a test does not reject: under r² = ρ the numerator minus ρ times the denominator
    has the mean 0 whatever the signal, and is a sum of non-central χ² variables whose variance and skewness are known
    (the skewness is corrected by a Cornish–Fisher term). The predictions count as fixed: they must come from other
    trials.

    Parameters
    ----------
    responses : array or DataArray, shape (repeat, stimulus, unit)
        At least two repeats; or one (or stimulus × unit) with a `noise_variance`.
    predictions : array, shape (stimulus, unit)
    confidence : float
        Of the interval. Default 0.95.
    noise_variance : array, shape (unit,), optional
        Variance of a single repeat, where it is known from other trials. Default: from the repeats.
    noise_freedom : int, optional
        Degrees of freedom of `noise_variance`. Default: it is exact.
    folds : array, shape (stimulus,), optional
        Which stimuli one fit has predicted, where there are several. Their means are taken off one by one, because the
        mean of what is held out is anti-correlated with the mean of what a model is fitted to; m − 1 is then m minus
        the number of folds. Default: one fit has predicted all.

    Returns
    -------
    DataFrame
        Index unit:

        - ``r2``: coefficient of determination with the mean responses, 1 − Σ(ȳ − x)²/Σ(ȳ − mean ȳ)²; the predictions
          are taken as they are, with their scale and offset.
        - ``naive``: squared correlation with the mean responses, with its sign; noise lowers it.
        - ``fev``: the fraction of explainable variance r²_ER, with the interval ``low`` to ``high``. The interval is
          −∞ or ∞ where noise leaves it without an end; NaN where the predictions do not vary.
        - ``snr``: signal-to-noise ratio, variance of the true means over σ², without bias.
        - ``p``: of the F test that the responses are alike for all stimuli.
        - ``judged``: whether p < 0.001, so that ``fev`` has a meaning.

    Raises
    ------
    InputError
        If the shapes do not fit, there are fewer than 3 stimuli, or there is one repeat and no noise variance.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tuning = rng.normal(size=(362, 1))
    >>> trials = tuning + np.sqrt(2) * rng.normal(size=(4, 362, 1))
    >>> found = explainable_variance(trials, tuning).round(2)
    >>> found[["naive", "fev", "low", "high", "snr"]].iloc[0].tolist()
    [0.67, 0.96, 0.88, 1.03, 0.59]
    """
    trials, units = _trials(responses)
    x = np.asarray(predictions, dtype=float)
    n, m, n_units = trials.shape
    require(
        x.shape == (m, n_units) and bool(np.isfinite(x).all()),
        f"predictions must be finite numbers for {m} stimuli × {n_units} units; got the shape {x.shape}.",
    )
    fold = np.zeros(m, int) if folds is None else np.unique(np.asarray(folds), return_inverse=True)[1]
    require(len(fold) == m, f"folds must name the fold of each of the {m} stimuli; got {len(fold)}.")
    k = m - int(fold.max(initial=0)) - 1
    require(k >= 2, f"At least 2 stimuli more than folds are needed; got {m} in {m - k}.")
    require(0 < confidence < 1, f"confidence must be between 0 and 1; got {confidence}.")
    mean = trials.mean(axis=0)
    if noise_variance is None:
        require(n >= 2, "One repeat shows no noise: give at least 2 repeats, or noise_variance.")
        variance, freedom = _noise(trials)
        freedom = float(freedom)
    else:
        variance = np.broadcast_to(np.asarray(noise_variance, dtype=float), n_units)
        freedom = np.inf if noise_freedom is None else float(noise_freedom)
    v = variance / n
    y, centred = _within(mean, fold), _within(x, fold)
    size = np.sqrt((centred**2).sum(axis=0))
    varies = size > 1e-12 * np.abs(x).max(axis=0)
    projected = np.divide((centred * y).sum(axis=0), size, out=np.full(n_units, np.nan), where=varies)
    sign = np.where(projected < 0, -1.0, 1.0)
    total = (y**2).sum(axis=0)
    power = total - k * v
    fev = _ratio(projected**2 - v, power)
    low, high = _interval(fev, power, v, k, freedom, confidence)
    p = f_distribution.sf(_ratio(total / k, v), k, freedom if np.isfinite(freedom) else 1e9)
    table = {
        "r2": 1 - _ratio(((mean - x) ** 2).sum(axis=0), ((mean - mean.mean(axis=0)) ** 2).sum(axis=0)),
        "naive": sign * _ratio(projected**2, total),
        "fev": sign * fev,
        "low": np.where(sign > 0, low, -high),
        "high": np.where(sign > 0, high, -low),
        "snr": _ratio(power / k, variance),
        "p": p,
        "judged": p < TUNED,
    }
    return pd.DataFrame(table, index=units)


def noise_of(responses: Any) -> tuple[PerUnit, int]:
    """Return the variance of a single repeat of every unit, and its degrees of freedom.

    It is what is left of the responses after the means over stimuli and over repeats.

    Parameters
    ----------
    responses : array or DataArray, shape (repeat, stimulus, unit)
        At least two repeats.

    Raises
    ------
    InputError
        If there is one repeat.

    Examples
    --------
    >>> trials = np.random.default_rng(0).normal(size=(50, 200, 1))
    >>> variance, freedom = noise_of(trials)
    >>> round(float(variance[0]), 1), freedom
    (1.0, 9751)
    """
    trials, _ = _trials(responses)
    require(len(trials) >= 2, "One repeat shows no noise; at least 2 are needed.")
    return _noise(trials)


def _noise(trials: Float[np.ndarray, "repeat stimulus unit"]) -> tuple[PerUnit, int]:
    n, m, _ = trials.shape
    mean = trials.mean(axis=0)
    left = trials - mean - trials.mean(axis=1, keepdims=True) + mean.mean(axis=0)
    freedom = (n - 1) * (m - 1)
    return (left**2).sum(axis=(0, 1)) / freedom, freedom


def _trials(responses: Any) -> tuple[Float[np.ndarray, "repeat stimulus unit"], pd.Index]:
    """Return repeat × stimulus × unit, and the names of the units."""
    if isinstance(responses, xr.DataArray):
        check(responses)
        extra = [str(d) for d in responses.dims if d not in ("repeat", "stimulus", "unit")]
        require(not extra, f"The responses must be repeat × stimulus × unit; they also have {', '.join(extra)}.")
        held = responses if "repeat" in responses.dims else responses.expand_dims("repeat")
        units = responses.indexes.get("unit", pd.RangeIndex(responses.sizes["unit"]))
        return held.transpose("repeat", "stimulus", "unit").values.astype(float), pd.Index(units, name="unit")
    trials = np.asarray(responses, dtype=float)
    require(
        trials.ndim in (2, 3) and bool(np.isfinite(trials).all()),
        f"The responses must be finite numbers, repeat × stimulus × unit; got the shape {trials.shape}.",
    )
    trials = trials if trials.ndim == 3 else trials[None]
    return trials, pd.RangeIndex(trials.shape[2], name="unit")


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.divide(a, b, out=np.full(np.shape(b), np.nan), where=b != 0)


def _within(values: Float[np.ndarray, "stimulus unit"], fold: np.ndarray) -> Float[np.ndarray, "stimulus unit"]:
    """Return values without the mean of each fold."""
    member = (fold == np.arange(fold.max() + 1)[:, None]).astype(float)
    return values - ((member / member.sum(axis=1, keepdims=True)) @ values)[fold]


def _interval(
    fev: PerUnit, power: PerUnit, v: PerUnit, k: int, freedom: float, confidence: float
) -> tuple[PerUnit, PerUnit]:
    """Return the least and the largest ρ that are not rejected.

    In units of σ²/n, the numerator minus ρ times the denominator is T = (1 − ρ)A − ρB − (1 − ρk)W, with k = m − 1,
    the signal λ = power/v, A of χ²₁ with non-centrality ρλ, B of χ²ₖ₋₁ with (1 − ρ)λ, and W of χ²/degrees of freedom. A
    ρ outside of [0, 1], to which an estimate may come, has the non-centralities of the nearer end.
    """
    z = float(norm.ppf((1 + confidence) / 2))
    signal = np.maximum(_ratio(power, v), 0)

    def quantile(rho: PerUnit, side: float) -> PerUnit:
        share = np.clip(rho, 0, 1)
        a, b, w = 1 - rho, -rho, -(1 - rho * k)
        variance = (
            a**2 * (2 + 4 * share * signal) + b**2 * (2 * (k - 1) + 4 * (1 - share) * signal) + 2 * w**2 / freedom
        )
        third = 8 * (a**3 * (1 + 3 * share * signal) + b**3 * (k - 1 + 3 * (1 - share) * signal) + w**3 / freedom**2)
        return np.sqrt(variance) * (side * z + (z**2 - 1) / 6 * third / variance**1.5)

    def end(side: float) -> PerUnit:
        """Halve the way from the estimate to the farthest place, until T meets its quantile."""
        near, far = fev.copy(), fev - side * FARTHEST

        def rejected(rho: PerUnit) -> np.ndarray:
            return side * (signal * (fev - rho) - quantile(rho, side)) > 0

        endless = ~rejected(far)
        for _ in range(STEPS):
            middle = (near + far) / 2
            out = rejected(middle)
            near, far = np.where(out, near, middle), np.where(out, middle, far)
        return np.where(np.isfinite(fev), np.where(endless, -side * np.inf, near), np.nan)

    with np.errstate(invalid="ignore"):
        return end(1.0), end(-1.0)
