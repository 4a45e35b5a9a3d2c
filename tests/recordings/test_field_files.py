"""Files that the field has: Meadows, the RDM toolbox, rsatoolbox's HDF5, BIDS-like tables; and objects of spikes."""

import json
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

from isocortex import InputError, read
from isocortex.recordings import from_neo, from_pynapple, from_spikeinterface

GOLDEN = Path(__file__).parents[1] / "golden"
VECTORS = np.array([[1.0, 2, 3, 4, 5, 6], [6.0, 5, 4, 3, 2, 1]])
SHOWN = ["hand.png", "face.png", "tree.jpg", "house.png"]


def test_one_participant_of_meadows(tmp_path):
    path = tmp_path / "Meadows_objects_v_v1_cuddly-bunny_3_1D.mat"
    savemat(path, {"rdmutv": VECTORS[:1], "stimuli": np.array(SHOWN)})
    found = read(path)
    np.testing.assert_array_equal(found.rdms.dissimilarities, VECTORS[:1])
    assert found.stimuli.tolist() == ["hand", "face", "tree", "house"]
    assert found.subjects == ("cuddly-bunny",)


def test_several_participants_of_meadows(tmp_path):
    path = tmp_path / "Meadows_objects_v_v1_arrange_1D.mat"
    arrays = {f"rdmutv_{name}": VECTORS[[i]] for i, name in enumerate(["cuddly_bunny", "calm_fox"])}
    arrays |= {f"stimuli_{name}": np.array(SHOWN) for name in ("cuddly_bunny", "calm_fox")}
    savemat(path, arrays)
    found = read(path)
    assert found.subjects == ("calm-fox", "cuddly-bunny")
    np.testing.assert_array_equal(found.rdms.dissimilarities, VECTORS[::-1])
    savemat(path, arrays | {"stimuli_calm_fox": np.array(SHOWN[::-1])})
    with pytest.raises(InputError, match="arranged different stimuli, or in another order"):
        read(path)
    savemat(path, {"rdmutv": VECTORS[:1]})
    with pytest.raises(InputError, match="is of Meadows, and lacks the variable 'stimuli'"):
        read(path)


def test_a_tree_of_meadows(tmp_path):
    path = tmp_path / "Meadows_objects_v_v1_cuddly-bunny_tree.json"
    task = {"task": {"task_type": "multiarrange", "name": "a"}, "stimuli": [{"name": s} for s in SHOWN]}
    tasks = [{"task": {"task_type": "consent"}}, *({**task, "rdm": row.tolist()} for row in VECTORS)]
    path.write_text(json.dumps({"tasks": tasks}))
    found = read(path)
    assert found.subjects == ("cuddly-bunny", "cuddly-bunny")
    np.testing.assert_array_equal(found.rdms.dissimilarities, VECTORS)
    for content, said in (("{}", "cannot be read as a result of Meadows"), ('{"tasks": []}', "holds no arrangements")):
        path.write_text(content)
        with pytest.raises(InputError, match=said):
            read(path)


def structs(names, shape):
    """Return a struct array of the RDM toolbox."""
    found = np.empty(shape, dtype=[("RDM", "O"), ("name", "O"), ("color", "O")])
    for i, place in enumerate(np.ndindex(shape)):
        square = np.zeros((4, 4))
        square[np.triu_indices(4, 1)] = VECTORS[i % 2] + i
        found[place] = (square + square.T, names[i], np.array([0.0, 0, 1]))
    return found


def test_sessions_of_a_subject_in_the_rdm_toolbox(tmp_path):
    names = [f"hIT | {who} | Session: {i}" for who in ("BE", "KO") for i in (1, 2)]
    savemat(tmp_path / "brains.mat", {"RDMs": structs(names, (1, 2, 2))})
    found = read(tmp_path / "brains.mat")
    assert found.rdms.labels == tuple(names)
    assert found.subjects == ("hIT | BE", "hIT | BE", "hIT | KO", "hIT | KO")
    np.testing.assert_array_equal(found.rdms.dissimilarities[3], VECTORS[1] + 3)


def test_a_struct_of_another_name_is_named(tmp_path):
    savemat(tmp_path / "models.mat", {"mine": structs(["V1", "IT"], (1, 2)), "rdm": np.eye(3)})
    found = read(tmp_path / "models.mat", rdms="mine", stimuli=["a", "b", "c", "d"])
    assert found.rdms.labels == ("V1", "IT")
    assert found.stimuli.tolist() == ["a", "b", "c", "d"]
    savemat(tmp_path / "models.mat", {"RDMs": np.array([(1.0,)], dtype=[("data", "O")])})
    with pytest.raises(InputError, match="a struct with the fields data; those of the RDM toolbox are RDM, name and"):
        read(tmp_path / "models.mat")


def test_files_of_rsatoolbox():
    """Written by rsatoolbox 0.3.2: benchmarks/peers/rsatoolbox_files.py says how."""
    rdms = read(GOLDEN / "rsatoolbox_rdms.h5").rdms
    np.testing.assert_array_equal(rdms.dissimilarities, VECTORS)
    assert (rdms.labels, rdms.measure) == (("Ann", "Bob"), "euclidean")
    assert rdms.stimuli.tolist() == ["hand", "face", "tree", "house"]
    data = read(GOLDEN / "rsatoolbox_data.h5").responses["rsatoolbox_data"]
    assert data.dims == ("repeat", "stimulus", "unit")
    np.testing.assert_array_equal(data.sel(stimulus="face", unit="b"), [5.0, 17.0])


def test_other_hdf5_is_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["something"] = 1
    with pytest.raises(InputError, match=r"holds neither dissimilarities nor measurements, .* it holds something"):
        read(tmp_path / "x.h5")
    (tmp_path / "y.h5").write_text("text")
    with pytest.raises(InputError, match="is no HDF5 file"):
        read(tmp_path / "y.h5")


