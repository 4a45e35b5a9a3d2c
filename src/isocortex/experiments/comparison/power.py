"""How often would an experiment name the right model? Each model is planted as if it were the brain."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar

from ...analysis.recovery import FACTORS, Size, recover
from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment, Progress
from .beside import EVERY, named
from .matching import names_given
from .planted import Planted, from_files, shipped
from .power_result import PowerResult

VARIES = "several are compared while the others have their largest number"


@dataclass(frozen=True, kw_only=True)
class Power(Experiment):
    """Plant each model as if it were the brain, and count how often each measure names it.

    Without files, five models of gratings are planted with the noise of synthetic neurons. Files are those of isocortex
    compare, with responses (stimulus × unit), and repeats in those of the recording.

    Which of two layers is this monkey like, and would we know?
        isocortex power layers.nc --data monkey.npz

    Would 20 or 40 of these stimuli be enough, or fewer neurons?
        isocortex power v1.npz it.npz --data monkey.npz --stimuli 20,40,92 --neurons 50,100

    With the recording's own size, by more measures:
        isocortex power layers.nc --data monkey.npz --stimuli 92 --measures rsa,cka,procrustes,encoding
    """

    name: ClassVar[str] = "power"

    models: Annotated[
        tuple[Path, ...],
        option(
            "Files of models, each named by its file, or by its label in a file of several; by default five models of "
            "gratings",
            positional=True,
            metavar="MODEL…",
        ),
    ] = ()
    data: Annotated[
        tuple[Path, ...],
        option(
            "Files of a recording with repeats, whose noise is simulated; by default synthetic neurons", metavar="DATA…"
        ),
    ] = ()
    stimuli: Annotated[
        tuple[int, ...],
        option(
            f"Numbers of stimuli, of which {VARIES}; by default a sixth, a third, two thirds and all",
            at_least=5,
            at_most=100_000,
            distinct=True,
        ),
    ] = ()
    neurons: Annotated[
        tuple[int, ...],
        option(
            f"Numbers of neurons of a subject, of which {VARIES}; by default the recording's",
            at_least=2,
            at_most=1_000_000,
            distinct=True,
        ),
    ] = ()
    repeats: Annotated[
        tuple[int, ...],
        option(
            f"Numbers of repeats of a stimulus, of which {VARIES}; by default the recording's",
            at_least=1,
            at_most=10_000,
            distinct=True,
        ),
    ] = ()
    subjects: Annotated[
        tuple[int, ...],
        option(
            f"Numbers of subjects, of which {VARIES}; by default the recording's",
            at_least=1,
            at_most=10_000,
            distinct=True,
        ),
    ] = ()
    measures: Annotated[
        tuple[str, ...],
        option("Measures that name a model, with commas between them", among=EVERY, distinct=True),
    ] = ("rsa", "cka", "procrustes", "encoding")
    dissimilarity: Annotated[str, option("Dissimilarity of two response patterns, for rsa", among=DISSIMILARITIES)] = (
        "correlation"
    )
    similarity: Annotated[str, option("Similarity of two RDMs, for rsa", among=SIMILARITIES)] = "spearman"
    simulations: Annotated[
        int, option("Experiments that are simulated with each planted model", at_least=10, at_most=100_000)
    ] = 40
    names: Annotated[
        tuple[str, ...],
        option(
            "Names of arrays in files, as responses=data stimuli=image, which hold for every file that has one",
            metavar="WHAT=NAME…",
        ),
    ] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "measures", named(self.measures))
        for factor in FACTORS:
            object.__setattr__(self, factor, tuple(sorted(getattr(self, factor))))
        super().__post_init__()
        require(bool(self.measures), f"--measures needs at least one of {', '.join(EVERY)}.")
        names_given(self.names)

    def read(self, progress: Progress | None = None) -> Planted:
        """Read every file, or make the models and the recording that come with the package."""
        require(
            bool(self.models) == bool(self.data),
            "power needs files of models and of data: isocortex power MODEL… --data DATA…; or none of both, for the "
            "example that comes with the package.",
        )
        for path in self.files():
            require(self.files().count(path) == 1, f"{path} is given twice.")
        found = (
            from_files(self.models, self.data, names_given(self.names), self.dissimilarity)
            if self.models
            else shipped(self.key("recording"))
        )
        most = max(self.stimuli, default=0)
        require(
            most <= found.stimuli,
            f"--stimuli {most} cannot be drawn: models and data share {found.stimuli}.",
        )
        return found

    def files(self) -> list[Path]:
        """Return the files of models and data."""
        return [*self.models, *self.data]

    def sweeps(self, inputs: Planted) -> dict[str, list[Size]]:
        """Return the sizes of experiments for every factor that varies, and those of the reference under ``""``."""
        n = inputs.stimuli
        own = {
            "stimuli": tuple(sorted({max(5, n // 6), max(5, n // 3), max(5, 2 * n // 3), n})),
            "neurons": (inputs.neurons,),
            "repeats": (inputs.repeats,),
            "subjects": (len(inputs.noise),),
        }
        values = {factor: getattr(self, factor) or own[factor] for factor in FACTORS}
        reference = Size(**{factor: max(given) for factor, given in values.items()})
        varied = {
            factor: [replace(reference, **{factor: value}) for value in given]
            for factor, given in values.items()
            if len(given) > 1
        }
        return {"": [reference], **varied}

    def walk(self, run: Run, inputs: Planted) -> PowerResult:
        """Models and noise → simulated experiments → how often each measure names the planted model."""
        run.mark = "synthetic neurons" if inputs.synthetic else ""
        sweeps = self.sweeps(inputs)
        sizes = {tuple(asdict(size).values()): size for those in sweeps.values() for size in those}
        with run.stage("experiments") as advance:
            found = recover(
                inputs.models,
                list(inputs.noise.values()),
                key=self.key("experiments"),
                sizes=list(sizes.values()),
                measures=self.measures,
                dissimilarity=self.dissimilarity,
                similarity=self.similarity,
                n_simulations=self.simulations,
                progress=advance,
            )
        return PowerResult(self, inputs, sweeps, found)
