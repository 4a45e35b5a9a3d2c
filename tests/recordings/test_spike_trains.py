"""Spike trains are saved and read again exactly, and other tools' files are read."""

import numpy as np
import pandas as pd
import pytest

from isocortex import InputError, SpikeTrains
from isocortex.recordings import read_spike_trains, read_spikes

RNG = np.random.default_rng(0)
UNITS = pd.DataFrame({"site": ["b", "é", "a"], "depth": [0.1, 0.5, np.nan], "good": [True, False, True]})
FULL = SpikeTrains.from_spikes(
    RNG.uniform(-5, 90, 50),
    RNG.integers(0, 3, 50),
    n_units=3,
    duration=95,
    trial=RNG.integers(0, 2, 50),
    n_trials=2,
    start=-5,
    units=UNITS.set_index(pd.Index(["x", "y", "z"])),
    trials=pd.DataFrame({"stimulus": [3, 1]}, index=[10, 4]),
)
TRAINS = {
    "all labels": FULL,
    "no labels": SpikeTrains.from_lists([[1 / 3], [], [2.5, 7.1]], duration=10),
    "names only": FULL.select(units=["z", "x"]).slice(0, 50),
    "no spikes": SpikeTrains(np.zeros(0), np.zeros(0, int), 4, 10.0, n_trials=2),
}


@pytest.mark.parametrize("suffix", [".npz", ".nc"])
@pytest.mark.parametrize("case", TRAINS)
def test_what_was_saved_is_read_exactly(case, suffix, tmp_path):
    trains, file = TRAINS[case], tmp_path / f"spikes{suffix}"
    trains.save(file)
    found = read_spike_trains(file)
    for name in ("times", "unit", "trial", "n_units", "n_trials", "start", "duration"):
        np.testing.assert_array_equal(getattr(found, name), getattr(trains, name), err_msg=name)
    for name in ("units", "trials"):
        if getattr(trains, name) is None:
            assert getattr(found, name) is None
        else:
            pd.testing.assert_frame_equal(getattr(found, name), getattr(trains, name))
    if len(trains.times):
        np.testing.assert_array_equal(read_spikes(file, bin_ms=5), trains.bin(5, drop_rest=True))


def test_names_of_other_tools(tmp_path):
    file = tmp_path / "spikes.npz"
    arrays = {"times": [30.0, 1.0, 9.9], "unit": [7, 3, 7], "trial": [2, 4, 2], "units": [3, 5, 7]}
    np.savez(file, **arrays, **{"units.area": ["V1", "MT", "MT"]})
    found = read_spike_trains(file)
    assert found.units.index.tolist() == [3, 5, 7]
    assert found.select(units=found.units["area"] == "MT", trials=2).times.tolist() == [9.9, 30.0]
    assert found.duration == 30
    (tmp_path / "spikes.csv").write_text("unit,times\na,3\nb,95\n")
    assert read_spike_trains(tmp_path / "spikes.csv").of(1).tolist() == [95]


GOOD = {"times": [1.0, 2.0], "unit": [0, 1]}
BAD = {
    "counts": ({"counts": np.ones((3, 2))}, "holds counts, and no times of spikes; read_spikes"),
    "no times": ({"unit": [1]}, "'times' and 'unit' of every spike; it holds 'unit'"),
    "before": ({**GOOD, "start": 1.5}, "finite and from 1.5, in ms"),
    "empty number": ({**GOOD, "duration": np.zeros(0)}, "'duration' must be a finite number"),
    "infinite": ({**GOOD, "start": -np.inf}, "'start' must be a finite number"),
    "units missing": ({**GOOD, "n_units": 1}, r"Units must be 0…0; they span 0…1"),
    "many units": ({**GOOD, "n_units": 1e15, "units.area": ["a", "b"]}, "row for each of 1000000000000000 units"),
    "names as positions": ({"times": [1.0], "unit": ["a"], "n_units": 1}, "'unit' must be whole numbers"),
    "column": ({**GOOD, "units": ["0", "1"], "units.area": ["a"]}, "'units.area' must have an entry for each of 2"),
    "complex": ({"times": [1.0], "unit": [1j]}, "'unit' must be numbers or text"),
    "trial names": ({**GOOD, "trial": [0, 1], "trials": [0, 0]}, "'trials' names a trial twice"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_told(case, tmp_path):
    arrays, sentence = BAD[case]
    np.savez(tmp_path / "spikes.npz", **arrays)
    with pytest.raises(InputError, match=sentence):
        read_spike_trains(tmp_path / "spikes.npz")


@pytest.mark.parametrize("suffix", [".npz", ".nc"])
def test_files_that_were_cut_off_are_told(suffix, tmp_path):
    file = tmp_path / f"spikes{suffix}"
    FULL.save(file)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"complete|cut off|damaged"):
        read_spike_trains(file)
