"""Inputs that change over time, for any system: a pulse, and Ornstein–Uhlenbeck noise."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp

from ...errors import require, unknown
from .system import Parameter, State, System, Time, require_positive

ROUNDING = 1e-9
"""Share of a pulse's length by which its edges come early, so that rounding of n·dt moves none by a step."""


class Around(System):
    """A system that contains another system and has its parameters too."""

    system: eqx.AbstractVar[System]

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter by name, those of the system within included."""
        mine = {name: value for name, value in super().parameters.items() if name != "system"}
        return self.system.parameters | mine


class Pulse(Around):
    """Add a rectangular pulse to one or more parameters of a system: p + height while onset ≤ t < onset + length.

    Parameters
    ----------
    system : System
    onto : tuple of str
        The parameters that the pulse is added to.
    height : float
        In the unit of those parameters.
    onset, length : float
        ms. Defaults 20 and 10.

    Examples
    --------
    A pulse moves a population from its lower to its upper stable rate:

    >>> from isocortex.dynamics import RatePopulation, simulate
    >>> pushed = Pulse(RatePopulation(), ("I",), height=3.0, onset=20.0, length=10.0)
    >>> path = simulate(pushed, [0.026], duration=60, dt=0.5)
    >>> path.sel(time=[0, 30, 60]).values.ravel().round(2).tolist()
    [0.03, 0.96, 0.9]
    """

    system: System
    onto: tuple[str, ...] = eqx.field(static=True)
    height: Parameter
    onset: Parameter
    length: Parameter

    def __init__(
        self,
        system: System,
        onto: tuple[str, ...],
        height: Parameter,
        *,
        onset: Parameter = 20.0,
        length: Parameter = 10.0,
    ) -> None:
        _require_parameters(system, onto)
        require_positive(length=length)
        self.system, self.onto, self.height, self.onset, self.length = system, onto, height, onset, length

    @property
    def variables(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Those of the system."""
        return self.system.variables

    def f(self, t: Time, x: State) -> State:
        """Return dx/dt per ms under the pulse."""
        return self.at(t).f(t, x)

    def diffusion(self, t: Time, x: State) -> State | None:
        """Return the diffusion coefficient of the system, in the unit of x per √ms."""
        return self.at(t).diffusion(t, x)

    def at(self, t: Time) -> System:
        """Return the system as it is at the time `t` in ms."""
        since = (t - self.onset) / self.length + ROUNDING
        height = jnp.where((since >= 0) & (since < 1), self.height, 0.0)
        return self.system.replace(**{name: self.system.parameters[name] + height for name in self.onto})


class OUDrive(Around):
    """Add Ornstein–Uhlenbeck noise to parameters of a system: p + η, τ dη = −η dt + σ√(2τ) dW.

    Each η becomes a further variable after those of the system, named ``drive <parameter>``. σ is its stationary
    standard deviation. Simulated with Euler–Maruyama at the step dt, its sd is σ/√(1 − dt/2τ).

    Parameters
    ----------
    system : System
    onto : tuple of str
        The parameters that get noise, each its own.
    sigma : float
        Stationary standard deviation, in the unit of the parameters.
    tau_drive : float
        ms. Default 1.

    Examples
    --------
    >>> import jax
    >>> from isocortex.dynamics import RatePopulation, simulate
    >>> driven = OUDrive(RatePopulation(), ("I",), sigma=0.1, tau_drive=5.0)
    >>> path = simulate(driven, [0.03, 0.0], duration=2000, dt=0.5, key=jax.random.key(0))
    >>> driven.variables, round(float(path.sel(variable="drive I").std()), 1)
    (('r', 'drive I'), 0.1)
    """

    system: System
    onto: tuple[str, ...] = eqx.field(static=True)
    sigma: Parameter
    tau_drive: Parameter

    def __init__(self, system: System, onto: tuple[str, ...], sigma: Parameter, *, tau_drive: Parameter = 1.0) -> None:
        _require_parameters(system, onto)
        require_positive(tau_drive=tau_drive)
        self.system, self.onto, self.sigma, self.tau_drive = system, onto, sigma, tau_drive

    @property
    def variables(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Those of the system, then one per driven parameter."""
        return (*self.system.variables, *(f"drive {name}" for name in self.onto))

    def f(self, t: Time, x: State) -> State:
        """Return dx/dt per ms."""
        inner, eta = x[: self.system.dimension], x[self.system.dimension :]
        driven = {name: self.system.parameters[name] + eta[i] for i, name in enumerate(self.onto)}
        return jnp.concatenate([self.system.replace(**driven).f(t, inner), -eta / self.tau_drive])

    def diffusion(self, t: Time, x: State) -> State:
        """Return 0 or that of the system, then σ√(2/τ) per drive, in the unit of x per √ms."""
        inner = self.system.diffusion(t, x[: self.system.dimension])
        within = jnp.zeros(self.system.dimension, x.dtype) if inner is None else inner
        return jnp.concatenate([within, self.sigma * jnp.sqrt(2 / self.tau_drive) * jnp.ones(len(self.onto), x.dtype)])


def _require_parameters(system: System, names: tuple[str, ...]) -> None:
    require(len(names) > 0, "Say which parameters of the system the input goes to: onto=('I_e',), for example.")
    for name in names:
        if name not in system.parameters:
            raise unknown(f"parameter of {type(system).__name__}", name, system.parameters)
