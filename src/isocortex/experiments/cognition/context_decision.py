"""How do recurrent networks select one of two stimuli by context?"""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from ...runs import Run
from ...tasks import ContextDecisionMaking
from ..shared.options import option
from .context_result import ContextResult
from .lines import find_lines
from .mechanism import investigate
from .networks import CognitiveNetworks, Coherences, Evidence, LearningRate, Step, Updates, kind_of

QUIET, MASTERED = 0.2, 0.9
"""Noise of the easy version of the task with which training begins, as a share; success there after which it ends."""


@dataclass(frozen=True, kw_only=True)
class ContextDecision(CognitiveNetworks):
    """Train recurrent networks to judge one of two stimuli, which a context names, and see how they ignore the other.

    After Mante, Sussillo, Shenoy & Newsome (2013).
    """

    name: ClassVar[str] = "context-decision"

    task: Annotated[
        str, option("ContextDecisionMaking, or a class made from it, my_module:MyTask from the current folder")
    ] = ContextDecisionMaking.__name__
    dt: Step = 50.0
    noise: Evidence = 1.0
    coherences: Coherences = (5.0, 15.0, 50.0)
    updates: Updates = 4000
    learning_rate: LearningRate = 0.003

    @cached_property
    def kind(self) -> type[ContextDecisionMaking]:
        """The class of the task."""
        return kind_of(self.task, ContextDecisionMaking, self.name)

    def easier(self) -> list[tuple[ContextDecisionMaking, float]]:
        """Return the task at its highest coherence with less noise: contexts are hard to discover in noise."""
        strongest = (max(self.coherences),) * len(self.coherences)
        easy = self.kind(dt=self.dt, noise=QUIET * self.noise, coherences=strongest)
        return [(easy, MASTERED)]

    def build(self) -> ContextDecisionMaking:
        """Return the task of the options."""
        return self.kind(dt=self.dt, noise=self.noise, coherences=self.coherences)

    def walk(self, run: Run, inputs: None) -> ContextResult:
        """Train and test the networks, look inside them, and search for lines of slow points."""
        found = self.learn(run, self.build())
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"))
            lines = find_lines(found, inside, key=self.key("lines"))
        return ContextResult(self, found, inside, lines, QUIET)
