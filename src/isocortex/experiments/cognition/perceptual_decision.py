"""Networks that judge noisy motion: how well, how, and beside two monkeys."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import norm
from tyro.conf import arg

from ... import plots
from ...analysis import choice_probability, chronometric, d_prime, fit_psychometric, tally
from ...errors import require
from ...learning import behaviour
from ...recordings import read_roitman_shadlen
from ...runs import Run
from ...tasks import PerceptualDecisionMaking
from ..shared.protocol import Progress
from .figures import draw_inside, draw_learning
from .mechanism import MECHANISM_METHODS, Mechanism, investigate
from .monkeys import (
    BESIDE_METHODS,
    OF_ITS_OWN,
    TIMES_METHODS,
    Animal,
    Matched,
    beside,
    draw_matched,
    match,
    numbers,
    watch,
    when_ready,
)
from .networks import Cognition, CognitiveNetworks, kind_of, lengths

OF_THRESHOLD = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Coherences of the psychometric curve, relative to the ideal observer's threshold."""
AT_THRESHOLD = 1 - 1 / np.e
"""F at the threshold of a psychometric curve; the share of correct answers is then 0.816."""
PUBLISHED_METHODS = (
    "The published networks have relu units (--activation relu). Their states may grow for as long as the stimulus "
    "lasts, so that no fixed point need exist while its mean is held. With bounded units one does, and they learn the "
    "task as well."
)
FEWEST = 10
"""Trials of each choice at coherence 0 that a choice probability needs."""


