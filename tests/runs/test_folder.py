import errno
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from isocortex import InputError, report, responses
from isocortex.errors import DiskFullError
from isocortex.experiments.shared.options import option
from isocortex.experiments.shared.protocol import Experiment
from isocortex.responses import load
from isocortex.runs import PARTIAL, Run, read_run
from isocortex.runs.files import whole

FINDING = {"kind": "figure", "name": "line", "title": "t", "caption": "c"}
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
        quantities={"a": {"meaning": label, "unit": label}},
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
        (broken, "demo", r"config.json is damaged or was edited.*Start a new run"),
    ]:
        with pytest.raises(InputError, match=sentence):
            Run.resume(folder, experiment)
    _, options = Run.resume(partial, "demo")
    assert options == {"seed": 1, "name": "a"}


EDITS = {
    "no options": ("config", {"options": []}, "is not a dict"),
    "number for a name": ("config", {"experiment": 3}, "is not an instance of str"),
    "packages": ("environment", {"packages": "all"}, "is not a dict"),
    "device": ("environment", {"device": None}, "is not an instance of str"),
    "findings": ("findings", {"findings": {"a": 1}}, "is not a list"),
    "a finding": ("findings", {"findings": ["line"]}, "is not a dict"),
    "kind": ("findings", {"findings": [FINDING | {"kind": "film"}]}, "is not any of"),
    "no alt": ("findings", {"findings": [FINDING]}, "'line' lacks 'alt'"),
    "elsewhere": (
        "findings",
        {"findings": [FINDING | {"name": "../../x"}]},
        r"'\.\./\.\./x', which is not the name of a file in the run",
    ),
    "notes": ("findings", {"notes": [1]}, "is not an instance of str"),
    "question": ("findings", {"question": ["why"]}, "is not an instance of str"),
    "summary": ("summary", {"a": "much"}, "is neither float or int"),
    "timing": ("timing", {"work": 3}, "is not a dict"),
}


@pytest.mark.parametrize("case", EDITS)
def test_an_edited_run_folder_is_told_in_a_sentence(case, tmp_path):
    part, change, sentence = EDITS[case]
    folder = make(tmp_path)
    file = folder / f"{part}.json"
    whole = json.loads(file.read_text())
    file.write_text(json.dumps(whole | change))
    for use in (read_run, report.write_report):
        with pytest.raises(InputError, match=sentence) as raised:
            use(folder)
        assert str(file) in str(raised.value)
    for content in ("[]", "3", "{", "[" * 10**5):
        file.write_text(content)
        with pytest.raises(InputError, match="is damaged or was edited"):
            read_run(folder)


def test_options_that_newer_versions_add_are_let_be(tmp_path):
    folder = make(tmp_path)
    file = folder / "environment.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"weather": "fine"}))
    assert read_run(folder).environment["weather"] == "fine"


def test_labels_stay_in_the_folder(tmp_path):
    run = Run.create("demo", {}, out=tmp_path / "runs")
    for label in ("../../x", "../../x", "é" * 500, ".hidden"):
        run.table(label, pd.DataFrame({"a": [1]}))
        run.figure(label, Figure(), title=label, caption="c", alt="a")
    run.responses({"../../x": responses(np.eye(4)), "": responses(np.eye(4)), "a/./b": responses(np.eye(4))})
    tables = sorted(file.stem for file in (run.path / "tables").iterdir())
    assert tables == ["_._.._x", "_._.._x-2", "_hidden", "é" * 60]
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert set(load(run.path / "responses.nc")) == {"__/__/x", "_", "a/_/b"}


def no_room(*arguments, **named):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_before_the_start_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(DiskFullError, match=r"config.json needs 0.1 MB, and .* MB are free"):
        Run.create("demo", {}, out=tmp_path / "runs")
    assert list((tmp_path / "runs").iterdir()) == []


class Found(report.Result):
    question = "Why?"
    quantities: ClassVar[dict[str, report.Quantity]] = {"a": report.Quantity("A number")}

    def __init__(self, more: int) -> None:
        self.more = more

    def numbers(self):
        return {"a": self.more}

    def findings(self):
        yield report.Table("first", pd.DataFrame({"a": [self.more]}), "The number.")

    def responses(self):
        return {"layer": responses(np.eye(4))}

    def answer(self):
        return "So."

    def methods(self):
        return []


@dataclass(frozen=True, kw_only=True)
class Demo(Experiment):
    name: ClassVar[str] = "demo"
    more: Annotated[int, option("A number", at_least=0, at_most=9)] = 1

    def walk(self, run, inputs) -> Found:
        return Found(self.more)


@pytest.mark.parametrize("writer", ["isocortex.runs.folder.save", "isocortex.runs.folder.Run.close"])
def test_a_full_disk_keeps_what_is_whole_and_the_run_goes_on(writer, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(writer, no_room if "save" in writer else lambda run: no_room_for(run.path))
        with pytest.raises(DiskFullError, match="The disk is full") as raised:
            Demo(out=tmp_path, more=2).execute()
    (folder,) = tmp_path.iterdir()
    assert folder == raised.value.resume_folder
    assert (folder / "tables" / "first.csv").exists()
    assert not list(folder.rglob("*.tmp"))
    finished = Demo(out=tmp_path, resume=folder).execute()
    assert read_run(finished).summary == {"a": 2}


def no_room_for(folder):
    with whole(folder / "timing.json", 10):
        no_room()


@pytest.mark.parametrize("value", ["three", [1], {"a": 1}, None])
def test_an_edited_option_is_told(value, tmp_path):
    run = Run.create("demo", {"more": value}, out=tmp_path)
    with pytest.raises(InputError, match=r"config.json was edited or made by another version"):
        Demo(resume=run.path).execute()


def test_what_cannot_be_read(tmp_path):
    run = Run.create("demo", {}, out=tmp_path)
    with pytest.raises(InputError, match=r"was interrupted: isocortex run demo --resume"):
        read_run(run.path)
    with pytest.raises(InputError, match="no run folder"):
        read_run(tmp_path / "nothing")
    with pytest.raises(InputError, match="not a complete run folder"):
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
