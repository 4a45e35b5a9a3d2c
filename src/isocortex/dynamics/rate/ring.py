"""A ring attractor, which stores a direction as the position of a bump of activity, and the theory of the bump.

Angles are in degrees, population i at 360°·i/n. The closed forms are those of infinitely many populations.
"""

from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float
from scipy.optimize import root_scalar

from ...errors import require
from ..core.eigenvalues import sorted_eigenvalues
from ..core.system import Parameter, State, System, Time, require_positive
from .populations import threshold_linear

Angles = Float[np.ndarray, "*angle"]


class RingAttractor(System):
    """Populations around a ring whose activity forms a bump (Ben-Yishai et al. 1995, 10.1073/pnas.92.9.3844).

        τ dr(θ)/dt = −r(θ) + max(0, I + I_cue·cos(θ − θ_cue) + ⟨(J₀ + J₁·cos(θ − θ′))·r(θ′)⟩)

    With J₁ > 2 and J₀ low enough, a bump stands wherever it is put: see :func:`bump`.

    Parameters
    ----------
    n : int
        Populations. Default 64; static.
    tau : float
        ms. Default 10.
    J_0, J_1 : float
        Mean and modulation of the weights. Defaults −6 and 5.
    I : float, or array of shape (n,)
        Input, uniform (default 1) or one per population.
    I_cue, theta_cue : float
        Cue (default 0), and its direction in degrees (0).
    sigma : float, optional
        Noise of each rate, independent, per √ms. None by default.

    Examples
    --------
    >>> RingAttractor().variables[:2]
    ('0°', '5.625°')
    """

    n: int = eqx.field(static=True, default=64)
    tau: Parameter = 10.0
    J_0: Parameter = -6.0
    J_1: Parameter = 5.0
    I: Parameter = 1.0
    I_cue: Parameter = 0.0
    theta_cue: Parameter = 0.0
    sigma: Parameter | None = None
    variables: tuple[str, ...] = eqx.field(static=True, init=False)

    def __post_init__(self) -> None:
        self.variables = tuple(f"{angle:g}°" for angle in self.angles)

    def __check_init__(self) -> None:
        require(self.n >= 3, f"A ring needs at least 3 populations; got {self.n}.")
        require(
            jnp.ndim(self.I) == 0 or jnp.shape(self.I) == (self.n,),
            f"I must be one number, or {self.n} numbers, one for each population.",
        )
        require_positive(tau=self.tau)

    @property
    def angles(self) -> Float[np.ndarray, " population"]:
        """The direction of every population, in degrees."""
        return 360 * np.arange(self.n) / self.n

    def f(self, t: Time, x: State) -> State:
        """Return dr/dt per ms."""
        theta = jnp.deg2rad(jnp.asarray(self.angles, x.dtype))
        c, s = jnp.cos(theta), jnp.sin(theta)
        recurrent = self.J_0 * x.mean() + self.J_1 * (c * (c * x).mean() + s * (s * x).mean())
        cue = self.I_cue * jnp.cos(theta - jnp.deg2rad(self.theta_cue))
        return (-x + threshold_linear(self.I + cue + recurrent)) / self.tau

    def diffusion(self, t: Time, x: State) -> State | None:
        """Return σ of every population, per √ms."""
        return None if self.sigma is None else jnp.asarray(self.sigma) * jnp.ones_like(x)


def population_vector(rates: Any) -> tuple[Angles, Angles]:
    """Return the direction in degrees, −180…180, and the length |⟨r·e^{iθ}⟩| of the population vector of a ring.

    The weights sin θ of its direction are also those of the bump's neutral mode: no other mode moves it at first order.

    Parameters
    ----------
    rates : array, shape (..., population)

    Examples
    --------
    >>> angle, length = population_vector([[0.0, 1.0, 0.0, 0.0]])
    >>> angle.round(6).tolist(), length.tolist()
    ([90.0], [0.25])
    """
    r = np.asarray(rates, float)
    vector = r @ np.exp(2j * np.pi * np.arange(r.shape[-1]) / r.shape[-1]) / r.shape[-1]
    return np.asarray(np.rad2deg(np.angle(vector))), np.asarray(np.abs(vector))


