"""The base class of recurrent models: a step, a readout, and a continuous system for a constant input."""

from abc import abstractmethod
from typing import Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from ..dynamics import System
from ..errors import require
from ..shapes import PRNGKey
from .protocol import Model

Sequence = Float[Array, "step channel"]
State = Float[Array, " dimension"]
Activity = dict[str, Float[Array, "step feature"]]


class Recurrent(Model):
    """A model of sequences: ``model(x, key=…)`` takes (step, channel) and returns the layers ``rate`` and ``output``.

    Attributes
    ----------
    constants : tuple of str
        Names of the arrays that training leaves as they are.
    initial_state : array, shape (dimension,)
        The state before the first step.
    output_weight : array, shape (output, unit)
    dt : array, shape ()
        Duration of a step in ms.
    noise : array, shape ()
        How strong the noise is.

    Examples
    --------
    >>> import jax
    >>> from isocortex.models import CTRNN
    >>> network = CTRNN(2, 1, n_units=8, key=jax.random.key(0))
    >>> isinstance(network, Recurrent), network.constants
    (True, ('dt', 'tau', 'noise', 'initial_state'))
    >>> state = network.step(network.initial_state, jnp.ones(2))  # without noise
    >>> state.shape, network.readout(state).shape
    ((8,), (1,))
    """

    layers: ClassVar[tuple[str, ...]] = ("rate", "output")  # pyright: ignore[reportIncompatibleVariableOverride]
    in_time: ClassVar[bool] = True

    initial_state: eqx.AbstractVar[Float[Array, "*seed dimension"]]
    output_weight: eqx.AbstractVar[Float[Array, "*seed output unit"]]
    dt: eqx.AbstractVar[Float[Array, "*seed"]]
    noise: eqx.AbstractVar[Float[Array, "*seed"]]

    @property
    @abstractmethod
    def constants(self) -> tuple[str, ...]:
        """Names of the arrays that training leaves as they are."""

    @property
    @abstractmethod
    def arguments(self) -> dict[str, Any]:
        """What the model has to be built with again before its arrays are loaded."""

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Any number of steps, with a number per channel."""
        return None, self.arguments["n_inputs"]

    @abstractmethod
    def __call__(self, x: Sequence, *, key: PRNGKey | None = None) -> Activity:
        """Return ``rate``, shape (step, unit), and ``output``, shape (step, output); noise is on if there is a key."""

    @abstractmethod
    def step(self, state: State, x: Float[Array, " channel"]) -> State:
        """Return the state one step later, without noise."""

    @abstractmethod
    def readout(self, state: State) -> Float[Array, " output"]:
        """Return the outputs of a state."""

    @abstractmethod
    def cut(self, recurrent: Any, output: Any) -> Any:
        """Return the model without some connections: bool arrays of shape (unit, unit), to × from, and (unit,)."""

    def held(self, x: Any) -> "Held":
        """Return the continuous system that the network is while its input stays at `x`, shape (channel,)."""
        require(jnp.ndim(x) == 1, f"The input held must have one value per channel; got the shape {jnp.shape(x)}.")
        names = tuple(f"unit {i}" for i in range(self.initial_state.shape[-1]))
        return Held(model=self, x=jnp.asarray(x), variables=names)


class Held(System):
    """A recurrent network whose input is held fixed: dh/dt = (step(h, x) − h)/dt, without noise, per ms.

    For a CTRNN this is exactly (−h + f(W_x x + W_r h + b))/τ, whatever its dt. Build it with ``model.held(x)``.

    Examples
    --------
    Where a network rests that has no input, and whether it would return there:

    >>> import jax
    >>> from isocortex.dynamics import fixed_points
    >>> from isocortex.models import CTRNN
    >>> network = CTRNN(2, 1, n_units=4, activation="tanh", key=jax.random.key(0))
    >>> found = fixed_points(network.held(jnp.zeros(2)), starts=jnp.concatenate([jnp.eye(4), -jnp.eye(4)]))
    >>> found["x"].values.round(2).tolist(), found["kind"].values.tolist()
    ([[-0.83, 0.49, 0.19, -0.4]], ['stable spiral'])
    """

    model: Recurrent
    x: Float[Array, " channel"]
    variables: tuple[str, ...] = eqx.field(static=True)

    def f(self, t: Any, x: State) -> State:
        """Return dh/dt per ms in the state `x`."""
        return (self.model.step(x, self.x) - x) / self.model.dt
