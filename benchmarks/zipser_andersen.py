"""Training Zipser and Andersen's perceptron by back-propagation written out, beside eager PyTorch.

Both train one network of 66–16–64 units on 9500 samples in batches of 25, measured in turn; PyTorch does a share of
the epochs, as each takes it as long as any other. Then eight networks at once, and the same updates by automatic
differentiation in the same compiled loop.
"""

import sys
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from measure import Peer, alternate, machine, row

from isocortex import MLP, HeadCentred, descend, population
from isocortex.learning.backpropagation import forward, sgd

EPOCHS, UPDATES, SEEDS = 1000, 380, 8
SHARE = 20
"""PyTorch does 1/20 of the epochs."""
MULTIPLICATIONS = 25 * (2 * 66 * 16 + 3 * 16 * 64)
"""Of one update: forward, deltas and gradients."""


def ours(seeds: int = 1, epochs: int = EPOCHS) -> float:
    """Train; return the seconds it took."""
    networks = population(lambda key: MLP(key=key), seeds, key=jax.random.key(0))
    started = time.perf_counter()
    trained, _ = descend(networks, HeadCentred(), key=jax.random.key(1), epochs=epochs)
    jax.block_until_ready(jax.tree.leaves(trained))
    return time.perf_counter() - started


@partial(jax.jit, static_argnums=2)
def by_autodiff(network: MLP, data: tuple[jax.Array, jax.Array], epochs: int) -> MLP:
    """Do the same updates with gradients from ``jax.grad``."""

    def loss(network: MLP, x: jax.Array, y: jax.Array) -> jax.Array:
        output = forward(network, x)[-1]
        return -(y * jnp.log(output) + (1 - y) * jnp.log1p(-output)).sum() / len(x)

    def update(network: MLP, batch: tuple[jax.Array, jax.Array]) -> tuple[MLP, None]:
        return sgd(network, jax.grad(loss)(network, *batch), (), 1, 1e-2)[0], None

    return jax.lax.fori_loop(0, epochs, lambda _, network: jax.lax.scan(update, network, data)[0], network)


def automatic(epochs: int = EPOCHS) -> float:
    """Train one network with automatic gradients."""
    trials = HeadCentred().sample(jax.random.key(1), UPDATES * 25)
    data = tuple(x.reshape(UPDATES, 25, -1) for x in (trials.inputs, trials.targets))
    started = time.perf_counter()
    jax.block_until_ready(by_autodiff(MLP(key=jax.random.key(0)), data, epochs))
    return time.perf_counter() - started


if __name__ == "__main__":
    turns = int(sys.argv[1]) if sys.argv[1:] else 5
    peer = Peer("torch", "torch_zipser.py")
    ours(SEEDS, 20)
    automatic()
    mine, theirs = alternate(ours, lambda: SHARE * peer(str(EPOCHS // SHARE)), turns)
    print(f"{EPOCHS} epochs of {UPDATES} updates, one network")
    print(row("isocortex, deltas written out", mine))
    print(row("PyTorch 2.13, eager, 1 thread", theirs))
    ratio = theirs / mine
    print(f"ratio {np.median(ratio):.1f} ({ratio.min():.1f} to {ratio.max():.1f})")
    print(row("isocortex, gradients by automatic differentiation", np.array([automatic() for _ in range(turns)])))
    together = np.array([ours(SEEDS) for _ in range(turns)])
    print(row(f"isocortex, {SEEDS} networks at once, each", together, 1 / SEEDS))
    limit = 2 * MULTIPLICATIONS * UPDATES * EPOCHS / machine()["matmul_float32"]
    print(f"the multiplications of one network at the measured matrix-product rate: {limit:.2f} s")
