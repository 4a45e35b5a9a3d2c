"""What networks that judge noisy motion show: psychometric curves, reaction times and choice probabilities."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from scipy.stats import norm

from ... import plots
from ...analysis import choice_probability, chronometric, d_prime, fit_psychometric, tally
from ...formats import counted, listed, number, percent, significant
from ...report import Finding, Picture, Quantity, Table
from ...shapes import PRNGKey
from ..shared.ready import when_ready
from .findings import inside_findings, learning_findings
from .monkeys import OF_ITS_OWN, QUANTITIES
from .task_result import TaskResult

if TYPE_CHECKING:
    from .perceptual_decision import PerceptualDecision

AT_THRESHOLD = 1 - 1 / np.e
"""F at the threshold of a psychometric curve; the share of correct answers is then 0.816."""
FEWEST = 10
"""Trials of each choice at coherence 0 that a choice probability needs."""


@dataclass(frozen=True, eq=False)
class PerceptualResult(TaskResult):
    """Networks that judge noisy motion, tested at coherences around the ideal observer's threshold as well.

    Attributes
    ----------
    done : dict of str to Dataset
        What the trained and the untrained networks did at these coherences.
    bootstrap : key
        Draws the samples of the goodness of fit.
    """

    question: ClassVar[str] = "How well do recurrent networks judge noisy motion, and by which mechanism?"
    quantities: ClassVar[dict[str, Quantity]] = {
        **TaskResult.quantities,
        "psychometric.threshold.mean": Quantity("Threshold of the networks' psychometric curves, mean", "%"),
        "psychometric.threshold.n": Quantity("Number of networks whose curve has a threshold"),
        **QUANTITIES,
    }
    references: ClassVar[tuple[str, ...]] = ("britten-1992", "mante-2013", "sussillo-barak-2013", "neurogym-2022")

    animals_in_words: ClassVar[str] = ""
    """What the caption of the psychometric curves says of animals."""

    options: "PerceptualDecision"
    done: dict[str, xr.Dataset]
    bootstrap: PRNGKey

    @cached_property
    def points(self) -> dict[str, xr.Dataset]:
        """Share of correct trials by coherence, of the trained and the untrained networks."""
        return {
            f"{name} networks": tally(each["coherence"].values, each["correct"].values * 1.0)
            for name, each in self.done.items()
        }

    @cached_property
    def fits(self) -> pd.DataFrame:
        """The psychometric curves of the trained networks."""
        return fit_psychometric(self.points["trained networks"], key=self.bootstrap)

    @cached_property
    def ready(self) -> np.ndarray:
        """When each network that learned is ready to answer, in ms, shape (seed, trial)."""
        done = self.done["trained"].isel(seed=self.found.learned)
        accuracy = OF_ITS_OWN * done["correct"].mean("trial").values
        return when_ready(done, self.options.fine(), accuracy)[0]

    @cached_property
    def choices(self) -> pd.DataFrame | None:
        """Choice probability at coherence 0 and d′ of every unit; None where no network chose both sides often."""
        tested, rows = self.inside.tested, []
        stimulus = np.add(self.found.task.periods["stimulus"], (0, -self.found.task.dt))
        during = self.inside.rates.sel(time=slice(*stimulus)).mean("time")
        for seed in map(int, self.found.learned):
            values, choice = during.values[seed].astype(float), tested["choice"].values[seed]
            blind = (tested["coherence"].values == 0) & (choice >= 0)
            if min((choice[blind] == 0).sum(), (choice[blind] == 1).sum()) < FEWEST:
                continue
            row = choice_probability(values[blind], choice[blind] == 0, np.zeros(blind.sum())).reset_index()
            row.insert(0, "seed", seed)
            rows.append(row.assign(d_prime=d_prime(values, tested["right"].values == 0)))
        return pd.concat(rows, ignore_index=True) if rows else None

    def numbers(self) -> dict[str, float | int]:
        return super().numbers() | thresholds(self.fits)

    def findings(self) -> Iterator[Finding]:
        yield from self.behaviour_findings()
        yield from learning_findings(self.found)
        yield from self.choice_findings()
        yield from inside_findings(self.found, self.inside, self.spaces, self.readout)
        table = self.fits.rename_axis("seed").reset_index()
        yield Table("psychometric", table, "Fitted psychometric curves of the networks, 95 % intervals.")

    def behaviour_findings(self) -> Iterator[Finding]:
        """Show accuracy and reaction times against coherence."""
        learned_at = listed(significant(c) for c in self.options.coherences)
        yield Picture(
            "psychometric",
            self.draw_curves,
            title="Psychometric curve",
            caption="Accuracy against coherence: the mean of the networks (thick), the curve fitted to each (thin) and "
            f"the ideal observer (dashed). The networks learned with other coherences, {learned_at} %. Untrained "
            f"networks also fixate at the end of a trial, which counts as an error.{self.animals_in_words}",
            alt="Share correct rises from one half to one with coherence; untrained networks stay low.",
        )
        if len(self.found.learned):
            yield Picture(
                "chronometric",
                self.draw_times,
                title="Reaction times",
                caption="Time from the onset of the stimulus until the outputs differ by a bound, at which each "
                f"network (thin) has {percent(OF_ITS_OWN, 0)} of the success that it has in the end. In "
                f"{percent(np.isnan(self.ready).mean(), 0)} of the trials the outputs never differ by that much; these "
                "trials are left out.",
                alt="Mean reaction time falls with coherence.",
            )

    def choice_findings(self) -> Iterator[Finding]:
        """Show how well single units predict the choice."""
        if self.choices is None:
            return
        first, second = self.found.task.output_names[1:3]
        yield Picture(
            "choice_probability",
            self.draw_choices,
            title="Units predict the choice",
            caption="Every unit of the networks that learned, by its mean activity during the stimulus. The choice "
            f"probability is how often a unit is more active in a trial with the choice {first} than in one with "
            f"{second}, though the stimulus is only noise.",
            alt="Choice probability of units rises with their d′ from near 0 to near 1.",
        )
        yield Table("choice_probability", self.choices, "Choice probability at coherence 0 and d′ of every unit.")

    def draw_curves(self, **animals: Any) -> Figure:
        """Draw the psychometric curves of the networks, trained and not, of the ideal observer, and of animals."""
        strength = self.points["trained networks"]["strength"].values
        shown = np.append(strength[:1], np.geomspace(strength[strength > 0].min(), strength.max(), 100))
        duration = np.ptp(self.found.task.periods["stimulus"])
        return plots.psychometric_curves(
            self.points,
            fits={"trained networks": self.fits},
            ideal=(shown, norm.cdf(shown / 100 * np.sqrt(duration / 2) / self.options.noise)),
            **animals,
        )

    def draw_times(self) -> Figure:
        """Draw the reaction times of the networks that learned, at the noise that they learned with."""
        coherence = self.done["trained"]["coherence"].values
        return plots.chronometric_curves({"trained networks": chronometric(coherence, self.ready)})

    def draw_choices(self) -> Figure:
        """Draw choice probabilities against the d′ of the directions."""
        assert self.choices is not None
        return plots.choice_probabilities(
            self.choices["d_prime"],
            self.choices["choice_probability"],
            x_label="d′ of the directions, all trials",
            y_label="choice probability at coherence 0",
        )

    def answer(self) -> str:
        return f"{self.success()}{self.threshold_sentence()} {self.learned()}{self.inside.sentence()}"

    def threshold_sentence(self) -> str:
        """Say which threshold the networks have beside the ideal observer; nothing where no curve has one."""
        bounded = thresholds(self.fits)
        if "psychometric.threshold.mean" not in bounded:
            return ""
        return (
            f" The networks need a coherence of {significant(bounded['psychometric.threshold.mean'], 2)} % to answer "
            f"{percent((1 + AT_THRESHOLD) / 2)} of the trials correctly (mean of "
            f"{counted(int(bounded['psychometric.threshold.n']), 'network')}), the ideal observer "
            f"{significant(self.options.ideal_threshold, 2)} %."
        )

    def task_methods(self) -> list[str]:
        given = self.options
        return [
            *super().task_methods(),
            r"The evidence in two channels is $0.5 \pm c / 2$ with a coherence c of "
            f"{listed((significant(c) for c in given.coherences), 'or')} %, and noise of standard deviation σ/√dt in "
            f"each step, σ = {significant(given.noise)} √ms. The ideal observer adds up the difference of the channels "
            r"over the duration T of the stimulus, and its probability of success is $\Phi(c \sqrt{T / 2} / \sigma)$.",
        ]

    def network_methods(self) -> list[str]:
        given = self.options
        published = (
            "The published networks have relu units (--activation relu). Their states may grow for as long as the "
            "stimulus lasts, so that no fixed point need exist while its mean is held. With bounded units fixed points "
            "exist, and the networks learn the task as well."
        )
        fits = self.fits.iloc[0]
        return [
            *super().network_methods(),
            *[published] * (given.architecture == "CTRNN" and given.activation != "relu"),
            f"Psychometric curves are {str(fits['curve']).capitalize()} functions with lapses, fitted by maximum "
            f"likelihood to {given.test_trials} further trials at coherences around the ideal observer's threshold, "
            f"where its accuracy is {number((1 + AT_THRESHOLD) / 2)}; 95 % intervals come from the profile likelihood.",
            "The reaction time is when the difference of the outputs for the two choices, less its mean over trials, "
            "first reaches a bound during the stimulus. Each network has the bound at which its success is "
            f"{percent(OF_ITS_OWN, 0)} of that at the end of the trial.",
        ]


def thresholds(fits: pd.DataFrame) -> dict[str, float | int]:
    """Return the mean threshold of the curves that have one, and how many do; a flat curve's is infinite."""
    found = fits["threshold"].to_numpy(float)
    bounded = found[np.isfinite(found) & (found > 0)]
    mean = {"psychometric.threshold.mean": float(bounded.mean())} if len(bounded) else {}
    return mean | {"psychometric.threshold.n": len(bounded)}
