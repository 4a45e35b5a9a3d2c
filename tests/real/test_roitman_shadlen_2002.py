"""Roitman & Shadlen 2002 (10.1523/JNEUROSCI.22-21-09475.2002): behaviour, and why the simple model fails."""

import jax
import pytest

from isocortex.analysis import by_coherence, fit_decisions, fit_psychometric, tally
from isocortex.recordings import read_roitman_shadlen


@pytest.fixture(scope="module")
def animals(recordings):
    return read_roitman_shadlen(recordings / "roitman-shadlen-2002.csv")


@pytest.mark.parametrize(
    ("name", "n", "slowest", "fastest"), [("monkey 1", 2615, 790, 460), ("monkey 2", 3534, 850, 390)]
)
def test_behaviour_is_as_published(animals, name, n, slowest, fastest):
    """Accuracy from one half (four binomial errors) to one; mean reaction times as printed to 0.01 s."""
    trials = animals[name]
    assert len(trials) == n
    table = by_coherence(trials)
    assert table["accuracy"].iloc[0] == pytest.approx(0.5, abs=4 * table["accuracy_error"].iloc[0])
    assert table["accuracy"].iloc[-1] == pytest.approx(1.0, abs=0.005)
    assert table["rt"].iloc[0] == pytest.approx(slowest, abs=5)
    assert table["rt"].iloc[-1] == pytest.approx(fastest, abs=5)


@pytest.mark.slow
def test_one_trial_of_5_ms_ruins_the_simple_model(animals):
    key = jax.random.key(0)
    with pytest.warns(UserWarning, match="non_decision is at the lower limit of its range"):
        simple = fit_decisions(animals["monkey 1"], "simple", key=key)
    mixed = fit_decisions(animals["monkey 1"], "contaminants", key=key)
    assert simple.table["estimate"]["non_decision"] < 5
    assert mixed.table["estimate"]["non_decision"] == pytest.approx(307, abs=4)
    assert simple.bic - mixed.bic > 3000


@pytest.mark.first_variant
@pytest.mark.parametrize(("name", "threshold", "slope"), [("monkey 1", 8.24, 1.44), ("monkey 2", 6.74, 1.20)])
def test_thresholds(animals, name, threshold, slope):
    """Weibull thresholds in % coherence, within half of the last digit; both animals hardly lapse and fit well."""
    trials = animals[name]
    fit = fit_psychometric(tally(100 * trials["coherence"], trials["correct"]), key=jax.random.key(0)).iloc[0]
    assert fit["threshold"] == pytest.approx(threshold, abs=0.005)
    assert fit["slope"] == pytest.approx(slope, abs=0.005)
    assert 0.8 < fit["threshold_high"] - fit["threshold_low"] < 2.2
    assert fit["lapse"] < 0.005
    assert fit["p_deviance"] > 0.05
