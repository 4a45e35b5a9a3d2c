"""Samples of crossed random factors, and the covariance that follows: stimuli, subjects, seeds, units, trials."""

from collections.abc import Mapping
from math import prod
from zlib import crc32

import jax
import numpy as np

from ...shapes import Covariances, Multiplicity, PRNGKey, Replicates

MOST_UNDEFINED = 0.2
"""Share of bootstrap samples without a similarity above which there is no interval."""
FACTOR_KEYS = ("stimulus", "seed", "subject")
"""Factors whose samples come from the parts of a split key; those of other factors fold in their name."""


def factor_key(key: PRNGKey, factor: str) -> PRNGKey:
    """Return the key that draws the samples of a factor, the same for every statistic."""
    if factor in FACTOR_KEYS:
        return jax.random.split(key, len(FACTOR_KEYS))[FACTOR_KEYS.index(factor)]
    return jax.random.fold_in(key, crc32(factor.encode()))


def draw_multiplicities(key: PRNGKey, n_samples: int, n_items: int) -> Multiplicity:
    """Draw bootstrap samples: how often each item is taken, shape (sample, item).

    Examples
    --------
    >>> import jax
    >>> draw_multiplicities(jax.random.key(0), 3, 4).sum(axis=1)
    array([4, 4, 4])
    """
    drawn = np.asarray(jax.random.randint(key, (n_samples, n_items), 0, n_items))
    flat = (drawn + n_items * np.arange(n_samples)[:, None]).ravel()
    return np.bincount(flat, minlength=n_samples * n_items).reshape(n_samples, n_items)


def crossed_covariance(
    found: Mapping[frozenset[str], Covariances], sizes: Mapping[str, np.ndarray | int]
) -> tuple[Covariances, dict[str, Covariances]]:
    """Combine bootstraps over crossed random factors into the covariance of several means.

    Resampling several crossed factors at once counts their interaction more than once. With v_T the covariance over
    bootstraps of the factors T, the inclusion–exclusion sums I_S = Σ_{T⊆S} (−1)^{|S|−|T|} v_T hold each interaction
    once, and Σ_S (−1)^{|S|−1} I_S / Π_{f∈S} (1 − 1/n_f) is the covariance (Schütt et al. 2023,
    10.7554/eLife.82566; for two factors and large n: 2(v_a + v_b) − v_ab).

    Parameters
    ----------
    found : mapping of set of factors to array, shape (statistic, statistic)
        For every non-empty subset of the factors, the covariance under joint resampling of that subset.
    sizes : mapping of str to int or array, shape (statistic, statistic)
        Number of items n_f of each factor; one item is no sample, and does not vary.

    Returns
    -------
    covariance : array, shape (statistic, statistic)
    alone : dict of str to array, shape (statistic, statistic)
        The corrected covariance due to each factor by itself.

    Examples
    --------
    The variance of a mean over stimuli and subjects, from bootstraps of either and of both:

    >>> rng = np.random.default_rng(0)
    >>> table = rng.normal(size=(10, 1)) + rng.normal(size=(1, 6)) + rng.normal(size=(10, 6))
    >>> stimuli, subjects = (rng.multinomial(n, np.full(n, 1 / n), size=4000) / n for n in table.shape)
    >>> means = {
    ...     frozenset({"stimulus"}): stimuli @ table.mean(axis=1),
    ...     frozenset({"subject"}): subjects @ table.mean(axis=0),
    ...     frozenset({"stimulus", "subject"}): np.einsum("bi,ij,bj->b", stimuli, table, subjects),
    ... }
    >>> found = {factors: np.atleast_2d(mean.var()) for factors, mean in means.items()}
    >>> total, alone = crossed_covariance(found, {"stimulus": 10, "subject": 6})
    >>> total.round(2), alone["stimulus"].round(2)
    (array([[0.16]]), array([[0.06]]))
    """
    shrinkage = {factor: 1 - 1 / np.where(np.asarray(n) > 1, n, np.inf) for factor, n in sizes.items()}
    total = np.zeros_like(next(iter(found.values())))
    for factors in found:
        interaction = sum((-1) ** (len(factors) - len(sub)) * found[sub] for sub in found if sub <= factors)
        total = total + (-1) ** (len(factors) - 1) * interaction / prod(shrinkage[f] for f in factors)
    return total, {factor: found[frozenset([factor])] / shrinkage[factor] for factor in sizes}


def covariance(samples: Replicates) -> Covariances:
    """Return the covariance of statistics over the samples in which both are defined."""
    defined = np.isfinite(samples)
    n = np.maximum(defined.sum(axis=0), 1)
    deviations = np.where(defined, samples - np.where(defined, samples, 0).sum(axis=0) / n, 0)
    return deviations.T @ deviations / np.maximum(defined.T.astype(float) @ defined, 1)
