"""A recurrent network of spiking units that learns by surrogate gradients."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..errors import InputError, require
from ..shapes import PRNGKey
from .recurrent import Activity, Held, Recurrent, Sequence, State
from .spiking_loop import SURROGATES, spiking

GAIN = 3.0
"""Of the weights and biases of the input at the start, at which some units spike without training."""


class SpikingRNN(Recurrent):
    """A recurrent network of leaky integrate-and-fire units, some of which adapt (Bellec et al. 2018, NeurIPS).

    v ← α v + (1 − α)(W_x x + b) + W_r z − z, a ← ρ a + z, and a unit spikes, z = 1, where v ≥ 1 + β a. The layer
    ``rate`` holds the spikes smoothed with the time constant `tau_rate`, r ← κ r + (1 − κ) z, in spikes per step; the
    output is W_o r + b_o. In the gradient a smooth step takes the place of the spike (Neftci, Mostafa & Zenke 2019,
    10.1109/MSP.2019.2931595).

    Parameters
    ----------
    n_inputs, n_outputs : int
        Channels in, and numbers out, per step.
    n_units : int
        Default 64.
    dt : float
        Duration of a step in ms, at most the time constants. Default 5.
    tau : float
        Of the membrane, in ms. Default 20.
    tau_rate : float
        In ms. Default 100.
    adaptive : float
        Share of units that adapt, the last ones. Default 0.
    tau_adaptation : float
        In ms. Default 200.
    beta : float
        By how much a spike raises the threshold, in thresholds. Default 0.2.
    noise : float
        Standard deviation of the free potential, in thresholds. Default 0.1.
    surrogate : {"triangle", "fast sigmoid"}
        Default "fast sigmoid".
    key : key
        For the weights, U(±1/√n_in) times a gain of 3 (input) and 1 (recurrent).

    Raises
    ------
    InputError
        If a count is below 1, a time constant is below dt, a share is outside 0…1, or the surrogate is unknown.

    Examples
    --------
    >>> network = SpikingRNN(3, 3, key=jax.random.key(0))
    >>> {layer: x.shape for layer, x in network(jnp.zeros((60, 3)), key=jax.random.key(1)).items()}
    {'rate': (60, 64), 'output': (60, 3)}
    """

    input_weight: Float[Array, "*seed unit channel"]
    recurrent_weight: Float[Array, "*seed unit unit"]
    bias: Float[Array, "*seed unit"]
    output_weight: Float[Array, "*seed output unit"]
    output_bias: Float[Array, "*seed output"]
    initial_state: Float[Array, "*seed dimension"]
    dt: Float[Array, "*seed"]
    tau: Float[Array, "*seed"]
    tau_rate: Float[Array, "*seed"]
    tau_adaptation: Float[Array, "*seed"]
    beta: Float[Array, "*seed unit"]
    noise: Float[Array, "*seed"]
    surrogate: str = eqx.field(static=True)

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        *,
        n_units: int = 64,
        dt: float = 5.0,
        tau: float = 20.0,
        tau_rate: float = 100.0,
        adaptive: float = 0.0,
        tau_adaptation: float = 200.0,
        beta: float = 0.2,
        noise: float = 0.1,
        surrogate: str = "fast sigmoid",
        key: PRNGKey,
    ) -> None:
        for name, count in {"n_inputs": n_inputs, "n_outputs": n_outputs, "n_units": n_units}.items():
            require(count >= 1, f"{name} must be at least 1; got {count}.")
        SURROGATES.named(surrogate)
        for name, value in {"tau": tau, "tau_rate": tau_rate, "tau_adaptation": tau_adaptation}.items():
            require(0 < dt <= value, f"dt must be above 0 and at most {name}, {value:g} ms; got {dt:g} ms.")
        require(0 <= adaptive <= 1, f"adaptive is a share of the units, in 0…1; got {adaptive:g}.")
        require(noise >= 0 and beta >= 0, f"noise and beta must be at least 0; got {noise:g} and {beta:g}.")
        keys = jax.random.split(key, 5)
        shapes = ((n_units, n_inputs), (n_units, n_units), (n_outputs, n_units), (n_units,), (n_outputs,))
        drawn = [jax.random.uniform(k, shape, minval=-1.0) for k, shape in zip(keys, shapes, strict=True)]
        self.input_weight, self.recurrent_weight = GAIN * drawn[0] / np.sqrt(n_inputs), drawn[1] / np.sqrt(n_units)
        self.output_weight, self.output_bias = drawn[2] / np.sqrt(n_units), drawn[4] / np.sqrt(n_units)
        self.bias = GAIN * drawn[3] / np.sqrt(n_units)
        self.initial_state = jnp.zeros(4 * n_units)
        self.dt, self.tau, self.tau_rate, self.tau_adaptation, self.noise = (
            jnp.asarray(value, jnp.float32) for value in (dt, tau, tau_rate, tau_adaptation, noise)
        )
        self.beta = jnp.where(jnp.arange(n_units) >= round((1 - adaptive) * n_units), beta, 0.0).astype(jnp.float32)
        self.surrogate = surrogate

    @property
    def constants(self) -> tuple[str, ...]:
        """Names of the arrays that training leaves as they are."""
        return ("dt", "tau", "tau_rate", "tau_adaptation", "beta", "noise", "initial_state")

    @property
    def arguments(self) -> dict[str, Any]:
        """What the network has to be built with again before its arrays are loaded."""
        return {
            "n_inputs": self.input_weight.shape[-1],
            "n_outputs": self.output_weight.shape[-2],
            "n_units": self.input_weight.shape[-2],
            "surrogate": self.surrogate,
        }

    def spikes(self, x: Sequence, *, key: PRNGKey | None = None, smooth: bool = False) -> Float[Array, "step unit"]:
        """Return 1 where a unit spikes and 0 elsewhere; with `smooth`, the step of which the gradient is taken."""
        leak = jnp.exp(-self.dt / self.tau)
        drive = (1 - leak) * (x @ self.input_weight.T + self.bias[None])
        if key is not None:
            drive = drive + self.noise * jnp.sqrt(1 - leak**2) * jax.random.normal(key, drive.shape)
        every = jnp.ones_like(self.beta)
        memory = every * jnp.exp(-self.dt / self.tau_adaptation)
        return spiking(self.surrogate, smooth, self.recurrent_weight, drive, leak * every, memory, self.beta)

    def __call__(self, x: Sequence, *, key: PRNGKey | None = None) -> Activity:
        """Return ``rate``, shape (step, unit), and ``output``, shape (step, output); noise is on if there is a key."""
        kept = jnp.exp(-self.dt / self.tau_rate)

        def smooth(r: State, z: State) -> tuple[State, State]:
            r = kept * r + (1 - kept) * z
            return r, r

        spikes = self.spikes(x, key=key)
        _, rate = jax.lax.scan(smooth, jnp.zeros_like(spikes[0]), spikes)
        return {"rate": rate, "output": rate @ self.output_weight.T + self.output_bias[None]}

    def step(self, state: State, x: Float[Array, " channel"]) -> State:
        """Return the state (r, v, a, z) one step later, without noise."""
        r, v, a, z = jnp.split(state, 4)
        leak, memory, kept = (jnp.exp(-self.dt / tau) for tau in (self.tau, self.tau_adaptation, self.tau_rate))
        v = leak * v + (1 - leak) * (self.input_weight @ x + self.bias) + self.recurrent_weight @ z - z
        a = memory * a + z
        z = (v >= 1 + self.beta * a).astype(v.dtype)
        return jnp.concatenate([kept * r + (1 - kept) * z, v, a, z])

    def readout(self, state: State) -> Float[Array, " output"]:
        """Return the outputs of a state."""
        return self.output_weight @ jnp.split(state, 4)[0] + self.output_bias

    def held(self, x: Any) -> Held:
        """Refuse: spikes make the flow of a constant input jump, so that it has neither fixed points nor a Jacobian."""
        raise InputError("A spiking network is no continuous system; held() takes a CTRNN, GRU or LSTM.")

    def cut(self, recurrent: Any, output: Any) -> "SpikingRNN":
        """Return the network without some connections: bool arrays of shape (unit, unit), to × from, and (unit,)."""
        kept = (
            jnp.where(recurrent, 0.0, self.recurrent_weight),
            jnp.where(output[..., None, :], 0.0, self.output_weight),
        )
        return eqx.tree_at(lambda network: (network.recurrent_weight, network.output_weight), self, kept)
