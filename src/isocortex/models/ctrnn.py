"""The continuous-time recurrent network of cognitive tasks."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_batching import sequential_vmap
from jaxtyping import Array, Bool, Float, Int8

from ..errors import require
from ..shapes import PRNGKey
from .activations import ACTIVATIONS
from .connectivity import balanced, signs, sparse, structure
from .leaky import leaky
from .recurrent import Activity, Recurrent, Sequence, State


@eqx.filter_jit
def _draw(
    sizes: tuple[int, int, int], sign: Array, allowed: Array, n_in: int, key: PRNGKey
) -> tuple[list[Array], list[Array], Array]:
    """Draw weights, biases and connections from one stream of numbers, member by member: that compiles fast."""
    n_inputs, n_units, n_outputs = sizes
    shapes = ((n_units, n_inputs), (n_units, n_units), (n_outputs, n_units), (n_units,), (n_outputs,))
    ends = np.cumsum([np.prod(shape) for shape in shapes])

    @sequential_vmap
    def draw(key: PRNGKey, sign: Array, allowed: Array) -> tuple[list[Array], list[Array], Array]:
        weight_key, mask_key = jax.random.split(key)
        numbers = jnp.split(jax.random.uniform(weight_key, (int(ends[-1]),), minval=-1.0, maxval=1.0), ends[:-1])
        w_x, w_r, w_o, b, b_o = (x.reshape(shape) for x, shape in zip(numbers, shapes, strict=True))
        mask = sparse(mask_key, allowed, n_in) if n_in < n_units else allowed
        weights = [w_x / np.sqrt(n_inputs), balanced(w_r, mask, sign), w_o / np.sqrt(n_units)]
        return weights, [b / np.sqrt(n_units), b_o / np.sqrt(n_units)], mask

    return draw(key, sign, allowed)


class CTRNN(Recurrent):
    """A rate network in discrete time steps: h ← (1−α)·h + α·f(W_x x + W_r h + b) + σ√(2α)·ξ, α = dt/τ.

    ξ is standard normal, new for every unit and step, and stands outside f as published. The output is W_o h + b_o.

    Parameters
    ----------
    n_inputs, n_outputs : int
        Channels in, and numbers out, per step.
    n_units : int
        Default 64.
    dt : float
        Duration of a step in ms. Default 20.
    tau : float or array of shape (unit,)
        Time constant in ms. Default 100. A number for all, or one per unit.
    noise : float
        σ, default 0.1.
    activation : {"relu", "tanh", "softplus", "sigmoid", "identity"}
        f.
    noise_inside : bool
        Put the noise inside f, as σ√(2/α)·ξ (Yang et al. 2019, 10.1038/s41593-018-0310-2); where f has slope 1 it is
        the same noise. Default False.
    excitatory : float, optional
        The share of excitatory units under Dale's law. They are the first units, and the others are inhibitory:
        W_r = |W|·sign of the sending unit. Only excitatory units project to the output, and no unit projects to itself.
        Default: no Dale's law.
    mask : float or bool array of shape (unit, unit), optional
        The connections that exist, to × from; a number is a share of connections that is drawn at random. Default all.
    train_start : bool
        Whether the state before the first step is learned. Default False: it stays 0.
    key : key
        For the weights. All are U(±1/√n_in), with n_in the connections that a unit receives, as in PyTorch and the
        published networks; under Dale's law excitation and inhibition are balanced.

    Raises
    ------
    InputError
        If a count is below 1, dt is not positive or above τ, the noise is negative, the activation is unknown, or the
        mask or the share of excitatory units is not valid.

    Notes
    -----
    Noise outside f can make the state negative; the layer ``rate`` is h itself, as in the published networks. ``dt``,
    ``tau`` and ``noise`` are arrays that training does not change; other values do not compile again.

    Examples
    --------
    >>> import jax
    >>> network = CTRNN(3, 3, key=jax.random.key(0))
    >>> {layer: x.shape for layer, x in network(jnp.zeros((60, 3)), key=jax.random.key(1)).items()}
    {'rate': (60, 64), 'output': (60, 3)}
    """

    input_weight: Float[Array, "*seed unit channel"]
    recurrent_weight: Float[Array, "*seed unit unit"]
    bias: Float[Array, "*seed unit"]
    output_weight: Float[Array, "*seed output unit"]
    output_bias: Float[Array, "*seed output"]
    initial_state: Float[Array, "*seed unit"]
    dt: Float[Array, "*seed"]
    tau: Float[Array, "*seed unit"]
    noise: Float[Array, "*seed"]
    sign: Int8[Array, "*seed unit"]
    mask: Bool[Array, "*seed unit unit"]
    activation: str = eqx.field(static=True)
    noise_inside: bool = eqx.field(static=True)
    train_start: bool = eqx.field(static=True)

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        *,
        n_units: int = 64,
        dt: float = 20.0,
        tau: float | Any = 100.0,
        noise: float = 0.1,
        activation: str = "relu",
        noise_inside: bool = False,
        excitatory: float | None = None,
        mask: float | Any = None,
        train_start: bool = False,
        key: PRNGKey,
    ) -> None:
        for name, count in {"n_inputs": n_inputs, "n_outputs": n_outputs, "n_units": n_units}.items():
            require(count >= 1, f"{name} must be at least 1; got {count}.")
        ACTIVATIONS.named(activation)
        require(
            np.shape(tau) in ((), (n_units,)),
            f"tau must be a number or one for each of the {n_units} units; got the shape {np.shape(tau)}.",
        )
        shortest = float(np.min(np.asarray(tau)))
        require(0 < dt <= shortest, f"dt must be above 0 and at most tau, {shortest:g} ms; got {dt:g} ms.")
        require(noise >= 0, f"noise must be at least 0; got {noise:g}.")
        sign = signs(n_units, excitatory)
        allowed, n_in = structure(mask, n_units, self_connections=excitatory is None)
        weights, biases, self.mask = _draw((n_inputs, n_units, n_outputs), sign, allowed, n_in, key)
        self.input_weight, self.recurrent_weight, self.output_weight = weights
        self.bias, self.output_bias = biases
        self.sign = sign
        self.initial_state = jnp.zeros(n_units)
        self.dt, self.noise = jnp.asarray(dt, jnp.float32), jnp.asarray(noise, jnp.float32)
        self.tau = jnp.broadcast_to(jnp.asarray(tau, jnp.float32), (n_units,))
        self.activation, self.noise_inside, self.train_start = activation, noise_inside, train_start

    @property
    def constants(self) -> tuple[str, ...]:
        """Names of the arrays that training leaves as they are."""
        return ("dt", "tau", "noise", *(() if self.train_start else ("initial_state",)))

    @property
    def arguments(self) -> dict[str, Any]:
        """What the network has to be built with again before its arrays are loaded."""
        return {
            "n_inputs": self.input_weight.shape[-1],
            "n_outputs": self.output_weight.shape[-2],
            "n_units": self.input_weight.shape[-2],
            "activation": self.activation,
            "noise_inside": self.noise_inside,
            "train_start": self.train_start,
        }

    @property
    def recurrent(self) -> Float[Array, "*seed unit unit"]:
        """W_r as it acts, to × from: with the signs of the sending units, 0 where there is no connection."""
        sign, weight = self.sign[..., None, :], self.recurrent_weight
        return jnp.where(self.mask, jnp.where(sign == 0, weight, sign * jnp.abs(weight)), 0.0)

    @property
    def read(self) -> Float[Array, "*seed output unit"]:
        """W_o as it acts: 0 from inhibitory units."""
        return jnp.where(self.sign[..., None, :] < 0, 0.0, self.output_weight)

    def __call__(self, x: Sequence, *, key: PRNGKey | None = None) -> Activity:
        """Return ``rate``, shape (step, unit), and ``output``, shape (step, output); noise is on if there is a key."""
        alpha = self.dt / self.tau
        drive = x @ self.input_weight.T + self.bias[None]
        kick = jnp.zeros_like(drive)
        if key is not None:
            kick = self.noise * jnp.sqrt(2 * alpha)[None] * jax.random.normal(key, drive.shape)
        if self.noise_inside:
            drive, kick = drive + kick / alpha[None], jnp.zeros_like(drive)
        rate = leaky(ACTIVATIONS[self.activation].f, self.recurrent, drive, kick, self.initial_state, alpha)
        return {"rate": rate, "output": rate @ self.read.T + self.output_bias[None]}

    def step(self, state: State, x: Float[Array, " channel"]) -> State:
        """Return the state one step later, without noise."""
        rate = ACTIVATIONS[self.activation].f(self.input_weight @ x + self.recurrent @ state + self.bias)
        alpha = self.dt / self.tau
        return (1 - alpha) * state + alpha * rate

    def readout(self, state: State) -> Float[Array, " output"]:
        """Return the outputs of a state."""
        return self.read @ state + self.output_bias

    def cut(self, recurrent: Any, output: Any) -> "CTRNN":
        """Return the network without some connections: bool arrays of shape (unit, unit), to × from, and (unit,)."""
        kept = self.mask & ~recurrent, jnp.where(output[..., None, :], 0.0, self.output_weight)
        return eqx.tree_at(lambda network: (network.mask, network.output_weight), self, kept)
