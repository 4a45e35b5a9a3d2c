import numpy as np
import pytest
import scipy.io

from isocortex import InputError
from isocortex.recordings import read_npz, read_orientations


def test_the_published_file_is_read_as_ever(tmp_path, rng):
    np.savez(tmp_path / "animal.npz", resp=rng.normal(size=(20, 5)), stimuli=np.arange(0.0, 180.0, 9.0))
    whole, binned = (read_orientations(tmp_path / "animal.npz", bin_width=width) for width in (None, 18.0))
    np.testing.assert_array_equal(whole["animal 1"], read_npz(tmp_path / "animal.npz")["animal 1"])
    assert binned["animal 1"].sizes["stimulus"] == 10


def test_interchange_files_of_several_animals_with_repeats(tmp_path, rng):
    values, angles = rng.normal(size=(2, 6, 7)), np.array([0.0, 30, 60, 90, 120, 150])
    arrays = {"responses": values, "stimuli": angles, "subjects": np.array(["a"] * 3 + ["b"] * 4)}
    np.savez(tmp_path / "mice.npz", **arrays)
    scipy.io.savemat(tmp_path / "mice.mat", arrays | {"subjects": np.array(arrays["subjects"], dtype=object)})
    for file in ("mice.npz", "mice.mat"):
        found = read_orientations(tmp_path / file)
        assert list(found) == ["a", "b"]
        assert found["b"].sizes == {"repeat": 2, "stimulus": 6, "unit": 4}
        assert found["a"]["stimulus"].values.tolist() == [0, 30, 60, -90, -60, -30]
        np.testing.assert_allclose(found["a"].values, values[:, :, :3])


BAD = {
    "rdms": ({"rdms": np.ones((1, 6)), "stimuli": np.arange(4)}, None, "holds RDMs"),
    "names": ({"responses": np.eye(4), "stimuli": np.array(list("abcd"))}, None, "must be orientations"),
    "unlabelled": ({"responses": np.eye(4)}, None, "must be orientations"),
    "twice": ({"responses": np.eye(4), "stimuli": np.array([0.0, 45, 90, 180])}, None, "one orientation twice"),
    "binned": ({"responses": np.eye(4), "stimuli": np.array([0.0, 45, 90, 135])}, 9.0, "leave out --bin-width"),
}


@pytest.mark.parametrize("case", BAD)
def test_other_files_are_told_in_a_sentence(case, tmp_path):
    arrays, width, sentence = BAD[case]
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(InputError, match=sentence):
        read_orientations(tmp_path / "x.npz", bin_width=width)
