"""Experiments from Python: run one, read what it found, and be told what is misspelt."""

from html import escape
from pathlib import Path

import numpy as np
import pytest

import isocortex as ic


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return ic.run("poisson", units=50, duration=2000, out=str(tmp_path_factory.mktemp("runs")), progress=False)


def test_a_run_has_everything_that_its_folder_has(found):
    assert found.options["units"] == 50
    assert found.options["duration"] == 2000.0
    assert found.numbers["refractory.cv.theory"] == pytest.approx(1 / 1.2)
    assert list(found.tables) == ["fano"]
    assert found.tables["fano"]["window"].tolist() == [10, 20, 50, 100, 200, 500, 1000]
    assert list(found.figures) == ["poisson", "fano"]
    assert found.figures["fano"].path.exists()
    shown = found.figures["fano"]
    assert escape(shown.caption) in shown._repr_html_()
    assert f'<img alt="{escape(shown.alt)}"' in shown._repr_html_()
    assert len(found.models) == 0
    assert found.responses == {}
    assert found.question.endswith("?")
    assert found.answer in repr(found)
    assert found.answer.split(";")[0] in found._repr_html_()


def test_every_number_has_its_unit_and_meaning(found):
    assert list(found.keys.index) == list(found.numbers)
    assert list(found.keys.columns) == ["value", "unit", "meaning"]
    assert found.keys.loc["poisson.rate", "unit"] == "spikes/s"
    np.testing.assert_array_equal(found.keys["value"], list(found.numbers.values()))


def test_a_run_is_loaded_from_its_folder(found):
    again = ic.load_run(found.folder)
    assert again.numbers == found.numbers
    assert again.answer == found.answer


@pytest.mark.parametrize("progress", [True, False])
def test_progress_is_a_line_per_stage_where_there_is_no_terminal(progress, tmp_path, capsys):
    ic.run("poisson", units=50, duration=2000, out=tmp_path, progress=progress)
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in said] == (["trains", "figures"] if progress else [])
    assert all(line.endswith(" s") for line in said)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("poison", {}, "There is no experiment 'poison'. Did you mean 'poisson'?"),
        ("poisson", {"unit": 3}, "There is no option 'unit'. Did you mean 'units'?"),
        ("poisson", {"units": 1}, "--units must be at least 2"),
        ("poisson", {"units": 2.5}, "units must be int; got 2.5."),
        ("poisson", {"rate": "fast"}, "rate must be float; got 'fast'."),
        ("poisson", {"rate": True}, "rate must be float; got True."),
    ],
)
def test_a_mistake_is_told_and_writes_nothing(name, options, said, tmp_path):
    with pytest.raises(ic.InputError) as raised:
        ic.run(name, out=tmp_path, **options)
    assert said in str(raised.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["tables", "figures", "models"])
def test_a_misspelt_name_is_told(found, kind):
    with pytest.raises(ic.InputError, match=f"There is no {kind[:-1]} 'fanno'"):
        getattr(found, kind)["fanno"]


def test_what_is_no_run_is_told(tmp_path):
    with pytest.raises(ic.InputError, match="is not a complete run folder"):
        ic.load_run(tmp_path)
    with pytest.raises(ic.InputError, match="no run folder"):
        ic.load_run(Path("nowhere"))
