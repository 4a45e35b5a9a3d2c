"""Statistics of spike trains find what closed forms say of Poisson, gamma and refractory processes."""

import numpy as np
import pytest
from scipy.stats import binom

from isocortex import InputError, SpikeTrains
from isocortex.analysis import spikes


def gamma_trains(shape, *, rate=20.0, n_units=40, duration=20_000.0, seed=0, refractory=0.0):
    """Return renewal processes in equilibrium after 1 s, whose intervals are gamma distributed after a dead time."""
    rng = np.random.default_rng(seed)
    mean = 1e3 / rate - refractory
    n = int(2 * rate * (duration + 1000) / 1e3)
    times = np.cumsum(refractory + rng.gamma(shape, mean / shape, (n_units, n)), axis=1) - 1000
    return SpikeTrains.from_lists([t[(t >= 0) & (t < duration)] for t in times], duration=duration)


def within(found, expected, errors=4.5):
    """Assert that the mean over units is as expected, within so many standard errors over units."""
    values = found.values[np.isfinite(found.values)]
    assert abs(values.mean() - expected) < errors * values.std(ddof=1) / np.sqrt(len(values))


@pytest.mark.parametrize("shape", [1, 4])
def test_gamma_processes(shape):
    """CV = 1/√k, CV2 = 2 E|u − v|/(u + v), LV = 3/(2k + 1), Fano factor of long windows → CV².

    (u − v)/(u + v) has the density of a symmetric beta(k, k) on −1…1: its variance is 1/(2k + 1), and its mean absolute
    value Γ(2k)/(k 4^k Γ(k)²) · 2, which is ½ at k = 1 and 0.2734 at k = 4. CV of n intervals is low by some 1/n.
    """
    trains = gamma_trains(shape)
    found = spikes.interval_statistics(trains)["estimate"]
    assert abs(found.sel(statistic="cv").mean() - shape**-0.5) < 0.015
    within(found.sel(statistic="cv2"), {1: 1.0, 4: 2 * 0.2734375}[shape])
    within(found.sel(statistic="lv"), 3 / (2 * shape + 1))
    within(spikes.firing_rates(trains)["estimate"], 20.0)
    fano = spikes.fano_factors(trains, [1000.0])["estimate"][0].mean().item()
    assert fano == pytest.approx(1 / shape, rel=4 * np.sqrt(2 / 800) + 0.02)


def test_a_dead_time_shows_in_intervals_and_autocorrelogram():
    """No lag below the dead time, and the rate at the first lag after it is that of the hazard, 1/(1/r − d)."""
    trains = gamma_trains(1, rate=40.0, refractory=5.0, n_units=4)
    statistics = spikes.interval_statistics(trains)["estimate"]
    assert statistics.sel(statistic="cv").mean().item() == pytest.approx(0.8, abs=0.03)
    found = spikes.correlograms(trains, reach=30)["estimate"]
    own = np.stack([found.sel(unit=u, other=u) for u in range(4)]).mean(axis=0)
    lag = found["lag"].values
    assert not own[np.abs(lag) < 5].any()
    assert own[lag == 7] == pytest.approx(50, rel=4 / np.sqrt(4 * 800 * 0.05))
    histogram = spikes.interval_histogram(trains, np.arange(0, 400, 5.0))["estimate"]
    assert not histogram.sel(interval=2.5).any()
    np.testing.assert_allclose(5 * histogram.sum("interval"), 1)
    assert histogram.sel(interval=12.5).mean().item() == pytest.approx(
        np.exp(-0.25) * (1 - np.exp(-0.25)) / 5, rel=0.15
    )


def test_correlograms_of_independent_trains_are_flat_and_their_intervals_cover_the_rate():
    """Of 2 × 41 intervals at 95 %, the number that hold the rate is binomial: lower than asked one time in 1e4."""
    trains = gamma_trains(1, n_units=2)
    found = spikes.correlograms(trains, reach=20)
    rates = spikes.firing_rates(trains)["estimate"].values
    covered = sum(
        int(((found["low"] <= rates[b]) & (found["high"] >= rates[b])).sel(unit=a, other=b).sum())
        for a, b in ((0, 1), (1, 0))
    )
    assert covered >= binom.ppf(1e-4, 82, 0.95)
    assert found["estimate"].sel(unit=0, other=1).mean().item() == pytest.approx(rates[1], rel=0.05)


def coverage(n_units, seed):
    """Return the share of intervals that hold the truth, by statistic, over so many Poisson trains."""
    trains = gamma_trains(1, n_units=n_units, duration=10_000.0, seed=seed)
    found = {"rate": (spikes.firing_rates(trains), 20.0), "fano": (spikes.fano_factors(trains, [100.0]), 1.0)}
    statistics = spikes.interval_statistics(trains)
    found |= {name: (statistics.sel(statistic=name), 1.0) for name in ("cv2", "lv")}
    pairs = spikes.count_correlations(trains, [50.0]).isel(width=0)
    upper = np.triu_indices(n_units, 1)
    shares = {name: ((x["low"] <= truth) & (x["high"] >= truth)).values.mean() for name, (x, truth) in found.items()}
    return shares | {"correlation": ((pairs["low"] <= 0) & (pairs["high"] >= 0)).values[upper].mean()}


def test_intervals_cover_the_truth():
    """200 units: 95 % are covered with a standard error of 1.5 %; four of them, and 1.5 % for skewed statistics."""
    for name, share in coverage(200, 0).items():
        assert 0.95 - 4 * 0.0154 - 0.015 < share < 0.95 + 3.3 * 0.0154, name


