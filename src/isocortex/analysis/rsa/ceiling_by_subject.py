"""What each subject adds to the noise ceiling in samples of stimuli, and what pairs of subjects add.

The ceiling itself is that of :func:`.ceiling.noise_ceiling`, whichever the similarity. Leaving out subjects in every
sample of stimuli would rank each mean of RDMs again; how the *effect* of a subject changes with the stimuli is taken
from the similarities among subjects, as if each similarity were an inner product, as Pearson's and the cosine are.
"""

import numpy as np

from ...rdms import RDMs
from ...shapes import Bootstrapped, Multiplicity, SubjectPairTerms, SubjectTerms
from ..inference.leaving_out import MOST_SUBJECT_PAIRS, pairs_to_leave_out, second_differences
from .ceiling import lower_bounds

FEWEST_SUBJECTS = 8
"""With fewer, the variance due to pairs of subjects is estimated too imprecisely to be counted once: the
variance of the noise ceiling then counts it twice, and the test against the ceiling is cautious."""


def ceiling_in_samples(
    data: RDMs, agreement: Bootstrapped, samples: Multiplicity, method: str, *, subjects_drawn: bool
) -> tuple[SubjectTerms, SubjectPairTerms | None]:
    """Return what each subject adds to the noise ceiling in each sample of stimuli, and what pairs of them do.

    Parameters
    ----------
    agreement : array, shape (sample, subject, subject)
        The similarities of the subjects among each other.
    samples : array of int, shape (sample, stimulus)
        How often each stimulus is in each; in the first, every one once.
    """
    each, between = ceiling_by_subject(agreement, subjects_drawn)
    n = len(data)
    if n < 3:  # the mean of the others is the other itself
        return each, between
    once = samples[:1]
    whole = [lower_bounds(data, x, np.ones((len(x), n), int), method) for x in (once, samples[1:]) if len(x)]
    each = each + (np.concatenate(whole) - each.mean(axis=1))[:, None]
    if subjects_drawn:
        without = lower_bounds(data, once, 1 - np.eye(n, dtype=int), method)
        each += (n - 1) * (without.mean() - without) - (each[0] - each[0].mean())
    return each, between


def ceiling_by_subject(agreement: Bootstrapped, subjects_drawn: bool) -> tuple[SubjectTerms, SubjectPairTerms | None]:
    """Return the same for an inner product, from the similarities of the subjects alone."""
    n = agreement.shape[1]
    subjects = np.eye(n)
    whole = inner_product_ceiling(agreement, np.ones((1, n)))
    if not subjects_drawn or n == 1:
        return np.repeat(whole[:, None], n, axis=1), None
    one = np.stack([inner_product_ceiling(agreement, 1 - subjects[[k]]) for k in range(n)])
    each = whole + (n - 1) * (one.mean(axis=0) - one)
    if n < FEWEST_SUBJECTS:
        return each.T, None
    pairs = pairs_to_leave_out(n, MOST_SUBJECT_PAIRS)
    two = np.stack([inner_product_ceiling(agreement, 1 - subjects[[k]] - subjects[[m]]) for k, m in pairs.tolist()])
    return each.T, second_differences(whole[None], one, two, pairs).T


def inner_product_ceiling(similarities: Bootstrapped, subjects: np.ndarray) -> np.ndarray:
    """Return the mean similarity of each subject with the mean of the others, for samples with weights of subjects.

    Where RDMs of unit length are averaged, it follows from the similarities S of the subjects:
    Σ_{e≠d} w_e S_de / √(Σ_{e,f≠d} w_e w_f S_ef); copies of a subject are not others.

    Parameters
    ----------
    similarities : array, shape (sample, subject, subject)
    subjects : array, shape (sample, subject) or (1, subject)
    """
    rows = (similarities * subjects[:, None, :]).sum(axis=2)
    whole = (rows * subjects).sum(axis=1)[:, None]
    itself = subjects * np.diagonal(similarities, axis1=1, axis2=2)
    cross, power = rows - itself, whole - 2 * subjects * rows + subjects * itself
    others = subjects.sum(axis=1, keepdims=True) > subjects
    each = np.divide(cross, np.sqrt(np.maximum(power, 0)), out=np.full_like(power, np.nan), where=others & (power > 0))
    return np.where(subjects > 0, subjects * each, 0).sum(axis=1) / subjects.sum(axis=1)
