"""Multi-layer perceptrons of any depth."""

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float

from ..errors import require
from ..shapes import PRNGKey
from .activations import ACTIVATIONS, Activation
from .protocol import Model

Layer = Float[jax.Array, "..."]


class MLP(Model):
    """A perceptron: z⁰ = x, a^ℓ = W^ℓ z^(ℓ−1) + b^ℓ, z^ℓ = f(a^ℓ) for ℓ = 1…L.

    Its layers are ``hidden1``, ``hidden2``, … and ``output``.

    Parameters
    ----------
    sizes : sequence of int
        Number of inputs, of units in each hidden layer, and of outputs. Default (66, 16, 64), the network of Zipser
        and Andersen. Two numbers make a perceptron without a hidden layer.
    activation : {"sigmoid", "tanh", "relu", "softplus", "identity"}
        f of the hidden layers. Default sigmoid.
    readout : str
        f of the last layer, from the same list. Default sigmoid.
    key : key
        Weights are U(±1/√n_in), biases 0.

    Raises
    ------
    InputError
        If there are fewer than two sizes, one is below 1, or a non-linearity is unknown.

    Examples
    --------
    >>> import jax
    >>> network = MLP((66, 16, 64), key=jax.random.key(0))
    >>> {name: activity.shape for name, activity in network(jax.numpy.zeros(66)).items()}
    {'hidden1': (16,), 'output': (64,)}
    """

    weights: tuple[jax.Array, ...]
    biases: tuple[jax.Array, ...]
    activation: str = eqx.field(static=True)
    readout: str = eqx.field(static=True)

    def __init__(
        self,
        sizes: Sequence[int] = (66, 16, 64),
        *,
        activation: str = "sigmoid",
        readout: str = "sigmoid",
        key: PRNGKey,
    ) -> None:
        require(
            len(sizes) >= 2 and min(sizes) >= 1,
            f"sizes must be the numbers of inputs, hidden units and outputs, each at least 1; got {tuple(sizes)}.",
        )
        for name in (activation, readout):
            ACTIVATIONS.named(name)
        keys = jax.random.split(key, len(sizes) - 1)
        self.weights = tuple(
            jax.random.uniform(k, (n_out, n_in), minval=-(n_in**-0.5), maxval=n_in**-0.5)
            for k, n_in, n_out in zip(keys, sizes[:-1], sizes[1:], strict=True)
        )
        self.biases = tuple(jnp.zeros(n) for n in sizes[1:])
        self.activation, self.readout = activation, readout

    @property
    def layers(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Names of the layers, in order."""
        return (*(f"hidden{i + 1}" for i in range(len(self.weights) - 1)), "output")

    @property
    def input_shape(self) -> tuple[int]:
        """The number of inputs."""
        return (self.weights[0].shape[-1],)

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The non-linearity of each layer, in order."""
        hidden, last = ACTIVATIONS[self.activation], ACTIVATIONS[self.readout]
        return (*[hidden] * (len(self.weights) - 1), last)

    @property
    def arguments(self) -> dict[str, Any]:
        """What the network has to be built with again before its weights are loaded."""
        sizes = [self.weights[0].shape[-1], *(bias.shape[-1] for bias in self.biases)]
        return {"sizes": sizes, "activation": self.activation, "readout": self.readout}

    def __call__(self, x: Float[jax.Array, " input"], *, key: PRNGKey | None = None) -> dict[str, jax.Array]:
        """Return the activity of every layer for one input."""
        activity, z = {}, x
        for name, W, b, how in zip(self.layers, self.weights, self.biases, self.activations, strict=True):
            activity[name] = z = how.f(W @ z + b)
        return activity
