"""Inputs from outside: currents, noise, Poisson spikes, and electrical synapses between the units."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ...errors import require
from ..core.system import Parameter, require_positive
from .counters import Words, normal, uniform
from .event_system import Units

Memory: TypeAlias = tuple[Array, ...]


class Moment(eqx.Module):
    """What a drive may depend on at a step: its number, dt in ms, the potential in mV, and a key per network.

    Numbers are drawn in a branch that is always taken, because XLA computes a branch once. Without it, all that reads
    the numbers draws them again, and simulations with noise take four times as long.
    """

    n: Int[Array, ""]
    dt: Array | float
    V: Units
    key: Words

    def normal(self, n: int) -> Float[Array, "network item"]:
        """Return `n` standard normal numbers for every network."""
        return self._once(normal, n)

    def uniform(self, n: int) -> Float[Array, "network item"]:
        """Return `n` numbers in 0…1 for every network."""
        return self._once(uniform, n)

    def _once(self, draw: Callable[..., Array], n: int) -> Float[Array, "network item"]:
        none = jnp.zeros((self.V.shape[0], n), self.V.dtype)
        return jax.lax.cond(self.n >= 0, lambda: draw(self.key, self.n, n, self.V.dtype), lambda: none)


class Drive(eqx.Module):
    """An input: a current, or weights that arrive at a receptor.

    Attributes
    ----------
    random : bool
        Whether it draws random numbers.

    Examples
    --------
    A drive that you write says which current flows in each step:

    >>> from isocortex.dynamics import LIF, simulate_spikes
    >>> class Sine(Drive):
    ...     random = False
    ...     amplitude: float
    ...     period: float
    ...
    ...     def step(self, memory, now):
    ...         return memory, self.amplitude * jnp.sin(2 * jnp.pi * now.n * now.dt / self.period)
    >>> found = simulate_spikes(LIF(), duration=400, drives=[Sine(amplitude=600.0, period=100.0)])
    >>> np.bincount((found.spikes.times // 100).astype(int)).tolist()  # spikes in each period
    [5, 4, 4, 4]
    """

    random: ClassVar[bool] = True

    @property
    def receptor(self) -> str | None:
        """Name of the receptor at which weights arrive; None (default) for a current."""
        return None

    def on_grid(self, dt: float, n_units: int) -> "Drive":
        """Return the drive with what it can compute beforehand for steps of dt ms."""
        return self

    def start(self, shape: tuple[int, int], dtype: Any) -> Memory:
        """Return what the drive has to remember at the start."""
        return ()

    def step(self, memory: Memory, now: Moment) -> tuple[Memory, Units]:
        """Return what it remembers, and the current in pA, or the weights that arrive at the receptor."""
        raise NotImplementedError


class Injected(Drive):
    """A constant current.

    Parameters
    ----------
    values : float or array, shape (unit,)
        pA.

    Examples
    --------
    >>> from isocortex.dynamics import LIF, simulate_spikes
    >>> found = simulate_spikes(LIF(), n_units=2, duration=200, drives=[Injected(np.array([150.0, 300.0]))])
    >>> np.bincount(found.spikes.unit, minlength=2).tolist()
    [0, 15]
    """

    random: ClassVar[bool] = False
    values: Parameter

    def step(self, memory: Memory, now: Moment) -> tuple[Memory, Units]:
        """Return the current."""
        return memory, jnp.asarray(self.values)


class TimeCourse(Drive):
    """A current that is given for every step from the first on, and is 0 after the last.

    Parameters
    ----------
    values : array, shape (step, 1) or (step, unit)
        pA.

    Examples
    --------
    >>> TimeCourse(np.zeros((100, 1))).values.shape
    (100, 1)
    """

    random: ClassVar[bool] = False
    values: Float[Array, "*network step unit"] | Float[np.ndarray, "*network step unit"]

    def on_grid(self, dt: float, n_units: int) -> "TimeCourse":
        """Return the drive with an axis of networks."""
        return TimeCourse(_with_networks(self.values))

    def step(self, memory: Memory, now: Moment) -> tuple[Memory, Units]:
        """Return the current of the step."""
        n_steps = self.values.shape[1]
        return memory, jnp.where(now.n < n_steps, self.values[:, jnp.minimum(now.n, n_steps - 1)], 0)


class WhiteNoise(Drive):
    """White noise: I = mean + sd·√(τ/dt)·ξ, with a new standard normal ξ in each step.

    With τ = τ_m, a mean g_L μ and an sd g_L σ, the LIF follows τ_m dV/dt = −(V − E_L − μ) + σ √τ_m η(t); without a
    threshold its V has the variance σ²/2.

    Parameters
    ----------
    mean, sd : float
        pA.
    tau : float
        ms. Default 10.
    shared : float
        Share c of the variance that all units of a network have in common: ξ = √(1−c) ξ_i + √c ξ_c. Default 0.

    Examples
    --------
    >>> import jax
    >>> from isocortex.dynamics import LIF, simulate_spikes
    >>> noise = WhiteNoise(180.0, 40.0)
    >>> found = simulate_spikes(LIF(), n_units=20, duration=500, drives=[noise], key=jax.random.key(0))
    >>> len(found.spikes.times) > 0
    True
    """

    mean: Parameter
    sd: Parameter
    tau: Parameter = 10.0
    shared: Parameter = 0.0

    def __check_init__(self) -> None:
        require_positive(tau=self.tau)
        _require_share(self.shared)

    def step(self, memory: Memory, now: Moment) -> tuple[Memory, Units]:
        """Return the current of the step."""
        return memory, self.mean + self.sd * jnp.sqrt(self.tau / now.dt) * common(now, self.shared)


class OUNoise(Drive):
    """Ornstein–Uhlenbeck noise by its exact law: τ dI = (mean − I) dt + sd √(2τ) dW, from the stationary distribution.

    Parameters
    ----------
    mean, sd : float
        pA, stationary.
    tau : float
        ms. Default 5.
    shared : float
        Share of the variance that all units of a network have in common. Default 0.

    Examples
    --------
    >>> import jax
    >>> from isocortex.dynamics import LIF, simulate_spikes
    >>> noise = OUNoise(180.0, 60.0)
    >>> found = simulate_spikes(LIF(), n_units=20, duration=500, drives=[noise], key=jax.random.key(0))
    >>> len(found.spikes.times) > 0
    True
    """

    mean: Parameter
    sd: Parameter
    tau: Parameter = 5.0
    shared: Parameter = 0.0

    def __check_init__(self) -> None:
        require_positive(tau=self.tau)
        _require_share(self.shared)

    def start(self, shape: tuple[int, int], dtype: Any) -> Memory:
        """Return nothing yet: the first step draws from the stationary distribution."""
        return (jnp.zeros(shape, dtype),)

    def step(self, memory: Memory, now: Moment) -> tuple[Memory, Units]:
        """Return the noise and the current of the step."""
        kept = jnp.where(now.n == 0, 0.0, jnp.exp(-now.dt / self.tau)).astype(now.V.dtype)
        eta = kept * memory[0] + jnp.sqrt(1 - kept**2) * common(now, self.shared)
        return (eta,), self.mean + self.sd * eta


class PoissonInput(Drive):
    """Poisson spikes to every unit, each unit its own.

    Parameters
    ----------
    rate : float or array, shape (unit,)
        Spikes per second of all inputs of a unit together.
    weight : float or array, shape (unit,)
        In the unit of the receptor.
    onto : str
        Name of the receptor.

    Examples
    --------
    >>> PoissonInput(rate=1000.0, weight=0.1, onto="synapse").onto
    'synapse'
    """

    rate: Parameter
    weight: Parameter
    onto: str = eqx.field(static=True)
    below: Float[Array, "count *unit"] | Float[np.ndarray, "count *unit"] | None = None

    def __check_init__(self) -> None:
        require(bool(np.all(np.asarray(self.rate) >= 0)), f"rate must not be negative; got {self.rate} Hz.")

    @property
    def receptor(self) -> str:
        """Where the weights arrive."""
        return self.onto

    def on_grid(self, dt: float, n_units: int) -> "PoissonInput":
        """Return the drive with the distribution of the count of a step, up to a probability of 2⁻²⁴."""
        from scipy.special import pdtr, pdtrik  # slow to import, and few need it

        mean = np.asarray(self.rate, float) * dt / 1e3
        most = int(pdtrik(1 - 2.0**-24, mean.max()) + 2) if mean.max() > 0 else 1
        counts = np.arange(most).reshape(-1, *[1] * mean.ndim)
        return PoissonInput(self.rate, self.weight, self.onto, pdtr(counts, mean))

    def step(self, memory: Memory, now: Moment) -> tuple[Memory, Units]:
        """Return the weights that arrive: the count is the number of values of the distribution that are exceeded."""
        share = now.uniform(now.V.shape[1])
        count = jnp.zeros_like(share)
        for below in jnp.asarray(self.below, share.dtype):
            count = count + (share >= below)
        return memory, self.weight * count


class GapJunctions(Drive):
    """Electrical synapses: I_i = Σ_j g_ij (V_j − V_i).

    Parameters
    ----------
    conductance : array, shape (unit, unit)
        nS, symmetric, not negative.

    Examples
    --------
    >>> GapJunctions(np.array([[0.0, 2.0], [2.0, 0.0]])).conductance.shape
    (2, 2)
    """

    random: ClassVar[bool] = False
    conductance: Float[Array, "unit unit"] | Float[np.ndarray, "unit unit"]

    def __check_init__(self) -> None:
        g = np.asarray(self.conductance)
        require(
            g.ndim == 2 and g.shape[0] == g.shape[1] and bool((g >= 0).all()) and np.allclose(g, g.T),
            "Gap junctions need a symmetric matrix of conductances that are not negative.",
        )

    def on_grid(self, dt: float, n_units: int) -> "GapJunctions":
        """Return the drive with an axis of networks."""
        return eqx.tree_at(lambda drive: drive.conductance, self, _with_networks(self.conductance))

    def step(self, memory: Memory, now: Moment) -> tuple[Memory, Units]:
        """Return the current between the units."""
        g = jnp.broadcast_to(self.conductance, (now.V.shape[0], *self.conductance.shape[1:]))
        return memory, jnp.einsum("ni,nij->nj", now.V, g) - now.V * g.sum(axis=1)


def _with_networks(matrix: Any) -> Float[Array, "network row column"]:
    """Return a matrix with a first axis of networks, of length 1 where it is the same in all."""
    found = jnp.asarray(matrix)
    return found[None] if found.ndim == 2 else found


def common(now: Moment, shared: Parameter) -> Units:
    """Return standard normal numbers with a part that all units of a network share."""
    drawn = now.normal(now.V.shape[1] + 1)
    return jnp.sqrt(1 - jnp.asarray(shared)) * drawn[:, 1:] + jnp.sqrt(jnp.asarray(shared)) * drawn[:, :1]


def _require_share(shared: Parameter) -> None:
    values = np.asarray(shared)
    require(bool(((values >= 0) & (values <= 1)).all()), f"The shared part of the noise lies in 0…1; got {shared}.")
