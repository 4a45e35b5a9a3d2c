"""Networks trained on orientation, with their controls: shared by the experiments that compare them with a brain."""

import os
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from tyro.conf import arg

from ...analysis import rsa
from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...errors import look_up, require
from ...learning import evaluate, fit, save_model
from ...models import ARCHITECTURES, ConvNet, population, record
from ...rdms import RDMs
from ...runs import LARGEST_RESPONSES, Run
from ...shapes import Images
from ...stimuli.gratings import SPATIAL_FREQUENCY, canvas_size
from ...stimuli.pictures import picture_files, read_pictures
from ...tasks import VISUAL_TASKS, Task, visual_task
from ..shared.protocol import Experiment
from ..shared.tables import NO_LEARNING

TaskName = Annotated[
    str,
    arg(
        help="tilt (left or right), boundary (beside --boundary), orientation (regression), or rotation (of pictures)."
    ),
]

CONTROLS = {
    "trained": "optimised for the task",
    "untrained": "the same filter bank, not trained: what did learning add?",
    "random filters": "and not trained: what does the filter bank add?",
    "pixels": "the image itself: what does any model add?",
}
"""Variant → what it is, and the question its comparison answers."""

LEAST_ACCURACY = 0.75
"""Half-way between guessing and never being wrong, where there are two answers."""


@dataclass(frozen=True, eq=False)
class Networks:
    """A trained population, its controls, and how well they do the task.

    Attributes
    ----------
    variants : dict of str to population
        "trained", "untrained" and, where the architecture has filters, "random filters".
    loss : DataArray, shape (seed, update)
    accuracy : dict of str to array, shape (seed,)
    """

    variants: dict[str, Any]
    loss: xr.DataArray
    accuracy: dict[str, np.ndarray]

    def summary(self) -> dict[str, float]:
        """Return the numbers on the task, under flat keys."""
        last = self.loss.where(self.loss["epoch"] == self.loss["epoch"].max(), drop=True)
        return {
            "task.accuracy.trained.mean": float(self.accuracy["trained"].mean()),
            "task.accuracy.trained.sd": float(self.accuracy["trained"].std(ddof=min(1, len(last) - 1))),
            "task.accuracy.untrained.mean": float(self.accuracy["untrained"].mean()),
            "loss.final.mean": float(last.mean()),
        }


