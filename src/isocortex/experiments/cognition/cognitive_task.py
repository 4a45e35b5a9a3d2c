"""Recurrent networks on any task in time."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from tyro.conf import arg

from ...errors import InputError, require
from ...runs import Run
from ...tasks import TASKS, TimedTask, task
from .figures import draw_inside, draw_learning
from .mechanism import MECHANISM_METHODS, investigate
from .networks import CognitiveNetworks


@dataclass(frozen=True, kw_only=True)
class CognitiveTask(CognitiveNetworks):
    """Train recurrent networks on any task in time, hold them against the ideal observer, and look inside them.

    Tasks: PerceptualDecisionMaking, ContextDecisionMaking, MultiSensoryIntegration, DelayComparison, DelayMatchSample,
    GoNogo, ReadySetGo, IntervalDiscrimination; or one of your own, my_module:MyTask, from the current folder.
    """

    name: ClassVar[str] = "cognitive-task"

    task: Annotated[str, arg(help="Name of the task, or my_module:MyTask from the current folder.")] = "DelayComparison"
    dt: Annotated[float, arg(help="Step of trial and network in ms.")] = 50.0
    options: Annotated[
        tuple[str, ...], arg(help="Options of the task, such as noise=0.5 'timing={\"delay\": 500}' (values as JSON).")
    ] = ()
    tau: Annotated[
        float, arg(help="Time constant of a CTRNN's units in ms; short ones forget before they learn to wait.")
    ] = 200.0
    updates: Annotated[int, arg(help="Most updates that a network makes, each on a batch of fresh trials.")] = 6000
    learning_rate: Annotated[float, arg(help="Of the optimiser.")] = 0.003
    stop_at: Annotated[
        float | None, arg(help="A network stops learning at this fraction of the ideal observer's success.")
    ] = 0.97

    def build(self) -> TimedTask:
        """Return the task of the options."""
        return task(self.task, **({"dt": self.dt} | dict(map(parsed, self.options))))

    def walk(self, run: Run, inputs: None) -> None:
        """Train → test → mechanism → figures."""
        found = self.learn(run, self.build())
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"))
        with run.stage("figures"):
            draw_learning(run, found)
            inner = draw_inside(run, found, inside)
        run.summary(found.summary() | inner)
        what = (type(found.task).__doc__ or self.task).strip().splitlines()[0]
        periods = (f"{name} {start:g}–{stop:g}" for name, (start, stop) in found.task.periods.items())
        run.describe(
            question=f"Do recurrent networks learn the task {self.task}, and how do they do it?",
            answer=found.verdict() + inside.sentence(),
            notes=found.notes(),
            methods=[
                f"{self.task}: {what} Periods of a typical trial (ms): {', '.join(periods)}.",
                *self.learning_methods(found.task),
                *MECHANISM_METHODS,
            ],
            references=["neurogym-2022", "sussillo-barak-2013"] if self.task in TASKS else ["sussillo-barak-2013"],
            meanings=self.meanings(),
        )


def parsed(option: str) -> tuple[str, Any]:
    """Return the name and value of an option of a task, given as name=value with the value as JSON or plain text.

    Raises
    ------
    InputError
        Without an equals sign, or for a value of no use.
    """
    name, equals, value = option.partition("=")
    require(bool(equals and name), f"--options takes name=value, such as noise=0.5; got {option!r}.")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError as error:
        if value[:1] in '[{"':
            raise InputError(f"The value of {name} is no JSON: {value} ({error.msg}).") from error
        return name, value
