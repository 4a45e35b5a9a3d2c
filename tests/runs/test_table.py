"""All runs of a folder as a table, from the folders and from what was kept of them."""

import json
import shutil

import pytest

from isocortex import Catalogue, InputError
from isocortex.cli import main
from isocortex.experiments.processes.poisson import Poisson
from isocortex.runs import table
from isocortex.runs.table import INDEX


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for rate in (30.0, 40.0):
        Poisson(rate=rate, duration=2000.0, units=20, out=folder).execute()
    return folder


def test_a_row_has_options_and_numbers(runs):
    table = Catalogue(runs).table()
    assert table["rate"].tolist() == [30, 40]
    for name, found in table.set_index("run").iterrows():
        summary = json.loads((runs / str(name) / "summary.json").read_text())
        assert found[list(summary)].to_dict() == pytest.approx(summary)


def test_what_was_kept_equals_what_is_read(runs):
    first = Catalogue(runs).table("poisson")
    assert (runs / INDEX / "poisson.parquet").exists()
    kept = Catalogue(runs).table("poisson")
    shutil.rmtree(runs / INDEX)
    assert kept.equals(first)
    assert Catalogue(runs).table("poisson").equals(first)


def test_runs_in_the_index_are_not_opened_again(runs, monkeypatch):
    first = Catalogue(runs).table("poisson")

    def opened(folder, part):
        raise AssertionError(f"{folder} was opened again")

    monkeypatch.setattr(table, "read_part", opened)
    assert Catalogue(runs).table("poisson").equals(first)


@pytest.mark.slow
def test_ten_thousand_runs_are_one_table(runs, tmp_path):
    (original, *_) = runs.glob("poisson-*")
    for i in range(10_000):
        folder = tmp_path / f"poisson-20260101T000000Z-{i:08x}"
        folder.mkdir()
        for part in ("config.json", "summary.json"):
            (folder / part).hardlink_to(original / part)
    for _ in range(2):  # from the folders, and from the index
        found = Catalogue(tmp_path).table("poisson")
        assert len(set(found["run"])) == 10_000


def test_new_runs_appear_and_removed_ones_go(runs, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(runs, folder)
    Catalogue(folder).table()
    names = Catalogue(folder).table()["run"].tolist()
    shutil.rmtree(folder / names[0])
    Poisson(rate=50.0, duration=2000.0, units=20, out=folder).execute()
    assert Catalogue(folder).table()["rate"].tolist() == [40, 50]
    (folder / INDEX / "poisson.parquet").write_bytes(b"damaged")
    assert Catalogue(folder).table()["rate"].tolist() == [40, 50]


def test_a_damaged_run_and_an_interrupted_one_are_left_out(runs, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(runs, folder)
    shutil.rmtree(folder / INDEX, ignore_errors=True)
    first, second = sorted(path for path in folder.glob("poisson-*"))
    (first / "config.json").write_text("{}")
    assert len(Catalogue(folder).table()) == 1
    second.rename(second.with_name(second.name + ".partial"))
    assert Catalogue(folder).experiments == ["poisson"]
    assert len(Catalogue(folder).table()) == 0


def test_the_command_prints_what_differs(runs, capsys):
    main(["runs", str(runs), "--of", "poisson", "--numbers", "poisson.cv"])
    out = capsys.readouterr().out
    assert "rate" in out
    assert "units" not in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--of", "poison"], "Did you mean 'poisson'"),
        (["--of", "poisson", "--numbers", "poisson.vc"], "There is no number 'poisson.vc'"),
        (["--numbers", "poisson.cv"], "--of EXPERIMENT with --numbers"),
    ],
)
def test_what_is_not_there_is_said(runs, words, sentence, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["runs", str(runs), *words])
    assert stop.value.code == 2
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_several_experiments_must_be_told_apart(tmp_path):
    with pytest.raises(InputError, match="no experiment: name one"):
        Catalogue(tmp_path).table()
    with pytest.raises(InputError, match="There is no folder"):
        Catalogue(tmp_path / "nowhere")
