"""Spiking units that change each other's rate: rates and gains beside closed forms, the same numbers, bad input."""

import numpy as np
import pytest
from scipy.stats import poisson

from isocortex import InputError
from isocortex.dynamics import coupled_spikes

NOTHING = np.zeros((2, 2, 3))


def test_counts_without_filters_are_poisson(key):
    """Shares of every count within four standard errors, at a low and a high mean."""
    mean = np.array([0.2, 3.0])
    counts = coupled_spikes(np.log(mean), NOTHING, 2000, key=key, n_trials=10)
    assert counts.dims == ("trial", "time", "unit")
    assert counts.shape == (10, 2000, 2)
    for i in range(2):
        values = counts.values[:, :, i].ravel()
        for n in range(6):
            share = poisson.pmf(n, mean[i])
            assert (values == n).mean() == pytest.approx(share, abs=4 * np.sqrt(share / 20_000) + 1e-4)


def test_a_spike_acts_at_its_lag_alone(key):
    """A filter that is log 4 at lag 2 makes the second unit's mean 4 times as large two bins later, and not before."""
    filters = NOTHING.copy()
    filters[0, 1, 1] = np.log(4.0)
    first, second = coupled_spikes(np.log([0.1, 0.1]), filters, 5000, key=key, n_trials=8).values.transpose(2, 0, 1)
    for lag, expected in ((1, None), (2, 0.4), (3, None)):
        mean = second[:, lag:][first[:, :-lag] == 1].mean()
        n = (first == 1).sum()
        usual = 0.1 * np.exp(0.1 * 3)  # the mean of 4ⁿ of Poisson counts n
        want = usual if expected is None else expected
        assert mean == pytest.approx(want, abs=4 * np.sqrt(want / n))


def test_single_spikes_and_drive(key):
    """With the logit link there is at most one spike in a bin, of the probability that the drive sets."""
    drive = np.repeat([-2.0, 0.5], 1500)
    counts = coupled_spikes(np.zeros(2), NOTHING, 3000, key=key, n_trials=4, link="logit", drive=drive).values
    assert set(np.unique(counts)) == {0.0, 1.0}
    for half, eta in ((slice(0, 1500), -2.0), (slice(1500, None), 0.5)):
        p = 1 / (1 + np.exp(-eta))
        assert counts[:, half].mean() == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 12_000))


def test_a_longer_simulation_begins_with_the_shorter(key):
    filters = NOTHING - 0.5
    short = coupled_spikes(np.log([0.3, 0.3]), filters, 50, key=key)
    np.testing.assert_array_equal(coupled_spikes(np.log([0.3, 0.3]), filters, 80, key=key)[:, :50], short)


BAD = {
    "shapes": ({"filters": np.zeros((2, 3, 4))}, "filters .unit, unit, lag."),
    "infinite": ({"baseline": np.array([0.0, -np.inf])}, "must be finite numbers"),
    "no bins": ({"n_bins": 0}, "at least one bin"),
    "link": ({"link": "log"}, "There is no link 'log'"),
    "drive": ({"drive": np.zeros((20, 3))}, "drive must be of shape"),
    "explosion": ({"filters": NOTHING + 2.0, "n_bins": 200}, "excite each other without end"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told(case, key):
    options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        coupled_spikes(**{"baseline": np.zeros(2), "filters": NOTHING, "n_bins": 20, "key": key} | options)
