"""NWB sessions around events: the counts are those of the files, and one sentence for what cannot be read."""

import re
import subprocess
import sys

import h5py
import numpy as np
import pytest

from isocortex import InputError, read
from isocortex.recordings import names_in
from isocortex.recordings.nwb import open_session

from . import nwb_files

pytest.importorskip("pynwb")
GRATINGS = "drifting_gratings_presentations"


@pytest.fixture(autouse=True)
def trusted(monkeypatch):
    """Read in this process at once: the check in a process of its own has tests in test_interchange.py."""
    monkeypatch.setattr("isocortex.recordings.nwb.session.require_sound", lambda path: None)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nwb")
    made = {"allen": nwb_files.allen, "dandi": nwb_files.dandi, "ophys": nwb_files.ophys}
    return {name: make(folder / f"{name}.nwb") for name, make in made.items()}


def table(path, place="intervals/trials"):
    """Return the columns of a table as pynwb reads them."""
    from pynwb import NWBHDF5IO

    with NWBHDF5IO(str(path), "r") as io:
        file = io.read()
        if place == "units":
            return {i: file.units["spike_times"][i] for i in range(len(file.units))}
        return (file.trials if place.endswith("trials") else file.intervals[place]).to_dataframe()


def test_presentations_become_repeats_of_stimuli_with_the_counts_of_the_file(files):
    found = read(files["allen"], window=(50, 350), by="orientation")
    (x,) = found.responses.values()
    assert (x.dims, x.shape) == (("repeat", "stimulus", "unit"), (4, 6, 12))
    assert found.subjects == ("mouse 7",)
    assert sorted(found.stimuli.tolist()) == nwb_files.ANGLES.astype(int).tolist()
    rows, units = table(files["allen"], GRATINGS), table(files["allen"], "units")
    for angle in nwb_files.ANGLES:
        starts = rows["start_time"][rows["orientation"] == angle].to_numpy()
        for unit, times in units.items():
            counts = [((times >= start + 0.05) & (times < start + 0.35)).sum() for start in starts]
            np.testing.assert_allclose(x.sel(stimulus=angle, unit=unit) * 0.3, counts)
    assert found.spikes.n_trials == 24
    assert found.spikes.trials["orientation"].tolist() == found.spikes.trials["stimulus"].tolist()
    assert (found.spikes.start, found.spikes.duration) == (50, 300)
    assert found.notes == (f"4 rows of 28 in {GRATINGS!r} have no value of orientation and were left out.",)


def test_units_are_kept_by_their_labels_and_the_place_of_their_electrodes(files):
    found = read(files["allen"], window=(0, 500), by="orientation", keep={"quality": "good", "location": ["VISp"]})
    assert found.responses["mouse 7"]["unit"].values.tolist() == [1, 5, 7, 11]
    assert set(found.spikes.units["location"]) == {"VISp"}
    assert "4 units of 12 were kept: quality = good; location = VISp." in found.notes


def test_unequal_trials_stay_trials_and_several_columns_make_one_label(files):
    found = read(files["dandi"], window=(0, 500), by=["orientation", "correct"], align="stimulus_on")
    (x,) = found.responses.values()
    rows = table(files["dandi"])
    assert x.dims == ("trial", "unit")
    assert found.subjects == ("dandi",)
    assert x["stimulus"].values.tolist() == [
        f"{o:g}, {c}" for o, c in zip(rows["orientation"], rows["correct"], strict=True)
    ]
    times, on = table(files["dandi"], "units")[3], rows["stimulus_on"].to_numpy()
    counts = ((times >= on[:, None]) & (times < on[:, None] + 0.5)).sum(axis=1)
    np.testing.assert_allclose(x.sel(unit=3) * 0.5, counts)
    assert found.spikes.trials["choice"].tolist() == rows["choice"].tolist()


@pytest.mark.parametrize("stamps", [False, True])
def test_regions_of_interest_are_averaged_in_the_window(files, stamps, tmp_path):
    path = nwb_files.ophys(tmp_path / "o.nwb", stamps=True) if stamps else files["ophys"]
    found = read(path, window=(0, 500), by="orientation", keep={"cell_type": "excitatory"})
    x = found.responses["mouse 7"]
    assert (x.shape, x["unit"].values.tolist()) == ((3, 6, 4), [1, 3, 5, 7])
    with h5py.File(path) as file:
        data = file["processing/ophys/DfOverF/RoiResponseSeries/data"][()]
    rows, times = table(path), np.arange(len(data)) / 30
    starts = rows["start_time"][rows["orientation"] == 60].to_numpy()
    means = [data[(times >= start) & (times < start + 0.5), 5].mean() for start in starts]
    np.testing.assert_allclose(x.sel(stimulus=60, unit=5), means)
    assert found.spikes is None


def test_a_window_in_which_a_unit_was_not_observed_is_left_out(files, tmp_path):
    path = tmp_path / "part.nwb"
    path.write_bytes(files["allen"].read_bytes())
    with h5py.File(path, "r+") as file:
        file["units/obs_intervals"][0] = [4.0, 1000.0]
    found = read(path, window=(0, 500), by="orientation")
    assert found.notes[-1].endswith("in which not every unit was observed were left out.")
    assert found.spikes.trials["start_time"].min() >= 4.0


