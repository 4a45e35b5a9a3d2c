"""Optimisers by name."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import NamedTuple, TypeAlias

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ..errors import require
from ..registries import Registry

MOMENTUM = 0.99
"""Of SGD, as published for the normative model."""
Number: TypeAlias = Float[Array, ""]


@dataclass(frozen=True)
class Optimiser:
    """A rule that turns a gradient into a change of the weights.

    Attributes
    ----------
    rule : callable
        (learning rate, momentum) → rule of Optax.
    learning_rate : float
        Its default.
    has_momentum : bool
        Whether it reads the momentum.
    """

    rule: Callable[[Number, Number], optax.GradientTransformation]
    learning_rate: float
    has_momentum: bool = False


OPTIMISERS = Registry(
    "optimiser",
    "optimisers",
    {
        "adam": Optimiser(lambda learning_rate, momentum: optax.adam(learning_rate), 1e-2),
        "rmsprop": Optimiser(
            lambda learning_rate, momentum: optax.rmsprop(learning_rate, 0.99, eps_in_sqrt=False), 1e-2
        ),
        "sgd": Optimiser(lambda learning_rate, momentum: optax.sgd(learning_rate, momentum), 5e-4, has_momentum=True),
    },
)
"""Optimisers by name, with the constants of PyTorch."""


class Rule(NamedTuple):
    """An optimiser with its learning rate and momentum, if it has a name, and the largest norm of the gradient.

    The numbers are arrays: with others the compiled program is the same.
    """

    optimiser: str | optax.GradientTransformation
    numbers: tuple[Number, ...]
    clip: Number | None

    def made(self) -> optax.GradientTransformation:
        """Return the rule of Optax, behind a clipping of the gradient's global norm where one is asked for."""
        change = self.optimiser
        if isinstance(change, str):
            change = OPTIMISERS[change].rule(*self.numbers)
        return change if self.clip is None else optax.chain(optax.clip_by_global_norm(self.clip), change)


def rule(
    optimiser: str | optax.GradientTransformation,
    learning_rate: float | None,
    momentum: float | None,
    clip: float | None,
) -> Rule:
    """Return an optimiser with its numbers, after a check.

    Raises
    ------
    InputError
        For an unknown name, a learning rate or a clip that is not above 0 and finite, a momentum outside [0, 1), or a
        learning rate or momentum that the optimiser does not take.
    """
    require(clip is None or 0 < clip < inf, f"clip must be above 0, and finite; got {clip}.")
    limit = None if clip is None else _number(clip)
    if isinstance(optimiser, str):
        known = OPTIMISERS.named(optimiser)
        require(momentum is None or known.has_momentum, f"{optimiser!r} has no momentum; 'sgd' has.")
        rate = known.learning_rate if learning_rate is None else learning_rate
        share = MOMENTUM if momentum is None else momentum
        require(0 < rate < inf, f"learning_rate must be above 0, and finite; got {rate}.")
        require(0 <= share < 1, f"momentum must be in [0, 1); got {share}.")
        return Rule(optimiser, (_number(rate), _number(share)), limit)
    require(
        learning_rate is None and momentum is None,
        "An optimiser of Optax has its own learning rate and momentum: set them where it is made, and leave out "
        "learning_rate and momentum here.",
    )
    return Rule(optimiser, (), limit)


def _number(value: float) -> Number:
    return jnp.asarray(value, jnp.float32)
