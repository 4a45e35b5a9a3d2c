"""Interchange files: what goes in comes out, in every format; and one sentence for everything that cannot be used."""

import struct
from pathlib import Path
from unicodedata import normalize

import h5py
import numpy as np
import pytest
import scipy.io
import xarray as xr

from isocortex import InputError, RDMs, recordings, responses
from isocortex.recordings import read, write
from isocortex.recordings.contents import NAMES as NAMES_OF_ARRAYS

SUFFIXES = [".npz", ".mat", ".nc"]
NAMES = np.array(["face", "hand", "tree", "house"])
VECTORS = np.array([[1.0, 2, 3, 4, 5, 6], [2.0, 1, 4, 3, 6, 5]])
SQUARE = RDMs(VECTORS, NAMES).square()
INFINITE = VECTORS * np.inf
HOLED = VECTORS.copy()
HOLED[:, 2] = np.nan


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("stimuli", [NAMES, np.array([3, 1, 2, 10]), np.array([0.0, 22.5, 45.0, 90.0])])
def test_rdms_come_back(suffix, stimuli, tmp_path):
    path = tmp_path / f"brains{suffix}"
    write(path, RDMs(VECTORS, stimuli, ("Ann", "Bob"), "1 − r"), categories=np.array(["a", "a", "b", "b"]))
    found = read(path)
    np.testing.assert_array_equal(found.rdms.dissimilarities, VECTORS)
    assert found.stimuli.tolist() == stimuli.tolist()
    assert (found.rdms.labels, found.subjects, found.rdms.measure) == (("Ann", "Bob"), ("Ann", "Bob"), "1 − r")
    assert found.categories.tolist() == ["a", "a", "b", "b"]
    assert found.labelled
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_responses_of_several_subjects_come_back(suffix, tmp_path, rng):
    path = tmp_path / f"animals{suffix}"
    animals = {n: responses(rng.normal(size=(2, 4, units)), stimuli=NAMES) for n, units in {"Ann": 3, "Bob": 5}.items()}
    write(path, animals, categories=NAMES)
    found = read(path)
    assert list(found.responses) == ["Ann", "Bob"]
    assert found.categories.tolist() == NAMES.tolist()
    for name, array in animals.items():
        assert found.responses[name].dims == ("repeat", "stimulus", "unit")
        np.testing.assert_array_equal(found.responses[name], array)
        assert found.responses[name]["stimulus"].values.tolist() == NAMES.tolist()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_pairs_that_were_not_measured_come_back_as_nan(suffix, tmp_path):
    path = tmp_path / f"holed{suffix}"
    write(path, RDMs(HOLED, NAMES))
    np.testing.assert_array_equal(read(path).rdms.dissimilarities, HOLED)
    square = RDMs(HOLED, NAMES).square()
    square[:, range(4), range(4)] = np.nan
    np.savez(tmp_path / "square.npz", rdms=square)
    np.testing.assert_array_equal(read(tmp_path / "square.npz").rdms.dissimilarities, HOLED)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_units_keep_their_names(suffix, tmp_path, rng):
    path = tmp_path / f"one{suffix}"
    write(path, responses(rng.normal(size=(4, 2)), stimuli=NAMES).assign_coords(unit=["u7", "u9"]))
    (found,) = read(path).responses.values()
    assert found["unit"].values.tolist() == ["u7", "u9"]


def test_only_netcdf_has_room_for_subjects_who_saw_other_repeats(tmp_path, rng):
    animals = {"Ann": responses(rng.normal(size=(4, 3))), "Bob": responses(rng.normal(size=(2, 4, 3)))}
    with pytest.raises(InputError, match=r"different stimuli or repeats.*write a \.nc"):
        write(tmp_path / "animals.npz", animals)
    write(tmp_path / "animals.nc", animals)
    assert read(tmp_path / "animals.nc").responses["Bob"].dims == ("repeat", "stimulus", "unit")


@pytest.mark.parametrize(
    ("rdms", "rows"),
    [(SQUARE, 2), (SQUARE[0], 1), (VECTORS, 2), (VECTORS[0], 1), (VECTORS[:1], 1)],
    ids=["squares", "square", "vectors", "vector", "row"],
)
@pytest.mark.parametrize("named", [True, False])
def test_square_and_condensed_are_told_apart(rdms, rows, named, tmp_path):
    path = tmp_path / "it.npz"
    np.savez(path, rdms=rdms, **({"stimuli": NAMES} if named else {}))
    found = read(path)
    np.testing.assert_array_equal(found.rdms.dissimilarities, VECTORS[:rows])
    assert found.labelled is named
    assert found.rdms.labels == (("it",) if rows == 1 else ("it 1", "it 2"))


