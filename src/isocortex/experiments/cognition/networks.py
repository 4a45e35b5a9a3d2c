"""Options of a population of recurrent networks on a task in time, its training and its test."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar, cast

import equinox as eqx
import jax

from ...errors import InputError, require
from ...learning import OPTIMISERS, behaviour, fit_stream, save_model
from ...models import ACTIVATIONS, RECURRENT_NETWORKS, Recurrent, population
from ...runs import Run
from ...shapes import PRNGKey
from ...tasks import TimedTask, task
from ..shared.options import option
from ..shared.protocol import Experiment
from .recorded import RECORDED
from .trained import Cognition

Kind = TypeVar("Kind", bound=TimedTask)

Activation: TypeAlias = Annotated[str, option("Non-linearity of the units of a CTRNN", among=ACTIVATIONS)]
Step: TypeAlias = Annotated[float, option("Time step of trials and networks", unit="ms", at_least=1, at_most=1000)]
Tau: TypeAlias = Annotated[
    float, option("Time constant of the units of a CTRNN", unit="ms", at_least=1, at_most=100_000)
]
Evidence: TypeAlias = Annotated[
    float, option("Standard deviation σ of the noise of the evidence", unit="√ms", above=0, at_most=1000)
]
Coherences: TypeAlias = Annotated[
    tuple[float, ...], option("Coherences of the training trials", unit="%", at_least=0, at_most=100)
]
Updates: TypeAlias = Annotated[
    int,
    option("Number of updates that a network makes at most, each on fresh trials", at_least=1, at_most=1_000_000),
]
LearningRate: TypeAlias = Annotated[float, option("Learning rate of the optimiser", above=0, at_most=10)]
StopAt: TypeAlias = Annotated[
    float | None,
    option("Share of the ideal observer's success at which a network stops learning; none does without it", above=0,
           at_most=1),
]  # fmt: skip


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


@dataclass(frozen=True, kw_only=True)
class CognitiveNetworks(Experiment):
    """Options of a population of recurrent networks, and of its training on fresh trials."""

    architecture: Annotated[
        str, option("Kind of the networks; GRU and LSTM are there for comparison", among=RECURRENT_NETWORKS)
    ] = "CTRNN"
    units: Annotated[int, option("Number of recurrent units", at_least=2, at_most=2048)] = 64
    activation: Activation = "relu"
    tau: Tau = 100.0
    network_noise: Annotated[
        float, option("Standard deviation σ of a CTRNN's own noise, which stays on at test", at_least=0, at_most=10)
    ] = 0.1
    excitatory: Annotated[
        float | None,
        option("Share of excitatory units in a CTRNN that obeys Dale's law; without it no unit obeys it", above=0,
               below=1),
    ] = None  # fmt: skip
    seeds: Annotated[
        int, option("Number of networks, each with weights, trials and noise of its own", at_least=1, at_most=1000)
    ] = 4
    updates: Updates = 2000
    batch: Annotated[int, option("Number of trials of an update", at_least=1, at_most=10_000)] = 32
    optimiser: Annotated[str, option("Rule that turns a gradient into a change of the weights", among=OPTIMISERS)] = (
        "adam"
    )
    learning_rate: LearningRate = 0.01
    clip: Annotated[float, option("Largest norm of the gradient", above=0, at_most=1e6)] = 1.0
    rate_penalty: Annotated[float, option("Weight of the mean squared rate in the loss", at_least=0, at_most=1e6)] = 0.0
    weight_penalty: Annotated[
        float, option("Weight of the mean squared weights in the loss", at_least=0, at_most=1e6)
    ] = 0.0
    stop_at: StopAt = None
    test_trials: Annotated[
        int, option("Number of fresh trials on which the networks are tested", at_least=100, at_most=100_000)
    ] = 2000
    keep_trials: Annotated[
        int,
        option("Number of test trials, at most, of which the run folder keeps activity, inputs and outputs", at_least=0,
               at_most=RECORDED),
    ] = 100  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.excitatory is None or self.architecture == "CTRNN", "--excitatory is an option of the CTRNN alone."
        )
        eqx.filter_eval_shape(self.network, self.build(), jax.random.key(0))

    @abstractmethod
    def build(self) -> TimedTask:
        """Return the task of the options."""

    def easier(self) -> Sequence[tuple[TimedTask, float]]:
        """Return easier versions of the task to begin with, and the share of the ideal observer's success to reach."""
        return ()

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
        build = cast(Any, RECURRENT_NETWORKS[self.architecture].model)  # each has options of its own
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
