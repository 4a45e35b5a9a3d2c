"""The reader of the monkeys' trials: what it returns, and what it says about files that cannot be."""

import pandas as pd
import pytest

from isocortex import InputError
from isocortex.recordings import read_roitman_shadlen

ROWS = pd.DataFrame(
    {"monkey": [1, 1, 2], "rt": [0.5, 0.7, 0.4], "coh": [0.0, 0.512, 0.1], "correct": [1.0, 0.0, 1.0],
     "trgchoice": [1.0, 2.0, 1.0]}
)  # fmt: skip


def written(folder, table):
    table.to_csv(folder / "trials.csv", index=False)
    return folder / "trials.csv"


def test_trials_come_per_animal_in_ms(tmp_path):
    animals = read_roitman_shadlen(written(tmp_path, ROWS))
    assert list(animals) == ["monkey 1", "monkey 2"]
    first = animals["monkey 1"]
    assert first["rt"].tolist() == [500, 700]
    assert first["correct"].tolist() == [True, False]
    assert first["coherence"].tolist() == [0.0, 0.512]


def test_times_in_ms_are_warned_of_and_taken_as_ms(tmp_path):
    with pytest.warns(UserWarning, match="looks like ms"):
        animals = read_roitman_shadlen(written(tmp_path, ROWS.assign(rt=1e3 * ROWS["rt"])))
    assert animals["monkey 1"]["rt"].tolist() == [500, 700]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (ROWS.drop(columns="coh"), "lacks coh"),
        (ROWS.iloc[:0], "holds no trials"),
        (ROWS.assign(rt=["a", "b", "c"]), "not a number"),
        (ROWS.assign(rt=[0.5, None, 0.4]), "the first is row 3"),
        (ROWS.assign(rt=-0.5), "above 0"),
        (ROWS.assign(coh=51.2), "Divide percent "),
        (ROWS.assign(correct=2.0), "must be 1 or 0"),
    ],
)
def test_impossible_tables_are_told(tmp_path, table, said):
    with pytest.raises(InputError, match=said):
        read_roitman_shadlen(written(tmp_path, table))


def test_files_that_are_no_table_are_told(tmp_path):
    with pytest.raises(InputError, match="no file"):
        read_roitman_shadlen(tmp_path / "trials.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_roitman_shadlen(tmp_path / "empty.csv")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match=r"cannot be read as CSV|lacks"):
        read_roitman_shadlen(tmp_path / "binary.csv")
