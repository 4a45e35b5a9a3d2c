"""Training a recurrent network of leaky integrate-and-fire units by surrogate gradients, beside snnTorch.

One update of a network of 128 units, 100 steps, 64 trials: run, back-propagate, Adam. Ours draws fresh trials of the
perceptual decision for every update, has noise and clips; snnTorch gets one batch, drawn before.
"""

import jax
import numpy as np
from measure import Peer, alternate, row, seconds

from isocortex import fit_stream, population
from isocortex.models import SpikingRNN
from isocortex.tasks import PerceptualDecisionMaking

UNITS, BATCH, UPDATES, PEER_UPDATES = 128, 64, 100, 20


def train(task: PerceptualDecisionMaking) -> None:
    """Train from scratch."""
    networks = population(lambda key: SpikingRNN(3, 3, n_units=UNITS, dt=task.dt, key=key), 1, key=jax.random.key(0))
    trained, _ = fit_stream(networks, task, key=jax.random.key(1), updates=UPDATES, batch=BATCH)
    jax.block_until_ready(jax.tree.leaves(trained))


if __name__ == "__main__":
    task = PerceptualDecisionMaking(dt=20.0, timing={"stimulus": 1800})
    peer, job = Peer("snntorch", "snntorch_rnn.py"), f"{task.n_steps},{BATCH},{UNITS},{PEER_UPDATES}"
    cold = seconds(lambda: train(task))
    ours, theirs = alternate(lambda: seconds(lambda: train(task)) / UPDATES, lambda: peer(job) / PEER_UPDATES, 7)
    print(f"{task.n_steps} steps, batch {BATCH}, {UNITS} units: one update (the first run: {cold:.1f} s)")
    print(row("isocortex", ours, 1e3, "ms"))
    print(row("snnTorch 1.0, 2 threads", theirs, 1e3, "ms"))
    ratio = theirs / ours
    print(f"ratio {np.median(ratio):.1f} ({ratio.min():.1f} to {ratio.max():.1f})")
