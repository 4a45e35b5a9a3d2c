"""Objects of rsatoolbox and neuroid assemblies, told by what they carry, since neither package is needed."""

import builtins
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from isocortex import InputError, RDMs, responses
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
