"""How precisely can orientation be read from neurons of primary visual cortex, and by which decoder?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Progress
from ..shared.v1_recordings import Neurons, V1Recordings
from .decode_v1_result import DecodeV1Result
from .orientation import FEWEST, by_size, decoded, neurometric, uncertainty
from .orientation_classes import classes_of_angles, regularised


@dataclass(frozen=True, kw_only=True)
class DecodeV1(V1Recordings):
    """Decode the orientation of gratings from V1, by five decoders and a constant.

    Every hyper-parameter is chosen by cross-validation inside the training trials. Errors are on the circle of 180°,
    with intervals for new animals and trials, against the numbers of neurons and trials.
    """

    name: ClassVar[str] = "decode-v1"

    neurons_per_animal: Annotated[int, option("Synthetic neurons per animal", at_least=2, at_most=100_000)] = 1000
    repeats: Annotated[int, option("Synthetic trials per orientation", at_least=1, at_most=1000)] = 4
    folds: Annotated[int, option("Folds of the cross-validation", at_least=2, at_most=1000)] = 5
    classes: Annotated[int, option("Classes of the network that sorts orientations", at_least=2, at_most=180)] = 20
    boundary: Annotated[
        float,
        option("Boundary of the neurometric function, clockwise from vertical", unit="°", at_least=-90, at_most=90),
    ] = 45.0

    def read(self, progress: Progress | None = None) -> Neurons | None:
        """Read the recordings, or return None where they will be simulated."""
        recorded = self.recordings(progress)
        for animal, x in (recorded or {}).items():
            n = len(np.unique(x["stimulus"]))
            require(
                n >= max(FEWEST, self.folds, self.classes),
                f"{animal} saw {n} orientations; decoding needs at least {max(FEWEST, self.folds, self.classes)} here. "
                "Lower --folds or --classes if they ask for so many.",
            )
        return recorded

    def walk(self, run: Run, inputs: Neurons | None) -> DecodeV1Result:
        """Neurons → decoders → errors on the circle → sizes, neurometric function, and classes."""
        with run.stage("neurons"):
            neurons = self.neurons(run, inputs, n_neurons=self.neurons_per_animal, n_repeats=self.repeats)
        with run.stage("decoders") as advance:
            found = decoded(neurons, self.folds, self.key("folds"), advance)
        with run.stage("intervals"):
            sampled = uncertainty(found.errors, self.key("bootstrap"))
        with run.stage("sizes"):
            sizes = by_size(neurons, self.folds, self.key("subsets"))
        with run.stage("neurometric function"):
            threshold = neurometric(found, self.boundary)
        with run.stage("classes"):
            classes = classes_of_angles(neurons, found, self.classes, self.key("networks"))
            first = next(iter(neurons.values()))
            weights = regularised(first, self.classes, self.key("networks"))
        return DecodeV1Result(self, neurons, found, sampled, sizes, threshold, classes, weights)
