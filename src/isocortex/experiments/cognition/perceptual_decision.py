"""How well do recurrent networks judge noisy motion, by which mechanism, and how like two monkeys?"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from scipy.stats import norm

from ...learning import behaviour
from ...recordings import read_roitman_shadlen
from ...runs import Run
from ...tasks import PerceptualDecisionMaking
from ..shared.options import option
from ..shared.protocol import Progress
from .mechanism import investigate
from .monkeys import Animal, Matched, match, watch
from .monkeys_result import BesideMonkeys
from .networks import Activation, CognitiveNetworks, Coherences, Evidence, Step, kind_of
from .perceptual_result import AT_THRESHOLD, PerceptualResult
from .trained import Cognition

OF_THRESHOLD = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Coherences of the psychometric curve, relative to the ideal observer's threshold."""


@dataclass(frozen=True, kw_only=True)
class PerceptualDecision(CognitiveNetworks):
    """Train recurrent networks to judge the direction of noisy evidence, and look inside them.

    With --monkeys, the networks are compared with the animals of Roitman & Shadlen (2002). The published networks have
    relu units; the states of tanh units are bounded, so that fixed points exist while an input is held.
    """

    name: ClassVar[str] = "perceptual-decision"

    task: Annotated[
        str, option("PerceptualDecisionMaking, or a class made from it, my_module:MyTask from the current folder")
    ] = PerceptualDecisionMaking.__name__
    dt: Step = 20.0
    stimulus: Annotated[float, option("Duration of the stimulus", unit="ms", above=0, at_most=60_000)] = 1000.0
    noise: Evidence = 0.3
    coherences: Coherences = (0.0, 6.4, 12.8, 25.6, 51.2)
    activation: Activation = "tanh"
    monkeys: Annotated[
        Path | None, option("CSV file of the monkeys' trials (monkey, rt in s, coh, correct, trgchoice)")
    ] = None

    @cached_property
    def kind(self) -> type[PerceptualDecisionMaking]:
        """The class of the task."""
        return kind_of(self.task, PerceptualDecisionMaking, self.name)

    def build(
        self, noise: float | None = None, coherences: tuple[float, ...] | None = None
    ) -> PerceptualDecisionMaking:
        """Return the task of the options, or with other noise and coherences."""
        return self.kind(
            dt=self.dt,
            timing={"stimulus": self.stimulus},
            noise=self.noise if noise is None else noise,
            coherences=self.coherences if coherences is None else coherences,
        )

    def fine(self) -> PerceptualDecisionMaking:
        """Return the task with coherences around the ideal observer's threshold, at most 100 %."""
        threshold = self.ideal_threshold
        return self.build(coherences=tuple(min(100.0, float(f"{threshold * share:.3g}")) for share in OF_THRESHOLD))

    @property
    def ideal_threshold(self) -> float:
        """The ideal observer's threshold, coherence in percent."""
        duration = np.ptp(self.build().periods["stimulus"])
        return float(100 * norm.ppf((1 + AT_THRESHOLD) / 2) * self.noise / np.sqrt(duration / 2))

    def read(self, progress: Progress | None = None) -> dict[str, Animal]:
        """Read the monkeys' trials, if a file is named."""
        trials = {} if self.monkeys is None else read_roitman_shadlen(self.monkeys)
        return {name: watch(name, each) for name, each in trials.items()}

    def files(self) -> list[Path]:
        """Return the file of trials."""
        return [] if self.monkeys is None else [self.monkeys]

    def walk(self, run: Run, inputs: dict[str, Animal]) -> PerceptualResult:
        """Train and test the networks, measure their psychometric curves, match the monkeys, and look inside."""
        found = self.learn(run, self.build())
        with run.stage("psychometric curve"):
            done = {
                name: behaviour(models, self.fine(), key=self.key("fine"), n_trials=self.test_trials)
                for name, models in found.networks.items()
            }
        with run.stage("monkeys"):
            matched = {name: self.matched(found, name, animal) for name, animal in inputs.items() if len(found.learned)}
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"))
        if inputs:
            return BesideMonkeys(self, found, inside, done, self.key("bootstrap"), inputs, matched)
        return PerceptualResult(self, found, inside, done, self.key("bootstrap"))

    def matched(self, found: Cognition, name: str, animal: Animal) -> Matched:
        """Return the networks that learned, at the noise that gives them an animal's threshold."""
        key, trained = self.key(f"trials beside {name}"), found.networks["trained"]
        return match(trained, self.build, animal, key=key, n_trials=self.test_trials, seeds=found.learned)
