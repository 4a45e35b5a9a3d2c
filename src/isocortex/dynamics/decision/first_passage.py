"""First-passage times of a diffusion between two bounds; pure functions in JAX, differentiable and batched by vmap.

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
EARLY = 0.06
"""In units of b²: before, moving bounds are hit as the tangent of one is; the other one adds a share of e^(−4/0.06)."""
MODES = 24
WAVES = (np.arange(MODES) + 0.5) * np.pi
"""Of the eigenfunctions cos(ωy). At EARLY the first one left out is e^(−ω²·0.06/2) = e⁻¹⁷⁸, beside a flux of e⁻⁸."""
_Y, _WEIGHT = np.polynomial.legendre.leggauss(128)
Y_SQUARED = np.cos(np.outer(WAVES, _Y)) * _WEIGHT * _Y**2 @ np.cos(np.outer(_Y, WAVES))
"""∫ y² cos(ωᵢy) cos(ωⱼy) dy from −1 to 1."""
CLOCK = np.geomspace(0.003, 200.0, 560)
"""Knots in the model's own clock s = ∫dt/b², 2 % apart. Decisions take s ≈ 1, or 1/(drift × bound) where that is less;
at the last knot a share of e⁻²⁴⁶ is undecided. No reaction time enters, so none can spoil another's density."""
RESOLVED = float(np.exp(-(((MODES + 0.5) * np.pi) ** 2) * CLOCK[0] / 2))
"""Share of the first mode that is left out, at the first knot: 1.4e−4. A flux that is a smaller share of the terms that
it is the sum of can be an artefact, and the tangent serves there, too. That happens only where bounds that are far away
fall fast, b²·|b′/b| > 60. Without this check such bounds had a probability of up to 50, and fits ended there."""
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


def moving_bounds(bound: Callable[[Scalar], Scalar], grid: Knots) -> Knots:
    """Return what :func:`log_density_moving` interpolates: log ρ on a grid for moving bounds ±b(t), from 0.

    The Fokker–Planck equation without drift, in the coordinate y = x/b(t) and the clock s = ∫dt/b², in which the
    bounds stand still at ±1. Written as p(x, t) = w(y, s) exp(−bb′y²/2)/√b, it is the diffusion between constant
    bounds and a potential that only an accelerating bound has,

        ∂w/∂s = ½ ∂²w/∂y² + ½ b³b″ y² w,   w = 0 at y = ±1,   g₀(t) = −½ b^(−3/2) exp(−bb′/2) ∂w/∂y at y = 1

    It is solved by Galerkin's method in the eigenfunctions of constant bounds, cos((k − ½)πy), with Strang splitting:
    for a constant bound this is the large-time series of Navarro & Fuss. Each mode decays by itself, so that g₀ keeps
    its relative precision however late the time, and a knot depends on earlier ones alone. The acceleration enters
    as ∫bb″dt = [bb′] − ∫b′²dt, so that the slope may jump.

    Parameters
    ----------
    bound : callable
        b(t), positive, differentiable by JAX.
    grid : array, shape (knot,)
        Rising times. The first must be before 0.04 b²; knots that are geometric in the clock s serve best.

    Returns
    -------
    array, shape (knot,)
        log ρ, where ρ = g₀(t)/(density for a single bound, see :func:`log_single`) starts at 1 and is smooth.
    """

    def both(t: Knots) -> tuple[Knots, Knots]:
        return jax.vmap(lambda t: jax.jvp(bound, (t,), (jnp.ones_like(t),)))(t)

    (b, slope), (middle, middle_slope) = both(grid), both((grid[1:] + grid[:-1]) / 2)

    def simpson(ends: Array, between: Array) -> Array:
        return jnp.diff(grid) / 6 * (ends[1:] + ends[:-1] + 4 * between)

    ticks = simpson(b**-2, middle**-2)
    push = (jnp.diff(b * slope) - simpson(slope**2, middle_slope**2)) / 2
    squares, vectors = np.linalg.eigh(Y_SQUARED)
    halves = jnp.exp(-(WAVES**2 - WAVES[0] ** 2)[None] / 4 * ticks[:, None])
    pushes = jnp.exp(squares[None] * push[:, None])

    def step(c: Array, factors: tuple[Array, Array]) -> tuple[Array, Array]:
        half, pushed = factors
        c = half * (vectors @ (pushed * (vectors.T @ (half * c))))
        return c, c

    precision = b[0] ** 2 / grid[0] - b[0] * slope[0]  # of w as the bounds are still far away: a Gaussian in y
    first = jnp.exp(-(WAVES**2) / (2 * precision))
    later = jax.lax.scan(step, first, (halves, pushes))[1]
    modes = jnp.concatenate([first[None], later])
    flux = modes @ (WAVES * (-1.0) ** np.arange(MODES))
    early = (grid < EARLY * b**2) | (flux < RESOLVED * (jnp.abs(modes) @ WAVES))
    log_flux = jnp.log(jnp.where(early, 1.0, flux)) + jnp.log(b[0] / (grid[0] * precision)) / 2
    log_flux -= WAVES[0] ** 2 / 2 * jnp.concatenate([jnp.zeros(1), jnp.cumsum(ticks)])
    log_g = log_flux - 1.5 * jnp.log(b) - b * slope / 2 - jnp.log(2.0)
    tangent = jnp.log1p(-jnp.where(early, slope * grid / b, 0.0))
    return jnp.where(early, tangent, log_g - log_single(grid, b))


def times_of_clock(bound: Callable[[Scalar], Scalar], latest: Scalar) -> Knots:
    """Return times at which the clock ∫dt/b² shows :data:`CLOCK`, or as many over what it shows until `latest`."""
    first = bound(jnp.zeros(())) ** 2
    t = jnp.geomspace(CLOCK[0] / 2 * first, jnp.maximum(latest, first), 20 * len(CLOCK))
    rate = jnp.maximum(jax.vmap(bound)(t), 1e-6 * jnp.sqrt(first)) ** -2
    s = t[0] * rate[0] + jnp.concatenate([jnp.zeros(1), jnp.cumsum(jnp.diff(t) * (rate[1:] + rate[:-1]) / 2)])
    return jnp.interp(jnp.geomspace(CLOCK[0], jnp.minimum(CLOCK[-1], s[-1]), len(CLOCK)), s, t)


def log_single(t: Float[Array, "*time"], bound: Float[Array, "*time"]) -> Float[Array, "*time"]:
    """Return the log density of hitting a single bound that has always been where it is at t."""
    return jnp.log(bound / t) - bound**2 / (2 * t) - jnp.log(2 * jnp.pi * t) / 2


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
        As given to and by :func:`moving_bounds`; log ρ goes on flat beyond the grid.
    """
    safe = jnp.where(t > 0, t, grid[0])
    b = bound(safe)
    smooth = jnp.interp(safe, jnp.concatenate([jnp.zeros(1), grid]), jnp.concatenate([jnp.zeros(1), log_ratio]))
    found = log_single(safe, b) + smooth + tilt(safe, b, drift, drift_sd)
    return jnp.where(t > 0, found, IMPOSSIBLE)
