"""Noise ceilings: the range in which the similarity of the best possible model with the data would lie."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import rankdata

from ...errors import look_up, require
from ...rdms import RDMs
from ...shapes import CondensedRDM
from .similarity import SIMILARITIES, similarity


@dataclass(frozen=True)
class NoiseCeiling:
    """The range in which the best possible model would lie, given the noise and the differences of subjects.

    Attributes
    ----------
    lower, upper : float
    kind : str
        How it was estimated, in words.
    """

    lower: float
    upper: float
    kind: str


def noise_ceiling(data: RDMs, method: str = "pearson") -> NoiseCeiling:
    """Estimate the noise ceiling from several subjects (Nili et al. 2014, 10.1371/journal.pcbi.1003553).

    Upper: the mean similarity of each subject with the mean of all, which no model can exceed on average.
    Lower: the same with the mean of the *other* subjects. The mean is taken over RDMs made comparable first:
    z-scored for Pearson, ranked for Spearman, of unit length for cosine.

    Parameters
    ----------
    data : RDMs
        One row per subject, at least two.
    method : {"pearson", "spearman", "cosine"}

    Raises
    ------
    InputError
        With a single subject, or an unknown method.
    """
    require(
        len(data) >= 2,
        "A noise ceiling needs at least two subjects; with one, use its split-half reliability.",
    )
    look_up("similarity", method, SIMILARITIES)
    rows = _comparable(data.dissimilarities, method)
    everyone = RDMs(rows.mean(axis=0, keepdims=True), data.stimuli)
    others = RDMs((rows.sum(axis=0) - rows) / (len(rows) - 1), data.stimuli)
    return NoiseCeiling(
        lower=float(np.diagonal(similarity(data, others, method)).mean()),
        upper=float(similarity(data, everyone, method).mean()),
        kind=f"{len(data)} subjects: lower, each against the mean of the others; upper, against the mean of all",
    )


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
    return NoiseCeiling(r, sqrt(2 * r / (1 + r)), "one subject: lower, split-half reliability r; upper, √(2r/(1+r))")


def _comparable(rows: CondensedRDM, method: str) -> CondensedRDM:
    """Scale RDMs so that a mean over them treats them alike under a similarity."""
    if method == "spearman":
        return rankdata(rows, axis=1)
    if method == "pearson":
        rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
