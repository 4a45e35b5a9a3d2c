"""Objects of rsatoolbox and neuroid assemblies, told by what they carry, since neither package is needed."""

import builtins
import itertools
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from isocortex import InputError, RDMs, responses, rsa
from isocortex.recordings import from_assembly, from_rsatoolbox, to_assembly, to_rsatoolbox

NAMES = np.array(["face", "hand", "tree"])


def theirs(**descriptors):
    """Return what rsatoolbox's RDMs carry."""
    return SimpleNamespace(
        dissimilarities=np.array([[1.0, 2, 3], [3.0, 2, 1]]),
        dissimilarity_measure="crossnobis",
        rdm_descriptors={"index": [0, 1], "subject": ["Ann", "Bob"]},
        pattern_descriptors={"index": [0, 1, 2], **descriptors},
    )


def test_rdms_of_rsatoolbox():
    found = from_rsatoolbox(theirs(conds=list(NAMES)))
    assert (found.labels, found.measure) == (("Ann", "Bob"), "crossnobis")
    assert found.stimuli.tolist() == NAMES.tolist()
    assert from_rsatoolbox(theirs()).stimuli.tolist() == [0, 1, 2]
    assert from_rsatoolbox(theirs(file=list("xyz")), stimulus="file").stimuli.tolist() == ["x", "y", "z"]
    with pytest.raises(InputError, match=r"There is no pattern descriptor 'fil'; there are: file, index\."):
        from_rsatoolbox(theirs(file=list("xyz")), stimulus="fil")
    with pytest.raises(InputError, match="Expected rsatoolbox's RDMs or Dataset; got int"):
        from_rsatoolbox(3)


def test_dataset_of_rsatoolbox(rng):
    values = rng.normal(size=(6, 4))
    shown = [2, 0, 1, 0, 2, 1]
    dataset = SimpleNamespace(measurements=values, obs_descriptors={"stimulus": NAMES[shown]})
    found = from_rsatoolbox(dataset)
    assert found["stimulus"].values.tolist() == ["tree", "face", "hand"]
    np.testing.assert_array_equal(found, [values[[0, 1, 2]], values[[4, 3, 5]]])
    fewer = from_rsatoolbox(SimpleNamespace(measurements=values[:5], obs_descriptors={"stimulus": NAMES[shown[:5]]}))
    assert fewer.dims == ("trial", "unit")
    assert fewer["stimulus"].values.tolist() == NAMES[shown[:5]].tolist()


def dataset(rng, order):
    """Return what rsatoolbox 0.3.2's Dataset carries: three runs of three stimuli, in some order of observation."""
    shown, run = np.tile(NAMES, 3)[order], np.repeat([0, 1, 2], 3)[order]
    values = rng.normal(size=(len(order), 4)) + np.array([0.0, 30, -30])[run][:, None]
    return SimpleNamespace(
        measurements=values,
        descriptors={"subject": "Ann"},
        obs_descriptors={"conds": shown, "run": run, "index": np.arange(len(order))},
        channel_descriptors={"names": ["v0", "v1", "v2", "v3"], "index": [0, 1, 2, 3]},
    )


def test_runs_of_a_dataset_keep_an_offset_of_a_run_out_of_crossnobis(rng):
    """calc_rdm(…, method="crossnobis", cv_descriptor="run"): differences within a run, multiplied across runs."""
    theirs = dataset(rng, rng.permutation(9))
    trials = from_rsatoolbox(theirs, run="run")
    assert trials.dims == ("trial", "unit")
    assert trials["unit"].values.tolist() == ["v0", "v1", "v2", "v3"]
    found = rsa.rdm(trials, "cv-euclidean")
    shown, run = (theirs.obs_descriptors[name] for name in ("conds", "run"))
    patterns = {(s, r): x for s, r, x in zip(shown.tolist(), run.tolist(), theirs.measurements, strict=True)}
    for pair, (a, b) in enumerate(itertools.combinations(found.stimuli.tolist(), 2)):
        within = [patterns[a, r] - patterns[b, r] for r in range(3)]
        expected = np.mean([within[i] @ within[j] / 4 for i, j in itertools.permutations(range(3), 2)])
        assert found.dissimilarities[0, pair] == pytest.approx(expected)
    with pytest.raises(InputError, match="There is no descriptor of observations 'rum'; there are: conds, index, run"):
        from_rsatoolbox(theirs, run="rum")
    over_time = SimpleNamespace(measurements=np.ones((9, 4, 2)), obs_descriptors=theirs.obs_descriptors)
    with pytest.raises(InputError, match="Take one window of time"):
        from_rsatoolbox(over_time)


