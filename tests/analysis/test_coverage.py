"""Do the 95 % intervals hold what they promise? A simulation with new stimuli and new seeds each time."""

import jax
import numpy as np
import pytest

from isocortex import responses, rsa

FEATURES = 24


def simulate(rng, n_stimuli, n_seeds, neurons, shared):
    """New stimuli, and new seeds of a model that sees them as the fixed neurons do, in part, each in its own way."""
    features = rng.normal(size=(n_stimuli, FEATURES))
    data = rsa.rdm(responses(features @ neurons))
    own = rng.normal(size=(n_seeds, FEATURES, 30)) + shared
    activity = np.tanh(np.einsum("sf,mfu->msu", features, own))
    return rsa.rdm(responses(activity, dims=("seed", "stimulus", "unit"))), data


@pytest.mark.slow
@pytest.mark.parametrize(("n_stimuli", "n_seeds"), [(40, 8), (80, 5), (92, 12)])
def test_coverage_of_the_95_percent_interval(n_stimuli, n_seeds, capsys):
    rng = np.random.default_rng(n_stimuli)
    neurons = rng.normal(size=(FEATURES, 40)) * np.linspace(2, 0.2, FEATURES)[:, None]
    shared = 0.6 * rng.normal(size=(FEATURES, 30)) * np.linspace(1.5, 0.2, FEATURES)[:, None]
    runs = [simulate(rng, n_stimuli, n_seeds, neurons, shared) for _ in range(600)]
    truth = np.mean([rsa.similarity(*run).mean() for run in runs])
    inside = []
    for i, (models, data) in enumerate(runs):
        row = rsa.compare({"m": models}, data, key=jax.random.key(i), n_bootstraps=300).loc["m"]
        inside.append(row["low"] <= truth <= row["high"])
    rate = float(np.mean(inside))
    with capsys.disabled():
        print(f"\ncoverage with {n_stimuli} stimuli and {n_seeds} seeds: {100 * rate:.1f} %")
    assert 0.93 <= rate <= 0.995
