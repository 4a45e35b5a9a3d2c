"""What a comparison of models with brains found: numbers, findings, and the answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...analysis import rsa
from ...analysis.alignment import Alignment
from ...analysis.rsa import SIMILARITIES, NoiseCeiling
from ...formats import counted, interval, number, p_value
from ...report import Finding, Quantity, Result, Table
from ..shared.tables import listed, records
from . import measures
from .figures import FEWEST_ON_A_MAP, everything, pictures
from .matching import Matched
from .tables import answer_table, subject_table, with_text
from .words import SIGNIFICANT, methods, notes, reached

if TYPE_CHECKING:
    from .compare import Compare

MOST_SHOWN = 20
"""Stimuli left out beyond so many are counted on the page, and stand in a table beside it."""


@dataclass(frozen=True, eq=False)
class Comparison(Result):
    """How similar each model is to the data, alone and beside the others.

    Attributes
    ----------
    options : Compare
    inputs : Matched
    table : DataFrame
        Column ``model``, and its similarity with the data, interval and tests; the most similar first.
    pairs : DataFrame or None
        Differences of pairs of models; None of a single model.
    ceiling : NoiseCeiling or None
    contrasts : DataFrame or None
        Column ``rdm``, a model or ``data``, and its category contrast; None without categories.
    carriers : DataFrame
        Results that a few stimuli carry, with them and without; see :func:`.influence.without_carriers`.
    alignment : Alignment or None
        What several measures show together; None for RSA alone.
    """

    question: ClassVar[str] = "How similar to the data is each model?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "stimuli.n": Quantity("Number of stimuli that all files share"),
        "stimuli.dropped": Quantity("Number of stimuli that some file lacks, and that were left out"),
        "rsa.ceiling.lower": Quantity("Lower bound of the noise ceiling"),
        "rsa.ceiling.upper": Quantity("Upper bound of the noise ceiling"),
        "rsa.<model>.minus.<model>.p": Quantity("p value of the difference of two models, two-sided, corrected (Holm)"),
        "rsa.<model>.mean": Quantity("Similarity of the model's RDM and the data's, averaged over subjects and seeds"),
        "rsa.<model>.low": Quantity("Lower end of its 95 % interval"),
        "rsa.<model>.high": Quantity("Upper end of its 95 % interval"),
        "rsa.<model>.p": Quantity("p value of the similarity against 0, two-sided, corrected over the models (Holm)"),
        "categories.<rdm>.mean": Quantity(
            "Mean dissimilarity between categories minus that within them", "percentiles of the RDM's dissimilarities"
        ),
        "categories.<rdm>.low": Quantity("Lower end of its 95 % interval", "percentiles of the RDM's dissimilarities"),
        "categories.<rdm>.high": Quantity("Upper end of its 95 % interval", "percentiles of the RDM's dissimilarities"),
        **measures.QUANTITIES,
    }
    options: "Compare"
    inputs: Matched
    table: pd.DataFrame
    pairs: pd.DataFrame | None
    ceiling: NoiseCeiling | None
    contrasts: pd.DataFrame | None
    carriers: pd.DataFrame
    alignment: Alignment | None = None

    @property
    def references(self) -> Sequence[str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The sources of RSA, and of the other measures where they were asked for."""
        own = ("kriegeskorte-rsa-2008", "nili-2014", "schutt-2023", "efron-stein-1981")
        return own if self.alignment is None else (*own, *measures.references(self.alignment))

    @property
    def measure(self) -> str:
        """What the similarities are, in words."""
        return SIMILARITIES[self.options.similarity].label

    @cached_property
    def better_than(self) -> dict[str, list[str]]:
        """For each model, the models that it is significantly better than."""
        better: dict[str, list[str]] = {name: [] for name in self.table["model"]}
        for row in [] if self.pairs is None else records(self.pairs):
            if row["p"] < SIGNIFICANT:
                winner, loser = (row["a"], row["b"]) if row["difference"] > 0 else (row["b"], row["a"])
                better[winner].append(loser)
        return better

    @cached_property
    def by_subject(self) -> dict[str, np.ndarray]:
        """For each model, its similarity with each subject, averaged over seeds."""
        return {
            name: rsa.similarity(self.inputs.models[name], self.inputs.data, self.options.similarity).mean(axis=0)
            for name in self.table["model"]
        }

    @cached_property
    def second_level(self) -> pd.DataFrame:
        """Similarity of the RDMs of all subjects, or of their mean where they are many, and of all models."""
        rdms = everything(self.inputs, list(self.table["model"]))
        values = rsa.similarity(rdms, rdms, self.options.similarity)
        return pd.DataFrame(values, index=pd.Index(rdms.labels, name="rdm"), columns=list(rdms.labels))

    def numbers(self) -> dict[str, float | int]:
        summary: dict[str, float | int] = {
            "stimuli.n": len(self.inputs.data.stimuli),
            "stimuli.dropped": len(self.inputs.dropped),
        }
        for row in records(self.table):
            summary |= {f"rsa.{row['model']}.{what}": row[what] for what in ("mean", "low", "high", "p")}
        for row in [] if self.pairs is None else records(self.pairs):
            summary |= {f"rsa.{a}.minus.{b}.p": row["p"] for a, b in permutations((row["a"], row["b"]))}
        if self.ceiling is not None:
            summary |= {"rsa.ceiling.lower": self.ceiling.lower, "rsa.ceiling.upper": self.ceiling.upper}
        for row in [] if self.contrasts is None else records(self.contrasts):
            summary |= {f"categories.{row['rdm']}.{what}": row[what] for what in ("mean", "low", "high")}
        return summary | ({} if self.alignment is None else measures.numbers(self.alignment))

    def findings(self) -> Iterator[Finding]:
        first, *others = pictures(self)
        yield Table(
            "answer",
            answer_table(self),
            title=f"{self.measure[0].upper()}{self.measure[1:]} of each model and the data",
            caption=" ".join(self.explained()),
            shown=True,
        )
        yield first
        if self.alignment is not None:
            yield from measures.findings(self.alignment, self.inputs.controls, self.measure)
        if len(self.carriers):
            yield Table(
                "carriers",
                with_text(self.carriers, "stimuli"),
                title="Results that depend on a few stimuli, with and without them",
                caption="Mean [95 % interval]. The stimuli are at most one in twenty, or one, and have more than half "
                "of the influence, which is the sum of the squared changes when each stimulus is left out.",
                shown=True,
            )
        yield from others
        if len(self.inputs.dropped):
            yield Table(
                "dropped",
                self.inputs.dropped,
                title="Stimuli that were left out",
                caption="Stimuli that not every file has, and the files that lack them.",
                shown=len(self.inputs.dropped) <= MOST_SHOWN,
            )
        yield Table(
            "comparison",
            with_text(self.table, "carried_by"),
            caption="Similarity of each model with the data, with intervals and tests.",
        )
        yield Table(
            "subjects",
            subject_table(self.by_subject, self.inputs.data.labels),
            caption="Similarity of each model with each subject, averaged over seeds.",
        )
        if len(self.second_level) > FEWEST_ON_A_MAP:
            yield Table(
                "second_level",
                self.second_level,
                caption="Similarity of the RDMs of all models and subjects with each other.",
            )
        if self.pairs is not None:
            yield Table(
                "differences",
                with_text(self.pairs, "carried_by"),
                caption="Differences between the similarities of two models with the data.",
            )
        if self.contrasts is not None:
            yield Table(
                "categories",
                self.contrasts,
                caption="Mean dissimilarity between categories minus that within them, in percentiles.",
            )

    def explained(self) -> Iterator[str]:
        """Yield what the columns of the table of answers are."""
        yield "Mean similarity [95 % interval]."
        yield self.ceiling_in_words(kind=True)
        yield (
            "The p values against 0 are two-sided. Those of the ceiling are one-sided: they ask whether the similarity "
            "lies below, or above, its lower bound. All are corrected by Holm's method, over models or pairs of models."
        )
        if self.contrasts is not None:
            yield "The category contrast is the dissimilarity between categories minus that within, in percentiles."

    def ceiling_in_words(self, kind: bool = False) -> str:
        """Return the noise ceiling in a sentence, with how it was estimated if asked."""
        if self.ceiling is None:
            return "There is no noise ceiling."
        how = f" ({self.ceiling.kind})" if kind else ""
        return f"The noise ceiling reaches from {number(self.ceiling.lower)} to {number(self.ceiling.upper)}{how}."

    def answer(self) -> str:
        top = records(self.table)[0]
        data, n = self.inputs.data, len(self.inputs.data.stimuli)
        dropped = f" ({counted(len(self.inputs.dropped), 'other')} left out)" if len(self.inputs.dropped) else ""
        estimate = f"{interval(top['mean'], top['low'], top['high'])} ({p_value(top['p'])} against 0)"
        against = f"the data of {counted(len(data), 'subject')} over {n} stimuli{dropped}"
        if self.pairs is None:
            said = [f"The {self.measure} of {top['model']} with {against} is {estimate}."]
        else:
            said = [
                f"Of {len(self.table)} models, {top['model']} is most similar to {against}: its {self.measure} is "
                f"{estimate}.",
                self.lead(self.pairs),
            ]
        said += [self.ceiling_in_words(), *reached(top)]
        if self.alignment is not None:
            said += measures.answer(self.alignment, self.inputs.controls)
        return " ".join(said)

    def lead(self, pairs: pd.DataFrame) -> str:
        """Say how far the first model is ahead of the second, and which models it is significantly better than."""
        top, second = self.table["model"].iloc[0], self.table["model"].iloc[1]
        row = next(row for row in records(pairs) if {row["a"], row["b"]} == {top, second})
        sign = 1 if row["a"] == top else -1
        low, high = sorted((sign * row["low"], sign * row["high"]))
        beaten = self.better_than[top]
        return (
            f"It is ahead of the next, {second}, by {interval(sign * row['difference'], low, high)} "
            f"({p_value(row['p'])}), and "
            + (
                f"is significantly more similar to the data than {listed(beaten)}."
                if beaten
                else "is not significantly more similar to the data than any other model."
            )
        )

    def notes(self) -> list[str]:
        return notes(self)

    def methods(self) -> list[str]:
        return methods(self)
