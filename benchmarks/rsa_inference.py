"""How often 5 % tests reject true nulls, and how long they take: jackknife, dual bootstrap, t test over subjects.

The simulation is that of tests/analysis/rsa/test_calibration.py: new stimuli and new subjects each time, two models
that are equally good ("pair"), and one that no subject sees ("zero"). The bootstrap is equal to rsatoolbox's, which
tests/golden/test_rsatoolbox_inference.py checks.
"""

import sys
import time
from pathlib import Path

import jax
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "analysis" / "rsa"))
from test_calibration import CONTRASTS, simulate

from isocortex.analysis.rsa.dual_bootstrap import dual_bootstrap
from isocortex.analysis.rsa.jackknife import jackknife

SIMULATIONS = 400
METHODS = {
    "jackknife": lambda models, data, i, **options: jackknife(models, data, **options),
    "dual bootstrap, 300 samples": lambda models, data, i, **options: dual_bootstrap(
        models, data, key=jax.random.key(i), n_bootstraps=300, **options
    ),
    "t test over subjects": lambda models, data, i, **options: jackknife(
        models, data, **options | {"factors": ("subject",)}
    ),
}

for n_stimuli, n_subjects in ((15, 5), (40, 12)):
    rng = np.random.default_rng(0)
    rejected, seconds = {name: [] for name in METHODS}, {name: [] for name in METHODS}
    for i in range(SIMULATIONS):
        models, data = simulate(rng, n_stimuli, n_subjects, 1, "correlation")
        for name, estimate in METHODS.items():
            started = time.perf_counter()
            found, _ = estimate(models, data, i, method="pearson", factors=("stimulus", "subject"), paired_seeds=False)
            rejected[name].append(found.test(CONTRASTS, 0.95)["p"].to_numpy()[:2] < 0.05)
            seconds[name].append(time.perf_counter() - started)
    print(f"{n_stimuli} stimuli, {n_subjects} subjects, {SIMULATIONS} simulations")
    for name, found in rejected.items():
        pair, zero = 100 * np.mean(found, axis=0)
        print(f"  {name:30s} pair {pair:5.1f} %   zero {zero:5.1f} %   {1e3 * np.median(seconds[name]):6.1f} ms")
