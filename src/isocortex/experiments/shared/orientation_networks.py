"""Networks trained on orientation, with their controls: shared by the experiments that compare them with a brain."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import xarray as xr

from ...analysis import rsa
from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...errors import require
from ...learning import evaluate, fit, save_model
from ...memory import require_memory
from ...models import ARCHITECTURES, ConvNet, population, record
from ...rdms import RDMs
from ...report import Quantity
from ...runs import LARGEST_RESPONSES, Run
from ...shapes import Images
from ...stimuli.gratings import CANVAS_HEIGHT, SPATIAL_FREQUENCY, canvas_size
from ...stimuli.pictures import picture_files, read_pictures
from ...tasks import VISUAL_TASKS, Task, visual_task
from .options import option
from .protocol import Experiment

TaskName = Annotated[
    str,
    option(
        "Task of the networks: left or right tilt, side of --boundary, report of an orientation, or of the rotation of "
        "pictures",
        among=VISUAL_TASKS,
    ),
]
OF_RESPONSES = [name for name, how in DISSIMILARITIES.items() if how.takes is None and not how.crossvalidated]
"""Dissimilarities of responses alone: networks have neither noise nor repeats, and their responses can be negative."""
POOL = 8
"""Rows and columns over which a network takes the maximum; an image needs as many."""
HELD_OUT = 1000
"""Fresh trials on which a network's accuracy is judged: the standard error of a share is at most 0.016."""

TRAINING = {
    "task.accuracy.trained.mean": Quantity("Mean accuracy of the trained networks on fresh trials", "share of trials"),
    "task.accuracy.trained.sd": Quantity(
        "Standard deviation over networks of the accuracy after training", "share of trials"
    ),
    "task.accuracy.untrained.mean": Quantity("Mean accuracy of the untrained networks", "share of trials"),
    "loss.final.mean": Quantity(
        "Mean loss over the last epoch: cross-entropy in nats, or the squared error of a unit vector"
    ),
}
"""What the numbers of :meth:`Networks.numbers` are."""


@dataclass(frozen=True, eq=False)
class Networks:
    """A trained population, its controls, and how well they do the task.

    Attributes
    ----------
    variants : dict of str to population
        "trained", "untrained" and, where the architecture has filters, "random filters".
    loss : DataArray, shape (seed, update)
    accuracy : dict of str to array, shape (seed,)
    methods : str
        What the training did, in words.
    """

    variants: dict[str, Any]
    loss: xr.DataArray
    accuracy: dict[str, np.ndarray]
    methods: str

    def numbers(self) -> dict[str, float]:
        """Return the numbers on the task, under flat keys."""
        last = self.loss.where(self.loss["epoch"] == self.loss["epoch"].max(), drop=True)
        return {
            "task.accuracy.trained.mean": float(self.accuracy["trained"].mean()),
            "task.accuracy.trained.sd": float(self.accuracy["trained"].std(ddof=min(1, len(last) - 1))),
            "task.accuracy.untrained.mean": float(self.accuracy["untrained"].mean()),
            "loss.final.mean": float(last.mean()),
        }


