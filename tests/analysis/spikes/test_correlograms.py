"""Correlograms find planted connections, jitter finds fine structure alone, and chance as often as it says."""

import jax
import numpy as np
import pytest
import xarray as xr
from scipy.stats import binom, kstest

from isocortex import InputError, SpikeTrains
from isocortex.analysis import spikes

KEY = jax.random.key(0)


def poisson(rng, rate, duration):
    return np.sort(rng.uniform(0, duration, rng.poisson(rate * duration / 1e3)))


def connected(rng, duration=20_000.0, lag=4.5, probability=0.15, rate=20.0):
    """Return two units: each spike of the first adds one of the second after the lag, with this probability."""
    first = poisson(rng, rate, duration - 10)
    added = first[rng.random(len(first)) < probability] + lag
    return SpikeTrains.from_lists([first, np.concatenate([poisson(rng, rate, duration), added])], duration=duration)


def test_a_connection_is_a_peak_at_its_lag(rng):
    """0.15 of the spikes of the first have one 4.5 ms later, in the bin at 4 or at 5 ms: 75 spikes/s in each, on the 20
    of chance. Those are 76 spikes in both bins, with a Poisson error of 11 %."""
    trains = connected(rng)
    found = spikes.correlograms(trains, reach=20).sel(unit=0, other=1)
    peak = found["estimate"].sel(lag=[4, 5])
    assert set(found["estimate"].sortby(found["estimate"])["lag"].values[-2:].tolist()) == {4, 5}
    assert peak.mean().item() == pytest.approx(95, rel=4 / np.sqrt(76))
    back = spikes.correlograms(trains, reach=20, scale="count")["estimate"]
    np.testing.assert_array_equal(back.sel(unit=0, other=1), back.sel(unit=1, other=0)[::-1])


def test_jitter_finds_the_connection_and_its_lag(rng):
    found = spikes.jitter_test(connected(rng, 10_000.0), jitter=20, reach=20, key=KEY, n_surrogates=99)
    pair = found.sel(unit=0, other=1)
    beyond = pair["lag"].values[pair["observed"].values > pair["high_all"].values]
    assert beyond.tolist() == [4, 5]
    assert pair["p"] == 0.01
    assert pair["excess"].sel(lag=[4, 5]).sum().item() == pytest.approx(0.15 * 200, rel=0.4)


def test_common_input_of_a_mother_train_is_a_peak_at_zero(rng):
    """Each child takes a spike of the mother with probability 0.3: 0.3 of the spikes of one are in the other too."""
    mother = poisson(rng, 50, 10_000.0)
    children = SpikeTrains.from_lists([mother[rng.random(len(mother)) < 0.3] for _ in range(3)], duration=10_000)
    counts = spikes.correlograms(children, reach=5, scale="count")["estimate"]
    fired = np.bincount(children.unit)
    shared = counts.sel(lag=0).values[np.triu_indices(3, 1)] / fired[[0, 0, 1]]
    np.testing.assert_allclose(shared, 0.3, atol=4 * np.sqrt(0.21 / 150) + 0.015)
    correlation = spikes.count_correlations(children, [10, 100])["estimate"]
    np.testing.assert_allclose(correlation.values[:, 0, 1], 0.3, atol=4 / np.sqrt(100))


def test_correlation_by_time_scale(rng):
    """Rates that change together every 500 ms correlate counts in wide bins, and hardly in narrow ones.

    With the rate r = 20 ± 15 spikes/s the covariance is 225 w², and the variance of a count 20 w + 225 w², w in s.
    """
    high = rng.permuted(np.tile([35.0, 5.0], 200))
    n = rng.poisson(high / 2, (2, 400))
    trains = SpikeTrains.from_lists(
        [np.repeat(500.0 * np.arange(400), k) + rng.uniform(0, 500, k.sum()) for k in n], duration=200_000
    )
    found = spikes.count_correlations(trains, [10, 500]).sel(unit=0, other=1)
    for width, w in ((10, 0.01), (500, 0.5)):
        truth = 225 * w / (20 + 225 * w)
        at = found.sel(width=width)
        assert abs(np.arctanh(at["estimate"]) - np.arctanh(truth)) < 4 * at["se"] / (1 - truth**2)
    jittered = spikes.jitter_test(trains.slice(0, 20_000), jitter=50, width=5, reach=50, key=KEY, n_surrogates=99)
    assert jittered["p"].sel(unit=0, other=1) > 0.01  # the common rate is in the surrogates too


