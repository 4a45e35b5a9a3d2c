"""Which task makes a network most like primary visual cortex? Several side by side, and rivals without learning."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import xarray as xr

from ...analysis import rsa
from ...errors import require
from ...rdms import RDMs
from ...runs import Run
from ...tasks import VISUAL_TASKS
from ..shared.options import option
from ..shared.orientation_networks import Networks
from ..shared.tables import NO_LEARNING, difference_table, rival_table, similarity_table
from ..shared.v1_recordings import Neurons
from .normative_result import ENERGY, NormativeResult
from .rivals import rival_responses
from .tuning import tuning_tables
from .v1_comparison import FACTORS, ORIENTATION_ALONE, V1Comparison, orientation_alone


@dataclass(frozen=True, kw_only=True)
class NormativeTasks(V1Comparison):
    """Train the same networks on several tasks and ask which of them makes each layer most like V1.

    The networks of one seed start from the same weights whatever the task. Controls: untrained, random filters; rivals
    without learning: pixels, Fourier amplitudes, an orientation-energy model of complex cells, and orientation alone.
    """

    name: ClassVar[str] = "normative-tasks"

    task: Annotated[
        tuple[str, ...],
        option(
            "Two or more tasks: left or right tilt, side of --boundary, report of an orientation, or of the rotation "
            "of pictures",
            among=VISUAL_TASKS,
            distinct=True,
        ),
    ] = ("tilt", "boundary", "orientation", "rotation")

    def __post_init__(self) -> None:
        super().__post_init__()
        require(len(self.task) >= 2, "--task needs at least two tasks; isocortex run orientation-v1 trains on one.")

    def tasks(self) -> tuple[str, ...]:
        """Return the tasks."""
        return self.task

    def walk(self, run: Run, inputs: Neurons | None) -> NormativeResult:
        """Neurons → networks of every task → responses → RDMs → comparison."""
        brain = self.measure(run, inputs)
        networks = {task: self.train(run, task) for task in self.task}
        with run.stage("responses"):
            rdms, responses = self.all_rdms(networks, brain.rdms.stimuli)
        with run.stage("comparison"):
            how: dict[str, Any] = {"method": self.similarity, "factors": FACTORS}
            table, dots = similarity_table(rdms, brain.rdms, **how)
            differences = difference_table(rdms, brain.rdms, self.task, **how)
            rivals = rival_table(rdms, brain.rdms, (ORIENTATION_ALONE, NO_LEARNING), self.task, **how)
        with run.stage("tuning"):
            tuning = tuning_tables(self, brain, responses)
        return NormativeResult(
            options=self,
            networks=networks,
            rdms=rdms,
            brain=brain,
            table=table,
            dots=dots,
            differences=differences,
            tuning=tuning,
            rivals=rivals,
        )

    def all_rdms(
        self, networks: Mapping[str, Networks], angles: np.ndarray
    ) -> tuple[dict[tuple[str, str], RDMs], dict[str, dict[str, xr.DataArray]]]:
        """Show the gratings to every network, its controls, and the rivals; return RDMs, and responses by kind.

        The outputs are left out: one or two units, which differ from task to task, have no RDM to compare.
        """
        images = self.gratings(angles)
        variants = {task: found.variants["trained"] for task, found in networks.items()}
        controls = next(iter(networks.values())).variants
        variants |= {name: models for name, models in controls.items() if name != "trained"}
        rdms, responses = {}, {}
        for variant, models in variants.items():
            of_layers, responses[variant] = self.layer_rdms(models, images, angles)
            rdms |= {(layer, variant): rows for layer, rows in of_layers.items() if layer != "output"}
        rivals = rival_responses(images, angles, energy=ENERGY)
        rdms |= {(name, NO_LEARNING): rsa.rdm(x, self.dissimilarity) for name, x in rivals.items()}
        return rdms | {(ORIENTATION_ALONE, NO_LEARNING): orientation_alone(angles)}, responses
