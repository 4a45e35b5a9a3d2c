"""Recurrent networks on tasks in time, small: whole runs, what they promise, what they refuse."""

import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from isocortex import CTRNN, InputError, experiments, load_model, plots, population, runs
from isocortex.experiments.cognition.cognitive_task import CognitiveTask
from isocortex.experiments.cognition.context_decision import ContextDecision
from isocortex.experiments.cognition.figures import answer_names
from isocortex.experiments.cognition.lines import evidence, find_lines
from isocortex.experiments.cognition.mechanism import Mechanism, held_inputs, situations
from isocortex.experiments.cognition.monkeys import match, watch, when_ready
from isocortex.experiments.cognition.networks import Cognition, lengths
from isocortex.experiments.cognition.perceptual_decision import PerceptualDecision, thresholds
from isocortex.learning import behaviour
from isocortex.tasks import TASKS, ContextDecisionMaking, PerceptualDecisionMaking, task

FEW = {"seeds": 2, "units": 16, "updates": 30, "batch": 16, "test_trials": 100}
LEARNED = FEW | {"dt": 50.0, "stimulus": 300.0, "noise": 0.5, "coherences": (0.0, 12.8, 51.2)}
LEARNED |= {"updates": 600, "batch": 32, "test_trials": 400}
EASY = FEW | {"task": "GoNogo", "dt": 50.0, "updates": 200}
PROMISED = {
    "accuracy.trained.mean",
    "accuracy.trained.sd",
    "accuracy.untrained.mean",
    "accuracy.ideal",
    "accuracy.fraction_of_ideal.mean",
    "accuracy.fraction_of_ideal.sampling_error",
    "accuracy.last_100.mean",
    "loss.last_100.mean",
}
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


@pytest.fixture(scope="module")
def easy(tmp_path_factory):
    return CognitiveTask(**EASY, out=tmp_path_factory.mktemp("runs")).execute()


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


def test_situations_follow_the_clock_of_each_trial(key):
    """The answer is due in the decision period, which begins when the delay of the trial is over."""
    chosen = ContextDecisionMaking(dt=50.0)
    networks = population(lambda key: CTRNN(chosen.n_inputs, chosen.n_outputs, n_units=4, key=key), 1, key=key)
    tested = behaviour(networks, chosen, key=key, n_trials=50)
    found = situations(chosen, tested)
    due = tested["targets"].values[..., 0] == 0
    both = found["decision in context 1"] | found["decision in context 2"]
    np.testing.assert_array_equal(both, due & (tested["weights"].values > 0))
    assert not (found["decision in context 1"] & found["decision in context 2"]).any()
    held = held_inputs(chosen, tested)
    np.testing.assert_allclose(held["decision in context 1"][:5], 0, atol=1e-6)  # neither cue nor stimuli are left


