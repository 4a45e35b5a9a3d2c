"""Networks that heed one of two stimuli, as the context says: line attractors and what moves the state along them."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from tyro.conf import arg

from .. import plots
from ..analysis import condition_averages, project, tally, targeted_axes
from ..errors import require
from ..runs import Run
from ..tasks import ContextDecisionMaking
from .cognitive_figures import draw_learning, draw_mechanism, draw_state_space, draw_weights
from .cognitive_mechanism import MECHANISM_METHODS, Mechanism, investigate
from .cognitive_networks import Cognition, CognitiveNetworks, not_shown
from .context_lines import Lines, find_lines, stimuli
from .protocol import Progress


@dataclass(frozen=True, kw_only=True)
class ContextDecision(CognitiveNetworks):
    """Train recurrent networks to judge one of two stimuli, which a context names, and see how they ignore the other.

    After Mante, Sussillo, Shenoy & Newsome (2013).
    """

    name: ClassVar[str] = "context-decision"

    dt: Annotated[float, arg(help="Step of trial and network in ms.")] = 50.0
    noise: Annotated[float, arg(help="σ of the evidence, per √ms.")] = 1.0
    coherences: Annotated[tuple[float, ...], arg(help="Of both stimuli, in percent.")] = (5.0, 15.0, 50.0)
    updates: Annotated[int, arg(help="Updates, each on a batch of fresh trials.")] = 6000
    learning_rate: Annotated[float, arg(help="Of the optimiser.")] = 0.003

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.noise > 0, f"--noise must be above 0; got {self.noise}.")
        self.task()

    def task(self) -> ContextDecisionMaking:
        """Return the task of the options."""
        return ContextDecisionMaking(dt=self.dt, noise=self.noise, coherences=self.coherences)

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: the task draws its own trials."""

    def walk(self, run: Run, inputs: None) -> None:
        """Train → test → mechanism → lines → figures."""
        found = self.learn(run, self.task())
        with run.stage("mechanism"):
            inside = investigate(found, key=self.key("mechanism"), n_trials=min(self.test_trials, 1000))
            lines = find_lines(found, inside, key=self.key("lines"))
        with run.stage("figures"):
            draw_learning(run, found)
            self.draw_choices(run, found)
            draw_weights(run, found, inside)
            components = draw_state_space(run, found, inside)
            self.draw_targeted(run, found, inside)
            self.draw_lines(run, lines)
            draw_mechanism(run, inside)
        run.summary(found.summary() | inside.summary() | lines.summary() | components)
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
        if not len(found.learned):
            return
        seed = int(max(found.learned, key=lambda s: found.accuracy["trained"][s]))
        rates = inside.rates.isel(seed=seed).sel(time=slice(None, found.task.periods["stimulus"][1] - found.task.dt))
        correct = found.tested["trained"]["correct"].values[seed][: rates.sizes["trial"]].astype(bool)
        rates = rates[correct]
        signs = [np.where(rates[f"direction_{i}"] == 0, 1, -1) for i in (1, 2)]
        shown = [np.round(sign * rates[f"coherence_{i}"].values, 6) for i, sign in enumerate(signs, 1)]
        regressors = {
            "choice": np.where(rates["right"] == 0, 1, -1),
            "stimulus 1": shown[0],
            "stimulus 2": shown[1],
            "context": np.where(rates["context"] == 0, 1, -1),
        }
        space = targeted_axes(rates.drop_vars(list(rates.coords.keys() - {"time"})), regressors)
        panels: dict[str, xr.DataArray] = {}
        for context in (1, 2):
            mine = rates["context"].values == context - 1
            conditions = {"answer": rates["right"].values[mine], "coherence": rates["coherence"].values[mine]}
            averages = condition_averages(rates[mine].drop_vars(list(rates.coords.keys() - {"time"})), conditions)
            panels[f"context {context}"] = project(averages, space).sel(component=["choice", f"stimulus {context}"])
        names = dict(enumerate(found.task.output_names[1:]))
        for name, paths in panels.items():
            run.figure(
                name.replace(" ", "_"),
                plots.state_space(paths, choice="answer", names=names),
                title=f"State space in {name}",
                caption=f"Averages over correct trials of network {seed} (the best) in {name}, until the stimulus ends, on "
                "the axes that a regression gives to the choice and to the stimulus that counts (targeted "
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
            caption="Cosine between the selection vector (the left eigenvector of the slowest mode, mean over the points "
            "of a line) and the direction in which each stimulus pushes the state. A point for each network; the sign is "
            "that of relevant evidence for the first direction.",
            alt="The relevant stimulus lies along the selection vector in both contexts, the irrelevant one less.",
        )
        run.table("lines", lines.table(), title="Lines of fixed and slow points", shown=True,
                  caption="With the mean stimulus of a context held. Medians over the points of a line; a line attractor "
                  "has one time constant far longer than the next.")  # fmt: skip
        run.table("selection", lines.selected)

    def report(self, run: Run, found: Cognition, lines: Lines) -> None:
        """Write the answer in words, and the methods."""
        numbers = found.summary() | lines.summary()
        selected = (
            f" Along the selection vectors of their lines of slow points lies {numbers['context.selection.relevant.mean']:.2f} "
            f"of the relevant and {numbers['context.selection.irrelevant.mean']:.2f} of the irrelevant stimulus (cosines)."
            if lines.lines
            else ""
        )
        run.describe(
            question="How do recurrent networks heed one of two stimuli, as the context says?",
            answer=f"{len(found.learned)} of {self.seeds} networks reach 90 % of the ideal observer; on average they are "
            f"right in {100 * numbers['accuracy.trained.mean']:.1f} % of the trials, {100 * found.ideal:.1f} % are "
            f"possible.{selected}",
            notes=not_shown(found),
            methods=[
                "ContextDecisionMaking: fixation 300, stimulus 750, delay exponential with mean 600 within 300–3000, "
                f"decision 100 ms, floored to steps of {self.dt:g} ms; two stimuli of independent direction and coherence "
                f"({', '.join(f'{c:g}' for c in self.coherences)} %), σ = {self.noise:g} √ms; two cues name the one that "
                "counts.",
                *self.learning_methods(found.task),
                *MECHANISM_METHODS,
                "Line attractors: searches from states of the stimulus period, with the mean stimulus of a context held, "
                "that stop where the state would need 3 s to move by its norm; the points are ordered along their first "
                "principal component; selection vector: the left eigenvector of the eigenvalue nearest zero. The "
                "effect of an input: ∂(dh/dt)/∂x at each point.",
            ],
            references=["mante-2013", "sussillo-barak-2013", "neurogym-2022"],
            meanings=self.meanings(),
        )
