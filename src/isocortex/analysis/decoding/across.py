"""Whether what a decoder learns in one condition, or at one time, carries over to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ...errors import require
from ...shapes import PRNGKey
from .decode import score_of
from .plan import Plan, plan_of


@dataclass(frozen=True, eq=False)
class Generalization:
    """Scores of decoders that were trained in one condition, and tested in every one.

    Attributes
    ----------
    score : DataArray, shape (trained, tested, ...)
        The share of samples that is right, averaged over classes. On the diagonal, within a condition.
    n_training : int
        Samples that a decoder was trained on, in the largest fold.
    methods : str
        What was done, in words.
    notes : tuple of str
        What was left out, and what a reader should know.

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> face, side = np.arange(40) % 2, np.arange(40) // 20
    >>> x = rng.normal(size=(40, 2, 15))
    >>> x[range(40), side] += 2.0 * face[:, None]  # other neurons tell faces on either side
    >>> shown = responses(x.reshape(40, 30), stimuli=face, conditions={"side": side}, dims=["trial", "unit"])
    >>> found = decode_across(shown, across="side")
    >>> float(found.within), float(found.across)
    (1.0, 0.5)
    """

    score: xr.DataArray
    n_training: int
    methods: str
    notes: tuple[str, ...] = ()

    @property
    def within(self) -> xr.DataArray:
        """The mean score within a condition."""
        return self.score.where(self._same).mean(("trained", "tested"))

    @property
    def across(self) -> xr.DataArray:
        """The mean score in a condition that the decoder was not trained in."""
        return self.score.where(~self._same).mean(("trained", "tested"))

    @property
    def _same(self) -> xr.DataArray:
        return self.score["trained"] == self.score["tested"]


def decode_across(
    responses: xr.DataArray,
    target: str | Sequence[Any] | np.ndarray = "stimulus",
    *,
    across: str,
    decoder: Any = "lda",
    n_folds: int = 5,
    by: str | None = None,
    penalties: Sequence[float] | None = None,
    key: PRNGKey | None = None,
) -> Generalization:
    """Train a classifier in every condition, and test it in every condition.

    The samples of a fold are left out of the training in all conditions, so that one and the same decoder is tested
    within its condition and in the others. Every decoder is trained on as many samples of a class as the condition
    with the fewest has.

    Parameters
    ----------
    responses, target, decoder, n_folds, by, penalties, key
        As for :func:`decode`.
    across : str
        The coordinate of the condition, such as the position of an object.

    Returns
    -------
    Generalization

    Raises
    ------
    InputError
        As :func:`decode`; or if there is one condition, or a condition has too few samples of a class.

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(20, 2, 30)) + 3 * np.repeat(np.eye(2), 15, axis=1)
    >>> shown = responses(x, stimuli=["face", "hand"]).assign_coords(side=("repeat", ["left", "right"] * 10))
    >>> found = decode_across(shown, across="side")
    >>> float(found.within), float(found.across), found.n_training
    (1.0, 1.0, 16)
    """
    plan = plan_of(
        responses,
        target,
        decoder=decoder,
        n_folds=n_folds,
        by=by,
        penalties=penalties,
        key=key,
        conditions=across,
    )
    labels = plan.samples.label(across)
    conditions = np.unique(labels)
    require(len(conditions) > 1, f"All samples have the {across} {conditions[0]}; nothing can carry over to another.")
    right = [labels == condition for condition in conditions]
    score = score_by_condition(plan, right, plan.target.coded())
    named = score.assign_coords(trained=conditions, tested=conditions)
    n_training = max(len(equal_training(plan, right, fold.train)[0]) for fold in plan.folds)
    words = (
        f"{plan.describe()} Each was trained on {n_training} samples of one {across} at most, and tested on the "
        f"samples that were held out, of that {across} and of every other."
    )
    return Generalization(named, n_training, words, plan.notes)


def equal_training(plan: Plan, conditions: Sequence[np.ndarray], train: np.ndarray) -> list[np.ndarray]:
    """Return the training samples in each condition, as many of every class as the condition with the fewest has."""
    found = []
    classes, values = plan.target.classes, plan.target.values
    places = [[train[condition[train] & (values[train] == one)] for one in classes] for condition in conditions]
    fewest = [min(len(of[i]) for of in places) for i in range(len(classes))]
    for of_condition in places:
        taken = [of_class[:n] for of_class, n in zip(of_condition, fewest, strict=True)]
        found.append(np.sort(np.concatenate(taken)))
    return found


def score_by_condition(plan: Plan, conditions: Sequence[np.ndarray], y: np.ndarray) -> xr.DataArray:
    """Return the score trained in one condition and tested in another, under labels y, which may be relabelled.

    Parameters
    ----------
    plan : Plan
    conditions : sequence of array of bool, shape (sample,)
        Which samples are in each condition.
    y : array, shape (sample, class) or (relabelling, ..., sample, class)
        The labels that decoders are trained on; they are tested against the true ones.

    Returns
    -------
    DataArray, shape (trained, tested, ...)
        With ``relabelling`` in front of the other dimensions if y has it.
    """
    x, wanted = plan.samples.x, plan.target
    actual = wanted.coded().argmax(axis=-1)
    weights = np.stack([balanced(actual, condition) for condition in conditions], axis=-1)
    batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    score = np.zeros((len(conditions), *batch, len(conditions)))
    for fold in plan.folds:
        for i, train in enumerate(equal_training(plan, conditions, fold.train)):
            readout, _ = plan.fitted(train, y)
            right = readout(x[..., fold.test, :]).argmax(axis=-1) == actual[fold.test]
            score[i] += right @ weights[fold.test]
    outer = (*(("relabelling",) if y.ndim > 2 else ()), *plan.samples.outer)
    return xr.DataArray(score, dict(plan.samples.outer), ("trained", *outer, "tested")).transpose(
        "trained", "tested", ...
    )


def balanced(codes: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return weights of samples whose sum over right ones is the share that is right, averaged over the classes.

    Parameters
    ----------
    codes : array of int, shape (sample,)
        The class of every sample.
    chosen : array of bool, shape (sample,)
        The samples that count.

    Examples
    --------
    >>> balanced(np.array([0, 0, 1, 1]), np.array([True, True, True, False])).tolist()
    [0.25, 0.25, 0.5, 0.0]
    """
    counts = np.bincount(codes[chosen], minlength=int(codes.max()) + 1)
    return chosen / (np.maximum(counts[codes], 1) * (counts > 0).sum())


