import pickle
import zipfile

import numpy as np
import pytest

from isocortex import InputError, read_npz


@pytest.fixture
def whole(tmp_path, rng):
    path = tmp_path / "recording.npz"
    np.savez(path, resp=rng.normal(size=(360, 20)), stimuli=np.arange(360.0))
    return path


def write(tmp_path, **arrays):
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    return path


def test_published_file_is_folded_to_vertical(whole):
    (animal,) = read_npz(whole).values()
    assert animal.dims == ("stimulus", "unit")
    assert animal.shape == (181, 20)
    assert animal["stimulus"].values[[0, 90, -1]].tolist() == [-90, 0, 90]


def test_binning_equals_means_of_non_empty_bins(tmp_path, rng):
    angles = np.sort(rng.uniform(0, 360, 200))
    angles = angles[(angles < 24) | (angles > 30)]
    values = rng.normal(size=(len(angles), 7))
    path = write(tmp_path, resp=values, stimuli=angles)
    (animal,) = read_npz(path, bin_width=6.0).values()
    bins = np.digitize(angles, np.arange(0, 366, 6))
    expected_angles = np.array([angles[bins == b].mean() for b in np.unique(bins)])
    expected = np.stack([values[bins == b].mean(axis=0) for b in np.unique(bins)])
    kept = expected_angles <= 180
    np.testing.assert_allclose(animal["stimulus"], expected_angles[kept] - 90)
    np.testing.assert_allclose(animal, expected[kept], atol=1e-5)


def test_split_file_gives_two_repeats(tmp_path, rng):
    halves = rng.normal(size=(2, 60, 9))
    path = write(tmp_path, resp_train=halves[0], resp_test=halves[1], stimuli=np.arange(0, 360, 6))
    (animal,) = read_npz(path).values()
    assert animal.dims == ("repeat", "stimulus", "unit")
    assert animal.shape == (2, 31, 9)
    np.testing.assert_allclose(animal[1], halves[1, :31], atol=1e-6)


GOOD = np.random.default_rng(1).normal(size=(10, 4))
ANGLES = np.linspace(0, 170, 10)
NAN, CUBE = GOOD.copy(), np.zeros((10, 4, 2))
NAN[3, 2] = np.nan
BAD = {
    "wrong keys": ({"responses": GOOD, "angles": ANGLES}, r"must hold 'resp' and 'stimuli'.*'angles', 'responses'"),
    "half a split": ({"resp_train": GOOD, "stimuli": ANGLES}, r"must hold 'resp' and 'stimuli'"),
    "nothing": ({}, "it holds nothing"),
    "NaN": ({"resp": NAN, "stimuli": ANGLES}, r"1 NaN or infinite values, the first at .*'stimulus': 3, 'unit': 2"),
    "equal angles": ({"resp": GOOD, "stimuli": np.full(10, 45.0)}, "holds 1 different stimuli up to 180°"),
    "two stimuli": (
        {"resp": GOOD[:2], "stimuli": ANGLES[:2]},
        "2 different stimuli up to 180°; a comparison",
    ),
    "two left": ({"resp": GOOD[:3], "stimuli": np.array([0.0, 90.0, 200.0])}, "2 different stimuli up to 180°"),
    "no stimuli": ({"resp": GOOD[:0], "stimuli": ANGLES[:0]}, "span nothing"),
    "no neurons": ({"resp": GOOD[:, :0], "stimuli": ANGLES}, "hold no units"),
    "lengths": ({"resp": GOOD, "stimuli": ANGLES[:9]}, r"with 9 rows, one per entry of 'stimuli'; it has the shape"),
    "three axes": ({"resp": CUBE, "stimuli": ANGLES}, "must be stimulus × neuron"),
    "radians": ({"resp": GOOD, "stimuli": ANGLES - 90}, r"must be angles of 0…360°, as published; they span -90…80"),
    "words": ({"resp": GOOD, "stimuli": np.array(list("abcdefghij"))}, "list of finite angles"),
    "complex": ({"resp": GOOD + 1j, "stimuli": ANGLES}, "must be real numbers; it is of dtype complex128"),
    "halves": ({"resp_train": GOOD, "resp_test": GOOD[:, :3], "stimuli": ANGLES}, "must have one shape"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_content_is_told_in_a_sentence(case, tmp_path):
    arrays, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        read_npz(write(tmp_path, **arrays))


@pytest.mark.parametrize("share", [0.2, 0.7, 0.99])
def test_truncated_file(whole, share):
    content = whole.read_bytes()
    whole.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="was cut off"):
        read_npz(whole)


def test_damaged_content(whole):
    content = bytearray(whole.read_bytes())
    content[2000:2100] = bytes(100)
    whole.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as NPZ"):
        read_npz(whole)


def test_text_named_npz_and_missing_and_folder(tmp_path):
    text = tmp_path / "text.npz"
    text.write_text("hello")
    with pytest.raises(InputError, match="is not an NPZ file"):
        read_npz(text)
    with pytest.raises(InputError, match="There is no file"):
        read_npz(tmp_path / "missing.npz")
    with pytest.raises(InputError, match="is a folder"):
        read_npz(tmp_path)


def test_pickles_are_never_loaded(tmp_path):
    class Harm:
        def __reduce__(self):
            return (pytest.fail, ("code from a file was run",))

    path = tmp_path / "harm.npz"
    harm = np.empty(3, object)
    harm[:] = [Harm(), 1, 2]
    np.savez(path, resp=harm, stimuli=np.arange(3.0))
    with pytest.raises(InputError, match="without running code"):
        read_npz(path)
    raw = tmp_path / "raw.npz"
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("resp.npy", pickle.dumps(Harm()))
        archive.writestr("stimuli.npy", pickle.dumps(Harm()))
    with pytest.raises(InputError, match="without running code"):
        read_npz(raw)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 10), }", "claims 80000000000000 bytes"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (3, ", "without running code"),
        ("{'descr': '<f8', 'fortran_order': 3, 'shape': 'x', }", "without running code"),
    ],
)
def test_a_lying_header_is_found_before_memory_is_taken(tmp_path, header, sentence):
    path = tmp_path / "lie.npz"
    text = header.ljust(117) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("resp.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode())
        archive.writestr("stimuli.npy", b"")
    with pytest.raises(InputError, match=sentence):
        read_npz(path)


def test_any_order_of_stimuli_is_sorted(tmp_path, rng):
    order = rng.permutation(10)
    path = write(tmp_path, resp=GOOD[order], stimuli=ANGLES[order])
    (animal,) = read_npz(path).values()
    np.testing.assert_allclose(animal["stimulus"], ANGLES - 90)
    np.testing.assert_allclose(animal, GOOD, atol=1e-6)


def test_size_is_checked_before_memory_is_taken(whole, monkeypatch):
    monkeypatch.setattr("isocortex.memory.physical_memory", lambda: 10_000)
    with pytest.raises(InputError, match="more than a quarter of this machine's memory"):
        read_npz(whole)


@pytest.mark.parametrize("width", [0.0, -3.0, 120.0])
def test_bad_bin_width(whole, width):
    with pytest.raises(InputError, match="bin_width must be in"):
        read_npz(whole, bin_width=width)