def test_pairs_that_were_not_measured_stay_missing():
    content = theirs(conds=list(NAMES))
    content.dissimilarities[:, 1] = np.nan
    found = from_rsatoolbox(content)
    np.testing.assert_array_equal(found.dissimilarities, [[1, np.nan, 3], [3, np.nan, 1]])
    np.testing.assert_allclose(rsa.similarity(found, found), [[1, -1], [-1, 1]])


def test_trials_and_runs_go_out_and_come_back(rng):
    trials = from_rsatoolbox(dataset(rng, np.arange(8)), run="run")
    assembly = to_assembly(trials)
    assert assembly["repetition"].values.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
    xr.testing.assert_identical(from_assembly(assembly, run="run"), trials)


def test_what_goes_to_rsatoolbox(rng, monkeypatch):
    """Its classes are called as 0.3.2 has them: measurements or dissimilarities first, descriptors as lists by name."""
    carried = {"rsatoolbox": {}, "rsatoolbox.data": {}, "rsatoolbox.rdm": {}}
    carried["rsatoolbox.data"]["Dataset"] = lambda measurements, **rest: SimpleNamespace(
        measurements=measurements, **rest
    )
    carried["rsatoolbox.rdm"]["RDMs"] = lambda dissimilarities, **rest: SimpleNamespace(
        dissimilarities=dissimilarities, **rest
    )
    for name, members in carried.items():
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(**members))
    rdms = RDMs(np.array([[1.0, np.nan, 3.0], [3.0, np.nan, 1.0]]), NAMES, ("Ann", "Bob"), "crossnobis")
    there = to_rsatoolbox(rdms)
    assert there.pattern_descriptors == {"stimulus": NAMES.tolist()}
    back = from_rsatoolbox(there)
    np.testing.assert_array_equal(back.dissimilarities, rdms.dissimilarities)
    assert (back.labels, back.measure) == (rdms.labels, rdms.measure)
    trials = from_rsatoolbox(dataset(rng, np.arange(8)), run="run")
    there = to_rsatoolbox(trials)
    assert there.obs_descriptors["repeat"] == [0, 0, 0, 1, 1, 1, 2, 2]
    assert there.channel_descriptors == {"unit": ["v0", "v1", "v2", "v3"]}
    xr.testing.assert_identical(from_rsatoolbox(there, run="run"), trials)


def test_assemblies_and_back(rng):
    neurons = responses(rng.normal(size=(2, 3, 5)), stimuli=NAMES).assign_coords(unit=list("abcde"))
    assembly = to_assembly(neurons)
    assert assembly.dims == ("presentation", "neuroid")
    xr.testing.assert_identical(from_assembly(assembly), neurons)
    binned = assembly.expand_dims("time_bin", axis=2)
    xr.testing.assert_identical(from_assembly(binned), neurons)
    indexed = assembly.set_index(presentation=["stimulus_id", "repetition"])
    xr.testing.assert_identical(from_assembly(indexed), neurons)


def test_assemblies_that_cannot_be_used(rng):
    plain = xr.DataArray(rng.normal(size=(4, 3)), dims=("presentation", "neuroid"))
    with pytest.raises(InputError, match="No coordinate names the stimuli"):
        from_assembly(plain)
    with pytest.raises(InputError, match="must be presentation × neuroid; this has"):
        from_assembly(plain.rename(presentation="image"))
    with pytest.raises(InputError, match="select or average them first"):
        to_assembly(responses(rng.normal(size=(2, 4, 3)), dims=("seed", "stimulus", "unit")))


def test_without_rsatoolbox_the_way_out_is_named(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith("rsatoolbox"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(InputError, match="rsatoolbox is not installed here; pip install rsatoolbox"):
        to_rsatoolbox(RDMs(np.ones((1, 3)), NAMES))
