"""Which of these models is most like these brains? Any files, one command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import pandas as pd
from tyro.conf import Positional, arg

from ...analysis import category_contrast, rsa
from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...errors import look_up, require
from ...recordings import read
from ...runs import Run
from ..shared.protocol import Experiment, Progress
from ..shared.tables import interval, noise_ceiling, records
from .figures import SIGNIFICANT, Comparison, draw
from .influence import without_carriers
from .matching import NOISELESS, Matched, match, read_categories

INFERENCE = {
    "stimuli": (("stimulus", "seed"), "new stimuli like these, for these very subjects"),
    "subjects": (("subject", "seed"), "new subjects like these, for these very stimuli"),
    "both": (("stimulus", "subject", "seed"), "new stimuli and new subjects like these"),
}
"""What is taken as a random sample → the factors that are resampled, and what the intervals then hold for."""
BETWEEN = "between − within categories"
MOST_SHOWN = 20
"""Stimuli left out beyond so many are counted on the page, and stand in a table beside it."""


@dataclass(frozen=True, kw_only=True)
class Compare(Experiment):
    """Compare models' RDMs or responses with those of brains.

    Files are .npz, .mat or .nc with responses (stimulus × unit, or repeat × stimulus × unit) or rdms (n × stimulus ×
    stimulus, or n × pairs), and stimuli, their labels, by which they are matched; docs/interchange.md says more.

    Three models and four subjects, each an RDM in a file:
        isocortex compare hmax.npz v1.npz monkey.npz --data human.mat

    Layers of a network (responses, one group each) against two animals, by the cosine of RDMs of squared distances:
        isocortex compare layers.nc --data mouse1.npz mouse2.npz --dissimilarity euclidean --similarity cosine

    With categories in the pictures and the table, and intervals for new stimuli alone:
        isocortex compare models.npz --data it.npz --categories objects.csv --inference stimuli
    """

    name: ClassVar[str] = "compare"

    models: Annotated[
        Positional[tuple[Path, ...]],
        arg(
            metavar="MODEL…",
            help="Files of models. Each is named by its file, or by its label in a file of several.",
            help_behavior_hint="(one or more)",
        ),
    ] = ()
    data: Annotated[
        tuple[Path, ...],
        arg(
            metavar="DATA…",
            help="Files of measurements; several RDMs or files are several subjects.",
            help_behavior_hint="(one or more)",
        ),
    ] = ()
    dissimilarity: Annotated[
        str, arg(help=f"Of two response patterns, where files hold responses: {', '.join(DISSIMILARITIES)}.")
    ] = "correlation"
    similarity: Annotated[str, arg(help=f"Of two RDMs: {', '.join(SIMILARITIES)}.")] = "spearman"
    inference: Annotated[
        str, arg(help="stimuli, subjects or both: of which new ones intervals and tests shall hold.")
    ] = "both"
    categories: Annotated[
        Path | None,
        arg(metavar="FILE", help="CSV file of label,category. Default: the data file's categories, where it has them."),
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        look_up("dissimilarity", self.dissimilarity, DISSIMILARITIES)
        look_up("similarity", self.similarity, SIMILARITIES)
        look_up("inference", self.inference, INFERENCE)

    def read(self, progress: Progress | None = None) -> Matched:
        """Read every file, and put models and subjects on the same stimuli."""
        require(
            bool(self.models and self.data),
            "compare needs files of models and of data: isocortex compare MODEL… --data DATA….",
        )
        for path in self.files():
            require(self.files().count(path) == 1, f"{path} is given twice.")
        models, data = ({path: read(path) for path in paths} for paths in (self.models, self.data))
        matched = match(models, data, dissimilarity=self.dissimilarity)
        require(
            len(matched.data) > 1 or self.inference != "subjects",
            "--inference subjects needs several subjects, and the data are of one; use --inference stimuli.",
        )
        if self.categories is not None:
            matched = replace(matched, categories=read_categories(self.categories, matched.data.stimuli))
        if matched.categories is not None:
            category_contrast(matched.data, matched.categories)
        return matched

    def files(self) -> list[Path]:
        """Return the models, the data, and the table of categories."""
        return [*self.models, *self.data, *([] if self.categories is None else [self.categories])]

    def walk(self, run: Run, inputs: Matched) -> None:
        """Matched RDMs → similarities, tests, ceiling, contrasts → tables, words, figures."""
        with run.stage("comparison"):
            found = self.compare(inputs)
        run.summary(numbers(found))
        self.report(run, found)
        with run.stage("figures"):
            draw(run, found)

    def compare(self, inputs: Matched) -> Comparison:
        """Compare the models with the data, each alone and in pairs."""
        factors, _ = INFERENCE[self.inference]
        asked: dict[str, Any] = {"method": self.similarity, "factors": factors, "correction": "holm"}
        table = rsa.compare(inputs.models, inputs.data, **asked).reset_index()
        table = table.sort_values("mean", ascending=False, kind="stable", ignore_index=True)
        pairs = rsa.differences(inputs.models, inputs.data, **asked) if len(inputs.models) > 1 else None
        ceiling = noise_ceiling(
            inputs.recordings, inputs.data, dissimilarity=self.dissimilarity, similarity=self.similarity
        )
        contrasts = None if inputs.categories is None else contrast_table(inputs, inputs.categories)
        carriers = without_carriers(inputs, table, pairs, asked)
        return Comparison(inputs, table, pairs, ceiling, contrasts, carriers, self.similarity)

    def report(self, run: Run, found: Comparison) -> None:
        """Write the answer in words, and the methods."""
        limit = f"{found.ceiling.lower:.3f}–{found.ceiling.upper:.3f}" if found.ceiling else "unknown"
        run.table(
            "answer",
            answer(found),
            title=f"How much like the data is each model? {found.measure}, mean [95 % interval]",
            caption=f"Noise ceiling {limit}{f' ({found.ceiling.kind})' if found.ceiling else ''}. p values: "
            "two-sided (of the ceiling, whether the similarity is below or above its lower bound, one-sided), "
            "Holm-corrected over models or pairs.",
            shown=True,
        )
        if len(found.carriers):
            run.table(
                "carriers",
                named(found.carriers, "stimuli"),
                title="What a few stimuli carry, and what is found without them",
                caption="Mean [95 % interval]. The stimuli are at most one in twenty, or one, and have more than half "
                "of the influence (the sum of the squared changes when each stimulus is left out).",
                shown=True,
            )
        run.table(
            "comparison",
            named(found.table, "carried_by"),
            caption="Similarity of each model with the data, with intervals and tests.",
        )
        if found.pairs is not None:
            run.table(
                "differences",
                named(found.pairs, "carried_by"),
                caption="Differences of the models' similarities, in pairs.",
            )
        if found.contrasts is not None:
            run.table("categories", found.contrasts, caption="Dissimilarity between less within categories.")
        if len(found.inputs.dropped):
            run.table(
                "dropped",
                found.inputs.dropped,
                title="Stimuli that were left out",
                caption="Stimuli that not every file has, and the files that lack them.",
                shown=len(found.inputs.dropped) <= MOST_SHOWN,
            )
        n, subjects = len(found.inputs.data.stimuli), len(found.inputs.data)
        dropped = f" ({len(found.inputs.dropped)} others were left out)" if len(found.inputs.dropped) else ""
        rows = records(found.table)
        top, beaten = rows[0], found.better_than()[rows[0]["model"]]
        better = f"significantly more than {listed(beaten)}" if beaten else "not significantly more than any other"
        run.describe(
            question=f"Which of {len(rows)} models is most like the data?"
            if len(rows) > 1
            else "How like the data is it?",
            answer=f"{top['model']} {'is most like' if len(rows) > 1 else 'against'} the data of "
            f"{subjects} {'subject' if subjects == 1 else 'subjects'} over {n} stimuli{dropped}: "
            f"{found.measure} {interval(top)}"
            f"{f', {better}' if len(rows) > 1 else ''}. Noise ceiling {limit}{reached(top)}.",
            notes=self.notes(found),
            methods=self.methods(found),
            references=["kriegeskorte-rsa-2008", "nili-2014", "schutt-2023", "efron-stein-1981"],
            meanings=self.meanings(),
        )

    def notes(self, found: Comparison) -> list[str]:
        """Return what a reader has to know before believing the table."""
        inputs, notes = found.inputs, []
        if inputs.by_order:
            notes.append("No file names its stimuli: they were matched by their order, which nothing could check.")
        if len(inputs.dropped):
            notes.append(
                f"{len(inputs.dropped)} stimuli that not every file has were left out: "
                f"{listed([str(label) for label in inputs.dropped['stimulus']], most=8)}."
            )
        if not inputs.data.complete:
            missing = int(np.isnan(inputs.data.dissimilarities[0]).sum())
            notes.append(f"Pairs of stimuli that were not measured (NaN), and are left out of every number: {missing}.")
        if found.ceiling is None:
            notes.append("There is no noise ceiling: it needs several subjects, or repeats that agree of one.")
        elif bool(np.isnan(found.table["p_ceiling"]).all()):
            notes.append("There are too few subjects to test whether a model reaches the ceiling.")
        if len(inputs.data) == 1:
            notes.append("There is one subject: intervals and tests say nothing about others.")
        for row in records(found.carriers):
            labels, one = [str(label) for label in row["stimuli"]], len(row["stimuli"]) == 1
            notes.append(
                f"{'One stimulus has' if one else f'{len(labels)} stimuli have'} more than half of the influence on "
                f"the {row['of']}, {row['with them']}: {listed(labels, most=8)}. Without {'it' if one else 'them'} the "
                f"result is {row['without them']}. Where so few stimuli count, tests may reject too often."
            )
        if any(np.isnan(row["low"]) for row in records(found.table)):
            notes.append("Where there is no interval, there are too few stimuli or subjects.")
        return notes

    def methods(self, found: Comparison) -> list[str]:
        """Return how the numbers were made, in paragraphs."""
        inputs = found.inputs
        _, holds_for = INFERENCE[self.inference]
        seeds = [f"{name}: {len(rows)}" for name, rows in inputs.models.items() if len(rows) > 1]
        averaged = f"subjects and over seeds ({listed(seeds)})" if seeds else "subjects"
        plain = (
            f" ({NOISELESS[self.dissimilarity]} of models without repeats)" if self.dissimilarity in NOISELESS else ""
        )
        paragraphs = [
            f"Models: {listed([path.name for path in self.models])}. "
            f"Data: {listed([path.name for path in self.data])}. "
            f"Stimuli were matched by {'order' if inputs.by_order else 'label'}. "
            "Files with responses were turned into RDMs by "
            f"{DISSIMILARITIES[self.dissimilarity].measure}{plain}; RDMs in files were taken as they are, and those of "
            "one subject averaged.",
            f"{found.measure} of each model with each subject, averaged over {averaged}. Intervals and tests hold for "
            f"{holds_for}, and for new seeds of models that have several: a jackknife over "
            "these crossed factors (Efron & Stein 1981), which counts their interactions once. The tests are t tests, "
            "corrected for the skew of estimates that are made of pairs, with fewer degrees of freedom where a factor "
            "has few items. What two models share cancels in their difference. Each model is tested on either side of "
            "the lower bound of the noise ceiling; whether it lies above is tested with the variance of the plain "
            "jackknife, which is cautious. p values are corrected after Holm, over the models and over the pairs.",
        ]
        if found.contrasts is not None:
            paragraphs.append(
                "Category contrast: mean dissimilarity between categories less the mean within them, in percentiles "
                "of the RDM's own dissimilarities, averaged over subjects or seeds; jackknife over stimuli."
            )
        return paragraphs


def numbers(found: Comparison) -> dict[str, float | int | None]:
    """Return the summary's numbers."""
    summary: dict[str, float | int | None] = {
        "stimuli.n": len(found.inputs.data.stimuli),
        "stimuli.dropped": len(found.inputs.dropped),
    }
    for row in records(found.table):
        summary |= {f"rsa.{row['model']}.{what}": row[what] for what in ("mean", "low", "high", "p")}
    if found.pairs is not None:
        for row in records(found.pairs):
            summary |= {f"rsa.{a}.minus.{b}.p": row["p"] for a, b in permutations((row["a"], row["b"]))}
    if found.ceiling is not None:
        summary |= {"rsa.ceiling.lower": found.ceiling.lower, "rsa.ceiling.upper": found.ceiling.upper}
    if found.contrasts is not None:
        for row in records(found.contrasts):
            summary |= {f"categories.{row['rdm']}.{what}": row[what] for what in ("mean", "low", "high")}
    return summary


