"""Networks that select a stimulus by context: situations, planted lines, whole runs."""

import json

import numpy as np
import pytest

from isocortex import CTRNN, population
from isocortex.experiments.cognition.context_decision import ContextDecision
from isocortex.experiments.cognition.mechanism import held_inputs, situations
from isocortex.experiments.cognition.task_result import TaskResult
from isocortex.learning import behaviour
from isocortex.tasks import ContextDecisionMaking

FEW = {"seeds": 2, "units": 16, "updates": 30, "batch": 16, "test_trials": 100}
PROMISED = {name for name in TaskResult.quantities if name.startswith(("accuracy.", "loss."))}


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.slow
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


@pytest.mark.slow
def test_context_decision_runs_to_the_end(tmp_path):
    folder = ContextDecision(**FEW, out=tmp_path).execute()
    assert set(summary(folder)) >= PROMISED
    assert summary(folder)["context.lines.n"] == 0
    assert (folder / "figures" / "choices.svg").exists()


@pytest.mark.slow
def test_the_context_task_reaches_its_ceiling(tmp_path):
    found = summary(ContextDecision(out=tmp_path).execute())
    assert found["accuracy.fraction_of_ideal.mean"] >= 0.95
    assert found["context.selection.relevant.mean"] > abs(found["context.selection.irrelevant.mean"])