def test_as_many_vectors_as_pairs_are_no_square_matrix(tmp_path, rng):
    vectors = rng.random((6, 6)) + 1
    np.savez(tmp_path / "six.npz", rdms=vectors)
    assert read(tmp_path / "six.npz").rdms.square().shape == (6, 4, 4)
    three = np.array([[0.0, 1, 2], [1, 0, 3], [2, 3, 0]])
    np.savez(tmp_path / "three.npz", rdms=three, stimuli=NAMES[:3])
    np.testing.assert_array_equal(read(tmp_path / "three.npz").rdms.square(), three[None])


def test_subjects_of_rows_beside_their_labels(tmp_path):
    np.savez(tmp_path / "s.npz", rdms=VECTORS, labels=["day 1", "day 2"], subjects=["Ann", "Ann"])
    found = read(tmp_path / "s.npz")
    assert (found.rdms.labels, found.subjects) == (("day 1", "day 2"), ("Ann", "Ann"))


def matlab_73(path, **variables):
    """Write numbers, and lists of text as cells, as MATLAB -v7.3 does: HDF5 behind a header, axes turned round."""
    with h5py.File(path, "w", userblock_size=512) as file:
        cells = file.create_group("#refs#")
        for name, value in variables.items():
            if isinstance(value, list):
                references = np.empty((1, len(value)), h5py.ref_dtype)
                for i, text in enumerate(value):
                    cell = cells.create_dataset(f"{name}{i}", data=np.array([[ord(c)] for c in text], np.uint16))
                    cell.attrs["MATLAB_class"] = np.bytes_("char")
                    references[0, i] = cell.ref
                file[name] = references
                file[name].attrs["MATLAB_class"] = np.bytes_("cell")
            else:
                file[name] = np.asarray(value).T
                file[name].attrs["MATLAB_class"] = np.bytes_("double")
    content = bytearray(path.read_bytes())
    content[:24] = b"MATLAB 7.3 MAT-file, tst"
    path.write_bytes(content)


def test_matlab_73(tmp_path, rng):
    path = tmp_path / "new.mat"
    values = rng.normal(size=(2, 4, 3))
    matlab_73(path, responses=values, stimuli=list(NAMES), other=np.ones((1, 1)))
    (found,) = read(path).responses.values()
    np.testing.assert_array_equal(found, values)
    assert found["stimulus"].values.tolist() == NAMES.tolist()
    matlab_73(path, rdms=["no"], stimuli=list(NAMES))
    with pytest.raises(InputError, match="'rdms' must be real numbers"):
        read(path)


@pytest.mark.parametrize("suffix", [".npz", ".nc"])
def test_labels_beyond_64_bits_with_a_sign_stay_what_they_are(suffix, tmp_path):
    numbers = np.array([2**63 + 1, 1, 2**64 - 1, 3], np.uint64)
    write(tmp_path / f"large{suffix}", RDMs(VECTORS, numbers))
    assert read(tmp_path / f"large{suffix}").stimuli.tolist() == numbers.tolist()


def test_one_character_and_its_parts_are_one_label(tmp_path):
    composed, decomposed = (np.array([normalize(form, x) for x in ("é", "ö", "a", "b")]) for form in ("NFC", "NFD"))
    np.savez(tmp_path / "mac.npz", rdms=VECTORS, stimuli=decomposed)
    assert read(tmp_path / "mac.npz").stimuli.tolist() == composed.tolist()
    assert responses(np.eye(4), stimuli=decomposed)["stimulus"].values.tolist() == composed.tolist()
    assert RDMs(VECTORS, decomposed).stimuli.tolist() == composed.tolist()


def element(kind, content):
    """Return an element of a MATLAB file of version 5."""
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def matlab_variable(name, kind, *contents, shape=(4, 1)):
    """Return one variable of a MATLAB file of version 5; opaque ones (17) have no shape."""
    sizes = [] if kind == 17 else [element(5, struct.pack("<ii", *shape))]
    return element(14, b"".join([element(6, struct.pack("<II", kind, 0)), *sizes, element(1, name), *contents]))


