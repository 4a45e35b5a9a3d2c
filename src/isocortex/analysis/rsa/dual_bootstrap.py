"""The bootstrap over crossed random factors: stimuli, subjects, and the seeds of models."""

from collections.abc import Collection, Sequence
from functools import cache
from itertools import combinations

import jax
import numpy as np

from ...rdms import RDMs
from ...shapes import PRNGKey, Replicates
from ..inference.crossed import MOST_UNDEFINED, covariance, crossed_covariance, draw_multiplicities, factor_key
from ..inference.uncertainty import Uncertainty
from .ceiling import lower_bounds
from .similarities.similarity import bootstrap_similarity, similarity


def dual_bootstrap(
    models: Sequence[RDMs],
    data: RDMs,
    *,
    key: PRNGKey,
    method: str,
    n_bootstraps: int,
    factors: Sequence[str],
    paired_seeds: bool,
) -> tuple[Uncertainty, np.ndarray]:
    """Bootstrap the mean similarity of each model, and the noise ceiling's lower bound, over crossed factors.

    Every model is seen under the same samples of stimuli and subjects; each has its own samples of seeds, unless the
    seeds are paired.

    Returns
    -------
    Uncertainty
        One statistic per model, and the ceiling's lower bound last (NaN with one subject).
    undefined : array, shape (statistic,)
        Share of samples without a similarity. Above a fifth, the covariances are NaN.
    """
    stimulus_key, seed_key, subject_key = (factor_key(key, factor) for factor in ("stimulus", "seed", "subject"))
    n_seeds = np.array([len(rows) for rows in models])
    first = np.cumsum(n_seeds) - n_seeds
    rows = RDMs(np.concatenate([stack.dissimilarities for stack in models]), data.stimuli)
    full = similarity(rows, data, method)[None]
    stimuli = draw_multiplicities(stimulus_key, n_bootstraps, len(data.stimuli))
    resampled = bootstrap_similarity(rows, data, stimuli, method) if "stimulus" in factors else full
    subjects = draw_multiplicities(subject_key, n_bootstraps, len(data))
    keys = [seed_key if paired_seeds else jax.random.fold_in(seed_key, i) for i in range(len(models))]
    seeds = np.concatenate(
        [draw_multiplicities(k, n_bootstraps, n) for k, n in zip(keys, n_seeds.tolist(), strict=True)], axis=1
    )

    @cache
    def ceiling(of_stimuli: bool, of_subjects: bool) -> np.ndarray:
        drawn = subjects if of_subjects else np.ones_like(subjects[: n_bootstraps if of_stimuli else 1])
        return lower_bounds(data, stimuli if of_stimuli else np.ones_like(stimuli[:1]), drawn, method)

    def replicate(drawn: Collection[str]) -> Replicates:
        values = resampled if "stimulus" in drawn else full
        of_subjects = subjects if "subject" in drawn else np.ones((1, len(data)))
        of_seeds = seeds if "seed" in drawn else np.ones((1, n_seeds.sum()))
        over_subjects = _matched("srd,sd->sr", values, of_subjects) / len(data)
        means = np.add.reduceat(over_subjects * of_seeds, first, axis=1) / n_seeds
        return np.column_stack([means, np.broadcast_to(ceiling("stimulus" in drawn, "subject" in drawn), len(means))])

    mean = replicate(())[0]
    items = {"stimulus": len(data.stimuli), "subject": len(data), "seed": np.append(n_seeds, 1)}
    items = {factor: np.broadcast_to(items[factor], mean.shape) for factor in factors if np.max(items[factor]) > 1}
    several = items.get("seed", np.ones(len(mean))) > 1
    shared = np.outer(several, several) if paired_seeds else np.diag(several)
    found, undefined = {}, np.zeros(len(mean))
    for subset in (frozenset(chosen) for n in range(len(items)) for chosen in combinations(items, n + 1)):
        samples = replicate(subset)
        undefined = np.maximum(undefined, 1 - np.isfinite(samples).mean(axis=0))
        found[subset] = covariance(samples)
        if "seed" in subset:
            found[subset] = np.where(shared, found[subset], found.get(subset - {"seed"}, 0.0))
    lost = (undefined > MOST_UNDEFINED) | ~np.any([n > 1 for n in items.values()], axis=0)
    found = {subset: np.where(lost[:, None] | lost, np.nan, value) for subset, value in found.items()}
    total, alone = crossed_covariance(found, {factor: np.minimum(n[:, None], n) for factor, n in items.items()})
    freedom = {factor: n - 1 for factor, n in items.items()}
    own = frozenset() if paired_seeds else frozenset({"seed"})
    return Uncertainty(mean, total, alone, freedom, own, most=found[frozenset(items)]), undefined


def _matched(subscripts: str, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return an einsum over samples of which one operand may have a single one, for all."""
    n = max(len(values), len(weights))
    return np.einsum(
        subscripts, np.broadcast_to(values, (n, *values.shape[1:])), np.broadcast_to(weights, (n, *weights.shape[1:]))
    )
