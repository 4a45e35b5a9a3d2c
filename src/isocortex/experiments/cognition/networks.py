"""A population of recurrent networks trained on a task in time: the options, the training, the test."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import equinox as eqx
import jax
import numpy as np
import xarray as xr
from tyro.conf import arg

from ...errors import InputError, look_up, require
from ...learning import OPTIMISERS, behaviour, fit_stream, save_model, updates_to
from ...models import ACTIVATIONS, CTRNN, GRU, LSTM, Recurrent, population
from ...runs import Run
from ...shapes import PRNGKey
from ...tasks import TimedTask, task
from ..shared.protocol import Experiment, Progress

Kind = TypeVar("Kind", bound=TimedTask)
ARCHITECTURES: dict[str, Callable[..., Recurrent]] = {"CTRNN": CTRNN, "GRU": GRU, "LSTM": LSTM}
TRAINED = 0.9
"""Share of the ideal observer's success above which the state space of a network is worth a look."""
CRITERION = 0.95
"""Share of the ideal observer's success at which a network counts as having learned the task."""
LAST = 100
"""Updates over which the end of training is averaged, as published."""


def kind_of(name: str, kind: type[Kind], experiment: str) -> type[Kind]:
    """Return the class of a task by name (see :func:`isocortex.tasks.task`) for an experiment about one kind of task.

    Raises
    ------
    InputError
        If there is no such task, or it is not made from that kind.
    """
    found = type(task(name))
    if not issubclass(found, kind):
        raise InputError(
            f"{experiment} is about {kind.__name__} and classes made from it, which {name} is not; "
            f"isocortex run cognitive-task --task {name} takes any task."
        )
    return found


def lengths(task: TimedTask) -> str:
    """Say how long each period lasts, in ms: from the shortest to the longest where it is drawn anew."""
    steps = {name: task.dt * d.steps(task.dt)[0][[0, -1]] for name, d in task.durations.items()}
    told = (f"{name} {low:g}" + f"–{high:g}" * bool(high > low) for name, (low, high) in steps.items() if high > 0)
    return f"{', '.join(told)} ms"


@dataclass(frozen=True, eq=False)
class Cognition:
    """A trained population, its untrained control, and what both do in the same fresh trials.

    Attributes
    ----------
    task : TimedTask
    networks : dict of str to population
        "trained" and "untrained".
    history : Dataset, seed × update
        ``loss`` and ``score`` of every mini-batch.
    tested : dict of str to Dataset
        From :func:`isocortex.learning.behaviour`, by variant; noise of the network is on.
    n_easier : int
        Easier versions of the task with which training began.
    """

    task: TimedTask
    networks: dict[str, Any]
    history: xr.Dataset
    tested: dict[str, xr.Dataset]
    n_easier: int = 0

    @property
    def ideal(self) -> float:
        """The ideal observer's probability correct in these trials."""
        return float(self.tested["trained"]["ideal"].mean())

    @property
    def accuracy(self) -> dict[str, np.ndarray]:
        """Share of successful trials of every seed, by variant."""
        return {name: found["correct"].mean("trial").values for name, found in self.tested.items()}

    @property
    def learned(self) -> np.ndarray:
        """The seeds that reach 90 % of the ideal observer's success."""
        return np.flatnonzero(self.accuracy["trained"] >= TRAINED * self.ideal)

    def updates_to(self, share: float) -> np.ndarray:
        """Return the updates after which each network first had a share of the ideal success; infinite for never."""
        score = self.history["score"]
        if self.n_easier:
            score = score.where(self.history["stage"] == self.n_easier)
        return updates_to(score, share * self.ideal).fillna(np.inf).values

    def summary(self) -> dict[str, float | int]:
        """Return the numbers on learning, under flat keys."""
        trained = self.accuracy["trained"]
        made = self.history["update"] <= self.history["stopped"]  # a network that has stopped has its own end
        last = self.history.where(made & (self.history["update"] > self.history["stopped"] - LAST))
        return {
            "accuracy.trained.mean": float(trained.mean()),
            "accuracy.trained.sd": float(trained.std(ddof=min(1, len(trained) - 1))),
            "accuracy.untrained.mean": float(self.accuracy["untrained"].mean()),
            "accuracy.ideal": self.ideal,
            "accuracy.fraction_of_ideal.mean": float(trained.mean() / self.ideal),
            "accuracy.last_100.mean": float(last["score"].mean()),
            "loss.last_100.mean": float(last["loss"].mean()),
            "learning.updates_to_criterion.median": float(np.median(self.updates_to(CRITERION))),
            "learning.seeds_above_90_percent": len(self.learned),
        }

    @property
    def best(self) -> int:
        """The seed with the highest success."""
        return int(np.argmax(self.accuracy["trained"]))

    def verdict(self) -> str:
        """Say in a sentence how well the networks do."""
        trained, untrained = (100 * self.accuracy[name].mean() for name in ("trained", "untrained"))
        return (
            f"{len(self.learned)} of {len(self.accuracy['trained'])} networks reach {TRAINED:.0%} of the ideal "
            f"observer's success; on average they are right in {trained:.1f} % of the trials, where the ideal observer "
            f"is in {100 * self.ideal:.1f} % and untrained networks are in {untrained:.1f} %."
        )

    def notes(self) -> list[str]:
        """Say it where networks stayed below the success that a look at their states needs."""
        n, n_learned = len(self.accuracy["trained"]), len(self.learned)
        if n_learned == n:
            return []
        rest = "and are left out of the state space" if n_learned else "so no state space and no fixed points are shown"
        return [
            f"{n - n_learned} of {n} networks stay below {TRAINED:.0%} of the ideal observer's success, {rest}: what a "
            "network does that has not learned the task says nothing about how it is done. More --updates help."
        ]


