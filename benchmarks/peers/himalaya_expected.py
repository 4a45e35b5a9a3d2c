"""Print the numbers of himalaya that tests/golden/test_himalaya.py holds banded ridge regression to.

Run in an environment with himalaya 0.4.11: ``.venv-himalaya/bin/python peers/himalaya_expected.py``.
"""

import numpy as np
from himalaya.backend import set_backend
from himalaya.ridge import BandedRidgeCV
from himalaya.scoring import r2_score

set_backend("numpy")
rng = np.random.default_rng(0)
spaces = rng.normal(size=(2, 240, 30))
weights = rng.normal(size=(2, 30, 12)) / np.sqrt(30)
mix = np.linspace(0, 1, 12)
y = np.sqrt(mix) * (spaces[0] @ weights[0]) + np.sqrt(1 - mix) * (spaces[1] @ weights[1])
y += rng.normal(size=y.shape)
train, test = slice(0, 120), slice(120, None)
model = BandedRidgeCV(
    groups="input",
    solver="random_search",
    solver_params={"n_iter": 200, "alphas": np.logspace(-2, 4, 25), "progress_bar": False, "warn": False},
    cv=10,
    random_state=0,
    fit_intercept=True,
)
model.fit([x[train] for x in spaces], y[train])
print("R²", np.round(r2_score(y[test], model.predict([x[test] for x in spaces])), 4).tolist())