def contrast_table(inputs: Matched, categories: np.ndarray) -> pd.DataFrame:
    """Return the category contrast of the data and of every model."""
    stacks = {"data": inputs.data, **inputs.models}
    rows = [category_contrast(stack, categories) for stack in stacks.values()]
    return pd.DataFrame(rows, index=pd.Index(stacks)).rename_axis("rdm").reset_index()


def answer(found: Comparison) -> pd.DataFrame:
    """Return the table that answers: a row per model, best first, and the data's category contrast."""
    better = found.better_than()
    rows = [
        {
            "model": row["model"],
            "similarity": interval(row),
            "p vs 0": p_value(row["p"]),
            "p below ceiling": p_value(row["p_ceiling"]),
            "p above ceiling": p_value(row["p_above"]),
            "better than (p < 0.05)": listed(better[row["model"]], most=4),
        }
        for row in records(found.table)
    ]
    if found.contrasts is not None:
        contrasts = {row["rdm"]: percentile_interval(row) for row in records(found.contrasts)}
        rows = [row | {BETWEEN: contrasts[row["model"]]} for row in rows]
        rows.append(dict.fromkeys(rows[0], "") | {"model": "(the data)", BETWEEN: contrasts["data"]})
    return pd.DataFrame(rows)


def named(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a table with the labels of a column, which are tuples, as text."""
    return table.assign(**{column: ["; ".join(map(str, labels)) for labels in table[column]]})


def reached(row: Mapping[str, Any]) -> str:
    """Return what the tests against the lower bound of the ceiling say of a model; nothing without them."""
    below, above = row["p_ceiling"], row["p_above"]
    if np.isnan(below):
        return ""
    if min(below, above) < SIGNIFICANT:
        side, p = ("below", below) if below < above else ("above", above)
        return (
            f"; the similarity is significantly {side} its lower bound (p {p_value(p) if p < 0.001 else f'= {p:.2g}'})"
        )
    return f"; the similarity cannot be told from its lower bound (p = {below:.2g} of lying below, {above:.2g} above)"


def p_value(p: float) -> str:
    """Return a p value with two digits, "< 0.001" below, "–" where there is none."""
    return "–" if np.isnan(p) else "< 0.001" if p < 0.001 else f"{p:.2g}"


def percentile_interval(row: Mapping[str, Any]) -> str:
    """Return "mean [low, high]" in percentiles."""
    return f"{row['mean']:.1f} [{row['low']:.1f}, {row['high']:.1f}]".replace("-", "−")


def listed(names: Sequence[str], *, most: int = 6) -> str:
    """Return "a, b and c", or the first `most` and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
