"""Store the bases and weights of Poisson GLMs by NeMoS 0.2.8 of coupled neurons, which the tests hold ours to.

Run with the peer's own Python:

    .venv-nemos/bin/python peers/nemos_expected_glm.py
"""

from pathlib import Path

import jax
import nemos as nmo
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(0)
counts = rng.poisson(0.3, (400, 3)).astype(float)
counts[1:, 1] += rng.random(399) < 0.5 * counts[:-1, 0].clip(0, 1)
basis = nmo.basis.RaisedCosineLogConv(n_basis_funcs=4, window_size=12)
linear = nmo.basis.RaisedCosineLinearConv(n_basis_funcs=4, window_size=12)
features = np.asarray(basis.compute_features(counts))
stored = {"counts": counts, "basis": basis.evaluate_on_grid(12)[1], "linear": linear.evaluate_on_grid(12)[1]}
stored["x"] = features[12:]
known = np.isfinite(features).all(axis=1)
for name, link in {"exp": jax.numpy.exp, "softplus": jax.nn.softplus}.items():
    model = nmo.glm.PopulationGLM(
        observation_model=nmo.observation_models.PoissonObservations(),
        inverse_link_function=link,
        solver_name="LBFGS",
        solver_kwargs={"tol": 1e-14, "maxiter": 5000},
    )
    model.fit(features[known], counts[known])
    stored |= {f"{name}.weights": model.coef_, f"{name}.constant": model.intercept_}
np.savez_compressed(Path(__file__).parents[2] / "tests" / "analysis" / "glm" / "expected_nemos.npz", **stored)
