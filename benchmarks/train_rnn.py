"""Training a CTRNN of 64 units on fresh trials of the perceptual decision task, beside the same loop in eager PyTorch.

One update: draw 16 trials, run, back-propagate, clip, Adam. Then eight seeds in one program, and in eight runs.
"""

import jax
import numpy as np
from measure import Peer, alternate, row, seconds

from isocortex import CTRNN, fit_stream, population
from isocortex.tasks import PerceptualDecisionMaking

UPDATES, PEER_UPDATES, BATCH = 1000, 50, 16


def train(task: PerceptualDecisionMaking, seeds: int = 1) -> None:
    """Train from scratch."""
    networks = population(lambda key: CTRNN(3, 3, key=key), seeds, key=jax.random.key(0))
    trained, _ = fit_stream(networks, task, key=jax.random.key(1), updates=UPDATES, batch=BATCH)
    jax.block_until_ready(jax.tree.leaves(trained))


if __name__ == "__main__":
    peer = Peer("torch", "torch_ctrnn.py")
    for stimulus in (1000, 1800):
        task = PerceptualDecisionMaking(dt=20.0, timing={"stimulus": stimulus}, noise=0.3)
        cold = seconds(lambda task=task: train(task))
        job = f"{task.n_steps},{BATCH},{PEER_UPDATES}"
        ours, theirs = alternate(
            lambda task=task: seconds(lambda: train(task)) / UPDATES, lambda job=job: peer(job) / PEER_UPDATES, 7
        )
        print(f"{task.n_steps} steps, batch {BATCH}, 64 units: one update (the first run: {cold:.1f} s)")
        print(row("isocortex", ours, 1e3, "ms"))
        print(row("PyTorch 2.13, eager, 2 threads", theirs, 1e3, "ms"))
        ratio = theirs / ours
        print(f"ratio {np.median(ratio):.1f} ({ratio.min():.1f} to {ratio.max():.1f})")
    task = PerceptualDecisionMaking(dt=20.0, timing={"stimulus": 1000}, noise=0.3)
    train(task, 8)
    together, apart = alternate(
        lambda: seconds(lambda: train(task, 8)), lambda: seconds(lambda: [train(task) for _ in range(8)]), 5
    )
    print(f"eight seeds, {UPDATES} updates each, once compiled")
    print(row("together", together))
    print(row("one after the other", apart))
