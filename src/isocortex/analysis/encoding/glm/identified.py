"""Which weights the data determine: not those of features that others determine, nor those of separable units."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jaxtyping import Bool, Float

from .newton import derivatives

COLLINEAR = 1e-10
"""Share of a feature's square that the features before it must leave, or else they determine it."""
SEPARABLE = 1e-7
"""A direction has lost its curvature if it has this share of what it had before the fit. The search ends when the
expected number of spikes along such a direction is about 1e-14; where a single spike is seen among m bins, a share of
1/m is left."""


def constant_features(gram: Float[np.ndarray, "feature feature"]) -> Bool[np.ndarray, " feature"]:
    """Return which features after the first, the constant, do not vary; a penalty alone would set their weights."""
    square = np.diagonal(gram)
    found = square - gram[0] ** 2 / gram[0, 0] <= COLLINEAR * square
    found[0] = False
    return found


def dependent_features(
    gram: Float[np.ndarray, "feature feature"], mask: Bool[np.ndarray, "unit feature"]
) -> Bool[np.ndarray, "unit feature"]:
    """Return which of the features that a unit uses are weighted sums of those before.

    Parameters
    ----------
    gram : array, shape (feature, feature)
        Σ_t x_t x_tᵀ.
    mask : array of bool, shape (unit, feature)
        Which features a unit uses.
    """
    found = np.zeros_like(mask)
    kinds, which = np.unique(mask, axis=0, return_inverse=True)
    for kind, uses in enumerate(kinds):
        columns = np.flatnonzero(uses)
        rows = np.flatnonzero(which.reshape(-1) == kind)
        found[np.ix_(rows, columns)] = _dependent(gram[np.ix_(columns, columns)])
    return found


def _dependent(gram: np.ndarray) -> np.ndarray:
    """Return which columns the ones before determine, by a Cholesky decomposition that leaves them out."""
    size = np.sqrt(np.diagonal(gram))
    size = np.where(size > 0, size, 1.0)
    scaled = gram / np.outer(size, size)
    left = np.diagonal(scaled).copy()
    factor = np.zeros_like(scaled)
    for k in range(len(scaled)):
        if left[k] > COLLINEAR:
            factor[:, k] = (scaled[:, k] - factor[:, :k] @ factor[k, :k]) / np.sqrt(left[k])
            left -= np.where(np.arange(len(left)) > k, factor[:, k] ** 2, 0)
    return left <= COLLINEAR


def separable_units(
    loss: Callable[[Any, Any], Any],
    constant: Float[np.ndarray, " unit"],
    y: Float[np.ndarray, "bin unit"],
    gram: Float[np.ndarray, "feature feature"],
    hessian: Float[np.ndarray, "unit feature feature"],
    mask: Bool[np.ndarray, "unit feature"],
) -> Bool[np.ndarray, " unit"]:
    """Return the units for which some direction in the space of weights has lost its curvature.

    There the likelihood grows for ever, ever more slowly (Albert & Anderson 1984, 10.1093/biomet/71.1.1).

    Parameters
    ----------
    loss : callable
        (η, y) → loss of every entry.
    constant : array, shape (unit,)
        η of a model with a constant alone.
    y : array, shape (bin, unit)
    gram : array, shape (feature, feature)
    hessian : array, shape (unit, feature, feature)
        At the end of the search, without a penalty.
    mask : array of bool, shape (unit, feature)
    """
    with jax.enable_x64(True):
        before = np.asarray(derivatives(loss, np.broadcast_to(constant, y.shape), y)[2]).mean(axis=0)
    found = np.zeros(len(mask), bool)
    for unit in np.flatnonzero(mask.any(axis=1)):
        used = np.ix_(mask[unit], mask[unit])
        size = np.sqrt(np.diagonal(gram[used]))
        left = (hessian[unit][used] - SEPARABLE * before[unit] * gram[used]) / np.outer(size, size)
        try:
            np.linalg.cholesky(left)
        except np.linalg.LinAlgError:
            found[unit] = True
    return found
