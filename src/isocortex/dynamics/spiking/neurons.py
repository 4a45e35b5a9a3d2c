"""Integrate-and-fire neurons: leaky, quadratic, exponential, adaptive exponential, and Izhikevich's."""

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array

from ..core.system import Parameter, require_positive
from .event_system import EventSystem, Fires, State, Units, require_below

STEEPEST = 50.0
"""Largest exponent of a spike's upstroke: beyond it the membrane passes any threshold within a step."""


class LIF(EventSystem):
    """Leaky integrate-and-fire neurons: τ_m dV/dt = −(V − E_L) + I/g_L, and V := V_reset where V ≥ V_th.

    Parameters
    ----------
    tau_m : float
        Membrane time constant in ms. Default 10.
    E_L, V_th, V_reset : float
        Resting potential, threshold and reset in mV. Defaults −75, −55, −75.
    g_L : float
        Leak conductance in nS. Default 10.
    t_ref : float
        Refractory time in ms. Default 2.

    Raises
    ------
    InputError
        If the reset is not below the threshold, or a time constant or conductance is not positive.

    Examples
    --------
    >>> from isocortex.dynamics import simulate_spikes
    >>> found = simulate_spikes(LIF(), duration=400, dt=0.1, current=250.0, method="euler")
    >>> len(found.spikes.times)
    22
    """

    variables: ClassVar[tuple[str, ...]] = ("V",)
    units: ClassVar[tuple[str, ...]] = ("mV",)
    tau_m: Parameter = 10.0
    E_L: Parameter = -75.0
    g_L: Parameter = 10.0
    V_th: Parameter = -55.0
    V_reset: Parameter = -75.0
    t_ref: Parameter = 2.0

    def __check_init__(self) -> None:
        require_positive(tau_m=self.tau_m, g_L=self.g_L)
        require_below("V_reset", self.V_reset, "V_th", self.V_th)

    def flow(self, x: State, current: Units, conductance: Units) -> State:
        """Return dV/dt in mV per ms."""
        (V,) = x
        return ((self.E_L - V + (current - conductance * V) / self.g_L) / self.tau_m,)

    def exact_step(self, x: State, current: Units, conductance: Units, dt: float | Array) -> State:
        """Return V dt ms later: it relaxes to (g_L E_L + I)/(g_L + g) with the time constant τ_m g_L/(g_L + g)."""
        (V,) = x
        total = self.g_L + conductance
        end = (self.g_L * self.E_L + current) / total
        return (end + (V - end) * jnp.exp(-dt * total / (self.tau_m * self.g_L)),)

    def start(self) -> tuple[Parameter, ...]:
        """Return the resting potential."""
        return (self.E_L,)

    def fires(self, x: State) -> Fires:
        """Return where V is at the threshold."""
        return x[0] >= self.V_th

    def reset(self, x: State) -> State:
        """Return V_reset."""
        return (jnp.broadcast_to(jnp.asarray(self.V_reset, x[0].dtype), x[0].shape),)

    @property
    def membrane_time(self) -> Parameter:
        """τ_m."""
        return self.tau_m


class QIF(EventSystem):
    """Quadratic integrate-and-fire neurons: τ_m dV/dt = a (V − E_L)(V − V_c) + I/g_L, with a = 1/(V_c − E_L).

    The normal form of a saddle-node bifurcation (Ermentrout & Kopell 1986, 10.1137/0146017). Without input V returns to
    E_L from below V_c with the time constant τ_m, and runs away above it.

    Parameters
    ----------
    tau_m : float
        ms. Default 10.
    E_L, V_c, V_peak, V_reset : float
        Rest, critical potential, spike and reset in mV. Defaults −65, −50, 0, −60.
    g_L : float
        nS. Default 10.
    t_ref : float
        ms. Default 0.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex.dynamics import simulate_spikes
    >>> len(simulate_spikes(QIF(), duration=200, current=np.array([400.0])).spikes.times)
    23
    """

    variables: ClassVar[tuple[str, ...]] = ("V",)
    units: ClassVar[tuple[str, ...]] = ("mV",)
    tau_m: Parameter = 10.0
    E_L: Parameter = -65.0
    g_L: Parameter = 10.0
    V_c: Parameter = -50.0
    V_peak: Parameter = 0.0
    V_reset: Parameter = -60.0
    t_ref: Parameter = 0.0

    def __check_init__(self) -> None:
        require_positive(tau_m=self.tau_m, g_L=self.g_L)
        require_below("V_reset", self.V_reset, "V_peak", self.V_peak)
        require_below("E_L", self.E_L, "V_c", self.V_c)

    def flow(self, x: State, current: Units, conductance: Units) -> State:
        """Return dV/dt in mV per ms."""
        (V,) = x
        pull = (V - self.E_L) * (V - self.V_c) / (self.V_c - self.E_L)
        return ((pull + (current - conductance * V) / self.g_L) / self.tau_m,)

    def start(self) -> tuple[Parameter, ...]:
        """Return the resting potential."""
        return (self.E_L,)

    def fires(self, x: State) -> Fires:
        """Return where V is at the peak of a spike."""
        return x[0] >= self.V_peak

    def reset(self, x: State) -> State:
        """Return V_reset."""
        return (jnp.broadcast_to(jnp.asarray(self.V_reset, x[0].dtype), x[0].shape),)


