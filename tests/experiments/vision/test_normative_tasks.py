"""Several tasks side by side, small."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from isocortex import InputError, load_model, runs
from isocortex.experiments.vision.normative_tasks import NormativeTasks

SMALL = {"seeds": 2, "epochs": 3, "trials": 40, "batch": 20, "resolution": 0.05}


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Write one animal of 50 tuned neurons, measured twice at 30 orientations."""
    path, rng = tmp_path_factory.mktemp("recording") / "animal.npz", np.random.default_rng(0)
    angles = np.arange(0.0, 180.0, 6.0)
    curves = np.exp(np.cos(np.deg2rad(2 * (angles[:, None] - rng.uniform(0, 180, 50)))))
    first, second = (curves + 0.3 * rng.normal(size=curves.shape) for _ in range(2))
    np.savez(path, resp_train=first, resp_test=second, stimuli=angles)
    return str(path)


@pytest.fixture(scope="module")
def whole(recording, tmp_path_factory):
    return NormativeTasks(**SMALL, data=recording, out=tmp_path_factory.mktemp("runs")).execute()


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.slow
def test_every_promised_number_is_there(whole):
    found = summary(whole)
    tasks = ("tilt", "boundary", "orientation", "rotation")
    for layer in ("conv", "conv_relu", "pool", "fc"):
        for task in (*tasks, "untrained", "random"):
            mean, low, high = (found[f"rsa.{layer}.{task}.{what}"] for what in ("mean", "low", "high"))
            assert low <= mean <= high
        for i, a in enumerate(tasks):
            for b in tasks[i + 1 :]:
                assert 0 <= found[f"rsa.{layer}.{a}.minus.{b}.p"] <= 1
                difference = found[f"rsa.{layer}.{a}.mean"] - found[f"rsa.{layer}.{b}.mean"]
                assert found[f"rsa.{layer}.{a}.minus.{b}.mean"] == pytest.approx(difference, abs=1e-9)
    assert not any(key.startswith("rsa.output") for key in found)
    for rival in ("pixels", "fourier.amplitude", "energy.complex", "energy.pooled", "orientation_alone"):
        assert f"rsa.{rival}.mean" in found
    assert found["rsa.energy.complex.mean"] > found["rsa.pixels.mean"]


@pytest.mark.slow
def test_networks_of_all_tasks_start_alike_and_are_saved(whole):
    similarity = pd.read_csv(whole / "tables" / "similarity.csv")
    assert set(similarity["variant"]) == {
        "tilt", "boundary", "orientation", "rotation", "untrained", "random filters", "no learning"
    }  # fmt: skip
    tilt, rotation = (load_model(whole / f"model-{task}.eqx") for task in ("tilt", "rotation"))
    assert tilt.out.weight.shape[1:] == (1, 10)
    assert rotation.out.weight.shape[1:] == (2, 10)
    assert not np.array_equal(tilt.fc.weight, rotation.fc.weight)
    untrained = (NormativeTasks(**SMALL).untrained(NormativeTasks(**SMALL).task_named(t)) for t in ("tilt", "rotation"))
    first, second = untrained
    np.testing.assert_array_equal(first.fc.weight, second.fc.weight)


@pytest.mark.slow
def test_the_page_has_its_figures_and_says_who_did_not_learn(whole):
    page = runs.read_run(whole).page
    names = {finding["name"] for finding in page["findings"] if finding["kind"] == "figure"}
    assert {"rdm_similarity", "differences", "rdms", "training", "stimuli", "tuning_distributions_fc"} <= names
    assert any("did not learn rotation" in note for note in page["notes"])
    assert "In pool, " in page["answer"]
    assert "In fc, " in page["answer"]
    assert "The orientation alone, which needs no image" in page["answer"]
    assert "hold for new seeds of each model." in " ".join(page["methods"])
    assert any(
        note.startswith("There is one animal: the intervals say nothing about other animals") for note in page["notes"]
    )


class Interruption(KeyboardInterrupt):
    pass


@pytest.mark.slow
def test_two_tasks_on_a_picture_of_the_user_resume_to_the_same_bytes(recording, tmp_path, rng):
    Image.fromarray(rng.integers(0, 256, (30, 30), dtype=np.uint8)).save(tmp_path / "a.png")
    options = {"task": ("rotation", "tilt"), "pictures": tmp_path / "a.png", "architecture": "FC", "seeds": 1}
    options = SMALL | options | {"data": recording, "out": tmp_path / "runs"}
    folder = NormativeTasks(**options).execute()
    assert "rsa.fc.rotation.minus.tilt.mean" in summary(folder)
    assert str(tmp_path / "a.png") in json.loads((folder / "config.json").read_text())["files"]

    def interrupt(stage, done, total):
        if (stage, done) == ("training-tilt", 2):
            raise Interruption

    with pytest.raises(Interruption) as caught:
        NormativeTasks(**options).execute(interrupt)
    resumed = NormativeTasks(resume=caught.value.resume_folder).execute()
    assert (resumed / "summary.json").read_bytes() == (folder / "summary.json").read_bytes()


BAD = {
    "one task": ({"task": ("tilt",)}, "at least two tasks"),
    "twice": ({"task": ("tilt", "tilt")}, "--task must not repeat a value"),
    "misspelt": ({"task": ("tilt", "rotatoin")}, "Did you mean 'rotation'"),
    "no picture": ({"pictures": Path("nowhere.png")}, "There is no picture"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options_leave_nothing(case, tmp_path):
    options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        NormativeTasks(**(SMALL | options), out=tmp_path).execute()
    assert list(tmp_path.iterdir()) == []
