"""Conditions that choose runs, and numbers with their intervals."""

import json

import pandas as pd
import pytest

from isocortex import InputError

pytest.importorskip("panel")
from isocortex.explorer.runs.conditions import parsed
from isocortex.explorer.runs.intervals import rows, written
from isocortex.explorer.runs.side_by_side import DIFFERS, side_by_side

TABLE = pd.DataFrame(
    {
        "tau": [50.0, 100.0, float("nan")],
        "kind": ["GRU", "CTRNN", "GRU"],
        "fast": [True, False, True],
        "x.mean": [0.1, -0.2, 0.3],
    }
)


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("", [0, 1, 2]),
        ("tau >= 100", [1]),
        ("tau<100 and kind = GRU", [0]),
        ("tau != 50", [1]),
        ("x.mean < −0.1", [1]),
        ("kind contains RNN", [1]),
        ("fast == True and x.mean>0.2", [2]),
    ],
)
def test_conditions_choose_runs_and_so_do_their_lines(words, places):
    chosen, table = TABLE, TABLE
    for condition in parsed(words, TABLE):
        chosen = chosen[condition.holds(chosen)]
        table = eval(condition.python(), {"table": table})
    assert chosen.index.tolist() == table.index.tolist() == places


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("tau", "is no condition"),
        ("tua > 5", "Did you mean 'tau'"),
        ("tau > big", "'big' is none"),
        ("kind > GRU", "it can be =, != or contain"),
        ("__import__('os') = 1", "no option or number"),
    ],
)
def test_what_is_no_condition_is_said(words, sentence):
    with pytest.raises(InputError, match=sentence):
        parsed(words, TABLE)


def test_ends_of_intervals_stand_beside_their_estimate():
    numbers = {
        "a.mean": 1.0,
        "a.low": 0.5,
        "a.high": 2.0,
        "b": 3.0,
        "b.low": 2.0,
        "b.high": 4.0,
        "c.low": 1.0,
        "d.mean": 7,
    }
    found = rows(numbers)
    assert found.index.tolist() == ["a", "b", "c.low", "d.mean"]
    assert found.loc["a"].tolist() == [1.0, 0.5, 2.0]
    assert found.loc["b"].tolist() == [3.0, 2.0, 4.0]
    assert written(found.loc["a"]) == "1 [0.5, 2]"
    assert written(found.loc["d.mean"]) == "7"


def test_runs_side_by_side_mark_what_differs_and_keep_every_number(runs):
    folders = sorted(runs.glob("orientation-v1-*"))
    found = side_by_side(folders)
    options = found.options["differs"]
    assert set(options[options == DIFFERS].index) == {"seed", "tau", "task"}
    for folder in folders:
        summary = json.loads((folder / "summary.json").read_text())
        values = found.values[folder.name]
        for name, keys in found.keys.items():
            assert values.loc[name].dropna().tolist() == [summary[key] for key in keys]
