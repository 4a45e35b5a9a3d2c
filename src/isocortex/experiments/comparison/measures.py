"""What several measures found: numbers, tables, pictures and words, beside those of RSA."""

from collections.abc import Iterator
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd

from ... import plots
from ...analysis.alignment import MEASURES, Alignment
from ...formats import UNDEFINED, interval, number
from ...report import Finding, Picture, Quantity, Table
from ..shared.tables import listed, records
from .beside import RSA
from .controls import EXPLAINED

ENDS = {"low": "Lower end of its 95 % interval", "high": "Upper end of its 95 % interval"}
MEAN = "Mean of the measure over subjects and seeds"
QUANTITIES = {
    "agreement.<measure>.<measure>": Quantity("Kendall's τ-b of the values of all models by two measures"),
    "<measure>.ceiling.lower": Quantity(
        "The measure between each subject and the others, or between two halves of the repeats of one"
    ),
    "<measure>.ceiling.upper": Quantity("Upper bound of the noise ceiling of the measure"),
    **{
        f"<measure>.{place}.{key}": Quantity(meaning)
        for place, whose in {"<model>.<layer>": "of a layer", "<model>": "of a model"}.items()
        for key, meaning in {"mean": f"{MEAN}, {whose}", **ENDS}.items()
    },
}
"""What the numbers are; those of RSA come first in the summary, and have meanings of their own."""


def numbers(found: Alignment) -> dict[str, float | int]:
    """Return the numbers of all measures; those of RSA stand in the summary already."""
    summary: dict[str, float | int] = {}
    for row in (row for row in records(found.scores) if row["measure"] != RSA):
        place = f"{row['measure']}.{row['model'].replace('/', '.')}"
        summary |= {f"{place}.{what}": row[what] for what in ("mean", "low", "high")}
    for row in (row for row in records(found.ceilings) if row["measure"] != RSA):
        bounds = {f"{row['measure']}.ceiling.{what}": row[what] for what in ("lower", "upper")}
        summary |= {key: value for key, value in bounds.items() if np.isfinite(value)}
    for a, b in combinations(found.agreement.columns, 2):
        summary[f"agreement.{a}.{b}"] = float(found.agreement.loc[a, b])
    return summary


def label(measure: str, of_rdms: str) -> str:
    """Return what the values of a measure are; `of_rdms` says it of RSA."""
    return of_rdms if measure == RSA else MEASURES[measure].label


def table(found: Alignment) -> pd.DataFrame:
    """Return models × measures, "mean [low, high]", and last the noise ceilings."""
    bounds = {row["measure"]: f"{_bound(row['lower'])} to {_bound(row['upper'])}" for row in records(found.ceilings)}
    rows = _by_model(found, ("mean", "low", "high"))
    return pd.DataFrame([*rows, {"model": "(noise ceiling)"} | bounds])


def share_table(found: Alignment) -> pd.DataFrame:
    """Return models × measures, as shares of the lower bound of the ceiling with their intervals."""
    return pd.DataFrame(_by_model(found, ("of_ceiling", "of_ceiling_low", "of_ceiling_high")))


def _by_model(found: Alignment, columns: tuple[str, str, str]) -> list[dict[str, str]]:
    """Return a row for each model with the estimate and interval of each measure."""
    rows: dict[str, dict[str, str]] = {}
    for row in records(found.scores):
        value, low, high = (row[column] for column in columns)
        cell = UNDEFINED if np.isnan(value) else interval(value, low, high, 2)
        rows.setdefault(row["model"], {"model": row["model"]})[row["measure"]] = cell
    return list(rows.values())


def _bound(value: float) -> str:
    return UNDEFINED if np.isnan(value) else number(value, 2)


