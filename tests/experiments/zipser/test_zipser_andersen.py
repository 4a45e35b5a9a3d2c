"""The experiment, small: promised numbers, formats, interruption, bad options."""

import importlib
import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from isocortex import InputError, load_model, runs
from isocortex.experiments.zipser.measures import change
from isocortex.experiments.zipser.zipser_andersen import ZipserAndersen
from isocortex.experiments.zipser.zipser_result import REFERENCE

SMALL = {"seeds": 2, "epochs": 45, "adam_epochs": 25, "samples": 1000, "hidden": 6}
PROMISED = (
    "error.train.final.mean",
    "error.test.final.mean",
    "position.error_deg.median",
    "gain_field.depth.median",
    "gain_field.depth.untrained.median",
    "gain_field.interaction.median",
    "gain_field.interaction.untrained.median",
    "backprop.max_relative_difference",
)


class Interruption(KeyboardInterrupt):
    pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return ZipserAndersen(**SMALL, out=tmp_path_factory.mktemp("runs")).execute()


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.slow
@pytest.mark.sample
def test_every_promised_number_is_there(whole):
    found = summary(whole)
    assert set(PROMISED) <= set(found)
    assert "error.train.epoch_200.mean" not in found  # it ended before
    assert found["backprop.max_relative_difference"] < 1e-13
    assert found["position.inverse_error_deg.max"] < 1e-3
    assert found["adam.error.train.final.mean"] < found["error.train.final.mean"]
    assert found["gain_field.interaction.untrained.median"] < 1e-5


@pytest.mark.slow
@pytest.mark.sample
def test_the_words_come_from_the_values(whole):
    found, page = summary(whole), runs.read_run(whole).page
    assert page["question"] == "Do networks that add eye and retinal position develop gain fields?"
    assert f"by {found['gain_field.depth.median']:.2f} of its maximum" in page["answer"]
    first = "45 times through its own 950 trials, in batches of 25 and in a fixed order"
    assert first in page["methods"][0]
    assert "25 times through its own 950 trials" in page["methods"][0]
    assert "by Adam with a learning rate of 0.01" in page["methods"][0]


def test_the_change_is_that_of_the_medians_of_seeds():
    """Three units in each of four seeds, whose medians grow by 1, 2, 3 and 4: the interval is that of a t test."""
    seeds = pd.DataFrame({"seed": np.repeat(np.arange(4), 3), "depth": np.tile([0.0, 5.0, 100.0], 4)})
    grown = seeds.assign(depth=seeds["depth"] + seeds["seed"] + 1)
    estimate, low, high = change({"untrained": seeds, "trained": grown}, "trained", "depth")
    expected = ttest_1samp([1.0, 2.0, 3.0, 4.0], 0).confidence_interval()
    assert (estimate, low, high) == pytest.approx((2.5, expected.low, expected.high))
    one = {"untrained": seeds.head(3), "trained": grown.head(3)}
    assert change(one, "trained", "depth") == pytest.approx((1.0, np.nan, np.nan), nan_ok=True)


@pytest.mark.slow
@pytest.mark.sample
def test_the_page_and_what_is_kept(whole):
    page = (whole / "report.html").read_text()
    figures = {path.stem for path in (whole / "figures").glob("*.svg")}
    assert page.count("<img ") == len(figures) == 10
    assert "What the hidden units are" in page
    assert "Reference numbers beside ours" not in page
    assert load_model(whole).layers == ("hidden1", "output")
    kept = runs.read_run(whole)
    tables = {path.stem for path in (whole / "tables").glob("*.csv")}
    assert {"errors", "gain_fields_trained", "gain_fields_untrained", "similarities"} <= tables
    assert len(kept.table("gain_fields_trained")) == SMALL["seeds"] * SMALL["hidden"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [("training", 20), ("solving", 20), pytest.param(("figures", 0), marks=pytest.mark.sample)],
)
def test_an_interrupted_run_resumes_to_the_same_bytes(whole, tmp_path, moment, monkeypatch):
    monkeypatch.setattr(importlib.import_module("isocortex.learning.descend"), "SECONDS_BETWEEN_CHECKPOINTS", 0)

    def interrupt(stage, done, total):
        if (stage, done) == moment:
            raise Interruption

    with pytest.raises(Interruption) as caught:
        ZipserAndersen(**SMALL, out=tmp_path).execute(interrupt)
    stages = []
    resumed = ZipserAndersen(resume=caught.value.resume_folder).execute(lambda s, d, t: stages.append((s, d)))
    if moment == ("training", 20):
        assert [d for s, d in stages if s == "training"] == [0, 40, 45, 1]
    assert (resumed / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == [resumed.name]


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        {"eye": "monotonic"},
        {"output": "monotonic", "loss": "squared-error"},
        {"eye": "monotonic", "output": "monotonic", "optimiser": "adam"},
        {"seeds": 1, "adam_epochs": 0, "epochs": 1},
        {"hidden": 2, "batch": 950},
    ],
)
def test_other_formats(options, tmp_path):
    folder = ZipserAndersen(**(SMALL | options), out=tmp_path).execute()
    found = summary(folder)
    assert set(PROMISED) <= set(found)
    assert ("adam.error.train.final.mean" in found) == (options.get("adam_epochs") != 0)


def test_the_default_is_the_published_configuration():
    assert ZipserAndersen(seeds=3, adam_epochs=0).is_published()
    assert not ZipserAndersen(eye="monotonic").is_published()
    assert {key for key in REFERENCE if key.startswith("error.train")} == {
        f"error.train.{name}.mean" for name in ("epoch_50", "epoch_200", "final")
    }


BAD = {
    "eye": ({"eye": "lineal"}, "There is no eye 'lineal'. Did you mean 'linear'?"),
    "output": ({"output": "gausian"}, "There is no output 'gausian'. Did you mean 'gaussian'?"),
    "loss": ({"loss": "crossentropy"}, "There is no loss 'crossentropy'. Did you mean 'cross-entropy'?"),
    "optimiser": ({"optimiser": "adm"}, "There is no optimiser 'adm'. Did you mean 'adam'?"),
    "seeds": ({"seeds": 0}, "--seeds must be at least 1 and at most 1000; got 0"),
    "hidden": ({"hidden": -3}, "--hidden must be at least 2 and at most 1000; got -3"),
    "samples": ({"samples": 10}, "--samples must be at least 40 and at most 1000000; got 10"),
    "second run": ({"adam_epochs": -1}, "--adam-epochs must be at least 0 and at most 100000; got -1"),
    "batch": ({"samples": 100, "batch": 96}, "--batch 96 cannot be drawn from the 95 training samples"),
    "too many": ({"seeds": 1000, "samples": 20_000}, "1000 × 20000 samples are more than 10,000,000"),
    "rate": ({"learning_rate": 0.0}, "--learning-rate must be above 0 and at most 10; got 0.0"),
    "infinite": ({"learning_rate": float("inf")}, "--learning-rate must be above 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options_are_told_at_the_door(case, tmp_path):
    options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        ZipserAndersen(**options, out=tmp_path)
    assert list(tmp_path.iterdir()) == []
