"""What an arriving spike does to a neuron: a jump of its potential, a current, or a conductance."""

from typing import TypeAlias

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array

from ...errors import require
from ..core.system import Parameter, require_positive
from .event_system import Units

Held: TypeAlias = tuple[Units, ...]
"""The variables of a receptor, each of shape (network, unit)."""


class Receptor(eqx.Module):
    """The postsynaptic side of synapses. By default it holds nothing, and an arriving spike has no effect.

    A receptor's own variables advance exactly, or by exponential Euler where they are nonlinear.

    Examples
    --------
    A current that rises and falls, τ dI/dt = −I + x with τ dx/dt = −x, of which every spike moves x:

    >>> class AlphaCurrent(Receptor):
    ...     tau: float = 5.0
    ...     names = ("I", "x")
    ...
    ...     def arrive(self, held, amount):
    ...         return held[0], held[1] + amount
    ...
    ...     def advance(self, held, dt):
    ...         decay = jnp.exp(-dt / self.tau)
    ...         return (held[0] + held[1] * dt / self.tau) * decay, held[1] * decay
    ...
    ...     def drive(self, held, V, step):
    ...         return held[0], jnp.zeros_like(held[0])
    >>> held, course = AlphaCurrent().arrive((jnp.zeros(1), jnp.zeros(1)), 100.0), []
    >>> for _ in range(3):
    ...     course.append(round(float(held[0][0]), 1))
    ...     held = AlphaCurrent().advance(held, 5.0)
    >>> course  # pA at 0, 5 and 10 ms after a spike of weight 100
    [0.0, 36.8, 27.1]
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Return a name per variable; the first is what is recorded."""
        return ()

    @property
    def time_constants(self) -> dict[str, Parameter]:
        """Time constants in ms by name, which a step should stay below."""
        return {name: value for name, value in vars(self).items() if name.startswith("tau")}

    def arrive(self, held: Held, amount: Units) -> Held:
        """Return the variables after spikes whose weights sum to `amount` have arrived."""
        return held

    def jump(self, amount: Units) -> Units | None:
        """Return by how much the potential jumps, in mV; None (default) if it does not."""
        return None

    def advance(self, held: Held, dt: float | Array) -> Held:
        """Return the variables dt ms later."""
        return held

    def drive(self, held: Held, V: Units, step: tuple[float | Array, Parameter] | None) -> tuple[Units, Units] | None:
        """Return the current in pA (with the part g·E) and the conductance in nS; None if there is neither.

        Parameters
        ----------
        held : tuple of arrays
        V : array
            Potential in mV.
        step : (float, float), optional
            dt and the membrane time constant in ms, for an exact step: the current is then the constant one with the
            same effect on V as the one that decays within the step.
        """
        return None

    def conducts(self) -> bool:
        """Return whether weights open conductances, and must not be negative."""
        return False


class Delta(Receptor):
    """The potential jumps by the weight, in mV.

    Examples
    --------
    >>> type(Delta()).__name__
    'Delta'
    """

    def jump(self, amount: Units) -> Units:
        """Return the weights."""
        return amount


class Current(Receptor):
    """A current that jumps by the weight, in pA, and decays: τ ds/dt = −s.

    Parameters
    ----------
    tau : float
        ms. Default 5.

    Examples
    --------
    >>> float(Current(tau=5.0).tau)
    5.0
    """

    tau: Parameter = 5.0

    def __check_init__(self) -> None:
        require_positive(tau=self.tau)

    @property
    def names(self) -> tuple[str, ...]:
        """The current, in pA."""
        return ("I",)

    def arrive(self, held: Held, amount: Units) -> Held:
        """Return the current with the weights added."""
        return (held[0] + amount,)

    def advance(self, held: Held, dt: float | Array) -> Held:
        """Return the current after its decay."""
        return (held[0] * jnp.exp(-dt / self.tau),)

    def drive(self, held: Held, V: Units, step: tuple[float | Array, Parameter] | None) -> tuple[Units, Units]:
        """Return the current, and no conductance."""
        (s,) = held
        if step is not None:
            dt, tau_m = step
            rate = 1 / self.tau - 1 / jnp.asarray(tau_m)
            near = jnp.abs(rate * dt) < 1e-6
            share = jnp.where(near, dt, -jnp.expm1(-rate * dt) / jnp.where(near, 1.0, rate)) / tau_m
            s = s * (share * jnp.exp(-dt / tau_m) / -jnp.expm1(-dt / tau_m)).astype(s.dtype)
        return s, jnp.zeros((), s.dtype)


