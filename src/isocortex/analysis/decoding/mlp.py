"""Perceptrons with one hidden layer, trained by full-batch Adam in one compiled program."""

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float

from ...shapes import PRNGKey
from .classifiers import Coded, Readout, Responses

HIDDEN = 100
STEPS = 300
LEARNING_RATE = 1e-3


class Perceptron(eqx.Module):
    """Weights of a network x → relu(x W + b) V + c."""

    W: Float[jax.Array, "unit hidden"]
    b: Float[jax.Array, " hidden"]
    V: Float[jax.Array, "hidden output"]
    c: Float[jax.Array, " output"]

    def __call__(self, x: Float[jax.Array, "trial unit"]) -> Float[jax.Array, "trial output"]:
        """Return the outputs."""
        return jax.nn.relu(x @ self.W + self.b[None]) @ self.V + self.c[None]


def initial(key: PRNGKey, n_units: int, n_hidden: int, n_outputs: int) -> Perceptron:
    """Return random weights, as PyTorch draws them: uniform within ± 1/√(number of inputs)."""
    shapes = [((n_units, n_hidden), n_units), ((n_hidden,), n_units)]
    shapes += [((n_hidden, n_outputs), n_hidden), ((n_outputs,), n_hidden)]
    keys = jax.random.split(key, len(shapes))
    return Perceptron(
        *(
            jax.random.uniform(k, shape, jnp.float32, -(n_in**-0.5), n_in**-0.5)
            for k, (shape, n_in) in zip(keys, shapes, strict=True)
        )
    )


def perceptron(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the output of a perceptron with 100 rectified hidden units, trained by AdamW for 300 steps.

    Classes are trained by cross-entropy, numbers by the squared error. The penalties are weight decays
    (Loshchilov & Hutter 2019, arXiv 1711.05101).
    """
    batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    rows, coded = (
        np.broadcast_to(a, batch + a.shape[-2:]).reshape(-1, *a.shape[-2:]).astype(np.float32) for a in (x, y)
    )
    classes = bool(np.isin(y, (0, 1)).all() and (y.sum(axis=-1) == 1).all())
    decays = jnp.asarray(penalties, jnp.float32)
    networks = _train_all(jnp.asarray(rows), jnp.asarray(coded), decays, classes)

    def scores(new: Responses) -> np.ndarray:
        shown = np.broadcast_to(new, batch + new.shape[-2:]).reshape(-1, *new.shape[-2:]).astype(np.float32)
        found = np.asarray(_answer_all(networks, jnp.asarray(shown)), float)
        return found.reshape(-1, *batch, new.shape[-2], y.shape[-1])

    return scores


@eqx.filter_jit
def _train_all(x: jax.Array, y: jax.Array, decays: jax.Array, classes: bool) -> Perceptron:
    """Train every population under every decay."""

    def one(shown: jax.Array, wanted: jax.Array, decay: jax.Array) -> Perceptron:
        network = initial(jax.random.key(0), shown.shape[-1], HIDDEN, wanted.shape[-1])
        solver = optax.adamw(LEARNING_RATE, weight_decay=decay)

        def loss(network: Any) -> jax.Array:
            out = network(shown)
            each = optax.softmax_cross_entropy(out, wanted) if classes else ((out - wanted) ** 2).mean(axis=-1)
            return each.mean()

        def step(carry: Any, _: None) -> tuple[Any, None]:
            network, state = carry
            updates, state = solver.update(jax.grad(loss)(network), state, network)
            return (optax.apply_updates(network, updates), state), None

        start: Any = network
        (trained, _), _ = jax.lax.scan(step, (start, solver.init(start)), None, STEPS)
        return trained

    def under(decay: jax.Array) -> Perceptron:
        return jax.lax.map(lambda pair: one(pair[0], pair[1], decay), (x, y))

    return jax.lax.map(under, decays)


@eqx.filter_jit
def _answer_all(networks: Perceptron, new: jax.Array) -> jax.Array:
    return jax.vmap(jax.vmap(lambda network, x: network(x)), (0, None))(networks, new)
