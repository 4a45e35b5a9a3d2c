"""How sure the mean similarities of several models are together, and what follows for contrasts between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, t

from ...errors import look_up
from ...shapes import Contrasts, Covariances, Influence

FEW = 40
"""Items, up to which heavy tails of their influence cost all the degrees of freedom that the variance loses."""


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
    most : array, shape (statistic, statistic)
        Covariance that counts interactions several times: no variance can be larger.
    least : mapping of str to float
        Factor → share of its covariance that no variance can be less than. Default 1.
    floor : array, shape (statistic, statistic), optional
        Covariance that no variance can be less than.
    influence : mapping of str to array, shape (statistic, item)
        Factor → what each of its items adds. Heavy tails of it make its variance less certain.
    """

    mean: np.ndarray
    total: Covariances
    alone: Mapping[str, Covariances]
    freedom: Mapping[str, np.ndarray]
    own: frozenset[str]
    most: Covariances
    least: Mapping[str, float] = field(default_factory=dict)
    floor: Covariances | None = None
    influence: Mapping[str, Influence] = field(default_factory=dict)

    def test(self, contrasts: Contrasts, confidence: float) -> pd.DataFrame:
        """Estimate each contrast, a weighted sum of the statistics, and test it against 0.

        The variance is kept between that of the largest single factor, or `floor`, and `most`. For the degrees of
        freedom of t, 1/ν = Σ max(w_f, w_f²)/ν_f with the shares w_f of the factors in the variance: Satterthwaite's
        have w_f² alone, which is too many when a small share is itself known badly, as from two subjects.

        Returns
        -------
        DataFrame
            Columns ``estimate``, ``low``, ``high``, ``se``, ``p`` (two-sided).
        """
        used = contrasts != 0
        estimate = np.where(used, contrasts * self.mean, 0).sum(axis=1)
        variance = np.minimum(_quadratic(contrasts, self.total), _quadratic(contrasts, self.most))
        shares = []
        for factor, covariance in self.alone.items():
            freedom = np.where(used, self.freedom[factor], np.inf)
            if factor in self.own:
                single = contrasts**2 * np.where(used, np.diagonal(covariance), 0)
            else:
                single, freedom = _quadratic(contrasts, covariance)[:, None], freedom.min(axis=1, keepdims=True)
            if factor in self.influence:
                freedom = _for_tails(freedom, contrasts @ np.nan_to_num(self.influence[factor]))
            variance = np.maximum(variance, self.least.get(factor, 1.0) * single.sum(axis=1))
            shares.append((single, np.maximum(freedom, 1)))
        if self.floor is not None:
            variance = np.maximum(variance, _quadratic(contrasts, self.floor))
        freedom = degrees_of_freedom(shares, variance)
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

    def falls_short(self) -> np.ndarray:
        """Return the one-sided p of each statistic but the last reaching the last, as a model the noise ceiling."""
        below = np.eye(len(self.mean))[:-1]
        below[:, -1] = -1
        gap = self.test(below, 0.95)
        return np.where(gap["estimate"] < 0, gap["p"] / 2, 1 - gap["p"] / 2)


def degrees_of_freedom(shares: Sequence[tuple[np.ndarray, np.ndarray]], variance: np.ndarray) -> np.ndarray:
    """Return ν of variances made of parts with degrees of freedom ν_f, each of shape (variance, part)."""
    inverse = np.zeros(len(variance))
    for part, freedom in shares:
        share = np.divide(part, variance[:, None], out=np.zeros_like(part), where=variance[:, None] > 0)
        inverse += (np.maximum(share, share**2) / freedom).sum(axis=1)
    return np.divide(1, inverse, out=np.full_like(inverse, np.inf), where=inverse > 0)


def _quadratic(contrasts: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return c'Cc of each contrast, reading only the statistics that it uses; a negative variance is none."""
    used = contrasts != 0
    both = used[:, :, None] & used[:, None, :]
    terms = np.where(both, covariance, 0) * contrasts[:, :, None] * contrasts[:, None, :]
    return np.maximum(terms.sum(axis=(1, 2)), 0)


def _for_tails(freedom: np.ndarray, influence: np.ndarray) -> np.ndarray:
    """Lower the degrees of freedom of t, of shape (variance, 1), for heavy tails of the influence of mean zero.

    The variance of a row is known with ν = 2n/(kurtosis − 1) degrees of freedom, but with many items t does not lose
    them all: one that makes the variance large has moved the estimate as well, and by the Edgeworth expansion of t
    (Hall 1992, 10.1007/978-1-4612-4384-7) tails on both sides cost next to nothing, those of a gamma distribution all.
    So the correction fades as `FEW` / n, which simulations chose: halved at 40 stimuli, tests reject too often; whole
    at 92, too seldom.
    """
    n = influence.shape[1]
    square = (influence**2).mean(axis=1, keepdims=True)
    spread = (influence**4).mean(axis=1, keepdims=True) - square**2
    uncertain = np.divide(spread, 2 * n * square**2, out=np.zeros_like(square), where=square > 0)
    share = min(1.0, FEW / n)
    return 1 / ((1 - share) / freedom + share * np.maximum(1 / freedom, uncertain))


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
