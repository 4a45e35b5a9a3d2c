"""What ``look`` finds of a session: the numbers, the answer, and the order of the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...formats import counted, p_value, percent, significant
from ...recordings.nwb.session import UNITS
from ...report import Finding, Quantity, Result, Table
from ..shared.tables import ceiling_range, file_name
from .events import Events
from .look_figures import pictures
from .measures import DECODER, Decoded, Represented

if TYPE_CHECKING:
    from .look import Look

ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class LookResult(Result):
    """A session: what its units respond to, and how reliably.

    Attributes
    ----------
    options : Look
    events : Events
    tuning : dict of str to DataFrame
        Column of the table of events → signal and noise of every unit.
    decoding : Decoded or str
        Or why there is none.
    representation : Represented or str
        Or why there is none.
    """

    question: ClassVar[str] = "What does this session hold, and what do its units respond to?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "session.units.n": Quantity("Units (or regions of interest) that were analysed"),
        "session.trials.n": Quantity("Events with a response"),
        "session.stimuli.n": Quantity("Different things that were shown"),
        "session.repeats.fewest": Quantity("How often the one was shown that was shown least"),
        "session.activity.mean": Quantity(
            "Mean over events and units of the rate, in spikes/s, or of the activity of regions in the unit of the file"
        ),
        "tuning.<column>.share": Quantity(
            "Share of the units whose responses depend on a column (F test, false discovery rate 5 %)",
            "share of units",
        ),
        "tuning.<column>.snr.median": Quantity("Median over units of the signal-to-noise ratio by a column"),
        "decoding.accuracy": Quantity("Accuracy of decoding what was shown from the window", "share of trials"),
        "decoding.chance": Quantity("One over the number of things that are decoded", "share of trials"),
        "decoding.peak": Quantity("Largest accuracy of decoding from one bin", "share of trials"),
        "decoding.peak_ms": Quantity("Middle of that bin, after the event", "ms"),
        "decoding.p": Quantity("p value of that accuracy, for all bins at once"),
        "ceiling.lower": Quantity("Similarity of the RDMs of two halves of the trials"),
        "ceiling.upper": Quantity("What the true RDM would reach with all trials"),
    }
    references: ClassVar[tuple[str, ...]] = ("kriegeskorte-rsa-2008",)

    options: "Look"
    events: Events
    tuning: Mapping[str, pd.DataFrame]
    decoding: Decoded | str
    representation: Represented | str

    @property
    def shown(self) -> str:
        """The column that says what was shown."""
        return next(iter(self.tuning))

    @cached_property
    def shares(self) -> dict[str, float]:
        """The share of units that each column tunes."""
        return {name: float((table["p_fdr"].to_numpy() < ALPHA).mean()) for name, table in self.tuning.items()}

    @cached_property
    def ratios(self) -> dict[str, np.ndarray]:
        """The signal-to-noise ratio of every unit, by each column."""
        return {name: table["snr"].to_numpy(float) for name, table in self.tuning.items()}

    @property
    def unit(self) -> str:
        """What a unit is called."""
        return "unit" if self.events.around.series == UNITS else "region"

    def numbers(self) -> dict[str, float | int]:
        trials = self.events.around.trials
        _, counts = np.unique(trials["stimulus"].values, return_counts=True)
        found: dict[str, float | int] = {
            "session.units.n": trials.sizes["unit"],
            "session.trials.n": trials.sizes["trial"],
            "session.stimuli.n": len(counts),
            "session.repeats.fewest": int(counts.min()),
            "session.activity.mean": float(trials.mean()),
        }
        for name in self.tuning:
            place = f"tuning.{file_name(name)}"
            found[f"{place}.share"] = self.shares[name]
            if np.isfinite(self.ratios[name]).any():
                found[f"{place}.snr.median"] = float(np.nanmedian(self.ratios[name]))
        if isinstance(self.decoding, Decoded):
            peak = int(self.decoding.score.values.argmax())
            found |= {
                "decoding.accuracy": self.decoding.whole,
                "decoding.chance": self.decoding.level,
                "decoding.peak": float(self.decoding.score[peak]),
                "decoding.peak_ms": self.peak_ms,
                "decoding.p": float(self.decoding.p[peak]),
            }
        if isinstance(self.representation, Represented) and self.representation.ceiling is not None:
            ceiling = self.representation.ceiling
            found |= {"ceiling.lower": ceiling.lower, "ceiling.upper": ceiling.upper}
        return found

    @property
    def times(self) -> np.ndarray:
        """The middle of every bin, in ms after the event."""
        times = self.events.course["time"].values
        return times + (times[1] - times[0]) / 2

    @property
    def peak_ms(self) -> float:
        """The middle of the bin from which what was shown is decoded best."""
        assert isinstance(self.decoding, Decoded)
        return float(self.times[int(self.decoding.score.values.argmax())])

    def findings(self) -> Iterator[Finding]:
        yield from pictures(self)
        yield Table(
            "columns",
            pd.DataFrame(
                {
                    "column": list(self.tuning),
                    "kinds": [len(np.unique(v)) for v in self.events.columns.values()],
                    f"{self.unit}s that it tunes": [percent(share) for share in self.shares.values()],
                    "median signal-to-noise ratio": [pd.Series(each).median() for each in self.ratios.values()],
                }
            ),
            title="What sorts the trials",
            caption=f"A {self.unit} is tuned if its responses differ between the kinds of trials (F test, false "
            f"discovery rate {percent(ALPHA, 0)}). Numbers of many values are sorted into groups.",
            shown=True,
        )
        yield Table(
            "units",
            self.by_unit(),
            title=f"Each {self.unit}",
            caption=f"Mean response, and for {self.shown} the signal-to-noise ratio, p of the F test, and the value "
            "with the largest mean.",
            shown=len(self.tuning[self.shown]) <= 30,
        )
        for name, table in self.tuning.items():
            yield Table(f"tuning_{file_name(name)}", table.reset_index(), f"Signal and noise by {name}.")
        for name, cells in self.events.inside.items():
            yield Table(
                f"inside_{file_name(name)}", cells, "What the file holds.", title=f"In the file: {name}", shown=True
            )

    def by_unit(self) -> pd.DataFrame:
        """Return a row per unit, the one with the largest signal-to-noise ratio first."""
        table = self.tuning[self.shown]
        rows = table.drop(columns=["noise", "f", "p_fdr"]).rename(columns={"snr": "signal-to-noise ratio"})
        return rows.sort_values("signal-to-noise ratio", ascending=False, kind="stable").reset_index()

    def answer(self) -> str:
        found, around = self.numbers(), self.events.around
        n, share = int(found["session.units.n"]), self.shares[self.shown]
        said = [
            f"The session of {around.subject} holds the responses of {counted(n, self.unit)} to "
            f"{counted(int(found['session.stimuli.n']), 'value')} of {' and '.join(self.events.how.by)}, in "
            f"{counted(int(found['session.trials.n']), 'row')} of {around.table}. The responses of {percent(share)} of "
            f"the {self.unit}s depend on {self.shown} (false discovery rate {percent(ALPHA, 0)}).",
        ]
        others = {name: s for name, s in self.shares.items() if name != self.shown}
        top = max(others, key=others.__getitem__, default=None)
        if top is not None:
            said.append(
                f"Of the other columns, {top} has an effect on the most {self.unit}s, {percent(others[top])}."
                if others[top]
                else f"No {self.unit} depends on another column of the table."
            )
        if isinstance(self.decoding, Decoded):
            said.append(
                f"A decoder reads {self.shown} from the window with an accuracy of "
                f"{percent(found['decoding.accuracy'])} (chance {percent(found['decoding.chance'])}), and from a "
                f"single bin with {percent(found['decoding.peak'])} at most, around {significant(self.peak_ms)} ms "
                f"({p_value(found['decoding.p'])} for all bins at once)."
            )
        if isinstance(self.representation, Represented):
            ceiling = self.representation.ceiling
            said.append(
                f"The noise ceiling of its RDM, from two halves of the trials, is {ceiling_range(ceiling)}."
                if ceiling
                else "There is no noise ceiling of its RDM, because two halves of the trials do not agree, or there "
                "are no repeats."
            )
        return " ".join(said)

    def notes(self) -> list[str]:
        without = [each for each in (self.decoding, self.representation) if isinstance(each, str)]
        return [*self.events.notes, *without, "Intervals would need other sessions: these are the data of one."]

    def methods(self) -> list[str]:
        how, around = self.events.how, self.events.around
        found = [
            how.describe(around.table, around.series),
            "Signal and noise: a one-way analysis of variance for each unit and column. The signal-to-noise ratio is "
            "the variance of the true means, estimated without the bias of noise, over the variance of single trials.",
        ]
        if isinstance(self.decoding, Decoded):
            n = self.decoding.chance.score.sizes["relabelling"]
            found.append(
                f"{self.decoding.methods} The same decoder ({DECODER}) was trained in every bin of "
                f"{significant(self.times[1] - self.times[0])} ms; chance is from {n} relabellings of the trials, and "
                "p is that of the largest score over all bins."
            )
        if isinstance(self.representation, Represented):
            words = self.representation.ceiling.methods if self.representation.ceiling else ""
            found.append(
                f"The RDM is {DISSIMILARITIES[self.options.dissimilarity].measure} of mean responses, compared by "
                f"{SIMILARITIES[self.options.similarity].label}. {words}".strip()
            )
        return found

    def responses(self) -> dict[str, xr.DataArray]:
        return {self.events.around.subject: self.events.around.responses}
