"""How far a sequence of outputs is from its targets, step by step."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ..registries import Registry

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


@dataclass(frozen=True)
class StepLoss:
    """A loss of sequence tasks.

    Attributes
    ----------
    of_steps : callable
        (outputs, targets) → the loss of every step.
    """

    of_steps: Callable[[Sequences, Sequences], StepLosses]


LOSSES = Registry(
    "loss",
    "losses",
    {"cross-entropy": StepLoss(cross_entropy), "L1": StepLoss(absolute_error), "L2": StepLoss(squared_error)},
)
