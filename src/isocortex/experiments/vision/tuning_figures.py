"""The picture and the tables of the tuning of neurons and units."""

from collections.abc import Iterator, Mapping

import pandas as pd

from ... import plots
from ...analysis.tuning_table import LARGEST_P, LEAST_R2, MOST_UNITS
from ...formats import significant
from ...report import Picture, Table
from ..shared.tables import file_name
from .tuning import NEURONS, describe

CAPTION = (
    f"Every line is of at most {MOST_UNITS} units, drawn at random (of large layers, from the first network). "
    "Preference and "
    f"width are those of tuned units only (neurons: permutation test over trials, p < {significant(LARGEST_P)}; where "
    "there are "
    f"no repeats: von Mises fit with r² ≥ {significant(LEAST_R2)}). Selectivity and variance explained of neurons are "
    "corrected for noise. Selectivity is computed from responses above 0 or, where responses may be negative, above "
    "the lowest mean response."
)


def tuning_picture(
    tables: Mapping[str, pd.DataFrame], style: Mapping[str, Mapping[str, str]], *, layer: str = ""
) -> Picture:
    """Return the distributions of neurons and of one layer, or of every layer.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        From :func:`tuning_tables`.
    style : mapping of str to mapping
        Population of `tables` → how its line looks; neurons are black.
    layer : str
        Default: every layer.
    """
    chosen = {n: x for n, x in tables.items() if n.startswith(NEURONS) or n.endswith(f" {layer}" if layer else "")}
    return Picture(
        "tuning_distributions" + f"_{layer}" * bool(layer),
        lambda: plots.tuning_distributions(chosen, style=style),
        title=f"Tuning over neurons and the units of {layer or 'every layer'}",
        caption=CAPTION,
        alt="Histogram of preferred orientations, and cumulative distributions of tuning width, orientation "
        "selectivity and quality of fit, for V1 neurons and for layers of networks.",
    )


def tuning_summaries(tables: Mapping[str, pd.DataFrame]) -> Iterator[Table]:
    """Return medians and quartiles for the page, and the tuning of every unit."""
    yield Table(
        "tuning_of_populations",
        pd.DataFrame([{"population": name} | describe(table) for name, table in tables.items()]),
        "Units that vary answer the stimuli differently at all. The width is that of tuned units. OSI is the "
        "orientation selectivity index.",
        title="Tuning, median [quartiles]",
        shown=True,
    )
    for name, table in tables.items():
        yield Table(f"tuning_{file_name(name)}", table, f"Tuning of units: {name}.")