def findings(found: Alignment, controls: tuple[str, ...], of_rdms: str) -> Iterator[Finding]:
    """Yield what the page shows of all measures, and the tables to download."""
    measures = found.ceilings["measure"].tolist()
    yield Table(
        "measures",
        table(found),
        title="Every model by every measure",
        caption="Mean over subjects and seeds [95 % interval], from one resampling that all measures share. "
        + " ".join(f"{name}: {label(name, of_rdms)}." for name in measures),
        shown=True,
    )
    yield Picture(
        "measures",
        partial(
            plots.measure_panels,
            found.scores,
            found.ceilings,
            labels={name: label(name, of_rdms) for name in measures},
            controls=controls,
        ),
        title="Every model by every measure",
        caption="Dots are means over subjects and seeds, and lines their 95 % intervals. The grey band is the noise "
        "ceiling of each measure; it is a line where there is no upper bound."
        + (" Controls are grey." if controls else ""),
        alt=f"A panel for each of {listed(measures, most=12)}, with a dot and an interval for each model.",
    )
    if np.isfinite(found.scores["of_ceiling"].to_numpy(float)).any():
        yield Table(
            "share_of_ceiling",
            share_table(found),
            title="Shares of the noise ceiling",
            caption="Mean as a share of the lower bound of the ceiling [95 % interval with the uncertainty of both]. "
            "Above 1, the model is more like a subject than the other subjects are, or the other half of its repeats.",
            shown=True,
        )
    if not found.agreement.empty and len(measures) > 1:
        yield Picture(
            "agreement",
            partial(plots.rank_agreement, found.agreement),
            title="Do the measures rank the models alike?",
            caption="Kendall's τ-b of the values of all models by two measures: 1 if they rank all models alike, −1 if "
            "they rank them in opposite orders.",
            alt=f"A matrix of the rank agreement of {listed(measures, most=12)}.",
        )
        yield Table("agreement", found.agreement.reset_index(), caption="Kendall's τ-b of the models by two measures.")
    yield Table("measure_scores", found.scores, caption="Every model by every measure, with tests against 0.")
    yield Table("measure_differences", found.differences, caption="Differences of two models, within each measure.")
    yield Table("measure_ceilings", found.ceilings, caption="The noise ceiling of each measure.")
    if len(found.between):
        yield Table(
            "between_measures",
            found.between,
            caption="Differences of two measures of one model, as shares of their ceilings.",
        )


def answer(found: Alignment, controls: tuple[str, ...]) -> list[str]:
    """Say which model is the first by each measure, leaving controls out, and how far measures agree."""
    own = found.scores[~found.scores["model"].isin(controls)]
    best = own.loc[own.groupby("measure", sort=False)["mean"].idxmax()]
    by_model: dict[str, list[str]] = {}
    for row in records(best):
        by_model.setdefault(row["model"], []).append(row["measure"])
    first = "; ".join(f"{model} by {listed(measures, most=12)}" for model, measures in by_model.items())
    without = ", without the controls," if controls else ""
    said = [f"By each measure{without} the model that is most similar to the data is {first}."]
    pairs = [(a, b) for a, b in combinations(found.agreement.columns, 2)]
    if pairs:
        taus = {pair: float(found.agreement.loc[pair]) for pair in pairs}
        a, b = min(taus, key=lambda pair: taus[pair])
        said.append(
            f"Measures rank the models with Kendall's τ between {number(taus[a, b], 2)} ({a} and {b}) and "
            f"{number(max(taus.values()), 2)}."
            if len(taus) > 1
            else f"Both measures rank the models with Kendall's τ of {number(taus[a, b], 2)}."
        )
    return said


def notes(found: Alignment, controls: tuple[str, ...]) -> list[str]:
    """Return what a reader has to know about measures, controls and shares above 1."""
    said = []
    if controls:
        said.append("Controls: " + "; ".join(f"{name}, {EXPLAINED[name]}" for name in controls) + ".")
    biased = [name for name in found.ceilings["measure"] if name != RSA and not MEASURES[name].zero]
    if biased:
        said.append(
            f"{listed(biased)} {'is' if len(biased) == 1 else 'are'} above 0 for unrelated responses, and more so with "
            "more units: compare with the controls, and not with 0."
        )
    for row in (row for row in records(found.scores) if row["of_ceiling"] > 1):
        reach = interval(row["of_ceiling"], row["of_ceiling_low"], row["of_ceiling_high"], 2)
        said.append(
            f"By {row['measure']}, {row['model']} has {reach} of the lower bound of the noise ceiling, more than 1"
            + (
                "; the interval excludes 1."
                if row["of_ceiling_low"] > 1
                else ", from which it does not differ significantly."
                if np.isfinite(row["of_ceiling_low"])
                else "."
            )
        )
    return said


def methods(found: Alignment, of_rdms: str) -> list[str]:
    """Return how the numbers of all measures were made."""
    named = found.ceilings["measure"].tolist()
    unchanged = [f"{name}: {MEASURES[name].unchanged_by}" for name in named if name != RSA]
    rsa = f" RSA is the {of_rdms}." if RSA in named else ""
    return [f"{found.methods}{rsa} What leaves each measure unchanged: {'; '.join(unchanged)}."]


def references(found: Alignment) -> list[str]:
    """Return the sources of the measures."""
    measures = [MEASURES[name] for name in found.ceilings["measure"] if name != RSA]
    return [*dict.fromkeys(measure.reference for measure in measures if measure.reference)]
