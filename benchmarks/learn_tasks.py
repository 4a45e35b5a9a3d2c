"""Does every task in time get learned, and in how many updates? Populations with the settings of `cognitive-task`.

A row per task and network: success on fresh trials, the ideal observer's, their ratio, and the updates after which the
success of the last 100 batches first was 90 % and 95 % of the ideal. Success counts with the network's noise on.

    python learn_tasks.py [--seeds 4] [TASK ...]
"""

import argparse
import tempfile
import time

import numpy as np

from isocortex.experiments.cognition.cognitive_task import CognitiveTask
from isocortex.runs import Run
from isocortex.tasks import TASKS

asked = argparse.ArgumentParser()
asked.add_argument("tasks", nargs="*", default=list(TASKS))
asked.add_argument("--seeds", type=int, default=4)
given = asked.parse_args()

print(f"{'task':<24} seed  success   ideal  of ideal  to 90 %  to 95 %  updates")
for name in given.tasks:
    options = CognitiveTask(task=name, seeds=given.seeds)
    with tempfile.TemporaryDirectory() as folder:
        run = Run.create(options.name, options.config(), out=folder)
        started = time.perf_counter()
        found = options.learn(run, options.build())
        took = time.perf_counter() - started
    success, made = found.accuracy["trained"], found.history["stopped"].values
    columns = [success, success / found.ideal, found.updates_to(0.9), found.updates_to(0.95), made]
    rows = {str(seed): row for seed, row in enumerate(np.transpose(columns))}
    rows["mean"] = np.mean(columns, axis=1)
    for seed, (right, share, to90, to95, updates) in rows.items():
        numbers = f"{right:.4f}  {found.ideal:.4f}     {share:.3f}  {to90:7.0f}  {to95:7.0f}  {updates:7.0f}"
        print(f"{name:<24} {seed:>4}   {numbers}")
    print(
        f"    {found.task.n_steps} steps of {options.dt:g} ms, batches of {options.batch}; untrained "
        f"{found.accuracy['untrained'].mean():.3f}; {took:.0f} s in all, compilation and test included\n",
        flush=True,
    )