@pytest.mark.slow
def test_intervals_are_calibrated():
    """4000 units: a standard error of 0.35 %; the skewness of variances of 20 blocks costs up to 1.5 %."""
    found = [coverage(400, seed) for seed in range(1, 11)]
    for name in found[0]:
        share = np.mean([each[name] for each in found])
        print(f"{name}: {share:.4f}")
        assert 0.93 < share < 0.962, name


def test_trials_are_the_items_where_there_are_several():
    """The standard error of a mean over trials, by hand."""
    rng = np.random.default_rng(0)
    n = rng.poisson(8, 12)
    trial = np.repeat(np.arange(12), n)
    trains = SpikeTrains.from_spikes(
        rng.uniform(0, 400, n.sum()), 0 * trial, trial=trial, n_units=1, n_trials=12, duration=400
    )
    expected = (n / 0.4).std(ddof=1) / np.sqrt(12)
    assert spikes.firing_rates(trains)["se"].item() == pytest.approx(expected)
    found = spikes.psth(trains, 100)
    counts = trains.bin(100).values[..., 0]
    np.testing.assert_allclose(found["se"].values[:, 0], 10 * counts.std(axis=0, ddof=1) / np.sqrt(12))
    assert "over 12 trials" in found.attrs["methods"]


def test_what_the_stimulus_does_counts_as_variance_only_across_windows():
    """A rate of 5 and 45 spikes/s in turn, 100 ms each: pooled Fano factor 1 + var/mean = 1 + 4/2.5, over trials 1."""
    rng = np.random.default_rng(0)
    n = rng.poisson(np.tile([0.5, 4.5], (200, 5)))
    trial, window = (np.repeat(index.ravel(), n.ravel()) for index in np.indices(n.shape))
    times = 100 * (window + rng.random(len(window)))
    trains = SpikeTrains.from_spikes(times, 0 * trial, trial=trial, n_units=1, n_trials=200, duration=1000)
    pooled = spikes.fano_factors(trains, [100])
    apart = spikes.fano_factors(trains, [100], across="trials")
    for found, truth in ((pooled, 2.6), (apart, 1.0)):
        assert abs(found["estimate"].item() - truth) < 4 * found["se"].item()


def test_intervals_do_not_run_from_trial_to_trial():
    trains = SpikeTrains.from_spikes([1, 4, 2, 7], [0, 0, 0, 0], trial=[0, 0, 1, 1], n_units=1, n_trials=2, duration=10)
    assert spikes.intervals(trains).tolist() == [3.0, 5.0]
    found = spikes.interval_statistics(trains)["estimate"].sel(unit=0)
    assert found.sel(statistic="mean") == 4
    assert np.isnan(found.sel(statistic="cv2"))
    lags = spikes.correlograms(trains, reach=9, scale="count")["estimate"].sel(unit=0, other=0)
    assert lags["lag"].values[lags.values > 0].tolist() == [-5, -3, 3, 5]


ONE, NONE = SpikeTrains.from_lists([[5.0]], duration=10), SpikeTrains.from_lists([[], []], duration=10)
BAD = {
    "no interval": (lambda: spikes.interval_statistics(ONE), "No unit fired twice"),
    "no interval to draw": (lambda: spikes.interval_histogram(NONE, np.arange(3.0)), "No unit fired twice"),
    "edges": (lambda: spikes.interval_histogram(ONE, np.zeros(3)), "numbers that increase"),
    "no spikes": (lambda: spikes.synchrony(NONE, 1), "There are no spikes, so synchrony"),
    "one unit": (lambda: spikes.synchrony(ONE, 1), "at least two units"),
    "one trial": (lambda: spikes.psth(ONE, 1), "there is one; align the spikes"),
    "long window": (lambda: spikes.fano_factors(ONE, [11]), "10 ms is shorter than a bin of 11 ms"),
    "one window": (lambda: spikes.fano_factors(ONE, [10]), "needs two windows; 1 of 10 ms"),
    "negative": (lambda: spikes.count_correlations(NONE, [-1]), "wider than 0 ms; got -1"),
    "no width": (lambda: spikes.count_correlations(NONE, []), "a list of widths"),
    "over trials": (lambda: spikes.fano_factors(ONE, [5], across="trials"), "at least two trials"),
    "across": (lambda: spikes.fano_factors(ONE, [5], across="time"), "across 'time'. .*Known: trials, windows"),
    "blocks": (lambda: spikes.firing_rates(ONE, n_blocks=1), "at least 2 blocks"),
    "confidence": (lambda: spikes.firing_rates(ONE, confidence=95.0), "between 0 and 1; got 95"),
    "reach": (lambda: spikes.correlograms(ONE, reach=10), "shorter than the recording of 10 ms; got 10 ms"),
    "short reach": (lambda: spikes.correlograms(ONE, reach=0), "at least one bin"),
    "scale": (lambda: spikes.correlograms(ONE, reach=5, scale="x"), "no scale of correlograms 'x'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told(case):
    call, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        call()


def test_silent_units_are_undefined_beside_others():
    trains = SpikeTrains.from_lists([np.arange(1.0, 400, 7), []], duration=400)
    assert np.isnan(spikes.fano_factors(trains, [20])["estimate"].values[0]).tolist() == [False, True]
    assert np.isnan(spikes.interval_statistics(trains)["estimate"].sel(unit=1)).all()
    assert spikes.firing_rates(trains)["high"].values[1] == 0
    assert np.isnan(spikes.count_correlations(trains, [20])["estimate"].values[0, 0, 1])
