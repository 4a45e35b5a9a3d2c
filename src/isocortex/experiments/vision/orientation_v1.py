"""Do networks become more like primary visual cortex when they learn about the orientation of gratings?"""

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from ...analysis import rsa
from ...models import Pixels, record
from ...runs import Run
from ..shared.orientation_networks import TaskName
from ..shared.tables import NO_LEARNING, difference_table, rival_table, similarity_table
from ..shared.v1_recordings import Neurons
from .orientation_result import OrientationResult
from .tuning import tuning_tables
from .v1_comparison import FACTORS, ORIENTATION_ALONE, V1Comparison, orientation_alone


@dataclass(frozen=True, kw_only=True)
class OrientationV1(V1Comparison):
    """Train networks on the tilt of gratings and compare every layer with V1.

    Each layer's RDM over the orientations that the animals saw is compared with theirs, beside four controls
    (untrained, random filters, pixels, orientation alone), with 95 % intervals and the noise ceiling.
    """

    name: ClassVar[str] = "orientation-v1"

    task: TaskName = "tilt"

    def tasks(self) -> tuple[str, ...]:
        """Return the one task."""
        return (self.task,)

    def walk(self, run: Run, inputs: Neurons | None) -> OrientationResult:
        """Neurons → networks → responses → RDMs → comparison."""
        brain = self.measure(run, inputs)
        networks = self.train(run, self.task)
        with run.stage("responses"):
            angles = brain.rdms.stimuli
            images = self.gratings(angles)
            rdms, responses = {}, {}
            for variant, models in networks.variants.items():
                of_layers, responses[variant] = self.layer_rdms(models, images, angles)
                rdms |= {(layer, variant): rows for layer, rows in of_layers.items()}
            pixels = record(Pixels(), images, stimuli=angles, population=False)["pixels"]
            rdms["pixels", NO_LEARNING] = rsa.rdm(pixels, self.dissimilarity)
            rdms[ORIENTATION_ALONE, NO_LEARNING] = orientation_alone(angles)
        with run.stage("comparison"):
            how: dict[str, Any] = {"method": self.similarity, "factors": FACTORS}
            table, dots = similarity_table(rdms, brain.rdms, **how)
            gains = difference_table(rdms, brain.rdms, ("trained", "untrained"), **how)
            rivals = rival_table(rdms, brain.rdms, (ORIENTATION_ALONE, NO_LEARNING), ("trained",), **how)
        with run.stage("tuning"):
            tuning = tuning_tables(self, brain, {n: responses[n] for n in ("trained", "untrained")})
        return OrientationResult(
            options=self,
            networks={self.task: networks},
            rdms=rdms,
            brain=brain,
            table=table,
            dots=dots,
            differences=pd.concat([gains, rivals], ignore_index=True),
            tuning=tuning,
            trained=responses["trained"],
            pixels=pixels,
        )