def test_paragraphs_of_methods_and_notes_are_whole_sentences():
    """None begins in mid-sentence or stops in one."""
    texts = []
    for module in pkgutil.walk_packages(experiments.__path__, "isocortex.experiments."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.endswith(("METHODS", "NOTES")):
                kept = list(value.values()) if isinstance(value, dict) else value
                texts += [kept] if isinstance(kept, str) else [text for text in kept if isinstance(text, str)]
    assert len(texts) > 10
    assert [text for text in texts if text[0].islower() or not text.endswith((".", ")"))] == []


def test_tables_agree_with_the_summary(decision):
    found, record = summary(decision), runs.read_run(decision)
    assert noisy(decision)
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


def test_holding_still_is_an_answer_where_it_is_right(easy):
    """The rows and columns of GoNogo are its two answers, and the diagonal is the success."""
    answers = runs.read_run(easy).table("answers").set_index("right answer")
    assert list(answers.index) == list(answers.columns) == ["fixate", "go"]
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert answers.loc["fixate", "fixate"] + answers.loc["go", "go"] > 1.8


@pytest.mark.parametrize("name", TASKS)
def test_every_right_answer_has_the_name_of_its_output(name, key):
    chosen = task(name)
    networks = population(lambda key: CTRNN(chosen.n_inputs, chosen.n_outputs, n_units=4, key=key), 1, key=key)
    names = answer_names(chosen, behaviour(networks, chosen, key=key, n_trials=50))
    assert list(names.values()) == (["fixate", "go"] if name == "GoNogo" else list(chosen.output_names[1:]))


def test_an_interval_is_produced_and_the_states_are_drawn(tmp_path):
    """A task whose trials differ in length and have but one answer; no unit can tell answers apart."""
    options = ("measure", [300, 600]), ("ready", 100), ("set", 100)
    folder = CognitiveTask(
        **FEW | {"units": 32, "updates": 600, "task": "ReadySetGo", "dt": 50.0, "tau": 100.0},
        options=(f"timing={json.dumps(dict(options))}",),
        out=tmp_path,
    ).execute()
    assert set(summary(folder)) >= PROMISED | INSIDE
    assert runs.read_run(folder).table("perturbations")["success"].between(0, 1).all()
    assert list(runs.read_run(folder).table("variance")["part"]) == ["time", "measure duration (ms)"]
    assert {"state_space", "state_space_3d", "weights"} <= {path.stem for path in (folder / "figures").glob("*.svg")}


def test_the_choice_is_foretold_by_the_units_that_tell_the_directions(decision):
    table = runs.read_run(decision).table("choice_probability")
    assert table["choice_probability"].between(0, 1).all()
    assert np.corrcoef(table["d_prime"], table["choice_probability"])[0, 1] > 0.5


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


class Interruption(KeyboardInterrupt):
    pass


@pytest.mark.parametrize("moment", [("training", 100), ("mechanism", 0)])
def test_an_interrupted_run_resumes_to_the_same_bytes(easy, tmp_path, moment, monkeypatch):
    """The uninterrupted run of the fixture is another one with the same seed: that repeats to the byte as well."""
    monkeypatch.setattr(sys.modules["isocortex.learning.loop"], "SECONDS_BETWEEN_CHECKPOINTS", 0)

    def interrupt(stage, done, total):
        if (stage, done) == moment:
            raise Interruption

    with pytest.raises(Interruption) as caught:
        CognitiveTask(**EASY, out=tmp_path).execute(interrupt)
    resumed = CognitiveTask(resume=caught.value.resume_folder).execute()
    assert (resumed / "summary.json").read_bytes() == (easy / "summary.json").read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == [resumed.name]


def noisy(folder):
    """Whether noise within the network was one of the perturbations: only the CTRNN has it."""
    return any("network noise" in name for name in runs.read_run(folder).table("perturbations")["perturbation"])


OWN = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text()


def test_a_task_of_ones_own_gets_the_same_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_tasks", raising=False)
    (tmp_path / "my_tasks.py").write_text(re.findall(r"```python\n(.*?)```", OWN, re.DOTALL)[0])
    options = {"dt": 50.0, "options": ("contrast=1", "noise=0.1"), "architecture": "GRU", "stop_at": 0.9}
    folder = CognitiveTask(**FEW, task="my_tasks:ContrastDetection", **options).execute()
    assert set(summary(folder)) >= PROMISED
    assert not noisy(folder)
    assert not any(key.startswith("psychometric") for key in summary(folder))
    assert "Say whether a faint signal was there." in (folder / "report.html").read_text()
    monkeypatch.delitem(sys.modules, "my_tasks")


KIN = """
from isocortex.tasks import ContextDecisionMaking, GoNogo, PerceptualDecisionMaking


class Delayed(PerceptualDecisionMaking):
    TIMING = {"fixation": 100, "stimulus": 2000, "delay": 500, "decision": 100}


class Impatient(ContextDecisionMaking):
    TIMING = ContextDecisionMaking.TIMING | {"delay": 0}


class Calm(GoNogo):
    pass
"""


def test_each_experiment_takes_classes_made_from_its_task(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_kin.py").write_text(KIN)
    delayed = PerceptualDecision(task="my_kin:Delayed", stimulus=400.0)
    assert delayed.build().periods["delay"] == delayed.fine().periods["delay"] == (500, 1000)
    impatient = ContextDecision(task="my_kin:Impatient")
    assert all("delay" not in task.periods for task in (impatient.build(), impatient.easier()[0][0]))
    assert lengths(delayed.build()) == "fixation 100, stimulus 400, delay 500, decision 100 ms"
    assert "delay 300–2950, " in lengths(ContextDecision().build())
    sentence = (
        "is about {}DecisionMaking and classes made from it, which my_kin:Calm is not; isocortex run cognitive-task"
    )
    for experiment, about in ((PerceptualDecision, "Perceptual"), (ContextDecision, "Context")):
        with pytest.raises(InputError, match=sentence.format(about)):
            experiment(task="my_kin:Calm")
    monkeypatch.delitem(sys.modules, "my_kin")


WRONG = '''
import jax.numpy as jnp
from isocortex.tasks import TimedTask


class MyTask(TimedTask):
    """Wrong."""

    TIMING = {"fixation": 100, "stimulus": 100, "decision": 100}
    STIMULI = ("a", "b")
    CHOICES = ("yes", "no")

    def draw(self, key, clock):
        return {"choice": jnp.zeros(clock.n)}

    def shown(self, conditions):
        return {"stimulus": jnp.zeros((len(conditions["choice"]), 5))}

    def ideal(self, trials):
        return jnp.ones(len(trials.weights))
'''


def test_a_task_of_the_wrong_shape_is_told_at_the_door(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_wrong_module.py").write_text(WRONG)
    with pytest.raises(InputError, match=r"shown's 'stimulus' must have the shape \(3, 2\)"):
        CognitiveTask(task="my_wrong_module:MyTask", dt=50.0)


@pytest.mark.parametrize(
    ("experiment", "options", "sentence"),
    [
        (CognitiveTask, {"task": "GoNoGo"}, "GoNogo"),
        (CognitiveTask, {"options": ("nose=1",)}, "noise"),
        (CognitiveTask, {"options": ("noise",)}, "--options takes name=value"),
        (CognitiveTask, {"options": ("timing={x}",)}, "no JSON"),
        (CognitiveTask, {"task": "nowhere:MyTask"}, "There is no nowhere.py"),
        (PerceptualDecision, {"architecture": "CTRN"}, "CTRNN"),
        (PerceptualDecision, {"activation": "rely"}, "relu"),
        (PerceptualDecision, {"optimiser": "adan"}, "adam"),
        (PerceptualDecision, {"dt": 200.0}, "dt = 200 ms is longer than the period 'fixation'"),
        (PerceptualDecision, {"dt": 50.0, "tau": 20.0}, "dt"),
        (PerceptualDecision, {"coherences": (0.0, 120.0)}, "120"),
        (PerceptualDecision, {"noise": 0.0}, "--noise must be above 0"),
        (PerceptualDecision, {"stimulus": 0.0}, "--stimulus must be above 0 ms"),
        (CognitiveTask, {"options": ("pairs=[[2,1],[3]]",)}, "no value for the option 'pairs' of DelayComparison"),
        (PerceptualDecision, {"excitatory": 1.5}, "excitatory must be a share"),
        (PerceptualDecision, {"architecture": "GRU", "excitatory": 0.8}, "--excitatory is an option of the CTRNN"),
        (PerceptualDecision, {"units": 1}, "--units must be at least 2"),
        (PerceptualDecision, {"test_trials": 5}, "--test-trials must be at least 100"),
        (PerceptualDecision, {"learning_rate": float("nan")}, "--learning-rate must be above 0"),
        (PerceptualDecision, {"stop_at": 1.5}, r"--stop-at must be in \(0, 1\]"),
        (ContextDecision, {"coherences": (-5.0, 5.0)}, "-5"),
    ],
)
def test_bad_options_are_one_sentence(experiment, options, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        experiment(**options)
    assert "\n" not in str(caught.value)


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


DIFFERENCE, TOTAL = np.array([1.0, -1.0]) / np.sqrt(2), np.array([1.0, 1.0]) / np.sqrt(2)


def integrators(task, into):
    """Two equal networks of two tanh units near 0, hence linear, that hold the difference of their rates for ever.

    The recurrent weights have rank one; the difference is the log odds that is read out, and they never fixate.
    """
    n = CTRNN(task.n_inputs, 3, n_units=2, dt=task.dt, noise=0.0, activation="tanh", key=jax.random.key(0))
    out = 1000 * np.stack([0 * DIFFERENCE, DIFFERENCE, -DIFFERENCE])
    values = (0.01 * into, np.outer(DIFFERENCE, DIFFERENCE), np.zeros(2), out, np.array([-1e3, 0, 0]))
    fields = ("input_weight", "recurrent_weight", "bias", "output_weight", "output_bias")
    n = eqx.tree_at(lambda n: [getattr(n, f) for f in fields], n, [jnp.asarray(v, jnp.float32) for v in values])
    return jax.tree.map(lambda x: jnp.stack([x, x]) if eqx.is_array(x) else x, n)


def test_an_animal_made_of_the_networks_is_matched_by_the_noise_it_had():
    """Both thresholds come from 2000 trials: each has a standard error of about 5 %, so ln σ ± 3·√2·0.05 = ± 0.21."""
    shape = {"dt": 20.0, "timing": {"stimulus": 500}}

    def task(noise, coherences):
        return PerceptualDecisionMaking(**shape, noise=noise, coherences=coherences)

    levels = (0.0, 3.2, 6.4, 12.8, 25.6, 51.2)
    example = task(1.0, levels)
    networks = integrators(example, np.outer(DIFFERENCE, [0.0, 1.0, -1.0]))
    planted = behaviour(networks, task(0.6, levels), key=jax.random.key(1), n_trials=2000)
    animal = watch(
        "it",
        pd.DataFrame(
            {
                "coherence": planted["coherence"].values / 100,
                "correct": planted["correct"].values[0],
                "rt": 700.0 - 3 * planted["coherence"].values,
            }
        ),
    )
    found = match(networks, task, animal, key=jax.random.key(2), n_trials=2000, seeds=[0, 1])
    assert np.log(found.sigma / 0.6) == pytest.approx(0, abs=0.21)
    answered = found.times["rt"].values
    assert (np.diff(answered.mean(axis=0)) < 0).all()  # stronger evidence reaches a bound sooner
    rt, _ = when_ready(planted, example, 0.8)
    assert np.nanmax(rt) < 500


def test_a_planted_line_and_its_selection_vector_are_found():
    """Only the first stimulus moves the difference that is held: cosines 1 and 0. The second decays with τ = 100 ms."""
    task = ContextDecisionMaking(dt=20.0, timing={"delay": 300})
    into = np.outer(DIFFERENCE, evidence(task, 1)) + np.outer(TOTAL, evidence(task, 2))
    networks = integrators(task, into)
    tested = behaviour(networks, task, key=jax.random.key(0), n_trials=300, rates=True)
    tested["correct"] = tested["correct"] | True  # they count as networks that learned
    found = Cognition(task, {"trained": networks}, xr.Dataset(), {"trained": tested, "untrained": tested})
    lines = find_lines(found, Mechanism(tested, {}, pd.DataFrame()), key=jax.random.key(1))
    line = lines.lines[0, 1]
    assert line.attrs["straightness"] > 0.99
    np.testing.assert_allclose(np.abs(line["line"].values @ DIFFERENCE), 1, atol=1e-3)
    assert (line["time_constant"] > 20 * line["next_time_constant"]).all()
    np.testing.assert_allclose(line["next_time_constant"], 100, rtol=1e-2)
    selected = (
        lines.selected.assign(size=lines.selected["selected"].abs()).groupby(["situation", "input"])["size"].mean()
    )
    assert selected["context 1", "relevant stimulus"] == pytest.approx(1, abs=1e-3)
    assert selected["context 1", "irrelevant stimulus"] == pytest.approx(0, abs=1e-3)
    assert selected["context 2", "irrelevant stimulus"] == pytest.approx(1, abs=1e-3)  # it has but one selection
    assert lines.summary()["context.lines.n"] == 4


def test_context_decision_runs_to_the_end(tmp_path):
    folder = ContextDecision(**FEW, out=tmp_path).execute()
    assert set(summary(folder)) >= PROMISED
    assert summary(folder)["context.lines.n"] == 0
    assert (folder / "figures" / "choices.svg").exists()


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["GRU", "LSTM"])
def test_other_architectures_and_a_stop(architecture, tmp_path):
    folder = CognitiveTask(**EASY, architecture=architecture, stop_at=0.9, learning_rate=0.03, out=tmp_path).execute()
    found = summary(folder)
    assert found["accuracy.last_100.mean"] > 0.5
    assert not noisy(folder)


@pytest.mark.slow
def test_the_published_configuration_reaches_the_ideal_observer(tmp_path):
    """At least 97 % of the ideal observer in the mean of four seeds (sampling error 0.3 %)."""
    found = summary(PerceptualDecision(activation="relu", out=tmp_path).execute())
    assert found["accuracy.fraction_of_ideal.mean"] >= 0.97
    assert found["accuracy.ideal"] == pytest.approx(0.9, abs=0.01)


@pytest.mark.slow
def test_the_context_task_reaches_its_ceiling(tmp_path):
    found = summary(ContextDecision(out=tmp_path).execute())
    assert found["accuracy.fraction_of_ideal.mean"] >= 0.95
    assert found["context.selection.relevant.mean"] > abs(found["context.selection.irrelevant.mean"])