BETAS = """subject\trun\tonset\ttrial_type\troi1\troi2\troi3
01\t1\t0.5\tface\t1\t2\tn/a
01\t1\t2.5\thand\t3\t4\tn/a
01\t1\t4.5\tface\t3\t4\tn/a
01\t2\t0.5\thand\t5\t6\tn/a
01\t2\t2.5\tface\t7\t8\tn/a
02\t1\t0.5\tface\t1\t0\t2
02\t1\t2.5\thand\t0\t1\t4
02\t2\t2.5\thand\t0\t2\t4
"""


def test_betas_of_runs_become_repeats(tmp_path):
    path = tmp_path / "betas.tsv"
    path.write_text(BETAS)
    found = read(path)
    assert found.subjects == ("01", "02")
    one, two = found.responses.values()
    assert (one.dims, one["unit"].values.tolist()) == (("repeat", "stimulus", "unit"), ["roi1", "roi2"])
    np.testing.assert_array_equal(one.sel(stimulus="face"), [[2, 3], [7, 8]])  # two trials of run 1 are averaged
    assert two.dims == ("stimulus", "unit")  # run 2 lacks faces
    np.testing.assert_array_equal(two.sel(stimulus="hand"), [0, 1.5, 4])
    frame = pd.read_csv(path, sep="\t")
    np.testing.assert_array_equal(read(frame).responses["1"], one)
    path.write_text(BETAS.replace("3\t4\tn/a", "3\t4\t1", 1))
    with pytest.raises(InputError, match="The unit 'roi3' of 01 is n/a in some rows only"):
        read(path)
    path.write_text(BETAS.replace("7\t8", "7\tlow"))
    with pytest.raises(InputError, match="A column of units holds text, which is no number"):
        read(path)


class Quantity(float):
    """A time in s, as quantities has it."""

    def rescale(self, unit):
        assert unit == "ms"
        return SimpleNamespace(magnitude=1e3 * np.asarray(self, float))


class NeoTrain:
    def __init__(self, times, start, stop, name=None):
        self.times, self.t_start, self.t_stop, self.name = times, Quantity(start), Quantity(stop), name

    def rescale(self, unit):
        return SimpleNamespace(magnitude=1e3 * np.asarray(self.times, float))


def test_neo():
    block = SimpleNamespace(
        segments=[
            SimpleNamespace(spiketrains=[NeoTrain([0.1, 0.2], 0, 1, "a"), NeoTrain([], 0, 1, "b")]),
            SimpleNamespace(spiketrains=[NeoTrain([5.1], 5, 6, "a"), NeoTrain([5.5, 5.9], 5, 6, "b")]),
        ]
    )
    found = from_neo(block)
    assert (found.n_trials, found.duration, found.units.index.tolist()) == (2, 1000, ["a", "b"])
    np.testing.assert_allclose(found.of(1, 1), [500, 900])
    assert from_neo(block.segments[1]).start == 5000
    with pytest.raises(InputError, match="must last equally long; they last 1000 to 2000 ms"):
        from_neo([NeoTrain([], 0, 1), NeoTrain([], 0, 2)])
    with pytest.raises(InputError, match="Expected a Block, Segment or spike trains of Neo"):
        from_neo([1.0])


class Group(dict):
    time_support = np.array([[0.0, 2.0], [3.0, 10.0]])
    metadata = pd.DataFrame({"rate": [1.0, 2.0], "area": ["V1", "MT"]}, index=[3, 7])


def test_pynapple():
    group = Group({3: SimpleNamespace(t=np.array([0.1, 4.2])), 7: SimpleNamespace(t=np.array([4.4, 9.0]))})
    found = from_pynapple(group)
    assert (found.start, found.stop, found.units["area"].tolist()) == (0, 10_000, ["V1", "MT"])
    trials = from_pynapple(group, np.array([[0.0, 1.0], [4.0, 5.0]]))
    assert from_pynapple(group, np.array([[0.0, 0.999999], [1.0, 2.0]])).n_trials == 2
    assert trials.n_trials == 2
    np.testing.assert_allclose(trials.of(1, 1), [400])
    with pytest.raises(InputError, match="intervals of equal length; got 2, of 1000 to 2000 ms"):
        from_pynapple(group, np.array([[0.0, 1.0], [4.0, 6.0]]))
    with pytest.raises(InputError, match="Expected a TsGroup of pynapple; got dict"):
        from_pynapple({})


class Sorting:
    """Two units in two segments, at 30 kHz."""

    frames = ({"u1": [30, 60], "u2": []}, {"u1": [], "u2": [3000]})

    def get_unit_ids(self):
        return ["u1", "u2"]

    def get_unit_spike_train(self, unit, segment_index):
        return np.array(self.frames[segment_index][unit], int)

    def get_sampling_frequency(self):
        return 30_000.0

    def get_num_segments(self):
        return 2

    def get_property_keys(self):
        return ["quality", "location"]

    def get_property(self, key):
        return {"quality": np.array(["good", "mua"]), "location": np.zeros((2, 2))}[key]


def test_spikeinterface():
    found = from_spikeinterface(Sorting(), duration=200)
    assert (found.n_trials, found.duration, found.units["quality"].tolist()) == (2, 200, ["good", "mua"])
    np.testing.assert_allclose(found.of(0, 0), [1, 2])
    np.testing.assert_allclose(found.of(1, 1), [100])
    with pytest.raises(InputError, match="duration must be at least 100 ms"):
        from_spikeinterface(Sorting(), duration=50)
    with pytest.raises(InputError, match="Expected a sorting of SpikeInterface"):
        from_spikeinterface(None)
