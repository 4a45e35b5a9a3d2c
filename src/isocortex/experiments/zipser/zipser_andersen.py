"""How does a network find where a stimulus is, seen from the head? Gain fields after Zipser and Andersen."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import jax

from ...errors import require
from ...learning import descend, save_model
from ...learning.backpropagation import LOSSES, RULES
from ...models import MLP, population
from ...runs import Run
from ...tasks import HeadCentred
from ...tasks.head_centred import EYE_FORMATS, OUTPUT_FORMATS
from ..shared.options import option
from ..shared.protocol import Experiment
from .measures import Found, baselines, gain_tables, held_out, lesson_agreement, reference_similarity
from .zipser_result import ZipserResult

TRAINING_SHARE = 0.95
LEARNING_RATE_OF_ADAM = 1e-2
LARGEST = 10_000_000
"""Seeds × samples: 5 GB of inputs and targets."""


@dataclass(frozen=True, kw_only=True)
class ZipserAndersen(Experiment):
    """Train perceptrons to add eye position to retinal position, by back-propagation written out, and measure the
    gain fields of their hidden units beside an untrained control; then solve the task with Adam and measure again.
    """

    name: ClassVar[str] = "zipser-andersen"
    published_options: ClassVar[tuple[str, ...]] = (
        "eye",
        "output",
        "loss",
        "optimiser",
        "learning_rate",
        "epochs",
        "samples",
        "batch",
        "hidden",
    )

    seeds: Annotated[
        int, option("Number of networks, each with its own initial weights and samples", at_least=1, at_most=1000)
    ] = 8
    eye: Annotated[
        str, option("Code of the eye position, by 2 numbers (linear) or 32 units (monotonic)", among=EYE_FORMATS)
    ] = "linear"
    output: Annotated[
        str,
        option(
            "Code of the head-centred position, by 8 × 8 units (gaussian) or 32 units (monotonic)", among=OUTPUT_FORMATS
        ),
    ] = "gaussian"
    loss: Annotated[str, option("Loss of the first training, summed over the outputs", among=LOSSES)] = "cross-entropy"
    optimiser: Annotated[str, option("Optimiser of the first training", among=RULES)] = "sgd"
    learning_rate: Annotated[float, option("Learning rate of the first training", above=0, at_most=10)] = 1e-2
    epochs: Annotated[
        int, option("Passes of the first training through the samples", at_least=1, at_most=100_000)
    ] = 1000  # fmt: skip
    samples: Annotated[
        int, option("Samples per network, of which 95 % train it", at_least=40, at_most=1_000_000)
    ] = 10_000  # fmt: skip
    batch: Annotated[int, option("Samples per update, in a fixed order", at_least=1, at_most=1_000_000)] = 25
    hidden: Annotated[int, option("Hidden units of a network", at_least=2, at_most=1000)] = 16
    adam_epochs: Annotated[
        int,
        option(
            "Epochs of a second training with Adam from the same initial weights, which solves the task; 0 for none",
            at_least=0,
            at_most=100_000,
        ),
    ] = 500

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.batch <= self.training_samples,
            f"--batch {self.batch} cannot be drawn from the {self.training_samples} training samples; raise --samples.",
        )
        require(
            self.seeds * self.samples <= LARGEST,
            f"{self.seeds} × {self.samples} samples are more than {LARGEST:,}; lower --seeds or --samples.",
        )

    @property
    def training_samples(self) -> int:
        """Samples that train a network."""
        return round(TRAINING_SHARE * self.samples)

    @property
    def task(self) -> HeadCentred:
        """The task of the options."""
        return HeadCentred(self.eye, self.output, self.loss)

    def walk(self, run: Run, inputs: None) -> ZipserResult:
        """Networks → training, twice → held-out samples → gain fields → RDMs."""
        task = self.task
        networks = population(
            lambda key: MLP((task.n_inputs, self.hidden, task.n_outputs), key=key), self.seeds, key=self.key("networks")
        )
        trained, error = self.train(run, networks, "training", self.optimiser, self.learning_rate, self.epochs)
        variants, errors = {"untrained": networks, "trained": trained}, {"trained": error}
        if self.adam_epochs:
            training = ("solving", "adam", LEARNING_RATE_OF_ADAM, self.adam_epochs)
            variants["Adam"], errors["Adam"] = self.train(run, networks, *training)
        save_model(run.path / "model.eqx", trained)
        with run.stage("held-out samples"):
            trials = task.sample(self.key("held-out samples"), self.samples - self.training_samples)
            outputs, places = held_out(task, trials, variants)
        with run.stage("gain fields"):
            responses, tables = gain_tables(task, variants)
        with run.stage("RDMs"):
            rdms, similarities, dots = reference_similarity(task, variants)
        found = Found(
            task=task,
            variants=variants,
            errors=errors,
            baselines=baselines(task, self.key("baselines")),
            trials=trials,
            outputs=outputs,
            places=places,
            responses=responses,
            tables=tables,
            rdms=rdms,
            similarities=similarities,
            dots=dots,
            agreement=lesson_agreement(trained, trials),
            published=self.is_published(),
        )
        return ZipserResult(found)

    def train(
        self, run: Run, networks: MLP, stage: str, optimiser: str, learning_rate: float, epochs: int
    ) -> tuple[MLP, Any]:
        """Train the population with one optimiser, on the same samples whichever it is."""
        with run.stage(stage) as advance:
            trained, error = descend(
                networks,
                self.task,
                key=self.key("samples"),
                loss=self.loss,
                optimiser=optimiser,
                learning_rate=learning_rate,
                epochs=epochs,
                n_trials=self.training_samples,
                batch=self.batch,
                progress=advance,
                checkpoint=run.checkpoint(stage),
            )
            return jax.block_until_ready(trained), error
