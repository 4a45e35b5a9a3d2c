"""Measure from repeats of the same stimuli how reliable tuning is, and test whether a unit is tuned at all."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from ..errors import require
from ..shapes import PRNGKey
from .tuning import PerUnit, angles_and_trials, harmonics


def reliability(responses: xr.DataArray, *, key: PRNGKey, n_splits: int = 100) -> PerUnit:
    """Measure how well the tuning curve of every unit repeats.

    The repeats are split at random into halves of h = ⌊R/2⌋; the Pearson correlation over stimuli of the mean
    responses of the halves is averaged over splits, and the mean r stepped up from h to all R repeats by
    Spearman–Brown, k·r / (1 + (k − 1)·r) with k = R/h (10.1111/j.2044-8295.1910.tb00206.x). A negative r has no
    reliability to step up and is mirrored, so that values stay in [−1, 1] and noise around zero averages out.

    Parameters
    ----------
    responses : DataArray
        repeat × stimulus × unit, at least two repeats.
    key : key
        Draws the splits, the same for every unit.
    n_splits : int
        Default 100.

    Returns
    -------
    array, shape (unit,)
        NaN for a unit of which half the repeats answer all stimuli alike.

    Raises
    ------
    InputError
        Without repeats, if the stimuli are not angles, or a seed has not been selected.

    Examples
    --------
    >>> import jax, numpy as np
    >>> from isocortex import responses
    >>> x = responses(np.array([[[0.0], [1], [2]], [[0], [1], [2]]]), stimuli=[0, 60, 120])
    >>> reliability(x, key=jax.random.key(0)).round(6)
    array([1.])
    """
    require(n_splits >= 1, f"n_splits must be at least 1; got {n_splits}.")
    _, trials = angles_and_trials(responses, needs_repeats="Reliability")
    n_repeats = len(trials)
    h = n_repeats // 2
    centred = trials - trials.mean(axis=1, keepdims=True)
    covariance = np.einsum("rsu,qsu->urq", centred, centred, optimize=True)
    keys = jax.random.split(key, n_splits)
    shuffled = np.asarray(jax.vmap(lambda k: jax.random.permutation(k, n_repeats))(keys))
    first, second = (
        np.eye(n_repeats)[shuffled][:, :h].sum(axis=1),
        np.eye(n_repeats)[shuffled][:, h : 2 * h].sum(axis=1),
    )

    def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.einsum("nr,urq,nq->nu", a, covariance, b, optimize=True)

    scale = np.sqrt(product(first, first) * product(second, second))
    r = np.divide(product(first, second), scale, out=np.full_like(scale, np.nan), where=scale > 0).mean(axis=0)
    k = n_repeats / h
    return k * r / (1 + (k - 1) * np.abs(r))


def tuning_test(responses: xr.DataArray, *, key: PRNGKey, n_permutations: int = 1000) -> PerUnit:
    """Test every unit for tuning to orientation and, if directions were shown, to orientation or direction.

    The statistic is the squared length of the vector sum on the doubled angle; for directions, plus that on the
    single angle. Under the null hypothesis the stimulus labels of the trials of one repeat can be exchanged: they are
    permuted within each repeat, so that a drift from repeat to repeat does no harm. Baseline and gain do not matter,
    and negative responses are as good as any.

    Parameters
    ----------
    responses : DataArray
        repeat × stimulus × unit, at least two repeats.
    key : key
        Permutation n uses ``fold_in(key, n)``, the same for every unit.
    n_permutations : int
        Default 1000.

    Returns
    -------
    array, shape (unit,)
        p = (1 + number of permutations with at least the statistic observed) / (1 + n_permutations), which is never 0
        (10.2202/1544-6115.1585). 1 for constant units. Not corrected for the number of units.

    Raises
    ------
    InputError
        Without repeats, if the stimuli are not angles all around, or a seed has not been selected.

    Examples
    --------
    >>> import jax, numpy as np
    >>> from isocortex import responses
    >>> angles = np.arange(-90.0, 90, 10)
    >>> bump = np.exp(np.cos(np.deg2rad(2 * angles)))[:, None]
    >>> tuning_test(responses(np.stack([bump, bump]), stimuli=angles), key=jax.random.key(0), n_permutations=99)
    array([0.01])
    """
    require(n_permutations >= 1, f"n_permutations must be at least 1; got {n_permutations}.")
    angles, trials = angles_and_trials(responses, needs_repeats="A permutation test over trials")
    parts = np.stack(
        [part for wave in harmonics(angles)[1].values() for part in (np.real(wave), np.imag(wave))], axis=1
    )
    with jax.enable_x64(True):
        return np.asarray(_permutation_p(parts - parts.mean(axis=0), trials, key, n_permutations))


@partial(jax.jit, static_argnames="n_permutations")
def _permutation_p(parts: jax.Array, trials: jax.Array, key: PRNGKey, n_permutations: int) -> jax.Array:
    """Compare the length of partsᵀx with its length under permuted rows of parts, shape (stimulus, part)."""
    n_repeats, n_stimuli, n_units = trials.shape
    x = trials - trials[:1, :1]
    x = (x - x.mean(axis=(0, 1), keepdims=True)).reshape(-1, n_units)

    def power(order: jax.Array) -> jax.Array:
        return ((parts[order].reshape(-1, parts.shape[1]).T @ x) ** 2).sum(axis=0)

    def reaches(n: jax.Array) -> jax.Array:
        noise = jax.random.uniform(jax.random.fold_in(key, n), (n_repeats, n_stimuli))
        return power(jnp.argsort(noise, axis=1)) >= observed

    in_order = jnp.broadcast_to(jnp.arange(n_stimuli), (n_repeats, n_stimuli))
    observed = power(in_order) * (1 - 1e-9)  # a tie is a tie whatever the order of summation
    reached = jax.lax.map(reaches, jnp.arange(n_permutations), batch_size=64)
    return (1 + reached.sum(axis=0)) / (1 + n_permutations)
