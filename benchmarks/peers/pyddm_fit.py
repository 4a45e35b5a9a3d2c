"""Fit the drift–diffusion model with uniform contaminants by PyDDM, to the CSV file that each line names."""

import json
import sys
import time

import pandas as pd
import pyddm

for line in sys.stdin:
    trials = pd.read_csv(line.strip())
    trials["rt"] /= 1e3
    sample = pyddm.Sample.from_pandas_dataframe(
        trials[["rt", "correct", "coherence"]], rt_column_name="rt", choice_column_name="correct"
    )
    model = pyddm.gddm(
        drift=lambda coherence, k: k * coherence,
        noise=1.0,
        bound="B",
        nondecision="delay",
        mixture_coef="share",
        parameters={"k": (0.5, 60), "B": (0.2, 3), "delay": (0.0, 0.8), "share": (0.0001, 0.5)},
        conditions=["coherence"],
        dx=0.005,
        dt=0.005,
        T_dur=2.0,
    )
    started = time.perf_counter()
    model.fit(sample, lossfunction=pyddm.LossRobustLikelihood, verbose=False)
    seconds = time.perf_counter() - started
    print(dict(zip(model.get_model_parameter_names(), map(float, model.get_model_parameters()), strict=True)),
          f"log likelihood {-model.get_fit_result().value():.2f}", file=sys.stderr)  # fmt: skip
    print(json.dumps({"seconds": seconds}), flush=True)
