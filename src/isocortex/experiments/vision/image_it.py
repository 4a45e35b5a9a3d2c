"""Which models predict how inferior temporal cortex of man and monkey represents 92 photographs?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from ...analysis import rsa
from ...analysis.rsa import SIMILARITIES
from ...analysis.rsa.comparison import EVERY_FACTOR
from ...errors import InputError
from ...rdms import RDMs
from ...recordings import ObjectRecordings, read_kriegeskorte
from ...runs import Run
from ...stimuli import PICTURE_SETS, canvas_size, fit_to_canvas, grey
from ..shared.options import option
from ..shared.orientation_networks import Networks, OrientationNetworks, TaskName
from ..shared.protocol import Progress
from ..shared.recognition import SIZE, Recognisers, train_recognisers
from ..shared.tables import NO_LEARNING, Rows, similarity_table
from .image_it_result import CANVAS, PUBLISHED_MODELS, ImageITResult, Target
from .rivals import rival_responses


@dataclass(frozen=True, kw_only=True)
class ImageIT(OrientationNetworks):
    """Compare models with human and monkey inferior temporal cortex on 92 photographs.

    Models: networks trained on orientation and their controls, networks trained to recognise pictures and their
    untrained control, the filter bank, an orientation-energy model of V1 (a pyramid of Gabors), Fourier energy, the
    pixels, and the published RDMs of a V1 model and of HMAX.
    """

    name: ClassVar[str] = "image-it"

    data: Annotated[
        Path | None, option("Folder with the three published MATLAB files of Kriegeskorte et al. 2008; required")
    ] = None
    task: TaskName = "tilt"
    recognition: Annotated[
        str, option("Pictures that the networks for recognition learn, of scikit-learn", among=PICTURE_SETS)
    ] = "photographs"
    similarity: Annotated[str, option("Similarity of two RDMs", among=SIMILARITIES)] = "spearman"

    def tasks(self) -> tuple[str, ...]:
        """Return the one task."""
        return (self.task,)

    def read(self, progress: Progress | None = None) -> ObjectRecordings:
        """Read the photographs and the measured RDMs."""
        self.task_named(self.task)
        if self.data is None:
            raise InputError(
                "image-it needs --data FOLDER, with 92_brainRDMs.mat, 92_V1model_HMAX_RDMs.mat and "
                "Kriegeskorte_Neuron2008_supplementalData.mat."
            )
        return read_kriegeskorte(self.data)

    def files(self) -> list[Path]:
        """Return the published files, and the pictures of the task."""
        return [*super().files(), *([] if self.data is None else sorted(self.data.glob("*.mat")))]

    def walk(self, run: Run, inputs: ObjectRecordings) -> ImageITResult:
        """Photographs → models → RDMs → comparison with human and monkey IT."""
        networks = self.train(run, self.task)
        recognisers = train_recognisers(run, self, self.recognition, self.seeds)
        with run.stage("responses"):
            rdms = self.model_rdms(inputs, networks, recognisers)
        published = {(row, "published"): inputs.models[name] for row, name in PUBLISHED_MODELS.items()}
        with run.stage("comparison"):
            targets = {
                "human": self.compare(inputs.human, rdms | published | {("monkey IT", "brain"): inputs.monkey}),
                "monkey": self.compare(inputs.monkey, rdms | published),
            }
            with_mean = {
                name: float(rsa.similarity(stack, inputs.human_mean, self.similarity)[0, 0])
                for name, stack in {"monkey": inputs.monkey, **inputs.models}.items()
            }
        return ImageITResult(
            options=self,
            networks={self.task: networks},
            recognisers=recognisers,
            rdms=rdms,
            recordings=inputs,
            targets=targets,
            with_mean=with_mean,
        )

    def compare(self, measured: RDMs, rows: Rows) -> Target:
        """Compare every model with the RDMs of one brain."""
        how: dict[str, Any] = {"method": self.similarity, "factors": EVERY_FACTOR}
        ceiling = rsa.noise_ceiling(measured, self.similarity) if len(measured) > 1 else None
        return Target(measured, *similarity_table(rows, measured, **how), ceiling)

    def model_rdms(
        self, inputs: ObjectRecordings, networks: Networks, recognisers: Recognisers
    ) -> dict[tuple[str, str], RDMs]:
        """Show the photographs to every model and return an RDM per layer."""
        stimuli, photographs = inputs.human.stimuli, grey(inputs.images)
        sizes = (canvas_size(self.resolution), CANVAS, (SIZE, SIZE))
        small, canvas, square = (fit_to_canvas(photographs, size) for size in sizes)
        rdms = {}
        for variant, models in networks.variants.items():
            of_layers, _ = self.layer_rdms(models, small, stimuli)
            rdms |= {(layer, variant): rows for layer, rows in of_layers.items()}
        for place, x in recognisers.responses(square, stimuli).items():
            rdms[place] = rsa.rdm(x, self.dissimilarity, undefined="drop")
        for name, x in rival_responses(canvas, stimuli, bank=True).items():
            rdms[name, NO_LEARNING] = rsa.rdm(x, self.dissimilarity)
        return rdms
