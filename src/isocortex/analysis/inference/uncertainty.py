"""The joint uncertainty of several statistics, and tests of contrasts between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import t

from ...shapes import Contrasts, Covariances, Influence, PairTerms
from .blocks import blocks_of
from .skewness import asymmetry, skewed, symmetric

FEW = 40
"""Items, up to which heavy tails of their influence cost all the degrees of freedom that the variance loses."""
FEW_OF = 20
"""Of so many items one is few, in :meth:`Uncertainty.few_that_carry`."""


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
        Factors whose items differ between statistics, as the seeds of models do.
    most : array, shape (statistic, statistic)
        Covariance that counts interactions several times: no variance can be larger.
    least : mapping of str to float
        Factor → share of its covariance that no variance can be less than. Default 1.
    floor : array, shape (statistic, statistic), optional
        Covariance that no variance can be less than.
    cautious : array, shape (statistic, statistic), optional
        Covariance of the plain jackknife, which counts pairs of items twice: too large on average (Efron & Stein 1981).
        Default `most`.
    influence : mapping of str to array, shape (statistic, item)
        Factor → what each of its items adds; the sum of squares is a variance. Heavy tails of it make its variance
        less certain.
    of_pairs : array, shape (statistic, statistic), optional
        Covariance due to pairs of items. Default none.
    pair_terms : array, shape (3, statistic, pair), optional
        The influence of the first item of a pair, that of the second, and the part due to the pair alone. The sum of
        their products shows the skewness. Default none: no skewness is corrected.

    Examples
    --------
    >>> from isocortex.analysis.alignment import compare
    >>> rng = np.random.default_rng(0)
    >>> latent = rng.normal(size=(30, 4))
    >>> data = {name: latent @ rng.normal(size=(4, 20)) + rng.normal(size=(30, 20)) for name in ("Ann", "Bob", "Cy")}
    >>> models = {"all": latent, "half": latent[:, :2], "one": latent[:, :1]}
    >>> found = compare(models, data, measures=["cka"]).uncertainty
    >>> found.mean.round(2)  # of the models, and the ceiling
    array([0.84, 0.47, 0.37, 0.79])
    >>> found.test(np.array([[-0.5, 1.0, -0.5, 0.0]]), 0.95).round(2)  # is "half" the mean of the two others?
       estimate   low  high    se     p
    0     -0.14 -0.25  0.03  0.05  0.09
    """

    mean: np.ndarray
    total: Covariances
    alone: Mapping[str, Covariances]
    freedom: Mapping[str, np.ndarray]
    own: frozenset[str]
    most: Covariances
    least: Mapping[str, float] = field(default_factory=dict)
    floor: Covariances | None = None
    cautious: Covariances | None = None
    influence: Mapping[str, Influence] = field(default_factory=dict)
    of_pairs: Covariances | None = None
    pair_terms: PairTerms | None = None

    def test(self, contrasts: Contrasts, confidence: float) -> pd.DataFrame:
        """Estimate each contrast, a weighted sum of the statistics, and test it against 0.

        The variance is kept between that of the largest single factor, or `floor`, and `most`. A skewed estimate moves
        its variance along; the ratio of its error and its standard error is made symmetric.

        Returns
        -------
        DataFrame
            Columns ``estimate``, ``low``, ``high``, ``se``, ``p`` (two-sided).
        """
        estimate, se, freedom, asymmetries = self._studentized(contrasts)
        limit = t.ppf((1 + confidence) / 2, freedom)
        return pd.DataFrame(
            {
                "estimate": estimate,
                "low": estimate - se * skewed(limit, *asymmetries),
                "high": estimate - se * skewed(-limit, *asymmetries),
                "se": se,
                "p": 2 * t.sf(np.abs(symmetric(_ratio(estimate, se), *asymmetries)), freedom),
            }
        )

    def falls_short(self) -> np.ndarray:
        """Return the one-sided p of each statistic but the last reaching the last, as a model the noise ceiling."""
        gap, se, freedom, asymmetries = self._studentized(self._from_the_last())
        return t.cdf(symmetric(_ratio(gap, se), *asymmetries), freedom)

    def exceeds(self) -> np.ndarray:
        """Return the one-sided p of each statistic but the last being no larger than the last.

        Where a statistic is close to the last, their difference consists of pairs of items, and is too often far on
        this side. So the variance is at least `cautious`, and of the ratio as it is and made symmetric the smaller
        counts.
        """
        contrasts = self._from_the_last()
        gap, se, freedom, asymmetries = self._studentized(contrasts)
        least = _quadratic(contrasts, self.most if self.cautious is None else self.cautious)
        ratio = _ratio(gap, np.maximum(se, np.sqrt(least)))
        return t.sf(np.minimum(ratio, symmetric(ratio, *asymmetries)), freedom)

    def few_that_carry(self, contrasts: Contrasts, factor: str = "stimulus") -> list[np.ndarray]:
        """Return the few items that have more than half of the influence on each contrast, if so few have.

        Influence is measured by its square. A few are a twentieth of the items, or one. Of influences that are normally
        distributed a twentieth has 28 % on average.
        """
        if factor not in self.influence:
            return [np.empty(0, int)] * len(contrasts)
        square = (contrasts @ np.nan_to_num(self.influence[factor])) ** 2
        order = np.argsort(-square, axis=1, kind="stable")
        held = np.take_along_axis(square, order, axis=1).cumsum(axis=1)
        needed = (held <= held[:, -1:] / 2).sum(axis=1) + 1
        few = max(1, square.shape[1] // FEW_OF)
        return [places[: n if n <= few else 0] for places, n in zip(order, needed.tolist(), strict=True)]

    def _from_the_last(self) -> Contrasts:
        contrasts = np.eye(len(self.mean))[:-1]
        contrasts[:, -1] = -1
        return contrasts

    def _studentized(self, contrasts: Contrasts) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
        """Return contrasts with their standard error, the degrees of freedom of t, and (skewness, coupling).

        A variance that is a bound neither moves with the estimate nor scatters as what it bounds: the coupling, and
        what a factor shows beyond its own variance, fade as the bound exceeds it.
        """
        estimate = np.where(contrasts != 0, contrasts * self.mean, 0).sum(axis=1)
        measured = np.minimum(_quadratic(contrasts, self.total), _quadratic(contrasts, self.most))
        influence = {factor: contrasts @ np.nan_to_num(each) for factor, each in self.influence.items()}
        alone, freedom = self._alone(contrasts), self._freedom(contrasts, influence)
        bounds = [self.least.get(factor, 1.0) * part.sum(axis=1) for factor, part in alone.items()]
        if self.floor is not None:
            bounds.append(_quadratic(contrasts, self.floor))
        variance = np.maximum.reduce([measured, *bounds])
        free = np.divide(measured, variance, out=np.ones_like(variance), where=variance > 0)
        shown = {factor: (each**2).sum(axis=1) for factor, each in influence.items()}
        nothing = np.zeros_like(variance)
        shares = [
            (np.maximum(part, (free**2 * shown.get(factor, nothing))[:, None]), freedom[factor])
            for factor, part in alone.items()
        ]
        squared_gradient = np.sum([nothing, *shown.values()], axis=0)
        skewness, coupling = self._asymmetry(contrasts, squared_gradient, variance)
        se = np.where(np.isfinite(estimate), np.sqrt(variance), np.nan)
        return estimate, se, degrees_of_freedom(shares, variance), (skewness, free * coupling)

    def _alone(self, contrasts: Contrasts) -> dict[str, np.ndarray]:
        """Return the variance of contrasts when one factor is drawn anew, by its parts: shape (contrast, part)."""
        used = contrasts != 0
        return {
            factor: contrasts**2 * np.where(used, np.diagonal(covariance), 0)
            if factor in self.own
            else _quadratic(contrasts, covariance)[:, None]
            for factor, covariance in self.alone.items()
        }

    def _freedom(self, contrasts: Contrasts, influence: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the degrees of freedom of :meth:`_alone`, given the influence of items on each contrast."""
        result = {}
        for factor in self.alone:
            freedom = np.where(contrasts != 0, self.freedom[factor], np.inf)
            if factor not in self.own:
                freedom = freedom.min(axis=1, keepdims=True)
            if factor in influence:
                freedom = _for_tails(freedom, influence[factor])
            result[factor] = np.maximum(freedom, 1)
        return result

    def _asymmetry(
        self, contrasts: Contrasts, squared_gradient: np.ndarray, variance: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the skewness of contrasts, and the covariance with their variance in the same units."""
        form = np.zeros(len(contrasts))
        if self.pair_terms is None or self.of_pairs is None:
            return form, form
        terms = np.nan_to_num(self.pair_terms)
        for block in blocks_of(len(contrasts), terms.shape[2]):
            form[block] = np.prod(contrasts[block] @ terms, axis=0).sum(axis=1)
        return asymmetry(form, squared_gradient, _quadratic(contrasts, self.of_pairs), variance)


def degrees_of_freedom(shares: Sequence[tuple[np.ndarray, np.ndarray]], variance: np.ndarray) -> np.ndarray:
    """Return ν of t for variances made of parts with degrees of freedom ν_f, each of shape (variance, part).

    1/ν = Σ max(w_f, w_f²)/ν_f with the shares w_f of the parts in the variance. Satterthwaite's have w_f² alone, which
    is too many when a small share is itself known badly, as from two subjects.
    """
    inverse = np.zeros(len(variance))
    for part, freedom in shares:
        share = np.divide(part, variance[:, None], out=np.zeros_like(part), where=variance[:, None] > 0)
        inverse += (np.maximum(share, share**2) / freedom).sum(axis=1)
    return np.divide(1, inverse, out=np.full_like(inverse, np.inf), where=inverse > 0)


def _ratio(estimate: np.ndarray, se: np.ndarray) -> np.ndarray:
    """Return estimates in standard errors, NaN where the standard error is unknown."""
    return np.divide(estimate, se, out=np.full_like(se, np.nan), where=se > 0)


def _quadratic(contrasts: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return c'Cc of each contrast, reading only the statistics that it uses; a negative variance is none."""
    used = np.argsort(contrasts == 0, axis=1, kind="stable")[:, : (contrasts != 0).sum(axis=1).max(initial=0)]
    weights = np.take_along_axis(contrasts, used, axis=1)
    weights = weights[:, :, None] * weights[:, None, :]
    terms = np.where(weights != 0, weights * covariance[used[:, :, None], used[:, None, :]], 0)
    return np.maximum(terms.sum(axis=(1, 2)), 0)


def _for_tails(freedom: np.ndarray, influence: np.ndarray) -> np.ndarray:
    """Lower the degrees of freedom of t, of shape (variance, 1), for heavy tails of the influence of mean zero.

    The variance of a row is known with ν = 2n/(kurtosis − 1) degrees of freedom, but with many items t does not lose
    them all: one that makes the variance large has moved the estimate as well, and by the Edgeworth expansion of t
    (Hall 1992, 10.1007/978-1-4612-4384-7) symmetric tails cost next to nothing. So the correction fades as (`FEW`/n)²,
    which simulations chose: from 15 to 40 stimuli none of it can be spared, and at 92 nearly all.
    """
    n = influence.shape[1]
    square = (influence**2).mean(axis=1, keepdims=True)
    spread = (influence**4).mean(axis=1, keepdims=True) - square**2
    uncertain = np.divide(spread, 2 * n * square**2, out=np.zeros_like(square), where=square > 0)
    share = min(1.0, (FEW / n) ** 2)
    return 1 / ((1 - share) / freedom + share * np.maximum(1 / freedom, uncertain))
