"""Standard errors of two models' similarities, and of their difference, by the bootstraps of rsatoolbox 0.3.2.

Prints the numbers that tests/golden/test_rsatoolbox_inference.py holds. About five minutes.
"""

import json

import numpy as np
from rsatoolbox.inference import eval_bootstrap_pattern, eval_bootstrap_rdm, eval_dual_bootstrap
from rsatoolbox.model import ModelFixed
from rsatoolbox.rdm import RDMs

rng = np.random.default_rng(0)
stimuli = rng.normal(size=(24, 6))
first, second = np.triu_indices(24, 1)


def distances(x):
    return ((x[first] - x[second]) ** 2).sum(axis=1)


data = np.stack([distances(stimuli + 0.8 * rng.normal(size=stimuli.shape)) for _ in range(7)])
models = [ModelFixed("left", distances(stimuli[:, :3])), ModelFixed("right", distances(stimuli[:, 2:]))]

found = {}
for method in ("cosine", "corr"):
    for name, evaluate in (
        ("stimulus", eval_bootstrap_pattern),
        ("subject", eval_bootstrap_rdm),
        ("both", eval_dual_bootstrap),
    ):
        np.random.seed(0)
        result = evaluate(models, RDMs(data), method=method, N=4000)
        found[f"{method}.{name}"] = [
            *np.sqrt(np.atleast_1d(result.model_var)[:2]).tolist(),
            float(np.sqrt(np.atleast_1d(result.diff_var)[0])),
        ]
print(json.dumps(found, indent=1))
