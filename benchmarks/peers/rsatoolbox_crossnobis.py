"""The crossnobis RDM of 92 conditions × 8 runs × 500 channels by rsatoolbox."""

import json
import sys
import time

import numpy as np
from rsatoolbox.data import Dataset
from rsatoolbox.data.noise import prec_from_residuals
from rsatoolbox.rdm import calc_rdm

rng = np.random.default_rng(0)
noise = prec_from_residuals(rng.normal(size=(800, 500)))
labels = {"stimulus": np.tile(np.arange(92), 8), "run": np.repeat(np.arange(8), 92)}
data = Dataset(rng.normal(size=(8 * 92, 500)), obs_descriptors=labels)

for _ in sys.stdin:
    started = time.perf_counter()
    calc_rdm(data, method="crossnobis", descriptor="stimulus", cv_descriptor="run", noise=noise)
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
