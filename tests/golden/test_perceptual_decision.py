"""Networks learn to decide about noisy evidence as published, as a share of the ideal observer (REFERENCE.md §3).

The seeds see the same 4000 trials, so the standard error of their mean lies between √(0.9·0.1/4000/4) = 0.24 % and
0.47 %. docs/training.md has the shares; another machine rounds otherwise and has other networks in the end, so they are
held to three of the larger standard errors, 1.5 %.
"""

import jax
import numpy as np
import pytest

from isocortex import CTRNN, evaluate, fit_stream, population
from isocortex.tasks import PerceptualDecisionMaking

TRIALS, CLOSE = 4000, 1.5


def fraction_of_ideal(task, updates, batch=16, **network):
    untrained = population(lambda k: CTRNN(3, 3, **network, key=k), 4, key=jax.random.key(0))
    trained, _ = fit_stream(untrained, task, key=jax.random.key(1), updates=updates, batch=batch)
    key = jax.random.key(2)
    ideal = float(task.ideal(task.sample(key, TRIALS)).mean())
    success, before = (evaluate(x, task, key=key, n_trials=TRIALS) for x in (trained, untrained))
    assert before.max() < 0.6
    print(f"{success.round(4)} of {ideal:.4f}: {success.mean() / ideal:.4f}")
    return success.mean() / ideal


def percent(cell):
    return float(cell.removesuffix(" %"))


@pytest.mark.slow
def test_the_published_configuration(documented):
    """dt 20, stimulus 1000 ms, σ 0.3, 64 units: at least 97 % of 0.9000."""
    task = PerceptualDecisionMaking(dt=20.0, timing={"stimulus": 1000}, noise=0.3)
    share = fraction_of_ideal(task, 1500)
    assert share >= 0.97
    *_, said = documented("training.md", "1000 ms, σ 0.3")
    assert 100 * share == pytest.approx(percent(said), abs=CLOSE)


@pytest.mark.slow
def test_long_weak_evidence(documented):
    """σ = 1 and 2000 ms, the default noise: at least 97 % of 0.8957."""
    share = fraction_of_ideal(PerceptualDecisionMaking(dt=20.0), 2000, batch=64)
    assert share >= 0.97
    *_, said = documented("training.md", "2000 ms, σ 1")
    assert 100 * share == pytest.approx(percent(said), abs=CLOSE)


@pytest.mark.slow
def test_excitation_and_inhibition(documented):
    """50 units, 80/20, σ_rec 0.15, 500 ms: at least 95 % of 0.8645."""
    task = PerceptualDecisionMaking(dt=20.0, timing={"stimulus": 500})
    share = fraction_of_ideal(task, 2000, n_units=50, excitatory=0.8, noise=0.15)
    assert share >= 0.95
    *_, said = documented("training.md", "500 ms, σ 1")
    assert 100 * share == pytest.approx(percent(said), abs=CLOSE)


@pytest.mark.slow
def test_strong_evidence_is_learned_at_once():
    """The small form of the same: one network, four steps of evidence at full coherence."""
    task = PerceptualDecisionMaking(dt=50.0, timing={"stimulus": 200}, noise=0.1, coherences=(100.0,))
    network = population(lambda k: CTRNN(3, 3, n_units=16, key=k), 1, key=jax.random.key(0))
    trained, _ = fit_stream(network, task, key=jax.random.key(1), updates=300)
    np.testing.assert_array_less(0.95, evaluate(trained, task, key=jax.random.key(2)))
