"""How do monkeys decide about moving dots: which drift–diffusion model, with which parameters?"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import pandas as pd
from tyro.conf import arg

from ...analysis import PARAMETERS, VARIANTS, by_coherence, fit_decisions, held_out, profile_intervals, simulate_trials
from ...errors import require
from ...recordings import read_roitman_shadlen
from ...runs import Run
from ..shared.protocol import Experiment, Progress
from .figures import draw
from .tables import Animal, doubts, numbers, shown_answer, shown_parameters, slower_errors, variant_table

PLANTED = {
    "drift_per_coherence": 15.0,
    "bound": 1.2,
    "non_decision": 350.0,
    "contaminants": 0.01,
    "drift_sd": 0.8,
    "non_decision_range": 200.0,
    "collapse": 1.2,
}
"""Of the simulated animal: near what is found in the monkeys."""
PUBLISHED = {
    "monkey 1": {"rt_slowest": 790.0, "rt_fastest": 460.0},
    "monkey 2": {"rt_slowest": 850.0, "rt_fastest": 390.0},
}
"""Mean reaction times of the two animals at the coherences 0 and 51.2 %."""


@dataclass(frozen=True, kw_only=True)
class DecisionDDM(Experiment):
    """Fit variants of the drift–diffusion model to choices and reaction times about random-dot motion.

    With --monkeys, the trials of Roitman & Shadlen (2002); without, simulated trials with planted parameters.
    """

    name: ClassVar[str] = "decision-ddm"

    monkeys: Annotated[
        Path | None,
        arg(help="CSV file of the monkeys' trials (monkey, rt in s, coh, correct, trgchoice). Default: simulated."),
    ] = None
    folds: Annotated[int, arg(help="Parts of the trials, each predicted from the others.")] = 5
    starts: Annotated[int, arg(help="Starting points of every search for parameters.")] = 3
    trials: Annotated[int, arg(help="Simulated trials per coherence, without --monkeys.")] = 500

    def __post_init__(self) -> None:
        super().__post_init__()
        require(2 <= self.folds <= 20, f"--folds must be in 2…20; got {self.folds}.")
        require(1 <= self.starts <= 50, f"--starts must be in 1…50; got {self.starts}.")
        require(50 <= self.trials <= 100_000, f"--trials must be in 50…100000; got {self.trials}.")

    def read(self, progress: Progress | None = None) -> dict[str, pd.DataFrame] | None:
        """Read the monkeys' trials, if a file is named."""
        return None if self.monkeys is None else read_roitman_shadlen(self.monkeys)

    def files(self) -> list[Path]:
        """Return the file of trials."""
        return [] if self.monkeys is None else [self.monkeys]

    def walk(self, run: Run, inputs: dict[str, pd.DataFrame] | None) -> None:
        """Trials → fits of every variant → held-out trials → predictions → figures."""
        if inputs is None:
            run.mark = "simulated trials"
            with run.stage("simulation"):
                inputs = {"simulated": simulate_trials(PLANTED, key=self.key("trials"), n_per_coherence=self.trials)}
        found = {}
        with run.stage("fits") as advance:
            total = len(inputs) * len(VARIANTS)
            for animal, trials in inputs.items():
                fits = {}
                for variant in VARIANTS:
                    with warnings.catch_warnings(action="ignore"):  # the page says what failed
                        fits[variant] = fit_decisions(trials, variant, key=self.key("starts"), n_starts=self.starts)
                    advance(len(found) * len(VARIANTS) + len(fits), total)
                found[animal] = (trials, fits)
        with run.stage("held-out trials"):
            animals = {}
            for name, (trials, fits) in found.items():
                scores = held_out(trials, list(fits.values()), key=self.key("folds"), n_folds=self.folds)
                animals[name] = Animal(trials, by_coherence(trials), fits, variant_table(fits, scores))
        with run.stage("intervals"):
            for animal in animals.values():
                animal.fits[animal.best.variant] = profile_intervals(animal.trials, animal.best)
        run.summary(numbers(animals, PUBLISHED, PLANTED))
        with run.stage("figures"):
            draw(run, animals)
        self.report(run, animals)

    def report(self, run: Run, animals: dict[str, Animal]) -> None:
        """Write the tables, the answer in words, and the methods."""
        for name, animal in animals.items():
            slug = name.replace(" ", "")
            run.table(f"variants_{slug}", animal.variants, caption=f"{name}: every variant.")
            run.table(f"behaviour_{slug}", animal.behaviour, caption=f"{name}: accuracy and reaction times.")
        run.table(
            "parameters",
            shown_parameters(animals, PLANTED if run.mark else {}),
            title="Parameters of the winning variant, estimate [95 % interval]",
            caption="Intervals of the profile likelihood. ≤ and ≥: the end of the parameter's range, which the "
            "likelihood does not exclude.",
            shown=True,
        )
        run.table(
            "answer",
            shown_answer(animals),
            title="Which variant predicts held-out trials?",
            caption="Nats per trial behind the best, ± two standard errors of the paired difference over trials; BIC "
            "relative to the lowest.",
            shown=True,
        )
        notes = [slower_errors(name, animal) for name, animal in animals.items()]
        notes += [doubt for name, animal in animals.items() for doubt in doubts(name, animal)]
        simulated = ["No recording was given: the trials are simulated, with the planted parameters that the table "
                     "shows beside the estimates."] * bool(run.mark)  # fmt: skip
        run.describe(
            question="How do animals decide about moving dots: which drift–diffusion model, with which parameters?",
            answer=" ".join(f"{name.capitalize()}: {animal.answer()}" for name, animal in animals.items()),
            notes=[*simulated, *notes],
            methods=[
                "Evidence x starts at 0 (unless the start varies) and follows dx = v dt + dW, with seconds as the unit "
                "of time and the noise as that of evidence; v = k × coherence. At B the choice is correct, at −B an "
                "error; reaction time is the time of the hit and a non-decision time. Errors are as fast as correct "
                "choices in the simple model, whatever its parameters.",
                "Variants: contaminants choose at random, uniformly within 2 s or until the longest "
                "reaction time if that is later; drift N(v, sd²); uniform start; "
                "uniform non-decision time; bound B·exp(−rt). Densities: the two series of Navarro & Fuss for constant "
                "bounds; for falling ones the Fokker–Planck equation in coordinates that move with the bounds, by "
                "Galerkin's method in the eigenfunctions of constant bounds. Both are without drift, which enters as "
                "a factor exp(v·b − v²t/2).",
                f"Maximum likelihood by L-BFGS-B with exact gradients from {self.starts} starting points; intervals "
                f"from the profile likelihood. Held-out: each of {self.folds} random parts predicted by parameters "
                "fitted to the others, the same parts for every variant. A variant without contaminants calls a trial "
                "before its non-decision time impossible.",
                "Parameters: " + "; ".join(f"{n} ({p.unit}): {p.meaning}" for n, p in PARAMETERS.items()) + ".",
            ],
            references=["roitman-shadlen-2002", "ratcliff-tuerlinckx-2002", "navarro-fuss-2009"],
            meanings=self.meanings(),
        )
