"""Activation functions by name, each with its derivative."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ..registries import Registry

Layer = Float[Array, "..."]


@dataclass(frozen=True)
class Activation:
    """A non-linearity.

    Attributes
    ----------
    f : callable
        z = f(a).
    slope : callable
        f'(a) as a function of z, which back-propagation has at hand.
    """

    f: Callable[[Layer], Layer]
    slope: Callable[[Layer], Layer]


ACTIVATIONS = Registry(
    "activation",
    "activations",
    {
        "sigmoid": Activation(jax.nn.sigmoid, lambda z: z * (1 - z)),
        "tanh": Activation(jnp.tanh, lambda z: 1 - z**2),
        "relu": Activation(jax.nn.relu, lambda z: (z > 0).astype(z.dtype)),
        "softplus": Activation(jax.nn.softplus, lambda z: -jnp.expm1(-z)),
        "identity": Activation(lambda a: a, jnp.ones_like),
    },
)
