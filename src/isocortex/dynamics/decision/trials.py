"""The bounded drift–diffusion model of a decision: closed forms, densities of the decision time, and simulation.

Evidence starts at x₀ between −B and B and follows dx = v dt + s dW until it hits a bound. `noise` s is the standard
deviation per square root of the unit of time; drift, bound and noise share one unit of evidence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from ...errors import require
from ...shapes import PRNGKey
from .first_passage import Scalar, Times, log_density, log_density_moving, moving_bounds, times_of_clock

OVERSHOOT = 0.5826
"""−ζ(½)/√(2π): by how many s√dt a walk in steps passes its bound on average (Siegmund 1979, 10.2307/1426783)."""
LONGEST = 20.0
"""A simulated decision ends without a choice after this many times the mean time without drift, (B/s)²."""
Real = float | np.ndarray
Density = Float[np.ndarray, " time"]


def choice_probability(drift: Real, bound: float, noise: float = 1.0) -> Real:
    """Return the probability of the upper bound, 1/(1 + exp(−2vB/s²)), for a start in the middle.

    Examples
    --------
    >>> round(float(choice_probability(0.5, 1.0)), 4)
    0.7311
    """
    _check_bound(bound, noise)
    return 1 / (1 + np.exp(-2 * np.asarray(drift, float) * bound / noise**2))


def mean_decision_time(drift: Real, bound: float, noise: float = 1.0) -> Real:
    """Return the mean time to either bound, (B/v)·tanh(vB/s²), and (B/s)² without drift, for a start in the middle.

    Examples
    --------
    >>> mean_decision_time(np.array([0.0, 1.0]), 1.0).round(4)
    array([1.    , 0.7616])
    """
    _check_bound(bound, noise)
    drift = np.asarray(drift, float)
    still = drift == 0
    v = np.where(still, 1.0, drift)
    return np.where(still, (bound / noise) ** 2, bound / v * np.tanh(v * bound / noise**2))


def decision_densities(
    times: np.ndarray,
    *,
    drift: float,
    bound: float | Callable,
    noise: float = 1.0,
    start: float = 0.0,
    drift_sd: float = 0.0,
) -> tuple[Density, Density]:
    """Return the densities of decisions for the upper and the lower bound at some times; they integrate to one.

    Constant bounds: the series of Navarro & Fuss (2009, 10.1016/j.jmp.2009.02.003). Moving bounds:
    the Fokker–Planck equation by Galerkin's method, see ``moving_bounds`` in ``first_passage.py``.

    Parameters
    ----------
    times : array, shape (time,)
        Positive; in any unit, and drift and noise in the same.
    drift : float
        v.
    bound : float or callable
        B; or B(t), written with ``jax.numpy``.
    noise : float
        s, per square root of the unit of time. Default 1.
    start : float
        x₀, for constant bounds alone. Default 0, the middle.
    drift_sd : float
        The drift varies from trial to trial as N(v, drift_sd²). Default 0.

    Returns
    -------
    upper, lower : array, shape (time,)

    Raises
    ------
    InputError
        If a time is not positive, the start lies outside the bounds, or moving bounds come with a start.

    Examples
    --------
    >>> t = np.arange(0.001, 10, 0.001)
    >>> upper, lower = decision_densities(t, drift=1.0, bound=1.0)
    >>> [round(float(0.001 * x.sum()), 4) for x in (upper, lower)]
    [0.8808, 0.1192]
    """
    t = np.asarray(times, float)
    require(t.ndim == 1 and len(t) > 0 and bool((t > 0).all()), "times must be a list of positive numbers.")
    require(noise > 0 and drift_sd >= 0, f"noise must be above 0 and drift_sd at least 0; got {noise}, {drift_sd}.")
    if callable(bound):
        require(start == 0, "Moving bounds are solved for a start in the middle; leave start out.")
    else:
        _check_bound(bound, noise)
        require(abs(start) < bound, f"start must lie between the bounds ±{bound:g}; got {start:g}.")
    with jax.enable_x64(True):
        v, sd, x = (jnp.asarray(u / noise) for u in (drift, drift_sd, start))
        if callable(bound):
            upper, lower = _moving_densities(jnp.asarray(t), v, sd, jnp.asarray(noise), bound)
        else:
            upper, lower = _constant_densities(jnp.asarray(t), v, sd, jnp.asarray(bound / noise), x)
        return np.asarray(upper), np.asarray(lower)


@jax.jit
def _constant_densities(t: Times, v: Scalar, sd: Scalar, b: Scalar, x: Scalar) -> tuple[Times, Times]:
    over_time = jax.vmap(log_density, in_axes=(0, None, None, None, None))
    return jnp.exp(over_time(t, v, b, x, sd)), jnp.exp(over_time(t, -v, b, -x, sd))


@partial(jax.jit, static_argnames=("bound",))
def _moving_densities(t: Times, v: Scalar, sd: Scalar, noise: Scalar, bound: Callable) -> tuple[Times, Times]:
    def b(u: Scalar) -> Scalar:
        return bound(u) / noise

    grid = times_of_clock(b, t.max())
    ratio = moving_bounds(b, grid)
    upper, lower = (jax.vmap(lambda u, w=w: log_density_moving(u, w, b, grid, ratio, sd))(t) for w in (v, -v))
    return jnp.exp(upper), jnp.exp(lower)


@dataclass(frozen=True, eq=False)
class Decisions:
    """Simulated decisions.

    Attributes
    ----------
    times : array, shape (trial,)
        When a bound was hit, in the unit of the step; NaN where none was.
    upper : array of bool, shape (trial,)
        Whether it was the upper one.

    Examples
    --------
    >>> done = simulate_decisions(np.ones(100), bound=1.0, step=0.01, key=jax.random.key(0))
    >>> done.times.shape, done.upper.dtype
    ((100,), dtype('bool'))
    """

    times: Float[np.ndarray, " trial"]
    upper: Bool[np.ndarray, " trial"]


def simulate_decisions(
    drift: np.ndarray,
    *,
    bound: float | Callable,
    step: float,
    key: PRNGKey | None = None,
    noise: float = 1.0,
    increments: Float[np.ndarray, "..."] | None = None,
    start: np.ndarray | float = 0.0,
    corrected: bool = True,
) -> Decisions:
    """Simulate decisions by Euler–Maruyama, x ← x + v·dt + s·√dt·ξ, all trials at once until the last has ended.

    A walk in steps sees its bound late, on average as if it were farther by 0.5826·s·√dt. Unless ``corrected`` is
    False, the bound is moved in by as much, and choices and times are those of continuous time to second order.

    Parameters
    ----------
    drift : array, shape (trial,)
        v of each trial; draw it from a normal distribution for variability between trials.
    bound : float or callable
        B; or B(t), written with ``jax.numpy``.
    step : float
        dt, in the unit of time of drift and noise.
    key : key
        Unless `increments` are given. Step n uses ``fold_in(key, n)``.
    noise : float
        s, per square root of the unit of time. Default 1.
    increments : array, shape (step, trial), optional
        ξ, to replay known noise.
    start : array, shape (trial,), or float
        x₀ of each trial. Default 0.
    corrected : bool
        Default True.

    Returns
    -------
    Decisions

    Raises
    ------
    InputError
        If neither a key nor increments are given, or both; if the step is so long that one step reaches the bound.

    Examples
    --------
    >>> found = simulate_decisions(np.ones(1000), bound=1.0, step=0.01, key=jax.random.key(0))
    >>> bool(abs(found.upper.mean() - 0.8808) < 0.04)
    True
    """
    v = np.asarray(drift, float)
    require(v.ndim == 1 and len(v) > 0, f"drift must be one number per trial; got the shape {v.shape}.")
    require((key is None) != (increments is None), "Give either a key or the increments, and not both.")
    if increments is not None:
        fits = increments.ndim == 2 and increments.shape[1] == len(v)
        require(fits, f"increments must have shape (step, {len(v)}), a column per trial; got {increments.shape}.")
    require(step > 0 and noise > 0, f"step and noise must be above 0; got {step} and {noise}.")
    inwards = OVERSHOOT * noise * np.sqrt(step) * corrected
    first = float(bound(jnp.zeros(()))) if callable(bound) else bound
    require(
        bool(first > 2 * noise * np.sqrt(step)),
        f"A step of {step:g} moves the evidence by {noise * np.sqrt(step):.3g}, too far for a bound of {first:g}; "
        f"use a step below {(first / noise) ** 2 / 4:.3g}.",
    )
    n = len(increments) if increments is not None else int(np.ceil(LONGEST * (first / noise) ** 2 / step))
    moving = bound if callable(bound) else None
    with jax.enable_x64(True):
        x = jnp.asarray(np.broadcast_to(np.asarray(start, float), v.shape))
        replay = None if increments is None else jnp.asarray(increments)
        sizes = (jnp.asarray(u) for u in (0.0 if callable(bound) else bound, noise, step, inwards, n))
        times, upper = _walk(jnp.asarray(v), x, *sizes, key, replay, moving)
        return Decisions(np.asarray(times), np.asarray(upper))


@partial(jax.jit, static_argnames=("moving",))
def _walk(
    v: Float[Array, " trial"],
    x: Float[Array, " trial"],
    level: Scalar,
    noise: Scalar,
    step: Scalar,
    inwards: Scalar,
    n_steps: Int[Array, ""],
    key: PRNGKey | None,
    replay: Float[Array, "step trial"] | None,
    moving: Callable | None,
) -> tuple[Array, Array]:
    """Return when each trial hits a bound, and whether the upper one."""

    def advance(state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        n, x, times = state
        xi = jnp.zeros_like(x) if replay is None else replay[n]
        if key is not None:
            xi = jax.random.normal(jax.random.fold_in(key, n), x.shape, x.dtype)
        going = jnp.isnan(times)
        x = jnp.where(going, x + v * step + noise * jnp.sqrt(step) * xi, x)
        t = (n + 1) * step
        b = (level if moving is None else moving(t)) - inwards
        return n + 1, x, jnp.where(going & (jnp.abs(x) >= b), t, times)

    def goes_on(state: tuple[Array, Array, Array]) -> Array:
        return (state[0] < n_steps) & jnp.isnan(state[2]).any()

    _, x, times = jax.lax.while_loop(goes_on, advance, (jnp.asarray(0), x, jnp.full_like(x, jnp.nan)))
    return times, x > 0


def _check_bound(bound: float, noise: float) -> None:
    require(bound > 0 and noise > 0, f"bound and noise must be above 0; got {bound} and {noise}.")