@dataclass(frozen=True, kw_only=True)
class OrientationNetworks(Experiment):
    """Options of a population trained on gratings, and of its comparison with recordings."""

    architecture: Annotated[str, arg(help="Network: FC, ConvFC or ConvPoolFC (the normative model).")] = "ConvPoolFC"
    boundary: Annotated[float, arg(help="Class boundary of the task 'boundary', in degrees from vertical.")] = 45.0
    pictures: Annotated[
        Path | None,
        arg(help="Picture, or folder of pictures, for the task 'rotation'. Default: a random texture."),
    ] = None
    seeds: Annotated[int, arg(help="How many networks, each with its own initial weights and training trials.")] = 8
    epochs: Annotated[int, arg(help="Passes through the training gratings.")] = 25
    trials: Annotated[int, arg(help="Training gratings per network.")] = 1000
    batch: Annotated[int, arg(help="Gratings per mini-batch.")] = 100
    learning_rate: Annotated[float, arg(help="Of stochastic gradient descent.")] = 5e-4
    momentum: Annotated[float, arg(help="Of stochastic gradient descent, in [0, 1).")] = 0.99
    resolution: Annotated[
        float, arg(help="Share of 640 × 480 pixels along each axis; 0.1 is 48 rows × 64 columns.")
    ] = 0.1
    spatial_frequency: Annotated[
        float,
        arg(help="Of the gratings, in radians per full-resolution pixel; 1/28 is a period of 176 pixels."),
    ] = SPATIAL_FREQUENCY
    dissimilarity: Annotated[str, arg(help="Of responses to two stimuli: correlation, cosine or euclidean.")] = (
        "correlation"
    )
    similarity: Annotated[
        str,
        arg(help="Of two RDMs: pearson, cosine, whitened-pearson, whitened-cosine, spearman, rho-a, tau-a or tau-b."),
    ] = "pearson"
    bootstraps: Annotated[int, arg(help="Bootstrap samples behind each 95 % interval.")] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        look_up("architecture", self.architecture, ARCHITECTURES)
        for task in self.tasks():
            look_up("task", task, VISUAL_TASKS)
        look_up("dissimilarity", self.dissimilarity, DISSIMILARITIES)
        look_up("similarity", self.similarity, SIMILARITIES)
        for name, smallest in {"seeds": 1, "epochs": 1, "trials": 1, "batch": 1, "bootstraps": 2}.items():
            count = getattr(self, name)
            require(count >= smallest, f"--{name} must be at least {smallest}; got {count}.")
        require(self.batch <= self.trials, f"--batch {self.batch} cannot be drawn from --trials {self.trials}.")
        require(
            0 < self.learning_rate < float("inf"),
            f"--learning-rate must be above 0; got {self.learning_rate}.",
        )
        require(0 <= self.momentum < 1, f"--momentum must be in [0, 1); got {self.momentum}.")
        require(-90 <= self.boundary <= 90, f"--boundary must be in −90…90 degrees; got {self.boundary}.")
        frequency = self.spatial_frequency
        require(
            0 < frequency < float("inf"),
            f"--spatial-frequency must be above 0 radians per pixel; got {frequency}.",
        )
        rows, columns = canvas_size(self.resolution)
        needed = 4 * self.seeds * self.trials * rows * columns
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        require(
            needed < memory / 4,
            f"{self.seeds} × {self.trials} gratings of {rows} × {columns} pixels need {needed / 1e9:.1f} GB, more than "
            "a quarter of this machine's memory; lower --resolution, --trials or --seeds.",
        )
        require(
            self.architecture != "ConvPoolFC" or rows >= 8,
            f"--resolution {self.resolution} gives {rows} × {columns} pixels, too few for max-pooling over 8 × 8; "
            "use at least 0.0167, or another architecture.",
        )

    @abstractmethod
    def tasks(self) -> tuple[str, ...]:
        """Return the names of the tasks that networks are trained on."""

    def is_published(self) -> bool:
        """Return whether the networks learn tilt as Neuromatch Academy published."""
        names = ("architecture", "epochs", "trials", "batch", "learning_rate", "momentum", "resolution")
        defaults = {field.name: field.default for field in fields(self)}
        return all(getattr(self, name) == defaults[name] for name in (*names, "spatial_frequency"))

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
                n_outputs=task.n_outputs,
                readout=task.readout,
                filters=filters,
                key=key,
            ),
            self.seeds,
            key=self.key("networks"),
        )

    def train(self, run: Run, name: str) -> Networks:
        """Train the population on a task, take its controls, and judge both on 1000 fresh trials."""
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
            accuracy = {n: evaluate(x, task, key=self.key("held-out trials")) for n, x in variants.items()}
        if bank.conv is not None:
            variants["random filters"] = self.untrained(task, "random")
        return Networks(variants, history.loss, accuracy)

    def layer_rdms(
        self, models: Any, images: Images, stimuli: np.ndarray
    ) -> tuple[dict[str, RDMs], dict[str, xr.DataArray]]:
        """Show images to a population; return each layer's RDMs, and its responses (of the first seed, where large)."""
        recorded = record(models, images, stimuli=stimuli)
        rdms = {layer: rsa.rdm(x, self.dissimilarity, undefined="drop") for layer, x in recorded.items()}
        kept = {n: x if x.nbytes <= LARGEST_RESPONSES else x.isel(seed=[0]).copy() for n, x in recorded.items()}
        return rdms, kept

    def describe_training(self) -> str:
        """Return the methods of training, in words."""
        several = len(self.tasks()) > 1
        learned = "; or to ".join(VISUAL_TASKS[name][2] for name in self.tasks())
        rows, columns = canvas_size(self.resolution)
        angles = "orientations uniform on (−90°, 90°)"
        if "boundary" in self.tasks():
            angles += f", the boundary at {self.boundary:g}°"
        if "rotation" in self.tasks():
            shown = "a random texture" if self.pictures is None else "the pictures given"
            angles += f", rotations of {shown} uniform on (−180°, 180°)"
        judged = "Accuracy is the share right of 1000 fresh trials"
        if {"orientation", "rotation"} & set(self.tasks()):
            judged += "; of a reported angle, the share that has the right sign"
        return (
            f"Networks ({self.architecture}; {self.seeds} of them{' per task' * several}) were trained to {learned}. "
            f"Each had its own initial weights{' (the same for every task)' * several} and its own {self.trials} "
            f"pictures of {rows} × {columns} pixels, {angles}; {self.epochs} epochs of stochastic gradient descent, "
            f"mini-batches of {self.batch} reshuffled each epoch, learning rate {self.learning_rate:g}, momentum "
            f"{self.momentum:g}. {judged}."
        )

    def describe_comparison(self, measured: str) -> str:
        """Return the methods of the comparison with recordings, in words."""
        dissimilarity, similarity = DISSIMILARITIES[self.dissimilarity][1], SIMILARITIES[self.similarity][1]
        return (
            f"Each layer's representational dissimilarity matrix (RDM; {dissimilarity}) was compared with {measured} "
            f"({similarity}, over the pairs above the diagonal). Means are over seeds and subjects. The 95 % intervals "
            f"come from {self.bootstraps} bootstrap samples of stimuli"
            + (
                " and of seeds, crossed, with the two-factor variance of Schütt et al. (2023): they hold for new "
                "stimuli and new seeds (for new stimuli alone where a model has no seeds), and for these same subjects."
                if self.seeds > 1
                else ": they hold for new stimuli, and for this one network and these same subjects."
            )
        )

    def control_notes(self, networks: Networks) -> list[str]:
        """Return the warning that some layers of the untrained control do not vary over seeds."""
        if "random filters" not in networks.variants:
            return ["This architecture has no filters, so there is no random-filter control: untrained is random."]
        same = "conv, conv_relu and pool" if self.architecture == "ConvPoolFC" else "conv and conv_relu"
        return [
            f"Untrained, {same} are identical in every seed (the same filter bank, zero bias), so their seeds do not "
            "spread; the random filters and the pixels are the controls that tell there."
        ]

    def learning_notes(self, networks: Mapping[str, Networks]) -> list[str]:
        """Return which tasks some networks did not learn: nothing can be said about what those would do to them."""
        failed = {task: int((found.accuracy["trained"] < LEAST_ACCURACY).sum()) for task, found in networks.items()}
        return [
            f"{count} of {self.seeds} networks did not learn {task} (accuracy below {LEAST_ACCURACY:.0%}); "
            "they count in every mean and interval."
            for task, count in failed.items()
            if count
        ]

    def undefined_notes(self, rdms: Mapping[tuple[str, str], RDMs]) -> list[str]:
        """Return which layers lack the RDMs of some seeds, and why."""
        lost: dict[str, list[str]] = {}
        for (layer, variant), rows in rdms.items():
            if len(rows) < self.seeds and variant != NO_LEARNING:
                lost.setdefault(layer, []).append(f"{self.seeds - len(rows)} of {self.seeds} {variant}")
        alike = "some stimulus drives all units of the layer alike, or all stimuli are equally dissimilar"
        why = {"output": "it has a single unit"} if {"tilt", "boundary"} >= set(self.tasks()) else {}
        return [
            f"{layer} lacks the RDM of {', '.join(parts)} networks: {why.get(layer, alike)}."
            for layer, parts in lost.items()
        ]

    def control_methods(self, networks: Networks) -> str:
        """Return which controls were taken, and the question each answers."""
        taken = [*networks.variants, "pixels"]
        meant = CONTROLS | ({} if "random filters" in taken else {"untrained": "not trained: what did learning add?"})
        return "Compared: " + "; ".join(f"{name} ({meant[name]})" for name in taken) + "."
