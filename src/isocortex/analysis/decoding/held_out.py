"""Fit a decoder to training samples, with its hyper-parameter chosen among those alone."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext

import numpy as np
from jaxtyping import Float, Integer

from ...cores import one_blas_thread
from ..inference import Split, splits
from .decoders import Decoder
from .targets import Kind

INNER_FOLDS = 4
LARGE = 2000
"""Units and trials from which one decoder keeps all cores busy; smaller ones are fitted one on each core."""


def fitted(
    x: Float[np.ndarray, "*batch sample unit"],
    y: Float[np.ndarray, "*labels sample output"],
    train: Integer[np.ndarray, " training"],
    decoder: Decoder,
    kind: Kind,
    *,
    penalties: Sequence[float],
    groups: Integer[np.ndarray, " sample"],
) -> tuple[Callable[[np.ndarray], np.ndarray], tuple[float, ...]]:
    """Fit a decoder to training samples.

    Parameters
    ----------
    x : array, shape (..., sample, unit)
    y : array, shape (..., sample, output)
        Coded; broadcast against `x`.
    train : array of int
        Positions of the training samples.
    penalties : sequence of float
        Values of the hyper-parameter. Of several the one is taken that has the smallest error in an inner
        cross-validation of the training samples, over all populations in front.
    groups : array, shape (sample,)
        Samples of one group are never on both sides of an inner split.

    Returns
    -------
    readout : callable
        Takes responses, shape (..., sample, unit), and gives scores, shape (..., sample, output).
    chosen : tuple of float
        The hyper-parameter, or nothing where there is none.
    """
    with nullcontext() if min(len(train), x.shape[-1]) >= LARGE else one_blas_thread():
        chosen = tuple(penalties)
        if len(penalties) > 1:
            errors = np.zeros(len(penalties))
            for inner in splits(groups[train], INNER_FOLDS)[: decoder.inner_folds]:
                split = Split(train[inner.train], train[inner.test])
                errors += _errors(x, y, split, decoder, kind, penalties)
            chosen = (penalties[int(errors.argmin())],)
        readout = _readout(x, y, train, decoder, chosen)
    return lambda new: readout(new)[0], chosen


def _readout(
    x: np.ndarray, y: np.ndarray, train: np.ndarray, decoder: Decoder, penalties: Sequence[float]
) -> Callable[[np.ndarray], np.ndarray]:
    shown = x[..., train, :]
    if not decoder.standardized:
        return decoder.fit(shown, y[..., train, :], penalties)
    mean, scale = standardization(shown)
    shown = (shown - mean) * scale
    readout = decoder.fit(shown, y[..., train, :], penalties)
    return lambda new: readout((new - mean) * scale)


def standardization(shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of every unit over samples, and one over its standard deviation: 0 for a unit that never varies.

    Examples
    --------
    >>> mean, scale = standardization(np.array([[0.0, 5.0], [2.0, 5.0]]))
    >>> mean.tolist(), scale.tolist()
    ([[1.0, 5.0]], [[1.0, 0.0]])
    """
    mean, sd = shown.mean(axis=-2, keepdims=True), shown.std(axis=-2, keepdims=True)
    return mean, np.divide(1, sd, out=np.zeros_like(sd), where=sd > 1e-12 * np.abs(mean))


def _errors(
    x: np.ndarray, y: np.ndarray, split: Split, decoder: Decoder, kind: Kind, penalties: Sequence[float]
) -> np.ndarray:
    """Return the sum over test samples of the error under every penalty, averaged over populations."""
    scores, actual = _readout(x, y, split.train, decoder, penalties)(x[..., split.test, :]), y[..., split.test, :]
    if kind == "class":
        wrong = (scores.argmax(axis=-1) != actual.argmax(axis=-1)).astype(float)
    else:
        wrong = ((scores - actual) ** 2).sum(axis=-1)
    return wrong.reshape(len(penalties), -1, len(split.test)).mean(axis=1).sum(axis=-1)
