"""Back-propagation without automatic differentiation: forward pass, deltas, gradients, and two update rules.

Everything that automatic differentiation does for a perceptron, as its equations; ``jax.grad`` is called only to be
compared with. A batch is a matrix with a sample per row, so that W z of one sample is ``z @ W.T`` of all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float

from ..errors import require
from ..models import MLP
from ..registries import Registry
from ..tasks.head_centred import ERRORS

Samples = Float[jax.Array, "sample _"]
Number = Float[jax.Array, ""] | float
Weights = TypeVar("Weights")


@dataclass(frozen=True)
class Loss:
    """What is minimised: the mean over samples of a sum over outputs.

    Attributes
    ----------
    delta : callable
        ∂L/∂a at the outputs, from ŷ, y and the slope f'(a).
    readouts : tuple of str
        The non-linearities of the outputs for which that holds; empty for any.
    """

    delta: Callable[[Samples, Samples, Samples], Samples]
    readouts: tuple[str, ...] = ()


LOSSES = Registry(
    "loss",
    "backpropagation_losses",
    {
        "cross-entropy": Loss(lambda output, target, slope: output - target, ("sigmoid",)),
        "squared-error": Loss(lambda output, target, slope: (output - target) * slope),
    },
)
"""−Σ y ln ŷ + (1 − y) ln(1 − ŷ), where the slope of a sigmoid cancels; and ½ Σ (ŷ − y)²."""


def forward(network: MLP, x: Samples) -> list[Samples]:
    """Return z⁰ … z^L: z⁰ = x, z^ℓ = f(W^ℓ z^(ℓ−1) + b^ℓ)."""
    z = [x]
    for W, b, how in zip(network.weights, network.biases, network.activations, strict=True):
        z.append(how.f(z[-1] @ W.T + b[None, :]))
    return z


def deltas(network: MLP, z: list[Samples], y: Samples, loss: str = "cross-entropy") -> list[Samples]:
    """Return δ¹ … δ^L, where δ^ℓ = ∂L/∂a^ℓ of each sample: δ^ℓ = (W^(ℓ+1))ᵀ δ^(ℓ+1) ⊙ f'(a^ℓ)."""
    *hidden, last = network.activations
    delta = [LOSSES[loss].delta(z[-1], y, last.slope(z[-1]))]
    for W, activity, how in zip(network.weights[:0:-1], z[-2:0:-1], hidden[::-1], strict=True):
        delta.insert(0, (delta[0] @ W) * how.slope(activity))
    return delta


def gradients(network: MLP, z: list[Samples], delta: list[Samples]) -> MLP:
    """Return ∂L/∂W^ℓ = δ^ℓ (z^(ℓ−1))ᵀ and ∂L/∂b^ℓ = δ^ℓ, means over the batch, in the place of the weights."""
    n = len(z[0])
    dW = tuple(d.T @ activity / n for d, activity in zip(delta, z, strict=False))
    db = tuple(d.sum(axis=0) / n for d in delta)
    return eqx.tree_at(lambda network: (network.weights, network.biases), network, (dW, db))


def backpropagate(network: MLP, x: Samples, y: Samples, loss: str = "cross-entropy") -> MLP:
    """Return the gradient of the loss of a batch: forward, deltas, gradients.

    Parameters
    ----------
    network : MLP
    x : array, shape (sample, input)
    y : array, shape (sample, output)
        Targets.
    loss : {"cross-entropy", "squared-error"}
        Summed over the outputs (the squared error halved), mean over the samples.

    Returns
    -------
    MLP
        ∂L/∂W and ∂L/∂b in the place of the weights and biases.

    Raises
    ------
    InputError
        For an unknown loss, or one that does not go with the network's readout.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> network = MLP((2, 3, 1), key=jax.random.key(0))
    >>> x, y = jnp.array([[0.0, 1.0]]), jnp.array([[1.0]])
    >>> output = forward(network, x)[-1]
    >>> bool(jnp.isclose(backpropagate(network, x, y).biases[1], (output - y)[0]).all())
    True
    """
    check_loss(network, loss)
    z = forward(network, x)
    return gradients(network, z, deltas(network, z, y, loss))


def agreement(network: MLP, x: Samples, y: Samples, loss: str = "cross-entropy") -> float:
    """Return the largest difference between these gradients and automatic ones, relative to the largest in its array.

    Parameters as in :func:`backpropagate`. It is a few units of rounding, about 1e-7 in float32 and 1e-16 in float64.
    """

    def error(network: MLP) -> Number:
        return ERRORS[loss](forward(network, x)[-1], y).mean()

    pairs = zip(*map(jax.tree.leaves, (backpropagate(network, x, y, loss), jax.grad(error)(network))), strict=True)
    return max(float(jnp.abs(mine - theirs).max() / jnp.abs(theirs).max()) for mine, theirs in pairs)


def check_loss(network: MLP, loss: str) -> None:
    """Raise unless the loss exists and goes with the network's readout."""
    readouts = LOSSES.named(loss).readouts
    require(
        not readouts or network.readout in readouts,
        f"The loss {loss!r} needs a readout of {' or '.join(readouts)}; the network has {network.readout!r}.",
    )


def sgd(weights: Weights, gradient: Weights, memory: tuple[()], t: Number, rate: Number) -> tuple[Weights, tuple[()]]:
    """Take a step of gradient descent: W ← W − η g."""
    return jax.tree.map(lambda w, g: w - rate * g, weights, gradient), memory


BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def adam(
    weights: Weights, gradient: Weights, memory: tuple[Weights, Weights], t: Number, rate: Number
) -> tuple[Weights, tuple[Weights, Weights]]:
    """Take step t = 1, 2, … of Adam (Kingma & Ba 2015, arXiv 1412.6980).

    m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², and W ← W − η m̂/(√v̂ + ε), where m̂ = m/(1 − β₁ᵗ) and
    v̂ = v/(1 − β₂ᵗ) undo that both began at zero.
    """
    m = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, memory[0], gradient)
    v = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g**2, memory[1], gradient)
    first, second = 1 - BETA_1**t, 1 - BETA_2**t
    moved = jax.tree.map(lambda w, m, v: w - rate * (m / first) / (jnp.sqrt(v / second) + EPSILON), weights, m, v)
    return moved, (m, v)


@dataclass(frozen=True)
class Rule:
    """How weights follow a gradient.

    Attributes
    ----------
    step : callable
        (weights, gradient, memory, t, rate) → (weights, memory).
    moments : int
        How many arrays like the weights the memory holds, zero at first.
    """

    step: Callable[..., tuple[Any, Any]]
    moments: int


RULES = Registry("optimiser", "backpropagation_rules", {"sgd": Rule(sgd, 0), "adam": Rule(adam, 2)})
