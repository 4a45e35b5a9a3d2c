"""Goodness of fit in time: rescaled intervals of true and of wrong rates, and scores of bins that were predicted."""

import jax
import numpy as np
import pytest
from scipy.stats import kstest

from isocortex import InputError
from isocortex.analysis.encoding import glm
from isocortex.analysis.inference import require_no_leak


@pytest.mark.parametrize("family", ["poisson", "bernoulli"])
def test_rescaled_time_accepts_the_true_rates_and_rejects_others(family, rng):
    """Uniform with the true rates, also where spikes are not rare; not so at the ends of bins, nor with other rates."""
    rate = 0.4 * np.exp(np.sin(np.arange(6000) / 9))[:, None] / (2 if family == "bernoulli" else 1)
    y = (rng.random(rate.shape) < rate if family == "bernoulli" else rng.poisson(rate)).astype(float)
    key = jax.random.key(1)
    true = glm.time_rescaling(y, rate, key=key, family=family).table
    n = int(y.sum()) - 1
    assert true["n"].item() == n
    assert true["band"].item() == pytest.approx(1.36 / np.sqrt(n))
    assert true["distance"].item() < true["band"].item()
    ends = np.cumsum(rate)[np.repeat(np.arange(6000), y[:, 0].astype(int))]
    assert kstest(1 - np.exp(-np.diff(ends)), "uniform").statistic > 2 * true["band"].item()
    flat = glm.time_rescaling(y, np.full_like(rate, rate.mean()), key=key, family=family).table
    assert flat["p"].item() < 1e-3
    cut = rate.copy()
    cut[3000:] = np.nan
    assert glm.time_rescaling(y, cut, key=key, family=family).table["n"].item() == y[:3000].sum() - 1


def test_rescaled_time_needs_spikes(key):
    y = np.eye(4)[:, :2]
    assert glm.time_rescaling(y, 0.3 + 0 * y, key=key).table["p"].isna().all()
    with pytest.raises(InputError, match="a Gaussian has none"):
        glm.time_rescaling(y, y, key=key, family="gaussian")
    with pytest.raises(InputError, match="mean must have the shape of y"):
        glm.time_rescaling(y, y[1:], key=key)


def test_goodness_leaves_out_what_was_not_predicted():
    y = np.array([[1.0, 0.0], [3.0, 0.0], [2.0, 0.0]])
    mean = np.array([[1.5, 0.1], [2.5, 0.1], [np.nan, 0.1]])
    first, second = glm.goodness(y, mean).to_dict("records")
    assert first["events"] == 4
    assert first["null_deviance"] == pytest.approx(2 * (np.log(1 / 2) + 3 * np.log(3 / 2)))
    assert np.isnan(second["explained"])
    assert np.isnan(second["bits_per_spike"])
    with pytest.raises(InputError, match="mean must have the shape of y"):
        glm.goodness(y, mean[1:])
    with pytest.raises(InputError, match="null must have the shape of y"):
        glm.goodness(y, mean, null=mean[1:])


def test_folds_are_trials_or_stretches_of_time(rng):
    counts = rng.poisson(0.5, (6, 20, 2)).astype(float)
    basis = glm.raised_cosines(2, 4)
    made = glm.design(counts, basis, bin_ms=5)
    require_no_leak(glm.blocks_of_time(made.y, 3), made.y["trial"].values)
    one = glm.design(counts[:1], basis, bin_ms=5)
    assert all((np.diff(fold.test) == 1).all() for fold in glm.blocks_of_time(one.y, 3))
    assert [fold.test.tolist() for fold in glm.blocks_of_time(4, 2)] == [[0, 1], [2, 3]]
