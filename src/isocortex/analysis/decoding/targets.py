"""What is decoded: classes, numbers, or angles on a circle; how it is coded for a decoder, and how errors count."""

from dataclasses import dataclass
from math import radians
from typing import Literal

import numpy as np
from jaxtyping import Float

from ...errors import require

Kind = Literal["class", "number", "angle"]
FULL_TURN = 360.0


@dataclass(frozen=True, eq=False)
class Target:
    """What a decoder is to tell of every sample.

    Attributes
    ----------
    values : array, shape (sample,)
    kind : {"class", "number", "angle"}
    classes : array, shape (class,)
        The different values, sorted; empty unless the values are classes.
    period : float
        Of an angle, in degrees; 0 otherwise.
    """

    values: np.ndarray
    kind: Kind
    classes: np.ndarray
    period: float = 0.0

    def coded(self) -> Float[np.ndarray, "sample output"]:
        """Return the values as a decoder takes them: one column per class, the number, or the cosine and the sine."""
        if self.kind == "class":
            return (self.values[:, None] == self.classes).astype(float)
        if self.kind == "angle":
            return unit_vectors(self.values, self.period)
        return self.values.astype(float)[:, None]

    def decoded(self, scores: Float[np.ndarray, "*batch sample output"]) -> np.ndarray:
        """Return the values that a decoder's output stands for; of classes, the one with the largest score."""
        if self.kind == "class":
            return self.classes[scores.argmax(axis=-1)]
        if self.kind == "angle":
            return np.rad2deg(np.arctan2(scores[..., 1], scores[..., 0])) * self.period / FULL_TURN
        return scores[..., 0]

    def errors(self, predicted: np.ndarray, actual: np.ndarray) -> Float[np.ndarray, "*batch sample"]:
        """Return how far predictions are off: 0 or 1 for classes, the difference of numbers, signed degrees."""
        if self.kind == "class":
            return (predicted != actual).astype(float)
        return wrapped(predicted - actual, self.period) if self.kind == "angle" else predicted - actual


def target_of(values: np.ndarray, kind: Kind, period: float | None) -> Target:
    """Return what is to be decoded.

    Raises
    ------
    InputError
        If there is one class, or numbers are asked for and the values are none, or do not vary.
    """
    values = np.asarray(values)
    if kind == "class":
        classes = np.unique(values)
        require(len(classes) > 1, f"There is one class, {classes.tolist()}; a decoder needs at least two.")
        return Target(values, "class", classes)
    require(
        values.dtype.kind in "fiub" and bool(np.isfinite(values.astype(float)).all()),
        "To decode numbers or angles, the label of every sample must be a finite number.",
    )
    require(bool(np.ptp(values.astype(float)) > 0), "The numbers to decode are all the same.")
    if kind == "angle":
        require(period is not None and period > 0, f"The period of an angle must be above 0 degrees; got {period}.")
        return Target(values.astype(float), "angle", np.empty(0), float(period or 0))
    return Target(values.astype(float), "number", np.empty(0))


def wrapped(difference: np.ndarray, period: float) -> np.ndarray:
    """Return differences of angles in degrees, brought into half a period on both sides of 0.

    Examples
    --------
    >>> wrapped(np.array([100.0, -170.0, 30.0]), 180.0).tolist()
    [-80.0, 10.0, 30.0]
    """
    return (difference + period / 2) % period - period / 2


def unit_vectors(angles: np.ndarray, period: float) -> Float[np.ndarray, "*batch 2"]:
    """Return the cosine and sine of angles whose period is a full turn.

    Examples
    --------
    >>> unit_vectors(np.array([0.0, 45.0, 90.0]), 180.0).round(6).tolist()
    [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]
    """
    phase = np.deg2rad(np.asarray(angles, float) * FULL_TURN / period)
    return np.stack([np.cos(phase), np.sin(phase)], axis=-1)


def looks_like_radians(angles: np.ndarray, period: float) -> bool:
    """Return whether angles that ought to be degrees span no more than a turn in radians, in fine steps.

    Examples
    --------
    >>> looks_like_radians(np.linspace(0, np.pi, 50), 180.0), looks_like_radians(np.array([0.0, 1.0, 2.0]), 180.0)
    (True, False)
    """
    span, whole = float(np.ptp(angles)), bool((angles == np.round(angles)).all())
    return not whole and 1.5 < span <= radians(period) * 1.001
