"""Do networks that learn to tell the tilt of gratings become like primary visual cortex?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from tyro.conf import arg

from ..analysis import rsa
from ..analysis.rsa import SIMILARITIES
from ..errors import require, unknown
from ..models import Pixels, record
from ..recordings import DATASETS, fetch, read_npz, synthetic_v1, where
from ..runs import Run
from ..shapes import Images
from ..stimuli import gratings
from .orientation_figures import Comparison, Neurons, draw
from .orientation_networks import OrientationNetworks
from .protocol import Progress
from .tables import NO_LEARNING, answer_table, best, interval, noise_ceiling, records, similarity_table

SYNTHETIC = "synthetic-v1"


@dataclass(frozen=True, kw_only=True)
class OrientationV1(OrientationNetworks):
    """Train networks on the tilt of gratings and compare every layer with V1.

    Each layer's RDM over the orientations that the animals saw is compared with theirs, beside three controls
    (untrained, random filters, pixels), with 95 % intervals and the noise ceiling.
    """

    name: ClassVar[str] = "orientation-v1"

    data: Annotated[
        str,
        arg(
            help="synthetic-v1, a data set to download (isocortex data list), or the path of an NPZ file with resp and "
            "stimuli (or resp_train, resp_test, stimuli)."
        ),
    ] = SYNTHETIC
    bin_width: Annotated[float | None, arg(help="Average a file's stimuli within bins of this many degrees.")] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        width = self.bin_width
        require(width is None or 0 < width <= 90, f"--bin-width must be in (0, 90] degrees; got {width}.")
        if Path(self.data).is_file():
            object.__setattr__(self, "data", str(Path(self.data).absolute()))

    def read(self, progress: Progress | None = None) -> Neurons | None:
        """Read the recordings, or return None where they will be simulated; try the stimuli on both sides."""
        neurons = None if self.data == SYNTHETIC else self.recording(progress)
        angles = (
            np.linspace(-90, 90, 180, endpoint=False) if neurons is None else neurons["animal 1"]["stimulus"].values
        )
        pixels = record(Pixels(), self.gratings(angles), stimuli=angles, population=False)["pixels"]
        rsa.rdm(pixels.rename("The pixels of the gratings at these angles"), self.dissimilarity)
        if neurons is not None:
            rsa.rdm(neurons, self.dissimilarity)
        return neurons

    def recording(self, progress: Progress | None) -> Neurons:
        """Read the recordings that --data names."""
        if self.data in DATASETS:
            return read_npz(fetch(self.data, progress=progress), bin_width=self.bin_width)
        if not Path(self.data).suffix and not Path(self.data).exists():
            raise unknown("data set", self.data, [SYNTHETIC, *DATASETS, "PATH.npz"])
        return read_npz(self.data, bin_width=self.bin_width)

    def walk(self, run: Run, inputs: Neurons | None) -> None:
        """Neurons → networks → responses → RDMs → comparison → figures."""
        run.mark = "synthetic neurons" if inputs is None else ""
        with run.stage("neurons"):
            neurons = synthetic_v1(key=self.key("neurons")) if inputs is None else inputs
            measured = rsa.rdm(neurons, self.dissimilarity)
            ceiling = noise_ceiling(neurons, measured, dissimilarity=self.dissimilarity, similarity=self.similarity)
        networks = self.train(run)
        with run.stage("responses"):
            angles = measured.stimuli
            images = self.gratings(angles)
            rdms, responses = {}, {}
            for variant, models in networks.variants.items():
                of_layers, responses[variant] = self.layer_rdms(models, images, angles)
                rdms |= {(layer, variant): rows for layer, rows in of_layers.items()}
            pixels = record(Pixels(), images, stimuli=angles, population=False)["pixels"]
            rdms["pixels", NO_LEARNING] = rsa.rdm(pixels, self.dissimilarity)
        with run.stage("comparison"):
            table, dots = similarity_table(
                rdms,
                measured,
                key=self.key("bootstrap"),
                method=self.similarity,
                n_bootstraps=self.bootstraps,
            )
        found = Comparison(neurons, measured, ceiling, networks, responses["trained"], pixels, rdms, table, dots)
        self.report(run, found)
        with run.stage("figures"):
            draw(self, run, found)
        means = {name: x.mean("repeat", keep_attrs=True) if "repeat" in x.dims else x for name, x in neurons.items()}
        run.responses({f"trained/{layer}": x for layer, x in responses["trained"].items()} | means)

    def gratings(self, angles: np.ndarray) -> Images:
        """Draw the gratings that the networks are shown."""
        return gratings(angles, spatial_frequency=self.spatial_frequency, resolution=self.resolution)

    def files(self) -> list[Path]:
        """Return the recording's file, where there is one."""
        return [] if self.data == SYNTHETIC else [where(self.data) if self.data in DATASETS else Path(self.data)]

    def report(self, run: Run, found: Comparison) -> None:
        """Write the numbers, the answer in words, and the methods."""
        table, ceiling, numbers = found.table, found.ceiling, found.networks.summary()
        for row in records(table):
            place = "rsa.pixels" if row["layer"] == "pixels" else f"rsa.{row['layer']}.{row['variant'].split()[0]}"
            numbers |= {f"{place}.{what}": row[what] for what in ("mean", "low", "high")}
        if ceiling is not None:
            numbers |= {"rsa.ceiling.lower": ceiling.lower, "rsa.ceiling.upper": ceiling.upper}
        run.summary(numbers)
        measure = SIMILARITIES[self.similarity][1]
        limit = f"{ceiling.lower:.3f}–{ceiling.upper:.3f}" if ceiling else "unknown"
        run.table("similarity", table, caption="Similarity of each layer's RDM with the recorded ones.")
        run.table(
            "answer",
            answer_table(table),
            title=f"How V1-like is each layer? {measure}, mean [95 % interval]",
            caption=f"Noise ceiling {limit}{f' ({ceiling.kind})' if ceiling else ''}.",
            shown=True,
        )
        answer = "No layer of the trained networks has a defined RDM, so there is nothing to compare."
        if trained := records(table, "trained"):
            top = best(trained)
            rivals = [row for row in records(table, "untrained", "random filters") if row["layer"] == top["layer"]]
            controls = ", ".join(f"{row['variant']} {interval(row)}" for row in rivals)
            answer = (
                f"Of the trained networks' layers, {top['layer']} is most like V1: {measure} {interval(top)}"
                f"{f' (controls: {controls})' if controls else ''}; the pixels reach "
                f"{interval(records(table, NO_LEARNING)[0])}. Noise ceiling {limit}. Accuracy "
                f"{numbers['task.accuracy.trained.mean']:.3f} trained, "
                f"{numbers['task.accuracy.untrained.mean']:.3f} untrained."
            )
        run.describe(
            question="Do networks that learn to tell the tilt of gratings become like primary visual cortex?",
            answer=answer,
            notes=self.notes(found),
            methods=[
                self.describe_training(),
                self.control_methods(found.networks),
                self.describe_neurons(),
                self.describe_comparison("those of the animals"),
            ],
            references=[
                "neuromatch",
                *([DATASETS[self.data].reference] if self.data in DATASETS else []),
                "kriegeskorte-rsa-2008",
                "nili-2014",
                "schutt-2023",
            ],
            meanings=self.meanings(),
        )

    def describe_neurons(self) -> str:
        """Return where the neural responses come from, in words."""
        if self.data == SYNTHETIC:
            return (
                "The neurons are synthetic: 3 animals, 180 orientations, 8 repeats, 2000 neurons each, with von Mises "
                "tuning on the doubled angle, heterogeneous width, gain and preference with a cardinal bias, private "
                "and shared trial noise, and differences between animals. No animal was recorded."
            )
        binned = f", averaged in bins of {self.bin_width:g}°" if self.bin_width else ""
        folded = f"stimuli up to 180°, minus 90{binned}"
        if self.data in DATASETS:
            known = DATASETS[self.data]
            return f"Data set {self.data} ({folded}). {known.content} Licence: {known.licence}."
        return f"The neural responses were read from {Path(self.data).name} ({folded})."

    def notes(self, found: Comparison) -> list[str]:
        """Return what a reader has to know before believing the table."""
        notes = self.control_notes(found.networks) + self.undefined_notes(found.rdms)
        if found.ceiling is None:
            notes.append(
                "There is no noise ceiling: it needs several animals, or repeats of one (resp_train, resp_test)."
            )
        return notes
