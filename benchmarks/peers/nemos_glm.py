"""A Poisson GLM of 100 neurons × 20,000 bins × 50 features by NeMoS, with the solver that each line names."""

import json
import sys
import time

import jax
import nemos as nmo
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(20_000, 50))
weights = 0.1 * rng.normal(size=(50, 100))
y = rng.poisson(np.exp(x @ weights - 1.5)).astype(float)

for line in sys.stdin:
    name = line.strip()
    started = time.perf_counter()
    model = nmo.glm.PopulationGLM(**({} if name == "default" else {"solver_name": name}))
    model.fit(x, y)
    jax.block_until_ready(model.coef_)
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
