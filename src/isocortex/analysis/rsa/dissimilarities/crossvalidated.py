"""Dissimilarities cross-validated over runs: unbiased, zero on average between equal stimuli, and so at times negative.

One run is left out at a time: the difference of two stimuli in that run is multiplied with their difference in the
others. Noise is independent between runs, so its products average to nothing.
"""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from ....errors import InputError, require
from ....shapes import DissimilarityMatrix, Patterns, RunCounts, RunPatterns
from .noise import NoisePrecision, mean_noise
from .observations import Observations, group_mean
from .patterns import PRIOR, smoothed_rates, squared_distances


def crossvalidated_euclidean(observed: Observations) -> DissimilarityMatrix:
    """Return the squared Euclidean distance per unit, over pairs of trials if no runs are named."""
    if not observed.grouped:
        return _over_trials(observed, observed.values.astype(float))
    return _squared(observed, *_cells(observed))


def crossnobis(observed: Observations, noise: NoisePrecision | Mapping[Any, NoisePrecision]) -> DissimilarityMatrix:
    """Return the squared Mahalanobis distance per unit, leave-one-run-out (Walther et al. 2016).

    With a separate noise for each run, every pair of runs is whitened by the inverse of its mean covariance.
    """
    if isinstance(noise, Mapping):
        require(observed.grouped, f"{observed.name} do not name their runs; give one noise precision for all of them.")
        return _over_pairs_of_runs(observed, *_cells(observed), _noise_of_pairs(observed, noise))
    if not observed.grouped:
        return _over_trials(observed, noise.whiten(observed.values))
    means, counts = _cells(observed)
    return _squared(observed, noise.whiten(means), counts)


def crossvalidated_poisson(observed: Observations, prior: tuple[float, float] = PRIOR) -> DissimilarityMatrix:
    """Return (λᵢ − λⱼ)·(log μᵢ − log μⱼ) per unit, with μ the rates in the run left out and λ those in the others."""
    require(
        observed.grouped,
        f"{observed.name}: cross-validated Poisson needs the run of each trial; name them with runs=….",
    )
    means, counts = _cells(observed)
    return _over_runs(observed, smoothed_rates(means, prior), counts, np.log)


def differences(a: Patterns, b: Patterns) -> DissimilarityMatrix:
    """Return (aᵢ − aⱼ)·(bᵢ − bⱼ) for every pair of rows. A pattern common to all is taken off first, for precision."""
    kernel = (a - a.mean(axis=0)) @ (b - b.mean(axis=0)).T
    own = kernel.diagonal()
    return own[:, None] + own - kernel - kernel.T


def _cells(observed: Observations) -> tuple[RunPatterns, RunCounts]:
    require(
        len(observed.runs) >= 2,
        f"{observed.name} hold one run; cross-validation needs at least two, as repeats or named with runs=….",
    )
    return observed.cells()


def _squared(observed: Observations, means: RunPatterns, counts: RunCounts) -> DissimilarityMatrix:
    """Return the cross-validated squared distance; in a balanced design, that of the means less their noise."""
    m = len(means)
    if (counts == 0).any():
        return _over_pairs_of_runs(observed, means, counts, lambda i, j: means[[i, j]])
    if (counts != counts[0, 0]).any():
        return _over_runs(observed, means, counts)
    z = np.empty((means.shape[1], m, means.shape[2]))
    np.subtract(np.moveaxis(means, 0, 1), means.mean(axis=1, dtype=float), out=z)
    total, within = z.sum(axis=1), z.reshape(len(z), -1)
    product = total @ total.T - within @ within.T
    return squared_distances(product) / (m * (m - 1) * means.shape[2])


def _over_runs(
    observed: Observations, means: RunPatterns, counts: RunCounts, left_out: Callable[[Patterns], Patterns] = np.asarray
) -> DissimilarityMatrix:
    """Return the mean over runs of the differences in it times those in all trials of the others.

    A pair of stimuli is averaged over the runs that have both, if both are in the others too. `left_out` is applied to
    the patterns of the run left out.
    """
    total, trials = np.einsum("rsu,rs->su", means, counts), counts.sum(axis=0)
    product, folds = np.zeros((2, len(trials), len(trials)))
    for mean, n in zip(means, counts, strict=True):
        rest = np.maximum(trials - n, 1)[:, None]
        there = (n > 0) & (trials > n)
        found = differences((total - n[:, None] * mean) / rest, left_out(mean.astype(float)))
        both = np.outer(there, there)
        product += np.where(both, found, 0.0)
        folds += both
    return _mean(observed, product, folds) / means.shape[-1]


def _over_pairs_of_runs(
    observed: Observations, means: RunPatterns, counts: RunCounts, pair: Callable[[int, int], RunPatterns]
) -> DissimilarityMatrix:
    """Return the mean, over the pairs of runs that have both stimuli, of the differences in one times the other's.

    What a run adds to all its responses cancels, whatever stimuli it lacks. `pair` gives the patterns of two runs.
    """
    product, pairs = np.zeros((2, counts.shape[1], counts.shape[1]))
    for i, j in combinations(range(len(means)), 2):
        there = (counts[i] > 0) & (counts[j] > 0)
        both = np.outer(there, there)
        first, second = pair(i, j).astype(float)
        product[both] += differences(first[there], second[there]).ravel()
        pairs += both
    return _mean(observed, product, pairs) / means.shape[-1]


def _noise_of_pairs(observed: Observations, noise: Mapping[Any, NoisePrecision]) -> Callable[[int, int], RunPatterns]:
    """Return the function that whitens the patterns of two runs by the mean of their covariances.

    A run is looked up by its own label, and by that label as a text.
    """
    means, named = observed.cells()[0], {str(run): one for run, one in noise.items()}
    missing = [str(run) for run in observed.runs.tolist() if run not in noise and str(run) not in named]
    require(
        not missing,
        f"{observed.name} have no noise for run {', '.join(missing)}; there is noise for {', '.join(map(str, noise))}.",
    )
    found = [noise[run] if run in noise else named[str(run)] for run in observed.runs.tolist()]
    return lambda i, j: mean_noise(found[i], found[j]).whiten(means[[i, j]])


def _over_trials(observed: Observations, x: Patterns) -> DissimilarityMatrix:
    """Return the products over all pairs of different trials, none of which was measured with another."""
    counts = np.bincount(observed.stimulus, minlength=len(observed.stimuli))
    if counts.min() < 2:
        alone = observed.stimuli[int(np.argmin(counts))]
        raise InputError(
            f"{observed.name}: {alone} was shown once; cross-validation needs each stimulus at least twice."
        )
    x = x - x.mean(axis=0)
    means = group_mean(x, observed.stimulus, len(counts))
    kernel = means @ means.T
    squares = np.bincount(observed.stimulus, (x**2).sum(axis=1)) / counts
    own = (counts * kernel.diagonal() - squares) / (counts - 1)
    return (own[:, None] + own - 2 * kernel) / x.shape[1]


def _mean(observed: Observations, product: np.ndarray, folds: np.ndarray) -> DissimilarityMatrix:
    """Divide by the number of runs that compared a pair, which must not be zero."""
    never = np.argwhere(folds == 0)
    if len(never):
        i, j = never[0]
        what = "itself" if i == j else observed.stimuli[j]
        raise InputError(
            f"{observed.name}: no two runs compare {observed.stimuli[i]} with {what}; cross-validation needs each "
            "pair of stimuli in at least two runs."
        )
    return product / folds
