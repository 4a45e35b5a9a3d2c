"""Networks that judge noisy motion: a whole run, what it promises, and the monkeys."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from isocortex import InputError, load_model, load_run, plots, read, rsa, runs
from isocortex.experiments.cognition.perceptual_decision import PerceptualDecision
from isocortex.experiments.cognition.perceptual_result import thresholds
from isocortex.experiments.cognition.task_result import TaskResult

FEW = {"seeds": 2, "units": 16, "updates": 30, "batch": 16, "test_trials": 100}
LEARNED = FEW | {"dt": 50.0, "stimulus": 300.0, "noise": 0.5, "coherences": (0.0, 12.8, 51.2)}
LEARNED |= {"updates": 600, "batch": 32, "test_trials": 400, "keep_trials": 20}
PROMISED = {name for name in TaskResult.quantities if name.startswith(("accuracy.", "loss."))}
INSIDE = {"pca.variance_3", "fixed_points.n.mean", "fixed_points.stable.mean", "learning.updates_to_criterion.median"}


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.fixture(scope="module")
def drawn():
    """What the picture of the flow was made from."""
    return {}


@pytest.fixture(scope="module")
def decision(tmp_path_factory, drawn):
    def speed_picture(field, *, paths, points):
        drawn.update(field=field, paths=paths, points=points)
        return picture(field, paths=paths, points=points)

    picture = plots.speed_picture
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plots, "speed_picture", speed_picture)
        return PerceptualDecision(**LEARNED, out=tmp_path_factory.mktemp("runs")).execute()


@pytest.mark.slow
def test_a_run_holds_everything_that_is_promised(decision):
    found = summary(decision)
    assert {*PROMISED, *INSIDE, "psychometric.threshold.mean"} <= set(found)
    assert found["accuracy.fraction_of_ideal.mean"] > 0.95
    assert found["learning.seeds_above_90_percent"] == 2
    page = (decision / "report.html").read_text()
    figures = {path.stem for path in (decision / "figures").glob("*.svg")}
    assert figures >= {"learning", "trial", "weights", "units", "psychometric", "chronometric", "choice_probability"}
    assert figures >= {"state_space", "state_space_3d", "flow"}
    assert page.count("<img ") == page.count('alt="') == len(figures)
    tables = {path.stem for path in (decision / "tables").glob("*.csv")}
    assert tables >= {"accuracy", "answers", "variance", "fixed_points", "perturbations", "selectivity", "psychometric"}
    assert load_model(decision).recurrent_weight.shape == (2, 16, 16)
    assert json.loads((decision / "timing.json").read_text()).keys() >= {"training", "test", "mechanism", "figures"}


@pytest.mark.slow
def test_the_activity_of_the_test_is_read_back_with_its_conditions(decision):
    """An analysis from the run folder alone: the numbers of the page's own trials, and a decision that can be "
    "decoded."""
    found = load_run(decision)
    kept = found.responses
    assert set(kept) == {
        *("trained/rate", "untrained/rate", "trained/output", "untrained/output"),
        *("input", "target"),
    }
    rates, outputs = kept["trained/rate"], kept["trained/output"]
    assert rates.dims == ("seed", "trial", "time", "unit")
    assert dict(rates.sizes) == {"seed": 2, "trial": 20, "time": 10, "unit": 16}
    assert kept["input"].dims == ("trial", "time", "unit")
    assert outputs.unit.values.tolist() == ["fixate", "0°", "180°"]
    last = outputs.isel(time=-1).argmax("unit").values - 1
    np.testing.assert_array_equal(last, rates.choice)
    np.testing.assert_array_equal(rates.correct, rates.choice == rates.right)
    assert float(rates.correct.mean()) > 0.6 > float(kept["untrained/rate"].correct.mean())
    np.testing.assert_allclose(np.unique(rates.coherence), [0, 12.8, 51.2])
    evidence = kept["input"].sel(time=slice(100, 350)).mean("time")
    strong = rates.coherence.values == rates.coherence.values.max()
    shown = (evidence.isel(unit=2) > evidence.isel(unit=1)).values
    np.testing.assert_array_equal(shown[strong], rates.right.values[strong])
    rdms = rsa.rdm(rates.sel(time=350), "euclidean")
    assert len(rdms) == 2
    assert set(rdms.stimuli) == set(rates.stimulus.values)
    averaged = read(decision / "responses.nc").responses["trained/rate"]
    assert averaged.dims == ("seed", "stimulus", "time", "unit")
    assert any("20 trials" in paragraph for paragraph in found.record.page["methods"])


@pytest.mark.slow
def test_paragraphs_are_whole_sentences(decision):
    """None begins in mid-sentence or stops in one, and none has a hyphen for a minus."""
    page = runs.read_run(decision).page
    texts = [page["answer"], *page["methods"], *page["notes"], *(f["caption"] for f in page["findings"])]
    assert [text for text in texts if text[0].islower() or not text.endswith(".") or re.search(r" -\d|  ", text)] == []


