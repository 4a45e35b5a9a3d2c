"""The published network that sorts orientations into classes: its confusions, and what penalties do to its weights."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ...analysis.decoding.descent import L1, L2, ClassNetwork, classification
from ...analysis.decoding.held_out import standardization
from ...analysis.decoding.samples import samples_of
from ...shapes import PRNGKey
from .orientation import PERIOD, Decoded

PENALTIES = {"none": (0.0, 0.0), "L2": (L2, 0.0), "L1": (0.0, L1), "L2 and L1": (L2, L1)}
"""Name → penalties on the squared and on the absolute input weights."""
SMALL = 1e-3
"""An input weight below this share of the largest counts as zero."""


@dataclass(frozen=True, eq=False)
class Classes:
    """Orientations sorted into equal classes.

    Attributes
    ----------
    confusion : DataArray, shape (actual, decoded)
        Mean over animals.
    accuracy : array, shape (animal,)
        Share of held-out responses in the right class.
    near : array, shape (animal,)
        Share in the right class or a neighbour of it.
    """

    confusion: xr.DataArray
    accuracy: np.ndarray
    near: np.ndarray


def class_of(angles: np.ndarray, n: int) -> np.ndarray:
    """Return the class of orientations in degrees: equal parts of −90…90°.

    Examples
    --------
    >>> class_of(np.array([-90.0, -1.0, 0.0, 89.0, 90.0]), 4).tolist()
    [0, 1, 2, 3, 0]
    """
    return np.floor((np.asarray(angles) % PERIOD - PERIOD / 2) % PERIOD / PERIOD * n + 1e-9).astype(int) % n


def classes_of_angles(neurons: Mapping[str, xr.DataArray], found: Decoded, n: int, key: PRNGKey) -> Classes:
    """Train the network on all folds but the first, and test it on the first, in each animal."""
    confusions, accuracy, near = [], [], []
    for animal, x in neurons.items():
        fold = next(iter(found.by_decoder.values()))[animal].folds[0]
        responses, actual = samples_of(x).x, class_of(found.actual(animal), n)
        mean, scale = standardization(responses[fold.train])
        z = (responses - mean) * scale
        network = classification(z[fold.train], np.eye(n)[actual[fold.train]], key=key)
        chosen = network.log_probability(z[fold.test]).argmax(axis=1)
        apart = np.abs(chosen - actual[fold.test])
        accuracy.append((apart == 0).mean())
        near.append((np.minimum(apart, n - apart) <= 1).mean())
        counts = np.zeros((n, n))
        np.add.at(counts, (actual[fold.test], chosen), 1)
        confusions.append(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    centres = -PERIOD / 2 + (np.arange(n) + 0.5) * PERIOD / n
    confusion = xr.DataArray(
        np.mean(confusions, axis=0), {"actual": centres, "decoded": centres}, ("actual", "decoded")
    )
    return Classes(confusion, np.array(accuracy), np.array(near))


@dataclass(frozen=True, eq=False)
class Weights:
    """Input weights of the network under several penalties, in one animal.

    Attributes
    ----------
    networks : mapping of str to ClassNetwork
    preferred : array, shape (unit,)
        Preferred orientation of every neuron, in degrees.
    """

    networks: Mapping[str, ClassNetwork]
    preferred: np.ndarray

    def pictures(self) -> dict[str, np.ndarray]:
        """Return the input weights, hidden unit × neuron; neurons by preferred orientation, hidden units likewise."""
        order = np.argsort(self.preferred, kind="stable")
        phase = np.exp(2j * np.deg2rad(self.preferred[order]))
        shown = {}
        for name, found in self.networks.items():
            weights = np.asarray(found.network.W).T[:, order]
            shown[name] = weights[np.argsort(np.angle(weights @ phase), kind="stable")]
        return shown

    def sparsity(self) -> dict[str, float]:
        """Return the share of input weights that are nearly zero."""
        found = {name: np.abs(np.asarray(one.network.W)) for name, one in self.networks.items()}
        return {name: float((weights < SMALL * weights.max()).mean()) for name, weights in found.items()}


def regularised(x: xr.DataArray, n: int, key: PRNGKey) -> Weights:
    """Train the network on all responses of an animal, under each of the penalties."""
    samples = samples_of(x)
    mean, scale = standardization(samples.x)
    z = (samples.x - mean) * scale
    angles = samples.labels["stimulus"]
    coded = np.eye(n)[class_of(angles, n)]
    networks = {name: classification(z, coded, key=key, l2=l2, l1=l1) for name, (l2, l1) in PENALTIES.items()}
    preferred = np.rad2deg(np.angle(np.exp(2j * np.deg2rad(angles)) @ z)) / 2
    return Weights(networks, preferred)
