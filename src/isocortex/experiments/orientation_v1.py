"""Do networks that learn to tell the tilt of gratings become like primary visual cortex?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from tyro.conf import arg

from .. import plots
from ..analysis import embed, rsa, tuning_curves
from ..analysis.rsa import DISSIMILARITIES, SIMILARITIES, NoiseCeiling
from ..errors import require, unknown
from ..models import Pixels, record
from ..rdms import RDMs
from ..recordings import read_npz, synthetic_v1
from ..runs import Run
from ..stimuli import filter_bank, gratings
from .orientation_networks import CONTROLS, Networks, OrientationNetworks
from .tables import answer_table, interval, similarity_table

SYNTHETIC = "synthetic-v1"
REFERENCE_ANGLES = (-75.0, -25.0, 25.0, 75.0)
PUBLISHED_LOSS = {5: 4.10e-1, 10: 5.17e-2, 15: 1.32e-2, 20: 2.28e-3, 25: 8.08e-5}
"""Loss on the last mini-batch of these epochs, as Neuromatch Academy W1D5 printed it for one seed."""

Neurons = dict[str, xr.DataArray]


@dataclass(frozen=True, kw_only=True)
class OrientationV1(OrientationNetworks):
    """Train networks on the tilt of gratings and compare every layer with V1.

    Each layer's RDM over the orientations that the animals saw is compared with theirs, beside three controls
    (untrained, random filters, pixels), with 95 % intervals and the noise ceiling.
    """

    name: ClassVar[str] = "orientation-v1"

    data: Annotated[
        str,
        arg(help="synthetic-v1, or the path of an NPZ file with resp and stimuli (or resp_train, resp_test, stimuli)."),
    ] = SYNTHETIC
    bin_width: Annotated[float | None, arg(help="Average a file's stimuli within bins of this many degrees.")] = None

    def read(self) -> Neurons | None:
        """Read the recordings, or return None where they will be simulated."""
        if self.data == SYNTHETIC:
            return None
        if not Path(self.data).suffix and not Path(self.data).exists():
            raise unknown("data set", self.data, [SYNTHETIC, "PATH.npz"])
        return read_npz(self.data, bin_width=self.bin_width)

    def walk(self, run: Run, inputs: Neurons | None) -> None:
        """Neurons → networks → responses → RDMs → comparison → figures."""
        with run.stage("neurons"):
            neurons = synthetic_v1(key=self.key("neurons")) if inputs is None else inputs
            measured = rsa.rdm(neurons, self.dissimilarity)
            ceiling = self.ceiling(neurons, measured)
        networks = self.train(run)
        with run.stage("responses"):
            angles = measured.stimuli
            images = gratings(angles, spatial_frequency=self.spatial_frequency, resolution=self.resolution)
            rdms, kept = {}, {}
            for variant, networks_of in networks.variants.items():
                for layer, activity in record(networks_of, images, stimuli=angles).items():
                    rdms[layer, variant] = rsa.rdm(activity, self.dissimilarity, undefined="drop")
                    if variant == "trained":
                        kept[layer] = activity
            pixels = record(Pixels(), images, stimuli=angles, population=False)["pixels"]
            rdms["pixels", "pixels"] = rsa.rdm(pixels, self.dissimilarity)
        with run.stage("comparison"):
            table, dots = similarity_table(
                rdms, measured, key=self.key("bootstrap"), method=self.similarity, n_bootstraps=self.bootstraps
            )
        mark = "synthetic data" if inputs is None else ""
        self.report(run, table, ceiling, networks, rdms, mark)
        with run.stage("figures"):
            self.draw(run, neurons, measured, networks, kept, pixels, rdms, table, dots, ceiling, mark)
        averaged = {name: x.mean("repeat", keep_attrs=True) if "repeat" in x.dims else x for name, x in neurons.items()}
        run.responses({f"trained/{layer}": activity for layer, activity in kept.items()} | averaged)

    def ceiling(self, neurons: Neurons, measured: RDMs) -> NoiseCeiling | None:
        """Return the ceiling from several animals, or from two halves of one; None where there is neither."""
        if len(measured) > 1:
            return rsa.noise_ceiling(measured, self.similarity)
        (animal,) = neurons.values()
        if animal.sizes.get("repeat", 1) < 2:
            return None
        halves = {"first": animal.isel(repeat=slice(0, None, 2)), "second": animal.isel(repeat=slice(1, None, 2))}
        return rsa.split_half_ceiling(rsa.rdm(halves, self.dissimilarity), self.similarity)

    def report(
        self,
        run: Run,
        table: pd.DataFrame,
        ceiling: NoiseCeiling | None,
        networks: Networks,
        rdms: dict[tuple[str, str], RDMs],
        mark: str,
    ) -> None:
        """Write the numbers, the answer in words, and the methods."""
        numbers = networks.summary()
        for row in table.itertuples():
            place = "rsa.pixels" if row.layer == "pixels" else f"rsa.{row.layer}.{row.variant}"
            numbers |= {f"{place}.{what}": getattr(row, what) for what in ("mean", "low", "high")}
        if ceiling is not None:
            numbers |= {"rsa.ceiling.lower": ceiling.lower, "rsa.ceiling.upper": ceiling.upper}
        run.summary(numbers)
        measure = SIMILARITIES[self.similarity][1]
        limit = f"{ceiling.lower:.3f}–{ceiling.upper:.3f}" if ceiling else "unknown"
        run.table("similarity", table, caption="Similarity of each layer's RDM with the recorded one.")
        run.table(
            "answer",
            answer_table(table),
            title=f"How V1-like is each layer? {measure}: mean [95 % interval]",
            caption=f"Noise ceiling {limit}{f' ({ceiling.kind})' if ceiling else ''}.",
            shown=True,
        )
        trained = table[table["variant"] == "trained"]
        best = trained.loc[trained["mean"].idxmax()] if len(trained) else None
        answer = "No layer of the trained networks has a defined RDM, so there is nothing to compare."
        if best is not None:
            rivals = table[(table["layer"] == best["layer"]) & (table["variant"] != "trained")]
            said = ", ".join(f"{row.variant} {interval(row)}" for row in rivals.itertuples())
            answer = (
                f"Of the trained networks' layers, {best['layer']} is most like V1: {measure} {interval(best)}"
                f"{f' (controls: {said})' if said else ''}; the pixels reach {interval(table.iloc[-1])}. "
                f"Noise ceiling {limit}. Accuracy {numbers['task.accuracy.trained.mean']:.3f} trained, "
                f"{numbers['task.accuracy.untrained.mean']:.3f} untrained."
            )
        run.describe(
            question="Do networks that learn to tell the tilt of gratings become like primary visual cortex?",
            answer=answer,
            notes=self.notes(rdms, ceiling, networks),
            methods=[
                self.describe_training(),
                "Controls: " + "; ".join(f"{name} ({what})" for name, what in CONTROLS.items()) + ".",
                self.describe_neurons(),
                self.describe_comparison("those of the animals"),
            ],
            references=["neuromatch", "stringer-2021", "kriegeskorte-rsa-2008", "nili-2014", "schutt-2023"],
            meanings=self.meanings(),
            mark=f"{mark}: simulated neurons, no animal was recorded" if mark else "",
        )

    def describe_neurons(self) -> str:
        """Return where the neural responses come from, in words."""
        if self.data == SYNTHETIC:
            return (
                "The neurons are synthetic: 3 animals, 180 orientations, 8 repeats, 2000 neurons each, with von Mises "
                "tuning on the doubled angle, heterogeneous width, gain and preference with a cardinal bias, private "
                "and shared trial noise, and differences between animals."
            )
        binned = f", averaged in bins of {self.bin_width:g}°" if self.bin_width else ""
        return f"The neural responses were read from {Path(self.data).name}: stimuli up to 180°, minus 90{binned}."

    def notes(
        self, rdms: dict[tuple[str, str], RDMs], ceiling: NoiseCeiling | None, networks: Networks
    ) -> list[str]:
        """Return what a reader has to know before believing the table."""
        notes = []
        if "random" in networks.variants:
            same = "conv, conv_relu and pool" if self.architecture == "ConvPoolFC" else "conv and conv_relu"
            notes.append(
                f"Untrained, {same} are identical in every seed (the same filter bank, zero bias), so their seeds do "
                "not spread; the random filters and the pixels are the controls that tell there."
            )
        for (layer, variant), rows in rdms.items():
            lost = self.seeds - len(rows)
            if variant != "pixels" and lost:
                why = "it has one unit" if layer == "output" and self.task != "orientation" else "its units are all alike for some stimulus"
                notes.append(f"{layer} ({variant}): {lost} of {self.seeds} seeds have no RDM, because {why}; they are left out.")
        if ceiling is None:
            notes.append("There is no noise ceiling: it needs several animals, or repeats of one (resp_train, resp_test).")
        return notes

    def draw(
        self,
        run: Run,
        neurons: Neurons,
        measured: RDMs,
        networks: Networks,
        kept: dict[str, xr.DataArray],
        pixels: xr.DataArray,
        rdms: dict[tuple[str, str], RDMs],
        table: pd.DataFrame,
        dots: dict[tuple[str, str], np.ndarray],
        ceiling: NoiseCeiling | None,
        mark: str,
    ) -> None:
        """Draw every figure of the report."""
        angles = measured.stimuli
        shown = [layer for layer in ("conv_relu", "pool", "fc") if len(rdms.get((layer, "trained"), ()))]
        animal_name, animal = next(iter(neurons.items()))
        first = {layer: kept[layer].isel(seed=0) for layer in shown}
        examples = np.array([-75.0, -45.0, -25.0, 0.0, 25.0, 45.0])
        drawn = gratings(examples, spatial_frequency=self.spatial_frequency, resolution=self.resolution)
        measure, axis_label = DISSIMILARITIES[self.dissimilarity][1], SIMILARITIES[self.similarity][1]

        run.figure(
            "rdm_similarity",
            plots.similarity_bars(table, measure=axis_label, dots=dots, ceiling=ceiling),
            title="How V1-like is each layer?",
            caption="Bars: mean over seeds and animals. Black lines: 95 % interval for new stimuli and seeds. Dots: "
            + ("seeds. Grey band: noise ceiling." if ceiling else "seeds. There is no noise ceiling for these data."),
            alt=f"Bar chart of the {axis_label} with V1, by layer, for trained, untrained and random networks and pixels.",
            mark=mark,
        )
        run.figure(
            "rdms",
            plots.rdm_panels(
                {f"V1 ({len(measured)} animal{'s' * (len(measured) > 1)})": measured}
                | {f"trained {layer}": rdms[layer, "trained"] for layer in shown}
                | {
                    f"{variant} {layer}": rdms[layer, variant]
                    for variant in ("untrained", "random")
                    for layer in shown[-2:]
                    if len(rdms.get((layer, variant), ()))
                }
                | {"pixels": rdms["pixels", "pixels"]}
            ),
            title="Dissimilarity matrices",
            caption=f"Mean RDM ({measure}) of the animals, of the seeds of each layer, and of the pixels; each as "
            "percentiles of its own dissimilarities.",
            alt="Matrices of the dissimilarity of every pair of orientations in V1, in layers of the networks, and in pixels.",
            mark=mark,
        )
        run.figure(
            "rdm_rows",
            plots.rdm_rows(
                {"V1": measured} | {f"trained {layer}": rdms[layer, "trained"] for layer in shown[-2:]}, REFERENCE_ANGLES, measure=measure
            ),
            title="Rows of the matrices",
            caption="How dissimilar each orientation is from −75°, −25°, 25° and 75°. Thin: animals and seeds; thick: their mean.",
            alt="Curves of dissimilarity against orientation for four reference orientations, V1 beside two layers.",
            mark=mark,
        )
        run.figure(
            "tuning",
            plots.tuning(
                {f"V1, {animal_name}": tuning_curves(animal)} | {f"trained {n}": tuning_curves(x) for n, x in first.items()},
                unit=dict.fromkeys([f"trained {n}" for n in first], "activity (a.u.)")
                | {f"V1, {animal_name}": "response (a.u.)" if mark else "response (z-scored)"},
            ),
            title="Tuning of neurons and units",
            caption="The most selective neuron or unit (first seed) in each of six ranges of preferred orientation.",
            alt="Tuning curves over orientation of example V1 neurons and of units in layers of one trained network.",
            mark=mark,
        )
        run.figure(
            "embedding",
            plots.embedding_maps(
                {
                    title: embed(x, key=self.key("embedding"))
                    for title, x in {f"V1, {animal_name}": animal, **{f"trained {n}": x for n, x in first.items()}, "pixels": pixels}.items()
                },
                angles,
            ),
            title="Maps of the population responses",
            caption="PCA to at most 20 dimensions, then t-SNE: a point is one orientation. Only neighbourhoods mean something.",
            alt="Scatter plots in which neighbouring orientations have neighbouring colours, for V1, network layers and pixels.",
            mark=mark,
        )
        run.figure(
            "training",
            plots.training_curves(
                networks.loss,
                unit="squared error" if self.task == "orientation" else "nats",
                published=PUBLISHED_LOSS if self.task == "tilt" and self.architecture == "ConvPoolFC" else None,
            ),
            title="Learning the task",
            caption="Mean loss over each epoch. Crosses: loss of one seed on the last mini-batch, as published by Neuromatch "
            f"Academy. Held-out accuracy {networks.accuracy['trained'].mean():.3f}; untrained {networks.accuracy['untrained'].mean():.3f}.",
            alt="Training loss against epoch on a logarithmic axis, one line per seed, with published values as crosses.",
        )
        trained = networks.variants["trained"].conv
        if trained is not None:
            run.figure(
                "filters",
                plots.filter_change(
                    filter_bank(),
                    [np.asarray(kernels) for kernels in trained.kernels[:2]],
                    [f"trained, seed {i}" for i in range(min(2, self.seeds))],
                ),
                title="Filters before and after training",
                caption="The filter bank (two centre-surround, four Gabor filters), and what training made of it in two networks.",
                alt="Six 7 by 7 pixel filters in red and blue, before training and after it in two networks.",
            )
        run.figure(
            "stimuli",
            plots.image_row(drawn, [f"{angle:g}°" for angle in examples]),
            title="Stimuli",
            caption="Example gratings; degrees from vertical, negative is tilted left.",
            alt="Six black-and-white gratings tilted from left to right.",
        )
        loss = networks.loss.transpose("step", "seed").to_pandas()
        loss.insert(0, "epoch", networks.loss["epoch"].values)
        run.table("training_loss", loss.reset_index(drop=True), caption="Loss of every mini-batch, a column per seed.")
        for title, stack in {"v1": measured, **{f"trained_{layer}": rdms[layer, "trained"] for layer in shown}}.items():
            square = pd.DataFrame(stack.square().mean(axis=0), index=angles, columns=angles)
            run.table(f"rdm_{title}", square, caption="Mean RDM.")
