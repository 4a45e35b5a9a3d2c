"""Do networks that learn to tell the tilt of gratings become like primary visual cortex?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from tyro.conf import arg

from ..analysis import rsa
from ..analysis.rsa import SIMILARITIES, NoiseCeiling
from ..errors import unknown
from ..models import Pixels, record
from ..rdms import RDMs
from ..recordings import DATASETS, fetch, read_npz, synthetic_v1
from ..runs import Run
from ..stimuli import gratings
from .orientation_figures import Comparison, Neurons, draw
from .orientation_networks import CONTROLS, OrientationNetworks
from .protocol import Progress
from .tables import NO_LEARNING, answer_table, best, interval, records, similarity_table

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

    def read(self, progress: Progress | None = None) -> Neurons | None:
        """Read the recordings, or return None where they will be simulated."""
        if self.data == SYNTHETIC:
            return None
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
            ceiling = self.ceiling(neurons, measured)
        networks = self.train(run)
        with run.stage("responses"):
            angles = measured.stimuli
            images = gratings(angles, spatial_frequency=self.spatial_frequency, resolution=self.resolution)
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

    def ceiling(self, neurons: Neurons, measured: RDMs) -> NoiseCeiling | None:
        """Return the ceiling from several animals, or from two halves of one; None where there is neither."""
        if len(measured) > 1:
            return rsa.noise_ceiling(measured, self.similarity)
        (animal,) = neurons.values()
        if animal.sizes.get("repeat", 1) < 2:
            return None
        halves = {
            "first": animal.isel(repeat=slice(0, None, 2)),
            "second": animal.isel(repeat=slice(1, None, 2)),
        }
        return rsa.split_half_ceiling(rsa.rdm(halves, self.dissimilarity), self.similarity)

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
                "Controls: " + "; ".join(f"{name} ({what})" for name, what in CONTROLS.items()) + ".",
                self.describe_neurons(),
                self.describe_comparison("those of the animals"),
            ],
            references=["neuromatch", "stringer-2021", "kriegeskorte-rsa-2008", "nili-2014", "schutt-2023"],
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
