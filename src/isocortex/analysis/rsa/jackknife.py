"""The jackknife over crossed random factors: stimuli, subjects, and the seeds of models.

A similarity of RDMs is a mean over pairs of stimuli. To leave out stimulus i changes it by the share α_i of the
stimulus, and by the shares β_ij of the pairs it is in; since a pair has two stimuli, the jackknife counts what belongs
to pairs twice (a bootstrap thrice). Leaving out two stimuli at once shows β_ij alone, which is then taken out again
(Efron & Stein 1981, 10.1214/aos/1176345462). The noise ceiling, whose similarities are of pairs of subjects, is treated
likewise (:mod:`.ceiling_by_subject`). The part due to pairs also makes estimates skewed (:mod:`.skewness`). Nothing is
drawn at random.
"""

from collections.abc import Sequence

import numpy as np

from ...rdms import RDMs
from ...shapes import Bootstrapped, Multiplicity, SubjectPairTerms
from ..inference.leaving_out import pairs_to_leave_out, parts_left_out, samples_without
from ..inference.left_out import Layout, LeftOut
from ..inference.uncertainty import Uncertainty
from .ceiling_by_subject import ceiling_in_samples
from .similarities.similarity import bootstrap_similarity, similarity


def jackknife(
    models: Sequence[RDMs], data: RDMs, *, method: str, factors: Sequence[str], paired_seeds: bool
) -> tuple[Uncertainty, np.ndarray]:
    """Estimate the mean similarity of each model, and the noise ceiling's lower bound, with their covariance.

    The estimate of the covariance is unbiased where the similarity is linear in the pairs, the subjects and the
    seeds: the interaction of several factors is in the variance of each, and is counted once by inclusion–exclusion.

    Returns
    -------
    Uncertainty
        One statistic per model, and the ceiling's lower bound last (NaN with one subject, or with two if subjects are
        left out).
    undefined : array, shape (statistic,)
        Share of samples without a similarity; the covariances are NaN if there is one.
    """
    found = leave_out(models, data, method=method, factors=factors, paired_seeds=paired_seeds)
    return found.uncertainty(own=frozenset() if paired_seeds else frozenset({"seed"})), found.undefined


def leave_out(
    models: Sequence[RDMs], data: RDMs, *, method: str, factors: Sequence[str], paired_seeds: bool
) -> LeftOut:
    """Leave out one stimulus, and two; and one subject of the noise ceiling, and two."""
    n = len(data.stimuli)
    together = np.zeros(len(models), int) if paired_seeds else np.arange(len(models))
    layout = Layout(np.array([*map(len, models), 1]), np.append(together, len(models)))
    size = layout.seeds.shape
    items = {"stimulus": np.full(size, n), "subject": np.full(size, len(data)), "seed": layout.seeds}
    items = {factor: items[factor] for factor in factors if items[factor].max() > 1}
    stimuli = pairs_to_leave_out(n) if "stimulus" in items else None
    samples = np.ones((1, n), int)
    if stimuli is not None:
        samples = np.concatenate([samples, samples_without(n, stimuli)])
    values, between = similarities_without(models, data, samples, method=method, subjects_drawn="subject" in items)
    defined = np.isfinite(values[1:].mean(axis=2))
    undefined = 1 - layout.average(defined.mean(axis=0, keepdims=True))[0] if len(defined) else np.zeros(size)
    mean = layout.average(values[:1].mean(axis=2))[0]
    between = {} if between is None else parts_left_out(between, n, stimuli)
    return LeftOut(layout, items, mean, undefined, parts_left_out(values, n, stimuli), between)


def similarities_without(
    models: Sequence[RDMs], data: RDMs, samples: Multiplicity, *, method: str, subjects_drawn: bool
) -> tuple[Bootstrapped, SubjectPairTerms | None]:
    """Return the similarity of the rows of models, and last the noise ceiling, with each subject in samples of stimuli.

    Parameters
    ----------
    samples : array of int, shape (sample, stimulus)
        Whether each stimulus is in each sample; all are in the first.
    subjects_drawn : bool
        Whether subjects vary, so that the ceiling says what each and each pair of them adds.

    Returns
    -------
    values : array, shape (sample, row, subject)
    between : array, shape (sample, pair of subjects), or None
        What pairs of subjects add to the ceiling, where that is estimated.
    """
    rows = RDMs(np.concatenate([stack.dissimilarities for stack in (*models, data)]), data.stimuli)
    values = similarity(rows, data, method)[None]
    if len(samples) > 1:
        values = np.concatenate([values, bootstrap_similarity(rows, data, samples[1:], method)])
    agreement = values[:, -len(data) :]
    ceiling, between = ceiling_in_samples(data, agreement, samples, method, subjects_drawn=subjects_drawn)
    return np.concatenate([values[:, : -len(data)], ceiling[:, None]], axis=1), between
