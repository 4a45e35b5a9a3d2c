"""Time per fresh trial of every task in time, ours (batches of 64 and 1024, once compiled) beside NeuroGym 2.3.1's.

A batch of 64 is what one update of a training draws. Our inputs, targets, weights and conditions are all computed.
"""

import equinox as eqx
import jax
import numpy as np
from measure import Peer, alternate, row, seconds

from isocortex.tasks import TASKS, task

THEIR_TRIALS, REPEATS = 200, 7
peer = Peer("neurogym", "neurogym_trials.py")
sample = eqx.filter_jit(lambda task, key, n: task.sample(key, n))

for name in TASKS:
    published = task(name).dt
    for dt in sorted({20.0, published}):
        chosen = task(name, dt=dt)
        print(f"\n{name}, dt {dt:g} ms, {chosen.n_steps} steps")
        for n in (64, 1024):
            batches = max(1, 2048 // n)
            keys = jax.random.split(jax.random.key(0), batches)

            def ours(chosen=chosen, keys=keys, n=n) -> float:
                return seconds(lambda: [jax.block_until_ready(sample(chosen, key, n)) for key in keys])

            ours()
            mine, theirs = alternate(ours, lambda n=name, dt=dt: peer(f"{n} {dt:g} {THEIR_TRIALS}"), REPEATS)
            mine, theirs = mine / (n * batches), theirs / THEIR_TRIALS
            print(row(f"isocortex, batches of {n}", mine, 1e6, "µs"))
            print(row("NeuroGym 2.3.1", theirs, 1e6, "µs"))
            print(
                f"ratio of the medians {np.median(theirs) / np.median(mine):.0f}, "
                f"of the minima {theirs.min() / mine.min():.0f}"
            )
