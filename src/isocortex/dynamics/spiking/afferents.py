"""Spikes from outside that reach every unit through synapses of their own, which may change."""

from typing import Any, TypeAlias

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ...errors import require
from ...spike_trains import SpikeTrains
from ..core.system import Parameter
from .drives import Moment
from .plasticity import Plasticity, Traces
from .short_term import TsodyksMarkram

Fired: TypeAlias = Bool[Array, "network source"]


class PoissonSources(eqx.Module):
    """Sources that fire as Poisson processes, at most once in a step.

    Parameters
    ----------
    n : int
        Number of sources.
    rate : float or array, shape (source,)
        Spikes per second.
    correlation : float
        With which probability each keeps a spike of a mother train that all share, the correlation of their counts.
        Default 0: independent.

    Examples
    --------
    >>> PoissonSources(100, rate=20.0, correlation=0.1).n
    100
    """

    n: int = eqx.field(static=True)
    rate: Parameter = 10.0
    correlation: Parameter = 0.0

    def __check_init__(self) -> None:
        require(self.n >= 1, f"There must be at least one source; got {self.n}.")
        require(bool(np.all(np.asarray(self.rate) >= 0)), f"rate must not be negative; got {self.rate} Hz.")
        values = np.asarray(self.correlation)
        require(bool(((values >= 0) & (values <= 1)).all()), f"correlation lies in 0…1; got {self.correlation}.")

    def fired(self, now: Moment) -> Fired:
        """Return which sources fire."""
        chance = jnp.asarray(self.rate * now.dt / 1e3, now.V.dtype)
        shared = jnp.asarray(self.correlation, now.V.dtype)
        drawn = now.uniform(self.n + 1)
        mother = drawn[:, :1] * jnp.maximum(shared, 1e-12) < chance
        return jnp.where(shared > 0, mother & (drawn[:, 1:] < shared), drawn[:, 1:] < chance)


class GivenSources(eqx.Module):
    """Sources whose spikes are given, in every network the same.

    Parameters
    ----------
    spikes : array of bool, shape (step, source)
    """

    spikes: Bool[Array, "step source"] | Bool[np.ndarray, "step source"]

    @property
    def n(self) -> int:
        """Number of sources."""
        return self.spikes.shape[1]

    def fired(self, now: Moment) -> Fired:
        """Return which sources fire."""
        rows = jnp.asarray(self.spikes)
        row = rows[jnp.minimum(now.n, len(rows) - 1)] & (now.n < len(rows))
        return jnp.broadcast_to(row, (now.V.shape[0], self.n))


class Afferents(eqx.Module):
    """Synapses from outside sources on every unit, without delay.

    Parameters
    ----------
    sources : PoissonSources or SpikeTrains
    weights : float or array, shape (source, unit)
        In the unit of the receptor.
    onto : str
        Name of the receptor.
    short_term : TsodyksMarkram, optional
    plasticity : STDP or TripletSTDP, optional
        The weights then change, and are part of what a simulation returns.

    Examples
    --------
    >>> synapses = Afferents(PoissonSources(100, rate=20.0), 0.4, "synapse")
    >>> synapses.onto
    'synapse'
    """

    sources: Any
    weights: Parameter
    onto: str = eqx.field(static=True)
    short_term: TsodyksMarkram | None = None
    plasticity: Plasticity | None = None

    def __check_init__(self) -> None:
        require(
            isinstance(self.sources, PoissonSources | GivenSources | SpikeTrains),
            f"The sources must be PoissonSources or SpikeTrains; got {type(self.sources).__name__}.",
        )

    @property
    def random(self) -> bool:
        """Whether the sources draw random numbers."""
        return isinstance(self.sources, PoissonSources)

    def on_grid(self, dt: float, n_units: int) -> "Afferents":
        """Return the same with spikes that were given in ms on the steps of a simulation, and all weights."""
        sources, weights = self.sources, np.asarray(self.weights, float)
        if isinstance(sources, SpikeTrains):
            step = np.floor(sources.times / dt + 1e-6).astype(int)
            spikes = np.zeros((int(np.floor(sources.duration / dt + 1e-6)) + 1, sources.n_units), bool)
            spikes[step, sources.unit] = True
            sources = GivenSources(spikes)
        shape = (sources.n, n_units)
        require(
            weights.shape in ((), shape),
            f"Weights of afferents must be a number or of the shape (source, unit) = {shape}; got {weights.shape}.",
        )
        return Afferents(sources, np.broadcast_to(weights, shape).copy(), self.onto, self.short_term, self.plasticity)

    def start(self, shape: tuple[int, int], dtype: Any) -> "Held":
        """Return the state before any spike."""
        sources = (shape[0], self.sources.n)
        weights = jnp.broadcast_to(jnp.asarray(self.weights, dtype), (shape[0], self.sources.n, shape[1]))
        return Held(
            weights=None if self.plasticity is None else weights,
            short_term=None if self.short_term is None else self.short_term.start(sources, dtype),
            traces=() if self.plasticity is None else self.plasticity.start(sources, shape, dtype),
        )

    def arrive(self, held: "Held", fired: Fired, dt: float | Array) -> tuple["Held", Float[Array, "network unit"]]:
        """Return the state, and the weights that arrive at each unit."""
        weights = jnp.asarray(self.weights) if held.weights is None else held.weights
        release, short_term = fired.astype(weights.dtype), held.short_term
        if self.short_term is not None:
            short_term, release = self.short_term.step(held.short_term, fired, dt)
        shared = weights.ndim == 2
        arriving = release @ weights if shared else jnp.einsum("ns,nsu->nu", release, weights)
        return Held(held.weights, short_term, held.traces), arriving

    def learn(self, held: "Held", fired: Fired, spikes: Bool[Array, "network unit"], dt: float | Array) -> "Held":
        """Return the state after the units have fired too."""
        if self.plasticity is None or held.weights is None:
            return held
        traces, weights = self.plasticity.step(held.traces, held.weights, fired, spikes, dt)
        return Held(weights, held.short_term, traces)


class Held(eqx.Module):
    """What afferents remember from step to step: weights that change, u and R, and traces of spikes."""

    weights: Float[Array, "network source unit"] | None
    short_term: Any
    traces: Traces
