"""Networks trained on orientation beside recordings of V1: what the experiments that compare them share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import xarray as xr

from ...analysis import rsa
from ...analysis.rsa import NoiseCeiling
from ...errors import unknown
from ...models import Pixels, record
from ...rdms import RDMs
from ...recordings import DATASETS, fetch, read_orientations, synthetic_v1, where
from ...runs import Run
from ...shapes import Images
from ...stimuli import gratings
from ..shared.options import option
from ..shared.protocol import Progress
from ..shared.tables import noise_ceiling
from .networks import OrientationNetworks

SYNTHETIC = "synthetic-v1"
ORIENTATION_ALONE = "orientation alone"
"""Row of the rival that needs no image: dissimilarity 1 − cos 2Δθ."""
FACTORS = ("subject", "seed")
"""What is taken as a random sample. Orientations are not: they cover the circle, and another grid would cover it too.

To take 180 orientations as a sample gives a standard error of 0.03–0.04 where a shift of the grid changes similarities
by 0.002–0.005.
"""

Neurons = dict[str, xr.DataArray]


@dataclass(frozen=True, eq=False)
class Brain:
    """What was recorded, and how well a model could predict it.

    Attributes
    ----------
    neurons : dict of str to DataArray
        Animal → responses.
    rdms : RDMs
        One row per animal.
    ceiling : NoiseCeiling or None
    """

    neurons: Neurons
    rdms: RDMs
    ceiling: NoiseCeiling | None

    def mean_responses(self) -> Neurons:
        """Return the responses averaged over repeats."""
        return {n: x.mean("repeat", keep_attrs=True) if "repeat" in x.dims else x for n, x in self.neurons.items()}


@dataclass(frozen=True, kw_only=True)
class V1Comparison(OrientationNetworks):
    """Options of the recordings of V1, and how they are read."""

    data: Annotated[
        str,
        option(
            "Recordings: synthetic-v1, a data set to download (isocortex data list), or a file: NPZ with resp and "
            "stimuli (or resp_train, resp_test, stimuli), or .npz, .mat or .nc with responses and stimuli "
            "(docs/interchange.md)"
        ),
    ] = SYNTHETIC
    bin_width: Annotated[
        float | None, option("Width of bins in which the stimuli of a file are averaged", unit="°", above=0, at_most=90)
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if Path(self.data).is_file():
            object.__setattr__(self, "data", str(Path(self.data).absolute()))

    def read(self, progress: Progress | None = None) -> Neurons | None:
        """Read the recordings, or return None where they will be simulated; try the stimuli on both sides."""
        for task in self.tasks():
            self.task_named(task)
        neurons = None if self.data == SYNTHETIC else self.recording(progress)
        angles = (
            np.linspace(-90, 90, 180, endpoint=False)
            if neurons is None
            else next(iter(neurons.values()))["stimulus"].values
        )
        pixels = record(Pixels(), self.gratings(angles), stimuli=angles, population=False)["pixels"]
        rsa.rdm(pixels.rename("The pixels of the gratings at these angles"), self.dissimilarity)
        if neurons is not None:
            rsa.rdm(neurons, self.dissimilarity)
        return neurons

    def recording(self, progress: Progress | None) -> Neurons:
        """Read the recordings that --data names."""
        if self.data in DATASETS:
            return read_orientations(fetch(self.data, progress=progress), bin_width=self.bin_width)
        if not Path(self.data).suffix and not Path(self.data).exists():
            raise unknown("data set", self.data, [SYNTHETIC, *DATASETS, "PATH"])
        return read_orientations(self.data, bin_width=self.bin_width)

    def measure(self, run: Run, inputs: Neurons | None) -> Brain:
        """Take the recordings, or simulate them and mark the run so, and compute their RDMs and noise ceiling."""
        run.mark = "synthetic neurons" if inputs is None else ""
        with run.stage("neurons"):
            neurons = synthetic_v1(key=self.key("neurons")) if inputs is None else inputs
            rdms = rsa.rdm(neurons, self.dissimilarity)
            ceiling = noise_ceiling(neurons, rdms, dissimilarity=self.dissimilarity, similarity=self.similarity)
            return Brain(neurons, rdms, ceiling)

    def gratings(self, angles: np.ndarray) -> Images:
        """Draw the gratings that the networks are shown."""
        return gratings(angles, spatial_frequency=self.spatial_frequency, resolution=self.resolution)

    def files(self) -> list[Path]:
        """Return the recording's file and the pictures, where there are any."""
        if self.data == SYNTHETIC:
            return super().files()
        return [*super().files(), where(self.data) if self.data in DATASETS else Path(self.data)]


def orientation_alone(angles: np.ndarray) -> RDMs:
    """Return the RDM that orientations have without any image, 1 − cos 2Δθ; no row where all of them are equal.

    Examples
    --------
    >>> orientation_alone(np.array([0.0, 45.0, 90.0])).dissimilarities.round(6)
    array([[1., 2., 1.]])
    """
    first, second = np.triu_indices(len(angles), 1)
    vector = 1 - np.cos(2 * np.deg2rad(angles[second] - angles[first]))
    rdms = RDMs(vector[None], angles, (ORIENTATION_ALONE,), "1 − cos 2Δθ")
    return rdms if np.ptp(vector) > 1e-12 else rdms.rows([])  # a cosine is rounded to 1e-16
