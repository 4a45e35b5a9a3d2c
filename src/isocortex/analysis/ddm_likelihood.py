"""The likelihood of choices and reaction times under variants of the drift–diffusion model.

Pure functions in JAX. Seconds inside; evidence in units of its noise, s = 1 per √s.
"""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ..dynamics.decision.first_passage import CLOCK, IMPOSSIBLE, log_density, log_density_moving, moving_bounds


class Parameter(NamedTuple):
    """What a parameter is, where it may lie, and where a search begins; all are positive and searched as logarithms."""

    unit: str
    low: float
    high: float
    begin: float
    meaning: str


PARAMETERS = {
    "drift_per_coherence": Parameter("1/√s", 0.05, 200.0, 8.0, "k: a trial's drift is k × coherence"),
    "bound": Parameter("√s", 0.05, 5.0, 0.8, "B: distance from start to either bound, where the noise is 1 per √s"),
    "non_decision": Parameter("ms", 1.0, 1500.0, 300.0, "mean time that is not decision"),
    "contaminants": Parameter("share", 1e-4, 0.5, 0.02, "trials with a random choice at a random time"),
    "drift_sd": Parameter("1/√s", 1e-2, 20.0, 0.7, "standard deviation of the drift between trials"),
    "start_range": Parameter("share", 1e-2, 0.95, 0.3, "range of the uniform start, as a share of the whole 2B"),
    "non_decision_range": Parameter("ms", 5.0, 800.0, 100.0, "range of the uniform non-decision time"),
    "collapse": Parameter("1/s", 1e-2, 10.0, 0.5, "r of the falling bound B·exp(−r·t)"),
}
COMMON = ("drift_per_coherence", "bound", "non_decision")
VARIANTS: dict[str, tuple[str, ...]] = {
    "simple": COMMON,
    "contaminants": (*COMMON, "contaminants"),
    "drift varies": (*COMMON, "contaminants", "drift_sd"),
    "start varies": (*COMMON, "contaminants", "start_range"),
    "non-decision varies": (*COMMON, "contaminants", "non_decision_range"),
    "all vary": (*COMMON, "contaminants", "drift_sd", "start_range", "non_decision_range"),
    "bound falls": (*COMMON, "contaminants", "collapse"),
    "bound falls, both vary": (*COMMON, "contaminants", "drift_sd", "non_decision_range", "collapse"),
}
"""Name → free parameters. A falling bound excludes a varying start."""

WINDOW = 2000.0
"""Contaminants respond uniformly within so many ms, or until the longest reaction time if that is later."""
START_NODES = np.polynomial.legendre.leggauss(7)
"""Gauss and Legendre's, for the uniform start."""


class Observed(eqx.Module):
    """Choices and reaction times.

    Attributes
    ----------
    seconds : array, shape (trial,)
    drives : array, shape (drive,)
        The different coherences, negative for errors: the drift towards the bound that was hit, in units of k.
    which : array, shape (trial,)
        Index of each trial's drive.
    window : array, shape ()
        Seconds within which contaminants respond, uniformly.
    """

    seconds: Float[Array, " trial"]
    drives: Float[Array, " drive"]
    which: Int[Array, " trial"]
    window: Float[Array, ""]


