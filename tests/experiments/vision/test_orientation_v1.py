"""The main job, small: whole runs, controls, resumption to the same bytes."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from isocortex import InputError, load_model, recordings, rsa, runs
from isocortex.experiments.vision.orientation_v1 import OrientationV1
from isocortex.experiments.vision.v1_comparison import orientation_alone
from isocortex.formats import interval
from isocortex.responses import load

SMALL = {"seeds": 2, "epochs": 4, "trials": 40, "batch": 20, "resolution": 0.05}
WORDS = [word for name, value in SMALL.items() for word in (f"--{name}", str(value))]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return OrientationV1(**SMALL, out=tmp_path_factory.mktemp("runs")).execute()


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


def test_every_promised_number_is_there(whole):
    found = summary(whole)
    layers = [
        f"rsa.{layer}.{variant}.{what}"
        for layer in ("conv", "conv_relu", "pool", "fc")
        for variant in ("trained", "untrained", "random")
        for what in ("mean", "low", "high")
    ]
    task = ["task.accuracy.trained.mean", "task.accuracy.trained.sd", "task.accuracy.untrained.mean", "loss.final.mean"]
    pixels = ["rsa.pixels.mean", "rsa.pixels.low", "rsa.pixels.high", "rsa.ceiling.lower", "rsa.ceiling.upper"]
    rivals = [f"rsa.orientation_alone.{what}" for what in ("mean", "low", "high")]
    rivals += [
        f"rsa.fc.trained.minus.{b}.{what}" for b in ("untrained", "orientation_alone") for what in ["mean", "low", "p"]
    ]
    assert {*layers, *task, *pixels, *rivals} <= set(found)
    assert not any(key.startswith("rsa.output") for key in found)
    for key in found:
        if key.endswith(".mean") and key.startswith("rsa"):
            assert found[key.replace(".mean", ".low")] <= found[key] <= found[key.replace(".mean", ".high")]


def test_intervals_hold_for_new_animals_on_these_orientations(whole):
    """The rival without seeds has the t interval over the three animals, in the run's own recordings."""
    found, record = summary(whole), runs.read_run(whole)
    animals = {name: x for name, x in load(whole / "responses.nc").items() if name.startswith("animal")}
    measured = rsa.rdm(animals)
    r = rsa.similarity(orientation_alone(measured.stimuli), measured).ravel()
    low, high = (found[f"rsa.orientation_alone.{end}"] for end in ("low", "high"))
    np.testing.assert_allclose([low, high], t.interval(0.95, 2, r.mean(), r.std(ddof=1) / np.sqrt(3)), atol=1e-5)
    methods = " ".join(record.page["methods"])
    assert "hold for new subjects and new seeds of each model" in methods
    assert "The 180 orientations represent the whole circle" in methods
    assert "stimuli are held fixed" in methods
    assert "4 times through a data set of its own of 40 trials" in methods
    assert "3 animals with 2000 neurons each, which respond to 180 orientations in 8 repeats" in methods
    assert "neighbours are at most 1° apart" in methods
    assert not any(word in methods for word in ("bootstrap", "Satterthwaite"))


def test_the_answer_names_the_rival_without_an_image(whole):
    found, answer = summary(whole), runs.read_run(whole).page["answer"]
    assert "The orientation alone, which needs no image (dissimilarity 1 − cos 2Δθ), reaches " in answer
    assert f"{found['rsa.orientation_alone.mean']:.3f} [" in answer
    assert "more than that it codes orientation" in answer
    best = max(found[f"rsa.{layer}.trained.mean"] for layer in ("conv", "conv_relu", "pool", "fc"))
    assert found["rsa.orientation_alone.mean"] > best + 0.1


def test_the_page_begins_with_what_learning_adds(whole):
    """A row per layer, trained − untrained with its interval, as in the summary; the answer gives every layer's."""
    found, record = summary(whole), runs.read_run(whole)
    assert [finding["name"] for finding in record.page["findings"]][:2] == ["learning", "differences"]
    shown = record.table("learning").set_index("layer")["trained − untrained"]
    assert list(shown.index)[:4] == ["conv", "conv_relu", "pool", "fc"]
    for layer, cell in shown.items():
        numbers = [found[f"rsa.{layer}.trained.minus.untrained.{what}"] for what in ("mean", "low", "high")]
        assert cell.startswith(interval(*numbers))
        assert f"{interval(*numbers)} in {layer}" in record.page["answer"]
    assert record.page["answer"].startswith(("Yes: learning makes", "No: learning makes no layer"))


def test_equal_steps_of_60_degrees_leave_no_rival():
    """1 − cos 2Δθ is 1.5 for all three pairs: an RDM without differences is similar to none."""
    assert len(orientation_alone(np.array([-60.0, 0.0, 60.0]))) == 0
    assert len(orientation_alone(np.array([-45.0, 0.0, 45.0]))) == 1


