"""Draw fresh trials with NeuroGym: each line names a task, dt in ms and how many trials. The time is per job."""

import json
import sys
import time

import neurogym

OPTIONS = {"ContextDecisionMaking": {"use_expl_context": True}}
environments = {}

for line in sys.stdin:
    name, dt, n = line.split()
    if (name, dt) not in environments:
        environments[name, dt] = neurogym.make(f"{name}-v0", dt=int(dt), **OPTIONS.get(name, {})).unwrapped
    env = environments[name, dt]
    started = time.perf_counter()
    for _ in range(int(n)):
        env.new_trial()
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
