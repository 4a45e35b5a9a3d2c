"""The command line as a newcomer meets it: help, suggestions, and one sentence for every mistake."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from isocortex.cli import main
from isocortex.cli.console import Interruption
from isocortex.cli.main import USAGE
from isocortex.experiments import EXPERIMENTS, experiment
from isocortex.runs import Run


def run(*words: str, capsys) -> tuple[int, str, str]:
    """Run the command line in this process; return exit code, stdout and stderr."""
    try:
        main(list(words))
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)])
def test_help(words, capsys):
    assert run(*words, capsys=capsys) == (0, USAGE + "\n", "")


def test_list_and_version(capsys):
    code, out, _ = run("list", capsys=capsys)
    assert code == 0
    assert all(name in out for name in EXPERIMENTS)
    assert run("run", capsys=capsys)[1] == out
    assert run("--version", capsys=capsys)[1].startswith("isocortex 0.")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_option_is_explained(name, capsys):
    code, out, _ = run("run", name, "--help", capsys=capsys)
    assert code == 0
    meanings, text = experiment(name).meanings(), "".join(out.replace("│", " ").split())
    assert {"seed", "out", "resume"} < set(meanings)
    for option, meaning in meanings.items():
        positional = {(verb, "models"): "MODEL…" for verb in ("compare", "power")}
        positional[("look", "data")] = "SESSION.nwb"
        assert positional.get((name, option), f"--{option.replace('_', '-')} ") in out
        assert "".join(meaning.split()) in text
    assert out.count("default:") + out.count("(one or more)") >= len(meanings) - 1


def test_compare_has_a_verb_of_its_own_and_examples(capsys):
    code, out, _ = run("compare", "--help", capsys=capsys)
    assert code == 0
    assert out.startswith("usage: isocortex compare [-h] [OPTIONS] MODEL…")
    examples = [line for line in out.splitlines() if line.strip().startswith("isocortex compare")]
    assert len(examples) == 6
    flags = set(re.findall(r"--[a-z]+", " ".join(examples)))
    of_files = {"--data", "--dissimilarity", "--similarity", "--categories", "--inference", "--names"}
    assert flags == of_files | {"--window", "--by", "--keep", "--measures", "--images"}


MISTAKES = {
    "no run": (("orientation-v1",), "orientation-v1 is an experiment: isocortex run orientation-v1"),
    "number": (("run", "ring-attractor", "--cue", "north"), "--cue takes a number; got 'north'."),
    "command": (("rum", "orientation-v1"), "There is no command 'rum'. Did you mean 'run'?"),
    "experiment": (
        ("run", "orientation-v2"),
        "There is no experiment 'orientation-v2'. Did you mean 'orientation-v1'?",
    ),
    "option": (("run", "orientation-v1", "--epoch", "3"), "There is no option '--epoch'. Did you mean '--epochs'?"),
    "option with =": (("run", "orientation-v1", "--sed=3"), "Did you mean '--seed'?"),
    "word": (("run", "orientation-v1", "quickly"), "quickly"),
    "value": (("run", "orientation-v1", "--epochs", "many"), "--epochs takes a whole number; got 'many'."),
    "no value": (("run", "orientation-v1", "--epochs"), "--epochs"),
    "zero epochs": (
        ("run", "orientation-v1", "--epochs", "0"),
        "--epochs must be at least 1 and at most 1",
    ),
    "negative seeds": (
        ("run", "orientation-v1", "--seeds", "-1"),
        "--seeds must be at least 1 and at most",
    ),
    "negative seed": (
        ("run", "orientation-v1", "--seed", "-1"),
        "and at most 4294967295; got -1.",
    ),
    "architecture": (("run", "orientation-v1", "--architecture", "ConvPool"), "Did you mean 'ConvPoolFC'?"),
    "task": (("run", "orientation-v1", "--task", "tild"), "Did you mean 'tilt'?"),
    "similarity": (("run", "orientation-v1", "--similarity", "person"), "Did you mean 'pearson'?"),
    "dissimilarity": (("run", "orientation-v1", "--dissimilarity", "cosin"), "Did you mean 'cosine'?"),
    "batch": (("run", "orientation-v1", "--batch", "2000"), "--batch 2000 cannot be drawn from --trials 1000."),
    "learning rate": (("run", "orientation-v1", "--learning-rate", "0"), "--learning-rate must be above 0"),
    "nan": (("run", "orientation-v1", "--learning-rate", "nan"), "--learning-rate must be above 0"),
    "momentum": (("run", "orientation-v1", "--momentum", "1"), "--momentum must be at least 0 and below 1; got 1.0."),
    "resolution": (
        ("run", "orientation-v1", "--resolution", "2"),
        "and at most 1; got 2.0.",
    ),
    "too small": (("run", "orientation-v1", "--resolution", "0.01"), "too few for max-pooling"),
    "frequency": (("run", "orientation-v1", "--spatial-frequency", "0"), "--spatial-frequency must be above 0"),
    "data": (("run", "orientation-v1", "--data", "synthetic-v3"), "Did you mean 'synthetic-v1'?"),
    "missing file": (("run", "orientation-v1", "--data", "no.npz"), "There is no file no.npz."),
    "no data": (
        (
            "run",
            "image-it",
        ),
        "image-it needs --data FOLDER",
    ),
    "nothing to compare": (("compare",), "compare needs files of models and of data"),
    "no models": (("compare", "--data", "no.npz"), "compare needs files of models and of data"),
    "option of compare": (("compare", "a.npz", "--dat", "b.npz"), "There is no option '--dat'. Did you mean '--data'?"),
    "inference": (("compare", "a.npz", "--data", "b.npz", "--inference", "subject"), "Did you mean 'subjects'?"),
    "model twice": (("compare", "a.npz", "a.npz", "--data", "b.npz"), "a.npz is given twice."),
    "kind of file": (("compare", "a.npx", "--data", "b.npz"), "There is no kind of file '.npx'. Did you mean '.npz'?"),
    "missing model": (("compare", "a.npz", "--data", "b.npz"), "There is no file a.npz."),
    "resume": (("run", "orientation-v1", "--resume", "runs/x.partial"), "There is no folder runs/x.partial to resume."),
    "show": (("show", "a", "b"), "isocortex show takes one run folder"),
    "show option": (("show", "--key"), "isocortex show takes one run folder"),
    "show without runs": (("show",), "There is no folder runs with runs in it."),
    "runs": (("runs", "a", "b"), "isocortex runs takes one folder at most"),
    "runs of no folder": (("runs", "nowhere"), "There is no folder nowhere with runs in it."),
    "show missing": (("show", "nowhere"), "There is no run folder nowhere."),
    "no data command": (("data",), "isocortex data takes one of: list, fetch NAME, where NAME."),
    "data command": (("data", "fetsh", "x"), "There is no data command 'fetsh'. Did you mean 'fetch'?"),
    "data set": (("data", "fetch", "stringer"), "There is no data set 'stringer'. Did you mean 'stringer-2021'?"),
    "data words": (("data", "where"), "isocortex data where takes one data set."),
    "empty folder": (("run", "orientation-v1", "--out", ""), "--out needs a value, and was given an empty one."),
    "empty after =": (("run", "orientation-v1", "--out="), "--out= needs a value, and was given an empty one."),
    "empty run": (("show", ""), "show needs a value, and was given an empty one."),
    "long name": (("show", "x" * 5000), "cannot be read: File name too long."),
    "long file": (("run", "orientation-v1", "--data", "x" * 5000 + ".npz"), "File name too long"),
    "long resume": (("run", "orientation-v1", "--resume", "x" * 5000), "cannot be read: File name too long."),
    "control characters": (("run", "a\x1b[31m\x07"), "There is no experiment 'a\\x1b[31m\\x07'."),
    "characters of a path": (("show", "a\x1b[31m\x07"), "There is no run folder a\\x1b[31m\\x07."),
    "list": (("list", "all"), "isocortex list takes nothing more"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_gets_one_sentence_and_writes_nothing(case, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, sentence = MISTAKES[case]
    code, out, err = run(*words, capsys=capsys)
    assert code == 2
    assert out == ""
    assert sentence in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_data_sets_are_listed_with_licence_and_citation(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("ISOCORTEX_DATA", str(tmp_path))
    _, out, _ = run("data", "list", capsys=capsys)
    for said in ("stringer-2021 (not fetched)", "Licence: ", "Cite: Stringer C", "doi:10.1016/j.cell.2021.03.042"):
        assert said in out
    _, out, _ = run("data", "where", "stringer-2021", capsys=capsys)
    assert out == f"{tmp_path}/stringer-2021/W3D4_stringer_oribinned1.npz\n"


def test_a_bad_file_writes_nothing(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("bad.npz", resp=np.full((5, 3), np.nan), stimuli=np.arange(5.0))
    code, _, err = run("run", "orientation-v1", "--data", "bad.npz", capsys=capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "15 NaN or infinite values" in err
    assert [p.name for p in tmp_path.iterdir()] == ["bad.npz"]


def test_labels_cannot_command_the_terminal(capsys, tmp_path):
    label = "V1\x1b[31m\x07\u202e"
    run_ = Run.create("demo", {}, out=tmp_path)
    run_.mark = label
    run_.table(label, pd.DataFrame({label: [label]}), title=label, caption=label, shown=True)
    run_.summary({})
    run_.describe(question=label, answer=label, methods=[], references=[], meanings={}, quantities={})
    run_.close()
    code, out, err = run("show", str(run_.finish()), capsys=capsys)
    assert (code, err) == (0, "")
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert out.count(r"V1\x1b[31m\x07\u202e") == 7


def test_an_error_of_the_system_is_no_fault_of_ours(capsys, monkeypatch):
    def refused(words):
        raise PermissionError(13, "Permission denied", "/locked/\x07")

    monkeypatch.setattr(sys.modules[main.__module__], "_dispatch", refused)
    assert run("list", capsys=capsys) == (2, "", "error: Permission denied: /locked/\\x07\n")


def test_a_lost_interruption_is_found_again():
    interruption = Interruption()
    interruption.check()
    with pytest.raises(KeyboardInterrupt):
        interruption._strike(2, None)
    with pytest.raises(KeyboardInterrupt):
        interruption.check()


def test_an_unwritable_folder_is_told(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = run("run", "orientation-v1", "--out", str(tmp_path / "file" / "runs"), capsys=capsys)
    assert code == 2
    assert "No run folder can be made in" in err


def test_debug_shows_the_traceback():
    words = [sys.executable, "-m", "isocortex.cli", "rum", "--debug"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert "Traceback" in done.stderr
    assert "InputError" in done.stderr
