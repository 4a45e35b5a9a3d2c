"""Do recurrent networks learn a task in time, also one that you wrote, and by which mechanism?"""

import json
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from ...errors import InputError, require
from ...runs import Run
from ...tasks import TASKS, TimedTask, task
from ..shared.options import option
from .mechanism import investigate
from .networks import CognitiveNetworks, LearningRate, Step, StopAt, Tau, Updates
from .task_result import OtherTaskResult, TaskResult


@dataclass(frozen=True, kw_only=True)
class CognitiveTask(CognitiveNetworks):
    """Train recurrent networks on any task in time, compare them with the ideal observer, and look inside them.

    Tasks: PerceptualDecisionMaking, ContextDecisionMaking, MultiSensoryIntegration, DelayComparison, DelayMatchSample,
    GoNogo, ReadySetGo, IntervalDiscrimination; or a task that you wrote, my_module:MyTask, from the current folder.
    """

    name: ClassVar[str] = "cognitive-task"

    task: Annotated[str, option("Name of the task, or my_module:MyTask from the current folder")] = "DelayComparison"
    dt: Step = 50.0
    options: Annotated[
        tuple[str, ...],
        option("Options of the task, such as noise=0.5 'timing={\"delay\": 500}', with values as JSON"),
    ] = ()
    tau: Tau = 200.0
    updates: Updates = 6000
    learning_rate: LearningRate = 0.003
    stop_at: StopAt = 0.97

    def build(self) -> TimedTask:
        """Return the task of the options."""
        return task(self.task, **({"dt": self.dt} | dict(map(parsed, self.options))))

    def walk(self, run: Run, inputs: None) -> TaskResult:
        """Train and test the networks, and look inside them."""
        found = self.learn(run, self.build())
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"))
        return (TaskResult if self.task in TASKS else OtherTaskResult)(self, found, inside)


def parsed(option: str) -> tuple[str, Any]:
    """Return the name and value of an option of a task, given as name=value with the value as JSON or plain text.

    Raises
    ------
    InputError
        Without an equals sign, or for a value that is broken JSON.
    """
    name, equals, value = option.partition("=")
    require(bool(equals and name), f"--options takes name=value, such as noise=0.5; got {option!r}.")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError as error:
        if value[:1] in '[{"':
            raise InputError(f"The value of {name} is no JSON: {value} ({error.msg}).") from error
        return name, value