def test_what_is_inside_is_listed(files):
    with open_session(files["allen"]) as session:
        inside = session.inside()
    assert list(inside) == [
        "session",
        f"{GRATINGS}: 28 rows",
        "spontaneous_presentations: 1 row",
        f"units: 12, {sum(map(len, table(files['allen'], 'units').values()))} spikes",
        "electrodes: 12",
    ]
    rows = inside[f"{GRATINGS}: 28 rows"].set_index("column")
    assert rows.loc["orientation"].tolist() == ["number", "0, 30, 60, 90, 120, 150; 4 missing"]
    assert rows.loc["tags"].tolist() == ["ragged", ""]
    with open_session(files["ophys"]) as session:
        (row,) = session.inside()["regions of interest"].to_dict("records")
    assert (row["series"], row["regions"], row["unit"]) == ("DfOverF", 8, "dF/F")
    assert f"{GRATINGS}.orientation" in names_in(files["allen"])


WINDOW = {"window": (0, 500)}


@pytest.mark.parametrize(
    ("kind", "how", "said"),
    [
        (
            "allen",
            {},
            rf"window=\(start, stop\) in ms and by=column. The tables are '{GRATINGS}' with start_time.*look",
        ),
        ("allen", {**WINDOW, "by": "orientaton"}, f"no table of intervals has the columns.*'{GRATINGS}' has.*orient"),
        ("allen", {**WINDOW, "by": "start_time"}, "several tables of intervals have these columns: drifting"),
        ("allen", {**WINDOW, "by": "tags"}, "'tags' of .* has a list in every row"),
        (
            "allen",
            {**WINDOW, "by": "orientation", "table": "trials"},
            "no table of intervals 'trials'. Known: drifting",
        ),
        ("allen", {**WINDOW, "by": "orientation", "align": "stimulus_name"}, "must hold times in s; it holds text"),
        ("allen", {**WINDOW, "by": "orientation", "keep": {"qualty": "good"}}, "Did you mean 'quality'"),
        (
            "allen",
            {**WINDOW, "by": "orientation", "keep": {"quality": "best"}},
            "no unit has quality = best; there are",
        ),
        ("allen", {**WINDOW, "by": "orientation", "series": "DfOverF"}, "no series 'DfOverF'. Known: units"),
        ("allen", {"window": (500, 0), "by": "orientation"}, "window takes a start and a later stop, in ms; got 500 0"),
        ("allen", {"window": (1e7, 2e7), "by": "orientation"}, "no window around 'start_time' lies in what was recor"),
        ("allen", {**WINDOW, "by": "orientation", "responses": "x"}, "NWB file takes window, by.*got responses"),
        ("ophys", {"window": (1e7, 2e7), "by": "orientation"}, "no window around 'start_time' lies in what was recor"),
        ("dandi", {**WINDOW, "by": "orientation", "series": "x"}, "no series 'x'. Known: units"),
    ],
)
def test_wrong_names_are_told_with_what_there_is(files, kind, how, said):
    with pytest.raises(InputError, match=said) as told:
        read(files[kind], **how)
    assert str(files[kind]) in str(told.value) or "window" in said or "NWB" in said


def damage(path, how):
    """Damage a copy of a file, each in another way."""
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "text":
        path.write_text("no HDF5")
    elif how == "zarr":
        path.unlink()
        path.mkdir()
        (path / ".zgroup").write_text("{}")
    elif how == "gone":
        path.unlink()
    else:
        with h5py.File(path, "r+") as file:
            if how == "foreign":
                del file.attrs["nwb_version"]
            elif how == "no events":
                del file["intervals"]
            elif how == "no units":
                del file["units"]
            elif how == "no times":
                del file["units/spike_times"]
            elif how == "falling":
                file["units/spike_times_index"][1] = 0
            elif how == "beyond":
                file["units/spike_times_index"][-1] = 30000
            elif how == "nan":
                file["units/spike_times"][3] = np.nan
            elif how == "huge":
                times = file["units/spike_times"]
                del file["units/spike_times"]
                huge = file.create_dataset("units/spike_times", (2**42,), "f8", chunks=(2**20,))
                huge.attrs.update(times.attrs)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("cut", "cannot be read as NWB|no NWB file|is damaged"),
        ("text", "is no NWB file: it is not in the format HDF5"),
        ("zarr", "NWB in Zarr's format"),
        ("gone", "There is no file"),
        ("foreign", "it is HDF5, and not NWB"),
        ("no events", "no table of intervals"),
        ("no units", "neither units with spikes nor responses of regions"),
        ("no times", "'units' has no column 'spike_times'"),
        ("falling", "index of 'spike_times' in 'units' does not fit"),
        ("beyond", "index of 'spike_times' in 'units' does not fit"),
        ("nan", "'spike_times' holds NaN"),
        ("huge", "'units.spike_times' needs 35184.4 GB, more than a quarter"),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_one_sentence(files, how, said, tmp_path):
    path = tmp_path / "session.nwb"
    path.write_bytes(files["allen"].read_bytes())
    damage(path, how)
    with pytest.raises(InputError, match=said) as told:
        read(path, window=(0, 500), by="orientation")
    assert "\n" not in str(told.value)


def test_windows_are_for_sessions(tmp_path):
    np.savez(tmp_path / "x.npz", responses=np.eye(3))
    with pytest.raises(InputError, match=r"window, by are for NWB files, and not for .*x\.npz"):
        read(tmp_path / "x.npz", window=(0, 1), by="x")


def test_pynwb_is_not_needed(files):
    code = (
        "import sys; sys.modules['pynwb'] = None\nimport isocortex as ic\n"
        f"print(ic.read({str(files['allen'])!r}, window=(0, 500), by='orientation').spikes)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.match(r"SpikeTrains\(spikes=\d+, units=12, trials=24", done.stdout)
