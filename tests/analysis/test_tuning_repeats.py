import numpy as np
import pytest
from scipy.stats import kstest

from isocortex import InputError, responses
from isocortex.analysis import reliability, tuning_test


@pytest.mark.parametrize("n_repeats", [2, 5, 8])
def test_reliability_is_the_share_of_signal(n_repeats, rng, key):
    """s²/(s² + n²/R) within four standard errors over units, and the bias of a correlation over S stimuli, 1/S."""
    noise, stimuli = 1.2, np.linspace(0, 180, 120, endpoint=False)
    signal = rng.normal(size=(120, 400))
    x = responses(signal + noise * rng.normal(size=(n_repeats, 120, 400)), stimuli=stimuli)
    found = reliability(x, key=key)
    expected = 1 / (1 + noise**2 / n_repeats)
    assert abs(found.mean() - expected) < 4 * found.std() / np.sqrt(400) + 1 / 120
    np.testing.assert_array_equal(found, reliability(x, key=key))
    nothing = reliability(responses(rng.normal(size=x.shape), stimuli=stimuli), key=key)
    assert abs(nothing.mean()) < 4 * nothing.std() / np.sqrt(400)
    assert np.isnan(reliability(responses(np.ones((2, 4, 1)), stimuli=[0, 45, 90, 135]), key=key)[0])


@pytest.mark.parametrize("period", [180, 360])
def test_p_values_are_uniform_without_tuning(period, rng, key):
    """Even with skewed noise, and with a drift from repeat to repeat that all stimuli share."""
    stimuli = np.arange(0.0, period, period / 12)
    trials = rng.exponential(size=(5, 12, 600)) + 3 * rng.normal(size=(5, 1, 600))
    p = tuning_test(responses(trials, stimuli=stimuli), key=key, n_permutations=499)
    assert kstest(p, "uniform").pvalue > 0.01
    assert 1 / 500 <= p.min() <= p.max() <= 1


@pytest.mark.slow
def test_tuned_units_are_found(rng, key):
    """Vector Σ r e^{2iθ} = N a/2 for amplitude a over N trials, with noise √(N/2): at a = 0.8 and N = 108 a length of
    5.9 standard deviations, where p < 0.01 needs 3.0; nearly every unit is found."""
    directions = np.arange(0.0, 360, 20)
    wave = np.cos(np.deg2rad(directions - 40))[:, None]
    for signal in (0.8 * wave, 0.8 * (2 * wave**2 - 1)):
        x = responses(signal + rng.normal(size=(6, 18, 200)), stimuli=directions)
        p = tuning_test(x, key=key, n_permutations=300)
        assert (p < 0.01).mean() > 0.95
        np.testing.assert_array_equal(p, tuning_test(5 - 2.0 * x, key=key, n_permutations=300))
    assert tuning_test(responses(np.full((3, 18, 1), 0.1), stimuli=directions), key=key, n_permutations=99)[0] == 1


@pytest.mark.parametrize("measure", [reliability, tuning_test])
def test_measures_over_trials_need_repeats_and_angles(measure, key):
    with pytest.raises(InputError, match="at least two repeats"):
        measure(responses(np.eye(4), stimuli=[0, 45, 90, 135]), key=key)
    with pytest.raises(InputError, match="angles in degrees"):
        measure(responses(np.ones((2, 3, 1)), stimuli=["a", "b", "c"]), key=key)
