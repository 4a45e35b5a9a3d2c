"""Models that know nothing, or nothing but the pictures: what a measure gives without any brain-like processing."""

from collections.abc import Mapping
from pathlib import Path

import jax
import numpy as np
import xarray as xr

from ...errors import require
from ...models import ConvNet, population, record
from ...responses import responses
from ...shapes import PRNGKey
from ...stimuli.pictures import picture_files, read_pictures

SEEDS = 5
SIDE = 48
"""Pixels along the edge of a picture, as the networks of the other experiments see it."""
FEATURES = 1000
EXPLAINED = {
    "noise": "independent Gaussian numbers, as many as the widest model has units: the chance level of a measure",
    "pixels": f"the grey pictures, cut to squares of {SIDE} × {SIDE} pixels",
    "random features": f"{FEATURES} rectified random projections of the pixels",
    "untrained network": "the pooled layer of a convolutional network with random kernels",
}
"""Control → what it is."""


def noise(layers: Mapping[str, xr.DataArray], *, key: PRNGKey) -> dict[str, xr.DataArray]:
    """Return responses that have nothing to do with the stimuli, in several seeds."""
    first = next(iter(layers.values()))
    units = max(array.sizes["unit"] for array in layers.values())
    values = jax.random.normal(key, (SEEDS, first.sizes["stimulus"], units))
    return {"noise": _labelled(np.asarray(values, float), first["stimulus"].values)}


def of_pictures(folder: Path, stimuli: np.ndarray, *, key: PRNGKey) -> dict[str, xr.DataArray]:
    """Return the pixels of the pictures that were shown, random features of them, and an untrained network.

    Raises
    ------
    InputError
        If there are no pictures, one cannot be read, or a stimulus has none of its name.
    """
    files = {path.stem: path for path in picture_files(folder)}
    missing = [label for label in map(str, stimuli) if label not in files]
    require(
        not missing,
        f"{folder} has no picture for {len(missing)} of {len(stimuli)} stimuli, the first {', '.join(missing[:1])!r}; "
        "the files must be named as the stimuli, with an ending such as .png.",
    )
    shown = np.concatenate([read_pictures(files[str(label)], side=SIDE) for label in stimuli])
    feature_key, network_key = jax.random.split(key)
    pixels = shown.reshape(len(shown), -1).astype(float)
    centred = pixels - pixels.mean(axis=0)
    maps = np.asarray(jax.random.normal(feature_key, (SEEDS, pixels.shape[1], FEATURES)), float)
    networks = population(
        lambda key: ConvNet(image_size=(SIDE, SIDE), filters="random", key=key), SEEDS, key=network_key
    )
    pool = record(networks, shown, stimuli=stimuli, layers=["pool"])["pool"]
    return {
        "pixels": responses(pixels, stimuli=stimuli),
        "random features": _labelled(np.maximum(centred @ maps, 0), stimuli),
        "untrained network": pool,
    }


def _labelled(values: np.ndarray, stimuli: np.ndarray) -> xr.DataArray:
    return responses(values, stimuli=stimuli, dims=("seed", "stimulus", "unit"))
