"""RSA among the other measures: similarities of RDMs in the same samples of stimuli."""

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from ...rdms import RDMs
from ..rsa import noise_ceiling, split_half_ceiling
from ..rsa.jackknife import similarities_without
from .recordings import Recorded
from .values import Measured, deviations


def measured_by_rdms(
    layers: Sequence[Recorded],
    subjects: Sequence[Recorded],
    kept: np.ndarray,
    *,
    make: Callable[[xr.DataArray, bool], RDMs],
    similarity: str,
    units: bool,
    subjects_drawn: bool,
    fewest_repeats: int,
) -> Measured:
    """Return the similarity of RDMs of models with those of subjects, and its noise ceiling, as other measures.

    Parameters
    ----------
    make : callable
        Takes responses and whether they are of a brain, and returns RDMs.
    fewest_repeats : int
        That a single subject needs for a ceiling from two halves.
    """
    models, samples = [make(each.labelled, False) for each in layers], kept.astype(int)
    stimuli = models[0].stimuli

    def stack(parts: Sequence[Recorded]) -> RDMs:
        vectors = np.concatenate([make(each.labelled, True).dissimilarities for each in parts])
        return RDMs(vectors, stimuli, tuple(map(str, range(len(parts)))))

    if len(subjects) > 1:
        data = stack(subjects)
        values, _ = similarities_without(models, data, samples, method=similarity, subjects_drawn=subjects_drawn)
        return Measured(values[:, :-1], values[:, -1], noise_ceiling(data, similarity).upper)
    (one,) = subjects
    parts = [one, *one.without_units] if units else [one]
    data = stack(parts)
    values, _ = similarities_without(models, data, samples, method=similarity, subjects_drawn=False)
    rows, ceiling, upper = values[:, :-1], np.full((len(kept), len(parts)), np.nan), np.nan
    halves = [part.halves for part in parts]
    if one.halves is not None and one.labelled.sizes["repeat"] >= fewest_repeats:
        first, second = (stack([pair[side] for pair in halves if pair is not None]) for side in (0, 1))
        agree, _ = similarities_without([first], second, samples, method=similarity, subjects_drawn=False)
        ceiling = np.diagonal(agree[:, :-1], axis1=1, axis2=2)
        bounds = split_half_ceiling(stack([*one.halves]), similarity)
        upper = np.nan if bounds is None else bounds.upper
    if units:
        rows, ceiling = deviations(rows), deviations(ceiling[:, None])[:, 0]
    return Measured(rows, ceiling, upper)
