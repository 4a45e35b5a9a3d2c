"""Arrays under other names, CSV files, .npy files and tables of pandas: the same contents, and one sentence else."""

import re

import numpy as np
import pandas as pd
import pytest
import scipy.io
import xarray as xr

import isocortex as ic
from isocortex import InputError, RDMs
from isocortex.recordings import names_in, read, read_orientations, write

NAMES = ["face", "hand", "tree", "house"]
VECTORS = np.array([[1.0, 2, 3, 4, 5, 6]])
VALUES = np.arange(12.0).reshape(4, 3) ** 1.5


def as_npz(path):
    np.savez(path, data=VALUES, ori=NAMES, stimuli=np.arange(4), other=np.ones(2))


def as_mat(path):
    scipy.io.savemat(path, {"data": VALUES, "ori": np.array(NAMES, dtype=object), "stimuli": np.arange(4)})


def as_netcdf(path):
    labels = {"ori": ("image", NAMES), "stimuli": ("image", np.arange(4))}
    xr.Dataset({"data": (("image", "cell"), VALUES), **labels}).to_netcdf(path, engine="h5netcdf")


@pytest.mark.parametrize(("suffix", "make"), [(".npz", as_npz), (".mat", as_mat), (".nc", as_netcdf)])
def test_names_in_a_file_are_mapped(suffix, make, tmp_path):
    path = tmp_path / f"x{suffix}"
    make(path)
    found = ic.read(path, responses="data", stimuli="ori")
    assert found.stimuli.tolist() == NAMES
    np.testing.assert_array_equal(found.responses["x"], VALUES)
    assert ic.read(path, responses="data").stimuli.tolist() == [0, 1, 2, 3]
    assert ic.read(path, responses="data", stimuli=NAMES[::-1]).stimuli.tolist() == NAMES[::-1]
    assert {"data", "ori", "stimuli"} <= set(names_in(path))
    with pytest.raises(InputError, match=r"has no 'date' that could be responses; it holds 'data', 'ori'.*, 'stimuli'"):
        read(path, responses="date")
    with pytest.raises(InputError, match=r"must hold either 'responses' or 'rdms'; it holds 'data'.*responses='data'"):
        read(path)


def test_a_coordinate_of_netcdf_can_be_named(tmp_path):
    array = xr.DataArray(VALUES, dims=("ori", "cell"), coords={"ori": [0.0, 45.0, 90.0, 135.0]}, name="rates")
    array.to_netcdf(tmp_path / "x.nc", engine="h5netcdf")
    assert read(tmp_path / "x.nc", responses="rates", stimuli="ori").stimuli.tolist() == [0, 45, 90, 135]


def test_naming_rdms_leaves_responses_alone(tmp_path):
    np.savez(tmp_path / "both.npz", responses=VALUES, mine=VECTORS)
    np.testing.assert_array_equal(read(tmp_path / "both.npz", rdms="mine").rdms.dissimilarities, VECTORS)


def test_npy_takes_labels_as_arguments(tmp_path):
    np.save(tmp_path / "it.npy", VALUES)
    found = read(tmp_path / "it.npy", stimuli=NAMES, units=["a", "b", "c"], labels=["IT"])
    assert found.responses["IT"].sel(stimulus="tree", unit="b") == VALUES[2, 1]
    assert not read(tmp_path / "it.npy").labelled
    np.save(tmp_path / "rdm.npy", VECTORS)
    found = read(tmp_path / "rdm.npy", rdms="values", stimuli=NAMES)
    np.testing.assert_array_equal(found.rdms.dissimilarities, VECTORS)
    assert names_in(tmp_path / "rdm.npy") == ["values"]
    with pytest.raises(InputError, match="has no 'rdm' that could be rdms; it holds 'values'"):
        read(tmp_path / "rdm.npy", rdms="rdm")


def test_npy_is_data_and_whole(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="without running code"):
        read(tmp_path / "objects.npy")
    np.save(tmp_path / "cut.npy", VALUES)
    content = (tmp_path / "cut.npy").read_bytes()
    for share in (0.0, 0.3, 0.9):
        (tmp_path / "cut.npy").write_bytes(content[: int(share * len(content))])
        with pytest.raises(InputError, match=r"written whole|is damaged"):
            read(tmp_path / "cut.npy")


def test_csv_is_a_row_per_stimulus(tmp_path):
    table = pd.DataFrame(VALUES, index=pd.Index(NAMES, name="image"), columns=["u1", "u2", "u3"])
    table.to_csv(tmp_path / "v4.csv")
    found = read(tmp_path / "v4.csv")
    assert (found.stimuli.tolist(), list(found.responses)) == (NAMES, ["v4"])
    np.testing.assert_allclose(found.responses["v4"], VALUES)
    assert found.responses["v4"]["unit"].values.tolist() == ["u1", "u2", "u3"]
    assert names_in(tmp_path / "v4.csv") == ["image", "u1", "u2", "u3", "values"]


