"""Networks that judge noisy motion: how well, how, and beside two monkeys."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import norm
from tyro.conf import arg

from ..analysis import fit_psychometric, tally
from ..errors import require
from ..learning import behaviour
from ..recordings import read_roitman_shadlen
from ..runs import Run
from ..tasks import PerceptualDecisionMaking
from .cognitive_figures import draw_learning, draw_mechanism, draw_state_space, draw_weights
from .cognitive_mechanism import MECHANISM_METHODS, Mechanism, investigate
from .cognitive_monkeys import MONKEY_METHODS, Matched, draw_psychometric, match, mean_time, numbers
from .cognitive_networks import Cognition, CognitiveNetworks, not_shown
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

    def task(self, noise: float | None = None, coherences: tuple[float, ...] | None = None) -> PerceptualDecisionMaking:
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
            fine = behaviour(
                trained, self.task(coherences=self.fine()), key=self.key("fine"), n_trials=self.test_trials
            )
            points = tally(fine["coherence"].values, fine["correct"].values.astype(float))
            fits = fit_psychometric(points, key=self.key("bootstrap"))
        animals: dict[str, Matched] = {}
        with run.stage("monkeys"):
            for name, trials in (inputs or {}).items():
                key = self.key(f"trials beside {name}")
                animals[name] = match(trained, self.task, trials, key=key, n_trials=self.test_trials)
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"), n_trials=min(self.test_trials, 1000))
        with run.stage("figures"):
            draw_learning(run, found)
            draw_weights(run, found, inside)
            draw_psychometric(run, points, fits, self.ideal(points), animals)
            components = draw_state_space(run, found, inside)
            draw_mechanism(run, inside)
        threshold = {"psychometric.threshold.mean": float(fits["threshold"].mean())}
        run.summary(found.summary() | threshold | numbers(animals) | inside.summary() | components)
        self.report(run, found, fits, animals, inside)

    def fine(self) -> tuple[float, ...]:
        """Return coherences around the ideal observer's threshold, in percent, at most 100."""
        duration = np.ptp(self.task().periods["stimulus"])
        threshold = 100 * norm.ppf((1 + AT_THRESHOLD) / 2) * self.noise / np.sqrt(duration / 2)
        return tuple(min(100.0, float(f"{threshold * share:.3g}")) for share in OF_THRESHOLD)

    def ideal(self, points: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Return the ideal observer's psychometric curve."""
        strength = points["strength"].values
        fine = np.append(strength[:1], np.geomspace(strength[strength > 0].min(), strength.max(), 100))
        duration = np.ptp(self.task().periods["stimulus"])
        return fine, norm.cdf(fine / 100 * np.sqrt(duration / 2) / self.noise)

    def report(
        self, run: Run, found: Cognition, fits: pd.DataFrame, animals: dict[str, Matched], inside: Mechanism
    ) -> None:
        """Write the answer in words, and the methods."""
        numbers = found.summary()
        answer = (
            f"{len(found.learned)} of {self.seeds} networks reach 90 % of the ideal observer; on average they are right "
            f"in {100 * numbers['accuracy.trained.mean']:.1f} % of the trials, {100 * found.ideal:.1f} % are possible. "
            f"Their threshold is {fits['threshold'].mean():.2g} % coherence, the ideal observer's "
            f"{self.fine()[OF_THRESHOLD.index(1.0)]:.2g} %."
        )
        if len(found.learned):
            stable = inside.summary().get("fixed_points.stimulus.stable.mean", 0.0)
            answer += f" With the mean stimulus held they have {stable:.1f} stable fixed points on average."
        beside = [
            f"{name.capitalize()}: with input noise σ = {m.sigma:.2f} the networks have its threshold of "
            f"{m.fit['threshold'].iloc[0]:.1f} % without learning anew; answering when their outputs differ enough for "
            f"its accuracy, their times fall from {mean_time(m, 0):.0f} to {mean_time(m, -1):.0f} ms, its own from "
            f"{m.times['rt'].values[0]:.0f} to {m.times['rt'].values[-1]:.0f} ms ({m.constant:.0f} ms are added for what "
            "is not decision)."
            for name, m in animals.items()
        ]
        run.describe(
            question="How do recurrent networks judge noisy motion, and how like two monkeys?"
            if animals
            else "How do recurrent networks judge noisy evidence?",
            answer=answer,
            notes=[*beside, *not_shown(found)],
            methods=[
                f"PerceptualDecisionMaking: fixation 100, stimulus {self.stimulus:g}, decision 100 ms; evidence "
                "0.5 ± coherence/200 in two channels with noise of standard deviation σ/√dt per step, "
                f"σ = {self.noise:g} √ms; coherences {', '.join(f'{c:g}' for c in self.coherences)} %. The ideal observer "
                "adds up the difference of the channels: Φ(c·√(T/2)/σ).",
                *self.learning_methods(found.task),
                "Psychometric curves: Weibull functions with lapses, maximum likelihood, tested at coherences around the "
                "ideal observer's threshold, where accuracy is 0.816.",
                *MECHANISM_METHODS,
                *(MONKEY_METHODS if animals else []),
            ],
            references=["britten-1992", "mante-2013", "sussillo-barak-2013", "neurogym-2022"]
            + ["roitman-shadlen-2002"] * bool(animals),
            meanings=self.meanings(),
        )
