"""Which models predict the responses of neurons in primary visual cortex to gratings they were not fitted to?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ...cores import on_cores, one_blas_thread
from ...models import OrientationEnergy, record
from ...runs import Run
from ...shapes import Images
from ...stimuli import PICTURE_SETS, canvas_size, fit_to_canvas, gratings
from ..shared.options import option
from ..shared.orientation_networks import OrientationTraining, TaskName
from ..shared.protocol import Progress
from ..shared.recognition import SIZE, train_recognisers
from ..shared.v1_recordings import Neurons, V1Recordings, angles_of
from .comparison import Model, Scores, compare
from .encode_v1_result import EncodeV1Result
from .held_out import WAYS, HeldOut, hold_out
from .names import BEST, BEST_RECOGNITION, CONSTANT, CONVOLUTION, ENERGY, FITTED, NETWORKS, NO_LEARNING, TUNING
from .predictors import best_of, constant, from_convolution, from_features, from_tuning

SMALL = 0.025
"""Resolution of the gratings that the convolutional model sees, as published: 12 rows × 16 columns."""


def central_square(images: Images) -> Float[np.ndarray, "stimulus height height"]:
    """Return the middle of images that are wider than high."""
    _, rows, columns = images.shape
    left = (columns - rows) // 2
    return images[:, :, left : left + rows]


@dataclass(frozen=True, kw_only=True)
class EncodeV1(V1Recordings, OrientationTraining):
    """Fit encoding models to neurons of V1, and judge them by responses that they were not fitted to.

    A convolutional model fitted to all neurons; ridge regression on an orientation-energy model, and on every layer of
    networks trained on orientation, of networks trained to recognise pictures, and of the untrained controls of both;
    a tuning curve, and a constant.
    """

    name: ClassVar[str] = "encode-v1"

    task: TaskName = "tilt"
    recognition: Annotated[
        str, option("Pictures that the networks for recognition learn, of scikit-learn", among=PICTURE_SETS)
    ] = "photographs"
    seeds: Annotated[
        int,
        option(
            "Number of networks of each kind, each with its own initial weights and training trials",
            at_least=1,
            at_most=1000,
        ),
    ] = 4
    neurons_per_animal: Annotated[
        int, option("Neurons of every synthetic animal; of a file all are used", at_least=10, at_most=100_000)
    ] = 400
    hold_out: Annotated[
        str | None,
        option(
            "What models are not fitted to: orientations (ranges of --range degrees, with all repeats), or trials (the "
            "second half of the repeats); by default trials for a file with resp_train and resp_test, otherwise "
            "orientations",
            among=WAYS,
        ),
    ] = None
    range: Annotated[
        float, option("Width of a range of orientations that is held out as a whole", unit="°", above=0, at_most=30)
    ] = 10.0
    folds: Annotated[int, option("Parts into which the ranges are divided", at_least=2, at_most=180)] = 6
    steps: Annotated[
        int, option("Most steps of the search for the convolutional model's filters", at_least=0, at_most=10_000)
    ] = 30

    def tasks(self) -> tuple[str, ...]:
        """Return the one task."""
        return (self.task,)

    def read(self, progress: Progress | None = None) -> Neurons | None:
        """Read the recordings, or return None where they will be simulated; try to divide them."""
        self.task_named(self.task)
        neurons = self.recordings(progress)
        nothing = xr.DataArray(np.zeros((2, 180, 1)), dims=("repeat", "stimulus", "unit"))
        self._divided(neurons or {"": nothing.assign_coords(stimulus=angles_of(None))})
        return neurons

    def walk(self, run: Run, inputs: Neurons | None) -> EncodeV1Result:
        """Neurons → networks → features → predictions of what was held out → comparison."""
        with run.stage("neurons"):
            neurons = self.neurons(run, inputs, n_neurons=self.neurons_per_animal)
            data = self._divided(neurons)
        networks = self.train(run, self.task)
        recognisers = train_recognisers(run, self, self.recognition, self.seeds)
        scores: dict[Model, Scores] = {}
        with run.stage("convolutional model"):
            small = gratings(data.angles, spatial_frequency=self.spatial_frequency, resolution=SMALL, zero_centred=True)
            predicted, fits = from_convolution(small, data, n_steps=self.steps)
            scores[CONVOLUTION, FITTED] = [data.scores(predicted)]
        with run.stage("layers"):
            images = gratings(data.angles, spatial_frequency=self.spatial_frequency, resolution=self.resolution)
            chosen = {}
            for variant in NETWORKS:
                layers = record(networks.variants[variant], images, stimuli=data.angles)
                found, chosen[variant] = self._layers(layers, BEST, data)
                scores |= {(layer, variant): tables for layer, tables in found.items()}
            shown = recognisers.responses(fit_to_canvas(central_square(images), (SIZE, SIZE)), data.angles)
            for variant in NETWORKS:
                layers = {layer: x for (layer, of), x in shown.items() if of == variant}
                found, _ = self._layers(layers, BEST_RECOGNITION, data)
                scores |= {(layer, variant): tables for layer, tables in found.items()}
        with run.stage("other models"):
            energy = record(
                OrientationEnergy(canvas_size(self.resolution)), images, layers=["pooled"], population=False
            )
            scores[ENERGY, NO_LEARNING] = [data.scores(from_features(energy["pooled"].values, data).responses)]
            tuned = from_tuning(data)
            scores[TUNING, FITTED] = [data.scores(tuned)]
            scores[CONSTANT, FITTED] = [data.scores(constant(data))]
        return EncodeV1Result(
            options=self,
            neurons=neurons,
            data=data,
            networks=networks,
            recognisers=recognisers,
            comparison=compare(scores, data.animal),
            chosen=chosen,
            fits=fits,
            predicted={CONVOLUTION: predicted, TUNING: tuned},
        )

    def _divided(self, neurons: Neurons) -> HeldOut:
        return hold_out(neurons, self.hold_out, width=self.range, n_folds=self.folds, key=self.key("folds"))

    def _layers(
        self, layers: Mapping[str, xr.DataArray], best_layer: str, data: HeldOut
    ) -> tuple[dict[str, Scores], dict[str, float]]:
        """Return the scores of every layer, and of each neuron's best, seed by seed; and how often each was chosen."""

        def of_seed(seed: int) -> tuple[dict[str, pd.DataFrame], np.ndarray]:
            predicted = {layer: from_features(x.isel(seed=seed).values, data) for layer, x in layers.items()}
            best, shares = best_of(predicted, data)
            responses = {best_layer: best} | {layer: found.responses for layer, found in predicted.items()}
            return {layer: data.scores(some) for layer, some in responses.items()}, shares

        with one_blas_thread():
            seeds = on_cores(of_seed, range(self.seeds))
        found = {layer: [scores[layer] for scores, _ in seeds] for layer in (best_layer, *layers)}
        return found, dict(zip(layers, np.mean([shares for _, shares in seeds], axis=0).tolist(), strict=True))
