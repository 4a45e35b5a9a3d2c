"""Gated networks, for comparison with the CTRNN: they learn more easily but are less like neurons."""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ..errors import require
from ..shapes import PRNGKey
from .connectivity import uniform
from .recurrent import Activity, Recurrent, Sequence, State


class _Gated(Recurrent):
    """A cell of Equinox and a linear readout of its hidden units, used like a :class:`CTRNN`."""

    cell: Any
    output_weight: Float[Array, "*seed output unit"]
    output_bias: Float[Array, "*seed output"]
    initial_state: Float[Array, "*seed dimension"]
    dt: Float[Array, "*seed"]
    noise: Float[Array, "*seed"]

    def __init__(
        self, n_inputs: int, n_outputs: int, *, n_units: int = 64, dt: float = 20.0, noise: float = 0.0, key: PRNGKey
    ) -> None:
        for name, count in {"n_inputs": n_inputs, "n_outputs": n_outputs, "n_units": n_units}.items():
            require(count >= 1, f"{name} must be at least 1; got {count}.")
        require(dt > 0, f"dt must be above 0 ms; got {dt:g}.")
        require(noise >= 0, f"noise must be at least 0; got {noise:g}.")
        cell_key, output_key, bias_key = jax.random.split(key, 3)
        self.cell = self.new_cell(n_inputs, n_units, cell_key)
        self.output_weight = uniform(output_key, (n_outputs, n_units), n_units)
        self.output_bias = uniform(bias_key, (n_outputs,), n_units)
        self.initial_state = jnp.zeros(len(self.pack(jnp.zeros(n_units))))
        self.dt, self.noise = jnp.asarray(dt, jnp.float32), jnp.asarray(noise, jnp.float32)

    @staticmethod
    @abstractmethod
    def new_cell(n_inputs: int, n_units: int, key: PRNGKey) -> Any:
        """Return the cell."""

    @staticmethod
    @abstractmethod
    def pack(hidden: Float[Array, " unit"]) -> State:
        """Return a state with these hidden units and, where there are memory cells, empty ones."""

    @property
    def constants(self) -> tuple[str, ...]:
        """Names of the arrays that training leaves as they are."""
        return ("dt", "noise", "initial_state")

    @property
    def arguments(self) -> dict[str, Any]:
        """What the network has to be built with again before its arrays are loaded."""
        return {
            "n_inputs": self.cell.weight_ih.shape[-1],
            "n_outputs": self.output_weight.shape[-2],
            "n_units": self.output_weight.shape[-1],
        }

    def __call__(self, x: Sequence, *, key: PRNGKey | None = None) -> Activity:
        """Return ``rate``, shape (step, unit), and ``output``, shape (step, output); noise is on if there is a key."""
        n_units = self.output_weight.shape[-1]
        kicks = jnp.zeros((len(x), n_units))
        if key is not None:
            kicks = self.noise * jax.random.normal(key, kicks.shape)

        def step(state: State, given: tuple[Array, Array]) -> tuple[State, Array]:
            channels, kick = given
            state = self.step(state, channels) + self.pack(kick)
            return state, state[:n_units]

        _, rate = jax.lax.scan(step, self.initial_state, (x, kicks))
        return {"rate": rate, "output": rate @ self.output_weight.T + self.output_bias[None]}

    def readout(self, state: State) -> Float[Array, " output"]:
        """Return the outputs of a state."""
        return self.output_weight @ state[: self.output_weight.shape[-1]] + self.output_bias

    def cut(self, recurrent: Any, output: Any) -> "_Gated":
        """Return the network without some connections: bool arrays of shape (unit, unit), to × from, and (unit,).

        A unit receives the input of another unit through all of its gates, and all of these connections are cut.
        """
        weight = self.cell.weight_hh
        n_gates = weight.shape[-2] // weight.shape[-1]
        every_gate = jnp.concatenate([recurrent] * n_gates, axis=-2)
        kept = jnp.where(every_gate, 0.0, weight), jnp.where(output[..., None, :], 0.0, self.output_weight)
        return eqx.tree_at(lambda network: (network.cell.weight_hh, network.output_weight), self, kept)


class GRU(_Gated):
    """Gated recurrent units (Cho et al. 2014, 10.3115/v1/D14-1179) with a linear readout, used like a CTRNN.

    Parameters
    ----------
    n_inputs, n_outputs : int
        Channels in, and numbers out, per step.
    n_units : int
        Default 64.
    dt : float
        Duration of a step in ms, which only ``held`` reads. Default 20.
    noise : float
        Standard deviation of the noise added to every hidden unit in every step. Default 0.
    key : key
        For the weights, U(±1/√n_units) as in PyTorch.

    Raises
    ------
    InputError
        If a count is below 1, dt is not positive, or the noise is negative.

    Examples
    --------
    >>> GRU(3, 2, key=jax.random.key(0))(jnp.zeros((10, 3)))["output"].shape
    (10, 2)
    """

    @staticmethod
    def new_cell(n_inputs: int, n_units: int, key: PRNGKey) -> eqx.nn.GRUCell:
        """Return the cell."""
        return eqx.nn.GRUCell(n_inputs, n_units, key=key)

    @staticmethod
    def pack(hidden: Float[Array, " unit"]) -> State:
        """Return the hidden units: they are the state."""
        return hidden

    def step(self, state: State, x: Float[Array, " channel"]) -> State:
        """Return the state one step later, without noise."""
        return self.cell(x, state)


class LSTM(_Gated):
    """Long short-term memory (Hochreiter & Schmidhuber 1997, 10.1162/neco.1997.9.8.1735) with a linear readout.

    The state holds the hidden units, then the memory cells. Parameters and errors as of :class:`GRU`.

    Examples
    --------
    >>> LSTM(3, 2, key=jax.random.key(0)).initial_state.shape
    (128,)
    """

    @staticmethod
    def new_cell(n_inputs: int, n_units: int, key: PRNGKey) -> eqx.nn.LSTMCell:
        """Return the cell."""
        return eqx.nn.LSTMCell(n_inputs, n_units, key=key)

    @staticmethod
    def pack(hidden: Float[Array, " unit"]) -> State:
        """Return a state with these hidden units and empty memory cells."""
        return jnp.concatenate([hidden, jnp.zeros_like(hidden)])

    def step(self, state: State, x: Float[Array, " channel"]) -> State:
        """Return the state one step later, without noise."""
        hidden, memory = jnp.split(state, 2)
        return jnp.concatenate(self.cell(x, (hidden, memory)))
