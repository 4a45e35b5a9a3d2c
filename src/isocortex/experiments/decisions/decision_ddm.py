"""How do animals decide about moving dots: which drift–diffusion model, with which parameters?"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import pandas as pd

from ...analysis import VARIANTS, DecisionFit, by_coherence, fit_decisions, held_out, profile_intervals, simulate_trials
from ...recordings import read_roitman_shadlen
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment, Progress
from .animal import Animal, variant_table
from .decision_ddm_result import PLANTED, DecisionDDMResult


@dataclass(frozen=True, kw_only=True)
class DecisionDDM(Experiment):
    """Fit variants of the drift–diffusion model to choices and reaction times about random-dot motion.

    With --monkeys, the trials of Roitman & Shadlen (2002); without, simulated trials with planted parameters.
    """

    name: ClassVar[str] = "decision-ddm"

    monkeys: Annotated[
        Path | None,
        option(
            "CSV file of the monkeys' trials (monkey, rt in s, coh, correct, trgchoice); by default trials are "
            "simulated",
            metavar="FILE",
        ),
    ] = None
    folds: Annotated[
        int, option("Number of parts of the trials, each predicted from the others", at_least=2, at_most=20)
    ] = 5
    starts: Annotated[
        int, option("Number of starting points of every search for parameters", at_least=1, at_most=50)
    ] = 3
    trials: Annotated[
        int, option("Number of simulated trials per coherence, without --monkeys", at_least=50, at_most=100_000)
    ] = 500

    def read(self, progress: Progress | None = None) -> dict[str, pd.DataFrame] | None:
        """Read the monkeys' trials, if a file is named."""
        return None if self.monkeys is None else read_roitman_shadlen(self.monkeys)

    def files(self) -> list[Path]:
        """Return the file of trials."""
        return [] if self.monkeys is None else [self.monkeys]

    def walk(self, run: Run, inputs: dict[str, pd.DataFrame] | None) -> DecisionDDMResult:
        """Fit every variant to the trials, and judge it on held-out trials."""
        simulated = inputs is None
        if inputs is None:
            run.mark = "simulated trials"
            with run.stage("simulation"):
                inputs = {"simulated": simulate_trials(PLANTED, key=self.key("trials"), n_per_coherence=self.trials)}
        found: dict[str, dict[str, DecisionFit]] = {}
        with run.stage("fits") as advance:
            total = len(inputs) * len(VARIANTS)
            for animal, trials in inputs.items():
                found[animal] = {}
                for variant in VARIANTS:
                    with warnings.catch_warnings(action="ignore"):  # the page says what failed
                        fit = fit_decisions(trials, variant, key=self.key("starts"), n_starts=self.starts)
                    found[animal][variant] = fit
                    advance(sum(map(len, found.values())), total)
        with run.stage("held-out trials"):
            animals = {}
            for name, fits in found.items():
                trials = inputs[name]
                scores = held_out(trials, list(fits.values()), key=self.key("folds"), n_folds=self.folds)
                animals[name] = Animal(trials, by_coherence(trials), fits, variant_table(fits, scores))
        with run.stage("intervals"):
            for animal in animals.values():
                animal.fits[animal.best.variant] = profile_intervals(animal.trials, animal.best)
        return DecisionDDMResult(self, animals, PLANTED if simulated else {})
