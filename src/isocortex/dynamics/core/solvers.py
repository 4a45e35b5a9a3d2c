"""Schemes that advance a system by one step, and their orders."""

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial
from typing import TypeAlias

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float

from ...registries import Registry
from .system import State, System, Time

Step: TypeAlias = Callable[[System, Time, State, Float[Array, ""], State], State]


def euler(system: System, t: Time, x: State, dt: Float[Array, ""], dW: State) -> State:
    """Advance by dt·f."""
    return x + dt * system.f(t, x)


def heun(system: System, t: Time, x: State, dt: Float[Array, ""], dW: State) -> State:
    """Advance by the mean slope of both ends of an Euler step."""
    slope = system.f(t, x)
    return x + dt / 2 * (slope + system.f(t + dt, x + dt * slope))


def rk4(system: System, t: Time, x: State, dt: Float[Array, ""], dW: State) -> State:
    """Advance by the classical Runge–Kutta scheme."""
    k1 = system.f(t, x)
    k2 = system.f(t + dt / 2, x + dt / 2 * k1)
    k3 = system.f(t + dt / 2, x + dt / 2 * k2)
    k4 = system.f(t + dt, x + dt * k3)
    return x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def euler_maruyama(system: System, t: Time, x: State, dt: Float[Array, ""], dW: State) -> State:
    """Advance by dt·f + diffusion·dW; Itô."""
    return x + dt * system.f(t, x) + _diffusion(system, t, x) * dW


def stochastic_heun(system: System, t: Time, x: State, dt: Float[Array, ""], dW: State) -> State:
    """Advance by the mean of both ends of an Euler–Maruyama step, noise included; Stratonovich."""
    slope, spread = system.f(t, x), _diffusion(system, t, x)
    end = x + dt * slope + spread * dW
    return x + dt / 2 * (slope + system.f(t + dt, end)) + (spread + _diffusion(system, t + dt, end)) / 2 * dW


def exact(system: System, t: Time, x: State, dt: Float[Array, ""], dW: State) -> State:
    """Advance by the law that the system itself knows, without any error of the step."""
    after = system.exact_step(x, dt, dW / jnp.sqrt(dt))
    return x if after is None else after


def _diffusion(system: System, t: Time, x: State) -> State:
    spread = system.diffusion(t, x)
    return jnp.zeros_like(x) if spread is None else spread


@dataclass(frozen=True)
class Solver:
    """A scheme.

    Attributes
    ----------
    method : str
        Its name in a sentence: "by …".
    order : int, optional
        The global error shrinks as dt to this power, for smooth deterministic systems. None: there is no error.
    step : callable, optional
        None: steps are chosen by Diffrax to meet the tolerance.
    diffrax : str
        The name of Diffrax's solver, where it chooses the steps.
    noisy : bool
        Whether it takes noise. Euler–Maruyama and Heun converge to each path with order 1 where the diffusion does not
        depend on the state, and there agree; otherwise Euler–Maruyama has order 1/2.
    """

    method: str
    order: int | None
    step: Step | None
    diffrax: str = ""
    noisy: bool = False

    def amplification(self, z: Complex[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Return by how much one step multiplies a mode of eigenvalue λ, with z = λ·dt."""
        if self.order is None:
            return np.exp(np.real(z))
        return np.abs(sum(z**k / factorial(k) for k in range(self.order + 1)))


SOLVERS = Registry(
    "solver",
    "solvers",
    {
        "euler": Solver(method="Euler's method", order=1, step=euler),
        "heun": Solver(method="Heun's method", order=2, step=heun),
        "rk4": Solver(method="the classical Runge–Kutta method of order 4", order=4, step=rk4),
        "tsit5": Solver(method="Tsitouras' Runge–Kutta method of order 5", order=5, step=None, diffrax="Tsit5"),
        "kvaerno5": Solver(
            method="Kværnø's implicit Runge–Kutta method of order 5", order=5, step=None, diffrax="Kvaerno5"
        ),
        "euler-maruyama": Solver(method="the Euler–Maruyama method", order=1, step=euler_maruyama, noisy=True),
        "stochastic-heun": Solver(method="Heun's stochastic method", order=2, step=stochastic_heun, noisy=True),
        "exact": Solver(method="the exact law of the process", order=None, step=exact, noisy=True),
    },
)
"""The schemes of :func:`isocortex.dynamics.simulate`, by name; more can be registered."""
