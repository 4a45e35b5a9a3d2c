"""``isocortex show`` and ``isocortex runs``: the latest run, what its numbers are, and lists that fit 80 columns."""

import io
import os

import pandas as pd
import pytest
from rich.console import Console

from isocortex import InputError
from isocortex.cli import main
from isocortex.cli.tables import print_table
from isocortex.experiments.processes.poisson import Poisson
from isocortex.runs import PARTIAL, Run, latest_run, read_run, runs_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which a Poisson run was made before another one, with one that was interrupted between them."""
    runs = tmp_path_factory.mktemp("work") / "runs"
    first = Poisson(units=50, duration=2000.0, out=runs).execute()
    Run.create("drift-diffusion", {"paths": 500, "seed": 0}, out=runs)
    second = Poisson(units=60, duration=2000.0, out=runs).execute()
    for age, run in enumerate((second, first)):
        then = 1e9 - 1000 * age
        os.utime(run / "config.json", (then, then))
    return runs


@pytest.fixture
def inside(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("COLUMNS", "80")
    return folder


def test_show_without_a_name_shows_the_latest_whole_run(inside, capsys):
    main(["show"])
    said = capsys.readouterr().out
    whole = [run for run in inside.iterdir() if run.suffix != PARTIAL]
    (latest,) = (run for run in whole if read_run(run).options["units"] == 60)
    assert latest_run() == latest.relative_to(inside.parent)
    assert f"Report: runs/{latest.name}/report.html" in said
    assert said.index("How irregular") < said.index("The intervals of Poisson trains")


def test_keys_says_what_every_number_is(inside, capsys):
    main(["show", "--keys"])
    said = capsys.readouterr().out
    for key in read_run(latest_run()).summary:
        assert f"\n{key} = " in said
    assert "spikes/s\n    Mean rate of the homogeneous trains." in said


def test_runs_are_listed_with_the_options_that_differ(inside, capsys):
    main(["runs"])
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert max(map(len, lines)) <= 80
    named = [run.name for run in runs_in()]
    assert [name for line in lines for name in named if line.startswith(f" {name}")] == named
    together = " ".join(said.split())
    for words in ("--units 50", "--duration 2000.0", "--paths 500", "was interrupted"):
        assert words in together
    assert "--seed" not in said
    assert "--rate" not in said


def test_a_folder_without_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["runs", "."])
    assert capsys.readouterr().out == "There are no runs in ..\n"
    with pytest.raises(InputError, match="no finished run"):
        latest_run(tmp_path)


@pytest.mark.parametrize("n", [1, 3, 20])
def test_tables_fit_80_columns_and_lose_nothing(n):
    table = pd.DataFrame({f"column {i} of them": [f"cell {i}", "x" * 30] for i in range(n)})
    console = Console(width=80, record=True, file=io.StringIO())
    print_table(console, {str(name): table[name].tolist() for name in table}, title="T", caption="C")
    said = console.export_text()
    assert max(map(len, said.splitlines())) <= 80
    words = "".join(said.split())
    assert all(f"cell{i}" in words for i in range(min(n, 3)))
    assert said.count("T\n") <= 1
