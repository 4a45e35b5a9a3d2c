"""Distances between spike trains are metrics, with the limits that are known; synchrony has its two ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocortex import InputError, SpikeTrains
from isocortex.analysis import spikes

TRAIN = st.lists(st.floats(0, 100).map(lambda t: round(t, 3)), max_size=8, unique=True)
MEASURES = {
    "van Rossum": lambda trains: spikes.van_rossum(trains, 7.0),
    "Victor–Purpura": lambda trains: spikes.victor_purpura(trains, 0.2),
}


@pytest.mark.parametrize("measure", MEASURES)
@given(lists=st.lists(TRAIN, min_size=3, max_size=4), shift=st.floats(0, 1000))
@settings(deadline=None, max_examples=40)
def test_axioms_of_a_metric(measure, lists, shift):
    """A squared van Rossum distance is a difference of sums up to 64, to within 1e-12: its root is good to 1e-6."""
    found = MEASURES[measure](SpikeTrains.from_lists(lists, duration=100)).values[0]
    assert (np.diagonal(found) < 1e-6).all()
    np.testing.assert_array_equal(found, found.T)
    assert (found[:, None] <= found[:, :, None] + found.T[None] + 1e-6).all()
    for i, a in enumerate(lists):
        for j, b in enumerate(lists):
            assert (found[i, j] < 1e-6) == (sorted(a) == sorted(b))
    moved = SpikeTrains.from_lists([np.add(train, shift) for train in lists], duration=1100)
    np.testing.assert_allclose(MEASURES[measure](moved).values[0], found, atol=1e-5)


def plainly(a, b, cost):
    """Return the distance of Victor and Purpura by the recursion of their paper."""
    table = np.add.outer(np.arange(len(a) + 1.0), np.arange(len(b) + 1.0))
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            moved = table[i - 1, j - 1] + cost * abs(a[i - 1] - b[j - 1])
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, moved)
    return table[-1, -1]


@given(TRAIN.map(sorted), TRAIN.map(sorted), st.sampled_from([0.0, 0.01, 0.3, 5.0]))
@settings(deadline=None, max_examples=60)
def test_victor_purpura_is_that_of_its_recursion(a, b, cost):
    found = spikes.victor_purpura(SpikeTrains.from_lists([a, b], duration=100), cost).values[0, 0, 1]
    assert found == pytest.approx(plainly(a, b, cost), abs=1e-12)


def test_pairs_in_batches(monkeypatch, rng):
    trains = SpikeTrains.from_lists([rng.uniform(0, 100, n) for n in (3, 0, 9, 5)], duration=100)
    together = spikes.victor_purpura(trains, 0.3)
    monkeypatch.setattr("isocortex.analysis.spikes.distances.BATCH", 1)
    np.testing.assert_array_equal(spikes.victor_purpura(trains, 0.3), together)


def test_van_rossum_is_its_integral():
    """By the trapezoid rule on a grid of 0.002 ms, with an error of the size of the jumps times half a step: 1e-3."""
    lists, tau = [[10.0, 14.0, 60.0], [12.0, 60.0]], 5.0
    t = np.arange(0, 200, 0.002)
    f, g = (sum(np.where(t >= s, np.exp(-(t - s) / tau), 0) for s in spiked) for spiked in lists)
    found = spikes.van_rossum(SpikeTrains.from_lists(lists, duration=100), tau).values[0, 0, 1]
    assert found == pytest.approx(np.sqrt(2 / tau * np.trapezoid((f - g) ** 2, t)), abs=1e-3)


def test_van_rossum_of_a_long_recording_does_not_overflow():
    """Trains that differ in one spike after an hour, at τ = 1 ms: e^(t/τ) would have 1.5 million digits."""
    late = np.array([1.0, 3.6e6])
    trains = SpikeTrains.from_lists([late, late[:1]], duration=4e6)
    assert spikes.van_rossum(trains, 1.0).values[0, 0, 1] == pytest.approx(1, abs=1e-8)


def test_trials_are_compared_within_units():
    trains = SpikeTrains.from_spikes([5.0, 50.0, 7.0], [0, 1, 0], trial=[0, 0, 1], n_units=2, n_trials=2, duration=100)
    found = spikes.victor_purpura(trains, 0.1, between="trial")
    assert found.dims == ("unit", "trial", "other")
    assert found.values[:, 0, 1].round(12).tolist() == [0.2, 1.0]
    assert spikes.victor_purpura(trains, 0.1).values[:, 0, 1].tolist() == [2.0, 1.0]


def test_synchrony_is_one_of_copies_and_one_over_n_of_independent_units(rng):
    """χ² of N independent units averages 1/N; its standard error over 2000 bins is √(2/2000)/N."""
    train = np.sort(rng.uniform(0, 10_000, 300))
    assert spikes.synchrony(SpikeTrains.from_lists([train] * 5, duration=10_000), 5)[
        "estimate"
    ].item() == pytest.approx(1)
    unit = rng.integers(20, size=6000)
    trains = SpikeTrains.from_spikes(rng.uniform(0, 10_000, 6000), unit, n_units=20, duration=10_000)
    found = spikes.synchrony(trains, 5)
    assert found["independent"] == 0.05
    assert found["low"] < 0.05 < found["high"]
    assert found["estimate"].item() == pytest.approx(0.05, rel=4 * np.sqrt(2 / 2000))


PAIR = SpikeTrains.from_lists([[1.0], [2.0]], duration=10)
BAD = {
    "tau": (lambda: spikes.van_rossum(PAIR, 0.0), "above 0 ms and finite; got 0"),
    "cost": (lambda: spikes.victor_purpura(PAIR, -1), "at least 0 per ms and finite; got -1"),
    "between": (lambda: spikes.van_rossum(PAIR, 1, between="units"), "Did you mean 'unit'"),
    "one trial": (lambda: spikes.van_rossum(PAIR, 1, between="trial"), "one trial, and nothing to compare"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told(case):
    call, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        call()
