"""Time per fresh trial of every task in time beside NeuroGym 2.3.1's.

Ours are drawn as a training draws them: in one compiled program, 2048 trials in batches of 64 or 1024. Inputs, targets,
weights and conditions are all computed.
"""

import equinox as eqx
import jax
import numpy as np
from measure import Peer, alternate, row, seconds

from isocortex.tasks import TASKS, TimedTask, Trials, task

OURS, THEIRS, REPEATS = 2048, 200, 7
peer = Peer("neurogym", "neurogym_trials.py")


@eqx.filter_jit
def batches(task: TimedTask, key: jax.Array, n: int) -> Trials:
    return jax.lax.map(lambda key: task.sample(key, n), jax.random.split(key, OURS // n))


for name in sys.argv[1:] or TASKS:
    for dt in sorted({20.0, task(name).dt}):
        chosen = task(name, dt=dt)
        print(f"\n{name}, dt {dt:g} ms, {chosen.n_steps} steps")
        for n in (64, 1024):

            def ours(chosen: TimedTask = chosen, n: int = n) -> float:
                return seconds(lambda: jax.block_until_ready(batches(chosen, jax.random.key(0), n)))

            ours()
            mine, theirs = alternate(ours, lambda name=name, dt=dt: peer(f"{name} {dt:g} {THEIRS}"), REPEATS)
            mine, theirs = mine / OURS, theirs / THEIRS
            print(row(f"isocortex, batches of {n}", mine, 1e6, "µs"))
            print(row("NeuroGym 2.3.1", theirs, 1e6, "µs"))
            medians, minima = np.median(theirs) / np.median(mine), theirs.min() / mine.min()
            print(f"ratio of the medians {medians:.0f}, of the minima {minima:.0f}")
