"""Read a stimulus, a choice or any other label from responses, by cross-validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ...errors import require
from ...formats import counted, significant
from ...shapes import PRNGKey
from ..inference import Split
from .plan import plan_of
from .samples import Samples
from .targets import Kind, Target


@dataclass(frozen=True, eq=False)
class Decoding:
    """Predictions of samples that the decoder had not seen.

    Attributes
    ----------
    predicted : DataArray, shape (..., sample)
        What was decoded of every sample, in the units of the target.
    target : Target
    samples : Samples
        With the coordinates of every sample.
    folds : list of Split
    penalties : tuple of float
        The hyper-parameter that was chosen in each fold; empty where there is none.
    methods : str
        What was done, in words.
    notes : tuple of str
        What was left out, and what a reader should know.

    Examples
    --------
    >>> from isocortex import responses
    >>> x = np.random.default_rng(0).normal(size=(40, 5))
    >>> trials = responses(x, stimuli=np.arange(40) % 2, dims=["trial", "unit"])
    >>> decode(trials).predicted.shape
    (40,)
    """

    predicted: xr.DataArray
    target: Target
    samples: Samples
    folds: Sequence[Split]
    penalties: tuple[float, ...]
    methods: str
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        score = np.atleast_1d(self.score().values)
        over = f" to {significant(score.max())}" if score.size > 1 else ""
        return (
            f"<Decoding: {self.measure} {significant(score.min())}{over}, {counted(len(self.target.values), 'sample')}>"
        )

    @property
    def measure(self) -> str:
        """What :meth:`score` gives, in words."""
        return {
            "class": "accuracy",
            "number": "R²",
            "angle": "median absolute error (°)",
        }[self.target.kind]

    def errors(self) -> xr.DataArray:
        """Return how far every prediction is off: 0 or 1 for classes, a difference, or degrees in ± half a period."""
        return self.predicted.copy(data=self.target.errors(self.predicted.values, self.target.values))

    def score(self) -> xr.DataArray:
        """Return how good the predictions are.

        Classes: the share that is right, averaged over the classes, so that chance is one over their number whatever
        their sizes. Numbers: R², the explained share of the variance. Angles: the median absolute error in degrees.
        """
        return score_of(self.errors(), self.target.values, self.target.kind)

    def confusion(self) -> xr.DataArray:
        """Return the share of samples of each class (``actual``) that were taken for each class (``decoded``)."""
        require(self.target.kind == "class", "Only classes are confused with each other; numbers have errors.")
        classes = self.target.classes
        chosen = self.predicted.values[..., None] == classes
        shares = np.stack([chosen[..., self.target.values == one, :].mean(axis=-2) for one in classes], axis=-2)
        return self.samples.labelled(shares, "actual", "decoded", actual=classes, decoded=classes)


def score_of(errors: xr.DataArray, actual: np.ndarray, kind: Kind) -> xr.DataArray:
    """Return the score of errors along ``sample``; see :meth:`Decoding.score`."""
    if kind == "angle":
        return abs(errors).median("sample")
    if kind == "number":
        return 1 - (errors**2).sum("sample") / ((actual - actual.mean()) ** 2).sum()
    right = [1 - errors.isel(sample=np.flatnonzero(actual == one)).mean("sample") for one in np.unique(actual)]
    return sum(right[1:], right[0]) / len(right)


def decode(
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
) -> Decoding:
    """Read a label from responses, and test on samples that the decoder has not seen.

    Every step in time, every seed and every subject is decoded by itself, all of them together in compiled programs
    or matrix products.

    Parameters
    ----------
    responses : DataArray
        As of :func:`isocortex.responses`: trials, or stimuli (with repeats), of neurons, a layer, or units in time.
    target : str or sequence, length (sample,)
        What is decoded: the name of a coordinate along trials, stimuli or repeats, or a value per sample (repeats of a
        stimulus × unit array come one after the other). Default "stimulus". Samples without a label (NaN or an empty
        text) are left out.
    decoder : str, Decoder, or estimator of scikit-learn
        Default "lda". :data:`DECODERS` lists all.
    period : float, optional
        Take the target as an angle in degrees that repeats after this period: 180 for orientations.
    numbers : bool
        Take the target as numbers, not as classes. Default False.
    n_folds : int
        Default 5. Classes are dealt out to the folds in equal shares.
    by : str, optional
        A coordinate whose items are never on both sides of a split, such as "stimulus" for stimuli that shall be new,
        or "run". Default: every sample by itself.
    penalties : sequence of float, optional
        Values of the decoder's hyper-parameter to choose from. The choice is made inside of the training samples
        (nested cross-validation). Default those of the decoder.
    key : key, optional
        Deals samples out to folds at random; by default in turn.

    Returns
    -------
    Decoding

    Raises
    ------
    InputError
        For an unknown decoder or label, one class, fewer trials of a class than folds, or a decoder that cannot decode
        such a target.

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> shown = np.repeat(["face", "hand"], 20)
    >>> x = rng.normal(size=(40, 10)) + 2 * (shown == "face")[:, None]
    >>> found = decode(responses(x, stimuli=shown, dims=["trial", "unit"]))
    >>> float(found.score())
    1.0
    """
    plan = plan_of(
        responses,
        target,
        decoder=decoder,
        period=period,
        numbers=numbers,
        n_folds=n_folds,
        by=by,
        penalties=penalties,
        key=key,
    )
    samples, wanted, chosen = plan.samples, plan.target, []
    scores = np.empty((*samples.x.shape[:-1], wanted.coded().shape[-1]))
    for fold in plan.folds:
        readout, penalty = plan.fitted(fold.train)
        scores[..., fold.test, :] = readout(samples.x[..., fold.test, :])
        chosen += penalty
    predicted = samples.labelled(wanted.decoded(scores), "sample")
    return Decoding(predicted, wanted, samples, plan.folds, tuple(chosen), plan.describe(chosen), plan.notes)
