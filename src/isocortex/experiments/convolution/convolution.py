"""What does a convolutional layer compute, and why does the visual cortex look like one?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import numpy as np
from tyro.conf import arg

from ...errors import look_up, require
from ...learning import evaluate, fit
from ...models import ConvNet, ConvolutionalLayer, map_size, population, record
from ...runs import Run
from ...shapes import Images
from ...stimuli import canvas_size, filter_bank, gratings
from ...stimuli.gratings import RESOLUTION, SPATIAL_FREQUENCY
from ...tasks import visual_task
from ..shared.protocol import Experiment, Progress
from .cells import (
    bar_responses,
    channel_tuning,
    modulation_table,
    phase_responses,
    pool_curves,
    position_table,
    threshold_curve,
    tuning_to_gratings,
)
from .figures import draw
from .lesson import Lesson, numbers, shown_cells, shown_counts, shown_networks, shown_tuning
from .weights import NETWORKS, Trained, as_matrix, network_counts, stride_and_padding, weight_counts

ANGLES = np.linspace(-90, 90, 5)
"""The five orientations of the published demonstration; −90° and 90° are one grating."""
LARGEST_RESOLUTION = 0.25


@dataclass(frozen=True, kw_only=True)
class Convolution(Experiment):
    """Walk through a convolutional layer: gratings, filters, activations, weights, simple and complex cells.

    The lesson of Neuromatch Academy W1D5, with its claims measured: how many weights sharing saves, what stride and
    padding do, how each filter is tuned, and which cells ignore where a stimulus is.
    """

    name: ClassVar[str] = "convolution"

    channels: Annotated[int, arg(help="Kernels of the layer; a bank has two centre-surround ones, then Gabors.")] = 6
    size: Annotated[int, arg(help="Edge of a kernel in pixels, odd.")] = 7
    stride: Annotated[int, arg(help="Pixels from one position of the kernel to the next.")] = 1
    padding: Annotated[
        int | str, arg(help="Zeros around the image: same (half a kernel), valid (none) or a number of pixels.")
    ] = "same"
    filters: Annotated[str, arg(help="bank (centre-surround and Gabor, zero mean) or random.")] = "bank"
    pool: Annotated[int, arg(help="Edge of the square of positions over which the layer is max-pooled.")] = 8
    resolution: Annotated[
        float, arg(help="Share of 640 × 480 pixels along each axis; 0.1 is 48 rows × 64 columns.")
    ] = RESOLUTION
    spatial_frequency: Annotated[
        float, arg(help="Of the gratings, in radians per full-resolution pixel; 1/28 is a period of 176 pixels.")
    ] = SPATIAL_FREQUENCY
    epochs: Annotated[int, arg(help="Passes through the training gratings of the three networks.")] = 25
    trials: Annotated[int, arg(help="Training gratings of each network.")] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        look_up("kind of filters", self.filters, dict.fromkeys(("bank", "random")))
        require(0.05 <= self.resolution <= LARGEST_RESOLUTION, f"--resolution must be in 0.05…{LARGEST_RESOLUTION}; "
                f"got {self.resolution}.")  # fmt: skip
        rows, columns = self.canvas
        require(3 <= self.channels <= 32, f"--channels must be in 3…32; got {self.channels}.")
        require(
            3 <= self.size <= rows // 2 and self.size % 2 == 1,
            f"--size must be odd, in 3…{rows // 2} for images of {rows} × {columns} pixels; got {self.size}.",
        )
        for n in self.canvas:
            map_size(n, self.size, stride=self.stride, padding=self.padding)
        largest = rows - self.size + 1
        require(1 <= self.pool <= largest, f"--pool must be in 1…{largest} positions here; got {self.pool}.")
        require(
            4 <= self.period <= rows,
            f"--spatial-frequency {self.spatial_frequency:g} gives gratings of {self.period:.3g} pixels per cycle; "
            f"the lesson needs 4…{rows}.",
        )
        for name in ("epochs", "trials"):
            require(getattr(self, name) >= 1, f"--{name} must be at least 1; got {getattr(self, name)}.")

    @property
    def canvas(self) -> tuple[int, int]:
        """(rows, columns) of the images."""
        return canvas_size(self.resolution)

    @property
    def period(self) -> float:
        """Pixels in one cycle of a grating."""
        frequency = self.spatial_frequency
        return 2 * np.pi * self.resolution / frequency if 0 < frequency < float("inf") else float("nan")

    @property
    def bank(self) -> bool:
        """Whether the filters are the published bank."""
        return self.filters == "bank"

    @property
    def names(self) -> list[str]:
        """What each channel is."""
        if not self.bank:
            return [f"filter {i + 1}" for i in range(self.channels)]
        angles = np.linspace(0, 180, self.channels - 2, endpoint=False)
        return ["on centre", "off centre", *(f"Gabor {angle:.4g}°" for angle in angles)]

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: every stimulus is drawn."""

    def walk(self, run: Run, inputs: None) -> None:
        """Gratings → layer → weights → tuning → simple and complex cells → figures."""
        stimuli, layer = self.gratings(ANGLES), self.layer()
        kernels = np.asarray(layer.kernels)
        with run.stage("layer"):
            conv = record(layer, stimuli, stimuli=ANGLES, population=False)["conv"]
            maps = conv.values.reshape(len(ANGLES), self.channels, *self.map_shape())
            matrix = as_matrix(layer, stimuli[1])
            strongest = int((maps[:, -1] ** 2).mean(axis=(1, 2)).argmax())
            sizes = stride_and_padding(layer, stimuli[strongest])
        with run.stage("training"):
            networks = {name: self.train(name) for name in NETWORKS}
        with run.stage("tuning"):
            curves = tuning_to_gratings(self.layer(padding="valid", stride=1), self.gratings)
            tuning = channel_tuning(curves, self.names, bank=self.bank)
        with run.stage("cells"):
            phases = phase_responses(
                kernels, self.gratings, period=self.period, pool=self.pool, key=self.key("random pairs")
            )
            cells, units = modulation_table(phases, self.period, self.pool)
            bars = bar_responses(
                kernels,
                resolution=self.resolution,
                canvas=self.canvas,
                period=self.period,
                pool=self.pool,
                oriented=slice(2 if self.bank else 0, None),
            )
        found = Lesson(
            bank=self.bank,
            names=self.names,
            angles=ANGLES,
            stimuli=stimuli,
            kernels=kernels,
            maps=maps,
            sizes=sizes,
            sizes_angle=float(ANGLES[strongest]),
            matrix=matrix,
            networks=networks,
            counts=weight_counts(layer, self.canvas, self.map_shape()),
            network_counts=network_counts(networks),
            curves=curves,
            tuning=tuning,
            phases=phases,
            cells=cells,
            units=units,
            pools=pool_curves(phases, self.period),
            thresholds=threshold_curve(phases),
            bars=bars,
            positions=position_table(bars, self.period),
        )
        run.summary(numbers(found))
        with run.stage("figures"):
            draw(run, found)
        self.report(run, found)
        run.responses({"conv": conv, **{f"phase/{name}": x for name, x in phases.cells.items()}})

    def map_shape(self) -> tuple[int, int]:
        """Return (rows, columns) of the layer's maps."""
        rows, columns = (map_size(n, self.size, stride=self.stride, padding=self.padding) for n in self.canvas)
        return rows, columns

    def gratings(self, angles: np.ndarray, phase: np.ndarray | float = 0.0, *, sinusoidal: bool = False) -> Images:
        """Draw zero-centred gratings on the canvas of the options."""
        return gratings(
            angles,
            spatial_frequency=self.spatial_frequency,
            resolution=self.resolution,
            phase=phase,
            sinusoidal=sinusoidal,
            zero_centred=True,
        )

    def layer(self, *, padding: int | str | None = None, stride: int | None = None) -> ConvolutionalLayer:
        """Return the layer of the options, or the same kernels with another padding or stride."""
        kernels = filter_bank(self.channels, self.size, zero_mean=True) if self.bank else "random"
        return ConvolutionalLayer(
            self.channels,
            self.size,
            filters=kernels,
            stride=self.stride if stride is None else stride,
            padding=self.padding if padding is None else padding,
            key=self.key("filters"),
        )

    def train(self, name: str) -> Trained:
        """Train one published network to tell the tilt of gratings of 48 × 64 pixels."""
        task = visual_task("tilt")
        before = population(
            lambda key: ConvNet(
                NETWORKS[name][0],
                filters=NETWORKS[name][1],
                channels=self.channels,
                kernel_size=self.size,
                key=key,
            ),
            1,
            key=self.key(f"network {name}"),
        )
        batch = min(100, self.trials)
        after, _ = fit(before, task, key=self.key("training"), epochs=self.epochs, n_trials=self.trials, batch=batch)
        (accuracy,) = evaluate(after, task, key=self.key("held-out trials"))
        untrained, trained = jax.tree.map(lambda x: x[0], (before, after))
        return Trained(untrained, trained, float(accuracy))

    def report(self, run: Run, found: Lesson) -> None:
        """Write the answer in words, its tables, and the methods."""
        rows, columns = self.canvas
        run.table(
            "weights",
            shown_counts(found),
            title=f"What sharing saves: layers from {rows} × {columns} pixels to the same outputs",
            caption="Counted from the layer itself where it exists, else by its formula.",
            shown=True,
        )
        run.table(
            "cells",
            shown_cells(found),
            title="Which cells ignore where a grating is? Modulation by its phase",
            caption=f"Sinusoidal grating, {self.period:.3g} pixels per cycle; medians of units. F1/F0 above 1 is "
            "called simple, below complex. Last column: pixels over which a bar drives half of the largest response.",
            shown=True,
        )
        run.table(
            "networks",
            shown_networks(found),
            title="Weights and biases of the published networks",
            caption="For 48 × 64 pixels. Accuracy on 1000 fresh gratings; ConvFC is counted, not trained.",
            shown=True,
        )
        run.table(
            "tuning",
            shown_tuning(found),
            title="What each channel prefers",
            caption="Preferred orientation from the vector sum of the energy; response: mean rectified activation.",
            shown=True,
        )
        counts, simple, energy, pooled = found.counts, *map(found.modulation, ("rectified", "complex", "pooled"))
        kind = "complex" if pooled < 1 else "simple"
        run.describe(
            question="What does a convolutional layer compute, what does it save, and which cells ignore position?",
            answer=f"It computes {counts['outputs']:,} outputs with {counts['convolution']:,} weights and biases, "
            f"where a fully connected layer needs {counts['fully_connected']:,}. Its rectified channels are simple "
            f"cells: they follow a grating's phase, F1/F0 = {simple:.3f} (in theory π/2). Two ways lead to "
            f"invariance: the energy of a quadrature pair ({energy:.3f}; in theory 0), and max-pooling, "
            f"which over {self.pool} × {self.pool} positions brings F1/F0 to {pooled:.2f}, {kind} by the "
            "classical criterion.",
            notes=self.notes(found),
            methods=self.methods(),
            references=[
                "neuromatch",
                "lecun-1989",
                "adelson-bergen-1985",
                "riesenhuber-poggio-1999",
                "skottun-1991",
                "mechler-ringach-2002",
            ],
            meanings=self.meanings(),
        )

    def notes(self, found: Lesson) -> list[str]:
        """Return what a reader has to know before believing the tables."""
        notes = [
            "F1/F0 below 1 does not prove an energy model: a single filter rectified on both sides, and the energy of "
            "any two filters, have it as well, and so has a linear cell that its threshold does not cut. F2/F0 tells "
            "the first two from a quadrature pair.",
            "Each network was trained once, with one seed: isocortex run orientation-v1 trains populations.",
        ]
        if self.bank:
            notes.insert(
                0,
                "A Gabor's angle is measured along the rows, a grating's along the columns, as published: grating(0) "
                "drives the Gabor of 90° and leaves that of 0° silent.",
            )
        return notes

    def methods(self) -> list[str]:
        """Return how everything was measured, in words."""
        rows, columns = self.canvas
        kind = (
            "the published filter bank (two centre-surround filters, the rest Gabors), each filter's mean taken off, "
            "biases 0"
            if self.bank
            else "random, uniform within ±1/(edge of the kernel), as are the biases"
        )
        return [
            f"Layer: {self.channels} kernels of {self.size} × {self.size} pixels, {kind}; stride {self.stride}, "
            f"padding {self.padding}. Images: {rows} × {columns} pixels, square-wave gratings of −0.5 and 0.5 with "
            f"{self.period:.3g} pixels per cycle, as in the published demonstration. C(x, y) = Σ f(kx, ky)·I(x + kx, "
            "y + ky): a cross-correlation, which deep learning calls convolution.",
            "Weight matrix: the layer convolved every image with a single bright pixel; each answer is a column.",
            f"Networks: 48 × 64 pixels, {self.epochs} epochs over {self.trials} gratings in mini-batches of "
            f"{min(100, self.trials)}, stochastic gradient descent (rate 5e-4, momentum 0.99), tilt left or right.",
            "Tuning: gratings every 5°, over the positions where the whole kernel lies in the image, stride 1. "
            "Preferred orientation: direction of the vector sum on the doubled angle. Selectivity: its length over the "
            "summed response, the lowest response taken off.",
            "Phase: zero-centred sinusoidal gratings, 48 phases. Energy model: Gabor pairs of the grating's own "
            "wavelength, eight orientations, read at the centre; simple cells are the half-rectified phases of the "
            "pair and their opposites, the complex cell the root of their summed squares. Layer: its kernels without "
            "biases, stride 1, each at the best of the eight orientations, at the centre or as the maximum of a square "
            "of positions around it. F0 is the mean over phases, F1 and F2 the amplitudes of the first two harmonics.",
            "Closed forms: max(0, cos φ) has F1/F0 = π/2 and F2/F0 = 2/3; a quadrature pair has 0 and 0; |cos φ| has 0 "
            "and 2/3; 1 + cos φ has 1 and 0. The maximum of max(0, cos φ) over a range of phases is a plateau with a "
            "piece of cosine on each side, whose harmonics are elementary.",
        ]
