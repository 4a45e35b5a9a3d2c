"""What networks that select a stimulus by context show: choices, state space by context, and lines of slow points."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...analysis import condition_averages, project, tally, targeted_axes
from ...formats import interval, listed, number, percent, significant
from ...report import Finding, Picture, Quantity, Table
from .findings import inside_findings, learning_findings
from .lines import SLOW_MS, Lines, stimuli
from .task_result import TaskResult

if TYPE_CHECKING:
    from .context_decision import ContextDecision


@dataclass(frozen=True, eq=False)
class ContextResult(TaskResult):
    """Networks that select one of two stimuli by context, and their lines of fixed and slow points.

    Attributes
    ----------
    lines : Lines
    quiet : float
        Noise of the easier version of the task with which training began, as a share.
    """

    question: ClassVar[str] = "How do recurrent networks select one of two stimuli by context?"
    quantities: ClassVar[dict[str, Quantity]] = {
        **TaskResult.quantities,
        "context.lines.n": Quantity("Number of lines of fixed and slow points, one for each network and context"),
        "context.lines.straightness.mean": Quantity("Share of the variance of the points along their line, mean"),
        "context.lines.time_constant_ms.median": Quantity("Time constant along the lines, median", "ms"),
        "context.lines.next_time_constant_ms.median": Quantity("Next largest time constant, median", "ms"),
        "context.selection.relevant.mean": Quantity(
            "Cosine between the selection vector and the push of the relevant stimulus, mean"
        ),
        "context.selection.irrelevant.mean": Quantity(
            "Cosine between the selection vector and the push of the irrelevant stimulus, mean"
        ),
    }
    references: ClassVar[tuple[str, ...]] = ("mante-2013", "sussillo-barak-2013", "neurogym-2022")

    options: "ContextDecision"
    lines: Lines
    quiet: float

    def numbers(self) -> dict[str, float | int]:
        return super().numbers() | self.lines.numbers()

    def findings(self) -> Iterator[Finding]:
        yield from self.line_findings()
        yield Picture(
            "choices",
            self.draw_choices,
            title="What the choice depends on",
            caption="Choices of every network (thin) and their mean, against the stimulus that the context names and "
            "the stimulus that it does not name. A network that ignores the latter has a flat line there.",
            alt="A steep curve for the relevant stimulus, a flat one for the irrelevant.",
        )
        if len(self.found.learned):
            yield from self.targeted_findings()
        yield from learning_findings(self.found)
        yield from inside_findings(self.found, self.inside, self.spaces, self.readout)

    def line_findings(self) -> Iterator[Finding]:
        """Show which stimulus the selection vector of each context takes up, and list the lines."""
        if not self.lines.lines:
            return
        yield Picture(
            "selection",
            partial(plots.selected_inputs, self.lines.selected),
            title="What moves the state along the line",
            caption="Cosine between the selection vector (the left eigenvector of the slowest mode, mean over the "
            "points of a line) and the direction in which each stimulus pushes the state. Each point is a network; "
            "the sign is that of relevant evidence for the first direction.",
            alt="The relevant stimulus lies along the selection vector in both contexts, the irrelevant one less.",
        )
        yield Table(
            "lines",
            self.lines.table(),
            "Lines of points while the mean stimulus of a context is held. Numbers are medians over the points of a "
            "line; a line attractor has one time constant that is far longer than the next.",
            title="Lines of fixed and slow points",
            shown=True,
        )
        yield Table("selection", self.lines.selected, "Cosines with the selection vector, by network and context.")

    def targeted_findings(self) -> Iterator[Finding]:
        """Show the best network's averages on the axes of choice and of each stimulus (Mante et al. 2013)."""
        for name, paths in self.targeted().items():
            yield Picture(
                name.replace(" ", "_"),
                partial(
                    plots.state_space, paths, choice="answer", names=dict(enumerate(self.found.task.output_names[1:]))
                ),
                title=f"State space in {name}",
                caption=f"Averages over correct trials of network {self.found.best} (the best) in {name}, until the "
                "stimulus ends, on the axes that a regression gives to the choice and to the relevant stimulus "
                "(targeted dimensionality reduction; units z-scored).",
                alt="Paths move along the axis of choice, and out and back along that of the stimulus.",
            )

    def targeted(self) -> dict[str, xr.DataArray]:
        """Return the averages on the axes of the choice and of the relevant stimulus, by context."""
        inside, task, seed = self.inside, self.found.task, self.found.best
        last = task.periods["stimulus"][1] - task.dt
        correct = inside.tested["correct"].values[seed].astype(bool)
        rates = inside.rates.isel(seed=seed).sel(time=slice(None, last))[correct]
        activity = rates.drop_vars(list(rates.coords.keys() - {"time"}))
        regressors = {
            name: np.where(rates[of] == 0, 1, -1) for name, of in (("choice", "right"), ("context", "context"))
        }
        for i in (1, 2):
            sign = np.where(rates[f"direction_{i}"] == 0, 1, -1)
            regressors[f"stimulus {i}"] = np.round(sign * rates[f"coherence_{i}"].values, 6)
        space = targeted_axes(activity, {k: regressors[k] for k in ("choice", "stimulus 1", "stimulus 2", "context")})
        panels: dict[str, xr.DataArray] = {}
        for context in (1, 2):
            mine = rates["context"].values == context - 1
            conditions = {"answer": rates["right"].values[mine], "coherence": rates["coherence"].values[mine]}
            averages = project(condition_averages(activity[mine], conditions), space)
            panels[f"context {context}"] = averages.sel(component=["choice", f"stimulus {context}"])
        return panels

    def draw_choices(self) -> Figure:
        """Draw the choices of the networks against the strength of the relevant and of the irrelevant stimulus."""
        tested = self.found.tested["trained"]
        context, chosen = tested["context"].values, tested["choice"].values
        curves = {}
        for what in ("relevant stimulus", "irrelevant stimulus"):
            counted = np.where(context == 0, *(next(i for i, n in stimuli(c).items() if n == what) for c in (1, 2)))
            first = np.where(counted == 1, tested["direction_1"], tested["direction_2"]) == 0
            strength = np.where(counted == 1, tested["coherence_1"], tested["coherence_2"]) * np.where(first, 1, -1)
            curves[what] = tally(strength, (chosen == 0).astype(float))
        return plots.psychometric_curves(
            curves, x_label="coherence, positive for the first direction (%)", y_label="share that chose the first"
        )

    def answer(self) -> str:
        return f"{self.selection_sentence()}{self.learned()} {self.success()}"

    def selection_sentence(self) -> str:
        """Say which stimulus the selection vectors take up, or why that is not known."""
        if not len(self.found.learned):
            return "It is not known how networks select, because none learned the task. "
        if not self.lines.lines:
            return "It is not known how the networks select, because no line of slow points was found in them. "
        numbers = self.lines.numbers()
        relevant, irrelevant = (numbers[f"context.selection.{which}.mean"] for which in ("relevant", "irrelevant"))
        more = self.lines.difference()
        return (
            "In each context the state moves along a line of slow points, and the selection vector of a line has a "
            f"mean cosine of {number(relevant, 2)} with the push of the relevant stimulus and of "
            f"{number(irrelevant, 2)} with that of the irrelevant one. Their sizes differ by "
            f"{interval(*more, decimals=2)}{' (the interval holds for new networks)' * bool(np.isfinite(more[1]))}. "
        )

    def task_methods(self) -> list[str]:
        given = self.options
        return [
            *super().task_methods(),
            "The published delays are exponential with a mean of 600 ms within 300–3000 ms. The two stimuli have "
            f"independent directions and coherences ({listed((significant(c) for c in given.coherences), 'or')} %), "
            f"with noise of σ = {significant(given.noise)} √ms; two cues name the stimulus that counts.",
        ]

    def network_methods(self) -> list[str]:
        return [
            *super().network_methods(),
            f"The easier version of the task has the highest coherence alone and {percent(self.quiet, 0)} of the "
            "noise; in the noise of the task itself many networks never discover the context.",
            "Lines of slow points: searches start from states of the stimulus period, with the mean stimulus of a "
            f"context held, and stop where the state would need {significant(SLOW_MS / 1000)} s to move by its norm. "
            "The points are ordered along their first principal component. The selection vector is the left "
            "eigenvector of the eigenvalue nearest zero. The push of an input is the derivative of dh/dt with respect "
            "to it, at each point.",
        ]
