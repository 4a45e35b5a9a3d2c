"""The correlation RDM of 180 stimuli × 23589 neurons by rsatoolbox."""

import json
import sys
import time

import numpy as np
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import calc_rdm

values = np.random.default_rng(0).normal(size=(180, 23589))
data = Dataset(values, obs_descriptors={"stimulus": np.arange(180)})

for _ in sys.stdin:
    started = time.perf_counter()
    calc_rdm(data, method="correlation")
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
