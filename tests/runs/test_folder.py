import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from isocortex import InputError, report, responses
from isocortex.responses import load
from isocortex.runs import PARTIAL, Run, read_run

EVIL = '<script>alert("x")</script>'


def make(tmp_path, *, finish=True, label="a"):
    run = Run.create("demo", {"seed": 1, "name": label}, out=tmp_path / "runs")
    run.mark = f"synthetic {label}"
    with run.stage("work") as advance:
        advance(1, 2)
    figure = Figure()
    figure.subplots().plot([0, 1], label=label)
    run.figure("line", figure, title=label, caption=f"caption {label}", alt=f'alt " {label}')
    run.table(
        "numbers", pd.DataFrame({label: [1.5, np.nan], "text": [label, ""]}), title=label, caption="c", shown=True
    )
    run.responses({f"layer {i}": responses(np.eye(4) + i) for i in range(2)})
    run.summary({"b": 2, "a": 1 / 3, "undefined": None, "nan": float("nan")})
    run.describe(
        question=f"Why {label}?",
        answer=label,
        methods=[label],
        references=["nili-2014"],
        notes=[label],
        meanings={"seed": label},
    )
    run.close()
    report.write_report(run.path)
    return run.finish() if finish else run.path


def test_a_whole_run_has_no_suffix_and_every_part(tmp_path):
    folder = make(tmp_path)
    names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert names == {
        "config.json",
        "environment.json",
        "summary.json",
        "timing.json",
        "findings.json",
        "report.html",
        "responses.nc",
        "tables/numbers.csv",
        "figures/line.svg",
        "figures/line.png",
    }
    assert [p.name for p in (tmp_path / "runs").iterdir()] == [folder.name]
    config = json.loads((folder / "config.json").read_text())
    assert config == {"experiment": "demo", "options": {"name": "a", "seed": 1}, "files": {}, "schema": 1}
    assert {"python", "platform", "device", "packages"} <= set(json.loads((folder / "environment.json").read_text()))


def test_summary_is_sorted_and_leaves_out_what_is_undefined(tmp_path):
    assert (make(tmp_path) / "summary.json").read_text() == '{\n  "a": 0.3333333333,\n  "b": 2\n}\n'


def test_figures_are_the_same_bytes_each_time(tmp_path):
    one, two = (make(tmp_path / name) / "figures" for name in "ab")
    for file in ("line.svg", "line.png"):
        assert (one / file).read_bytes() == (two / file).read_bytes()


def test_two_runs_in_one_second_do_not_collide(tmp_path):
    assert len({make(tmp_path) for _ in range(3)}) == 3


def test_labels_are_harmless_in_the_page(tmp_path):
    page = (make(tmp_path, label=EVIL) / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("https://doi.org", "").replace("https://compneuro", "")


def test_responses_come_back(tmp_path):
    loaded = load(make(tmp_path) / "responses.nc")
    np.testing.assert_array_equal(loaded["layer 1"], np.eye(4) + 1)
    assert loaded["layer 1"].dims == ("stimulus", "unit")


def test_large_responses_are_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("isocortex.runs.folder.LARGEST_RESPONSES", 10)
    assert not (make(tmp_path) / "responses.nc").exists()


def test_a_finding_needs_words(tmp_path):
    run = Run.create("demo", {}, out=tmp_path)
    with pytest.raises(InputError, match="needs a caption"):
        run.figure("x", Figure(), title="t", caption="", alt="a")


def test_what_cannot_be_resumed(tmp_path):
    whole = make(tmp_path / "whole")
    partial = make(tmp_path / "partial", finish=False)
    assert partial.name.endswith(PARTIAL)
    broken = tmp_path / "broken.partial"
    broken.mkdir()
    for folder, experiment, sentence in [
        (whole, "demo", "is complete"),
        (partial, "other", r"is a run of 'demo': isocortex run demo --resume"),
        (tmp_path / "none.partial", "demo", "There is no folder"),
        (broken, "demo", "no readable config.json"),
    ]:
        with pytest.raises(InputError, match=sentence):
            Run.resume(folder, experiment)
    _, options = Run.resume(partial, "demo")
    assert options == {"seed": 1, "name": "a"}


def test_what_cannot_be_read(tmp_path):
    run = Run.create("demo", {}, out=tmp_path)
    with pytest.raises(InputError, match=r"was interrupted: isocortex run demo --resume"):
        read_run(run.path)
    with pytest.raises(InputError, match="no run folder"):
        read_run(tmp_path / "nothing")
    with pytest.raises(InputError, match="not a whole run folder"):
        read_run(tmp_path)


def test_broken_response_files(tmp_path):
    path = make(tmp_path) / "responses.nc"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match="cannot be read as netCDF-4"):
        load(path)
    with pytest.raises(InputError, match="no file"):
        load(tmp_path / "x.nc")


def test_the_mark_is_written_on_figures_of_the_data_alone(tmp_path):
    run = Run.create("demo", {}, out=tmp_path / "runs")
    run.mark = "synthetic neurons"
    of_data, of_networks = Figure(), Figure()
    run.figure("neurons", of_data, title="t", caption="c", alt="a")
    run.figure("filters", of_networks, title="t", caption="c", alt="a", shows_data=False)
    assert [text.get_text() for text in of_data.texts] == ["synthetic neurons"]
    assert not of_networks.texts
