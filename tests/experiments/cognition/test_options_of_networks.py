"""Options of the experiments on cognition: classes of tasks, and what is refused."""

import sys

import pytest

from isocortex import InputError
from isocortex.experiments.cognition.cognitive_task import CognitiveTask
from isocortex.experiments.cognition.context_decision import ContextDecision
from isocortex.experiments.cognition.perceptual_decision import PerceptualDecision
from isocortex.experiments.cognition.task_result import lengths

KIN = """
from isocortex.tasks import ContextDecisionMaking, GoNogo, PerceptualDecisionMaking


class Delayed(PerceptualDecisionMaking):
    TIMING = {"fixation": 100, "stimulus": 2000, "delay": 500, "decision": 100}


class Impatient(ContextDecisionMaking):
    TIMING = ContextDecisionMaking.TIMING | {"delay": 0}


class Calm(GoNogo):
    pass
"""


@pytest.mark.slow
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
        (PerceptualDecision, {"stimulus": 0.0}, "--stimulus must be above 0 and at most"),
        (
            CognitiveTask,
            {"options": ("pairs=[[2,1],[3]]",)},
            "not a valid value for the option 'pairs' of DelayComparison",
        ),
        (PerceptualDecision, {"excitatory": 1.5}, "--excitatory must be above 0 and below 1"),
        (PerceptualDecision, {"architecture": "GRU", "excitatory": 0.8}, "--excitatory is an option of the CTRNN"),
        (PerceptualDecision, {"units": 1}, "--units must be at least 2"),
        (PerceptualDecision, {"excitatory": 0.001}, "excitatory must be a share with excitatory and inhibitory units"),
        (PerceptualDecision, {"keep_trials": 5000}, "--keep-trials must be at least 0 and at most 1000"),
        (PerceptualDecision, {"test_trials": 5}, "--test-trials must be at least 100"),
        (PerceptualDecision, {"learning_rate": float("nan")}, "--learning-rate must be above 0"),
        (PerceptualDecision, {"stop_at": 1.5}, "--stop-at must be above 0 and at most 1"),
        (ContextDecision, {"coherences": (-5.0, 5.0)}, "-5"),
    ],
)
def test_bad_options_are_one_sentence(experiment, options, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        experiment(**options)
    assert "\n" not in str(caught.value)
