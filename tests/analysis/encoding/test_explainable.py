"""The fraction of explainable variance: published numbers, the coverage of its interval, and what cannot be judged."""

import numpy as np
import pytest

from isocortex import InputError, responses
from isocortex.analysis.encoding import explainable_variance

COVERED = (0.93, 0.98)
"""Share of 95 % intervals that must hold the truth; 4000 units leave a standard error of 0.0034."""


def simulated(rng, m, n, snr, r2, units, noise=0.25):
    """Return repeats of units whose true responses have the squared correlation r2 with the predictions."""
    x = rng.normal(size=(m, 1))
    x -= x.mean()
    x /= np.linalg.norm(x)
    other = rng.normal(size=(m, units))
    other -= other.mean(axis=0) + x * (x * (other - other.mean(axis=0))).sum(axis=0)
    other /= np.linalg.norm(other, axis=0)
    truth = np.sqrt(m * snr * noise) * (np.sqrt(r2) * x + np.sqrt(1 - r2) * other)
    return truth + np.sqrt(noise) * rng.normal(size=(n, m, units)), np.broadcast_to(x, (m, units))


def test_the_published_numbers_of_a_perfect_model(rng):
    """Pospisil & Bair 2021: m 362, n 4, σ² 0.25, SNR 0.5: naive 0.67, unbiased 1.00, 90 % within 0.93 to 1.07.

    2000 units leave a standard error of 0.043/√2000 ≈ 0.001 of the means and 0.002 of the 5 % quantiles.
    """
    found = explainable_variance(*simulated(rng, 362, 4, 0.5, 1.0, 2000))
    assert found["naive"].mean() == pytest.approx(1 / (1 + 1 / (4 * 0.5)), abs=0.004)
    assert found["fev"].mean() == pytest.approx(1, abs=0.005)
    np.testing.assert_allclose(found["fev"].quantile([0.05, 0.95]), [0.93, 1.07], atol=0.01)
    assert found["snr"].mean() == pytest.approx(0.5 * 362 / 361, abs=0.005)
    assert COVERED[0] < ((found["low"] < 1) & (found["high"] > 1)).mean() < COVERED[1]
    assert found["judged"].all()
    above = found[found["fev"] > 1]
    assert len(above) > 500
    assert (above["high"] > above["fev"]).all()


def test_scale_offset_and_drift_do_not_matter(rng):
    trials, x = simulated(rng, 40, 3, 1.0, 0.5, 5)
    plain = explainable_variance(trials, x)
    other = explainable_variance(3 * trials + np.array([0.0, 5, -7])[:, None, None], 2 * x - 1)
    for name in ("naive", "fev", "low", "high", "snr", "p"):
        np.testing.assert_allclose(other[name], plain[name], rtol=1e-6)
    as_they_are = explainable_variance(trials, trials.mean(axis=0))
    np.testing.assert_allclose(as_they_are["r2"], 1)
    np.testing.assert_allclose(explainable_variance(trials, 0 * x + trials.mean(axis=(0, 1)))["r2"], 0, atol=1e-12)


def test_noise_known_from_elsewhere_serves_one_repeat(rng):
    trials, x = simulated(rng, 362, 1, 2.0, 0.6, 1000)
    found = explainable_variance(trials[0], x, noise_variance=np.full(1000, 0.25))
    assert found["fev"].mean() == pytest.approx(0.6, abs=0.01)
    assert COVERED[0] < ((found["low"] < 0.6) & (found["high"] > 0.6)).mean() < COVERED[1]


def test_noise_is_not_judged_and_a_constant_has_no_fraction(rng):
    noise = rng.normal(size=(4, 50, 2000))
    found = explainable_variance(noise, rng.normal(size=(50, 2000)))
    assert found["judged"].mean() < 0.004  # 0.001 by construction, with a standard error of 0.0007
    assert np.isinf(found["high"]).mean() > 0.9
    constant = explainable_variance(noise[:, :, :2], np.full((50, 2), 0.1))
    assert constant[["fev", "low", "high", "naive"]].isna().all(axis=None)


def test_units_keep_their_names(rng):
    trials = responses(rng.normal(size=(2, 5, 3)), stimuli=range(5)).assign_coords(unit=["a", "b", "c"])
    assert explainable_variance(trials, rng.normal(size=(5, 3))).index.tolist() == ["a", "b", "c"]


def test_bad_input_is_told(rng):
    trials = rng.normal(size=(2, 5, 3))
    for use, message in (
        (lambda: explainable_variance(trials, trials[0, :4]), r"5 stimuli × 3 units; got the shape \(4, 3\)"),
        (lambda: explainable_variance(trials[:1], trials[0]), "One repeat shows no noise"),
        (
            lambda: explainable_variance(trials[:, :2], trials[0, :2]),
            "At least 2 stimuli more than folds are needed; got 2 in 1",
        ),
        (lambda: explainable_variance(trials[0, 0], trials[0]), "repeat × stimulus × unit; got the shape"),
        (lambda: explainable_variance(trials, trials[0], confidence=95.0), "between 0 and 1; got 95"),
    ):
        with pytest.raises(InputError, match=message):
            use()


@pytest.mark.slow
@pytest.mark.parametrize("r2", [0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize(("m", "n", "snr"), [(362, 4, 0.5), (180, 8, 0.2), (60, 4, 1.0), (30, 4, 2.0)])
def test_intervals_cover_the_truth(rng, m, n, snr, r2):
    found = explainable_variance(*simulated(rng, m, n, snr, r2, 4000))
    covered = ((found["low"] <= r2) & (r2 <= found["high"])).mean()
    print(f"m {m}, n {n}, SNR {snr}, r² {r2}: {100 * covered:.1f} % of 95 % intervals hold the truth")
    assert COVERED[0] <= covered <= COVERED[1]


def test_the_mean_of_the_other_folds_explains_nothing(rng):
    """A constant that is fitted without the fold that it predicts is anti-correlated with it: r² is not its merit."""
    trials, x = simulated(rng, 40, 4, 1.0, 0.5, 300)
    fold = np.arange(40) % 4
    mean = trials.mean(axis=0)
    constant = np.stack([mean[fold != i].mean(axis=0) for i in fold])
    assert explainable_variance(trials, constant)["fev"].median() < -0.02
    assert explainable_variance(trials, constant, folds=fold)["fev"].isna().all()
    shifted = explainable_variance(trials, x + 10 * fold[:, None], folds=fold)
    assert shifted["fev"].mean() == pytest.approx(0.5, abs=0.02)


def test_predictions_of_the_opposite_get_the_opposite(rng):
    trials, x = simulated(rng, 40, 3, 1.0, 0.5, 5)
    ours, opposite = explainable_variance(trials, x), explainable_variance(trials, -x)
    np.testing.assert_allclose(opposite[["fev", "low", "high"]], -ours[["fev", "high", "low"]])
