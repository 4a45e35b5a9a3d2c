"""How sure the mean similarities of several models are together, and what follows for contrasts between them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, t

from ...errors import look_up
from ...shapes import Contrasts, Covariances


@dataclass(frozen=True)
class Uncertainty:
    """The means of several statistics over crossed random factors, with their covariance.

    Attributes
    ----------
    mean : array, shape (statistic,)
        NaN where a statistic is undefined.
    total : array, shape (statistic, statistic)
        Covariance for a new draw of every factor.
    alone : mapping of str to array, shape (statistic, statistic)
        Factor → covariance when that factor alone is drawn anew.
    freedom : mapping of str to array, shape (statistic,)
        Factor → items less one, for each statistic: the degrees of freedom of its covariance.
    own : set of str
        Factors of which each statistic has items of its own, as models have seeds.
    most : array, shape (statistic, statistic), optional
        Covariance under joint resampling, which counts interactions several times: no variance can be larger.
    """

    mean: np.ndarray
    total: Covariances
    alone: Mapping[str, Covariances]
    freedom: Mapping[str, np.ndarray]
    own: frozenset[str] = frozenset()
    most: Covariances | None = None

    def test(self, contrasts: Contrasts, confidence: float) -> pd.DataFrame:
        """Estimate each contrast, a weighted sum of the statistics, and test it against 0.

        The variance is kept between that of the largest single factor and `most`; t has Satterthwaite's degrees of
        freedom (Σ v_f)² / Σ v_f²/ν_f over the factors' variances v_f.

        Returns
        -------
        DataFrame
            Columns ``estimate``, ``low``, ``high``, ``se``, ``p`` (two-sided).
        """
        used = contrasts != 0
        estimate = np.where(used, contrasts * self.mean, 0).sum(axis=1)
        single, spread = [np.zeros(len(contrasts))], np.zeros(len(contrasts))
        for factor, covariance in self.alone.items():
            freedom = self.freedom[factor]
            if factor in self.own:
                parts = contrasts**2 * np.where(used, np.diagonal(covariance), 0)
                spread += (parts**2 / np.maximum(freedom, 1)).sum(axis=1)
                single.append(parts.sum(axis=1))
            else:
                single.append(_quadratic(contrasts, covariance))
                spread += single[-1] ** 2 / np.where(used, freedom, np.inf).min(axis=1)
        variance = _quadratic(contrasts, self.total)
        if self.most is not None:
            variance = np.minimum(variance, _quadratic(contrasts, self.most))
        variance = np.maximum(variance, np.max(single, axis=0))
        whole = np.sum(single, axis=0)
        freedom = np.divide(whole**2, spread, out=np.full_like(spread, np.inf), where=spread > 0)
        se = np.where(np.isfinite(estimate), np.sqrt(variance), np.nan)
        margin = t.ppf((1 + confidence) / 2, freedom) * se
        ratio = np.divide(np.abs(estimate), se, out=np.full_like(se, np.nan), where=se > 0)
        return pd.DataFrame(
            {
                "estimate": estimate,
                "low": estimate - margin,
                "high": estimate + margin,
                "se": se,
                "p": 2 * t.sf(ratio, freedom),
            }
        )


def _quadratic(contrasts: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return c'Cc of each contrast, reading only the statistics that it uses; a negative variance is none."""
    used = contrasts != 0
    both = used[:, :, None] & used[:, None, :]
    terms = np.where(both, covariance, 0) * contrasts[:, :, None] * contrasts[:, None, :]
    return np.maximum(terms.sum(axis=(1, 2)), 0)


def holm(p: np.ndarray) -> np.ndarray:
    """Adjust p values so that the chance of any false rejection is kept (Holm 1979, jstor.org/stable/4615733).

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    result = np.empty_like(p)
    result[order] = np.minimum(adjusted, 1)
    return result


CORRECTIONS = {"none": lambda p: p, "holm": holm, "fdr": false_discovery_control}
"""Name → adjustment of several p values: none, Holm's, or Benjamini and Hochberg's false discovery rate."""


def corrected(p: np.ndarray, correction: str) -> np.ndarray:
    """Adjust the p values that are defined."""
    adjust = look_up("correction", correction, CORRECTIONS)
    result, defined = np.array(p, dtype=float), np.isfinite(p)
    result[defined] = adjust(result[defined])
    return result
