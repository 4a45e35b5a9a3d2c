"""When does a diffusion between two bounds first hit one? Pure functions in JAX: differentiable, batched by vmap.

Evidence dx = v dt + dW starts at x₀ between −b and b. The density of hitting the upper bound at t factorises into the
density without drift and a tilt that alone knows the drift (Girsanov; on the way from x₀ to the bound only the
distance and the time count), so that one density serves every coherence:

    log g(t; v) = log g₀(t) + v·d(t) − v²t/2,   d(t) = b(t) − x₀

By symmetry the lower bound is the upper one with −v and −x₀. Unit of evidence: that of the noise, dW; of time: any one.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

IMPOSSIBLE = -1e12
"""Log density of a time that is not positive; finite, so that gradients are zero and not NaN."""
SWITCH = 0.3
"""In units of (2b)²: below, the small-time series; above, the large-time one."""
SMALL_TERMS = np.arange(-2, 3)
LARGE_TERMS = np.arange(1, 8)
"""Enough for 16 digits at SWITCH: the first terms left out are below e⁻⁴¹ and e⁻⁹⁴ times a number of order one."""
Scalar = Float[Array, ""]
Times = Float[Array, " time"]
Knots = Float[Array, " knot"]


def tilt(t: Scalar, distance: Scalar, drift: Scalar, drift_sd: Scalar | float = 0.0) -> Scalar:
    """Return the log of what a drift does to the density of first passage.

    Averaged over drifts of N(v, sd²), the Gaussian integral is closed (Ratcliff & Tuerlinckx 2002,
    10.3758/BF03196302):

        (2vd − v²t + sd²d²) / 2(1 + sd²t) − ½ log(1 + sd²t)
    """
    spread = 1 + drift_sd**2 * t
    return (2 * drift * distance - drift**2 * t + (drift_sd * distance) ** 2) / (2 * spread) - jnp.log(spread) / 2


def log_density_without_drift(t: Scalar, bound: Scalar, start: Scalar | float = 0.0) -> Scalar:
    """Return log g₀: hitting the upper of two constant bounds ±b at t, from `start`, without drift."""
    possible = t > 0
    width = 2 * bound
    tau = jnp.where(possible, t, width**2) / width**2
    return jnp.where(possible, _log_series(tau, (bound - start) / width) - 2 * jnp.log(width), IMPOSSIBLE)


@jax.custom_jvp
def _log_series(tau: Scalar, w: Scalar) -> Scalar:
    """Return log g₀ between bounds that are 1 apart, at τ, the bound being w away.

    The two series of Navarro & Fuss (2009, 10.1016/j.jmp.2009.02.003), each where it converges fast, with a fixed
    number of terms so that the whole is one vectorised program. −w²/2τ is taken out of the small-time series: nothing
    underflows however early the time. The derivatives share the exponentials, which halves what must be compiled.
    """
    return _series(tau, w)[0]


@_log_series.defjvp
def _log_series_jvp(at: tuple[Scalar, Scalar], tangents: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
    value, by_tau, by_w = _series(*at)
    return value, by_tau * tangents[0] + by_w * tangents[1]


def _series(tau: Scalar, w: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """Return log g₀ and its derivatives by τ and w."""
    early = tau < SWITCH
    small, large = jnp.where(early, tau, SWITCH), jnp.where(early, SWITCH, tau)
    s = w + 2 * SMALL_TERMS
    e = jnp.exp((w**2 - s**2) / (2 * small))
    total = (s * e).sum()
    value = jnp.log(total) - w**2 / (2 * small) - 1.5 * jnp.log(small) - jnp.log(2 * jnp.pi) / 2
    by_tau = (s**3 * e).sum() / (2 * small**2 * total) - 1.5 / small
    by_w = (e - s**2 * e / small).sum() / total
    k = LARGE_TERMS
    q = jnp.exp((1 - k**2) * jnp.pi**2 * large / 2)
    waves = q * jnp.sin(k * jnp.pi * w)
    total = (k * waves).sum()
    late = (
        jnp.log(jnp.pi * total) - jnp.pi**2 * large / 2,
        -(jnp.pi**2) / 2 * (k**3 * waves).sum() / total,
        jnp.pi * (k**2 * q * jnp.cos(k * jnp.pi * w)).sum() / total,
    )
    first, second, third = (jnp.where(early, a, b) for a, b in zip((value, by_tau, by_w), late, strict=True))
    return first, second, third


def log_density(
    t: Scalar, drift: Scalar, bound: Scalar, start: Scalar | float = 0.0, drift_sd: Scalar | float = 0.0
) -> Scalar:
    """Return the log density of hitting the upper of two constant bounds ±b at t."""
    safe = jnp.where(t > 0, t, 1.0)
    return log_density_without_drift(t, bound, start) + jnp.where(t > 0, tilt(safe, bound - start, drift, drift_sd), 0)


def moving_bounds(bound: Callable[[Scalar], Scalar], grid: Knots) -> tuple[Knots, Knots, Knots]:
    """Return what :func:`log_density_moving` interpolates: log g₀ on a grid for moving bounds ±b(t), from 0.

    Buonocore, Nobile & Ricciardi (1987, 10.2307/1427102): a Volterra equation whose kernel vanishes at the diagonal,

        g₀(t) = −2Ψ(t | 0, 0) + 2∫ g₀(τ) [Ψ(t | b(τ), τ) + Ψ(t | −b(τ), τ)] dτ
        Ψ(t | y, τ) = ½ N(b(t) − y; t − τ) (b′(t) − (b(t) − y)/(t − τ))

    By the trapezoidal rule it is one triangular system. The unknown is ρ = g₀/(−2Ψ(t | 0, 0)), which starts at 1 and
    is smooth, and no exponential can overflow.

    Parameters
    ----------
    bound : callable
        b(t), positive, differentiable by JAX.
    grid : array, shape (knot,)
        h, 2h, 3h, …

    Returns
    -------
    log_ratio, bounds, slopes : array, shape (knot,)
        log ρ, b and b′ on the grid.
    """
    b, slope = jax.vmap(lambda t: jax.jvp(bound, (t,), (jnp.ones_like(t),)))(grid)
    n, h = len(grid), grid[0]
    before = jnp.tril(jnp.ones((n, n), bool), -1)
    lag = jnp.where(before, grid[:, None] - grid[None], 1.0)
    log_first = log_single(grid, b, slope)

    def kernel(y: Knots) -> Float[Array, "knot knot"]:
        """Return 2Ψ(tᵢ | yⱼ, tⱼ)·first(tⱼ)/first(tᵢ)."""
        step = b[:, None] - y[None]
        exponent = -(step**2) / (2 * lag) - jnp.log(2 * jnp.pi * lag) / 2 + log_first[None] - log_first[:, None]
        return jnp.where(before, (slope[:, None] - step / lag) * jnp.exp(jnp.where(before, exponent, 0)), 0)

    system = jnp.eye(n) - h * (kernel(b) + kernel(-b))
    ratio = jax.scipy.linalg.solve_triangular(system, jnp.ones(n), lower=True, unit_diagonal=True)
    return jnp.log(jnp.maximum(ratio, 1e-300)), b, slope


def log_single(
    t: Float[Array, "*time"], bound: Float[Array, "*time"], slope: Float[Array, "*time"]
) -> Float[Array, "*time"]:
    """Return log(−2Ψ(t | 0, 0)): the density of hitting a single bound that is straight through (t, b) with b′."""
    return jnp.log(bound / t - slope) - bound**2 / (2 * t) - jnp.log(2 * jnp.pi * t) / 2


def log_density_moving(
    t: Scalar,
    drift: Scalar,
    bound: Callable[[Scalar], Scalar],
    grid: Knots,
    log_ratio: Knots,
    drift_sd: Scalar | float = 0.0,
) -> Scalar:
    """Return the log density of hitting the upper of two moving bounds ±b(t) at t, from 0.

    Parameters
    ----------
    grid, log_ratio : array, shape (knot,)
        As given to and by :func:`moving_bounds`; times beyond the grid are extrapolated flat.
    """
    safe = jnp.where(t > 0, t, grid[0])
    b, slope = jax.jvp(bound, (safe,), (jnp.ones_like(safe),))
    smooth = jnp.interp(safe, jnp.concatenate([jnp.zeros(1), grid]), jnp.concatenate([jnp.zeros(1), log_ratio]))
    found = log_single(safe, b, slope) + smooth + tilt(safe, b, drift, drift_sd)
    return jnp.where(t > 0, found, IMPOSSIBLE)