def log_likelihood(variant: str, theta: Float[Array, " parameter"], observed: Observed) -> Float[Array, " trial"]:
    """Return the log density of every trial, per second.

    Parameters
    ----------
    variant : str
        A key of :data:`VARIANTS`.
    theta : array, shape (parameter,)
        Logarithms of the variant's parameters, in its order and their units.
    """
    names = VARIANTS[variant]
    p = dict(zip(names, jnp.exp(theta), strict=True))
    drift_sd, delay = p.get("drift_sd", 0.0), p["non_decision"] / 1e3
    knots, scale = p["bound"] ** 2 * CLOCK, jnp.log(p["bound"] ** 2)
    if "collapse" in p:
        double = 2 * p["collapse"]

        def log_clock(t: Array) -> Array:
            """Return log b(0)²∫dt/b²: no exponential of a late time can overflow."""
            return double * t + jnp.log1p(-jnp.exp(-double * t)) - jnp.log(double)

        def bound(t: Array) -> Array:
            return p["bound"] * jnp.exp(-p["collapse"] * t)

        knots = jnp.log1p(double * knots) / double
        ratio = moving_bounds(bound, knots)

        def density(t: Array, drive: Array) -> Array:
            return log_density_moving(t, p["drift_per_coherence"] * drive, bound, knots, ratio, drift_sd)
    else:
        nodes, weights = START_NODES if "start_range" in p else (np.zeros(1), np.full(1, 2.0))
        starts = p.get("start_range", 0.0) * p["bound"] * nodes

        def density(t: Array, drive: Array) -> Array:
            over_starts = jax.vmap(log_density, in_axes=(None, None, None, 0, None))
            each = over_starts(t, p["drift_per_coherence"] * drive, p["bound"], starts, drift_sd)
            return jax.nn.logsumexp(each, b=weights / 2)

        def log_clock(t: Array) -> Array:
            return jnp.log(t)

    if "non_decision_range" in p:
        half = p["non_decision_range"] / 2e3
        middle = observed.seconds - delay
        found = _within(density, observed, middle - half, middle + half, knots, lambda t: log_clock(t) - scale)
    else:
        found = jax.vmap(density)(observed.seconds - delay, observed.drives[observed.which])
    if "contaminants" not in p:
        return found
    share = p["contaminants"]
    stray = jnp.where(observed.seconds <= observed.window, jnp.log(share / 2) - jnp.log(observed.window), IMPOSSIBLE)
    return jnp.logaddexp(jnp.log1p(-share) + found, stray)


def _within(
    density: Callable[[Array, Array], Array],
    observed: Observed,
    low: Float[Array, " trial"],
    high: Float[Array, " trial"],
    knots: Float[Array, " knot"],
    log_clock: Callable[[Array], Array],
) -> Float[Array, " trial"]:
    """Return the log of the mean density between two decision times: what a uniform non-decision time makes of it.

    The distribution function of every drive is summed once over the logarithm z of the model's clock, in which the
    knots are equally far apart, and read between them by the cubic with the density as its slope: from the left for
    early trials and from the right for late ones, so that neither tail is lost in rounding.
    """
    h, n = float(np.log(CLOCK[1] / CLOCK[0])), len(CLOCK)
    over_time = jax.vmap(density, in_axes=(0, None))
    per_z = jax.vmap(jax.grad(lambda t: log_clock(t)))(knots) ** -1  # dt/dz
    g = jnp.exp(jax.vmap(over_time, in_axes=(None, 0))(knots, observed.drives)) * per_z[None]
    wide = jnp.pad(g, ((0, 0), (1, 1)))
    steps = h / 24 * (13 * (g[:, 1:] + g[:, :-1]) - wide[:, :-3] - wide[:, 3:])
    before = jnp.pad(jnp.cumsum(steps, axis=1), ((0, 0), (1, 0)))
    after = jnp.pad(jnp.cumsum(steps[:, ::-1], axis=1)[:, ::-1], ((0, 0), (0, 1)))
    row = observed.which

    def read(G: Float[Array, "drive knot"], slope: Float[Array, "drive knot"], t: Array) -> Float[Array, " trial"]:
        place = jnp.clip((log_clock(jnp.maximum(t, 1e-9)) - np.log(CLOCK[0])) / h, 0, n - 1 - 1e-9)
        i = place.astype(int)
        u = place - i
        return (
            (1 + 2 * u) * (1 - u) ** 2 * G[row, i]
            + u**2 * (3 - 2 * u) * G[row, i + 1]
            + h * (u * (1 - u) ** 2 * slope[row, i] - u**2 * (1 - u) * slope[row, i + 1])
        )

    early = read(before, g, high) - read(before, g, low)
    late = read(after, -g, low) - read(after, -g, high)
    inside = jnp.where(read(before, g, high) < before[row, -1] / 2, early, late)
    return jnp.where(inside > 1e-200, jnp.log(jnp.maximum(inside, 1e-200)) - jnp.log(high - low), IMPOSSIBLE)
