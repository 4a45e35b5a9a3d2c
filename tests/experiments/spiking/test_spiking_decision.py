"""The decision at several levels: learning through spikes, planted bounds, monkeys from a file, bad options."""

import json

import jax
import numpy as np
import pandas as pd
import pytest

from isocortex import InputError
from isocortex.experiments.spiking.decision_levels import PUBLISHED_DDM, attractor, drift_diffusion, of_trials
from isocortex.experiments.spiking.spiking_decision import SpikingDecision


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    small = {"seeds": 2, "updates": 200, "dt": 20.0, "test_trials": 400, "model_trials": 100}
    return SpikingDecision(**small, out=tmp_path_factory.mktemp("runs")).execute()


@pytest.mark.slow
def test_spiking_networks_learn_the_decision(folder):
    found = json.loads((folder / "summary.json").read_text())
    assert found["spiking.accuracy.fraction_of_ideal.mean"] > 0.9
    assert found["spiking.accuracy.fraction_of_ideal.mean"] > found["untrained.accuracy.fraction_of_ideal.mean"] + 0.5
    assert 0.5 < found["spiking.rate_hz"] < 50
    for level in ("spiking_network", "rate_network", "drift_diffusion_model", "attractor_network"):
        assert found[f"level.{level}.rt_fall_ms"] > 0
        assert 0 < found[f"level.{level}.threshold"] < 30
    assert "No monkeys are shown" in (folder / "report.html").read_text()


def test_levels_that_are_not_trained():
    """The planted bound within four standard errors of a fit to 1200 trials (3 % each); Wong & Wang's are 2–3 times
    as accurate at 51 % as at 3 %."""
    diffusion = drift_diffusion(jax.random.key(0), 200)
    assert diffusion.bound(jax.random.key(1)) == pytest.approx(PUBLISHED_DDM["bound"], rel=0.12)
    network = attractor(jax.random.key(0), 60)
    share = network.points["share"].values
    assert share[-1] == 1.0
    assert share[0] == pytest.approx(0.5, abs=0.26)  # four standard errors
    assert 3 < network.threshold < 15
    assert network.fall > 200


def test_trials_become_a_level():
    trials = pd.DataFrame({"coherence": [0.0, 0.512], "correct": [True, False], "rt": [500.0, 400.0]})
    level = of_trials(trials)
    np.testing.assert_array_equal(level.strength, [0, 51.2])
    assert level.correct.tolist() == [True, False]


@pytest.mark.slow
def test_spiking_networks_reach_the_ideal_observer(tmp_path):
    folder = SpikingDecision(out=tmp_path).execute()
    found = json.loads((folder / "summary.json").read_text())
    assert found["spiking.accuracy.fraction_of_ideal.mean"] > 0.95


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"dt": 30.0}, "dt"), ({"coherences": (120.0,)}, "coherences"), ({"adaptive": 2.0}, "adaptive")],
)
def test_bad_options_are_refused(options, sentence):
    with pytest.raises(InputError, match=sentence):
        SpikingDecision(**options)
