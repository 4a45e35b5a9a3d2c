"""The base class of spiking neurons: a flow, a threshold, a reset, and a refractory time."""

from abc import abstractmethod
from dataclasses import fields
from typing import Any, ClassVar, TypeAlias

import equinox as eqx
import numpy as np
from jaxtyping import Array, Bool, Float

from ...errors import require, unknown
from ..core.system import Parameter

Units: TypeAlias = Float[Array, "..."] | Float[np.ndarray, "..."]
"""A value per unit: of shape (), (unit,) or (network, unit)."""
State: TypeAlias = tuple[Units, ...]
Fires: TypeAlias = Bool[Array, "..."] | Bool[np.ndarray, "..."]


class EventSystem(eqx.Module):
    """Neurons that integrate their input until they reach a threshold, fire, and are reset.

    A subclass gives ``flow``, ``start``, ``fires`` and ``reset`` for all units at once; its parameters are plain
    fields, a number or an array of shape (unit,). The first variable is the membrane potential, which is held after a
    spike for the refractory time.

    Attributes
    ----------
    variables : tuple of str
        A name per variable, the membrane potential first.
    units : tuple of str
        The unit of each variable.
    t_ref : float
        Refractory time in ms.

    Examples
    --------
    A perfect integrator, which its input moves by 1.05 mV per ms and which fires at 10 mV:

    >>> from isocortex.dynamics import simulate_spikes
    >>> class Integrator(EventSystem):
    ...     C: float = 100.0
    ...     t_ref: float = 0.0
    ...     variables = ("V",)
    ...     units = ("mV",)
    ...
    ...     def flow(self, x, current, conductance):
    ...         return (current / self.C,)
    ...
    ...     def start(self):
    ...         return (0.0,)
    ...
    ...     def fires(self, x):
    ...         return x[0] >= 10.0
    ...
    ...     def reset(self, x):
    ...         return (0.0 * x[0],)
    >>> simulate_spikes(Integrator(), duration=30, current=105.0).spikes.times.round(1).tolist()  # in steps of 0.1 ms
    [9.6, 19.2, 28.8]
    """

    variables: ClassVar[tuple[str, ...]]
    units: ClassVar[tuple[str, ...]]
    t_ref: eqx.AbstractVar[Parameter]

    @abstractmethod
    def flow(self, x: State, current: Units, conductance: Units) -> State:
        """Return the time derivative of every variable, per ms.

        Parameters
        ----------
        x : tuple of arrays, shape (unit,)
            The variables.
        current : array, shape (unit,)
            Input current in pA, with the part g·E of conductances.
        conductance : array, shape (unit,)
            Input conductance in nS: the membrane gets current − conductance·V.
        """

    def exact_step(self, x: State, current: Units, conductance: Units, dt: float | Array) -> State | None:
        """Return the state dt ms later while the input stays as it is; None (default) where no closed form is known."""
        return None

    @abstractmethod
    def start(self) -> tuple[Parameter, ...]:
        """Return the initial value of every variable: the state without input."""

    @abstractmethod
    def fires(self, x: State) -> Fires:
        """Return which units are at their threshold."""

    @abstractmethod
    def reset(self, x: State) -> State:
        """Return the state that follows a spike."""

    @property
    def membrane_time(self) -> Parameter | None:
        """Time constant in ms of a leak that is linear, with which an exact step meets a current that decays."""
        return None

    @property
    def time_constants(self) -> dict[str, Parameter]:
        """Time constants in ms by name, which a step must stay below."""
        return {name: value for name, value in self.parameters.items() if name.startswith("tau")}

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def replace(self, **parameters: Any) -> "EventSystem":
        """Return the same neurons with other values of some parameters.

        Raises
        ------
        InputError
            For a name that is no parameter, with the nearest one.
        """
        for name in parameters:
            if name not in self.parameters:
                raise unknown(f"parameter of {type(self).__name__}", name, self.parameters)
        return type(self)(**{**self.parameters, **parameters})


def require_below(low: str, below: Any, high: str, above: Any) -> None:
    """Raise an :class:`InputError` unless the one voltage is below the other for all units."""
    require(
        bool(np.all(np.asarray(below) < np.asarray(above))),
        f"{low} must be below {high}: after a spike a neuron would fire without end; got {below} and {above} mV.",
    )
