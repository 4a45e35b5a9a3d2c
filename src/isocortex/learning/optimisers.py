"""Rules that turn a gradient into a change of the weights, by name."""

from collections.abc import Callable
from functools import cache

import optax

from ..errors import look_up, require

OPTIMISERS: dict[str, Callable[[float, float], optax.GradientTransformation]] = {
    "adam": lambda learning_rate, momentum: optax.adam(learning_rate),
    "rmsprop": lambda learning_rate, momentum: optax.rmsprop(learning_rate, 0.99, eps_in_sqrt=False),
    "sgd": lambda learning_rate, momentum: optax.sgd(learning_rate, momentum),
}
"""Name → (learning rate, momentum) → rule, with the constants of PyTorch; SGD alone reads the momentum."""


def rule(
    optimiser: str | optax.GradientTransformation, learning_rate: float, momentum: float, clip: float | None
) -> optax.GradientTransformation:
    """Return an optimiser, behind a clipping of the gradient's global norm where one is asked for.

    Raises
    ------
    InputError
        For an unknown name, a learning rate or a clip not above 0, or a momentum outside [0, 1).
    """
    require(learning_rate > 0, f"learning_rate must be above 0; got {learning_rate}.")
    require(0 <= momentum < 1, f"momentum must be in [0, 1); got {momentum}.")
    require(clip is None or clip > 0, f"clip must be above 0; got {clip}.")
    if isinstance(optimiser, str):
        look_up("optimiser", optimiser, OPTIMISERS)
    return _rule(optimiser, learning_rate, momentum, clip)


@cache
def _rule(
    optimiser: str | optax.GradientTransformation, learning_rate: float, momentum: float, clip: float | None
) -> optax.GradientTransformation:
    """Return one rule for one set of numbers, so that training again with them does not compile again."""
    change = OPTIMISERS[optimiser](learning_rate, momentum) if isinstance(optimiser, str) else optimiser
    return change if clip is None else optax.chain(optax.clip_by_global_norm(clip), change)
