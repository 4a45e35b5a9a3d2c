"""Models of firing rates: one population, Wilson–Cowan, and a two-choice decision.

Rates have no unit (1 is the most a population can fire) unless said otherwise, inputs have the unit of the curve's
argument, time is in ms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ...registries import Registry
from ..core.system import Parameter, State, System, Time, require_positive


def sigmoid(x: Parameter, a: Parameter = 1.2, theta: Parameter = 2.8) -> Float[Array, "..."]:
    """Return F(x) = 1/(1 + e^{−a(x−θ)}) − 1/(1 + e^{aθ}): a population's rate, 0 without input.

    Parameters
    ----------
    x : array
        Input.
    a : float
        Gain. Default 1.2.
    theta : float
        Threshold θ. Default 2.8.

    Examples
    --------
    >>> round(float(sigmoid(2.8)), 4)
    0.4664
    """
    return jax.nn.sigmoid(a * (x - theta)) - jax.nn.sigmoid(-a * jnp.asarray(theta))


def sigmoid_inverse(y: Parameter, a: Parameter = 1.2, theta: Parameter = 2.8) -> Float[Array, "..."]:
    """Return x with F(x) = y; NaN if there is no such x, outside −1/(1 + e^{aθ}) < y < 1 − 1/(1 + e^{aθ}).

    Examples
    --------
    >>> round(float(sigmoid_inverse(sigmoid(jnp.array(0.7), 1.2, 2.8), 1.2, 2.8)), 4)
    0.7
    """
    share = y + jax.nn.sigmoid(-a * jnp.asarray(theta))
    inside = (share > 0) & (share < 1)
    safe = jnp.where(inside, share, 0.5)
    return jnp.where(inside, theta + jnp.log(safe / (1 - safe)) / a, jnp.nan)


def threshold_linear(x: Parameter, a: Parameter = 1.0, theta: Parameter = 0.0) -> Float[Array, "..."]:
    """Return a·max(0, x − θ): a rate that grows without bound above its threshold.

    Examples
    --------
    >>> threshold_linear(jnp.array([-1.0, 0.5, 2.0]), 1.0, 0.5).tolist()
    [0.0, 0.0, 1.5]
    """
    return jnp.asarray(a * jnp.maximum(x - theta, 0))


@dataclass(frozen=True)
class Curve:
    """An F–I curve.

    Attributes
    ----------
    rate : callable
        The rate as a function of the input, the gain a and the threshold θ.
    equation : str
        The same in LaTeX.
    """

    rate: Callable[[Any, Any, Any], Any]
    equation: str


CURVES = Registry(
    "F–I curve",
    "curves",
    {
        "sigmoid": Curve(sigmoid, r"F(x) = \frac{1}{1 + e^{-a (x - \theta)}} - \frac{1}{1 + e^{a \theta}}"),
        "threshold-linear": Curve(threshold_linear, r"F(x) = a \max(0, x - \theta)"),
    },
)
"""F–I curves by name; more can be registered."""


class RatePopulation(System):
    """One population that excites itself: τ dr/dt = −r + F(w·r + I).

    Defaults as in Neuromatch Academy (2020), W3D2; with them it is bistable.

    Parameters
    ----------
    tau : float
        ms. Default 1.
    w, I : float
        Weight of the population on itself, and input. Defaults 5 and 0.5.
    a, theta : float
        Gain and threshold of the F–I curve. Defaults 1.2 and 2.8.
    curve : {"sigmoid", "threshold-linear"}

    Examples
    --------
    >>> from isocortex.dynamics import rates
    >>> rates(RatePopulation(), [0.0]).round(4).tolist()
    [0.026]
    """

    tau: Parameter = 1.0
    w: Parameter = 5.0
    I: Parameter = 0.5
    a: Parameter = 1.2
    theta: Parameter = 2.8
    curve: str = eqx.field(static=True, default="sigmoid")
    variables: tuple[str, ...] = eqx.field(static=True, default=("r",))

    def __check_init__(self) -> None:
        CURVES.named(self.curve)
        require_positive(tau=self.tau)

    def f(self, t: Time, x: State) -> State:
        """Return dr/dt per ms."""
        return (-x + CURVES[self.curve].rate(self.w * x + self.I, self.a, self.theta)) / self.tau


class WilsonCowan(System):
    """Excitatory and inhibitory populations (Wilson & Cowan 1972, 10.1016/S0006-3495(72)86068-5).

        τ_E dE/dt = −E + F_E(w_EE·E − w_EI·I + I_E)
        τ_I dI/dt = −I + F_I(w_IE·E − w_II·I + I_I)

    Parameters
    ----------
    tau_e, tau_i : float
        ms. Defaults 1 and 2.
    w_ee, w_ei, w_ie, w_ii : float
        Weights, w_ei from I onto E. Defaults 9, 4, 13, 11, with which it is bistable.
    I_e, I_i : float
        Inputs. Default 0.
    a_e, theta_e, a_i, theta_i : float
        Gains and thresholds of the sigmoid F–I curves. Defaults 1.2, 2.8, 1, 4.

    Examples
    --------
    >>> from isocortex.dynamics import fixed_points
    >>> fixed_points(WilsonCowan(), {"E": (-0.05, 1), "I": (-0.05, 1)})["kind"].values.tolist()
    ['stable spiral', 'saddle', 'stable node']
    """

    tau_e: Parameter = 1.0
    tau_i: Parameter = 2.0
    w_ee: Parameter = 9.0
    w_ei: Parameter = 4.0
    w_ie: Parameter = 13.0
    w_ii: Parameter = 11.0
    I_e: Parameter = 0.0
    I_i: Parameter = 0.0
    a_e: Parameter = 1.2
    theta_e: Parameter = 2.8
    a_i: Parameter = 1.0
    theta_i: Parameter = 4.0
    variables: tuple[str, ...] = eqx.field(static=True, default=("E", "I"))

    def __check_init__(self) -> None:
        require_positive(tau_e=self.tau_e, tau_i=self.tau_i)

    def f(self, t: Time, x: State) -> State:
        """Return (dE/dt, dI/dt) per ms."""
        E, I = x
        dE = -E + sigmoid(self.w_ee * E - self.w_ei * I + self.I_e, self.a_e, self.theta_e)
        dI = -I + sigmoid(self.w_ie * E - self.w_ii * I + self.I_i, self.a_i, self.theta_i)
        return jnp.stack([dE / self.tau_e, dI / self.tau_i])

    def nullcline_of_e(self, E: Float[np.ndarray, " point"]) -> Float[Array, " point"]:
        """Return I where dE/dt = 0: (w_EE·E − F_E⁻¹(E) + I_E)/w_EI; NaN where F_E has no inverse."""
        return jnp.asarray((self.w_ee * E - sigmoid_inverse(E, self.a_e, self.theta_e) + self.I_e) / self.w_ei)

    def nullcline_of_i(self, I: Float[np.ndarray, " point"]) -> Float[Array, " point"]:
        """Return E where dI/dt = 0: (w_II·I + F_I⁻¹(I) − I_I)/w_IE; NaN where F_I has no inverse."""
        return jnp.asarray((self.w_ii * I + sigmoid_inverse(I, self.a_i, self.theta_i) - self.I_i) / self.w_ie)


class Decision(System):
    """A choice between two options: the reduced network of Wong & Wang (2006, 10.1523/JNEUROSCI.3733-05.2006).

    The two variables are the open shares S₁ and S₂ of the NMDA channels of two populations that inhibit each other:

        dSᵢ/dt = −Sᵢ/τ_S + (1 − Sᵢ)·γ·H(xᵢ)
        x₁ = J_same·S₁ − J_other·S₂ + I₀ + J_ext·μ₀·(1 + c) + I₁

    and x₂ with the indices exchanged and 1 − c; H(x) = (ax − b)/(1 − e^{−d(ax − b)}) is the rate in Hz.

    Parameters
    ----------
    coherence : float
        c of the moving dots, in −1…1, towards the first option. Default 0.
    stimulus : float
        μ₀ in Hz. Default 30; 0 is no stimulus.
    I_1, I_2 : float
        Further currents in nA, for noise. Default 0. Published: τ = 2 ms, stationary sd 0.02/√2 nA.
    J_same, J_other, I_0, J_ext : float
        0.2609, 0.0497 and 0.3255 nA; 5.2e-4 nA/Hz.
    tau, gamma, a, b, d : float
        100 ms, 0.641, 270 /nC, 108 Hz, 0.154 s.

    Examples
    --------
    >>> Decision().variables
    ('S_1', 'S_2')
    """

    coherence: Parameter = 0.0
    stimulus: Parameter = 30.0
    I_1: Parameter = 0.0
    I_2: Parameter = 0.0
    J_same: Parameter = 0.2609
    J_other: Parameter = 0.0497
    I_0: Parameter = 0.3255
    J_ext: Parameter = 5.2e-4
    tau: Parameter = 100.0
    gamma: Parameter = 0.641
    a: Parameter = 270.0
    b: Parameter = 108.0
    d: Parameter = 0.154
    variables: tuple[str, ...] = eqx.field(static=True, default=("S_1", "S_2"))

    def __check_init__(self) -> None:
        require_positive(tau=self.tau)

    def f(self, t: Time, x: State) -> State:
        """Return (dS₁/dt, dS₂/dt) per ms."""
        return -x / self.tau + (1 - x) * self.gamma * self.rates(x) / 1000

    def rates(self, x: State) -> State:
        """Return the firing rates in Hz of both populations."""
        motion = self.J_ext * self.stimulus * (1 + self.coherence * jnp.array([1.0, -1.0]))
        current = self.J_same * x - self.J_other * x[::-1] + self.I_0 + motion + jnp.stack([self.I_1, self.I_2])
        drive = self.a * current - self.b
        near = jnp.abs(drive) < 1e-6
        safe = jnp.where(near, 1.0, drive)
        return jnp.where(near, 1 / self.d + drive / 2, safe / -jnp.expm1(-self.d * safe))