def matlab_file(path, *variables):
    path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM" + b"".join(variables))


def test_a_wrong_type_of_data_does_not_end_the_interpreter(tmp_path):
    path = tmp_path / "wrong.mat"
    numbers = np.arange(16.0).tobytes()
    for kind in (0, 8, 10, 19, 20, 255, 2**16 - 1):
        matlab_file(path, matlab_variable(b"responses", 6, element(kind, numbers), shape=(4, 4)))
        with pytest.raises(InputError, match=f"an element of type {kind}"):
            read(path)
    matlab_file(path, matlab_variable(b"responses", 6, element(9, numbers), shape=(4, 4)))
    np.testing.assert_array_equal(next(iter(read(path).responses.values())).values.T.ravel(), np.arange(16.0))


def test_sizes_that_the_file_does_not_hold(tmp_path):
    path = tmp_path / "wrong.mat"
    for kind, content, sentence in [
        (6, element(9, bytes(8)), "8 bytes of 4294836225 numbers"),
        (4, element(16, b"abcd"), "4 bytes of 4294836225 characters"),
        (1, b"", "unpack_from requires a buffer"),
        (2, element(5, struct.pack("<i", 0)) + element(1, b""), "fields with names of"),
        (2, element(5, struct.pack("<i", 8)) + element(1, b""), "4294836225 structs without a field"),
        (200, b"", "unknown class 200"),
    ]:
        matlab_file(path, matlab_variable(b"rdms", kind, content, shape=(65535, 65535)))
        with pytest.raises(InputError, match=sentence):
            read(path)


def test_text_beyond_ascii_in_a_matlab_file(tmp_path):
    path = tmp_path / "greek.mat"
    cells = [matlab_variable(b"", 4, element(4, text.encode("utf-16-le")), shape=(1, 1)) for text in "αβéb"]
    numbers = element(9, np.arange(16.0).tobytes())
    responses_ = matlab_variable(b"responses", 6, numbers, shape=(4, 4))
    matlab_file(path, matlab_variable(b"stimuli", 1, *cells), responses_)
    assert read(path).stimuli.tolist() == list("αβéb")


def test_matlab_strings_say_what_to_save(tmp_path):
    old, new = tmp_path / "old.mat", tmp_path / "new.mat"
    reference = matlab_variable(b"", 13, element(6, bytes(16)))
    string = matlab_variable(b"stimuli", 17, element(1, b"MCOS"), element(1, b"string"), reference)
    matlab_file(old, string, matlab_variable(b"responses", 6, element(9, bytes(128)), shape=(4, 4)))
    matlab_73(new, responses=np.ones((4, 4)), stimuli=np.arange(6.0)[None])
    with h5py.File(new, "r+") as file:
        file["stimuli"].attrs["MATLAB_class"] = np.bytes_("string")
    for path in (old, new):
        with pytest.raises(InputError, match=r"'stimuli' is a string array; save stimuli = cellstr\(stimuli\)"):
            read(path)
    with h5py.File(new, "r+") as file:
        file["stimuli"].attrs["MATLAB_class"] = np.bytes_("table")
    with pytest.raises(InputError, match="'stimuli' is of MATLAB's class table; save it as numbers, or as a cell"):
        read(new)


@pytest.mark.parametrize("of", ["char", "double"])
def test_an_empty_cell_is_an_empty_label(of, tmp_path):
    path = tmp_path / "new.mat"
    matlab_73(path, responses=np.ones((4, 4)), stimuli=["a", "b", "c", "d"])
    with h5py.File(path, "r+") as file:
        del file["#refs#"]["stimuli2"]
        cell = file["#refs#"].create_dataset("stimuli2", data=np.zeros(2, np.uint64))
        cell.attrs["MATLAB_class"], cell.attrs["MATLAB_empty"] = np.bytes_(of), np.uint8(1)
        file["stimuli"][0, 2] = cell.ref
    with pytest.raises(InputError, match="'stimuli' has 1 empty labels, the first at place 3"):
        read(path)
    cells = np.array(["a", "b", np.array([]) if of == "double" else "", "d"], dtype=object)
    scipy.io.savemat(path, {"responses": np.ones((4, 4)), "stimuli": cells})
    with pytest.raises(InputError, match="'stimuli' has 1 empty labels, the first at place 3"):
        read(path)


