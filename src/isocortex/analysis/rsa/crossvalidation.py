"""Fitted models compared with data that they were not fitted to, with intervals for new stimuli and new subjects."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import jax
import numpy as np
import pandas as pd

from ...errors import look_up, require
from ...rdms import RDMs
from ...shapes import Covariances, Multiplicity, PRNGKey, Replicates, SubjectCounts
from .models import Model, Moments, inner_products
from .resampling import MOST_UNDEFINED, covariance, crossed_covariance, draw_multiplicities
from .uncertainty import Uncertainty

ASSIGNMENTS = 2
"""Independent assignments to folds in each sample: their covariance is free of the chance of the assignment."""
BLOCK = 200
"""Samples whose inner products are in memory at once."""


def crossvalidate(
    models: Mapping[str, Model],
    data: RDMs,
    *,
    key: PRNGKey,
    method: str = "pearson",
    stimulus_folds: int | None = None,
    subject_folds: int | None = None,
    n_bootstraps: int = 1000,
    confidence: float = 0.95,
    factors: Sequence[str] = ("stimulus", "subject"),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit models to some stimuli of some subjects, and compare them with other stimuli of other subjects.

    The whole of the cross-validation is repeated in every bootstrap sample, where copies of a stimulus or a subject
    stay in one fold, and the variance is that of the dual bootstrap (Schütt et al. 2023, 10.7554/eLife.82566).

    Parameters
    ----------
    models : mapping of str to Model
        See :data:`.models.MODELS`.
    data : RDMs
        One row per subject.
    key : key
        Draws the samples and the folds.
    method : {"pearson", "cosine", "whitened-pearson", "whitened-cosine"}
    stimulus_folds, subject_folds : int, optional
        Default a fold per eight stimuli, from 2 to 5, and per three subjects, at most 5. With 1 fold, models are fitted
        to the stimuli or subjects that they are tested on.
    n_bootstraps : int
        Default 1000.
    confidence : float
        Default 0.95.
    factors : sequence of {"stimulus", "subject"}
        As for :func:`.compare`.

    Returns
    -------
    table : DataFrame
        Index model; columns ``mean``, ``low``, ``high``, ``se``, ``p`` (two-sided, against 0) and ``undefined``, the
        share of bootstrap samples with a fold that has no similarity.
    differences : DataFrame
        Columns ``a``, ``b``, ``difference``, ``low``, ``high``, ``se``, ``p``.

    Raises
    ------
    InputError
        For too many folds, a similarity that is no inner product, or different stimuli.

    Examples
    --------
    >>> import jax, numpy as np
    >>> from isocortex.analysis.rsa import Select, Weighted
    >>> rng = np.random.default_rng(0)
    >>> parts, data = (RDMs(rng.random((rows, 190)), np.arange(20)) for rows in (2, 4))
    >>> models = {"best": Select(parts), "sum": Weighted(parts)}
    >>> table, differences = crossvalidate(models, data, key=jax.random.key(0), n_bootstraps=20)
    >>> table.index.tolist()
    ['best', 'sum']
    """
    n, n_subjects = len(data.stimuli), len(data)
    folds = (
        min(max(n // 8, 2), 5) if stimulus_folds is None else stimulus_folds,
        min(max(n_subjects // 3, 1), 5) if subject_folds is None else subject_folds,
    )
    require(bool(models), "There are no models to compare.")
    require(1 <= folds[0] <= n // 3, f"Each fold needs three stimuli; {n} stimuli make at most {n // 3} folds.")
    require(1 <= folds[1] <= n_subjects, f"{n_subjects} subjects make 1 to {n_subjects} folds; got {folds[1]}.")
    require(n_bootstraps >= 2, f"bootstraps must be at least 2; got {n_bootstraps}.")
    for factor in factors:
        look_up("factor", factor, {"stimulus": n, "subject": n_subjects})

    stimulus_key, subject_key, fold_key = jax.random.split(key, 3)
    drawn = {
        "stimulus": draw_multiplicities(stimulus_key, n_bootstraps, n),
        "subject": draw_multiplicities(subject_key, n_bootstraps, n_subjects),
    }
    once = {factor: np.ones_like(counts) for factor, counts in drawn.items()}
    sizes = {factor: counts.shape[1] for factor, counts in drawn.items() if factor in factors and counts.shape[1] > 1}

    def replicate(subset: frozenset[str]) -> np.ndarray:
        """Return the cross-validated similarities, shape (assignment, sample, model)."""
        stimuli, subjects = ((drawn if factor in subset else once)[factor] for factor in drawn)
        return np.stack(
            [
                _crossvalidated(list(models.values()), data, stimuli, subjects, folds, method, k)
                for k in jax.random.split(fold_key, ASSIGNMENTS)
            ]
        )

    mean = np.nanmean(replicate(frozenset()), axis=(0, 1))
    found, undefined = {}, np.zeros(len(models))
    for subset in (frozenset(chosen) for size in range(len(sizes)) for chosen in combinations(sizes, size + 1)):
        samples = replicate(subset)
        undefined = np.maximum(undefined, 1 - np.isfinite(samples).all(axis=0).mean(axis=0))
        found[subset] = _between(samples)
    lost = undefined > MOST_UNDEFINED
    found = {subset: np.where(lost[:, None] | lost, np.nan, value) for subset, value in found.items()}
    total, alone = crossed_covariance(found, sizes)
    freedom = {factor: np.full(len(models), size - 1) for factor, size in sizes.items()}
    result = Uncertainty(mean, total, alone, freedom, frozenset(), most=found[frozenset(sizes)])

    names = pd.Index(models, name="model")
    table = result.test(np.eye(len(models)), confidence).rename(columns={"estimate": "mean"}).set_axis(names)
    table["undefined"] = undefined
    pairs = list(combinations(range(len(models)), 2))
    contrasts = np.zeros((len(pairs), len(models)))
    for row, (a, b) in enumerate(pairs):
        contrasts[row, [a, b]] = 1, -1
    differences = result.test(contrasts, confidence).rename(columns={"estimate": "difference"})
    for place in (0, 1):
        differences.insert(place, "ab"[place], [names[pair[place]] for pair in pairs])
    return table, differences


def _crossvalidated(
    models: list[Model],
    data: RDMs,
    stimuli: Multiplicity,
    subjects: SubjectCounts,
    folds: tuple[int, int],
    method: str,
    key: PRNGKey,
) -> Replicates:
    """Return the mean similarity over folds of each model in each sample, for one assignment to folds."""
    stimulus_key, subject_key = jax.random.split(key)
    of_stimuli = _assign(stimulus_key, stimuli, folds[0])
    of_subjects = _assign(subject_key, subjects, folds[1])
    ends = np.cumsum([len(model.rdms) for model in models])
    blocks = []
    for start in range(0, len(stimuli), BLOCK):
        part = slice(start, start + BLOCK)
        results = []
        for fold in range(folds[0]):
            inside = of_stimuli[part] == fold
            test = inner_products(models, data, stimuli[part] * inside, method)
            rest = ~inside if folds[0] > 1 else inside
            train = inner_products(models, data, stimuli[part] * rest, method)
            for group in range(folds[1]):
                mine = of_subjects[part] == group
                others = subjects[part] * (~mine if folds[1] > 1 else mine)
                crosses = train.pooled(others.astype(float))
                weights = [
                    model.weights(train.grams[:, end - len(model.rdms) : end, end - len(model.rdms) : end], cross)
                    for model, end, cross in zip(models, ends, np.split(crosses, ends[:-1], axis=1), strict=True)
                ]
                results.append(_tested(weights, test, ends, subjects[part] * mine))
        blocks.append(np.mean(results, axis=0))
    return np.concatenate(blocks)


def _tested(weights: list[np.ndarray], test: Moments, ends: np.ndarray, subjects: np.ndarray) -> Replicates:
    """Return the mean similarity of each weighted sum of RDMs with the subjects, in each sample."""
    columns = []
    for theta, end in zip(weights, ends, strict=True):
        mine = slice(end - theta.shape[1], end)
        power = np.einsum("sk,skl,sl->s", theta, test.grams[:, mine, mine], theta)[:, None] * test.powers
        cross = np.einsum("sk,skd->sd", theta, test.crosses[:, mine])
        similar = np.divide(cross, np.sqrt(np.abs(power)), out=np.full_like(cross, np.nan), where=power > 0)
        counted = np.where(subjects > 0, subjects * similar, 0).sum(axis=1)
        n = subjects.sum(axis=1)
        columns.append(np.divide(counted, n, out=np.full_like(counted, np.nan), where=n > 0))
    return np.stack(columns, axis=1)


def _assign(key: PRNGKey, counts: Multiplicity, folds: int) -> np.ndarray:
    """Deal the items that were drawn to folds of equal size, copies together: shape (sample, item)."""
    chance = np.asarray(jax.random.uniform(key, counts.shape))
    place = np.argsort(np.argsort(chance + (counts == 0), axis=1), axis=1)
    return place % folds


def _between(samples: np.ndarray) -> Covariances:
    """Return the covariance of statistics between the two assignments, over the samples."""
    mean, half = samples.mean(axis=0), (samples[0] - samples[1]) / 2
    return covariance(mean) - covariance(half)
