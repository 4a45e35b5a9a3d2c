"""Two networks that learn orientation from neurons by full-batch gradient descent, as published by Neuromatch Academy.

The first regresses the angle in degrees: relu(x W + b) V + c with 200 hidden units, trained on the mean squared error
by 50 steps. The second sorts the angles into classes: 20 hidden units, log-softmax, a penalty on the squared and on the
absolute input weights, 1000 steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float

from ...errors import require
from ...shapes import PRNGKey
from .classifiers import Coded, Readout, Responses
from .decoders import Decoder
from .mlp import Perceptron, initial

HIDDEN, STEPS, LEARNING_RATE = 200, 50, 1e-4
RATES = tuple(LEARNING_RATE * 10 ** (i / 2) for i in range(5))
"""Learning rates to choose from: the published one was for 23589 neurons, and fewer need a larger one."""
CLASS_HIDDEN, CLASS_STEPS, CLASS_RATE, L2, L1 = 20, 1000, 0.1, 1e-2, 5e-4


def regression(
    x: Float[np.ndarray, "trial unit"],
    y: Float[np.ndarray, "trial output"],
    rates: Sequence[float],
    *,
    key: PRNGKey,
    new: Float[np.ndarray, "other unit"] | None = None,
    hidden: int = HIDDEN,
    steps: int = STEPS,
) -> tuple[np.ndarray, np.ndarray]:
    """Train the network of 200 rectified units by full-batch gradient descent, under several learning rates.

    Each step changes the input weights by a sum of responses, so that after any number of them W = W₀ + X'A. The
    network is trained through A and the n × n products of trials, n²·hidden multiplications a step instead of
    2·n·units·hidden; the weights are those of plain gradient descent, to rounding.

    Parameters
    ----------
    x : array, shape (trial, unit)
    y : array, shape (trial, output)
    rates : sequence of float
        The published one is 1e-4.
    key : key
        Draws the initial weights, uniform within ± 1/√(inputs).
    new : array, shape (other, unit), optional
        Responses to be decoded. Default none.
    hidden, steps : int
        Defaults 200 and 50, as published.

    Returns
    -------
    loss : array, shape (rate, step)
        Mean squared error before each step.
    outputs : array, shape (rate, other, output)
        What is decoded from `new`; infinite where a rate was too large.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(40, 30))
    >>> loss, _ = regression(x, x[:, :1], [1e-3, 1e-2], key=jax.random.key(0))
    >>> bool(loss[1, -1] < loss[0, -1] < loss[0, 0])
    True
    """
    require(len(rates) > 0 and min(rates) > 0, f"Learning rates must be above 0; got {list(rates)}.")
    shown = np.asarray(x, np.float32)
    others = shown[:0] if new is None else np.asarray(new, np.float32)
    arrays = map(jnp.asarray, (shown, np.asarray(y, np.float32), others, np.asarray(rates, np.float32)))
    loss, outputs = _descend(*arrays, key, hidden, steps)
    return np.asarray(loss, float), np.nan_to_num(np.asarray(outputs, float), nan=np.inf)


@partial(jax.jit, static_argnames=("hidden", "steps"))
def _descend(
    x: jax.Array, y: jax.Array, new: jax.Array, rates: jax.Array, key: PRNGKey, hidden: int, steps: int
) -> tuple[jax.Array, jax.Array]:
    start = initial(key, x.shape[1], hidden, y.shape[1])
    products, others = x @ x.T, new @ x.T
    inputs, new_inputs = x @ start.W, new @ start.W

    def trained(rate: jax.Array) -> tuple[jax.Array, jax.Array]:
        def step(state: tuple[jax.Array, ...], _: None) -> tuple[tuple[jax.Array, ...], jax.Array]:
            A, b, V, c = state
            before = inputs + products @ A + b[None]
            active = jax.nn.relu(before)
            error = active @ V + c[None] - y
            slope = 2 * error / error.size
            back = jnp.where(before > 0, slope @ V.T, 0)
            moved = (
                A - rate * back,
                b - rate * back.sum(axis=0),
                V - rate * active.T @ slope,
                c - rate * slope.sum(axis=0),
            )
            return moved, (error**2).mean()

        first = (jnp.zeros_like(inputs), start.b, start.V, start.c)
        (A, b, V, c), loss = jax.lax.scan(step, first, None, steps)
        return loss, jax.nn.relu(new_inputs + others @ A + b[None]) @ V + c[None]

    return jax.lax.map(trained, rates)


def _fit_regression(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    def scores(new: Responses) -> np.ndarray:
        batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2], new.shape[:-2])
        parts = [np.broadcast_to(a, batch + a.shape[-2:]) for a in (x, y, new)]
        found = np.empty((len(penalties), *batch, new.shape[-2], y.shape[-1]))
        for place in np.ndindex(batch):
            shown, wanted, other = (part[place] for part in parts)
            found[:, *place] = regression(shown, wanted, penalties, key=jax.random.key(0), new=other)[1]
        return found

    return scores


PUBLISHED_REGRESSION = Decoder(
    _fit_regression,
    ("number",),
    f"a network of {HIDDEN} rectified hidden units that regresses the angle in degrees, trained on the mean squared "
    f"error by {STEPS} steps of full-batch gradient descent",
    penalties=RATES,
    penalty="learning rate",
    inner_folds=1,
)
"""The published network as a decoder of :func:`decode`, with ``numbers=True``."""


@dataclass(frozen=True, eq=False)
class ClassNetwork:
    """A network that sorts responses into classes.

    Attributes
    ----------
    network : Perceptron
    loss : array, shape (step,)
        Negative log likelihood with the penalties, before each step.
    """

    network: Perceptron
    loss: np.ndarray

    def log_probability(self, x: Float[np.ndarray, "trial unit"]) -> Float[np.ndarray, "trial class"]:
        """Return the logarithm of the probability of every class."""
        return np.asarray(jax.nn.log_softmax(self.network(jnp.asarray(x, jnp.float32))), float)


def classification(
    x: Float[np.ndarray, "trial unit"],
    y: Float[np.ndarray, "trial class"],
    *,
    key: PRNGKey,
    l2: float | int = L2,
    l1: float | int = L1,
    rate: float | int = CLASS_RATE,
    hidden: int = CLASS_HIDDEN,
    steps: int = CLASS_STEPS,
) -> ClassNetwork:
    """Train the network of 20 rectified units on classes by full-batch gradient descent.

    The loss is the mean negative log likelihood plus l2·ΣW² + l1·Σ|W| of the input weights.

    Parameters
    ----------
    x : array, shape (trial, unit)
    y : array, shape (trial, class)
        1 for the class of the trial.
    key : key
        Draws the initial weights.
    l2, l1 : float
        Defaults 1e-2 and 5e-4, as published.
    rate : float
        Default 0.1.
    hidden, steps : int
        Defaults 20 and 1000.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> classes = np.eye(2)[np.arange(40) % 2]
    >>> x = rng.normal(size=(40, 10)) + 2 * classes[:, :1]
    >>> found = classification(x, classes, key=jax.random.key(0), steps=50)
    >>> bool(found.loss[-1] < found.loss[0])
    True
    """
    require(
        l2 >= 0 and l1 >= 0 and rate > 0,
        f"Penalties must not be negative, and the rate above 0; got {l2}, {l1}, {rate}.",
    )
    start = initial(key, x.shape[1], hidden, y.shape[1])
    numbers = jnp.asarray([l2, l1, rate], jnp.float32)
    network, loss = _classify(jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32), start, numbers, steps)
    return ClassNetwork(network, np.asarray(loss, float))


@eqx.filter_jit
def _classify(
    x: jax.Array, y: jax.Array, start: Perceptron, numbers: jax.Array, steps: int
) -> tuple[Perceptron, jax.Array]:
    l2, l1, rate = numbers

    def loss(network: Perceptron) -> jax.Array:
        unlikely = optax.softmax_cross_entropy(network(x), y).mean()
        return unlikely + l2 * (network.W**2).sum() + l1 * jnp.abs(network.W).sum()

    def step(network: Perceptron, _: None) -> tuple[Perceptron, jax.Array]:
        value, gradient = jax.value_and_grad(loss)(network)
        return jax.tree.map(lambda w, g: w - rate * g, network, gradient), value

    return jax.lax.scan(step, start, None, steps)
