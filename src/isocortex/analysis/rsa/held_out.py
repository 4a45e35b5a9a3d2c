"""Compare fitted models with held-out data, with intervals for new stimuli and new subjects."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations

import jax
import numpy as np
import pandas as pd

from ...errors import look_up, require
from ...rdms import RDMs
from ...shapes import Bootstrapped, Covariances, Multiplicity, PRNGKey, Replicates, SubjectCounts
from ..inference.corrections import CORRECTIONS, corrected
from ..inference.crossed import MOST_UNDEFINED, covariance, crossed_covariance, draw_multiplicities
from ..inference.leaving_out import parts_left_out, samples_without
from ..inference.left_out import LEAST, Layout, LeftOut
from ..inference.uncertainty import Uncertainty
from .ceiling_by_subject import ceiling_by_subject, inner_product_ceiling
from .models import Model, Moments, inner_products

ASSIGNMENTS = {"jackknife": 16, "dual-bootstrap": 2}
"""Assignments to folds, in two independent halves: the covariance between them is free of their chance."""
LEAST_IN_FOLD = {"jackknife": 4, "dual-bootstrap": 3}
"""Stimuli in a fold; the jackknife leaves one of them out."""
BLOCK = 200
"""Samples whose inner products are in memory at once."""

Validation = Callable[[Multiplicity, SubjectCounts, Multiplicity, SubjectCounts], tuple[Bootstrapped, np.ndarray]]
"""How often stimuli and subjects are in each sample, and in which folds → similarities of models with subjects, and
those among subjects in each fold."""


def crossvalidate(
    models: Mapping[str, Model],
    data: RDMs,
    *,
    key: PRNGKey,
    method: str = "pearson",
    stimulus_folds: int | None = None,
    subject_folds: int | None = None,
    inference: str = "jackknife",
    n_bootstraps: int = 1000,
    confidence: float = 0.95,
    factors: Sequence[str] = ("stimulus", "subject"),
    correction: str = "none",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit models to some stimuli of some subjects, and compare them with other stimuli of other subjects.

    The whole of the cross-validation is repeated without each stimulus, for several assignments to folds;
    :mod:`.jackknife` explains how the variance follows.

    Parameters
    ----------
    models : mapping of str to Model
        See :data:`.models.MODELS`.
    data : RDMs
        One row per subject.
    key : key
        Deals stimuli and subjects to folds, and draws samples.
    method : {"pearson", "cosine", "whitened-pearson", "whitened-cosine"}
    stimulus_folds, subject_folds : int, optional
        Default: one fold for every eight stimuli, from 2 to 5, and one for every three subjects, at most 5. With 1
        fold, models are fitted to the same stimuli or subjects that they are tested on.
    inference : {"jackknife", "dual-bootstrap"}
        Default the jackknife. In samples of the dual bootstrap (Schütt et al. 2023, 10.7554/eLife.82566) copies of a
        stimulus stay in one fold, which they cannot dominate more than one of them could: its intervals are too narrow
        where folds are small.
    n_bootstraps : int
        Samples of the bootstrap. Default 1000.
    confidence : float
        Default 0.95.
    factors : sequence of {"stimulus", "subject"}
        As for :func:`.compare`.
    correction : {"none", "holm", "fdr"}
        Adjustment of the p values for the number of models, and of pairs. Default none.

    Returns
    -------
    table : DataFrame
        Index model; columns ``mean``, ``low``, ``high``, ``se``, ``p`` (two-sided, against 0); ``ceiling``, the mean
        similarity of each subject with the mean of the others on the stimuli of a fold; ``p_ceiling``, one-sided, of
        reaching it, and ``p_above``, of lying no higher (all NaN with one subject, and with two that the jackknife
        takes as a factor); ``undefined``, the share of samples with a fold that has no similarity. The jackknife gives
        no interval where there is one;
        p is NaN where no variance is found, or nothing varies.
    differences : DataFrame
        Columns ``a``, ``b``, ``difference``, ``low``, ``high``, ``se``, ``p``.

    Raises
    ------
    InputError
        For too many folds, a similarity that is no inner product, different stimuli, or an unknown name.

    Examples
    --------
    >>> import jax, numpy as np
    >>> from isocortex.analysis.rsa import Select, Weighted
    >>> rng = np.random.default_rng(0)
    >>> parts, data = (RDMs(rng.random((rows, 190)), np.arange(20)) for rows in (2, 4))
    >>> models = {"best": Select(parts), "sum": Weighted(parts)}
    >>> table, differences = crossvalidate(models, data, key=jax.random.key(0))
    >>> table.index.tolist()
    ['best', 'sum']
    """
    n, n_subjects = len(data.stimuli), len(data)
    folds = (
        min(max(n // 8, 2), 5) if stimulus_folds is None else stimulus_folds,
        min(max(n_subjects // 3, 1), 5) if subject_folds is None else subject_folds,
    )
    require(bool(models), "There are no models to compare.")
    require(bool(factors), "Name at least one factor that is a random sample: stimulus or subject.")
    fewest = look_up("inference", inference, LEAST_IN_FOLD)
    CORRECTIONS.named(correction)
    require(
        1 <= folds[0] <= n // fewest,
        f"Each fold needs {fewest} stimuli for {inference}; {n} stimuli make at most {n // fewest} folds.",
    )
    require(1 <= folds[1] <= n_subjects, f"{n_subjects} subjects make 1 to {n_subjects} folds; got {folds[1]}.")
    require(n_bootstraps >= 2, f"bootstraps must be at least 2; got {n_bootstraps}.")
    for factor in factors:
        look_up("factor", factor, {"stimulus": n, "subject": n_subjects})

    validate = partial(_similarities, list(models.values()), data, folds, method)
    if inference == "jackknife":
        result, undefined = _jackknife(validate, data, folds, factors, key)
    else:
        result, undefined = _dual_bootstrap(validate, data, folds, factors, key, n_bootstraps)

    names = pd.Index(models, name="model")
    statistics = np.eye(len(models) + 1)
    table = result.test(statistics[:-1], confidence).rename(columns={"estimate": "mean"})
    table["ceiling"] = result.mean[-1]
    table["p_ceiling"] = corrected(result.falls_short(), correction)
    table["p_above"] = corrected(result.exceeds(), correction)
    table["undefined"] = undefined[:-1]
    table = table.set_axis(names)
    pairs = list(combinations(range(len(models)), 2))
    first, second = np.array(pairs, int).reshape(-1, 2).T
    differences = result.test(statistics[first] - statistics[second], confidence).rename(
        columns={"estimate": "difference"}
    )
    for found in (table, differences):
        found["p"] = corrected(found["p"].to_numpy(), correction)
    for place in (0, 1):
        differences.insert(place, "ab"[place], [names[pair[place]] for pair in pairs])
    return table, differences


def _jackknife(
    validate: Validation, data: RDMs, folds: tuple[int, int], factors: Sequence[str], key: PRNGKey
) -> tuple[Uncertainty, np.ndarray]:
    """Cross-validate without each stimulus, the others staying in their folds.

    Subjects are not left out: their deviations from the mean are used, as at the best weights no similarity changes
    with the weights at first order. The variance due to pairs of stimuli is counted twice, which is cautious: in small
    folds it cannot be told from what belongs to three.
    """
    n, n_subjects, n_assigned = len(data.stimuli), len(data), ASSIGNMENTS["jackknife"]
    none = np.empty((0, 2), int)
    stimuli = np.concatenate([np.ones((1, n), int), samples_without(n, none)[: n * ("stimulus" in factors)]])
    deal = zip(jax.random.split(key), (n, n_subjects), folds, strict=True)
    dealt = [
        _assign(k, np.ones((n_assigned, size), int), count).repeat(len(stimuli), axis=0) for k, size, count in deal
    ]
    stimuli = np.tile(stimuli, (n_assigned, 1))
    each, agreement = validate(stimuli, np.ones((len(stimuli), n_subjects), int), *dealt)
    ceilings, between = zip(*(ceiling_by_subject(fold, "subject" in factors) for fold in agreement), strict=True)
    each = np.concatenate([each, np.mean(ceilings, axis=0)[:, None]], axis=1)
    values = each.reshape(n_assigned, -1, *each.shape[1:])
    of_pairs = np.zeros((0, 1)) if between[0] is None else np.mean(between, axis=0)
    of_pairs = of_pairs.reshape(n_assigned, -1, of_pairs.shape[1])
    size = values.shape[2]
    estimates = values[:, 0].mean(axis=2)
    mean, undefined = _mean(estimates), 1 - np.isfinite(values.mean(axis=3)).mean(axis=(0, 1))
    items = {"stimulus": np.full(size, n), "subject": np.full(size, n_subjects)}
    items = {factor: items[factor] for factor in factors if items[factor][0] > 1}
    layout, left_out = Layout(np.ones(size, int)), none if "stimulus" in items else None
    found, chance = (
        LeftOut(
            layout,
            items,
            mean,
            undefined,
            parts_left_out(part, n, left_out),
            parts_left_out(paired, n, left_out) if paired.size else {},
        )
        for part, paired in zip(_halves(values), _halves(of_pairs), strict=True)
    )
    (total, alone), (total_chance, alone_chance) = found.covariances(), chance.covariances()
    of_estimate = covariance(estimates) / (n_assigned - 1)
    alone = {factor: alone[factor] - alone_chance[factor] for factor in alone}
    freedom = {factor: count - 1 for factor, count in items.items()}
    most = sum(alone.values(), of_estimate)
    total = total - total_chance + of_estimate if items else np.full_like(of_estimate, np.nan)
    uncertainty = Uncertainty(
        mean,
        total,
        alone,
        freedom,
        own=frozenset(),
        most=most,
        floor=LEAST * found.within_factors(),
        cautious=found.plain(),
        influence=found.influence(),
        of_pairs=found.of_pairs(),
        pair_terms=found.pair_terms(),
    )
    return uncertainty, undefined


def _dual_bootstrap(
    validate: Validation,
    data: RDMs,
    folds: tuple[int, int],
    factors: Sequence[str],
    key: PRNGKey,
    n_bootstraps: int,
) -> tuple[Uncertainty, np.ndarray]:
    """Repeat the whole of the cross-validation in samples of stimuli, of subjects, and of both."""
    stimulus_key, subject_key, fold_key = jax.random.split(key, 3)
    drawn = {
        "stimulus": draw_multiplicities(stimulus_key, n_bootstraps, len(data.stimuli)),
        "subject": draw_multiplicities(subject_key, n_bootstraps, len(data)),
    }
    once = {factor: np.ones_like(counts) for factor, counts in drawn.items()}
    sizes = {factor: counts.shape[1] for factor, counts in drawn.items() if factor in factors and counts.shape[1] > 1}

    def replicate(subset: frozenset[str]) -> np.ndarray:
        """Return the mean similarities, shape (assignment, sample, model)."""
        stimuli, subjects = ((drawn if factor in subset else once)[factor] for factor in drawn)
        samples = []
        for k in jax.random.split(fold_key, ASSIGNMENTS["dual-bootstrap"]):
            deal = jax.random.split(k)
            of_stimuli, of_subjects = (_assign(*args) for args in zip(deal, (stimuli, subjects), folds, strict=True))
            each, agreement = validate(stimuli, subjects, of_stimuli, of_subjects)
            weights = subjects[:, None, :] / subjects.sum(axis=1)[:, None, None]
            means = np.where(weights > 0, weights * each, 0).sum(axis=2)
            ceiling = np.mean([inner_product_ceiling(fold, subjects.astype(float)) for fold in agreement], axis=0)
            samples.append(np.column_stack([means, ceiling]))
        return np.stack(samples)

    mean = _mean(np.concatenate(replicate(frozenset())))
    found, undefined = {}, np.zeros(len(mean))
    if not sizes:
        unknown = np.full((len(mean), len(mean)), np.nan)
        return Uncertainty(mean, unknown, {}, {}, frozenset(), most=unknown), undefined
    for subset in (frozenset(chosen) for size in range(len(sizes)) for chosen in combinations(sizes, size + 1)):
        samples = replicate(subset)
        undefined = np.maximum(undefined, 1 - np.isfinite(samples).all(axis=0).mean(axis=0))
        found[subset] = _between(samples)
    lost = undefined > MOST_UNDEFINED
    found = {subset: np.where(lost[:, None] | lost, np.nan, value) for subset, value in found.items()}
    total, alone = crossed_covariance(found, sizes)
    freedom = {factor: np.full(len(mean), size - 1) for factor, size in sizes.items()}
    return Uncertainty(mean, total, alone, freedom, frozenset(), most=found[frozenset(sizes)]), undefined


def _similarities(
    models: list[Model],
    data: RDMs,
    folds: tuple[int, int],
    method: str,
    stimuli: Multiplicity,
    subjects: SubjectCounts,
    of_stimuli: Multiplicity,
    of_subjects: SubjectCounts,
) -> tuple[Bootstrapped, np.ndarray]:
    """Return the similarity of each model, fitted to other folds, with each subject, and of subjects in each fold.

    The shapes are (sample, model, subject) and (fold, sample, subject, subject).
    """
    ends = np.cumsum([len(model.rdms) for model in models])
    agreement = np.empty((folds[0], len(stimuli), len(data), len(data)))
    blocks = []
    for start in range(0, len(stimuli), BLOCK):
        part = slice(start, start + BLOCK)
        results = np.zeros((len(stimuli[part]), len(models), len(data)))
        for fold in range(folds[0]):
            inside = of_stimuli[part] == fold
            test = inner_products(models, data, stimuli[part] * inside, method)
            agreement[fold, part] = test.agreement()
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
                results += np.where(mine[:, None, :], _tested(weights, test, ends), 0)
        blocks.append(results / folds[0])
    return np.concatenate(blocks), agreement


def _tested(weights: list[np.ndarray], test: Moments, ends: np.ndarray) -> Bootstrapped:
    """Return the similarity of each weighted sum of RDMs with each subject, in each sample."""
    columns = []
    for theta, end in zip(weights, ends, strict=True):
        mine = slice(end - theta.shape[1], end)
        power = np.einsum("sk,skl,sl->s", theta, test.grams[:, mine, mine], theta)[:, None] * test.powers
        cross = np.einsum("sk,skd->sd", theta, test.crosses[:, mine])
        columns.append(np.divide(cross, np.sqrt(np.abs(power)), out=np.full_like(cross, np.nan), where=power > 0))
    return np.stack(columns, axis=1)


def _assign(key: PRNGKey, counts: Multiplicity, folds: int) -> np.ndarray:
    """Deal the items that were drawn to folds of equal size, copies together: shape (sample, item)."""
    chance = np.asarray(jax.random.uniform(key, counts.shape))
    place = np.argsort(np.argsort(chance + (counts == 0), axis=1), axis=1)
    return place % folds


def _halves(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean over assignments (first axis), and half the difference between the means of their halves."""
    first, second = (half.mean(axis=0) for half in np.split(values, 2))
    return (first + second) / 2, (first - second) / 2


def _mean(samples: Replicates) -> np.ndarray:
    """Return the mean over the samples in which a model is defined in every fold, or NaN if there are none."""
    n = np.isfinite(samples).sum(axis=0)
    return np.divide(np.nansum(samples, axis=0), n, out=np.full(len(n), np.nan), where=n > 0)


def _between(samples: np.ndarray) -> Covariances:
    """Return the covariance of statistics between the two assignments, over the samples."""
    mean, half = samples.mean(axis=0), (samples[0] - samples[1]) / 2
    return covariance(mean) - covariance(half)
