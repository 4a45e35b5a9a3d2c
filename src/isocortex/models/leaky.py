"""The loop of a leaky recurrent network, with a gradient that leaves nothing but the recursion in the loop.

Back-propagation through time needs one matrix product per step, to carry the error back. That of the weights is a sum
over steps, Σ_t δ_t h_{t−1}ᵀ, and is formed after the loop as one product; so is everything that needs no recursion.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

State = Float[Array, " unit"]
Path = Float[Array, "step unit"]
Weights = Float[Array, "unit unit"]
Activation = Callable[[Array], Array]


def leaky(activation: Activation, weights: Weights, drive: Path, kick: Path, start: State, alpha: State) -> Path:
    """Return the states of h ← (1 − α)·h + α·f(drive + W·h) + kick after every step.

    Parameters
    ----------
    activation : callable
        f, element by element.
    weights : array, shape (unit, unit)
        W; row i holds what unit i receives.
    drive, kick : array, shape (step, unit)
        What is added inside and outside f.
    start : array, shape (unit,)
        h before the first step.
    alpha : array, shape (unit,)
        dt/τ.

    Examples
    --------
    >>> zeros = jnp.zeros((2, 1))
    >>> leaky(jnp.tanh, jnp.zeros((1, 1)), zeros, zeros, jnp.ones(1), jnp.full(1, 0.5)).ravel().tolist()
    [0.5, 0.25]
    """
    return _leaky(activation, weights, drive, kick, start, alpha)


def _primal(activation: Activation, weights: Weights, drive: Path, kick: Path, start: State, alpha: State) -> Path:
    return _forward(activation, weights, drive, kick, start, alpha)[0]


def _forward(activation: Activation, weights: Weights, drive: Path, kick: Path, start: State, alpha: State):
    def step(h: State, added: tuple[State, State]) -> tuple[State, tuple[State, State]]:
        inside, outside = added
        z = inside + weights @ h
        h = (1 - alpha) * h + alpha * activation(z) + outside
        return h, (h, z)

    _, (path, z) = jax.lax.scan(step, start, (drive, kick))
    return path, (weights, start, alpha, path, z)


def _backward(activation: Activation, residuals, cotangent: Path):
    weights, start, alpha, path, z = residuals
    before = jnp.concatenate([start[None], path[:-1]])
    f, pull = jax.vjp(activation, z)
    slope = alpha[None] * pull(jnp.ones_like(z))[0]

    def step(carried: State, at: tuple[State, State]) -> tuple[State, tuple[State, State]]:
        cotangent, slope = at
        total = carried + cotangent
        delta = slope * total
        return (1 - alpha) * total + delta @ weights, (delta, total)

    d_start, (delta, total) = jax.lax.scan(step, jnp.zeros_like(start), (cotangent, slope), reverse=True)
    return delta.T @ before, delta, total, d_start, jnp.sum(total * (f - before), axis=0)


_leaky = jax.custom_vjp(_primal, nondiff_argnums=(0,))
_leaky.defvjp(_forward, _backward)
