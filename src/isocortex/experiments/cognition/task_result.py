"""What networks on a task in time show: learning beside the ideal observer, and what is inside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import xarray as xr

from ...formats import counted, interval, number, percent, significant
from ...learning import fraction_of_ideal
from ...report import Finding, Quantity, Result
from ...tasks import TimedTask
from ..shared.intervals import BLOCKS
from .findings import inside_findings, learning_findings
from .mechanism import Mechanism
from .readout import Readout
from .recorded import kept_responses
from .space import StateSpaces
from .trained import CRITERION, LAST, TRAINED, Cognition

if TYPE_CHECKING:
    from .networks import CognitiveNetworks


@dataclass(frozen=True, eq=False)
class TaskResult(Result):
    """A trained population beside its control and the ideal observer, and what was found inside it.

    Attributes
    ----------
    options : CognitiveNetworks
    found : Cognition
    inside : Mechanism
    """

    question: ClassVar[str] = "Do recurrent networks learn a task in time, and by which mechanism?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "accuracy.trained.mean": Quantity("Share of the test trials that trained networks answer correctly, mean"),
        "accuracy.trained.sd": Quantity("Standard deviation of that share over networks"),
        "accuracy.untrained.mean": Quantity("Share of the same trials that untrained networks answer correctly, mean"),
        "accuracy.ideal": Quantity("Probability that the ideal observer answers these trials correctly, mean"),
        "accuracy.fraction_of_ideal.mean": Quantity("Success of the trained networks over the ideal observer's, mean"),
        "accuracy.fraction_of_ideal.sampling_error": Quantity(
            "Standard error of that fraction for an ideal observer in as many trials"
        ),
        "accuracy.last_100.mean": Quantity(f"Share of correct training trials in the last {LAST} updates, mean"),
        "loss.last_100.mean": Quantity(f"Training loss in the last {LAST} updates, mean"),
        "learning.updates_to_criterion.median": Quantity(
            f"Updates to {percent(CRITERION, 0)} of the ideal observer's success, median", "updates"
        ),
        "learning.seeds_above_90_percent": Quantity(
            f"Number of networks that reach {percent(TRAINED, 0)} of the ideal observer's success"
        ),
        "pca.variance_3": Quantity("Share of the variance of the condition averages in three components, mean"),
        "decoding.<condition>.<networks>.peak": Quantity(
            "Highest accuracy over time with which a condition of the trials, or the choice, is decoded from the "
            "units, mean over trained or untrained networks",
            "share of trials",
        ),
        "decoding.<condition>.<networks>.peak_ms": Quantity("When that accuracy is reached", "ms"),
        "fixed_points.n.mean": Quantity("Number of fixed points in a period, mean over networks and periods"),
        "fixed_points.stable.mean": Quantity("Number of stable ones among them, mean"),
        "fixed_points.<period>.n.mean": Quantity("Number of fixed points while the mean input of a period is held"),
        "fixed_points.<period>.stable.mean": Quantity("Number of stable ones among them, mean"),
        "fixed_points.<period>.time_constant_ms.median": Quantity(
            "Time constant of the slowest mode at stable points in this period, median over networks", "ms"
        ),
    }
    references: ClassVar[tuple[str, ...]] = ("neurogym-2022", "sussillo-barak-2013")

    options: "CognitiveNetworks"
    found: Cognition
    inside: Mechanism

    @cached_property
    def spaces(self) -> StateSpaces:
        """The state spaces of the networks that learned."""
        return StateSpaces(self.found, self.inside)

    @cached_property
    def readout(self) -> Readout:
        """What can be decoded from the units."""
        return Readout(self.found.task, self.inside.tested, self.inside.untrained)

    def numbers(self) -> dict[str, float | int]:
        return self.found.numbers() | self.inside.numbers() | self.spaces.numbers() | self.readout.numbers()

    def findings(self) -> Iterator[Finding]:
        yield from learning_findings(self.found)
        yield from inside_findings(self.found, self.inside, self.spaces, self.readout)

    def answer(self) -> str:
        return f"{self.learned()} {self.success()}{self.inside.sentence()}"

    def learned(self) -> str:
        """Say how many networks learned the task."""
        n, n_learned = len(self.found.accuracy["trained"]), len(self.found.learned)
        task, least = type(self.found.task).__name__, f"{percent(TRAINED, 0)} of the ideal observer's success"
        if n == 1:
            said = f"learned {task}: it reaches" if n_learned else f"did not learn {task}: it stays below"
            return f"The network {said} {least}."
        reach = "it reaches" if n_learned == 1 else "these reach" if n_learned else "none reaches"
        return f"{n_learned} of {n} networks learned {task}: {reach} {least} or more."

    def success(self) -> str:
        """Say how often the networks succeed beside the ideal observer and their control."""
        found = self.found
        trained, untrained = (percent(found.accuracy[name].mean()) for name in ("trained", "untrained"))
        return (
            f"The trained networks answer {trained} of the trials correctly and the ideal observer "
            f"{percent(found.ideal)}, so that the networks reach {interval(*found.of_ideal)} of the ideal observer's "
            f"success. Untrained networks answer {untrained} correctly: learning adds "
            f"{interval(*(100 * x for x in found.gain), decimals=1)} percentage points."
        )

    def notes(self) -> list[str]:
        n, n_learned = len(self.found.accuracy["trained"]), len(self.found.learned)
        fractions, error = fraction_of_ideal(self.found.tested["trained"])
        above = [
            f"The networks' mean success is {number(fractions.mean())} of the ideal observer's probability. In these "
            f"trials the ideal observer's own success would scatter by ± {number(error)} of it (one standard error), "
            "which explains a fraction above 1: no network is better than the ideal observer."
        ] * bool(1 < fractions.mean() <= 1 + 4 * error)
        if n_learned == n:
            return above
        so = (
            "are left out of the analysis of state space and fixed points"
            if n_learned
            else "so no state space and no fixed points are shown"
        )
        few = "The network stays" if n == 1 else f"{n - n_learned} of {n} networks stay"
        which = f"{few} below {percent(TRAINED, 0)} of the ideal observer's success"
        return [
            *above,
            f"{which}{' and ' if n_learned else ', '}{so}: the states of a network that has not learned the task do "
            "not show how the task is done. More --updates help.",
        ]

    def methods(self) -> list[str]:
        return [*self.task_methods(), *self.network_methods(), *self.inside_methods(), *self.kept_methods()]

    def task_methods(self) -> list[str]:
        """Return what the task is, in paragraphs."""
        task = self.found.task
        what = (type(task).__doc__ or type(task).__name__).strip().splitlines()[0]
        return [f"{type(task).__name__}: {what.rstrip('.')}. The periods of a trial are {lengths(task)}."]

    def network_methods(self) -> list[str]:
        """Return what was trained and tested, and how, in paragraphs."""
        given, task = self.options, self.found.task
        network = f"A network is a layer of {given.units} {given.architecture} units without noise"
        if given.architecture == "CTRNN":
            network = (
                f"The state of a network's {given.units} units follows "
                r"$h \leftarrow (1 - \alpha) h + \alpha f(W_x x + W_r h + b) + \sigma \sqrt{2 \alpha} \xi$ with "
                rf"$\alpha = dt / \tau$, where f is {given.activation}, dt is {significant(task.dt)} ms, τ is "
                f"{significant(given.tau)} ms and σ is {significant(given.network_noise)}; h starts at 0"
            )
        dale = ""
        if given.excitatory is not None:
            dale = f" The units obey Dale's law: {percent(given.excitatory, 0)} of the units excite."
        each = f"There are {given.seeds} networks, each with its own weights, trials and noise"
        return [
            f"{'There is one network' if given.seeds == 1 else each}. {network}.{dale}",
            self.found.history.attrs["methods"],
            f"The networks were tested on {given.test_trials} fresh trials, the same for all, with their noise on. A "
            f"trial is a success if {task.SUCCESS}. The ideal observer's probability of success is known for each of "
            "these trials. The 95 % intervals of the success hold for new trials"
            + f"{' and new networks' * (given.seeds > 1)}; they come from a jackknife over {BLOCKS} groups of trials"
            + f"{' and over networks' * (given.seeds > 1)}.",
        ]

    def inside_methods(self) -> list[str]:
        """Return how the networks were looked into, in paragraphs."""
        averaged = (
            f"State spaces come from {self.inside.tested.sizes['trial']} trials: principal components of the averages "
            "over correct trials with the same answer and the same strength of the stimulus, of networks above "
            f"{percent(TRAINED, 0)} of the ideal observer's success."
        )
        return [*[averaged] * bool(len(self.found.learned)), *self.readout.methods(), *self.inside.methods()]

    def kept_methods(self) -> list[str]:
        """Return what the run folder keeps of the trials, in one paragraph; nothing where it keeps none."""
        kept = self.responses()
        if not kept:
            return []
        n = kept["input"].sizes["trial"]
        return [
            f"The file responses.nc keeps the activity, outputs, inputs and targets of {counted(n, 'trial')} "
            "with their conditions, for the trained and the untrained networks: the first ones of those in which the "
            "units were recorded."
        ]

    def responses(self) -> dict[str, xr.DataArray]:
        return kept_responses(self.found.task, self.inside.tested, self.inside.untrained, self.options.keep_trials)


@dataclass(frozen=True, eq=False)
class OtherTaskResult(TaskResult):
    """The same for a task that a user wrote, which NeuroGym does not have."""

    references: ClassVar[tuple[str, ...]] = ("sussillo-barak-2013",)


def lengths(task: TimedTask) -> str:
    """Say how long each period lasts, in ms: from the shortest to the longest where it is drawn anew."""
    steps: dict[str, Any] = {name: task.dt * d.steps(task.dt)[0][[0, -1]] for name, d in task.durations.items()}
    said = (f"{name} {low:g}" + f"–{high:g}" * bool(high > low) for name, (low, high) in steps.items() if high > 0)
    return f"{', '.join(said)} ms"
