"""Spike trains: what they refuse, and that selecting, slicing, aligning, binning and joining keep every spike."""

import jax
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import isocortex as ic
from isocortex import InputError, SpikeTrains
from isocortex.spike_trains import concatenate

UNITS = pd.DataFrame({"area": ["V1", "MT", "V1"], "depth": [0.1, 0.5, 0.9]}, index=["a", "b", "c"])
SHOWN = pd.DataFrame({"stimulus": [0.0, 90.0, 0.0, 90.0], "rewarded": [True, False, False, True]})


def drawn(n=200, n_units=3, n_trials=4, start=-20.0, **labels):
    rng = np.random.default_rng(n)
    times = rng.uniform(start, start + 100, n)
    unit, trial = rng.integers(n_units, size=n), rng.integers(n_trials, size=n)
    how = {"n_units": n_units, "n_trials": n_trials, "trial": trial, "start": start, "duration": 100}
    return SpikeTrains.from_spikes(times, unit, **how, **labels)


def same(a, b):
    for name in ("times", "unit", "trial", "n_units", "n_trials", "start", "duration"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    for name in ("units", "trials"):
        mine, other = getattr(a, name), getattr(b, name)
        assert (mine is None) == (other is None)
        if mine is not None:
            pd.testing.assert_frame_equal(mine, other)


def test_the_default_is_one_trial_from_zero():
    trains = SpikeTrains(np.array([1.0, 1.0, 3.0]), np.array([1, 0, 1]), 2, 5.0)
    assert (trains.n_trials, trains.start, trains.stop) == (1, 0.0, 5.0)
    assert trains.trial.tolist() == [0, 0, 0]
    assert trains.of(1).tolist() == [1.0, 3.0]
    assert repr(trains) == "SpikeTrains(spikes=3, units=2, trials=1, time=0…5 ms)"


def test_units_and_trials_are_selected_by_name_by_mask_and_in_any_order():
    trains = drawn(units=UNITS, trials=SHOWN)
    found = trains.select(units=["c", "a"], trials=trains.trials["stimulus"] == 90)
    assert found.units.index.tolist() == ["c", "a"]
    assert found.trials.index.tolist() == [1, 3]
    for new, old in enumerate([2, 0]):
        for place, trial in enumerate([1, 3]):
            np.testing.assert_array_equal(found.of(new, place), trains.of(old, trial))
    assert found.select(trials=3).trials["rewarded"].tolist() == [True]
    same(trains.select(), trains)


def test_a_unit_keeps_its_name_where_there_was_no_table():
    assert drawn().select(units=[2, 1]).bin(10)["unit"].values.tolist() == [2, 1]


@given(st.lists(st.floats(-20, 80), max_size=20), st.floats(-19, 79))
@settings(deadline=None, max_examples=50)
def test_slices_hold_every_spike_once(times, edge):
    trains = SpikeTrains.from_spikes(times, [0] * len(times), n_units=1, start=-20, duration=100)
    parts = [trains.slice(-20, edge), trains.slice(edge, 80)]
    assert sum(part.bin(part.duration).sum().item() for part in parts) == len(times)
    assert np.concatenate([part.times for part in parts]).tolist() == sorted(times)
    assert parts[1].start == edge


def test_aligned_spikes_are_those_of_the_window():
    trains = drawn(trials=SHOWN)
    events = np.array([0.0, 10.0, 20.3, 30.0])
    found = trains.align(events, (-15.1, 40.2))
    for trial, event in enumerate(events):
        for unit in range(3):
            mine = trains.of(unit, trial)
            inside = (mine >= event - 15.1) & (mine < event + 40.2)
            np.testing.assert_allclose(found.of(unit, trial), mine[inside] - event, atol=1e-12)
    assert found.trials["event"].tolist() == events.tolist()
    assert found.trials["stimulus"].tolist() == SHOWN["stimulus"].tolist()
    twice = trains.align([0.0, 1.0], (-5, 5), trial=[2, 2])
    assert twice.trials["from_trial"].tolist() == [2, 2]
    np.testing.assert_array_equal(twice.of(1, 0), trains.slice(-5, 5).of(1, 2))


def test_overlapping_windows_share_spikes():
    trains = SpikeTrains.from_lists([[10.0, 12.0]], duration=30)
    assert [trains.align([9, 11], (-2, 2)).of(0, trial).tolist() for trial in range(2)] == [[1.0], [-1.0, 1.0]]


@given(st.integers(1, 2000), st.sampled_from([0.1, 0.2, 0.5, 0.7]))
@settings(deadline=None, max_examples=50)
def test_a_time_on_an_edge_is_in_the_bin_that_starts_there(k, width):
    """Also where rounding takes 0.3/0.1 below 3: each bin holds one spike, at its start."""
    for times in (width * np.arange(k), np.round(width * np.arange(k), 1)):
        trains = SpikeTrains.from_lists([times], duration=k * width)
        assert (trains.bin(width).values == 1).all()


def test_bins_lose_no_spike_and_carry_labels():
    trains = drawn(units=UNITS, trials=SHOWN)
    counts = trains.bin(5)
    assert counts.dims == ("trial", "time", "unit")
    assert counts.sum() == len(trains.times)
    assert counts["time"].values[:2].tolist() == [-20, -15]
    assert counts.sel(trial=2, time=slice(0, 9.9), unit="b").sum() == len(trains.slice(0, 10).of(1, 2))
    assert counts["area"].values.tolist() == ["V1", "MT", "V1"]
    end = SpikeTrains(np.array([10.0]), np.array([0]), 1, 10.0)
    assert end.bin(5).values[0, :, 0].tolist() == [0, 1]
    assert drawn().bin(30, drop_rest=True).sum() == len(drawn().slice(-20, 70).times)


def test_rates_go_into_every_analysis_of_responses():
    """Units that fire at one of two angles: decoded from single trials, and distinct in their RDM."""
    rng = np.random.default_rng(0)
    angles = np.tile([0.0, 90.0], 30)
    n = rng.poisson(np.where(angles[:, None] == [0, 0, 90], 12, 3))
    trial, unit = (np.repeat(index.ravel(), n.ravel()) for index in np.indices(n.shape))
    how = {"n_units": 3, "n_trials": 60, "duration": 500}
    trains = SpikeTrains.from_spikes(rng.uniform(0, 500, n.sum()), unit, trial=trial, **how)
    trains = trains.label(trials={"stimulus": angles})
    rates = trains.to_responses()
    np.testing.assert_array_equal(rates, 2 * n)
    assert ic.decoding.decode(rates, key=jax.random.key(0)).score().item() > 0.9
    repeats = trains.to_responses(repeats=True)
    assert (repeats.dims, repeats.shape) == (("repeat", "stimulus", "unit"), (30, 2, 3))
    np.testing.assert_array_equal(repeats.sel(stimulus=90), rates[rates["stimulus"].values == 90])
    assert ic.rsa.rdm(rates, "euclidean").stimuli.tolist() == [0, 90]
    in_time = trains.to_responses((100, 300), bin_ms=50)
    assert in_time.dims == ("trial", "time", "unit")
    np.testing.assert_allclose(in_time.mean("time"), trains.to_responses((100, 300)))
    assert SpikeTrains.from_lists([[1.0]], duration=10).to_responses()["stimulus"].values.tolist() == [0]


def test_parts_are_joined_again():
    whole = drawn(units=UNITS, trials=SHOWN)
    same(concatenate([whole.select(units=["a"]), whole.select(units=["b", "c"])], "unit"), whole)
    same(concatenate([whole.select(trials=[0]), whole.select(trials=[1, 2, 3])], "trial"), whole)
    parts = [whole.slice(-20, 15.5), whole.slice(15.5, 80)]
    joined = concatenate(parts, "time")
    np.testing.assert_allclose(joined.times, whole.times, atol=1e-12)
    assert joined.stop == whole.stop
    numbered = concatenate([drawn(units=UNITS)] * 2, "unit")
    assert numbered.units.index.tolist() == [0, 1, 2, 3, 4, 5]
    assert numbered.units["area"].tolist() == 2 * UNITS["area"].tolist()


T, U = np.array([1.0, 2.0]), np.array([0, 1])
BAD = {
    "lengths": (lambda: SpikeTrains.from_spikes(T, U[:1], n_units=2, duration=5), "one entry per spike"),
    "no unit": (lambda: SpikeTrains(T[:0], U[:0], 0, 5.0), "0 units and 1 trials"),
    "NaN": (lambda: SpikeTrains(np.array([1.0, np.nan]), U, 2, 5.0), "sorted"),
    "trial": (lambda: SpikeTrains(T, U, 2, 5.0, trial=np.array([0, 1])), r"Trials must be 0…0; they span 0…1"),
    "trials unsorted": (lambda: SpikeTrains(T, U, 2, 5.0, trial=np.array([1, 0]), n_trials=2), "from_spikes sorts"),
    "before": (lambda: SpikeTrains(T, U, 2, 5.0, start=1.5), r"lie in 1.5…6.5 ms; they span 1…2"),
    "rows": (lambda: drawn(units=UNITS[:2]), "a row for each of 3 units; it has 2"),
    "twice": (lambda: drawn(units=UNITS.set_axis(["a", "a", "b"])), "names the unit 'a' twice"),
    "reserved": (lambda: drawn(units=UNITS.rename(columns={"area": "time"})), "other than time, trial, unit"),
    "objects": (lambda: drawn(units=UNITS.assign(x=[None, 1, "a"])), "numbers, truth values or text"),
    "both": (lambda: drawn(units=UNITS, trials=SHOWN.assign(area=1)), "both have a column 'area'"),
    "labels": (lambda: drawn().label(units={"area": ["V1"]}), "'area' must have a label for each of 3 units"),
    "stranger": (lambda: drawn(units=UNITS).select(units="d"), "no unit 'd'; the 3 units are named a, b, c"),
    "mask": (lambda: drawn().select(units=np.array([True])), "an entry for each of 3 units"),
    "nothing": (lambda: drawn().select(trials=np.zeros(4, bool)), "No trial is selected"),
    "selected twice": (lambda: drawn().select(units=[1, 1]), "selected twice"),
    "empty slice": (lambda: drawn().slice(5, 5), "start before it ends; got 5…5"),
    "slice outside": (lambda: drawn().slice(0, 81), "must lie in −?-?20…80 ms"),
    "event outside": (lambda: drawn().align([0, 0, 0, 70], (-5, 20)), "around the event at 70 ms reaches beyond"),
    "events": (lambda: drawn().align([0, 1], (-5, 5)), "an event for each of 4 trials"),
    "event's trial": (lambda: drawn().align([0], (-5, 5), trial=[4]), r"must have a trial, 0…3"),
    "window": (lambda: drawn().align([0] * 4, (5, -5)), "start before it ends; got 5…-5"),
    "no event": (lambda: SpikeTrains.from_lists([[1.0]], duration=9).align([], (-1, 1)), "no event"),
    "negative width": (lambda: drawn().bin(-1), "wider than 0 ms; got -1"),
    "wide": (lambda: drawn().bin(101), "100 ms is shorter than a bin of 101 ms"),
    "rest": (lambda: drawn().bin(30), "Bins of 30 ms do not divide 100 ms: 10 ms remain"),
    "memory": (lambda: drawn().bin(1e-9), "Counts in these bins need .* widen the bins"),
    "repeats": (
        lambda: drawn(trials=SHOWN[1:].reset_index(drop=True), n_trials=3).to_responses(repeats=True),
        "1 to 2",
    ),
    "nothing to join": (lambda: concatenate([], "unit"), "no spike trains to join"),
    "along": (lambda: concatenate([drawn(), drawn(n_units=2)], "trial"), r"the same n_units; they have \[2, 3\]"),
    "dimension": (lambda: concatenate([drawn()], "units"), "Did you mean 'unit'"),
    "suffix": (lambda: drawn().save("x.mat"), "no kind of file to write '.mat'"),
    "folder": (lambda: drawn().save("/none/x.npz"), "cannot be written: No such file"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told(case):
    call, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        call()
