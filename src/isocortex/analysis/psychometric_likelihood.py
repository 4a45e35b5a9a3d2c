"""What a psychometric curve predicts, and the climb to its maximum likelihood: many data sets in one program."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf, xlogy
from jaxtyping import Array, Float
from scipy.special import erfinv

AT_THRESHOLD = float(1 - np.exp(-1))
"""The share of the way from chance to certainty that every curve has gone at its threshold."""
CURVES: dict[str, Callable[[Any], Any]] = {
    "weibull": lambda u: -jnp.expm1(-u),
    "gaussian": lambda u: erf(float(erfinv(AT_THRESHOLD)) * u),
    "logistic": lambda u: jnp.tanh(float(np.arctanh(AT_THRESHOLD)) * u),
}
"""Name → how far from chance to certainty, as a function of u = (strength/threshold)^slope; 1 − 1/e at u = 1."""
INVERSES: dict[str, Callable[[float], float]] = {
    "weibull": lambda share: float(-np.log1p(-share)),
    "gaussian": lambda share: float(erfinv(share) / erfinv(AT_THRESHOLD)),
    "logistic": lambda share: float(np.arctanh(share) / np.arctanh(AT_THRESHOLD)),
}
"""Name → u at which a curve has gone a share of its way."""
BATCH = 512
"""Fits that run together."""
N_STEPS = 100
LEAST_SHARE = 1e-12
GRID = (5, 24, 8, 5)
"""Starting points: bias, log threshold, log slope, lapse (denser near its least)."""
TOLERANCE = 1e-10
"""A fit ends where a step gains less than this in log likelihood."""

Theta = Float[Array, " 4"]
"""Bias, log threshold, log slope, lapse."""
Strengths = Float[Array, " strength"]
Counts = Float[Array, " strength"]
Box = Float[Array, "2 4"]
PerSeed = Float[Array | np.ndarray, "seed strength"]


def accuracy(
    theta: Theta,
    strength: Strengths,
    chance: Float[Array, ""] | float,
    unit: Float[Array, ""] | float,
    *,
    curve: str,
    signed: bool,
) -> Strengths:
    """Return the probability of success at every strength; `unit` is u at the threshold."""
    bias, log_threshold, log_slope, lapse = theta
    distance = strength - bias
    nothing = distance == 0
    log_ratio = jnp.log(jnp.where(nothing, 1.0, jnp.abs(distance))) - log_threshold
    u = jnp.where(nothing, 0.0, unit * jnp.exp(jnp.minimum(jnp.exp(log_slope) * log_ratio, 50.0)))
    far = CURVES[curve](u)
    return 0.5 + (0.5 - lapse) * jnp.sign(distance) * far if signed else chance + (1 - chance - lapse) * far


def log_binomial(k: Any, n: Any, share: Any) -> Any:
    """Return the log likelihood of successes, summed over strengths, without the binomial coefficients."""
    return (xlogy(k, share) + xlogy(n - k, 1 - share)).sum(axis=-1)


def _climb(
    start: Theta,
    k: Counts,
    n: Counts,
    box: Box,
    strength: Strengths,
    chance: Array,
    unit: Array,
    curve: str,
    signed: bool,
) -> tuple[Theta, Array]:
    """Climb to the nearest maximum within the box by damped Fisher scoring; a bound is left only inwards."""

    def share(theta: Theta) -> Strengths:
        return jnp.clip(
            accuracy(theta, strength, chance, unit, curve=curve, signed=signed), LEAST_SHARE, 1 - LEAST_SHARE
        )

    def step(state: tuple[Theta, Array, Array, Array, Array]) -> tuple[Theta, Array, Array, Array, Array]:
        theta, height, damping, i, _ = state
        p, J = share(theta), jax.jacfwd(share)(theta)
        slope = ((k - n * p) / (p * (1 - p))) @ J
        free = jnp.where(slope > 0, theta < box[1], theta > box[0]).astype(float)
        information = J.T @ (J * (n / (p * (1 - p)))[:, None]) * jnp.outer(free, free)
        diagonal = jnp.diag(information)
        shift = damping * diagonal + 1e-9 * diagonal.max() + 1e-12 + (1 - free)
        moved = jnp.clip(theta + solve_positive(information + jnp.diag(shift), slope * free), box[0], box[1])
        higher = log_binomial(k, n, share(moved))
        better = higher > height
        gain = jnp.where(better, higher - height, jnp.where(damping > 1e10, 0.0, jnp.inf))
        damping = jnp.where(better, damping / 10, damping * 10)
        return jnp.where(better, moved, theta), jnp.where(better, higher, height), damping, i + 1, gain

    def goes_on(state: tuple[Theta, Array, Array, Array, Array]) -> Array:
        return (state[3] < N_STEPS) & (state[4] > TOLERANCE)

    first = (start, log_binomial(k, n, share(start)), jnp.array(1e-3), jnp.array(0), jnp.array(jnp.inf))
    return jax.lax.while_loop(goes_on, step, first)[:2]


def solve_positive(A: Float[Array, "4 4"], b: Theta) -> Theta:
    """Solve Ax = b for a positive definite matrix by Gauss–Jordan elimination, which vectorises over a batch."""
    both = jnp.concatenate([A, b[:, None]], axis=1)
    for i in range(4):
        row = both[i] / both[i, i]
        both = (both - both[:, i, None] * row[None]).at[i].set(row)
    return both[:, 4]


@partial(jax.jit, static_argnames=("curve", "signed"))
def starts(
    k: PerSeed, n: PerSeed, box: Box, strength: Strengths, chance: Array, unit: Array, *, curve: str, signed: bool
) -> Float[Array, "seed start 4"]:
    """Return the best point of a grid for every level of lapses."""
    axes = [jnp.linspace(low, high, size) for low, high, size in zip(*box, GRID, strict=True)]
    axes[-1] = box[0, -1] + (axes[-1] - box[0, -1]) * jnp.linspace(0, 1, GRID[-1])
    grid = jnp.stack(jnp.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 4)
    shares = psychometric_shares(grid, strength, chance, unit, curve=curve, signed=signed)
    logs = jnp.log(jnp.clip(jnp.stack([shares, 1 - shares]), LEAST_SHARE))
    heights = k @ logs[0].T + (n - k) @ logs[1].T
    best = heights.reshape(len(k), -1, GRID[-1]).argmax(axis=1)
    return grid.reshape(-1, GRID[-1], 4)[best, jnp.arange(GRID[-1])[None]]


@partial(jax.jit, static_argnames=("curve", "signed"))
def psychometric_shares(
    theta: Float[Array | np.ndarray, "row 4"],
    strength: Strengths,
    chance: Array,
    unit: Array,
    *,
    curve: str,
    signed: bool,
) -> Float[Array, "row strength"]:
    """Return the probability of success at every strength, for rows of parameters."""
    return jax.vmap(lambda theta: accuracy(theta, strength, chance, unit, curve=curve, signed=signed))(theta)


def climb_all(
    starts: Float[np.ndarray, "seed #start 4"],
    k: Float[np.ndarray, "seed #start strength"],
    n: Float[np.ndarray, "seed #start strength"],
    box: Float[np.ndarray, "#seed #start 2 4"],
    *model: Array,
    curve: str,
    signed: bool,
) -> tuple[Float[np.ndarray, "seed start 4"], Float[np.ndarray, "seed start"]]:
    """Climb from every start, each within its box; batches of one size, so that all fits run one program."""
    shape = np.broadcast_shapes(starts.shape[:2], k.shape[:2], n.shape[:2])
    parts = [np.broadcast_to(each, shape + each.shape[2:]).reshape(-1, *each.shape[2:]) for each in (starts, k, n, box)]
    m = len(parts[0])
    padded = [np.concatenate([part, part[:1].repeat(-m % BATCH, axis=0)]) for part in parts]
    ends = [
        _climb_batch(*(part[i : i + BATCH] for part in padded), *model, curve=curve, signed=signed)
        for i in range(0, m, BATCH)
    ]
    theta, height = (np.concatenate([np.asarray(part) for part in each])[:m] for each in zip(*ends, strict=True))
    return theta.reshape(*shape, 4), height.reshape(shape)


@partial(jax.jit, static_argnames=("curve", "signed"))
def _climb_batch(
    starts: Any, k: Any, n: Any, box: Any, strength: Strengths, chance: Array, unit: Array, *, curve: str, signed: bool
) -> tuple[Float[Array, "row 4"], Float[Array, " row"]]:
    return jax.vmap(lambda start, k, n, box: _climb(start, k, n, box, strength, chance, unit, curve, signed))(
        starts, k, n, box
    )