def test_untrained_layers_do_not_spread_and_the_report_says_so(whole):
    record = runs.read_run(whole)
    assert any("identical in every seed" in note for note in record.page["notes"])
    assert any("output lacks the RDM" in note for note in record.page["notes"])
    assert record.page["mark"] == "synthetic neurons"


def test_the_report_is_one_small_page_with_every_figure(whole):
    page = (whole / "report.html").read_text()
    assert len(page) < 5e6
    figures = {path.stem for path in (whole / "figures").glob("*.svg")}
    assert figures == {
        "rdm_similarity",
        "differences",
        "rdms",
        "rdm_rows",
        "tuning",
        "tuning_distributions",
        "embedding",
        "training",
        "filters",
        "stimuli",
    }
    assert page.count("<img ") == page.count("data:image/svg+xml;base64,") == len(figures)
    assert page.count('alt="') == len(figures)
    for option in ("--learning-rate", "--spatial-frequency", "--bin-width"):
        assert option in page
    assert "Efron" in page


def test_the_saved_model_is_the_trained_one(whole):
    assert load_model(whole).fc.weight.shape[0] == 2
    assert not (whole / "checkpoint").exists()


class Interruption(KeyboardInterrupt):
    pass


def same_bytes(one, other):
    return all((one / at).read_bytes() == (other / at).read_bytes() for at in ("summary.json", "tables/similarity.csv"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment", [("neurons", 0), ("training", 1), ("training", 3), ("comparison", 0), ("figures", 1)]
)
def test_an_interrupted_run_resumes_to_the_same_bytes(whole, tmp_path, moment, monkeypatch):
    """The run of the fixture is another one with the same seed: that repeats to the byte as well."""
    monkeypatch.setattr(sys.modules["isocortex.learning.loop"], "SECONDS_BETWEEN_CHECKPOINTS", 0)

    def interrupt(stage, done, total):
        if (stage, done) == moment:
            raise Interruption

    with pytest.raises(Interruption) as caught:
        OrientationV1(**SMALL, out=tmp_path).execute(interrupt)
    partial = caught.value.resume_folder
    assert [p.name for p in tmp_path.iterdir()] == [partial.name]
    assert partial.name.endswith(".partial")
    stages = []
    resumed = OrientationV1(resume=partial).execute(lambda s, d, t: stages.append((s, d)))
    if moment == ("training", 3):
        assert [d for s, d in stages if s == "training"] == [0, 4, 1]
    assert same_bytes(resumed, whole)
    assert [p.name for p in tmp_path.iterdir()] == [resumed.name]


def test_resume_takes_no_other_option(whole, tmp_path):
    partial = tmp_path / "x.partial"
    partial.mkdir()
    (partial / "config.json").write_bytes((whole / "config.json").read_bytes())
    with pytest.raises(InputError, match="leave out --seed, --epochs"):
        OrientationV1(resume=partial, epochs=3, seed=4).execute()


@pytest.mark.slow
@pytest.mark.parametrize("task", ["boundary", "orientation"])
@pytest.mark.parametrize("architecture", ["FC", "ConvFC"])
def test_other_architectures_and_tasks(architecture, task, tmp_path):
    options = SMALL | {"epochs": 1, "trials": 20, "resolution": 0.03}
    folder = OrientationV1(
        **options, architecture=architecture, task=task, dissimilarity="euclidean", similarity="cosine", out=tmp_path
    ).execute()
    found = summary(folder)
    assert ("rsa.conv.random.mean" in found) == (architecture == "ConvFC")
    assert "rsa.output.trained.mean" in found


def test_the_seed_reaches_the_networks():
    first, second = (OrientationV1(**SMALL, seed=seed) for seed in (0, 1))
    weights = [options.untrained(options.task_named("tilt")).fc.weight for options in (first, second)]
    assert not np.array_equal(*weights)


@pytest.mark.slow
def test_another_seed_gives_another_summary(whole, tmp_path):
    other = OrientationV1(**SMALL, seed=1, out=tmp_path).execute()
    assert summary(other) != summary(whole)


@pytest.mark.slow
@pytest.mark.parametrize("split", [False, True])
def test_a_file_of_one_animal(split, tmp_path, rng):
    angles = np.arange(0.0, 180.0, 6.0)
    curves = np.exp(np.cos(np.deg2rad(2 * (angles[:, None] - rng.uniform(0, 180, 60)))))
    first, second = (curves + 0.3 * rng.normal(size=curves.shape) for _ in range(2))
    arrays = {"resp_train": first, "resp_test": second} if split else {"resp": first}
    np.savez(tmp_path / "animal.npz", stimuli=angles, **arrays)
    folder = OrientationV1(**SMALL, data=str(tmp_path / "animal.npz"), out=tmp_path / "runs").execute()
    found = summary(folder)
    page = runs.read_run(folder).page
    assert ("rsa.ceiling.lower" in found) == ("rsa.ceiling.upper" in found) == split
    assert any("no noise ceiling" in note for note in page["notes"]) != split
    assert page["mark"] == ""
    if split:
        assert found["rsa.ceiling.lower"] < found["rsa.ceiling.upper"] < 1


BAD_OPTIONS = {
    "no grating": ({"spatial_frequency": 1e-9}, "pixels of the gratings"),
    "too coarse": ({"resolution": 0.001, "architecture": "FC"}, "pixels of the gratings"),
    "too large": ({"resolution": 1.0}, "quarter of this machine's memory"),
    "bins": ({"bin_width": 0.0}, "--bin-width must be above 0 and at most 90"),
    "diverging": ({"learning_rate": 1000.0, "task": "orientation"}, "diverged in [12] of 2 seeds"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_hopeless_options_leave_nothing(case, tmp_path):
    options, sentence = BAD_OPTIONS[case]
    size = {"trials": 4000} if case == "too large" else {}
    with pytest.raises(InputError, match=sentence):
        OrientationV1(**(SMALL | size | options), out=tmp_path).execute()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_three_uneven_angles_of_one_animal(tmp_path, rng):
    """Networks have the interval of their seeds; the pixels, without seeds and with one animal, have none."""
    np.savez(tmp_path / "few.npz", resp=rng.normal(size=(3, 9)), stimuli=np.array([170.0, 10.0, 30.0]))
    folder = OrientationV1(**SMALL, data=str(tmp_path / "few.npz"), out=tmp_path / "runs").execute()
    found = summary(folder)
    assert {"rsa.pool.trained.low", "rsa.pixels.mean"} <= set(found)
    assert "rsa.pixels.low" not in found
    page = (folder / "report.html").read_text()
    assert "[–]" in page
    assert "Tuning is not described" in page
    assert "neighbours are at most 140° apart" in page


def test_a_changed_file_is_not_mixed_into_a_resumed_run(tmp_path, rng):
    path = tmp_path / "animal.npz"
    np.savez(path, resp=rng.normal(size=(30, 60)), stimuli=np.arange(0.0, 180.0, 6.0))

    def interrupt(stage, done, total):
        if (stage, done) == ("training", 2):
            raise Interruption

    with pytest.raises(Interruption) as caught:
        OrientationV1(**SMALL, data=str(path), out=tmp_path / "runs").execute(interrupt)
    np.savez(path, resp=rng.normal(size=(30, 60)), stimuli=np.arange(0.0, 180.0, 6.0))
    with pytest.raises(InputError, match="has changed since this run was started"):
        OrientationV1(resume=caught.value.resume_folder).execute()


@pytest.mark.slow
def test_a_data_set_of_the_catalogue(tmp_path, rng, monkeypatch):
    monkeypatch.setenv("ISOCORTEX_DATA", str(tmp_path))
    path = recordings.where("stringer-2021")
    path.parent.mkdir(parents=True)
    np.savez(path, resp=rng.normal(size=(60, 60)), stimuli=np.arange(3.0, 360.0, 6.0))  # 30 of them up to 180°
    published = replace(recordings.DATASETS["stringer-2021"], md5=hashlib.md5(path.read_bytes()).hexdigest())
    monkeypatch.setitem(recordings.DATASETS._entries, "stringer-2021", published)
    folder = OrientationV1(**SMALL, data="stringer-2021", out=tmp_path / "runs").execute()
    assert not any(key.startswith("rsa.ceiling") for key in summary(folder))
    page = (folder / "report.html").read_text()
    assert any("no noise ceiling" in note for note in runs.read_run(folder).page["notes"])
    assert "distributed by Neuromatch Academy through OSF" in page
    assert "10.1016/j.cell.2021.03.042" in page


def start(tmp_path):
    command = [sys.executable, "-m", "isocortex.cli", "run", "orientation-v1", *WORDS, "--out", str(tmp_path)]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path.parent / "cache")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def wait_for(tmp_path, pattern, process):
    while not any(tmp_path.glob(pattern)):
        assert process.poll() is None
        time.sleep(0.005)


@pytest.mark.slow
def test_control_c_gives_the_line_that_resumes(whole, tmp_path):
    process = start(tmp_path)
    wait_for(tmp_path, "*.partial/checkpoint/training.eqx", process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    (partial,) = tmp_path.iterdir()
    assert f"isocortex run orientation-v1 --resume {partial}" in err
    assert "Traceback" not in err
    resumed = OrientationV1(resume=partial).execute()
    assert (resumed / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment", ["*.partial", "*.partial/checkpoint/training.eqx", "*.partial/model.eqx", "*.partial/summary.json",
               "*.partial/figures/rdms.svg", "*.partial/findings.json", "*.partial/report.html"]
)  # fmt: skip
def test_a_killed_run_leaves_nothing_final_and_resumes_to_the_same_bytes(whole, tmp_path, moment):
    process = start(tmp_path)
    wait_for(tmp_path, moment, process)
    process.kill()
    process.communicate()
    finished = [path for path in tmp_path.iterdir() if not path.name.endswith(".partial")]
    if not finished:
        (partial,) = tmp_path.iterdir()
        finished = [OrientationV1(resume=partial).execute()]
    (folder,) = finished
    assert (folder / "report.html").exists()
    assert (folder / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()
