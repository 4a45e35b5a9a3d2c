"""Weights of fitted models by rsatoolbox 0.3.2: the numbers that tests/analysis/rsa/test_models.py holds."""

import numpy as np
from rsatoolbox.model import ModelInterpolate, ModelSelect, ModelWeighted
from rsatoolbox.model.fitter import fit_interpolate, fit_regress_nn, fit_select
from rsatoolbox.rdm import RDMs

rng = np.random.default_rng(0)
rows = rng.random((4, 66))
data = RDMs(np.array([0.2, 0.0, 0.7, 0.4]) @ rows + 0.3 * rng.random((3, 66)))
for method in ("cosine", "corr"):
    print(
        method,
        fit_select(ModelSelect("", rows), data, method=method),
        fit_regress_nn(ModelWeighted("", rows), data, method=method).round(6).tolist(),
        fit_interpolate(ModelInterpolate("", rows), data, method=method).round(4).tolist(),
    )
