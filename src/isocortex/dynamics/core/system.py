"""The base class of continuous models: dx/dt = f(t, x), with named variables and optional noise.

A Wilson–Cowan model is a system, and so is a trained network with its input held fixed: one simulation, one search
for fixed points and one phase plane serve both. Time is in ms.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeAlias, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from ...errors import require, unknown
from ...summaries import Described

State: TypeAlias = Float[Array, " dimension"]
Time: TypeAlias = Float[Array, ""] | float
Parameter: TypeAlias = Float[Array, "..."] | Float[np.ndarray, "..."] | float | int
"""A number that can change without compiling again."""
AnySystem = TypeVar("AnySystem", bound="System")


class System(Described, eqx.Module):
    """A continuous system, deterministic or noisy; pure, so that it can be jitted, mapped and differentiated.

    A subclass gives ``f``, and its parameters as plain fields; fields that set shapes are static. With noise it is
    the Itô equation dx = f(t, x) dt + diffusion(t, x) dW, one independent Wiener process W per variable.

    Attributes
    ----------
    variables : tuple of str
        A name per dimension of the state; static.

    Examples
    --------
    >>> class Decay(System):
    ...     tau: float = 10.0
    ...     variables: tuple[str, ...] = eqx.field(static=True, default=("x",))
    ...
    ...     def f(self, t, x):
    ...         return -x / self.tau
    >>> Decay(tau=5.0).f(0.0, jnp.ones(1)).tolist()
    [-0.20000000298023224]
    """

    variables: eqx.AbstractVar[tuple[str, ...]]

    @abstractmethod
    def f(self, t: Time, x: State) -> State:
        """Return dx/dt per ms, of one state of shape (dimension,) at the time `t` in ms."""

    def diffusion(self, t: Time, x: State) -> State | None:
        """Return the diffusion coefficient of every variable, in the unit of x per √ms; none by default.

        The increment over a short step dt has the standard deviation diffusion·√dt. A variable without noise has 0.
        """
        return None

    def exact_step(self, x: State, dt: Time, eta: State) -> State | None:
        """Return the state dt ms after `x` by the exact law of a process that has one, from standard normal `eta`.

        None by default: only a few have such a law, like :class:`isocortex.dynamics.OrnsteinUhlenbeck`.
        """
        return None

    @property
    def dimension(self) -> int:
        """Number of variables."""
        return len(self.variables)

    @property
    def noisy(self) -> bool:
        """Whether there is any diffusion."""
        return jax.eval_shape(self.diffusion, jnp.zeros(()), jnp.zeros(self.dimension)) is not None

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter by name: the fields that are not static."""
        return {field.name: getattr(self, field.name) for field in fields(self) if not field.metadata.get("static")}

    def replace(self: AnySystem, **parameters: Any) -> AnySystem:
        """Return the same system with other values of some parameters.

        Raises
        ------
        InputError
            For a name that is no parameter, with the nearest one.
        """
        for name in parameters:
            if name not in self.parameters:
                raise unknown(f"parameter of {type(self).__name__}", name, self.parameters)
        return eqx.tree_at(
            lambda system: [system.parameters[name] for name in parameters],
            self,
            list(parameters.values()),
            is_leaf=lambda leaf: leaf is None,
        )


class Custom(System):
    """A system that is made from a function, without writing a class.

    Parameters
    ----------
    rule : callable
        (t, x, **parameters) → dx/dt per ms. A new function compiles anew, new parameters do not.
    variables : tuple of str
        A name per dimension.
    values : mapping of str to array, optional
        The parameters.
    noise : callable, optional
        (t, x, **parameters) → diffusion coefficient per variable, in the unit of x per √ms.

    Examples
    --------
    >>> pendulum = Custom(lambda t, x, g: jnp.stack([x[1], -g * jnp.sin(x[0])]), ("angle", "velocity"), {"g": 1.0})
    >>> pendulum.replace(g=2.0).parameters
    {'g': 2.0}
    """

    rule: Callable[..., Array] = eqx.field(static=True)
    variables: tuple[str, ...] = eqx.field(static=True)
    values: Mapping[str, Any] = eqx.field(default_factory=dict)
    noise: Callable[..., Array] | None = eqx.field(static=True, default=None)

    def f(self, t: Time, x: State) -> State:
        """Return the rule's dx/dt per ms."""
        return self.rule(t, x, **self.values)

    def diffusion(self, t: Time, x: State) -> State | None:
        """Return the diffusion coefficient of every variable, in the unit of x per √ms."""
        return None if self.noise is None else self.noise(t, x, **self.values)

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter by name."""
        return dict(self.values)


def in_float64(system: AnySystem) -> AnySystem:
    """Return the system with every parameter a float64 array: call it where 64-bit numbers are switched on.

    Only then do new values of parameters find the compiled program of the old ones.
    """

    def leaf(value: Any) -> Any:
        if isinstance(value, float | int) and not isinstance(value, bool):
            return jnp.asarray(value, jnp.float64)
        if eqx.is_array_like(value) and jnp.issubdtype(jnp.result_type(value), jnp.floating):
            return jnp.asarray(value, jnp.float64)
        return value

    return jax.tree.map(leaf, system)


def states(system: System, values: Any, name: str = "x0") -> Float[np.ndarray, "*trial dimension"]:
    """Return states as float64, one or a batch, checked.

    Raises
    ------
    InputError
        Unless they are finite numbers of shape (dimension,) or (trial, dimension).
    """
    array = np.asarray(values, float)
    expected = f"({system.dimension},) or (trial, {system.dimension})"
    require(
        array.ndim in (1, 2) and array.shape[-1] == system.dimension and array.size > 0,
        f"{name} must have shape {expected}, a number for each of {', '.join(system.variables)}; got {array.shape}.",
    )
    require(bool(np.isfinite(array).all()), f"{name} holds NaN or infinite values.")
    return array


def require_positive(**values: Any) -> None:
    """Raise an :class:`InputError` that names the first value that is not above 0; traced values pass."""
    for name, value in values.items():
        if not isinstance(value, Tracer):
            require(bool(np.all(np.asarray(value) > 0)), f"{name} must be above 0; got {value}.")
