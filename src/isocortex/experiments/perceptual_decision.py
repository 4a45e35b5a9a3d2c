"""Networks that judge noisy motion: how well, how, and beside two monkeys."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from scipy.special import erfinv
from tyro.conf import arg

from ..analysis import fit_psychometric, tally
from ..errors import require
from ..learning import behaviour
from ..recordings import read_roitman_shadlen
from ..runs import Run
from ..tasks import PerceptualDecisionMaking
from .cognitive_mechanism import investigate
from .cognitive_monkeys import Matched, match, numbers
from .cognitive_networks import CognitiveNetworks, Cognition
from .protocol import Progress

OF_THRESHOLD = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Coherences of the psychometric curve, relative to the ideal observer's threshold."""
AT_THRESHOLD = 1 - 1 / np.e
"""F at the threshold of a psychometric curve; the share of correct answers is then 0.816."""


@dataclass(frozen=True, kw_only=True)
class PerceptualDecision(CognitiveNetworks):
    """Train recurrent networks to judge the direction of noisy evidence, and look inside them.

    With --monkeys, the animals of Roitman & Shadlen (2002) stand beside them.
    """

    name: ClassVar[str] = "perceptual-decision"

    dt: Annotated[float, arg(help="Step of trial and network in ms.")] = 20.0
    stimulus: Annotated[float, arg(help="Duration of the stimulus in ms.")] = 1000.0
    noise: Annotated[float, arg(help="σ of the evidence, per √ms.")] = 0.3
    coherences: Annotated[tuple[float, ...], arg(help="Of the training trials, in percent.")] = (
        0.0,
        6.4,
        12.8,
        25.6,
        51.2,
    )
    monkeys: Annotated[
        Path | None, arg(help="CSV file of the monkeys' trials (monkey, rt in s, coh, correct, trgchoice).")
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.noise > 0, f"--noise must be above 0; got {self.noise}.")
        self.task()

    def task(
        self, noise: float | None = None, coherences: tuple[float, ...] | None = None
    ) -> PerceptualDecisionMaking:
        """Return the task of the options, or with other noise and coherences."""
        return PerceptualDecisionMaking(
            dt=self.dt,
            timing={"stimulus": self.stimulus},
            noise=self.noise if noise is None else noise,
            coherences=self.coherences if coherences is None else coherences,
        )

    def read(self, progress: Progress | None = None) -> dict[str, pd.DataFrame] | None:
        """Read the monkeys' trials, if a file is named."""
        return None if self.monkeys is None else read_roitman_shadlen(self.monkeys)

    def files(self) -> list[Path]:
        """Return the file of trials."""
        return [] if self.monkeys is None else [self.monkeys]

    def walk(self, run: Run, inputs: dict[str, pd.DataFrame] | None) -> None:
        """Train → test → psychometric curve → monkeys → mechanism → figures."""
        found = self.learn(run, self.task())
        trained = found.networks["trained"]
        with run.stage("psychometric curve"):
            fine = behaviour(trained, self.task(coherences=self.fine()), key=self.key("fine"), n_trials=self.test_trials)
            points = tally(fine["coherence"].values, fine["correct"].values.astype(float))
            fits = fit_psychometric(points, key=self.key("bootstrap"))
        animals: dict[str, Matched] = {}
        with run.stage("monkeys"):
            for name, trials in (inputs or {}).items():
                key = self.key(f"trials beside {name}")
                animals[name] = match(trained, self.task, trials, key=key, n_trials=self.test_trials)
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"), n_trials=min(self.test_trials, 1000))
        run.summary(
            found.summary()
            | {"psychometric.threshold.mean": float(fits["threshold"].mean())}
            | numbers(animals)
            | inside.summary()
        )

    def fine(self) -> tuple[float, ...]:
        """Return coherences around the ideal observer's threshold, in percent, at most 100."""
        duration = np.ptp(self.task().periods["stimulus"])
        threshold = 100 * np.sqrt(2) * erfinv(AT_THRESHOLD) * self.noise / np.sqrt(duration / 2)
        return tuple(min(100.0, float(f"{threshold * share:.3g}")) for share in OF_THRESHOLD)
