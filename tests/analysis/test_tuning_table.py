import numpy as np
import pytest

from isocortex import InputError, responses, tuning_table
from isocortex.analysis import fit_tuning, tuning_indices

ANGLES = np.arange(-90.0, 90.0, 7.5)


def bumps(preferred, kappa=2.0):
    return np.exp(kappa * (np.cos(np.deg2rad(2 * (ANGLES[:, None] - preferred))) - 1))


@pytest.mark.slow
def test_neurons_with_repeats(rng, key):
    preferred = np.linspace(-80, 80, 30)
    flat = np.zeros((len(ANGLES), 30))
    trials = np.concatenate([bumps(preferred), flat], axis=1) + 0.3 * rng.normal(size=(6, len(ANGLES), 60))
    x = responses(trials, stimuli=ANGLES)
    table = tuning_table(x, key=key, baseline=0.0)
    assert table["tuned"][:30].all()
    assert table["tuned"][30:].mean() < 0.15  # at 1 % a binomial of 30 exceeds 4 with probability 1e-5
    assert np.abs(table["preferred"][:30] - preferred).max() < 10
    assert table["reliability"][:30].min() > table["reliability"][30:].max()
    np.testing.assert_allclose(table["osi_corrected"], tuning_indices(x, baseline=0.0)["osi_corrected"])


def test_a_population_of_models_is_one_table(rng, key):
    curves = np.stack([bumps(np.array([-40.0, 10, 70])), bumps(np.array([0.0, 30, 60]))])
    curves[0, :, 1] = 3.0
    curves[1, :, 2] = rng.normal(size=len(ANGLES))
    table = tuning_table(responses(curves, stimuli=ANGLES, dims=("seed", "stimulus", "unit")), key=key)
    assert table["seed"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["unit"].tolist() == [0, 1, 2, 0, 1, 2]
    assert table["varies"].tolist() == [True, False, True, True, True, True]
    assert table["tuned"].tolist() == [True, False, True, True, True, False]
    np.testing.assert_allclose(table["preferred"][[0, 2, 3, 4]], [-40, 70, 0, 30], atol=1e-4)
    assert "p" not in table


def test_a_large_population_is_sampled(rng, key):
    x = responses(bumps(rng.uniform(-90, 90, 50)), stimuli=ANGLES)
    some = tuning_table(x, key=key, most_units=10, baseline=np.arange(50.0) / 1000)
    assert len(some) == len(set(some["unit"])) == 10
    np.testing.assert_allclose(some["preferred"], fit_tuning(x)["preferred"].loc[some["unit"]], atol=1e-6)
    np.testing.assert_allclose(some["osi"], tuning_indices(x, baseline=np.arange(50.0) / 1000)["osi"].loc[some["unit"]])
    with pytest.raises(InputError, match="most_units must be at least 1"):
        tuning_table(x, key=key, most_units=0)
