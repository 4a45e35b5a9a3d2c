"""Networks trained on orientation, with their controls: shared by the experiments that compare them with a brain."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from tyro.conf import arg

from ..analysis import rsa
from ..analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ..errors import look_up, require
from ..learning import evaluate, fit, save_model
from ..models import ARCHITECTURES, ConvNet, population, record
from ..rdms import RDMs
from ..runs import LARGEST_RESPONSES, Run
from ..shapes import Images
from ..stimuli.gratings import SPATIAL_FREQUENCY, canvas_size
from ..tasks import Task, orientation_task
from ..tasks.orientation import ORIENTATION_TASKS
from .protocol import Experiment
from .tables import NETWORKS

CONTROLS = {
    "trained": "optimised for the task",
    "untrained": "the same filter bank, not trained: what did learning add?",
    "random filters": "and not trained: what does the filter bank add?",
    "pixels": "the image itself: what does any model add?",
}
"""Variant → what it is, and the question its comparison answers."""


@dataclass(frozen=True, eq=False)
class Networks:
    """A trained population, its controls, and how well they do the task.

    Attributes
    ----------
    variants : dict of str to population
        "trained", "untrained" and, where the architecture has filters, "random filters".
    loss : DataArray, shape (seed, step)
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
    task: Annotated[str, arg(help="tilt (left or right), boundary (beside --boundary), orientation (regression).")] = (
        "tilt"
    )
    boundary: Annotated[float, arg(help="Class boundary of the task 'boundary', in degrees from vertical.")] = 45.0
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
    similarity: Annotated[str, arg(help="Of two RDMs: pearson, spearman or cosine.")] = "pearson"
    bootstraps: Annotated[int, arg(help="Bootstrap samples behind each 95 % interval.")] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        look_up("architecture", self.architecture, ARCHITECTURES)
        look_up("task", self.task, ORIENTATION_TASKS)
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

    def is_published(self) -> bool:
        """Return whether the networks are trained as Neuromatch Academy published."""
        names = ("architecture", "task", "epochs", "trials", "batch", "learning_rate", "momentum", "resolution")
        defaults = {field.name: field.default for field in fields(self)}
        return all(getattr(self, name) == defaults[name] for name in (*names, "spatial_frequency"))

    def orientation_task(self) -> Task:
        """Return the task that the options name."""
        return orientation_task(
            self.task,
            boundary=self.boundary,
            spatial_frequency=self.spatial_frequency,
            resolution=self.resolution,
        )

    def train(self, run: Run) -> Networks:
        """Train the population, take its controls, and judge both on 1000 fresh gratings."""
        task, key = self.orientation_task(), self.key("networks")

        def untrained(filters: Literal["bank", "random"]) -> Any:
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
                key=key,
            )

        bank = untrained("bank")
        with run.stage("training") as advance:
            trained, loss = fit(
                bank,
                task,
                key=self.key("training"),
                epochs=self.epochs,
                n_trials=self.trials,
                batch=self.batch,
                learning_rate=self.learning_rate,
                momentum=self.momentum,
                progress=advance,
                checkpoint=run.checkpoint,
            )
        save_model(run.path / "model.eqx", trained)
        variants = {"trained": trained, "untrained": bank}
        with run.stage("held-out accuracy"):
            accuracy = {name: evaluate(x, task, key=self.key("held-out trials")) for name, x in variants.items()}
        if bank.conv is not None:
            variants["random filters"] = untrained("random")
        return Networks(variants, loss, accuracy)

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
        task = {
            "tilt": "to say whether a grating is tilted left or right (binary cross-entropy)",
            "boundary": f"to say on which side of {self.boundary:g}° a grating lies (binary cross-entropy)",
            "orientation": "to report a grating's orientation as the unit vector of the doubled angle (squared error)",
        }[self.task]
        rows, columns = canvas_size(self.resolution)
        judged = "Accuracy is the share right of 1000 fresh gratings."
        if self.task == "orientation":
            judged = "Accuracy is the share of 1000 fresh gratings whose reported angle has the right sign."
        return (
            f"Networks ({self.architecture}; {self.seeds} of them) were trained {task}. Each had its own "
            f"initial weights and its own {self.trials} gratings of {rows} × {columns} pixels, orientations uniform on "
            f"(−90°, 90°); {self.epochs} epochs of stochastic gradient descent, mini-batches of {self.batch} "
            f"reshuffled each epoch, learning rate {self.learning_rate:g}, momentum {self.momentum:g}. {judged}"
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

    def undefined_notes(self, rdms: Mapping[tuple[str, str], RDMs]) -> list[str]:
        """Return which layers lack the RDMs of some seeds, and why."""
        lost: dict[str, list[str]] = {}
        for (layer, variant), rows in rdms.items():
            if len(rows) < self.seeds and variant in NETWORKS:
                lost.setdefault(layer, []).append(f"{self.seeds - len(rows)} of {self.seeds} {variant}")
        alike = "some stimulus drives all units of the layer alike, or all stimuli are equally dissimilar"
        why = {"output": "it has a single unit"} if self.task != "orientation" else {}
        return [
            f"{layer} lacks the RDM of {', '.join(parts)} networks: {why.get(layer, alike)}."
            for layer, parts in lost.items()
        ]

    def control_methods(self, networks: Networks) -> str:
        """Return which controls were taken, and the question each answers."""
        taken = [*networks.variants, "pixels"]
        meant = CONTROLS | ({} if "random filters" in taken else {"untrained": "not trained: what did learning add?"})
        return "Compared: " + "; ".join(f"{name} ({meant[name]})" for name in taken) + "."