def test_netcdf_3(tmp_path):
    array = xr.DataArray(np.eye(4), dims=("stimulus", "unit"), coords={"stimulus": [3, 1, 2, 4]}, name="responses")
    array.to_dataset().to_netcdf(tmp_path / "old.nc", engine="scipy")
    found = read(tmp_path / "old.nc")
    assert found.stimuli.tolist() == [3, 1, 2, 4]
    np.testing.assert_array_equal(found.responses["old"], np.eye(4))


def test_matlab_vectors_and_character_arrays(tmp_path):
    path = tmp_path / "old.mat"
    scipy.io.savemat(path, {"rdms": SQUARE.astype(np.float32), "stimuli": np.array(["a  ", "bcd", "e  ", "f  "])})
    assert read(path).stimuli.tolist() == ["a", "bcd", "e", "f"]
    scipy.io.savemat(path, {"rdms": SQUARE, "stimuli": np.array([[4.0, 3, 2, 1]])})
    assert read(path).stimuli.tolist() == [4, 3, 2, 1]


def test_netcdf_of_an_assembly_and_of_turned_axes(tmp_path, rng):
    values = rng.normal(size=(8, 3))
    assembly = xr.DataArray(
        values,
        dims=("presentation", "neuroid"),
        coords={"image_id": ("presentation", np.tile(NAMES, 2)), "neuroid_id": ("neuroid", ["a", "b", "c"])},
        name="dicarlo",
    )
    assembly.to_netcdf(tmp_path / "assembly.nc", engine="h5netcdf")
    (found,) = read(tmp_path / "assembly.nc").responses.values()
    np.testing.assert_array_equal(found, values.reshape(2, 4, 3))
    assert found["stimulus"].values.tolist() == NAMES.tolist()
    assembly[:7].to_netcdf(tmp_path / "unequal.nc", engine="h5netcdf")
    (found,) = read(tmp_path / "unequal.nc").responses.values()
    np.testing.assert_allclose(found.sel(stimulus="face"), values[[0, 4]].mean(axis=0))
    np.testing.assert_allclose(found.sel(stimulus="house"), values[3])
    turned = xr.DataArray(values[:4].T, dims=("unit", "stimulus"), coords={"stimulus": NAMES}, name="responses")
    turned.to_netcdf(tmp_path / "turned.nc", engine="h5netcdf")
    (found,) = read(tmp_path / "turned.nc").responses.values()
    np.testing.assert_array_equal(found, values[:4])


