"""What does a recorded session hold, and what do its units respond to?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...errors import require
from ...recordings.nwb.around import START
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment, Progress
from .events import Events, read_events
from .look_result import LookResult
from .measures import decoded, represented, tuned

OF_MEANS = [name for name, how in DISSIMILARITIES.items() if how.takes is None and not how.crossvalidated]


@dataclass(frozen=True, kw_only=True)
class Look(Experiment):
    """Look at a session in an NWB file: what it holds, what its units respond to, and how reliably.

    Without options, the events are the rows of the trials (or else of the largest table of intervals), the window ends
    when the median row does, and what was shown is the first column that can say so.

    Everything that a first look can show:
        isocortex look session.nwb

    Responses from 50 to 250 ms after each presentation, by image, of the good units of one area:
        isocortex look session.nwb --window 50 250 --by image_name --keep quality=good location=VISp
    """

    name: ClassVar[str] = "look"

    data: Annotated[Path | None, option("The NWB file", positional=True, metavar="SESSION.nwb")] = None
    window: Annotated[
        tuple[float, ...],
        option("From when to when after an event responses are taken", unit="ms", at_least=-1e6, at_most=1e6),
    ] = ()
    by: Annotated[
        tuple[str, ...], option("Columns that say what was shown; rows that are equal in them are repeats")
    ] = ()
    align: Annotated[str, option("Column of times that are time 0")] = START
    table: Annotated[str | None, option("Table of events; by default the one with the columns")] = None
    series: Annotated[str | None, option("units, or a series of regions of interest; by default the units, if any")] = (
        None
    )
    keep: Annotated[
        tuple[str, ...], option("Values that units must have, as quality=good", metavar="COLUMN=VALUE…")
    ] = ()
    bin: Annotated[float, option("Width of the bins for decoding over time", unit="ms", above=0, at_most=1e6)] = 50.0
    permutations: Annotated[
        int, option("Number of times that labels are shuffled for the chance of decoding", at_least=20, at_most=100_000)
    ] = 100
    dissimilarity: Annotated[str, option("Dissimilarity of two response patterns", among=OF_MEANS)] = "correlation"
    similarity: Annotated[str, option("Similarity of two RDMs", among=SIMILARITIES)] = "pearson"

    def read(self, progress: Progress | None = None) -> Events:
        """Read the responses around the events, whole and in bins."""
        require(self.data is not None, "look needs an NWB file: isocortex look SESSION.nwb.")
        return read_events(self)

    def files(self) -> list[Path]:
        """Return the file."""
        return [] if self.data is None else [self.data]

    def walk(self, run: Run, inputs: Events) -> LookResult:
        """Responses → signal and noise by column → decoding over time → RDM and its noise ceiling."""
        how: dict[str, Any] = {"dissimilarity": self.dissimilarity, "similarity": self.similarity}
        with run.stage("tuning"):
            tuning = tuned(inputs)
        with run.stage("decoding"):
            decoding = decoded(inputs, self.key("labels"), self.permutations)
        with run.stage("representation"):
            representation = represented(inputs, **how)
        return LookResult(self, inputs, tuning, decoding, representation)