class AdEx(EventSystem):
    """Adaptive exponential integrate-and-fire neurons (Brette & Gerstner 2005, 10.1152/jn.00686.2005).

    C dV/dt = −g_L (V − E_L) + g_L Δ_T exp((V − V_T)/Δ_T) − w + I, τ_w dw/dt = a (V − E_L) − w; at V ≥ V_peak it fires,
    V := V_reset and w := w + b. With a = b = 0 it is the exponential integrate-and-fire neuron.

    Parameters
    ----------
    C : float
        Capacitance in pF. Default 200.
    g_L, E_L : float
        Leak in nS and its potential in mV. Defaults 10 and −70.
    V_T, Delta_T, V_peak, V_reset : float
        Where the upstroke begins, its sharpness, where a spike is counted, and the reset, in mV. Defaults −50, 2, 0,
        −58.
    a, b, tau_w : float
        Adaptation: below the threshold in nS, per spike in pA, and its time constant in ms. Defaults 2, 0, 30.
    t_ref : float
        ms. Default 0.

    Notes
    -----
    The exponent is at most 50, which changes no spike: V passes V_peak within that step.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex.dynamics import simulate_spikes
    >>> len(simulate_spikes(AdEx(), duration=600, current=np.array([500.0])).spikes.times)
    60
    """

    variables: ClassVar[tuple[str, ...]] = ("V", "w")
    units: ClassVar[tuple[str, ...]] = ("mV", "pA")
    C: Parameter = 200.0
    g_L: Parameter = 10.0
    E_L: Parameter = -70.0
    V_T: Parameter = -50.0
    Delta_T: Parameter = 2.0
    V_peak: Parameter = 0.0
    V_reset: Parameter = -58.0
    a: Parameter = 2.0
    b: Parameter = 0.0
    tau_w: Parameter = 30.0
    t_ref: Parameter = 0.0

    def __check_init__(self) -> None:
        require_positive(C=self.C, g_L=self.g_L, Delta_T=self.Delta_T, tau_w=self.tau_w)
        require_below("V_reset", self.V_reset, "V_peak", self.V_peak)

    def flow(self, x: State, current: Units, conductance: Units) -> State:
        """Return dV/dt in mV per ms and dw/dt in pA per ms."""
        V, w = x
        upstroke = self.g_L * self.Delta_T * jnp.exp(jnp.minimum((V - self.V_T) / self.Delta_T, STEEPEST))
        dV = (self.g_L * (self.E_L - V) + upstroke - w + current - conductance * V) / self.C
        return dV, (self.a * (V - self.E_L) - w) / self.tau_w

    def start(self) -> tuple[Parameter, ...]:
        """Return the resting potential without adaptation."""
        return self.E_L, 0.0

    def fires(self, x: State) -> Fires:
        """Return where V is at the peak of a spike."""
        return x[0] >= self.V_peak

    def reset(self, x: State) -> State:
        """Return V_reset and w + b."""
        V, w = x
        return jnp.broadcast_to(jnp.asarray(self.V_reset, V.dtype), V.shape), w + self.b

    @property
    def time_constants(self) -> dict[str, Parameter]:
        """C/g_L and τ_w."""
        return {"C/g_L": self.C / jnp.asarray(self.g_L), "tau_w": self.tau_w}


class Izhikevich(EventSystem):
    """Izhikevich's neurons (2003, 10.1109/TNN.2003.820440).

    dV/dt = 0.04 V² + 5 V + 140 − u + I, du/dt = a (b V − u); at V ≥ 30 mV it fires, V := c and u := u + d. The input
    counts in mV per ms, and a conductance in 1 per ms.

    Parameters
    ----------
    a, b, c, d : float
        Per ms, per ms, mV, mV per ms. Defaults 0.02, 0.2, −65, 8: regular spiking.
    V_peak : float
        mV. Default 30.
    t_ref : float
        ms. Default 0.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex.dynamics import simulate_spikes
    >>> len(simulate_spikes(Izhikevich(), duration=300, current=np.array([10.0])).spikes.times)
    8
    """

    variables: ClassVar[tuple[str, ...]] = ("V", "u")
    units: ClassVar[tuple[str, ...]] = ("mV", "mV/ms")
    a: Parameter = 0.02
    b: Parameter = 0.2
    c: Parameter = -65.0
    d: Parameter = 8.0
    V_peak: Parameter = 30.0
    t_ref: Parameter = 0.0

    def __check_init__(self) -> None:
        require_positive(a=self.a)
        require_below("c", self.c, "V_peak", self.V_peak)

    def flow(self, x: State, current: Units, conductance: Units) -> State:
        """Return dV/dt in mV per ms and du/dt in mV per ms²."""
        V, u = x
        return 0.04 * V**2 + 5 * V + 140 - u + current - conductance * V, self.a * (self.b * V - u)

    def start(self) -> tuple[Parameter, ...]:
        """Return c and b·c."""
        return self.c, self.b * self.c

    def fires(self, x: State) -> Fires:
        """Return where V is at the peak of a spike."""
        return x[0] >= self.V_peak

    def reset(self, x: State) -> State:
        """Return c and u + d."""
        V, u = x
        return jnp.broadcast_to(jnp.asarray(self.c, V.dtype), V.shape), u + self.d

    @property
    def time_constants(self) -> dict[str, Parameter]:
        """1/a."""
        return {"1/a": 1 / jnp.asarray(self.a)}