@dataclass(frozen=True, eq=False)
class Bump:
    """The bump r(θ) = B·max(0, cos(θ − ψ) − cos θ_c) of a ring, in closed form; ψ is free.

    Attributes
    ----------
    ring : RingAttractor
    half_width : float
        θ_c in degrees: J₁·(θ_c − ½·sin 2θ_c) = 2π, with θ_c in radians.
    amplitude : float
        B = I/(−cos θ_c − J₀·(sin θ_c − θ_c·cos θ_c)/π).

    Examples
    --------
    >>> ring = RingAttractor()
    >>> type(bump(ring)).__name__
    'Bump'
    """

    ring: RingAttractor
    half_width: float
    amplitude: float

    @property
    def peak(self) -> float:
        """The highest rate, B·(1 − cos θ_c)."""
        return float(self.amplitude * (1 - np.cos(np.deg2rad(self.half_width))))

    @property
    def diffusion_constant(self) -> float:
        """D in deg²/ms of a bump in independent noise: the variance of ψ grows by 2D per ms.

        The noise projected on the neutral mode sin θ, as in Burak & Fiete (2012, 10.1073/pnas.1117386109):
        D = (σ·J₁/B)²/4n, in rad²/ms.
        """
        sigma = 0.0 if self.ring.sigma is None else float(self.ring.sigma)
        return float(np.rad2deg(1) ** 2 * (sigma * self.ring.J_1 / self.amplitude) ** 2 / (4 * self.ring.n))

    def rates(self, centre: float = 0.0) -> Float[np.ndarray, " population"]:
        """Return the rates of a bump that stands at `centre` degrees."""
        c = np.cos(np.deg2rad(self.ring.angles - centre)) - np.cos(np.deg2rad(self.half_width))
        return self.amplitude * np.maximum(0, c)

    def eigenvalues(self) -> Complex[np.ndarray, " 4"]:
        """Return the eigenvalues per ms: 0 of a shift, two of changes in height and width, and −1/τ of all others."""
        w, J_0, J_1 = np.deg2rad(self.half_width), float(self.ring.J_0), float(self.ring.J_1)
        whole, first, second = w / np.pi, np.sin(w) / np.pi, (w + np.sin(2 * w) / 2) / (2 * np.pi)
        even = sorted_eigenvalues(np.array([[J_0 * whole, J_1 * first], [J_0 * first, J_1 * second]]))
        return (np.array([1, *even, 0]) - 1) / float(self.ring.tau)

    def drift(self, inputs: Any, centres: Any) -> Angles:
        """Return how fast unequal further inputs move the bump, in degrees per ms, to first order.

        Parameters
        ----------
        inputs : array, shape (population,)
            What each population gets beside the uniform input.
        centres : array, shape (angle,)
            Where the bump stands, in degrees.
        """
        away = np.deg2rad(self.ring.angles - np.asarray(centres, float)[..., None])
        active = np.cos(away) > np.cos(np.deg2rad(self.half_width))
        push = (active * np.sin(away)) @ np.asarray(inputs, float)
        return np.asarray(np.rad2deg(push * self.ring.J_1 / (self.ring.n * self.amplitude * self.ring.tau)))


def bump(ring: RingAttractor) -> Bump:
    """Return the bump that a ring with uniform input and no cue holds.

    Raises
    ------
    InputError
        If J₁ ≤ 2, where activity spreads over the whole ring; if J₀ is too high to stop its growth; if I is not one
        number above 0.

    Examples
    --------
    >>> found = bump(RingAttractor())
    >>> round(found.half_width, 2), round(found.peak, 4)
    (80.92, 0.6465)
    """
    J_0, J_1 = float(ring.J_0), float(ring.J_1)
    require(J_1 > 2, f"A bump needs J_1 above 2, where the uniform state is unstable; got {J_1:g}.")
    require(
        jnp.ndim(ring.I) == 0 and float(jnp.asarray(ring.I)) > 0,
        "The closed form holds only for a uniform input above 0: I must be one positive number.",
    )
    w = root_scalar(lambda w: J_1 * (w - np.sin(2 * w) / 2) - 2 * np.pi, bracket=(1e-6, np.pi), xtol=1e-14).root
    stop = -np.cos(w) - J_0 * (np.sin(w) - w * np.cos(w)) / np.pi
    require(
        bool(stop > 0),
        f"With J_1 = {J_1:g} the bump grows without bound; J_0 must be below "
        f"{-np.pi * np.cos(w) / (np.sin(w) - w * np.cos(w)):.3g}, got {J_0:g}.",
    )
    return Bump(ring, float(np.rad2deg(w)), float(jnp.asarray(ring.I)) / stop)
