"""Two response matrices of the same stimuli: checks, centring, and fewer columns where units outnumber stimuli."""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy.linalg import eigh

from ...errors import require
from ...formats import counted

Responses = Float[np.ndarray, "stimulus unit"]
OtherResponses = Float[np.ndarray, "stimulus other_unit"]
AnyResponses = Float[np.ndarray, "stimulus _"]
"""Of any number of units."""
Gram = Float[np.ndarray, "stimulus stimulus"]
Kept = Bool[np.ndarray, "sample stimulus"]
"""Which stimuli are in each sample."""
Values = Float[np.ndarray, " sample"]

FEWEST_STIMULI = 5
"""An unbiased HSIC needs four stimuli, and its jackknife one more."""


def pair(x: Any, y: Any, *, fewest: int = FEWEST_STIMULI) -> tuple[Responses, OtherResponses]:
    """Return two response matrices as centred numbers of double precision.

    Raises
    ------
    InputError
        Unless both are finite, of the same stimuli, at least `fewest`, and not constant.
    """
    one, other = (np.asarray(each, dtype=float) for each in (x, y))
    require(
        one.ndim == other.ndim == 2 and len(one) == len(other) and min(one.size, other.size) > 0,
        f"Two response matrices must be stimulus × unit, of the same stimuli; got the shapes {one.shape} and "
        f"{other.shape}.",
    )
    require(len(one) >= fewest, f"This needs at least {fewest} stimuli; got {len(one)}.")
    for name, values in {"first": one, "second": other}.items():
        lost = int((~np.isfinite(values)).sum())
        require(lost == 0, f"The {name} responses have {counted(lost, 'value')} that are NaN or infinite.")
        require(bool(np.ptp(values, axis=0).any()), f"The {name} responses are the same for every stimulus.")
    return centred(one), centred(other)


def centred(x: Responses) -> Responses:
    """Return responses without the mean of each unit."""
    return x - x.mean(axis=0)


def everything(x: np.ndarray) -> Kept:
    """Return the one sample that has every stimulus."""
    return np.ones((1, len(x)), bool)


def compact(x: Responses) -> AnyResponses:
    """Return responses with the same Gram matrix in at most as many columns as stimuli.

    What depends on inner products of stimuli alone, such as CKA, Procrustes distance or ridge regression, is the same.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(4, 100))
    >>> compact(x).shape, bool(np.allclose(compact(x) @ compact(x).T, x @ x.T))
    ((4, 4), True)
    """
    if x.shape[1] <= len(x):
        return x
    powers, basis = eigh(x @ x.T)
    return basis * np.sqrt(np.maximum(powers, 0))
