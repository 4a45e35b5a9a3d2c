"""Processes in discrete time: autoregression, the random walk and drift–diffusion.

`step_sd` σ is the standard deviation of the noise of one step, whatever the step's length.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Float

from ...errors import require
from ...shapes import PRNGKey

Noise = Float[np.ndarray, "path step"]


def autoregression(
    coefficients: np.ndarray | list[float],
    *,
    n_steps: int,
    step_sd: float,
    constant: float = 0.0,
    x0: np.ndarray | list[float] | float = 0.0,
    n_paths: int = 1,
    key: PRNGKey | None = None,
    noise: Any = None,
) -> xr.DataArray:
    """Simulate x_t = constant + a₁ x_{t−1} + … + a_p x_{t−p} + σ η_t, in float64.

    Parameters
    ----------
    coefficients : array, shape (p,)
        a₁ … a_p.
    n_steps : int
        Steps after the start.
    step_sd : float
        σ, per step.
    constant : float
        Default 0.
    x0 : float or array, shape (p,)
        The first p values, in time's order; one number for all. Default 0.
    n_paths : int
        Default 1.
    key : key, optional
        Step n uses ``fold_in(key, n)``.
    noise : array, shape (path, step), optional
        η, in place of the key and of `n_paths`, to replay known noise.

    Returns
    -------
    DataArray, shape (path, time)
        The p first values, then n_steps more; ``time`` counts steps from 0.

    Raises
    ------
    InputError
        If there are neither key nor noise or both, or the noise has the wrong shape.

    Examples
    --------
    >>> autoregression([0.5], n_steps=3, step_sd=0.0, x0=8.0, key=jax.random.key(0)).values
    array([[8., 4., 2., 1.]])
    """
    a = np.atleast_1d(np.asarray(coefficients, float))
    require(a.ndim == 1 and bool(np.isfinite(a).all()), "coefficients must be a list of finite numbers.")
    require(n_steps >= 1 and n_paths >= 1, f"n_steps and n_paths must be at least 1; got {n_steps} and {n_paths}.")
    require(step_sd >= 0, f"step_sd must be at least 0; got {step_sd}.")
    require((key is None) != (noise is None), "Give either a key or explicit noise, and not both.")
    if noise is not None:
        shape = np.shape(noise)
        require(len(shape) == 2 and shape[1] == n_steps, f"noise must have shape (path, {n_steps}); got {shape}.")
    start = np.broadcast_to(np.asarray(x0, float), a.shape)
    with jax.enable_x64(True):
        if noise is not None:
            n_paths = len(noise)
        first = jnp.asarray(np.repeat(start[:, None], n_paths, axis=1))
        given = None if noise is None else jnp.asarray(noise.T, float)
        paths = np.asarray(_recur(jnp.asarray(a), jnp.asarray(constant, float), jnp.asarray(step_sd, float), first, key,
                                  jnp.arange(n_steps), given)).T  # fmt: skip
    values = np.concatenate([np.repeat(start[None], n_paths, axis=0), paths], axis=1)
    return xr.DataArray(values, dims=("path", "time"), coords={"time": np.arange(values.shape[1])}, name="x")


@jax.jit
def _recur(
    a: Float[Array, " lag"],
    constant: Float[Array, ""],
    step_sd: Float[Array, ""],
    first: Float[Array, "lag path"],
    key: PRNGKey | None,
    steps: Array,
    noise: Float[Array, "step path"] | None,
) -> Float[Array, "step path"]:
    def step(before: Array, n: Array) -> tuple[Array, Array]:
        eta = jnp.zeros_like(before[0]) if noise is None else noise[n]
        if key is not None:
            eta = jax.random.normal(jax.random.fold_in(key, n), before[0].shape, float)
        x = constant + a[::-1] @ before + step_sd * eta
        return jnp.concatenate([before[1:], x[None]]), x

    return jax.lax.scan(step, first, steps)[1]


def random_walk(
    n_steps: int, *, n_paths: int = 1, step_sd: float = 1.0, key: PRNGKey | None = None, noise: Noise | None = None
) -> xr.DataArray:
    """Simulate a random walk from 0; its variance after t steps is σ²t.

    Parameters are those of :func:`autoregression`, with the coefficient 1.

    Examples
    --------
    >>> random_walk(3, noise=np.array([[1.0, -1.0, 1.0]])).values
    array([[0., 1., 0., 1.]])
    """
    return autoregression([1.0], n_steps=n_steps, step_sd=step_sd, n_paths=n_paths, key=key, noise=noise)


def drift_diffusion(
    n_steps: int,
    *,
    retention: float = 0.9,
    step_sd: float = 0.1,
    x0: float = 4.0,
    target: float = 1.0,
    n_paths: int = 1,
    key: PRNGKey | None = None,
    noise: Noise | None = None,
) -> xr.DataArray:
    """Simulate x' = x∞ + λ(x − x∞) + σ η, the Ornstein–Uhlenbeck process in steps.

    Mean x∞ + (x₀ − x∞)λᵗ, variance σ²(1 − λ²ᵗ)/(1 − λ²). The defaults are those of Neuromatch Academy, W2D2.

    Parameters
    ----------
    n_steps : int
    retention : float
        λ, what is left of a deviation after a step. Default 0.9.
    step_sd : float
        σ, per step. Default 0.1.
    x0, target : float
        x₀ and x∞. Defaults 4 and 1.
    n_paths, key, noise
        As for :func:`autoregression`.

    Examples
    --------
    >>> drift_diffusion(2, step_sd=0.0, key=jax.random.key(0)).values.round(3)
    array([[4.  , 3.7 , 3.43]])
    """
    return autoregression(
        [retention],
        n_steps=n_steps,
        step_sd=step_sd,
        constant=(1 - retention) * target,
        x0=x0,
        n_paths=n_paths,
        key=key,
        noise=noise,
    )


def stationary_sd(retention: float, step_sd: float) -> float:
    """Return σ/√(1 − λ²), the standard deviation that :func:`drift_diffusion` settles at.

    Raises
    ------
    InputError
        If |λ| is not below 1, where it never settles.

    Examples
    --------
    >>> round(stationary_sd(0.9, 0.1), 4)
    0.2294
    """
    require(bool(abs(retention) < 1), f"Only |retention| below 1 has a stationary distribution; got {retention}.")
    return float(step_sd / np.sqrt(1 - retention**2))
