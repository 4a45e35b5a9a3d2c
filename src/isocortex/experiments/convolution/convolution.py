"""What does a convolutional layer compute, and why does the visual cortex look like one?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import numpy as np

from ...errors import require
from ...learning import evaluate, fit
from ...models import PADDINGS, ConvNet, ConvolutionalLayer, population, record
from ...runs import Run
from ...shapes import Images
from ...stimuli import canvas_size, filter_bank, gratings
from ...stimuli.gratings import RESOLUTION, SPATIAL_FREQUENCY
from ...tasks import visual_task
from ..shared.options import option
from ..shared.protocol import Experiment
from .cells import bar_responses, channel_tuning, phase_responses, tuning_to_gratings
from .convolution_result import ConvolutionResult
from .lesson import Lesson
from .weights import HELD_OUT, LARGEST_BATCH, NETWORKS, Trained, as_matrix

ANGLES = np.linspace(-90, 90, 5)
"""The five orientations of the published demonstration; −90° and 90° are one grating."""


@dataclass(frozen=True, kw_only=True)
class Convolution(Experiment):
    """Walk through a convolutional layer: gratings, filters, activations, weights, simple and complex cells.

    The lesson of Neuromatch Academy W1D5, with its claims measured: how many weights sharing saves, what stride and
    padding do, how each filter is tuned, and which cells ignore where a stimulus is.
    """

    name: ClassVar[str] = "convolution"

    channels: Annotated[
        int,
        option(
            "Kernels of the layer; a bank has two centre-surround kernels, and the others are Gabors",
            at_least=3,
            at_most=32,
        ),
    ] = 6
    size: Annotated[
        int,
        option("Edge of a kernel, odd and at most half of the image's height", unit="pixels", at_least=3, at_most=59),
    ] = 7
    stride: Annotated[
        int, option("Distance between neighbouring positions of a kernel", unit="pixels", at_least=1, at_most=60)
    ] = 1
    padding: Annotated[
        int | str,
        option(
            "Zeros on each side of the image, fewer than the edge of a kernel; same is half of a kernel, valid is none",
            at_least=0,
            at_most=58,
            among=PADDINGS,
        ),
    ] = "same"
    filters: Annotated[
        str,
        option("Kernels: centre-surround and Gabor filters with zero mean, or random values", among=("bank", "random")),
    ] = "bank"
    pool: Annotated[
        int,
        option(
            "Edge of the square over which the layer is max-pooled", unit="positions of the kernel", at_least=1,
            at_most=118,
        ),
    ] = 8  # fmt: skip
    resolution: Annotated[
        float,
        option(
            "Share of 640 × 480 pixels along each axis (0.1 for 48 rows × 64 columns)", at_least=0.05, at_most=0.25
        ),
    ] = RESOLUTION  # fmt: skip
    spatial_frequency: Annotated[
        float,
        option(
            "Spatial frequency of the gratings (1/28 for a period of 176 pixels)",
            unit="radians per full-resolution pixel",
            at_least=0.01,
            at_most=0.4,
        ),
    ] = SPATIAL_FREQUENCY
    epochs: Annotated[
        int, option("Passes of the three networks through their training gratings", at_least=1, at_most=10_000)
    ] = 25
    trials: Annotated[int, option("Training gratings of each network", at_least=1, at_most=20_000)] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        rows, columns = self.canvas
        require(
            self.size <= rows // 2 and self.size % 2 == 1,
            f"--size must be odd, and at most {rows // 2} for images of {rows} × {columns} pixels; got {self.size}.",
        )
        require(
            isinstance(self.padding, str) or self.padding < self.size,
            f"--padding must be below --size {self.size}, because a kernel between more zeros sees nothing of the "
            f"image; got {self.padding}.",
        )
        largest = rows - self.size + 1
        require(self.pool <= largest, f"--pool must be at most {largest} positions here; got {self.pool}.")
        require(
            4 <= self.period <= rows,
            f"--spatial-frequency {self.spatial_frequency:g} gives gratings of {self.period:.3g} pixels per cycle; "
            f"the lesson needs 4…{rows}.",
        )

    @property
    def canvas(self) -> tuple[int, int]:
        """(rows, columns) of the images."""
        return canvas_size(self.resolution)

    @property
    def period(self) -> float:
        """Pixels in one cycle of a grating."""
        return 2 * np.pi * self.resolution / self.spatial_frequency

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

    def walk(self, run: Run, inputs: None) -> ConvolutionResult:
        """Gratings → layer → networks → tuning → simple, complex and pooled cells."""
        stimuli, layer = self.gratings(ANGLES), self.layer()
        with run.stage("layer"):
            conv = record(layer, stimuli, stimuli=ANGLES, population=False)["conv"]
            matrix = as_matrix(layer, stimuli[1])
        with run.stage("training"):
            networks = {name: self.train(name) for name in NETWORKS}
        with run.stage("tuning"):
            curves = tuning_to_gratings(self.layer(padding="valid", stride=1), self.gratings)
            tuning = channel_tuning(curves, self.names, bank=self.bank)
        with run.stage("cells"):
            kernels = np.asarray(layer.kernels)
            phases = phase_responses(
                kernels, self.gratings, period=self.period, pool=self.pool, key=self.key("random pairs")
            )
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
            period=self.period,
            pool=self.pool,
            stimuli=stimuli,
            layer=layer,
            conv=conv,
            matrix=matrix,
            networks=networks,
            curves=curves,
            tuning=tuning,
            phases=phases,
            bars=bars,
        )
        return ConvolutionResult(self, found)

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
        """Train one published network to say whether gratings are tilted to the left or to the right."""
        task = visual_task("tilt")
        architecture, filters = NETWORKS[name]
        before = population(
            lambda key: ConvNet(
                architecture, filters=filters, channels=self.channels, kernel_size=self.size, key=key
            ),
            1,
            key=self.key(f"network {name}"),
        )  # fmt: skip
        after, history = fit(
            before,
            task,
            key=self.key("training"),
            epochs=self.epochs,
            n_trials=self.trials,
            batch=min(LARGEST_BATCH, self.trials),
        )
        (accuracy,) = evaluate(after, task, key=self.key("held-out trials"), n_trials=HELD_OUT)
        untrained, trained = jax.tree.map(lambda x: x[0], (before, after))
        return Trained(untrained, trained, float(accuracy), history.attrs["methods"])
