"""What ``isocortex power`` plants: models and a recording from files, or those that come with the package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ...analysis.recovery import TrialNoise, trial_noise
from ...errors import InputError, require
from ...models import ConvNet, FourierEnergy, OrientationEnergy, Pixels, population, record
from ...recordings import synthetic_v1
from ...shapes import PRNGKey
from ...stimuli import gratings
from ..shared.tables import listed
from .matching import match, read_named

SYNTHETIC = {"n_animals": 3, "n_orientations": 60, "n_repeats": 4, "n_neurons": 60}
SEEDS = 2
"""Untrained networks: one is the brain, and the other the model."""


@dataclass(frozen=True, eq=False)
class Planted:
    """Models over the same stimuli, and the noise of the recording.

    Attributes
    ----------
    models : dict of str to DataArray
        Model → responses, (seed ×) stimulus × unit.
    noise : dict of str to TrialNoise
        Subject → noise of its trials.
    neurons, repeats : int
        Of the subject with the fewest.
    about : str
        Where the recording comes from, in words.
    synthetic : bool
        Whether it was simulated.
    """

    models: dict[str, xr.DataArray]
    noise: dict[str, TrialNoise]
    neurons: int
    repeats: int
    about: str
    synthetic: bool

    @property
    def stimuli(self) -> int:
        """The number of stimuli that all models have seen."""
        return next(iter(self.models.values())).sizes["stimulus"]

    @property
    def snr(self) -> float:
        """The mean signal-to-noise ratio of the subjects."""
        return float(np.mean([each.snr for each in self.noise.values()]))


def from_files(models: Sequence[Path], data: Sequence[Path], names: Mapping[str, str], dissimilarity: str) -> Planted:
    """Read models and a recording, and put them on the same stimuli.

    Raises
    ------
    InputError
        If a file cannot be read or matched, holds RDMs, there are fewer than two models, or no repeats.
    """
    read = read_named([*models, *data], names)
    matched = match({p: read[p] for p in models}, {p: read[p] for p in data}, dissimilarity=dissimilarity)
    lacking = [name for name in matched.models if name not in matched.layers]
    lacking += [name for name in matched.data.labels if name not in matched.recordings]
    require(
        not lacking,
        f"power plants responses (stimulus × unit) with the noise of single repeats, and there are only RDMs of "
        f"{listed(lacking, most=3)}; give files of responses.",
    )
    require(len(matched.models) > 1, "power needs at least two models, of which one is named.")
    return _planted(
        matched.layers,
        matched.recordings,
        f"The noise is that of {listed([path.name for path in data], most=3)}.",
        synthetic=False,
    )


def shipped(key: PRNGKey) -> Planted:
    """Return five models of gratings, and synthetic animals that saw them."""
    recordings = synthetic_v1(key=key, **SYNTHETIC)
    first = next(iter(recordings.values()))
    angles = first["stimulus"].values
    images = gratings(angles)
    networks = population(lambda key: ConvNet(image_size=images.shape[1:], filters="random", key=key), SEEDS, key=key)

    def recorded(model: object, layer: str) -> xr.DataArray:
        return record(model, images, stimuli=angles, layers=[layer], population=False)[layer]

    energy = OrientationEnergy(images.shape[1:])
    models = {
        "pixels": recorded(Pixels(), "pixels"),
        "Fourier amplitude": recorded(FourierEnergy(), "amplitude"),
        "simple cells": recorded(energy, "simple"),
        "complex cells": recorded(energy, "complex"),
        "untrained network": record(networks, images, stimuli=angles, layers=["pool"])["pool"],
    }
    return _planted(models, recordings, f"No files were given. {first.attrs['methods']}", synthetic=True)


def _planted(
    models: dict[str, xr.DataArray], recordings: Mapping[str, xr.DataArray], about: str, *, synthetic: bool
) -> Planted:
    noise = {}
    for name, recording in recordings.items():
        try:
            noise[name] = trial_noise(recording)
        except InputError as error:
            raise InputError(f"{name}: {error}") from error
    neurons, repeats = (min(each.sizes[dim] for each in recordings.values()) for dim in ("unit", "repeat"))
    return Planted(models, noise, neurons, repeats, about, synthetic)
