"""The noise ceiling of subjects whose RDMs miss different pairs of stimuli.

The RDM of a subject is made comparable over the pairs that it has. The mean of the others has, for each pair, the mean
of those subjects that have it, and is compared with a subject on the pairs that both have.
"""

import numpy as np
from scipy.stats import rankdata

from ...cores import on_cores
from ...errors import require
from ...rdms import RDMs
from ...shapes import Multiplicity, SubjectCeilings, SubjectSamples
from ..inference.blocks import blocks_of
from .similarities.linear import Linear
from .similarities.pairs import Pairs
from .similarities.products import covariance, products
from .similarities.similarity import SIMILARITIES


def incomplete_ceilings(
    data: RDMs, multiplicity: Multiplicity, subjects: SubjectSamples, method: str
) -> SubjectCeilings:
    """Return the lower and upper noise ceiling in each sample of stimuli (or in one, for all) and of subjects.

    Parameters
    ----------
    data : RDMs
        One row per subject.
    multiplicity : array of int, shape (sample, stimulus) or (1, stimulus)
        Whether each stimulus is in the sample: 0 or 1.
    subjects : array of int, shape (sample, subject)
        How often each subject is.

    Raises
    ------
    InputError
        If a stimulus is in a sample more than once.
    """
    require(
        bool((multiplicity <= 1).all()),
        "A bootstrap over stimuli needs RDMs that miss the same pairs; these miss different ones. Use the jackknife.",
    )
    first, second = np.triu_indices(len(data.stimuli), 1)
    pairs, result = Pairs(first, second, len(data.stimuli)), np.empty((len(subjects), 2))
    multiplicity = np.broadcast_to(multiplicity, (len(subjects), len(data.stimuli)))

    def work(block: slice) -> None:
        for sample, stimuli, who in zip(result[block], multiplicity[block], subjects[block], strict=True):
            sample[:] = _bounds(data.dissimilarities, pairs, stimuli, who, method)

    on_cores(work, blocks_of(len(subjects), len(first)))
    return result


def _bounds(rows: np.ndarray, pairs: Pairs, stimuli: np.ndarray, who: np.ndarray, method: str) -> tuple[float, float]:
    """Return the lower and upper noise ceiling of one sample."""
    inside, present = pairs.counts(stimuli[None])[0] > 0, np.flatnonzero(who)
    kept = Pairs(pairs.first[inside], pairs.second[inside], pairs.stimuli)
    rows, times = rows[np.ix_(present, inside)], who[present]
    measured = ~np.isnan(rows)
    comparable = np.where(measured, _comparable(rows, method), 0)
    counts, own = times @ measured, times[:, None] * measured
    sums, weights = times @ comparable, times / times.sum()
    bounds = []
    for total, n in ((sums - own * comparable, counts - own), (np.broadcast_to(sums, rows.shape), counts)):
        shared = measured & (n > 0)
        mean = np.divide(total, n, out=np.zeros(rows.shape), where=shared)
        bounds.append(float(weights @ _each(np.where(shared, rows, 0), mean, shared, kept, method)))
    return bounds[0], bounds[1]


def _each(x: np.ndarray, y: np.ndarray, shared: np.ndarray, pairs: Pairs, method: str) -> np.ndarray:
    """Return the similarity of each row of x with its own row of y, on the pairs that they share."""
    measure = SIMILARITIES.named(method).compute
    if isinstance(measure, Linear) and measure.moments is measure.pooled_by:
        if measure.moments is covariance:
            n = np.maximum(shared.sum(axis=1, keepdims=True), 1)
            x, y = (shared * (each - each.sum(axis=1, keepdims=True) / n) for each in (x, y))
        norm = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
        return np.divide((x * y).sum(axis=1), norm, out=np.full(len(x), np.nan), where=norm > 0)
    found = np.full(len(x), np.nan)
    for k, mine in enumerate(shared):
        if mine.any():
            some = Pairs(pairs.first[mine], pairs.second[mine], pairs.stimuli)
            found[k] = measure.similarities(x[k, mine][None], y[k, mine][None], some)[0, 0]
    return found


def _comparable(rows: np.ndarray, method: str) -> np.ndarray:
    """Return RDMs that can be averaged: z-scored, of unit length, or their ranks z-scored; 0 where all are alike."""
    measure, measured = SIMILARITIES.named(method).compute, ~np.isnan(rows)
    values = rows if isinstance(measure, Linear) else rankdata(rows, axis=1, nan_policy="omit")
    n = np.maximum(measured.sum(axis=1, keepdims=True), 1)
    values = np.where(measured, values, 0)
    if not (isinstance(measure, Linear) and measure.pooled_by is products):
        values = measured * (values - values.sum(axis=1, keepdims=True) / n)
    scale = np.sqrt((values**2).sum(axis=1, keepdims=True) / n)
    return np.divide(values, scale, out=np.zeros_like(values), where=scale > 0)