@dataclass(frozen=True, kw_only=True)
class OrientationTraining(Experiment):
    """Options of a population trained on gratings."""

    published_options: ClassVar[tuple[str, ...]] = (
        "architecture",
        "epochs",
        "trials",
        "batch",
        "learning_rate",
        "momentum",
        "resolution",
        "spatial_frequency",
    )

    architecture: Annotated[str, option("Network; ConvPoolFC is the normative model", among=ARCHITECTURES)] = (
        "ConvPoolFC"
    )
    boundary: Annotated[
        float,
        option("Class boundary of the task 'boundary', clockwise from vertical", unit="°", at_least=-90, at_most=90),
    ] = 45.0
    pictures: Annotated[
        Path | None, option("Picture, or folder of pictures, for the task 'rotation'; a random texture by default")
    ] = None
    seeds: Annotated[
        int,
        option("Number of networks, each with its own initial weights and training trials", at_least=1, at_most=10_000),
    ] = 8
    epochs: Annotated[int, option("Passes through the training trials", at_least=1, at_most=100_000)] = 25
    trials: Annotated[int, option("Training trials per network", at_least=1, at_most=1_000_000)] = 1000
    batch: Annotated[int, option("Trials per mini-batch", at_least=1, at_most=1_000_000)] = 100
    learning_rate: Annotated[float, option("Learning rate of stochastic gradient descent", above=0, at_most=1000)] = (
        5e-4
    )
    momentum: Annotated[float, option("Momentum of stochastic gradient descent", at_least=0, below=1)] = 0.99
    resolution: Annotated[
        float,
        option("Share of 640 × 480 pixels along each axis; 0.1 is 48 rows × 64 columns", at_least=0.001, at_most=1),
    ] = 0.1
    spatial_frequency: Annotated[
        float,
        option(
            "Spatial frequency of the gratings; 1/28 is a period of 176 pixels",
            unit="radians per full-resolution pixel",
            above=0,
            at_most=math.pi,
        ),
    ] = SPATIAL_FREQUENCY

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.batch <= self.trials, f"--batch {self.batch} cannot be drawn from --trials {self.trials}.")
        rows, columns = canvas_size(self.resolution)
        require_memory(
            4 * self.seeds * self.trials * rows * columns,
            f"{self.seeds} × {self.trials} gratings of {rows} × {columns} pixels need",
            "lower --resolution, --trials or --seeds",
        )
        require(
            "pool" not in ARCHITECTURES[self.architecture].layers or rows >= POOL,
            f"--resolution {self.resolution} gives {rows} × {columns} pixels, too few for max-pooling over {POOL} × "
            f"{POOL}; use at least {POOL / CANVAS_HEIGHT:.4f}, or another architecture.",
        )

    @abstractmethod
    def tasks(self) -> tuple[str, ...]:
        """Return the names of the tasks that networks are trained on."""

    def task_named(self, name: str) -> Task:
        """Return one of the tasks, under these options."""
        pictures = read_pictures(self.pictures) if self.pictures is not None and name == "rotation" else None
        return visual_task(
            name,
            boundary=self.boundary,
            pictures=pictures,
            spatial_frequency=self.spatial_frequency,
            resolution=self.resolution,
        )

    def files(self) -> list[Path]:
        """Return the pictures, where there are any."""
        return [] if self.pictures is None else picture_files(self.pictures)

    def untrained(self, task: Task, filters: Literal["bank", "random"] = "bank") -> Any:
        """Return the population as it is before training; it starts alike whatever the task."""
        return population(
            lambda key: ConvNet(
                self.architecture,
                image_size=canvas_size(self.resolution),
                pool=POOL,
                n_outputs=task.n_outputs,
                readout=task.readout,
                filters=filters,
                key=key,
            ),
            self.seeds,
            key=self.key("networks"),
        )

    def train(self, run: Run, name: str) -> Networks:
        """Train the population on a task, take its controls, and judge both on fresh trials."""
        task = self.task_named(name)
        bank = self.untrained(task)
        part = f"-{name}" if len(self.tasks()) > 1 else ""
        with run.stage(f"training{part}") as advance:
            trained, history = fit(
                bank,
                task,
                key=self.key("training"),
                epochs=self.epochs,
                n_trials=self.trials,
                batch=self.batch,
                learning_rate=self.learning_rate,
                momentum=self.momentum,
                progress=advance,
                checkpoint=run.checkpoint(f"training{part}"),
            )
        save_model(run.path / f"model{part}.eqx", trained)
        variants = {"trained": trained, "untrained": bank}
        with run.stage(f"held-out accuracy{part}"):
            accuracy = {
                n: evaluate(x, task, key=self.key("held-out trials"), n_trials=HELD_OUT) for n, x in variants.items()
            }
        if bank.conv is not None:
            variants["random filters"] = self.untrained(task, "random")
        return Networks(variants, history.loss, accuracy, history.attrs["methods"])


@dataclass(frozen=True, kw_only=True)
class OrientationNetworks(OrientationTraining):
    """Options of a population trained on gratings, and of the comparison of its RDMs with those of recordings."""

    dissimilarity: Annotated[str, option("Dissimilarity of responses to two stimuli", among=OF_RESPONSES)] = (
        "correlation"
    )
    similarity: Annotated[str, option("Similarity of two RDMs", among=SIMILARITIES)] = "pearson"

    def layer_rdms(
        self, models: Any, images: Images, stimuli: np.ndarray
    ) -> tuple[dict[str, RDMs], dict[str, xr.DataArray]]:
        """Show images to a population; return each layer's RDMs, and its responses (of the first seed, where large)."""
        recorded = record(models, images, stimuli=stimuli)
        rdms = {layer: rsa.rdm(x, self.dissimilarity, undefined="drop") for layer, x in recorded.items()}
        kept = {n: x if x.nbytes <= LARGEST_RESPONSES else x.isel(seed=[0]).copy() for n, x in recorded.items()}
        return rdms, kept
