"""Noise ceilings: the range in which the similarity of the best possible model to the data lies."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from ...cores import keep_freed_memory
from ...errors import require
from ...rdms import RDMs
from ...shapes import Multiplicity, SubjectCeilings, SubjectSamples
from .ceiling_incomplete import incomplete_ceilings
from .description import describe_ceiling, describe_halves
from .similarities.pairs import miss_alike, shared_pairs
from .similarities.similarity import SIMILARITIES, require_multiplicity, similarity


@dataclass(frozen=True)
class NoiseCeiling:
    """The range in which the best possible model would lie, given the noise and the differences of subjects.

    Attributes
    ----------
    lower, upper : float
    kind : str
        How it was estimated, in a phrase.
    methods : str
        The same in a paragraph.
    """

    lower: float
    upper: float
    kind: str
    methods: str = ""


def noise_ceiling(data: RDMs, method: str = "pearson") -> NoiseCeiling:
    """Estimate the noise ceiling from several subjects (Nili et al. 2014, 10.1371/journal.pcbi.1003553).

    Upper: the mean similarity of each subject with the mean of all, which for Pearson and cosine no model can exceed
    on average. Lower: the same with the mean of the *other* subjects. The mean is taken over RDMs made comparable
    first: z-scored for Pearson, of unit length for cosine, whitened or not, and ranked for the rank correlations.

    Parameters
    ----------
    data : RDMs
        One row per subject, at least two.
    method : str
        A similarity; see :func:`similarity`.

    Raises
    ------
    InputError
        With a single subject, or an unknown method.
    """
    once = np.ones((1, len(data.stimuli)), int)
    lower, upper = bootstrap_ceiling(data, once, method=method)[0]
    kind = f"{len(data)} subjects: lower, each against the mean of the others; upper, against the mean of all"
    return NoiseCeiling(float(lower), float(upper), kind, describe_ceiling(data, method))


def bootstrap_ceiling(
    data: RDMs,
    multiplicity: Multiplicity,
    subject_multiplicity: SubjectSamples | None = None,
    *,
    method: str = "pearson",
) -> SubjectCeilings:
    """Return the noise ceiling of :func:`noise_ceiling` for each bootstrap sample of stimuli and of subjects.

    Parameters
    ----------
    data : RDMs
        One row per subject, at least two.
    multiplicity : array of int, shape (sample, stimulus)
        How often each stimulus was drawn; one sample may serve all samples of subjects.
    subject_multiplicity : array of int, shape (sample, subject), optional
        How often each subject was drawn. Default once.
    method : str
        A similarity; see :func:`similarity`.

    Returns
    -------
    array, shape (sample, 2)
        Lower and upper. The lower leaves out every copy of a subject, and is NaN where only one subject was drawn.
    """
    require(
        len(data) >= 2,
        "A noise ceiling needs at least two subjects; with one, use its split-half reliability.",
    )
    keep_freed_memory()
    measure = SIMILARITIES.named(method).compute
    require_multiplicity(multiplicity, len(data.stimuli), "stimuli")
    if subject_multiplicity is None:
        subject_multiplicity = np.ones((len(multiplicity), len(data)), int)
    require_multiplicity(subject_multiplicity, len(data), "subjects")
    require(
        len(multiplicity) in (1, len(subject_multiplicity)),
        f"There are {len(multiplicity)} samples of stimuli, but {len(subject_multiplicity)} of subjects.",
    )
    if not miss_alike(data):
        return incomplete_ceilings(data, multiplicity, subject_multiplicity, method)
    rows, _, pairs = shared_pairs(data, data)
    return measure.ceilings(rows, pairs, multiplicity, subject_multiplicity)


def lower_bounds(
    data: RDMs, multiplicity: Multiplicity, subject_multiplicity: SubjectSamples, method: str
) -> np.ndarray:
    """Return the lower bound of :func:`bootstrap_ceiling` in each sample; NaN of a single subject."""
    if len(data) == 1:
        return np.full(len(subject_multiplicity), np.nan)
    return bootstrap_ceiling(data, multiplicity, subject_multiplicity, method=method)[:, 0]


def split_half_ceiling(halves: RDMs, method: str = "pearson") -> NoiseCeiling | None:
    """Estimate what a perfect model would reach for one subject measured twice.

    Lower: the similarity r of the RDMs of the two halves. Upper: √(2r/(1+r)), the square root of the
    Spearman–Brown reliability of both halves together, which is what the true RDM would correlate with them.

    Parameters
    ----------
    halves : RDMs
        Two rows, from independent halves of the measurements.

    Returns
    -------
    NoiseCeiling or None
        None if the halves do not agree at all (r ≤ 0): there is no ceiling to speak of.
    """
    require(len(halves) == 2, f"Split-half reliability needs two halves; got {len(halves)} RDMs.")
    r = float(similarity(halves, halves, method)[0, 1])
    if r <= 0:
        return None
    kind = "one subject: lower, split-half reliability r; upper, √(2r/(1+r))"
    return NoiseCeiling(r, sqrt(2 * r / (1 + r)), kind, describe_halves(method))
