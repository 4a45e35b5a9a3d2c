"""Networks trained to recognise pictures that come with scikit-learn, with their untrained control."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ...formats import counted, percent
from ...learning import evaluate, fit, save_model
from ...models import DeepConvNet, population, record
from ...report import Quantity
from ...runs import Run
from ...shapes import Images
from ...stimuli import PICTURE_SETS
from ...tasks import Recognition
from .protocol import Experiment

SIZE = 32
"""Pixels along the edge of a picture."""
EPOCHS = 6
BATCH = 50
RATE = 3e-3
HELD_OUT = 5
"""One picture in so many is held out."""
JUDGED = 1000
"""Fresh draws of the held-out pictures on which accuracy is judged."""
LAYERS = ("conv1", "conv2", "fc")
"""What is compared with recordings."""
RECOGNITION = "recognition"
ACCURACY = {
    "recognition.accuracy.trained.mean": Quantity(
        "Mean accuracy of the networks for recognition on held-out pictures", "share of pictures"
    ),
    "recognition.accuracy.untrained.mean": Quantity("The same of the untrained networks", "share of pictures"),
}
"""Keys of numbers on the training → what they mean."""


@dataclass(frozen=True, eq=False)
class Recognisers:
    """A population that was trained to recognise pictures, and how well it does.

    Attributes
    ----------
    variants : dict of str to population
        "trained" and "untrained".
    accuracy : dict of str to array, shape (seed,)
        On pictures that were held out.
    methods : str
    """

    variants: dict[str, Any]
    accuracy: dict[str, np.ndarray]
    methods: str

    def numbers(self) -> dict[str, float]:
        """Return the numbers on recognition, under flat keys."""
        return {f"{RECOGNITION}.accuracy.{name}.mean": float(a.mean()) for name, a in self.accuracy.items()}

    def responses(self, images: Images, stimuli: np.ndarray) -> dict[tuple[str, str], xr.DataArray]:
        """Show images to the networks and their controls: (row, variant) → seed × stimulus × unit."""
        return {
            (f"{RECOGNITION}: {layer}", variant): activity
            for variant, networks in self.variants.items()
            for layer, activity in record(networks, images, stimuli=stimuli, layers=LAYERS).items()
        }


def train_recognisers(run: Run, experiment: Experiment, pictures: str, seeds: int) -> Recognisers:
    """Train a population to recognise a set of pictures, and judge it by pictures that were held out."""
    found = PICTURE_SETS.named(pictures).load(SIZE)
    order = np.random.default_rng(experiment.seed).permutation(len(found.images))
    test, train = order[: len(order) // HELD_OUT], order[len(order) // HELD_OUT :]
    seen, held_out = (Recognition(found.images[i], found.labels[i], found.n_classes) for i in (train, test))
    untrained = population(
        lambda key: DeepConvNet((SIZE, SIZE), found.n_classes, key=key), seeds, key=experiment.key("recognisers")
    )
    with run.stage("training-recognition") as advance:
        trained, history = fit(
            untrained,
            seen,
            key=experiment.key("recognition"),
            epochs=EPOCHS,
            n_trials=len(train),
            batch=BATCH,
            optimiser="adam",
            learning_rate=RATE,
            progress=advance,
            checkpoint=run.checkpoint("training-recognition"),
        )
    save_model(run.path / "model-recognition.eqx", trained)
    variants = {"trained": trained, "untrained": untrained}
    key = experiment.key("held-out pictures")
    accuracy = {name: evaluate(x, held_out, key=key, n_trials=JUDGED) for name, x in variants.items()}
    words = (
        f"{counted(seeds, 'network')} for recognition (contrast normalisation, two rectified convolutions with stride "
        f"2, a rectified hidden layer) learned to name the class of {found.content}, grey and {SIZE} × {SIZE} pixels; "
        f"chance is {percent(1 / found.n_classes)}. {history.attrs['methods']} One picture in {HELD_OUT} was held out, "
        f"and {percent(accuracy['trained'].mean())} of {JUDGED} draws of these were named correctly after training, "
        f"{percent(accuracy['untrained'].mean())} before it."
    )
    return Recognisers(variants, accuracy, words)
