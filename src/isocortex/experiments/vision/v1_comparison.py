"""Networks trained on orientation beside recordings of V1: what the experiments that compare them share."""

from dataclasses import dataclass

import numpy as np

from ...analysis import rsa
from ...analysis.rsa import NoiseCeiling
from ...models import Pixels, record
from ...rdms import RDMs
from ...runs import Run
from ...shapes import Images
from ...stimuli import gratings
from ..shared.orientation_networks import OrientationNetworks
from ..shared.protocol import Progress
from ..shared.tables import noise_ceiling
from ..shared.v1_recordings import Neurons, V1Recordings, angles_of

ORIENTATION_ALONE = "orientation alone"
"""Row of the rival that needs no image: dissimilarity 1 − cos 2Δθ."""
FACTORS = ("subject", "seed")
"""What is taken as a random sample. Orientations are not: they cover the circle, and another grid would cover it too.

To take 180 orientations as a sample gives a standard error of 0.03–0.04 where a shift of the grid changes similarities
by 0.002–0.005.
"""


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
class V1Comparison(V1Recordings, OrientationNetworks):
    """Options of networks and of the recordings of V1 that they are compared with."""

    def read(self, progress: Progress | None = None) -> Neurons | None:
        """Read the recordings, or return None where they will be simulated; try the stimuli on both sides."""
        for task in self.tasks():
            self.task_named(task)
        neurons = self.recordings(progress)
        angles = angles_of(neurons)
        pixels = record(Pixels(), self.gratings(angles), stimuli=angles, population=False)["pixels"]
        rsa.rdm(pixels.rename("The pixels of the gratings at these angles"), self.dissimilarity)
        if neurons is not None:
            rsa.rdm(neurons, self.dissimilarity)
        return neurons

    def measure(self, run: Run, inputs: Neurons | None) -> Brain:
        """Take the recordings, or simulate them, and compute their RDMs and noise ceiling."""
        with run.stage("neurons"):
            neurons = self.neurons(run, inputs)
            rdms = rsa.rdm(neurons, self.dissimilarity)
            ceiling = noise_ceiling(neurons, rdms, dissimilarity=self.dissimilarity, similarity=self.similarity)
            return Brain(neurons, rdms, ceiling)

    def gratings(self, angles: np.ndarray) -> Images:
        """Draw the gratings that the networks are shown."""
        return gratings(angles, spatial_frequency=self.spatial_frequency, resolution=self.resolution)


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
