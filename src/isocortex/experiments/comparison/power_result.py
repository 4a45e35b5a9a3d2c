"""What planting models as brains found: how often each measure names the planted model, and what that takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ... import plots
from ...analysis.alignment import MEASURES
from ...analysis.recovery import ENOUGH, Recovery, Size, needed
from ...analysis.rsa import SIMILARITIES
from ...formats import counted, interval, percent, significant
from ...report import Finding, Picture, Quantity, Result, Table
from ..shared.tables import listed, records
from .beside import RSA
from .planted import Planted

if TYPE_CHECKING:
    from .power import Power

SHARE = "share of experiments"
ENDS = {"recovered": "", "low": ": lower end of the 95 % interval", "high": ": upper end of the 95 % interval"}
FACTORS = {
    "stimuli": "number of stimuli",
    "neurons": "number of neurons of a subject",
    "repeats": "repeats of a stimulus",
    "subjects": "number of subjects",
}
NAMED = "Share of simulated experiments in which the measure names the planted model"


@dataclass(frozen=True, eq=False)
class PowerResult(Result):
    """How often each measure names the planted model.

    Attributes
    ----------
    options : Power
    inputs : Planted
    sweeps : dict of str to list of Size
        Sizes by the factor that varies; the reference under ``""``.
    found : Recovery
    """

    question: ClassVar[str] = "How often would such an experiment name the right model?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "power.chance": Quantity("Share of experiments that name the planted model by chance", SHARE),
        "power.snr": Quantity("Variance of the signal over that of the noise in a trial, mean over subjects"),
        **{
            f"power.<measure>.needed.{factor}": Quantity(
                f"The {words} from which on the measure names the planted model in 80 % of experiments"
            )
            for factor, words in FACTORS.items()
        },
        **{
            f"power.<measure>.{factor}.<n>.{key}": Quantity(f"{NAMED}, for n {factor}{end}", SHARE)
            for factor in list(FACTORS)[1:]
            for key, end in ENDS.items()
        },
        **{f"power.<measure>.<n>.{key}": Quantity(f"{NAMED}, for n stimuli{end}", SHARE) for key, end in ENDS.items()},
    }
    references: ClassVar[tuple[str, ...]] = ("han-2023", "schutt-2023", "kriegeskorte-rsa-2008")
    options: "Power"
    inputs: Planted
    sweeps: dict[str, list[Size]]
    found: Recovery

    @property
    def reference(self) -> Size:
        """The size of an experiment from which one factor at a time differs."""
        return self.sweeps[""][0]

    @property
    def chance(self) -> float:
        """One over the number of models."""
        return 1 / len(self.inputs.models)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per size and measure."""
        return self.found.recovered

    def rows(self, measure: str, sizes: Sequence[Size]) -> list[dict[str, Any]]:
        """Return the rows of some sizes for a measure, in their order."""
        rows = {tuple(row[f] for f in FACTORS): row for row in records(self.table) if row["measure"] == measure}
        return [rows[tuple(asdict(size).values())] for size in sizes]

    @cached_property
    def needed(self) -> dict[tuple[str, str], float]:
        """How much of a factor a measure needs to name the planted model in four experiments of five."""
        return {
            (measure, factor): needed([row[factor] for row in rows], [row["recovered"] for row in rows])
            for measure in self.options.measures
            for factor, sizes in self.sweeps.items()
            if factor and (rows := self.rows(measure, sizes))
        }

    def numbers(self) -> dict[str, float]:
        summary: dict[str, float] = {"power.chance": self.chance, "power.snr": self.inputs.snr}
        for measure in self.options.measures:
            for factor, sizes in ({"stimuli": self.sweeps[""]} | self.sweeps).items():
                place = f"power.{measure}" if factor in ("", "stimuli") else f"power.{measure}.{factor}"
                for row in self.rows(measure, sizes):
                    summary |= {f"{place}.{row[factor or 'stimuli']}.{end}": row[end] for end in ENDS}
        for (measure, factor), size in self.needed.items():
            if np.isfinite(size):
                summary[f"power.{measure}.needed.{factor}"] = ceil(size)
        return summary

    def findings(self) -> Iterator[Finding]:
        if len(self.sweeps) > 1:
            yield self.curves()
            yield Table(
                "needed",
                self.needed_table(),
                "The least number with which a measure names the planted model in 80 % of experiments, interpolated "
                "between the simulated sizes. ≤: the smallest is enough. >: the largest is not.",
                title="How much is needed?",
                shown=True,
            )
        fewest = min((size for sizes in self.sweeps.values() for size in sizes), key=lambda size: size.stimuli)
        for name, size in {"confusion": self.reference, "confusion_few": fewest}.items():
            if name == "confusion" or size != self.reference:
                yield self.confusions(name, size)
        yield Table("recovery", self.table, "Share of experiments that name the planted model, with its 95 % interval.")
        yield Table("named", self.found.counts, f"How many of {self.options.simulations} experiments name each model.")

    def curves(self) -> Picture:
        """Return the picture of recovery against every factor that varies."""
        varied = {factor: sizes for factor, sizes in self.sweeps.items() if factor}

        def course(measure: str, factor: str) -> list[np.ndarray]:
            rows = self.rows(measure, varied[factor])
            return [np.array([row[key] for row in rows]) for key in (factor, *ENDS)]

        panels = {factor: {m: course(m, factor) for m in self.options.measures} for factor in varied}
        return Picture(
            "recovery",
            partial(
                plots.size_curves,
                panels,
                x_label=[FACTORS[factor] for factor in varied],
                y_label="share of experiments that name\nthe planted model",
                level={"chance": self.chance, percent(ENOUGH, 0): ENOUGH},
            ),
            title=self.question,
            caption=f"Each of {len(self.inputs.models)} models was planted as the brain in {self.options.simulations} "
            f"simulated experiments of each size. All else is as with {said(self.reference)}. "
            "Bands: 95 % intervals for the number of simulated experiments (Wilson).",
            alt="The share of experiments that name the planted model rises with the size of the experiment.",
        )

    def confusions(self, name: str, size: Size) -> Picture:
        """Return the picture of which model is named for which planted model."""
        matrices = {measure: self.found.confusion(size, measure) for measure in self.options.measures}
        return Picture(
            name,
            partial(plots.share_matrices, matrices, label=SHARE, names=("planted model", "named model")),
            title=f"Which model is named with {counted(size.stimuli, 'stimulus', 'stimuli')}?",
            caption=f"Experiments with {said(size)}. Each row is a planted model, and sums to 1. Beside the diagonal "
            "stand the models that are taken for it.",
            alt=f"How often each model is named for each planted model, by {listed(self.options.measures)}.",
        )

    def needed_table(self) -> pd.DataFrame:
        """Return measures × factors, in words."""
        rows: dict[str, dict[str, str]] = {measure: {"measure": measure} for measure in self.options.measures}
        for (measure, factor), size in self.needed.items():
            rows[measure][factor] = amount(size, [getattr(each, factor) for each in self.sweeps[factor]])
        return pd.DataFrame(list(rows.values()))

    def answer(self) -> str:
        best = {m: self.rows(m, [self.reference])[0] for m in self.options.measures}
        shares = listed([f"{m} in {interval(*(row[key] for key in ENDS))}" for m, row in best.items()])
        said_needed = ""
        if "stimuli" in self.sweeps:
            sizes = [size.stimuli for size in self.sweeps["stimuli"]]
            words = {">": "more than", "≤": "at most"}
            wanted = {m: amount(self.needed[m, "stimuli"], sizes).split() for m in best}
            each = [f"{m} needs {' '.join(words.get(word, word) for word in of)}" for m, of in wanted.items()]
            said_needed = f" To name it in 80 % of experiments, {listed(each)} stimuli."
        return (
            f"Of all simulated experiments with {said(self.reference)}, the planted model is named by {shares}. Chance "
            f"is {percent(self.chance)}.{said_needed}"
        )

    def notes(self) -> list[str]:
        notes = [
            "Every simulated neuron is a unit of the planted model. No brain is exactly like one of the models, and so "
            "a real experiment needs more than is given here."
        ]
        seeds = {name: array.sizes.get("seed", 1) for name, array in self.inputs.models.items()}
        single = [name for name, count in seeds.items() if count == 1]
        if single and len(single) < len(seeds):
            notes.append(
                f"{listed(single)} {'has' if len(single) == 1 else 'have'} one seed, which is both brain and model. Of "
                "the other models, one seed is the brain and the others are the model, which is harder to name."
            )
        most = max(size.neurons for sizes in self.sweeps.values() for size in sizes)
        if most > self.inputs.neurons:
            notes.append(
                f"{self.inputs.neurons} neurons were recorded together. In experiments with more, noise is correlated "
                f"within sets of {self.inputs.neurons} neurons but not between them, and so averages out too easily."
            )
        return notes

    def methods(self) -> list[str]:
        options, inputs = self.options, self.inputs
        labels = {
            m: MEASURES[m].label if m != RSA else SIMILARITIES[options.similarity].label for m in options.measures
        }
        return [
            inputs.about,
            "The noise of a trial is the deviation of a response pattern from the mean of its stimulus, times √(r/(r − "
            "1)) for r repeats; patterns are drawn with replacement, and neurons without, so that correlations between "
            "neurons are kept. The variance of the signal is that of the mean responses over stimuli, less what noise "
            f"adds to it. The mean signal-to-noise ratio of one trial is {significant(inputs.snr)}.",
            "A simulated neuron is a unit of the planted model, drawn with replacement. All units are scaled by one "
            "number, which gives them the mean signal variance of the recording. "
            "Stimuli are drawn without replacement. "
            "Subjects differ in their neurons and in their noise, and in nothing else.",
            f"{counted(len(inputs.models), 'model')} ({listed(list(inputs.models))}) were planted in "
            f"{options.simulations} experiments of each size. A measure names the model with the largest mean over "
            f"subjects and seeds. Measures: {listed([f'{m} ({label})' for m, label in labels.items()])}.",
        ]


def said(size: Size) -> str:
    """Return the size of an experiment in words."""
    words: Mapping[str, tuple[str, str]] = {
        "stimuli": ("stimulus", "stimuli"),
        "neurons": ("neuron", "neurons"),
        "repeats": ("repeat", "repeats"),
        "subjects": ("subject", "subjects"),
    }
    return listed([counted(value, *words[factor]) for factor, value in asdict(size).items()])


def amount(size: float, sizes: Sequence[int]) -> str:
    """Return how much is needed, or that it lies beyond what was simulated."""
    if not np.isfinite(size):
        return f"> {max(sizes)}"
    return f"≤ {min(sizes)}" if size <= min(sizes) else str(ceil(size))