def cross_temporal(
    responses: xr.DataArray,
    target: str | Sequence[Any] | np.ndarray = "stimulus",
    *,
    decoder: Any = "lda",
    period: float | int | None = None,
    numbers: bool = False,
    n_folds: int = 5,
    by: str | None = None,
    penalties: Sequence[float] | None = None,
    key: PRNGKey | None = None,
) -> xr.DataArray:
    """Train a decoder at every time, and test it at every time, on samples that it has not seen.

    A code that persists gives a square, one that changes from step to step a narrow diagonal (King & Dehaene 2014,
    10.1016/j.tics.2014.01.002).

    Parameters
    ----------
    responses : DataArray
        With the dimension ``time``.
    target, decoder, period, numbers, n_folds, by, penalties, key
        As for :func:`decode`.

    Returns
    -------
    DataArray, shape (..., train_time, time)
        The score; see :meth:`Decoding.score`. The diagonal is what :func:`decode` gives.

    Raises
    ------
    InputError
        As :func:`decode`; or if the responses have no time.

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> x, shown = rng.normal(size=(40, 3, 5)), np.arange(40) % 2
    >>> trials = responses(x, stimuli=shown, times=[0, 20, 40], dims=["trial", "time", "unit"])
    >>> cross_temporal(trials).shape
    (3, 3)
    """
    require("time" in responses.dims, "The responses have no dimension 'time'; a decoder cannot be tested at others.")
    rest = [str(dim) for dim in responses.dims if dim not in ("time", "stimulus", "trial", "repeat", "unit")]
    plan = plan_of(
        responses.transpose(*rest, "time", ...),
        target,
        decoder=decoder,
        period=period,
        numbers=numbers,
        n_folds=n_folds,
        by=by,
        penalties=penalties,
        key=key,
    )
    x, wanted = plan.samples.x, plan.target
    steps = range(x.shape[-3])
    predicted = np.empty((len(steps), *x.shape[:-1]), wanted.decoded(wanted.coded()).dtype)
    for fold in plan.folds:
        readout, _ = plan.fitted(fold.train)
        for i in steps:
            predicted[i][..., fold.test] = wanted.decoded(readout(x[..., i : i + 1, fold.test, :]))
    times = plan.samples.outer["time"]
    coords = {**plan.samples.outer, "train_time": times}
    errors = xr.DataArray(wanted.errors(predicted, wanted.values), coords, ("time", *rest, "train_time", "sample"))
    return score_of(errors, wanted.values, wanted.kind).transpose(..., "train_time", "time")
