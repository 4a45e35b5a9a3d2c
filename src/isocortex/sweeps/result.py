"""What a sweep found, as a page: each number against each option, best settings, interactions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import pandas as pd

from .. import plots
from ..errors import look_up, require
from ..experiments.registry import experiment
from ..experiments.shared.options import options_of
from ..formats import counted, listed, percent, significant
from ..report import Finding, Picture, Quantity, Result, Table, write_report, write_result
from ..report.result import meaning_of
from ..runs import Run
from .effects import Slope, adjusted_means, ends, explained, interactions, numeric_options, slopes
from .sweep import Sweep

MOST_DRAWN = 6
"""Numbers that are drawn where nobody names them: those that the options explain best."""
MOST_TOLD = 20
"""Failures that are put into words."""
NOT_AN_OUTCOME = (".low", ".high", ".p", ".theory")
"""Ends of keys that stand beside a number and are no number of their own."""


@dataclass(frozen=True, eq=False)
class SweepResult(Result):
    """What the points of a sweep say together.

    Attributes
    ----------
    found : Sweep
    asked : tuple of str
        Keys of the numbers that are drawn; empty for those that the options explain best.

    Examples
    --------
    >>> import tempfile
    >>> import isocortex as ic
    >>> folder = tempfile.mkdtemp()
    >>> found = ic.sweep("poisson", {"rate": [20, 30, 40]}, duration=2000, n_workers=1, out=folder, progress=False)
    >>> result = SweepResult(found, asked=("refractory.rate.theory",))
    >>> round(result.slopes["refractory.rate.theory", "rate"].slope, 2)  # spikes/s per spike/s
    0.76
    """

    question: ClassVar[str] = "How do the numbers of an experiment depend on its options?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "points": Quantity("Number of points"),
        "failed": Quantity("Number of points that failed"),
        "reused": Quantity("Number of points whose runs were there before"),
        "<number>.slope": Quantity("Change of the number per unit of the option, others held fixed"),
        "<number>.low": Quantity("Lower end of the 95 % interval of that slope"),
        "<number>.high": Quantity("Upper end of the 95 % interval of that slope"),
    }

    found: Sweep
    asked: tuple[str, ...] = ()

    @cached_property
    def table(self) -> pd.DataFrame:
        """The points that were run."""
        table = self.found.table
        return pd.DataFrame(table[table["error"] == ""]).reset_index(drop=True)

    @cached_property
    def varied(self) -> list[str]:
        """The varied options that had more than one value among the points that were run."""
        return [name for name in self.found.varied if len(set(self.table[name])) > 1]

    @cached_property
    def drawn(self) -> list[str]:
        """Keys of the numbers that are drawn."""
        known = [name for name in self.table if name not in (*self.found.varied, "folder", "reused", "error")]
        for name in self.asked:
            look_up("number", name, dict.fromkeys(known))
        if self.asked:
            return list(self.asked)
        known = [name for name in known if not name.endswith(NOT_AN_OUTCOME)]
        shares = {name: explained(self.table, name, self.varied) for name in known}
        return sorted((name for name in shares if shares[name] > 0), key=lambda name: -shares[name])[:MOST_DRAWN]

    @cached_property
    def slopes(self) -> dict[tuple[str, str], Slope]:
        """Number and option → slope."""
        return {
            (number, option): slope
            for number in self.drawn
            for option, slope in slopes(self.table, number, self.varied).items()
        }

    @cached_property
    def known(self) -> Mapping[str, Quantity]:
        """What the numbers of the experiment are."""
        return experiment(self.found.experiment).quantities()

    def numbers(self) -> dict[str, float]:
        """Return the counts of points, and the slopes of the drawn numbers."""
        counts = {
            "points": float(len(self.found.points)),
            "failed": float(len(self.found.failures)),
            "reused": float(sum(outcome.reused for outcome in self.found.outcomes)),
        }
        fitted = {
            f"{number}.{option}.{what}": getattr(slope, what)
            for (number, option), slope in self.slopes.items()
            for what in ("slope", "low", "high")
        }
        return counts | fitted

    def answer(self) -> str:
        """Return how many points there are, and which slopes are clear."""
        n, failed = len(self.found.points), len(self.found.failures)
        text = f"{counted(n, 'run')} of {self.found.experiment} over {listed(self.found.varied)}"
        text += f", of which {failed} failed" if failed else ""
        clear = [(key, slope) for key, slope in self.slopes.items() if slope.low * slope.high > 0]
        said = [
            f"{number} {'rises' if slope.slope > 0 else 'falls'} with {option}" for (number, option), slope in clear[:5]
        ]
        return f"{text}. " + (f"On average {listed(said)}." if said else "No number has a clear slope.")

    def methods(self) -> list[str]:
        """Return how the numbers were made."""
        names = listed(self.found.varied)
        return [
            f"The experiment {self.found.experiment} was run at {counted(len(self.found.points), 'point')}, which "
            f"differ in {names}; all other options were the same. A slope is that of a least-squares fit of the main "
            "effects of all varied options, in which options that are no numbers have a constant per value; its 95 % "
            "interval is Student's, and takes all that the fit leaves as noise. An interaction is what products of "
            "two options add to that fit (F test)."
        ]

    def notes(self) -> list[str]:
        """Say what failed."""
        return self.found.sentences()[:MOST_TOLD]

    def findings(self) -> Iterator[Finding]:
        """Return a picture per number, then the tables."""
        options = options_of(experiment(self.found.experiment))
        labels = {name: f"{name} ({options[name].unit})" for name in self.varied if options[name].unit}
        for number in self.drawn:
            what, share = meaning_of(number, self.known), percent(explained(self.table, number, self.varied), 0)
            meaning = number if what is None else what.meaning
            unit = f" ({what.unit})" if what is not None and what.unit else ""
            yield Picture(
                number,
                lambda number=number, unit=unit: plots.option_effects(
                    self.table,
                    number,
                    {option: adjusted_means(self.table, number, option, self.varied) for option in self.varied},
                    labels=labels,
                    y_label=f"{number}{unit}",
                ),
                title=number,
                caption=f"{meaning}. Grey: a run each. Blue: the mean at a value of the option, all others at their "
                f"average, and its 95 % interval. The options explain {share} of the "
                "variance, as constants per value (adjusted for their number).",
                alt=f"{number} against {listed(self.varied)}."
                + "".join(
                    f" The slope against {option} is {significant(self.slopes[number, option].slope)}."
                    for option in numeric_options(self.table, self.varied)
                    if (number, option) in self.slopes
                ),
            )
        if self.drawn:
            yield Table(
                "settings", ends(self.table, self.drawn, self.varied), "Where each number is smallest and largest.",
                title="Best settings", shown=True,
            )  # fmt: skip
            found = interactions(self.table, self.drawn, self.varied)
            if len(found):
                yield Table(
                    "interactions", found, "What pairs of options explain together, beyond what each explains alone.",
                    title="Interactions", shown=True,
                )  # fmt: skip
        yield Table("points", self.found.table, "Every point: options, run folder, and numbers.", title="Points")


def write_sweep(found: Sweep, *, out: Path, numbers: tuple[str, ...] = ()) -> Path:
    """Write the page of a sweep as a run folder, and return it.

    Raises
    ------
    InputError
        If no point was run, or a number is unknown.
    """
    result = SweepResult(found, numbers)
    require(len(result.table) > 0, f"All {counted(len(found.points), 'point')} failed: {found.failures[:1]}.")
    drawn = result.drawn
    config = {
        "experiment": found.experiment,
        "varied": [f"{name}={','.join(map(str, dict.fromkeys(found.table[name])))}" for name in found.varied],
        "numbers": drawn,
    }
    run = Run.create("sweep", config, out=out)
    try:
        meanings = {
            "experiment": "What was run.",
            "varied": "Every varied option and its values.",
            "numbers": "Numbers that are drawn.",
        }
        write_result(run, result, meanings)
        run.close()
        write_report(run.path)
    except BaseException:
        run.discard()
        raise
    return run.finish()
