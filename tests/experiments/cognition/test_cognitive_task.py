"""Networks on any task in time: whole runs, interruptions, and tasks that a user wrote."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from isocortex import CTRNN, InputError, population, runs
from isocortex.experiments.cognition.answers import answer_names
from isocortex.experiments.cognition.cognitive_task import CognitiveTask
from isocortex.experiments.cognition.task_result import TaskResult
from isocortex.learning import behaviour
from isocortex.tasks import TASKS, task

FEW = {"seeds": 2, "units": 16, "updates": 30, "batch": 16, "test_trials": 100}
EASY = FEW | {"task": "GoNogo", "dt": 50.0, "updates": 200}
PROMISED = {name for name in TaskResult.quantities if name.startswith(("accuracy.", "loss."))}
INSIDE = {"pca.variance_3", "fixed_points.n.mean", "fixed_points.stable.mean", "learning.updates_to_criterion.median"}


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.fixture(scope="module")
def easy(tmp_path_factory):
    return CognitiveTask(**EASY, out=tmp_path_factory.mktemp("runs")).execute()


@pytest.mark.slow
def test_holding_still_is_an_answer_where_it_is_right(easy):
    """The rows and columns of GoNogo are its two answers, and the diagonal is the success."""
    answers = runs.read_run(easy).table("answers").set_index("right answer")
    assert list(answers.index) == list(answers.columns) == ["fixate", "go"]
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert answers.loc["fixate", "fixate"] + answers.loc["go", "go"] > 1.8


SHORT = {"PerceptualDecisionMaking", "GoNogo"}


@pytest.mark.parametrize("name", [t if t in SHORT else pytest.param(t, marks=pytest.mark.slow) for t in TASKS])
def test_every_right_answer_has_the_name_of_its_output(name, key):
    chosen = task(name)
    networks = population(lambda key: CTRNN(chosen.n_inputs, chosen.n_outputs, n_units=4, key=key), 1, key=key)
    names = answer_names(chosen, behaviour(networks, chosen, key=key, n_trials=50))
    assert list(names.values()) == (["fixate", "go"] if name == "GoNogo" else list(chosen.output_names[1:]))


@pytest.mark.slow
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


class Interruption(KeyboardInterrupt):
    pass


@pytest.mark.slow
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


OWN = (Path(__file__).parents[3] / "docs" / "tasks.md").read_text()


@pytest.mark.slow
def test_a_task_of_ones_own_gets_the_same_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_tasks", raising=False)
    (tmp_path / "my_tasks.py").write_text(re.findall(r"```python\n(.*?)```", OWN, re.DOTALL)[0])
    options = {"dt": 50.0, "options": ("contrast=1", "noise=0.1"), "architecture": "GRU", "stop_at": 0.9}
    folder = CognitiveTask(**FEW, task="my_tasks:ContrastDetection", keep_trials=0, **options).execute()
    assert not (folder / "responses.nc").exists()
    assert set(summary(folder)) >= PROMISED
    assert not noisy(folder)
    assert not any(key.startswith("psychometric") for key in summary(folder))
    assert "Say whether a faint signal was there." in (folder / "report.html").read_text()
    monkeypatch.delitem(sys.modules, "my_tasks")


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


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["GRU", "LSTM"])
def test_other_architectures_and_a_stop(architecture, tmp_path):
    folder = CognitiveTask(**EASY, architecture=architecture, stop_at=0.9, learning_rate=0.03, out=tmp_path).execute()
    found = summary(folder)
    assert found["accuracy.last_100.mean"] > 0.5
    assert not noisy(folder)
