"""Stimuli that point in one of several directions on a ring, and the accuracy of an ideal observer."""

import operator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..errors import require
from ..shapes import PRNGKey
from .timed import Number, Numbers, PerTrial, TimedTask, number, option, probability_correct

NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
REACH = 9.0
"""Standard deviations beyond which a normal density is neglected: 2e-19 of its mass."""
LEAST_NOISE = 1e-2
"""σ per √ms below which evidence is weighed as if it were this: it leaves no doubt."""


def directions(n: int) -> np.ndarray:
    """Return θ_k = 2πk/n in radians, shape (n,)."""
    return 2 * np.pi * np.arange(n) / n


def direction_names(n: int) -> tuple[str, ...]:
    """Return the directions in degrees, as labels."""
    return tuple(f"{360 * k / n:g}°" for k in range(n))


def ring(direction: PerTrial, coherence: PerTrial, n: int) -> Float[Array, "trial choice"]:
    """Return 0.5 + (c/200)·cos(θ_k − θ) for stimuli of coherence c percent in some directions (index, 0…n)."""
    theta = 2 * jnp.pi / n * direction[:, None]
    return 0.5 + coherence[:, None] / 200 * jnp.cos(jnp.asarray(directions(n)[None, :], jnp.float32) - theta)


def ring_accuracy(coherence: PerTrial, duration: PerTrial, noise: Number, n: int) -> PerTrial:
    """Return the probability that an ideal observer reports the direction of a stimulus on a ring of n correctly.

    The evidence for each direction, Σ_k cos(θ_k − θ_g)·x_k summed over the steps, is sufficient. For n = 2 it is one
    normal number, and P = Φ((c/100)·√(T/2)/σ). For n > 2 it is a point in the plane, normal around the true direction
    at a distance of μ = (c/200)·√(nT/2)/σ standard deviations, which must fall in a wedge of ±π/n:
    P = ∫₀^∞ φ(x − μ)·[2Φ(x·tan(π/n)) − 1] dx.

    Parameters
    ----------
    coherence : array, shape (trial,)
        Percent.
    duration : array, shape (trial,)
        T in ms.
    noise : float
        σ per √ms.
    n : int
        Directions.

    Examples
    --------
    >>> coherences = jnp.array([0.0, 6.4, 12.8, 25.6, 51.2])
    >>> round(float(ring_accuracy(coherences, jnp.full(5, 2000.0), 1.0, 2).mean()), 4)
    0.8957
    """
    if n == 2:
        return probability_correct(coherence / 100 * jnp.sqrt(duration / 2), noise)
    signal = coherence / 200 * jnp.sqrt(n * duration / 2)
    mu = jnp.where(signal == 0, 0.0, signal / jnp.where(signal == 0, 1.0, noise))
    mu = jnp.minimum(mu, 1e6)[:, None]
    low = -jnp.minimum(mu, REACH)
    x = low + (REACH - low) * (jnp.asarray(NODES[None, :], mu.dtype) + 1) / 2
    inside = 2 * jax.scipy.stats.norm.cdf((x + mu) * np.tan(np.pi / n)) - 1
    density = jnp.asarray(WEIGHTS[None, :], mu.dtype) * jax.scipy.stats.norm.pdf(x) * (REACH - low) / 2
    return jnp.sum(density * inside, axis=-1)


def ring_evidence(
    x: Float[Array, "trial step choice"], inside: Bool[Array, "trial step"], noise: Number, dt: float | int
) -> Float[Array, "trial choice"]:
    """Return Σ_t Σ_k cos(θ_k − θ_g)·x_k/s², s² = σ²/dt, over the steps inside: the evidence for each direction."""
    n = x.shape[-1]
    tuning = jnp.cos(jnp.asarray(directions(n)[:, None] - directions(n)[None, :], jnp.float32))
    total = jnp.sum(jnp.where(inside[:, :, None], x, 0.0), axis=1)
    return total @ tuning * dt / jnp.maximum(noise, LEAST_NOISE) ** 2


MOST_CHOICES = 360
"""Directions a degree apart."""


class RingTask(TimedTask):
    """A task whose choices are directions on a ring, shown with some coherence."""

    coherences: Numbers = number((5.0, 15.0, 50.0))
    stim_scale: Number = number(1.0)
    n_choices: int = option(2, operator.index)

    def __check_init__(self) -> None:
        require(
            2 <= self.n_choices <= MOST_CHOICES, f"n_choices must be from 2 to {MOST_CHOICES}; got {self.n_choices}."
        )
        c = np.asarray(self.coherences)
        require(
            c.ndim == 1 and c.size > 0 and bool(np.all((c >= 0) & (c <= 100))),
            f"coherences must be percents from 0 to 100; got {c.tolist()}.",
        )
        require(bool(np.asarray(self.stim_scale) >= 0), f"stim_scale must be at least 0; got {self.stim_scale:g}.")

    @property
    def output_names(self) -> tuple[str, ...]:
        return ("fixate", *direction_names(self.n_choices))

    def direction(self, key: PRNGKey, n: int) -> PerTrial:
        """Draw directions, as indices."""
        return jax.random.randint(key, (n,), 0, self.n_choices).astype(jnp.float32)

    def coherence(self, key: PRNGKey, n: int) -> PerTrial:
        """Draw coherences in percent, scaled."""
        return self.stim_scale * jax.random.choice(key, jnp.asarray(self.coherences), (n,))