@dataclass(frozen=True, kw_only=True)
class PerceptualDecision(CognitiveNetworks):
    """Train recurrent networks to judge the direction of noisy evidence, and look inside them.

    With --monkeys, the animals of Roitman & Shadlen (2002) stand beside them.
    """

    name: ClassVar[str] = "perceptual-decision"

    task: Annotated[
        str, arg(help="PerceptualDecisionMaking, or a class made from it, my_module:MyTask from the current folder.")
    ] = PerceptualDecisionMaking.__name__
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
    activation: Annotated[
        str,
        arg(
            help="Of a CTRNN: tanh, relu, softplus, sigmoid or identity. The published networks are relu; tanh keeps "
            "states bounded, so that fixed points exist while an input is held."
        ),
    ] = "tanh"
    monkeys: Annotated[
        Path | None, arg(help="CSV file of the monkeys' trials (monkey, rt in s, coh, correct, trgchoice).")
    ] = None

    def __post_init__(self) -> None:
        require(self.noise > 0, f"--noise must be above 0; got {self.noise}.")
        require(self.stimulus > 0, f"--stimulus must be above 0 ms; got {self.stimulus}.")
        super().__post_init__()

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

    def read(self, progress: Progress | None = None) -> dict[str, Animal]:
        """Read the monkeys' trials, if a file is named."""
        trials = {} if self.monkeys is None else read_roitman_shadlen(self.monkeys)
        return {name: watch(name, each) for name, each in trials.items()}

    def files(self) -> list[Path]:
        """Return the file of trials."""
        return [] if self.monkeys is None else [self.monkeys]

    def walk(self, run: Run, inputs: dict[str, Animal]) -> None:
        """Train → test → psychometric curve → monkeys → mechanism → figures."""
        found, n_trials = self.learn(run, self.build()), self.test_trials
        with run.stage("psychometric curve"):
            done = {
                f"{name} networks": behaviour(models, self.fine(), key=self.key("fine"), n_trials=n_trials)
                for name, models in found.networks.items()
            }
            points = {n: tally(each["coherence"].values, each["correct"].values * 1.0) for n, each in done.items()}
            fits = fit_psychometric(points["trained networks"], key=self.key("bootstrap"))
        matched: dict[str, Matched] = {}
        with run.stage("monkeys"):
            for name, animal in inputs.items() if len(found.learned) else ():
                key = self.key(f"trials beside {name}")
                matched[name] = match(
                    found.networks["trained"], self.build, animal, key=key, n_trials=n_trials, seeds=found.learned
                )
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"))
        with run.stage("figures"):
            draw_learning(run, found)
            self.draw_curves(run, points, fits, inputs)
            if len(found.learned):
                self.draw_times(run, done["trained networks"].isel(seed=found.learned))
            draw_matched(run, inputs, matched)
            self.draw_choice_probability(run, found, inside)
            inner = draw_inside(run, found, inside)
        run.summary(found.summary() | thresholds(fits) | numbers(inputs, matched) | inner)
        self.report(run, found, fits, inside, [beside(name, inputs[name], m) for name, m in matched.items()])

    def fine(self) -> PerceptualDecisionMaking:
        """Return the task with coherences around the ideal observer's threshold, at most 100 %."""
        threshold = self.ideal_threshold
        return self.build(coherences=tuple(min(100.0, float(f"{threshold * share:.3g}")) for share in OF_THRESHOLD))

    @property
    def ideal_threshold(self) -> float:
        """The ideal observer's threshold, coherence in percent."""
        duration = np.ptp(self.build().periods["stimulus"])
        return float(100 * norm.ppf((1 + AT_THRESHOLD) / 2) * self.noise / np.sqrt(duration / 2))

    def draw_curves(
        self, run: Run, points: dict[str, xr.Dataset], fits: pd.DataFrame, animals: dict[str, Animal]
    ) -> None:
        """Draw the psychometric curves of the networks, trained and not, of the ideal observer and of the animals."""
        strength = points["trained networks"]["strength"].values
        shown = np.append(strength[:1], np.geomspace(strength[strength > 0].min(), strength.max(), 100))
        duration = np.ptp(self.build().periods["stimulus"])
        run.figure(
            "psychometric",
            plots.psychometric_curves(
                points,
                fits={"trained networks": fits},
                ideal=(shown, norm.cdf(shown / 100 * np.sqrt(duration / 2) / self.noise)),
                animals={name: animal.points for name, animal in animals.items()},
                animal_fits={name: animal.fit for name, animal in animals.items()},
            ),
            title="Psychometric curve",
            caption="Accuracy against coherence: mean of the networks (thick), the curve fitted to each (thin), the "
            "ideal observer (dashed). They learned with other coherences, "
            + f"{', '.join(f'{c:g}' for c in self.coherences)} %. Untrained networks also fixate, which is no success."
            + (" Monkeys with 95 % intervals; the motion that they saw had noise of its own." if animals else ""),
            alt="Share correct rises from one half to one with coherence; untrained networks stay low.",
        )
        table = fits.rename_axis("seed").reset_index()
        run.table("psychometric", table, caption="Fitted psychometric curves of the networks, 95 % intervals.")

    def draw_times(self, run: Run, done: xr.Dataset) -> None:
        """Draw the reaction times of the networks that learned, at the noise that they learned with."""
        accuracy = OF_ITS_OWN * done["correct"].mean("trial").values
        times, _ = when_ready(done, self.fine(), accuracy)
        run.figure(
            "chronometric",
            plots.chronometric_curves({"trained networks": chronometric(done["coherence"].values, times)}),
            title="Reaction times",
            caption="From the onset of the stimulus until the outputs differ by a bound, at which each network (thin) "
            f"is right {OF_ITS_OWN:.0%} as often as in the end. In {100 * np.isnan(times).mean():.0f} % of the trials "
            "they never do; these are left out.",
            alt="Mean reaction time falls with coherence.",
        )

    def draw_choice_probability(self, run: Run, found: Cognition, inside: Mechanism) -> None:
        """Draw how well single units foretell the choice at coherence 0, against how well they tell the directions."""
        tested, rows = inside.tested, []
        during = inside.rates.sel(time=slice(*np.add(self.build().periods["stimulus"], (0, -self.dt)))).mean("time")
        for seed in map(int, found.learned):
            values, choice = during.values[seed].astype(float), tested["choice"].values[seed]
            blind = (tested["coherence"].values == 0) & (choice >= 0)
            if min((choice[blind] == 0).sum(), (choice[blind] == 1).sum()) < FEWEST:
                continue
            row = choice_probability(values[blind], choice[blind] == 0, np.zeros(blind.sum())).reset_index()
            row.insert(0, "seed", seed)
            rows.append(row.assign(d_prime=d_prime(values, tested["right"].values == 0)))
        if not rows:
            return
        table = pd.concat(rows, ignore_index=True)
        run.figure(
            "choice_probability",
            plots.choice_probabilities(
                table["d_prime"],
                table["choice_probability"],
                x_label="d′ of the directions, all trials",
                y_label="choice probability at coherence 0",
            ),
            title="Units foretell the choice",
            caption="Every unit of the networks that learned, by its mean activity during the stimulus. Choice "
            "probability: how often it is more active in a trial with the choice 0° than in one with 180°, though "
            "nothing is shown but noise.",
            alt="Choice probability of units rises with their d′ from near 0 to near 1.",
        )
        run.table("choice_probability", table, caption="Choice probability at coherence 0 and d′ of every unit.")

    def report(self, run: Run, found: Cognition, fits: pd.DataFrame, inside: Mechanism, sentences: list[str]) -> None:
        """Write the answer in words, and the methods."""
        bounded = thresholds(fits)
        answer = found.verdict()
        if "psychometric.threshold.mean" in bounded:
            answer += (
                f" Their threshold is {bounded['psychometric.threshold.mean']:.2g} % coherence (mean of "
                f"{bounded['psychometric.threshold.n']}), the ideal observer's {self.ideal_threshold:.2g} %."
            )
        animals = self.monkeys is not None
        run.describe(
            question="How do recurrent networks judge noisy motion, and how like two monkeys?"
            if animals
            else "How do recurrent networks judge noisy evidence?",
            answer=answer + inside.sentence(),
            notes=[*sentences, *found.notes()],
            methods=[
                f"{self.kind.__name__}: {lengths(found.task)}; evidence "
                "0.5 ± coherence/200 in two channels with noise of standard deviation σ/√dt per step, "
                f"σ = {self.noise:g} √ms; coherences {', '.join(f'{c:g}' for c in self.coherences)} %. The ideal "
                "observer adds up the difference of the channels: Φ(c·√(T/2)/σ).",
                *self.learning_methods(found.task),
                *([PUBLISHED_METHODS] if self.architecture == "CTRNN" and self.activation != "relu" else []),
                "Psychometric curves: Weibull functions with lapses, maximum likelihood, 95 % intervals from the "
                "profile likelihood, tested at coherences around the ideal observer's threshold, where accuracy is "
                "0.816.",
                TIMES_METHODS,
                *([BESIDE_METHODS] if animals else []),
                *MECHANISM_METHODS,
            ],
            references=["britten-1992", "mante-2013", "sussillo-barak-2013", "neurogym-2022"]
            + ["roitman-shadlen-2002"] * animals,
            meanings=self.meanings(),
        )


def thresholds(fits: pd.DataFrame) -> dict[str, float | int]:
    """Return the mean threshold of the curves that have one, and how many do; a flat curve's is infinite."""
    found = fits["threshold"].to_numpy(float)
    bounded = found[np.isfinite(found) & (found > 0)]
    mean = {"psychometric.threshold.mean": float(bounded.mean())} if len(bounded) else {}
    return mean | {"psychometric.threshold.n": len(bounded)}
