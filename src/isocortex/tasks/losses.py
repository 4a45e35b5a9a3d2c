"""How far a sequence of outputs is from its targets, step by step."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Sequences = Float[Array, "trial step output"]
StepLosses = Float[Array, "trial step"]


def cross_entropy(output: Sequences, targets: Sequences) -> StepLosses:
    """Return −Σ target·log softmax(output) in nats."""
    return -jnp.sum(targets * jax.nn.log_softmax(output), axis=-1)


def absolute_error(output: Sequences, targets: Sequences) -> StepLosses:
    """Return the mean over outputs of |output − target|."""
    return jnp.mean(jnp.abs(output - targets), axis=-1)


def squared_error(output: Sequences, targets: Sequences) -> StepLosses:
    """Return the mean over outputs of (output − target)²."""
    return jnp.mean((output - targets) ** 2, axis=-1)


LOSSES: dict[str, Callable[[Sequences, Sequences], StepLosses]] = {
    "cross-entropy": cross_entropy,
    "L1": absolute_error,
    "L2": squared_error,
}
"""Losses of sequence tasks: name → the loss of every step."""