SIMILAR = 1 - SQUARE[0] / 10
LOPSIDED = SQUARE[0].copy()
LOPSIDED[0, 1] = 9
BAD = {
    "neither": ({"rdm": VECTORS}, r"must hold either 'responses' or 'rdms'; it holds 'rdm'"),
    "both": ({"rdms": VECTORS, "responses": np.eye(4)}, "must hold either 'responses' or 'rdms'"),
    "nothing": ({}, "it holds nothing"),
    "not symmetric": ({"rdms": LOPSIDED, "stimuli": NAMES}, "not symmetric"),
    "similarities": ({"rdms": SIMILAR, "stimuli": NAMES}, r"zero on the diagonal, and reach 1 there.*1 − r"),
    "pairs": ({"rdms": np.ones((2, 7))}, r"have 7 pairs, which is not n\(n − 1\)/2 for any number n"),
    "labels of pairs": ({"rdms": VECTORS, "stimuli": NAMES[:3]}, r"have 4 stimuli, and 'stimuli' names 3"),
    "MATLAB's order": ({"rdms": np.ones((4, 4, 2))}, r"shape \(4, 4, 2\); in MATLAB, permute\(rdms, \[3 1 2\]\)"),
    "four axes": ({"rdms": np.ones((1, 4, 4, 2))}, "must be n × stimulus × stimulus or n × pairs"),
    "infinite RDMs": ({"rdms": INFINITE}, "has infinite dissimilarities"),
    "NaN": ({"responses": np.full((4, 2), np.nan)}, "8 NaN or infinite values"),
    "nothing measured": ({"rdms": VECTORS * np.nan}, "holds only NaN"),
    "infinite": ({"responses": np.full((4, 2), np.inf)}, "8 NaN or infinite values"),
    "complex": ({"rdms": VECTORS + 1j}, "must be real numbers; they are of dtype complex128"),
    "words": ({"responses": np.array([list("ab")] * 4)}, "must be real numbers"),
    "twice": ({"rdms": VECTORS, "stimuli": NAMES[[0, 1, 2, 0]]}, r"2 stimuli have the label 'face'"),
    "lengths": ({"responses": np.eye(4), "stimuli": NAMES[:3]}, "hold 4 stimuli, but the labels have shape"),
    "one stimulus": ({"responses": np.ones((1, 2))}, "at least 2"),
    "units": ({"responses": np.eye(4), "units": [1, 2]}, "'units' must hold one name per unit, 4; it holds 2"),
    "labels": ({"rdms": VECTORS, "labels": ["a"]}, "'labels' must hold one name per RDM, 2; it holds 1"),
    "categories": ({"rdms": VECTORS, "categories": ["a"]}, "one category per stimulus, 4; it holds 1"),
    "dates": ({"rdms": VECTORS, "stimuli": np.arange(4).astype("M8[D]")}, "'stimuli' must be text or numbers"),
    "a table of labels": ({"rdms": VECTORS, "stimuli": np.ones((2, 2))}, "'stimuli' must be a list of labels"),
    "an empty label": (
        {"rdms": VECTORS, "stimuli": ["a", " ", "b", "c"]},
        r"'stimuli' has 1 empty labels, the first at",
    ),
    "labels too large": (
        {"rdms": VECTORS, "stimuli": [0.0, 1, 2, 1e20]},
        r"reaches 1e\+20, where float64",
    ),
    "a label that is none": ({"rdms": VECTORS, "stimuli": [1.0, 2, 3, np.nan]}, "'stimuli' has NaN"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_content_is_told_in_a_sentence(case, tmp_path):
    arrays, sentence = BAD[case]
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=sentence) as raised:
        read(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_truncated_files(suffix, share, tmp_path, rng):
    path = tmp_path / f"cut{suffix}"
    write(path, responses(rng.normal(size=(40, 30))))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"cannot be read|was cut off") as raised:
        read(path)
    assert "\n" not in str(raised.value)


def test_python_objects_are_refused(tmp_path):
    class Harm:
        def __reduce__(self):
            return (pytest.fail, ("code from a file was run",))

    harm = np.array([Harm(), 1, 2, 3], dtype=object)
    np.savez(tmp_path / "harm.npz", rdms=VECTORS, stimuli=harm)
    with pytest.raises(InputError, match=r"without running code.*Python objects; save labels as text"):
        read(tmp_path / "harm.npz")
    scipy.io.savemat(tmp_path / "struct.mat", {"rdms": {"RDM": VECTORS}})
    with pytest.raises(InputError, match="'rdms' is a struct"):
        read(tmp_path / "struct.mat")


def test_paths_that_are_no_files_to_read(tmp_path):
    with pytest.raises(InputError, match=r"a.mt: There is no kind of file '.mt'. Did you mean '.mat'"):
        read(tmp_path / "a.mt")
    for suffix in SUFFIXES:
        with pytest.raises(InputError, match="There is no file"):
            read(tmp_path / f"a{suffix}")
    (tmp_path / "b.nc").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path / "b.nc")
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path / "nowhere" / "a.npz", RDMs(VECTORS, NAMES))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_size_is_checked_before_memory_is_taken(suffix, tmp_path, monkeypatch, rng):
    path = tmp_path / f"large{suffix}"
    write(path, responses(rng.normal(size=(40, 30))))
    monkeypatch.setattr("isocortex.memory.physical_memory", lambda: 10_000)
    with pytest.raises(InputError, match="more than a quarter of this machine's memory"):
        read(path)


def test_the_page_of_the_format_runs_as_printed(run_page):
    page = (Path(__file__).parents[2] / "docs" / "interchange.md").read_text()
    run_page("interchange.md")
    assert read("animal_rdm.mat").categories.tolist() == ["animate", "animate", "natural", "made", "made"]
    assert all(f"`{name}`" in page for name in NAMES_OF_ARRAYS)


def test_the_names_are_public():
    assert {"read", "write", "Contents", "from_assembly", "to_rsatoolbox"} <= set(vars(recordings))
