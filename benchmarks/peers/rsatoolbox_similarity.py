"""Similarities of RDMs of 92 stimuli and their dual bootstrap by rsatoolbox: a method and its samples per line."""

import json
import sys
import time
import warnings

import numpy as np
from rsatoolbox.inference import eval_dual_bootstrap
from rsatoolbox.model import ModelFixed
from rsatoolbox.rdm import RDMs, compare

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
one, many = RDMs(rng.random((1, 4186))), RDMs(rng.random((100, 4186)))
models, data = rng.random((5, 4186)), RDMs(rng.random((12, 4186)))
fixed = [ModelFixed(str(i), model) for i, model in enumerate(models)]

for line in sys.stdin:
    method, samples = line.split()
    if int(samples):
        started = time.perf_counter()
        eval_dual_bootstrap(fixed, data, method=method, N=int(samples))
        seconds = time.perf_counter() - started
    else:
        found = []
        while sum(found) < 0.25:
            started = time.perf_counter()
            compare(one, many, method)
            found.append(time.perf_counter() - started)
        seconds = float(np.median(found))
    print(json.dumps({"seconds": seconds}), flush=True)
