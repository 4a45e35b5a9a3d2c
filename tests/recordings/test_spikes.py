"""Files of spikes: counts or times, in every format, and what is refused."""

import numpy as np
import pytest
import xarray as xr
from scipy.io import savemat

from isocortex import InputError
from isocortex.recordings import read_spikes

COUNTS = np.arange(48).reshape(2, 12, 2) % 3
TIMES = {"times": [30.0, 1.0, 9.9, 10.0, 99.0], "unit": ["b", "a", "a", "b", "a"]}


def written(path, suffix, arrays):
    file = path / f"spikes{suffix}"
    arrays = {name: np.asarray(values) for name, values in arrays.items()}
    if suffix == ".npz":
        np.savez(file, **arrays)
    elif suffix == ".mat":
        cells = {name: v.astype(object) if v.dtype.kind == "U" else v for name, v in arrays.items()}
        savemat(file, cells)
    elif suffix == ".nc":
        dims = {"counts": ("trial", "time", "unit")}
        xr.Dataset({name: (dims.get(name, (name,) * v.ndim), v) for name, v in arrays.items()}).to_netcdf(file)
    return file


@pytest.mark.parametrize("suffix", [".npz", ".mat", ".nc"])
def test_counts_come_as_they_are(suffix, tmp_path):
    found = read_spikes(written(tmp_path, suffix, {"counts": COUNTS, "units": ["x", "y"]}), bin_ms=4)
    assert found.dims == ("trial", "time", "unit")
    np.testing.assert_array_equal(found, COUNTS)
    assert found["unit"].values.tolist() == ["x", "y"]
    assert found["time"].values[:3].tolist() == [0, 4, 8]


@pytest.mark.parametrize("suffix", [".npz", ".mat"])
def test_times_are_counted_in_bins(suffix, tmp_path):
    found = read_spikes(written(tmp_path, suffix, {**TIMES, "units": ["a", "b", "silent"]}), bin_ms=10)
    assert found.shape == (1, 10, 3)
    assert found.values[0, :, 0].tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert found.values[0, :, 1].tolist() == [0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
    assert not found.values[0, :, 2].any()


def test_trials_and_durations(tmp_path):
    arrays = {"times": [0.0, 5.0, 119.0], "unit": [7, 7, 3], "trial": [2, 4, 2], "duration": 125.0}
    found = read_spikes(written(tmp_path, ".npz", arrays), bin_ms=10)
    assert found.shape == (2, 12, 2)  # the last 5 ms fill no bin
    assert found["trial"].values.tolist() == [2, 4]
    assert found["unit"].values.tolist() == ["3", "7"]
    assert found.sum(["time"]).values.tolist() == [[1, 1], [0, 1]]


def test_netcdf_axes_may_be_in_any_order(tmp_path):
    file = tmp_path / "spikes.nc"
    xr.DataArray(COUNTS[0].T, dims=("unit", "time"), coords={"unit": ["x", "y"]}, name="counts").to_netcdf(file)
    found = read_spikes(file, bin_ms=1)
    np.testing.assert_array_equal(found[0], COUNTS[0])
    assert found["unit"].values.tolist() == ["x", "y"]


def test_tables_of_spikes_and_of_counts(tmp_path):
    file = tmp_path / "spikes.csv"
    file.write_text("unit,times\na,3\nb,95\n")
    assert read_spikes(file, bin_ms=10).sum().item() == 2
    file.write_text("x,y\n" + "0,1\n2,0\n" * 6)
    found = read_spikes(file, bin_ms=10)
    assert found["unit"].values.tolist() == ["x", "y"]
    assert found.values[0, :2].tolist() == [[0, 1], [2, 0]]


BAD = {
    "nothing": ({"rates": COUNTS}, "must hold 'counts', or 'times' and 'unit' of every spike; it holds 'rates'"),
    "no unit": ({"times": [1.0]}, "it holds 'times'"),
    "halves": ({"counts": COUNTS / 2}, "whole numbers from 0"),
    "NaN": ({"counts": np.where(COUNTS > 1, np.nan, COUNTS)}, "whole numbers from 0"),
    "one axis": ({"counts": COUNTS[0, :, 0]}, "time × unit"),
    "text": ({"counts": COUNTS[0].astype(str)}, "must be numbers"),
    "names": ({"counts": COUNTS, "units": ["a"]}, "must name 2 units; it holds 1"),
    "same name": ({"counts": COUNTS, "units": ["a", "a"]}, "names a unit twice"),
    "short": ({"times": [1.0], "unit": [1], "duration": 8}, "8 ms is shorter than a bin of 10 ms"),
    "lengths": ({"times": [1.0, 2.0], "unit": [1]}, "one entry per spike; got 2, 1 and 2"),
    "no spikes": ({"times": np.zeros(0), "unit": np.zeros(0)}, "there are no spikes"),
    "negative": ({"times": [-1.0, 200.0], "unit": [1, 1]}, "finite and from 0"),
    "too short": ({**TIMES, "duration": 50.0}, "'duration' must be at least the last time, 99 ms"),
    "stranger": ({**TIMES, "units": ["a"]}, "'units' lacks the unit 'b'"),
    "times of text": ({"times": ["a"], "unit": [1]}, "'times' must be numbers in ms"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_told(case, tmp_path):
    arrays, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        read_spikes(written(tmp_path, ".npz", arrays), bin_ms=10)


def test_other_files_are_told(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read_spikes(tmp_path / "none.npz", bin_ms=10)
    (tmp_path / "spikes.txt").write_text("1")
    with pytest.raises(InputError, match="no kind of file"):
        read_spikes(tmp_path / "spikes.txt", bin_ms=10)
    (tmp_path / "spikes.csv").write_text("a,b\n1,x\n")
    with pytest.raises(InputError, match="the column b must hold counts"):
        read_spikes(tmp_path / "spikes.csv", bin_ms=10)
    (tmp_path / "broken.nc").write_text("no")
    with pytest.raises(InputError, match="cannot be read as netCDF"):
        read_spikes(tmp_path / "broken.nc", bin_ms=10)
    with pytest.raises(InputError, match="wider than 0 ms"):
        read_spikes(tmp_path / "spikes.csv", bin_ms=0)
