"""Synapses that depress and facilitate: what the spikes before leave for the next one."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from ...errors import require
from ..core.system import Parameter, require_positive

Efficacy = Float[Array, "network source"]


class TsodyksMarkram(eqx.Module):
    """Short-term plasticity (Tsodyks, Pawelzik & Markram 1998, 10.1162/089976698300017502).

    Between spikes du/dt = −u/τ_f and dR/dt = (1 − R)/τ_d, in closed form; at a spike u⁺ = u⁻ + U0 (1 − u⁻), the weight
    counts u⁺R⁻ times, and R⁺ = R⁻ − u⁺R⁻.

    Parameters
    ----------
    U0 : float
        Share of the resources that the first spike uses. Default 0.5.
    tau_d : float
        Recovery of resources in ms. Default 100.
    tau_f : float
        Decay of facilitation in ms. Default 50.

    Examples
    --------
    >>> synapse = TsodyksMarkram(U0=0.5, tau_d=100.0, tau_f=50.0)
    >>> float(synapse.tau_d)
    100.0
    """

    U0: Parameter = 0.5
    tau_d: Parameter = 100.0
    tau_f: Parameter = 50.0

    def __check_init__(self) -> None:
        require_positive(tau_d=self.tau_d, tau_f=self.tau_f)
        require(
            bool(jnp.all((jnp.asarray(self.U0) > 0) & (jnp.asarray(self.U0) <= 1))), f"U0 lies in 0…1; got {self.U0}."
        )

    def start(self, shape: tuple[int, int], dtype: jnp.dtype) -> tuple[Efficacy, Efficacy]:
        """Return u and R before any spike."""
        return jnp.zeros(shape, dtype), jnp.ones(shape, dtype)

    def step(
        self, held: tuple[Efficacy, Efficacy], spikes: Bool[Array, "network source"], dt: float | Array
    ) -> tuple[tuple[Efficacy, Efficacy], Efficacy]:
        """Return u and R one step later, and u⁺R⁻ of the sources that fire now (0 of others)."""
        u, R = held
        used = jnp.where(spikes, u + self.U0 * (1 - u), u)
        release = jnp.where(spikes, used * R, 0)
        R = R - release
        return (used * jnp.exp(-dt / self.tau_f), 1 - (1 - R) * jnp.exp(-dt / self.tau_d)), release
