"""The search for the parameters of the drift–diffusion model with the highest likelihood."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Array, Float
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from ..cores import on_cores
from .ddm_likelihood import PARAMETERS, VARIANTS, Observed, log_likelihood

BATCH = 1024
"""Trials are padded to a multiple of this, so that animals, folds and seeds share one compiled program."""


def signed_coherence(trials: pd.DataFrame) -> Float[np.ndarray, " trial"]:
    """Return coherence, negative for errors."""
    return trials["coherence"].to_numpy(float) * np.where(trials["correct"].to_numpy(float) > 0, 1.0, -1.0)


def observe(rt: np.ndarray, drive: np.ndarray, window: float) -> Observed:
    """Return padded trials, each coherence with both signs whether or not it has errors; `rt` and `window` in ms."""
    pad = -len(rt) % BATCH
    seconds = np.pad(np.asarray(rt, float) / 1e3, (0, pad), mode="edge")
    signed = np.pad(drive, (0, pad), mode="edge")
    levels, which = np.unique(np.abs(signed), return_inverse=True)
    parts = (seconds, np.concatenate([levels, -levels]), which + len(levels) * (signed < 0), window / 1e3)
    return Observed(*(jnp.asarray(part) for part in parts))


def padded(values: np.ndarray, n: int) -> Float[np.ndarray, " trial"]:
    return np.pad(values, (0, n - len(values)))


@partial(jax.jit, static_argnames="variant")
def evaluate(variant: str, theta: Array, observed: Observed) -> Array:
    return log_likelihood(variant, theta, observed)


def _misfit(theta: Array, variant: str, observed: Observed, weights: Float[Array, " trial"]) -> Array:
    return -(weights * log_likelihood(variant, theta, observed)).sum() / weights.sum()


misfit_and_slope = jax.jit(jax.value_and_grad(_misfit), static_argnames="variant")


class Search(NamedTuple):
    """The lowest misfit (nats per trial), where it is, and whether the search got away from its starting point."""

    misfit: float
    theta: Float[np.ndarray, " parameter"]
    moved: bool


def search(
    variant: str,
    observed: Observed,
    weights: Float[np.ndarray, " trial"],
    starts: Sequence[np.ndarray],
    *,
    box: Float[np.ndarray, "parameter 2"] | None = None,
    tolerance: float = 1e-13,
) -> Search:
    """Return the lowest misfit over searches from several starting points.

    The `box` is that of :func:`ranges`, unless another is given: one that has no width holds a parameter fixed.
    """
    box, given = ranges(variant, observed, weights) if box is None else box, jnp.asarray(weights)

    def slope(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = misfit_and_slope(theta, variant, observed, given)
        return float(value), np.asarray(gradient)

    def climb(start: np.ndarray) -> Search:
        first = np.clip(start, *box.T)
        options = {"ftol": tolerance, "gtol": 1e-7, "maxiter": 300}
        with jax.enable_x64(True):  # it holds for one thread alone
            found = minimize(slope, first, jac=True, method="L-BFGS-B", bounds=box, options=options)
            return Search(float(found.fun), found.x, bool(found.fun < slope(first)[0]))

    # BLAS threads would wait for each other over matrices of a few rows; the searches share the cores instead.
    with threadpool_limits(1, "blas"):
        return min(on_cores(climb, starts), key=lambda found: found.misfit)


def ranges(variant: str, observed: Observed, weights: Float[np.ndarray, " trial"]) -> Float[np.ndarray, "parameter 2"]:
    """Return the ranges of the logarithms; without contaminants nobody responds before the non-decision time."""
    names = VARIANTS[variant]
    box = np.log([(PARAMETERS[name].low, PARAMETERS[name].high) for name in names])
    if "contaminants" not in names:
        earliest = 1e3 * np.asarray(observed.seconds)[weights > 0].min()
        box[names.index("non_decision")] = np.log([0.05 * earliest, 0.999 * earliest])
    return box
