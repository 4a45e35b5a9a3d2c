"""Networks that heed one of two stimuli, as the context says: line attractors and what moves the state along them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from tyro.conf import arg

from ... import plots
from ...analysis import condition_averages, project, tally, targeted_axes
from ...errors import require
from ...runs import Run
from ...tasks import ContextDecisionMaking
from .figures import draw_inside, draw_learning
from .lines import Lines, find_lines, stimuli
from .mechanism import MECHANISM_METHODS, Mechanism, investigate
from .networks import Cognition, CognitiveNetworks, kind_of, lengths

QUIET, MASTERED = 0.2, 0.9
"""Noise of the easy version of the task with which training begins, as a share; success there after which it ends."""


@dataclass(frozen=True, kw_only=True)
class ContextDecision(CognitiveNetworks):
    """Train recurrent networks to judge one of two stimuli, which a context names, and see how they ignore the other.

    After Mante, Sussillo, Shenoy & Newsome (2013).
    """

    name: ClassVar[str] = "context-decision"

    task: Annotated[
        str, arg(help="ContextDecisionMaking, or a class made from it, my_module:MyTask from the current folder.")
    ] = ContextDecisionMaking.__name__
    dt: Annotated[float, arg(help="Step of trial and network in ms.")] = 50.0
    noise: Annotated[float, arg(help="σ of the evidence, per √ms.")] = 1.0
    coherences: Annotated[tuple[float, ...], arg(help="Of both stimuli, in percent.")] = (5.0, 15.0, 50.0)
    updates: Annotated[int, arg(help="Updates, each on a batch of fresh trials.")] = 4000
    learning_rate: Annotated[float, arg(help="Of the optimiser.")] = 0.003

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.noise > 0, f"--noise must be above 0; got {self.noise}.")

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

    def walk(self, run: Run, inputs: None) -> None:
        """Train → test → mechanism → lines → figures."""
        found = self.learn(run, self.build())
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"))
            lines = find_lines(found, inside, key=self.key("lines"))
        with run.stage("figures"):
            draw_learning(run, found)
            self.draw_choices(run, found)
            inner = draw_inside(run, found, inside)
            if len(found.learned):
                self.draw_targeted(run, found, inside)
            self.draw_lines(run, lines)
        run.summary(found.summary() | inner | lines.summary())
        self.report(run, found, lines)

    def draw_choices(self, run: Run, found: Cognition) -> None:
        """Draw the choices of the networks against the strength of the relevant and of the irrelevant stimulus."""
        tested = found.tested["trained"]
        context, chosen = tested["context"].values, tested["choice"].values
        curves = {}
        for what in ("relevant stimulus", "irrelevant stimulus"):
            counted = np.where(context == 0, *(next(i for i, n in stimuli(c).items() if n == what) for c in (1, 2)))
            first = np.where(counted == 1, tested["direction_1"], tested["direction_2"]) == 0
            strength = np.where(counted == 1, tested["coherence_1"], tested["coherence_2"]) * np.where(first, 1, -1)
            curves[what] = tally(strength, (chosen == 0).astype(float))
        run.figure(
            "choices",
            plots.psychometric_curves(
                curves, x_label="coherence, positive for the first direction (%)", y_label="share that chose the first"
            ),
            title="What the choice depends on",
            caption="Choices of every network (thin) and their mean, against the stimulus that the context names and "
            "the one that it does not. A network that ignores the latter has a flat line there.",
            alt="A steep curve for the relevant stimulus, a flat one for the irrelevant.",
        )

    def draw_targeted(self, run: Run, found: Cognition, inside: Mechanism) -> None:
        """Draw the best network's averages in the axes of choice and of each stimulus (Mante et al. 2013)."""
        seed, last = found.best, found.task.periods["stimulus"][1] - found.task.dt
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
        names = dict(enumerate(found.task.output_names[1:]))
        for name, paths in panels.items():
            run.figure(
                name.replace(" ", "_"),
                plots.state_space(paths, choice="answer", names=names),
                title=f"State space in {name}",
                caption=f"Averages over correct trials of network {seed} (the best) in {name}, until the stimulus "
                "ends, on the axes that a regression gives to the choice and to the stimulus that counts (targeted "
                "dimensionality reduction; units z-scored).",
                alt="Paths move along the axis of choice, and out and back along that of the stimulus.",
            )

    def draw_lines(self, run: Run, lines: Lines) -> None:
        """Draw which stimulus each context's selection vector takes up, and list the lines."""
        if not lines.lines:
            return
        run.figure(
            "selection",
            plots.selected_inputs(lines.selected),
            title="What moves the state along the line",
            caption="Cosine between the selection vector (the left eigenvector of the slowest mode, mean over the "
            "points of a line) and the direction in which each stimulus pushes the state. A point for each network; "
            "the sign is that of relevant evidence for the first direction.",
            alt="The relevant stimulus lies along the selection vector in both contexts, the irrelevant one less.",
        )
        run.table("lines", lines.table(), title="Lines of fixed and slow points", shown=True,
                  caption="With the mean stimulus of a context held. Medians over the points of a line; a line "
                  "attractor has one time constant far longer than the next.")  # fmt: skip
        run.table("selection", lines.selected)

    def report(self, run: Run, found: Cognition, lines: Lines) -> None:
        """Write the answer in words, and the methods."""
        numbers = lines.summary()
        selected = ""
        if lines.lines:
            relevant, irrelevant = (numbers[f"context.selection.{which}.mean"] for which in ("relevant", "irrelevant"))
            selected = (
                f" The selection vectors of their lines of slow points have a cosine of {relevant:.2f} with the "
                "relevant "
                f"and of {irrelevant:.2f} with the irrelevant stimulus.".replace("-", "−")
            )
        run.describe(
            question="How do recurrent networks heed one of two stimuli, as the context says?",
            answer=found.verdict() + selected,
            notes=found.notes(),
            methods=[
                f"{self.kind.__name__}: {lengths(found.task)} in steps of {self.dt:g} ms (the published delays are "
                "exponential with mean 600 ms within 300–3000); two stimuli of independent direction and "
                f"coherence ({', '.join(f'{c:g}' for c in self.coherences)} %), σ = {self.noise:g} √ms; two cues name "
                "the one that counts.",
                *self.learning_methods(found.task),
                f"Training begins with the highest coherence alone and {QUIET:.0%} of the noise, until "
                f"{MASTERED:.0%} of the ideal observer's success there: in the noise of the task many networks stay "
                "blind to the context.",
                *MECHANISM_METHODS,
                "Line attractors: searches from states of the stimulus period, with the mean stimulus of a context "
                "held, that stop where the state would need 3 s to move by its norm; the points are ordered along "
                "their first principal component; selection vector: the left eigenvector of the eigenvalue nearest "
                "zero. The effect of an input: ∂(dh/dt)/∂x at each point.",
            ],
            references=["mante-2013", "sussillo-barak-2013", "neurogym-2022"],
            meanings=self.meanings(),
        )