class Conductance(Receptor):
    """A conductance that jumps by the weight, in nS, and decays: τ dg/dt = −g, with the current −g (V − E).

    Parameters
    ----------
    tau : float
        ms. Default 2.
    E : float
        Reversal potential in mV. Default 0.

    Examples
    --------
    >>> synapse = Conductance(tau=2.0, E=-80.0)
    >>> float(synapse.tau), float(synapse.E)
    (2.0, -80.0)
    """

    tau: Parameter = 2.0
    E: Parameter = 0.0

    def __check_init__(self) -> None:
        require_positive(tau=self.tau)

    @property
    def names(self) -> tuple[str, ...]:
        """The conductance, in nS."""
        return ("g",)

    def arrive(self, held: Held, amount: Units) -> Held:
        """Return the conductance with the weights added."""
        return (held[0] + amount,)

    def advance(self, held: Held, dt: float | Array) -> Held:
        """Return the conductance after its decay."""
        return (held[0] * jnp.exp(-dt / self.tau),)

    def drive(self, held: Held, V: Units, step: tuple[float | Array, Parameter] | None) -> tuple[Units, Units]:
        """Return g·E and g."""
        return held[0] * self.E, held[0]

    def conducts(self) -> bool:
        """Return True."""
        return True


class NMDA(Receptor):
    """A slow conductance that saturates and that magnesium blocks (Wang 1999, 10.1523/JNEUROSCI.19-21-09587.1999).

    τ_rise dx/dt = −x, ds/dt = −s/τ + α x (1 − s), g = g_max s/(1 + [Mg] exp(−0.062 V)/3.57), where x jumps by the
    weight at every spike (1 for one synapse).

    Parameters
    ----------
    g_max : float
        nS. Default 1.
    tau, tau_rise : float
        ms. Defaults 100 and 2.
    alpha : float
        Per ms. Default 0.5.
    E : float
        mV. Default 0.
    magnesium : float
        mM. Default 1.

    Examples
    --------
    >>> float(NMDA().tau)
    100.0
    """

    g_max: Parameter = 1.0
    tau: Parameter = 100.0
    tau_rise: Parameter = 2.0
    alpha: Parameter = 0.5
    E: Parameter = 0.0
    magnesium: Parameter = 1.0

    def __check_init__(self) -> None:
        require_positive(tau=self.tau, tau_rise=self.tau_rise, alpha=self.alpha)
        require(bool(jnp.all(jnp.asarray(self.g_max) >= 0)), f"g_max must not be negative; got {self.g_max} nS.")

    @property
    def names(self) -> tuple[str, ...]:
        """The gate s, and the transmitter x."""
        return ("s", "x")

    def arrive(self, held: Held, amount: Units) -> Held:
        """Return the variables with the weights added to x."""
        return held[0], held[1] + amount

    def advance(self, held: Held, dt: float | Array) -> Held:
        """Return s by exponential Euler while x stays, and x after its decay."""
        s, x = held
        rate = 1 / self.tau + self.alpha * x
        end = self.alpha * x / rate
        return end + (s - end) * jnp.exp(-rate * dt), x * jnp.exp(-dt / self.tau_rise)

    def drive(self, held: Held, V: Units, step: tuple[float | Array, Parameter] | None) -> tuple[Units, Units]:
        """Return g·E and g, with the block at the present potential."""
        g = self.g_max * held[0] / (1 + self.magnesium * jnp.exp(-0.062 * V) / 3.57)
        return g * self.E, g

    def conducts(self) -> bool:
        """Return True."""
        return True
