"""Store weights and standard errors of the GLMs of statsmodels 0.15.0, which the tests hold ours to.

Run with the peer's own Python:

    .venv-statsmodels/bin/python peers/statsmodels_expected_glm.py
"""

from pathlib import Path

import numpy as np
import statsmodels.api as sm

rng = np.random.default_rng(0)
x = rng.normal(size=(300, 4))
eta = 0.3 + x @ np.array([[0.5, -0.4, 0.2, 0.0], [0.0, 0.3, 0.3, 0.3], [-0.2, 0.1, 0.0, 0.6]]).T
cluster = np.repeat(np.arange(30), 10)
stored = {"x": x, "cluster": cluster}
FAMILIES = {
    "poisson": (sm.families.Poisson(), rng.poisson(np.exp(eta))),
    "bernoulli": (sm.families.Binomial(), rng.random(eta.shape) < 1 / (1 + np.exp(-eta))),
    "gaussian": (sm.families.Gaussian(), eta + rng.normal(size=eta.shape)),
}
EXACT = {"tol": 1e-14, "maxiter": 200}
KINDS = {
    "laplace": {},
    "sandwich": {"cov_type": "HC0"},
    "clustered": {"cov_type": "cluster", "cov_kwds": {"groups": cluster}},
}
for name, (family, y) in FAMILIES.items():
    stored[f"{name}.y"] = y.astype(float)
    models = [sm.GLM(unit, sm.add_constant(x), family=family) for unit in y.T.astype(float)]
    for kind, options in KINDS.items():
        stored[f"{name}.{kind}"] = np.array([model.fit(**EXACT, **options).bse for model in models])
    fits = [model.fit(**EXACT) for model in models]
    stored[f"{name}.weights"] = np.array([fit.params for fit in fits])
    for quantity in ("deviance", "null_deviance", "llf"):
        stored[f"{name}.{quantity}"] = np.array([getattr(fit, quantity) for fit in fits])
np.savez_compressed(Path(__file__).parents[2] / "tests" / "analysis" / "glm" / "expected_statsmodels.npz", **stored)