@pytest.mark.slow
def test_jitter_rejects_as_often_as_it_says():
    """p over pairs of independent trains with common slow rates is uniform on 1/40, …, 1."""
    p = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        rates = rng.uniform(5, 60, 20)
        lists = [np.concatenate([poisson(rng, r, 100.0) + 100 * i for i, r in enumerate(rates)]) for _ in range(2)]
        trains = SpikeTrains.from_lists(lists, duration=2000)
        found = spikes.jitter_test(trains, jitter=20, reach=15, key=jax.random.key(seed), n_surrogates=39)
        p.append(found["p"].sel(unit=0, other=1).item())
    assert kstest(np.array(p) - rng.uniform(0, 1 / 40, 200), "uniform").pvalue > 1e-3
    assert binom.ppf(1e-4, 200, 0.05) <= np.sum(np.array(p) <= 0.05) <= binom.ppf(1 - 1e-4, 200, 0.05)


def test_a_spike_triggered_average_finds_the_filter(rng):
    """Rate ∝ 1 + filter · white noise: the average is the filter, to within 4.5 of its standard errors."""
    filters = np.array([0.0, 0.2, 0.4, 0.3, 0.1])
    noise = rng.normal(size=(3, 8000))
    drive = np.stack([np.convolve(row, filters, mode="full")[:8000] for row in noise])
    n = rng.poisson(np.maximum(0.1 * (1 + drive), 0))
    trial, time = (np.repeat(index.ravel(), n.ravel()) for index in np.indices(n.shape))
    how = {"n_units": 1, "n_trials": 3, "duration": 8000}
    trains = SpikeTrains.from_spikes(time + 0.5, 0 * time, trial=trial, **how)
    stimulus = xr.DataArray(noise, dims=("trial", "time"), coords={"time": np.arange(8000.0)})
    found = spikes.spike_triggered_average(trains, stimulus, window=(-9, 1))
    expected = np.append(np.zeros(5), filters[::-1])
    error = np.sqrt(1 / n.sum())
    np.testing.assert_array_less(np.abs(found["estimate"].values[0] - expected), 4.5 * error + 0.01)  # rectified rates
    np.testing.assert_allclose(found["se"].values[0], error, rtol=2)
    test = spikes.shift_test(trains, stimulus, window=(-9, 1), key=KEY, n_surrogates=99)
    beyond = test["lag"].values[np.abs(test["excess"].values[0]) > (test["high_all"] - test["expected"]).values[0]]
    assert beyond.tolist() == [-4, -3, -2, -1]
    assert test["p"].item() == 0.01


def test_features_and_trials_of_a_stimulus_may_be_in_any_order(rng):
    values = rng.normal(size=(2, 30, 3, 4))
    stimulus = xr.DataArray(values, dims=("trial", "time", "y", "x"), coords={"time": 2.0 * np.arange(30)})
    trains = SpikeTrains.from_spikes([21.0, 2.0, 31.0], [0, 0, 0], trial=[0, 1, 1], n_units=1, n_trials=2, duration=60)
    found = spikes.spike_triggered_average(trains, stimulus.transpose("x", "time", "trial", "y"), window=(-4, 2))
    expected = (values[0, 8:11] + values[1, 13:16]) / 2  # the spike at 2 ms has no full window
    np.testing.assert_allclose(found["estimate"].transpose("unit", "lag", "y", "x").values[0], expected)
    assert found["lag"].values.tolist() == [-4, -2, 0]
    assert found.attrs["spikes"] == [2]


ONE = SpikeTrains.from_lists([[5.0], []], duration=10)
FLAT = xr.DataArray(np.zeros(10), dims="time", coords={"time": np.arange(10.0)})
BAD = {
    "multiple": (lambda: spikes.jitter_test(ONE, jitter=2.5, reach=5, key=KEY), "a multiple of that; got 2.5"),
    "too fine": (lambda: spikes.jitter_test(ONE, jitter=1, reach=5, key=KEY), "at least two bins of 1 ms"),
    "surrogates": (lambda: spikes.jitter_test(ONE, jitter=2, reach=5, key=KEY, n_surrogates=5), "at least 19"),
    "no time": (lambda: spikes.spike_triggered_average(ONE, FLAT.rename(time="t")), "a dimension 'time'"),
    "uneven": (lambda: spikes.spike_triggered_average(ONE, FLAT.isel(time=[0, 1, 3])), "equal steps"),
    "trials": (lambda: spikes.spike_triggered_average(ONE, FLAT.expand_dims(trial=3)), "3 trials, .* have 1"),
    "window": (lambda: spikes.spike_triggered_average(ONE, FLAT, window=(-11, 0)), "no longer than the stimulus"),
    "empty": (lambda: spikes.spike_triggered_average(ONE, FLAT, window=(0, 0)), "must hold a step"),
    "silent": (lambda: spikes.shift_test(ONE, FLAT, window=(-2, 0), key=KEY), "position 1 has no spike"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told(case):
    call, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        call()
