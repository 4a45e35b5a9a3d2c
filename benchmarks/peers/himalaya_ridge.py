"""Ridge and banded ridge by himalaya on the arrays of a file; a line "JOB PATH" does a job, and saves its scores."""

import json
import sys
import time

import numpy as np
from himalaya.backend import set_backend
from himalaya.ridge import BandedRidgeCV, RidgeCV
from himalaya.scoring import r2_score

set_backend("numpy")
ITERATIONS = 50
"""Of the random search over mixing weights; each is cross-validated with all penalties."""

for line in sys.stdin:
    job, path = line.split()
    with np.load(path) as held:
        data = {name: held[name] for name in held.files}
    started = time.perf_counter()
    if job == "ridge":
        model = RidgeCV(alphas=data["penalties"], fit_intercept=True, cv=5)
        model.fit(data["x"], data["y"])
        test = data["x_test"]
    else:
        params = {"n_iter": ITERATIONS, "alphas": data["penalties"], "progress_bar": False, "warn": False}
        model = BandedRidgeCV(
            groups="input", solver="random_search", solver_params=params, cv=5, random_state=0, fit_intercept=True
        )
        model.fit([data["a"], data["b"]], data["y"])
        test = [data["a_test"], data["b_test"]]
    seconds = time.perf_counter() - started
    np.save(f"{path}.{job}.npy", r2_score(data["y_test"], model.predict(test)))
    print(json.dumps({"seconds": seconds}), flush=True)
