"""How similar to the data of brains is each of several models? Any files, one command."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from ...analysis import category_contrast, rsa
from ...analysis.alignment import Alignment
from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...errors import require
from ...recordings.interchange import NWB
from ...recordings.nwb.around import START
from ...runs import Run
from ...stimuli.pictures import picture_files
from ..shared.options import option
from ..shared.protocol import Experiment, Progress
from ..shared.tables import noise_ceiling
from .beside import EVERY, RSA, beside, named, require_responses, with_controls
from .influence import without_carriers
from .matching import Matched, match, names_given, read_categories, read_named
from .result import Comparison
from .tables import contrast_table

INFERENCE = {
    "stimuli": ("stimulus", "seed"),
    "subjects": ("subject", "seed"),
    "both": ("stimulus", "subject", "seed"),
}
"""What is taken as a random sample → the factors that are resampled."""


@dataclass(frozen=True, kw_only=True)
class Compare(Experiment):
    """Compare models' RDMs or responses with those of brains.

    Files are .npz, .mat, .nc, .npy or .csv with responses (stimulus × unit, or repeat × stimulus × unit) or rdms (n ×
    stimulus × stimulus, or n × pairs), and stimuli, their labels, by which they are matched; docs/interchange.md says
    more. NWB files hold sessions, of which --window and --by say what responses are.

    Three models and four subjects, each an RDM in a file:
        isocortex compare hmax.npz v1.npz monkey.npz --data human.mat

    Layers of a network (responses, one group each) against two animals, by the cosine of RDMs of squared distances:
        isocortex compare layers.nc --data mouse1.npz mouse2.npz --dissimilarity euclidean --similarity cosine

    Files whose arrays have other names, here RDMs called "dissim" and labels called "image":
        isocortex compare hmax.mat --data it.mat --names rdms=dissim stimuli=image

    By several measures with one inference, beside pixels and random features of the pictures in a folder:
        isocortex compare layers.nc --data monkey.npz --measures rsa,cka,procrustes,encoding --images pictures

    Layers against the spikes from 50 to 350 ms after each presentation of a picture, in an NWB file:
        isocortex compare layers.nc --data session.nwb --window 50 350 --by image_name --keep quality=good

    With categories in the pictures and the table, and intervals for new stimuli alone:
        isocortex compare models.npz --data it.npz --categories objects.csv --inference stimuli
    """

    name: ClassVar[str] = "compare"

    models: Annotated[
        tuple[Path, ...],
        option(
            "Files of models, each named by its file, or by its label in a file of several",
            positional=True,
            metavar="MODEL…",
        ),
    ] = ()
    data: Annotated[
        tuple[Path, ...],
        option(
            "Files of measurements, in which several RDMs are several subjects, as are several files",
            metavar="DATA…",
        ),
    ] = ()
    dissimilarity: Annotated[
        str, option("Dissimilarity of two response patterns, where files hold responses", among=DISSIMILARITIES)
    ] = "correlation"
    similarity: Annotated[str, option("Similarity of two RDMs", among=SIMILARITIES)] = "spearman"
    measures: Annotated[
        tuple[str, ...],
        option(
            "Measures of similarity, with commas between them; all but rsa need responses", among=EVERY, distinct=True
        ),
    ] = (RSA,)
    images: Annotated[
        Path | None,
        option(
            "Folder of the pictures that were shown, named as the stimuli, of which control models are made",
            metavar="FOLDER",
        ),
    ] = None
    inference: Annotated[
        str, option("What is a random sample, so that intervals and tests hold for new ones", among=INFERENCE)
    ] = "both"
    categories: Annotated[
        Path | None,
        option("CSV file of label,category; by default the categories of the first data file, if any", metavar="FILE"),
    ] = None

    names: Annotated[
        tuple[str, ...],
        option(
            "Names of arrays in files, as responses=data stimuli=image, which hold for every file that has one",
            metavar="WHAT=NAME…",
        ),
    ] = ()

    window: Annotated[
        tuple[float, ...],
        option(
            "Of NWB files: from when to when after an event responses are taken", unit="ms", at_least=-1e6, at_most=1e6
        ),
    ] = ()
    by: Annotated[
        tuple[str, ...], option("Of NWB files: columns that say what was shown; rows equal in them are repeats")
    ] = ()
    align: Annotated[str, option("Of NWB files: the column of times that are time 0")] = START
    table: Annotated[str | None, option("Of NWB files: the table of events; by default the one with the columns")] = (
        None
    )
    series: Annotated[
        str | None, option("Of NWB files: units, or a series of regions of interest; by default the units, if any")
    ] = None
    keep: Annotated[
        tuple[str, ...],
        option("Of NWB files: values that units must have, as quality=good", metavar="COLUMN=VALUE…"),
    ] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "measures", named(self.measures))
        super().__post_init__()
        require(bool(self.measures), f"--measures needs at least one of {', '.join(EVERY)}.")
        names_given(self.names)

    def read(self, progress: Progress | None = None) -> Matched:
        """Read every file, and put models and subjects on the same stimuli."""
        require(
            bool(self.models and self.data),
            "compare needs files of models and of data: isocortex compare MODEL… --data DATA….",
        )
        for path in self.files():
            require(self.files().count(path) == 1, f"{path} is given twice.")
        events = self.events() if any(path.suffix.lower() == NWB for path in self.files()) else {}
        require(
            bool(events) or not (self.window or self.by or self.table or self.series or self.keep),
            "--window, --by, --align, --table, --series and --keep are for NWB files, and none is given.",
        )
        named = read_named([*self.models, *self.data], names_given(self.names), events)
        models, data = ({path: named[path] for path in paths} for paths in (self.models, self.data))
        matched = match(models, data, dissimilarity=self.dissimilarity)
        require(
            len(matched.data) > 1 or self.inference != "subjects",
            "--inference subjects needs several subjects, and the data are of one; use --inference stimuli.",
        )
        if self.categories is not None:
            matched = replace(matched, categories=read_categories(self.categories, matched.data.stimuli))
        if matched.categories is not None:
            category_contrast(matched.data, matched.categories)
        require_responses(matched, self.measures)
        return with_controls(matched, self.measures, self.images, self.dissimilarity, key=self.key("controls"))

    def events(self) -> dict[str, Any]:
        """Return what :func:`isocortex.read` takes of NWB files."""
        chosen: dict[str, list[str]] = {}
        for pair in self.keep:
            column, equals, value = pair.partition("=")
            require(bool(equals and column), f"--keep takes COLUMN=VALUE, such as quality=good; got {pair!r}.")
            chosen.setdefault(column, []).append(value)
        return {
            "window": self.window or None,
            "by": self.by or None,
            "align": self.align,
            "table": self.table,
            "series": self.series,
            "keep": chosen or None,
        }

    def files(self) -> list[Path]:
        """Return the models, the data, the table of categories, and the pictures."""
        pictures = [] if self.images is None else picture_files(self.images)
        return [*self.models, *self.data, *([] if self.categories is None else [self.categories]), *pictures]

    def walk(self, run: Run, inputs: Matched) -> Comparison:
        """Compare the models with the data, each alone and in pairs."""
        with run.stage("comparison"):
            return self.compare(inputs)

    def compare(self, inputs: Matched) -> Comparison:
        """Return what the matched RDMs show."""
        asked: dict[str, Any] = {
            "method": self.similarity,
            "factors": INFERENCE[self.inference],
            "correction": "holm",
        }
        table = rsa.compare(inputs.models, inputs.data, **asked).reset_index()
        table = table.sort_values("mean", ascending=False, kind="stable", ignore_index=True)
        pairs = rsa.differences(inputs.models, inputs.data, **asked) if len(inputs.models) > 1 else None
        return Comparison(
            options=self,
            inputs=inputs,
            table=table,
            pairs=pairs,
            ceiling=noise_ceiling(
                inputs.recordings, inputs.data, dissimilarity=self.dissimilarity, similarity=self.similarity
            ),
            contrasts=None if inputs.categories is None else contrast_table(inputs, inputs.categories),
            carriers=without_carriers(inputs, table, pairs, asked),
            alignment=self.beside(inputs),
        )

    def beside(self, inputs: Matched) -> Alignment | None:
        """Return what all measures show together; None for RSA alone."""
        if self.measures == (RSA,):
            return None
        return beside(
            inputs,
            self.measures,
            dissimilarity=self.dissimilarity,
            similarity=self.similarity,
            inference=self.inference,
        )
