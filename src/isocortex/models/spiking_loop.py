"""The loop of a spiking recurrent network, with surrogate gradients, and nothing but the recursion in the loop.

The weights act before and after the loop where they can: see :mod:`.leaky`, whose arrangement of the gradient this is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ..registries import Registry

State = Float[Array, " unit"]
Path = Float[Array, "step unit"]
Weights = Float[Array, "unit unit"]


@dataclass(frozen=True)
class Surrogate:
    """A smooth step that stands for a spike in the gradient.

    Attributes
    ----------
    slope : callable
        Its derivative at the distance u from the threshold.
    step : callable
        The smooth step: with it in place of the spike the gradient is exact.
    """

    slope: Callable[[Array], Array]
    step: Callable[[Array], Array]


SURROGATES = Registry(
    "surrogate",
    "surrogates",
    {
        # Bellec et al. 2018 (NeurIPS), damped by 0.3
        "triangle": Surrogate(
            slope=lambda u: 0.3 * jnp.maximum(0, 1 - jnp.abs(u)),
            step=lambda u: 0.15 * (1 + jnp.sign(u) * (1 - jnp.maximum(0, 1 - jnp.abs(u)) ** 2)),
        ),
        # Zenke & Ganguli 2018, 10.1162/neco_a_01086
        "fast sigmoid": Surrogate(
            slope=lambda u: 1 / (1 + 10 * jnp.abs(u)) ** 2,
            step=lambda u: u / (1 + 10 * jnp.abs(u)),
        ),
    },
)
"""Smooth steps for the gradient, by name; more can be registered."""


def spiking(
    surrogate: str,
    smooth: bool,
    weights: Weights,
    drive: Path,
    leak: State,
    memory: State,
    strength: State,
) -> Path:
    """Return the spikes of a recurrent network of adaptive LIF units in every step.

    v ← leak·v + drive + W z − z, a ← memory·a + z, z = [v ≥ 1 + strength·a]: the threshold is 1, a spike takes 1 off
    the potential, and z and a on the right are those of the step before, from rest.

    Parameters
    ----------
    surrogate : str
        Name of the smooth step in the gradient.
    smooth : bool
        Whether the smooth step also takes the place of the spike, for which the gradient is exact.
    weights : array, shape (unit, unit)
        W; row i holds what unit i receives.
    drive : array, shape (step, unit)
    leak, memory, strength : array, shape (unit,)

    Examples
    --------
    >>> one = jnp.ones(1)
    >>> spiking("triangle", False, jnp.zeros((1, 1)), jnp.full((4, 1), 0.6), one, one, 0 * one).ravel().tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    return _spiking(surrogate, smooth, weights, drive, leak, memory, strength)


def _primal(surrogate: str, smooth: bool, *given: Any) -> Path:
    return _forward(surrogate, smooth, *given)[0]


def _forward(surrogate: str, smooth: bool, weights: Weights, drive: Path, leak: State, memory: State, strength: State):
    spike = SURROGATES[surrogate].step if smooth else lambda u: (u >= 0).astype(u.dtype)

    def step(state: tuple[State, State, State], added: State) -> tuple[tuple[State, State, State], tuple[State, ...]]:
        v, a, z = state
        v = leak * v + added + weights @ z - z
        a = memory * a + z
        z = spike(v - 1 - strength * a)
        return (v, a, z), (v, a, z)

    rest = jnp.zeros_like(leak)
    _, (v, a, z) = jax.lax.scan(step, (rest, rest, rest), drive)
    return z, (weights, leak, memory, strength, v, a, z)


def _backward(surrogate: str, smooth: bool, residuals: Any, cotangent: Path):
    weights, leak, memory, strength, v, a, z = residuals
    slope = SURROGATES[surrogate].slope(v - 1 - strength[None] * a)

    def step(
        carried: tuple[State, State, State], at: tuple[State, State]
    ) -> tuple[tuple[State, State, State], tuple[State, State, State]]:
        from_v, from_a, from_z = carried
        add_z, slope = at
        to_u = (add_z + from_z) * slope
        to_v, to_a = from_v + to_u, from_a - strength * to_u
        return (leak * to_v, memory * to_a, to_v @ weights - to_v + to_a), (to_v, to_a, to_u)

    rest = jnp.zeros_like(leak)
    _, (to_v, to_a, to_u) = jax.lax.scan(step, (rest, rest, rest), (cotangent, slope), reverse=True)
    before = [jnp.concatenate([jnp.zeros_like(x[:1]), x[:-1]]) for x in (v, a, z)]
    return (
        to_v.T @ before[2],
        to_v,
        jnp.sum(to_v * before[0], axis=0),
        jnp.sum(to_a * before[1], axis=0),
        -jnp.sum(to_u * a, axis=0),
    )


_spiking = jax.custom_vjp(_primal, nondiff_argnums=(0, 1))
_spiking.defvjp(_forward, _backward)
