"""Training the normative model: eight seeds of ours, compiling included once, beside eager PyTorch, seed for seed."""

import jax
from measure import Peer, alternate, machine, row, seconds

from isocortex import ConvNet, OrientationDiscrimination, fit, population

SEEDS, UPDATES = 8, 250
MULTIPLICATIONS = 100 * 48 * 64 * 6 * 49
"""Of one update's forward convolution, the least that has to be done."""

task = OrientationDiscrimination()


def train() -> None:
    networks = population(lambda key: ConvNet(key=key), SEEDS, key=jax.random.key(0))
    trained, _ = fit(networks, task, key=jax.random.key(1))
    jax.block_until_ready(jax.tree.leaves(trained)[0])


first = seconds(train)
ours, theirs = alternate(lambda: seconds(train), Peer("torch", "torch_convpoolfc.py"), 5)
limit = 2 * MULTIPLICATIONS * UPDATES / machine()["matmul_float32"]
print("ConvPoolFC, 25 epochs of 1000 gratings, per seed")
print(row("isocortex, 8 seeds, compiled", ours, 1 / SEEDS))
print(f"{'isocortex, 8 seeds, compiling included once':<52} {first / SEEDS:9.4g} s")
print(row("PyTorch 2.13, eager, 2 threads", theirs))
print(f"ratio compiled {(theirs / (ours / SEEDS)).min():.2f} to {(theirs / (ours / SEEDS)).max():.2f}, ", end="")
print(f"compiling included {theirs.min() / (first / SEEDS):.2f} to {theirs.max() / (first / SEEDS):.2f}")
print(f"the forward convolution's multiplications at the measured matrix-product rate: {limit:.3f} s")