def test_columns_of_labels_and_categories(tmp_path):
    table = pd.DataFrame(VALUES, columns=["u1", "u2", "u3"])
    table.insert(1, "kind", list("aabb"))
    table.insert(2, "ori", [0, 45, 90, 135])
    table.to_csv(tmp_path / "v1.csv", index=False)
    for source in (tmp_path / "v1.csv", table):
        found = read(source, stimuli="ori", categories="kind")
        assert found.stimuli.tolist() == [0, 45, 90, 135]
        assert found.categories.tolist() == list("aabb")
        np.testing.assert_allclose(next(iter(found.responses.values())), VALUES)
    with pytest.raises(InputError, match=r"The column 'kind' holds 'a', which is no number; leave it out, or name it"):
        read(tmp_path / "v1.csv", stimuli="ori")
    with pytest.raises(InputError, match="has no 'image' that could be stimuli; it holds 'kind', 'ori', 'u1'"):
        read(table, stimuli="image", categories="kind")


def test_an_animal_in_a_csv_file_has_orientations(tmp_path):
    pd.DataFrame(VALUES, index=[0, 45, 90, 135]).to_csv(tmp_path / "mouse.csv")
    assert read_orientations(tmp_path / "mouse.csv")["mouse"]["stimulus"].values.tolist() == [0, 45, -90, -45]


def test_rows_of_one_stimulus_are_repeats():
    table = pd.DataFrame(np.vstack([VALUES, VALUES + 1]), index=NAMES * 2).assign(categories=list("aabb") * 2)
    (found,) = read(table).responses.values()
    np.testing.assert_array_equal(found, np.stack([VALUES, VALUES + 1]))
    fewer = read(table[:7])
    (found,) = fewer.responses.values()
    np.testing.assert_allclose(found.sel(stimulus="face"), VALUES[0] + 0.5)
    np.testing.assert_allclose(found.sel(stimulus="house"), VALUES[3])
    assert dict(zip(fewer.stimuli.tolist(), fewer.categories.tolist(), strict=True)) == dict(
        zip(NAMES, "aabb", strict=True)
    )
    with pytest.raises(InputError, match="Rows of one stimulus must be of one category"):
        read(table.assign(categories=list("aabbabbb")))


def test_a_square_table_is_an_rdm_where_it_is_said(tmp_path):
    square = RDMs(VECTORS, np.array(NAMES)).square()[0]
    table = pd.DataFrame(square, index=NAMES, columns=NAMES)
    table.to_csv(tmp_path / "rdm.csv")
    for source in (table, tmp_path / "rdm.csv"):
        found = read(source, rdms="values")
        np.testing.assert_array_equal(found.rdms.dissimilarities, VECTORS)
        assert found.stimuli.tolist() == NAMES
    with pytest.raises(InputError, match="must have the same labels in the same order"):
        read(table[NAMES[::-1]], rdms="values")
    with pytest.raises(InputError, match="this one has 4 rows and 3 columns"):
        read(table[NAMES[:3]], rdms="values")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("image;u1\nface;1\nhand;2\n", "There are no numbers: a table has a row per stimulus"),
        ("", "cannot be read as CSV"),
        ('a,b\n"face,1\n', "cannot be read as CSV"),
        ("image,u1\nface,1\nhand,\n", "1 NaN or infinite values"),
        ("image,u1\nface,1\nhand,two\n", "The column 'u1' holds 'two', which is no number"),
        ("image,u1\nface,1\n", "at least 2"),
    ],
)
def test_bad_csv_is_told_in_a_sentence(text, sentence, tmp_path):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(InputError, match=re.escape(sentence)) as raised:
        read(tmp_path / "bad.csv")
    assert "bad.csv" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_names_that_mean_nothing(tmp_path):
    np.save(tmp_path / "it.npy", VALUES)
    with pytest.raises(InputError, match="Did you mean 'stimuli'"):
        read(tmp_path / "it.npy", stimulus=NAMES)
    with pytest.raises(InputError, match="responses must be the name of an array in the source"):
        read(tmp_path / "it.npy", responses=VALUES)
    for suffix in (".csv", ".npy"):
        with pytest.raises(InputError, match="There is no kind of file to write"):
            write(tmp_path / f"it{suffix}", RDMs(VECTORS, np.array(NAMES)))


def test_a_large_file_is_refused_by_its_size(tmp_path, monkeypatch):
    np.save(tmp_path / "it.npy", VALUES)
    pd.DataFrame(VALUES).to_csv(tmp_path / "it.csv")
    monkeypatch.setattr("isocortex.memory.physical_memory", lambda: 100)
    for file in ("it.npy", "it.csv"):
        with pytest.raises(InputError, match="more than a quarter of this machine's memory"):
            read(tmp_path / file)