@dataclass(frozen=True, kw_only=True)
class CognitiveNetworks(Experiment):
    """Options of a population of recurrent networks, and of its training on fresh trials."""

    architecture: Annotated[str, arg(help="Network: CTRNN, or GRU and LSTM for comparison.")] = "CTRNN"
    units: Annotated[int, arg(help="Recurrent units.")] = 64
    activation: Annotated[str, arg(help="Of a CTRNN: relu, tanh, softplus, sigmoid or identity.")] = "relu"
    tau: Annotated[float, arg(help="Time constant of a CTRNN's units in ms.")] = 100.0
    network_noise: Annotated[float, arg(help="σ of a CTRNN's own noise; it stays on at test, as published.")] = 0.1
    excitatory: Annotated[
        float | None,
        arg(help="Dale's law in a CTRNN: the share of excitatory units, such as 0.8. Default: no such law."),
    ] = None
    seeds: Annotated[int, arg(help="How many networks, each with its own initial weights, trials and noise.")] = 4
    updates: Annotated[int, arg(help="Updates, each on a batch of fresh trials.")] = 2000
    batch: Annotated[int, arg(help="Trials per update.")] = 32
    optimiser: Annotated[str, arg(help="adam, rmsprop or sgd.")] = "adam"
    learning_rate: Annotated[float, arg(help="Of the optimiser.")] = 0.01
    clip: Annotated[float, arg(help="Largest norm of the gradient.")] = 1.0
    rate_penalty: Annotated[float, arg(help="λ of the mean squared rate in the loss.")] = 0.0
    weight_penalty: Annotated[float, arg(help="λ of the mean squared weights in the loss.")] = 0.0
    stop_at: Annotated[
        float | None,
        arg(help="A network stops learning at this fraction of the ideal observer's success. Default: none does."),
    ] = None
    test_trials: Annotated[int, arg(help="Fresh trials on which the networks are judged.")] = 2000

    def __post_init__(self) -> None:
        super().__post_init__()
        look_up("architecture", self.architecture, ARCHITECTURES)
        look_up("activation", self.activation, ACTIVATIONS)
        look_up("optimiser", self.optimiser, OPTIMISERS)
        for name, least in {"units": 2, "seeds": 1, "updates": 1, "batch": 1, "test_trials": 100}.items():
            count = getattr(self, name)
            require(count >= least, f"--{name.replace('_', '-')} must be at least {least}; got {count}.")
        for name in ("learning_rate", "clip", "tau"):
            value = getattr(self, name)
            require(0 < value < np.inf, f"--{name.replace('_', '-')} must be above 0; got {value}.")
        for name in ("network_noise", "rate_penalty", "weight_penalty"):
            value = getattr(self, name)
            require(0 <= value < np.inf, f"--{name.replace('_', '-')} must be at least 0; got {value}.")
        alone = "--excitatory is an option of the CTRNN alone."
        require(self.excitatory is None or self.architecture == "CTRNN", alone)
        require(self.stop_at is None or 0 < self.stop_at <= 1, f"--stop-at must be in (0, 1]; got {self.stop_at}.")
        eqx.filter_eval_shape(self.network, self.build(), jax.random.key(0))

    @abstractmethod
    def build(self) -> TimedTask:
        """Return the task of the options."""

    def easier(self) -> Sequence[tuple[TimedTask, float]]:
        """Return easier versions of the task to begin with, and the share of the ideal observer's success to reach."""
        return ()

    def read(self, progress: Progress | None = None) -> Any:
        """Read nothing: tasks draw their own trials."""
        return None

    def network(self, task: TimedTask, key: PRNGKey) -> Recurrent:
        """Return one untrained network for a task."""
        own = {}
        if self.architecture == "CTRNN":
            own = {
                "tau": self.tau,
                "noise": self.network_noise,
                "activation": self.activation,
                "excitatory": self.excitatory,
            }
        build = ARCHITECTURES[self.architecture]
        return build(task.n_inputs, task.n_outputs, n_units=self.units, dt=task.dt, **own, key=key)

    def learn(self, run: Run, task: TimedTask) -> Cognition:
        """Train a population and test it beside its untrained control."""
        easier = self.easier()
        with run.stage("training") as advance:
            untrained = population(lambda key: self.network(task, key), self.seeds, key=self.key("networks"))
            trained, history = fit_stream(
                untrained,
                task,
                key=self.key("training"),
                updates=self.updates,
                batch=self.batch,
                optimiser=self.optimiser,
                learning_rate=self.learning_rate,
                clip=self.clip,
                rate_penalty=self.rate_penalty,
                weight_penalty=self.weight_penalty,
                stop_at=self.stop_at,
                curriculum=easier,
                progress=advance,
                checkpoint=run.checkpoint("networks"),
            )
            save_model(run.path / "model.eqx", trained)
        with run.stage("test"):
            networks = {"trained": trained, "untrained": untrained}
            tested = {
                name: behaviour(models, task, key=self.key("test"), n_trials=self.test_trials)
                for name, models in networks.items()
            }
        return Cognition(task, networks, history, tested, len(easier))

    def learning_methods(self, task: TimedTask) -> list[str]:
        """Return the paragraphs of the report that say what was trained, and how."""
        if self.architecture == "CTRNN":
            dale = "" if self.excitatory is None else f" Dale's law: {self.excitatory:.0%} of the units excite."
            equation = (
                f"{self.units} units, h ← (1−α)h + α·{self.activation}(W_x x + W_r h + b) + σ√(2α)·ξ, α = dt/τ, "
                f"dt {task.dt:g} ms, τ {self.tau:g} ms, σ {self.network_noise:g}; h starts at 0.{dale} Network noise "
                "stays on at test, as published."
            )
        else:
            equation = f"A layer of {self.units} {self.architecture} units, without noise."
        most, stop = "", ""
        if self.stop_at is not None:
            most = "at most "
            stop = f", until the success of 100 updates is {self.stop_at:.0%} of the ideal observer's"
        return [
            f"{self.seeds} networks with their own weights, trials and noise. {equation}",
            f"Training: {most}{self.updates} updates of {self.batch} fresh trials each{stop}; {task.loss_function} "
            f"over the steps that count; {self.optimiser}, learning rate {self.learning_rate:g}, annealed to 0 along "
            f"half a cosine; gradient norm clipped at {self.clip:g}. Success: {task.SUCCESS}. It is judged on fresh "
            "trials and held against the ideal observer of the same trials.",
        ]