@pytest.mark.slow
def test_the_success_has_an_interval_around_its_share_of_the_ideal(decision):
    found = summary(decision)
    said = re.search(r"reach ([\d.]+) \[([\d.]+), ([\d.]+)\]", load_run(decision).answer)
    assert said is not None
    share, low, high = map(float, said.groups())
    assert share == pytest.approx(found["accuracy.fraction_of_ideal.mean"], abs=5e-4)
    assert 0 <= low < share < high <= 1 / found["accuracy.ideal"]
    assert high - low > 0.5 * found["accuracy.fraction_of_ideal.sampling_error"]


@pytest.mark.slow
def test_the_flow_is_that_of_the_input_under_the_paths(decision, drawn):
    """The stimulus lasts from 100 to 400 ms; where its fixed point is marked the map is slow."""
    found, (points, kinds) = summary(decision), drawn["points"]
    assert drawn["paths"]["time"].values.tolist() == [100, 150, 200, 250, 300, 350]
    assert np.isfinite(drawn["paths"]).all()
    assert found["fixed_points.stimulus.n.mean"] >= 1
    assert len(kinds) >= 1
    speed = drawn["field"]["speed"]
    assert float(speed.min()) < 0.1 * float(speed.median())
    at = [
        float(speed.sel(first=p[0], second=p[1], method="nearest"))
        for p, kind in zip(points.values, kinds, strict=True)
        if kind != "slow point"
    ]
    assert min(at) == pytest.approx(float(speed.min()), rel=3)  # the next of 60 × 60 grid points is as near
    caption = next(f["caption"] for f in runs.read_run(decision).page["findings"] if f["name"] == "flow")
    assert "the averages during “stimulus”" in caption


@pytest.mark.slow
def test_tables_agree_with_the_summary(decision):
    found, record = summary(decision), runs.read_run(decision)
    assert any("network noise" in name for name in record.table("perturbations")["perturbation"])
    accuracy = record.table("accuracy")
    assert accuracy["trained"].mean() == pytest.approx(found["accuracy.trained.mean"], abs=1e-6)
    answers = record.table("answers")
    np.testing.assert_allclose(answers[["0°", "180°", "fixate"]].sum(axis=1), 1, atol=1e-5)
    points = record.table("fixed_points")
    assert points["fixed points"].mean() == pytest.approx(found["fixed_points.n.mean"])
    lesions = record.table("perturbations").set_index("perturbation")
    assert (lesions.loc["none", ["change", "least", "largest"]] == 0).all()
    assert (lesions["least"] <= lesions["change"]).all()
    assert record.table("variance")["share of variance"].sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_the_choice_is_foretold_by_the_units_that_tell_the_directions(decision):
    table = runs.read_run(decision).table("choice_probability")
    assert table["choice_probability"].between(0, 1).all()
    assert np.corrcoef(table["d_prime"], table["choice_probability"])[0, 1] > 0.5


@pytest.mark.slow
def test_networks_that_did_not_learn_are_judged_and_not_looked_into(tmp_path):
    folder = PerceptualDecision(**LEARNED | {"updates": 30}, out=tmp_path).execute()
    found, record = summary(folder), runs.read_run(folder)
    assert set(found) >= PROMISED
    assert not set(found) & {"pca.variance_3", "fixed_points.n.mean"}
    assert any("no state space and no fixed points are shown" in note for note in record.page["notes"])
    assert not list((folder / "figures").glob("state_space*"))
    assert (folder / "figures" / "psychometric.svg").exists()
    assert "inf" not in record.page["answer"]
    assert "nan" not in (record.page["answer"] + " ".join(record.page["notes"]))


def test_flat_curves_have_no_threshold():
    assert thresholds(pd.DataFrame({"threshold": [np.inf, 0.0]})) == {"psychometric.threshold.n": 0}
    assert thresholds(pd.DataFrame({"threshold": [np.inf, 2.0, 4.0]})) == {
        "psychometric.threshold.mean": 3.0,
        "psychometric.threshold.n": 2,
    }


def animals(path, coherence, correct, rt=0.5):
    shown = np.tile(np.asarray(coherence), len(correct) // len(coherence))
    table = {"monkey": 1, "rt": rt, "coh": shown, "correct": correct, "trgchoice": 1}
    pd.DataFrame(table).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("coherence", "correct", "sentence"),
    [([0.0, 0.1], np.ones(100), "at least three strengths"), ([0.0, 0.1, 0.2, 0.4], np.ones(100), "has no threshold")],
)
def test_animals_without_a_threshold_are_refused_before_training(tmp_path, coherence, correct, sentence):
    path = animals(tmp_path / "monkeys.csv", coherence, correct)
    with pytest.raises(InputError, match=sentence):
        PerceptualDecision(**FEW, monkeys=path, out=tmp_path / "runs").execute()
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_the_published_configuration_reaches_the_ideal_observer(tmp_path):
    """At least 97 % of the ideal observer in the mean of four seeds (sampling error 0.3 %)."""
    found = summary(PerceptualDecision(activation="relu", out=tmp_path).execute())
    assert found["accuracy.fraction_of_ideal.mean"] >= 0.97
    assert found["accuracy.ideal"] == pytest.approx(0.9, abs=0.01)
