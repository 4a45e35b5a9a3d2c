"""How does a network find where a stimulus is, seen from the head? Gain fields after Zipser and Andersen."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import jax
import numpy as np
from tyro.conf import arg

from ...errors import look_up, require
from ...learning import descend, save_model
from ...learning.backpropagation import LOSSES, OPTIMISERS
from ...models import MLP, population
from ...runs import Run
from ...tasks import HeadCentred
from ...tasks.head_centred import EYE_FORMATS, OUTPUT_FORMATS
from ..shared.protocol import Experiment, Progress
from ..shared.published import beside_published
from .figures import draw
from .measures import Found, baselines, gain_tables, held_out, lesson_agreement, reference_similarity
from .report import METHODS, NOTES, PUBLISHED, answer, numbers, shares_table

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

    seeds: Annotated[int, arg(help="How many networks, each with its own initial weights and samples.")] = 8
    eye: Annotated[str, arg(help="Format of the eye position: linear (2 numbers) or monotonic (32 units).")] = "linear"
    output: Annotated[
        str, arg(help="Format of the head-centred position: gaussian (8 × 8 units) or monotonic (32 units).")
    ] = "gaussian"
    loss: Annotated[str, arg(help="cross-entropy or squared-error, summed over the outputs.")] = "cross-entropy"
    optimiser: Annotated[str, arg(help="sgd (as published) or adam.")] = "sgd"
    learning_rate: Annotated[float, arg(help="Of the optimiser.")] = 1e-2
    epochs: Annotated[int, arg(help="Passes through the training samples.")] = 1000
    samples: Annotated[int, arg(help="Samples per network; 95 % of them train it.")] = 10_000
    batch: Annotated[int, arg(help="Samples per update, in fixed order.")] = 25
    hidden: Annotated[int, arg(help="Hidden units.")] = 16
    adam_epochs: Annotated[
        int, arg(help="Epochs of a second training from the same weights with Adam, which solves the task; 0: none.")
    ] = 500
    bootstraps: Annotated[int, arg(help="Bootstrap samples behind each 95 % interval.")] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        look_up("eye format", self.eye, EYE_FORMATS)
        look_up("output format", self.output, OUTPUT_FORMATS)
        look_up("loss", self.loss, LOSSES)
        look_up("optimiser", self.optimiser, OPTIMISERS)
        least = {"seeds": 1, "epochs": 1, "samples": 40, "batch": 1, "hidden": 2, "adam_epochs": 0, "bootstraps": 2}
        for name, smallest in least.items():
            count = getattr(self, name)
            require(count >= smallest, f"--{name.replace('_', '-')} must be at least {smallest}; got {count}.")
        require(
            self.batch <= self.training_samples,
            f"--batch {self.batch} cannot be drawn from the {self.training_samples} training samples; raise --samples.",
        )
        require(
            self.seeds * self.samples <= LARGEST,
            f"{self.seeds} × {self.samples} samples are more than {LARGEST:,}; lower --seeds or --samples.",
        )
        require(0 < self.learning_rate < np.inf, f"--learning-rate must be above 0; got {self.learning_rate}.")

    @property
    def training_samples(self) -> int:
        """Samples that train a network."""
        return round(TRAINING_SHARE * self.samples)

    @property
    def task(self) -> HeadCentred:
        """The task of the options."""
        return HeadCentred(self.eye, self.output, self.loss)

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: every sample is drawn."""

    def walk(self, run: Run, inputs: None) -> None:
        """Networks → training, twice → held-out samples → gain fields → RDMs → figures."""
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
            rdms, similarities, dots = reference_similarity(
                task, variants, key=self.key("bootstrap"), bootstraps=self.bootstraps
            )
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
        run.summary(numbers(found))
        with run.stage("figures"):
            draw(run, found)
        self.report(run, found)
        run.responses({f"{name}/hidden1": x.astype(np.float32) for name, x in responses.items()})

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

    def is_published(self) -> bool:
        """Return whether the first training is the published configuration."""
        free = ("seed", "seeds", "adam_epochs", "bootstraps")
        ours, theirs = self.config(), ZipserAndersen().config()
        return all(ours[name] == theirs[name] for name in ours if name not in free)

    def report(self, run: Run, found: Found) -> None:
        """Write the answer in words, its tables, and the methods."""
        found_numbers = numbers(found)
        run.table(
            "gain_fields_by_class",
            shares_table(found),
            title="What the hidden units are",
            caption="Share of the hidden units of all seeds. Frame: thirds of the way from a receptive field fixed on "
            "the retina to one fixed to the head. Class: which parts of the response vary with the eye.",
            shown=True,
        )
        if found.published:
            run.table(
                "published",
                beside_published(found_numbers, PUBLISHED),
                title="Reference numbers beside ours",
                caption="Means (error) and medians (gain) over eight seeds of an independent program.",
                shown=True,
            )
        run.describe(
            question="How does a network find where a stimulus is, seen from the head?",
            answer=answer(found, found_numbers),
            notes=NOTES,
            methods=[
                f"Perceptron {found.task.n_inputs}–{self.hidden}–{found.task.n_outputs}, all sigmoid; weights "
                f"U(±1/√n_in), biases 0. {self.seeds} seeds, each with its own weights and {self.training_samples} "
                f"samples, in batches of {self.batch} in a fixed order; {self.loss}, {self.optimiser} with a learning "
                f"rate of {self.learning_rate:g}, {self.epochs} epochs."
                + (
                    f" Second training: Adam, {LEARNING_RATE_OF_ADAM:g}, {self.adam_epochs} epochs."
                    * bool(self.adam_epochs)
                ),
                *METHODS,
            ],
            references=["zipser-andersen-1988", "rumelhart-1986", "kingma-ba-2015", "duhamel-1997", "schutt-2023"],
            meanings=self.meanings(),
        )
