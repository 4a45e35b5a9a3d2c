"""The geometry of a code for several conditions: does a variable generalise, and which splits can be decoded?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
import xarray as xr

from ...errors import require
from ...shapes import PRNGKey
from .decode import score_of
from .plan import plan_of

MOST_CONDITIONS = 12


def ccgp(
    responses: xr.DataArray,
    target: str,
    *,
    condition: str,
    decoder: Any = "lda",
    penalties: Sequence[float] | None = None,
) -> xr.DataArray:
    """Measure whether a variable with two values is coded alike in different conditions (CCGP).

    Cross-condition generalisation performance: a decoder is trained on all conditions but one with each value, and
    tested on the two that were left out; this is averaged over all pairs that can be left out (Bernardi et al. 2020,
    10.1016/j.cell.2020.09.031). It is about 0.5 for a code without a common axis, though each condition can be decoded.
    Pairs of conditions that differ in another variable too tell which of both is coded more strongly.

    Parameters
    ----------
    responses : DataArray
    target : str
        The coordinate of the variable, with two values.
    condition : str
        The coordinate of the conditions; each has one value of the variable, and each value two conditions at least.
    decoder, penalties
        As for :func:`decode`. Hyper-parameters are chosen among the training conditions.

    Returns
    -------
    DataArray, shape (pair, ...)
        The share that is right in each pair that was left out, named ``left_out``; its mean over ``pair`` is the CCGP.

    Raises
    ------
    InputError
        If the variable has other than two values, a condition has both, or a value has one condition.

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> side, size = np.repeat([0, 0, 1, 1], 10), np.repeat([0, 1, 0, 1], 10)
    >>> x = rng.normal(size=(40, 20)) + np.stack([6 * side, 2 * size] * 10, axis=1)
    >>> shown = responses(x, stimuli=2 * side + size, conditions={"side": side}, dims=["trial", "unit"])
    >>> float(ccgp(shown, "side", condition="stimulus").mean())
    1.0
    """
    plan = plan_of(responses, target, decoder=decoder, n_folds=2, penalties=penalties)
    wanted, labels = plan.target, plan.samples.label(condition)
    require(len(wanted.classes) == 2, f"{target!r} must have two values; it has {len(wanted.classes)}.")
    sides = [list(dict.fromkeys(labels[wanted.values == value].tolist())) for value in wanted.classes]
    both = set(sides[0]) & set(sides[1])
    require(not both, f"The condition {next(iter(both), '')} has both values of {target!r}.")
    few = min(sides, key=len)
    require(len(few) >= 2, f"One value of {target!r} has the single condition {few[0]}; each value needs two.")
    scores, names = [], []
    for left_out in product(*sides):
        tested = np.isin(labels, left_out)
        readout, _ = plan.fitted(np.flatnonzero(~tested))
        predicted = wanted.decoded(readout(plan.samples.x[..., tested, :]))
        actual = wanted.values[tested]
        scores.append(score_of(plan.samples.labelled(wanted.errors(predicted, actual), "sample"), actual, "class"))
        names.append(" and ".join(map(str, left_out)))
    return xr.concat(scores, "pair").assign_coords(left_out=("pair", names))


@dataclass(frozen=True, eq=False)
class Shattering:
    """How well every balanced split of the conditions into two halves can be decoded.

    Attributes
    ----------
    score : DataArray, shape (dichotomy, ...)
        The share that is right; ``first_half`` names the conditions of one side.

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> shown = np.repeat([0, 1, 2, 3], 20)
    >>> x = rng.normal(size=(80, 30)) + 2.0 * shown[:, None]  # conditions on a line
    >>> found = shattering(responses(x, stimuli=shown, dims=["trial", "unit"]))
    >>> dict(zip(found.score.first_half.values.tolist(), found.score.values.round(2).tolist()))
    {'0, 1': 0.96, '0, 2': 0.6, '0, 3': 0.59}
    >>> float(found.dimensionality.round(2))
    0.72
    """

    score: xr.DataArray

    @property
    def dimensionality(self) -> xr.DataArray:
        """The mean over all splits: 0.5 where none can be decoded, 1 where all can."""
        return self.score.mean("dichotomy")


def shattering(
    responses: xr.DataArray,
    condition: str = "stimulus",
    *,
    decoder: Any = "lda",
    n_folds: int = 5,
    penalties: Sequence[float] | None = None,
    key: PRNGKey | None = None,
) -> Shattering:
    """Decode every balanced split of the conditions into two halves (shattering dimensionality).

    A code of low dimension separates few of them (Rigotti et al. 2013, 10.1038/nature12160; Bernardi et al. 2020,
    10.1016/j.cell.2020.09.031).

    Parameters
    ----------
    responses : DataArray
    condition : str
        The coordinate of the conditions: an even number, from 4 to 12. Default "stimulus".
    decoder, n_folds, penalties, key
        As for :func:`decode`.

    Returns
    -------
    Shattering

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> shown = np.repeat([0, 1, 2, 3], 20)
    >>> x = rng.normal(size=(80, 30)) + 4 * np.repeat(np.eye(4), [8, 8, 8, 6], axis=1)[shown]
    >>> found = shattering(responses(x, stimuli=shown, dims=["trial", "unit"]))
    >>> found.score.sizes["dichotomy"], float(found.dimensionality) > 0.95
    (3, True)
    """
    plan = plan_of(responses, condition, decoder=decoder, n_folds=n_folds, penalties=penalties, key=key)
    classes, values = plan.target.classes, plan.target.values
    n = len(classes)
    require(
        n % 2 == 0 and 4 <= n <= MOST_CONDITIONS,
        f"Balanced splits need an even number of conditions, from 4 to {MOST_CONDITIONS}; there are {n}.",
    )
    halves = [half for half in combinations(range(n), n // 2) if 0 in half]
    first = np.stack([np.isin(values, classes[list(half)]) for half in halves])
    outer = plan.samples.x.ndim - 2
    coded = np.stack([first, ~first], axis=-1).astype(float).reshape(len(halves), *[1] * outer, len(values), 2)
    right = np.empty((len(halves), *plan.samples.x.shape[:-1]))
    for fold in plan.folds:
        readout, _ = plan.fitted(fold.train, coded)
        decoded = readout(plan.samples.x[..., fold.test, :]).argmax(axis=-1)
        right[..., fold.test] = decoded == coded[..., fold.test, :].argmax(axis=-1)
    names = [", ".join(str(classes[i]) for i in half) for half in halves]
    dims = ("dichotomy", *plan.samples.outer)
    score = xr.DataArray(right.mean(axis=-1), {**plan.samples.outer, "first_half": ("dichotomy", names)}, dims)
    return Shattering(score)
