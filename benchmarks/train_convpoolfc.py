"""Training the normative model, beside eager PyTorch: eight seeds each, from a cold start and again.

Cold is a fresh process, from after the import: the population is built, everything is compiled (no cache on disk is
read), and eight seeds are trained. PyTorch trains its eight in a fresh process too, its own warm-up included.
"""

import os
import subprocess
import sys
import time

import jax
import numpy as np
from measure import Peer, alternate, machine, row

from isocortex import ConvNet, OrientationDiscrimination, fit, population

SEEDS, UPDATES = 8, 250
MULTIPLICATIONS = 100 * 48 * 64 * 6 * 49
"""Of one update's forward convolution, the least that has to be done."""


def ours() -> float:
    """Train eight seeds; return the seconds it took."""
    started = time.perf_counter()
    networks = population(lambda key: ConvNet(key=key), SEEDS, key=jax.random.key(0))
    trained, _ = fit(networks, OrientationDiscrimination(), key=jax.random.key(1))
    jax.block_until_ready(jax.tree.leaves(trained))
    return time.perf_counter() - started


def ours_cold() -> float:
    """Train eight seeds in a fresh process."""
    environment = os.environ | {"JAX_ENABLE_COMPILATION_CACHE": "false"}
    return float(subprocess.check_output([sys.executable, __file__, "cold"], text=True, env=environment))


def theirs(peer: Peer) -> float:
    """Train eight seeds in PyTorch, one after the other."""
    return sum(peer() for _ in range(SEEDS))


def theirs_cold() -> float:
    """Train eight seeds in a fresh process of PyTorch."""
    return theirs(Peer("torch", "torch_convpoolfc.py"))


def compare(name: str, our_times: np.ndarray, their_times: np.ndarray) -> None:
    """Print both sides, per seed, and their ratios."""
    print(row(f"isocortex, {name}", our_times, 1 / SEEDS))
    print(row(f"PyTorch 2.13, eager, 2 threads, {name}", their_times, 1 / SEEDS))
    ratio = their_times / our_times
    print(f"ratio {np.median(ratio):.2f} ({ratio.min():.2f} to {ratio.max():.2f})")


if __name__ == "__main__":
    if sys.argv[1:] == ["cold"]:
        print(ours())
        sys.exit()
    print(f"ConvPoolFC, 25 epochs of 1000 gratings, per seed of {SEEDS}")
    compare("cold", *alternate(ours_cold, theirs_cold, 5))
    warm = Peer("torch", "torch_convpoolfc.py")
    ours()
    compare("again", *alternate(ours, lambda: theirs(warm), 5))
    limit = 2 * MULTIPLICATIONS * UPDATES / machine()["matmul_float32"]
    print(f"the forward convolution's multiplications at the measured matrix-product rate: {limit:.3f} s")
