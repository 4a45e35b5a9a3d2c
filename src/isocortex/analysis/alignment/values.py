"""A measure of every model and subject, and its noise ceiling, in all samples of the stimuli."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy as np
from jaxtyping import Float

from ...cores import on_cores, one_blas_thread
from .matrices import AnyResponses, Kept, compact, everything
from .measures import InSamples, Measure
from .recordings import Recorded, pooled

Grid = Float[np.ndarray, "sample row subject"]


@dataclass(frozen=True, eq=False)
class Measured:
    """What a measure gives in samples of the stimuli.

    Attributes
    ----------
    rows : array, shape (sample, row, subject)
        Of each seed of each model; all stimuli are in the first sample. With one subject, the last axis is groups of
        its units, whose deviations are those of a jackknife.
    ceiling : array, shape (sample, subject)
        The lower bound of the noise ceiling; NaN where there is none.
    upper : float
        The upper bound; NaN where there is none.
    """

    rows: Grid
    ceiling: Float[np.ndarray, "sample subject"]
    upper: float


def measured(
    measure: Measure, models: Sequence[AnyResponses], data: Sequence[Recorded], kept: Kept, *, units: bool
) -> Measured:
    """Measure the rows of models with every subject, and the subjects with each other.

    Parameters
    ----------
    measure : Measure
    models : sequence of array, shape (stimulus, unit)
    data : sequence of Recorded
        One per subject.
    kept : array of bool, shape (sample, stimulus)
    units : bool
        Whether groups of units of a single subject take the place of subjects.
    """
    pack: Callable[[AnyResponses], AnyResponses] = compact if measure.of_grams else lambda x: x
    packed = [pack(x) for x in models]
    if len(data) > 1:
        rows = grid(measure.in_samples, packed, [pack(each.whole) for each in data], kept)
        lower, upper = _of_subjects(measure, pack, data, kept)
        return Measured(rows, lower, upper)
    (one,) = data
    parts = [one, *one.without_units] if units else [one]
    rows = grid(measure.in_samples, packed, [pack(each.whole) for each in parts], kept)
    halves = [part.halves for part in parts]
    if one.halves is None:
        ceiling, upper = np.full((len(kept), len(parts)), np.nan), np.nan
    else:
        how = measure.of_halves or measure.in_samples
        ceiling = np.column_stack([_of_halves(how, pack, pair, kept) for pair in halves if pair is not None])
        r = ceiling[0, 0]
        upper = one.explainable if measure.predicts == "data" else sqrt(2 * r / (1 + r)) if r > 0 else np.nan
        upper = np.nan if measure.predicts == "model" else upper
    if units:
        rows, ceiling = deviations(rows), deviations(ceiling[:, None])[:, 0]
    return Measured(rows, ceiling, upper)


def grid(how: InSamples, models: Sequence[AnyResponses], subjects: Sequence[AnyResponses], kept: Kept) -> Grid:
    """Return a measure of every model with every subject in every sample."""
    with one_blas_thread():
        found = on_cores(lambda pair: how(*pair, kept), list(product(models, subjects)))
    return np.stack(found, axis=1).reshape(len(kept), len(models), len(subjects))


def deviations(values: np.ndarray) -> np.ndarray:
    """Return values for groups of units, from that of all units and those without each group (last axis).

    The mean over groups is the value of all, and the variance of this mean that of the jackknife.
    """
    whole, without = values[..., :1], values[..., 1:]
    return whole + (without.shape[-1] - 1) * (without.mean(axis=-1, keepdims=True) - without)


def _of_subjects(
    measure: Measure, pack: Callable[[AnyResponses], AnyResponses], data: Sequence[Recorded], kept: Kept
) -> tuple[np.ndarray, float]:
    """Return how well the others predict each subject, and how well all with it do.

    The deviations of subjects in the first sample are those of a jackknife, in which the others are fewer too.
    """
    how = measure.between_brains or measure.in_samples
    wholes, n = [each.whole for each in data], len(data)

    def others(left_out: set[int]) -> AnyResponses:
        return pack(pooled([x for i, x in enumerate(wholes) if i not in left_out]))

    def of(job: tuple[AnyResponses, int, Kept]) -> np.ndarray:
        return how(job[0], pack(wholes[job[1]]), job[2])

    once = everything(wholes[0])
    with one_blas_thread():
        each = np.column_stack(on_cores(of, [(others({i}), i, kept) for i in range(n)]))
        upper = np.nan
        if not measure.predicts:
            whole = others(set())
            upper = float(np.mean(on_cores(of, [(whole, i, once) for i in range(n)])))
        elif measure.predicts == "data":
            upper = float(np.mean([subject.explainable for subject in data]))
        if n > 2:
            pairs = [(others({i, k}), i, once) for k in range(n) for i in range(n) if i != k]
            without = np.reshape(on_cores(of, pairs), (n, n - 1)).mean(axis=1)
            each = each + (n - 1) * (without.mean() - without) - (each[0] - each[0].mean())
    return each, upper


def _of_halves(
    how: InSamples, pack: Callable[[AnyResponses], AnyResponses], halves: tuple[Recorded, Recorded], kept: Kept
) -> np.ndarray:
    """Return the mean of both directions between two halves of the repeats."""
    first, second = (pack(half.whole) for half in halves)
    return (how(first, second, kept) + how(second, first, kept)) / 2
