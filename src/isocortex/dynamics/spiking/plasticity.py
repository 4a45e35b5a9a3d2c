"""Spike-timing-dependent plasticity: pairs and triplets of spikes."""

from abc import abstractmethod
from typing import Any, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from ...errors import require
from ..core.system import Parameter, require_positive

Weights: TypeAlias = Float[Array, "network source unit"]
Traces: TypeAlias = tuple[Float[Array, "network _"], ...]


class Plasticity(eqx.Module):
    """A rule that changes weights with the spikes of both sides, by decaying traces of them."""

    @abstractmethod
    def start(self, sources: tuple[int, int], units: tuple[int, int], dtype: Any) -> Traces:
        """Return the traces before any spike."""

    @abstractmethod
    def step(
        self,
        traces: Traces,
        weights: Weights,
        before: Bool[Array, "network source"],
        after: Bool[Array, "network unit"],
        dt: float | Array,
    ) -> tuple[Traces, Weights]:
        """Return traces and weights after a step in which these sources and units fired."""


class STDP(Plasticity):
    """Pair-based STDP, every pair of spikes (Song, Miller & Abbott 2000, 10.1038/78829).

    A spike of a source that precedes one of the unit by Δt adds A₊ f₊(w) exp(−Δt/τ₊), one that follows it subtracts
    A₋ f₋(w) exp(−Δt/τ₋), and w stays in 0…w_max. Additive: f₊ = f₋ = w_max. With an exponent μ of the weight
    (Gütig et al. 2003, 10.1523/JNEUROSCI.23-09-03697.2003): f₊ = w_max (1 − w/w_max)^μ, f₋ = w_max (w/w_max)^μ, so
    that μ = 1 is multiplicative. Spikes of the same step are no pair.

    Parameters
    ----------
    w_max : float
        Largest weight.
    A_plus, A_minus : float
        Defaults 0.008 and 1.1·0.008.
    tau_plus, tau_minus : float
        ms. Defaults 20.
    mu : float
        Default 0: additive.

    Examples
    --------
    >>> float(STDP(w_max=0.6).A_plus)
    0.008
    """

    w_max: Parameter
    A_plus: Parameter = 0.008
    A_minus: Parameter = 0.0088
    tau_plus: Parameter = 20.0
    tau_minus: Parameter = 20.0
    mu: Parameter = 0.0

    def __check_init__(self) -> None:
        require_positive(w_max=self.w_max, tau_plus=self.tau_plus, tau_minus=self.tau_minus)
        require(bool(jnp.all(jnp.asarray(self.mu) >= 0)), f"mu must not be negative; got {self.mu}.")

    def start(self, sources: tuple[int, int], units: tuple[int, int], dtype: Any) -> Traces:
        """Return a trace per source and one per unit."""
        return jnp.zeros(sources, dtype), jnp.zeros(units, dtype)

    def step(
        self,
        traces: Traces,
        weights: Weights,
        before: Bool[Array, "network source"],
        after: Bool[Array, "network unit"],
        dt: float | Array,
    ) -> tuple[Traces, Weights]:
        """Return traces and weights: depression by sources that fire now, potentiation by units that do."""
        pre, post = traces[0] * jnp.exp(-dt / self.tau_plus), traces[1] * jnp.exp(-dt / self.tau_minus)
        w_max = _per_weight(self.w_max)
        share, mu = weights / w_max, _per_weight(self.mu)
        loss = _power(share, mu) * (self.A_minus * before)[:, :, None] * post[:, None]
        gain = _power(1 - share, mu) * (self.A_plus * pre)[:, :, None] * after[:, None]
        return (pre + before, post + after), jnp.clip(weights + w_max * (gain - loss), 0, w_max)


class TripletSTDP(Plasticity):
    """Triplet STDP (Pfister & Gerstner 2006, 10.1523/JNEUROSCI.1425-06.2006), all-to-all; defaults of visual cortex.

    At a spike of the source w loses o₁ (A2_minus + A3_minus r₂), at one of the unit it gains r₁ (A2_plus + A3_plus o₂),
    where r₁, r₂ are traces of the source and o₁, o₂ of the unit; r₂ and o₂ without the spike of the moment. Amplitudes
    count in units of w_max.

    Parameters
    ----------
    w_max : float
    A2_plus, A3_plus, A2_minus, A3_minus : float
        Defaults 5e−10, 6.2e−3, 7e−3, 2.3e−4.
    tau_plus, tau_x, tau_minus, tau_y : float
        ms, of r₁, r₂, o₁, o₂. Defaults 16.8, 101, 33.7, 125.

    Examples
    --------
    >>> float(TripletSTDP(w_max=0.6).tau_plus)
    16.8
    """

    w_max: Parameter
    A2_plus: Parameter = 5e-10
    A3_plus: Parameter = 6.2e-3
    A2_minus: Parameter = 7e-3
    A3_minus: Parameter = 2.3e-4
    tau_plus: Parameter = 16.8
    tau_x: Parameter = 101.0
    tau_minus: Parameter = 33.7
    tau_y: Parameter = 125.0

    def __check_init__(self) -> None:
        require_positive(
            w_max=self.w_max, tau_plus=self.tau_plus, tau_x=self.tau_x, tau_minus=self.tau_minus, tau_y=self.tau_y
        )

    def start(self, sources: tuple[int, int], units: tuple[int, int], dtype: Any) -> Traces:
        """Return two traces per source and two per unit."""
        return tuple(jnp.zeros(shape, dtype) for shape in (sources, sources, units, units))

    def step(
        self,
        traces: Traces,
        weights: Weights,
        before: Bool[Array, "network source"],
        after: Bool[Array, "network unit"],
        dt: float | Array,
    ) -> tuple[Traces, Weights]:
        """Return traces and weights."""
        taus = (self.tau_plus, self.tau_x, self.tau_minus, self.tau_y)
        r1, r2, o1, o2 = (trace * jnp.exp(-dt / tau) for trace, tau in zip(traces, taus, strict=True))
        loss = (before * (self.A2_minus + self.A3_minus * r2))[:, :, None] * o1[:, None]
        gain = r1[:, :, None] * (after * (self.A2_plus + self.A3_plus * o2))[:, None]
        w_max = _per_weight(self.w_max)
        weights = jnp.clip(weights + w_max * (gain - loss), 0, w_max)
        return (r1 + before, r2 + before, o1 + after, o2 + after), weights


def _per_weight(parameter: Parameter) -> Array:
    """Return a number, or a value per network and source, in a shape that fits weights."""
    values = jnp.asarray(parameter)
    return values[..., None] if values.ndim else values


def _power(share: Weights, mu: Array) -> Weights:
    """Return share^μ; powers take most of the time of a step, and are left out where all of them are 1."""
    return jax.lax.cond((mu == 0).all(), jnp.ones_like, lambda x: x**mu, share)
