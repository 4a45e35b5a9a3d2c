"""The tables of a comparison of models with brains."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...analysis import category_contrast
from ...formats import UNDEFINED, interval, p_value
from ..shared.tables import listed, records
from .matching import Matched

if TYPE_CHECKING:
    from .result import Comparison

CONTRAST = "category contrast"
MOST_BEATEN = 4
"""Models beyond so many that one is better than are counted in the table of answers."""


def contrast_table(inputs: Matched, categories: np.ndarray) -> pd.DataFrame:
    """Return the category contrast of the data and of every model."""
    stacks = {"data": inputs.data, **inputs.models}
    rows = [category_contrast(stack, categories) for stack in stacks.values()]
    return pd.DataFrame(rows, index=pd.Index(stacks)).rename_axis("rdm").reset_index()


def answer_table(found: "Comparison") -> pd.DataFrame:
    """Return a row per model, the most similar first, and a last one for the category contrast of the data."""
    better = found.better_than
    rows = [
        {
            "model": row["model"],
            "similarity": interval(row["mean"], row["low"], row["high"]),
            "p vs 0": p_cell(row["p"]),
            "p below ceiling": p_cell(row["p_ceiling"]),
            "p above ceiling": p_cell(row["p_above"]),
            "better than (p < 0.05)": listed(better[row["model"]], most=MOST_BEATEN),
        }
        for row in records(found.table)
    ]
    if found.contrasts is not None:
        contrasts = {row["rdm"]: interval(row["mean"], row["low"], row["high"], 1) for row in records(found.contrasts)}
        rows = [row | {CONTRAST: contrasts[row["model"]]} for row in rows]
        rows.append(dict.fromkeys(rows[0], "") | {"model": "(the data)", CONTRAST: contrasts["data"]})
    return pd.DataFrame(rows)


def with_text(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a table with the labels of a column, which are tuples, as text."""
    return table.assign(**{column: ["; ".join(map(str, labels)) for labels in table[column]]})


def subject_table(similarities: Mapping[str, np.ndarray], subjects: tuple[str, ...]) -> pd.DataFrame:
    """Return models × subjects."""
    return pd.DataFrame(similarities, index=pd.Index(subjects, name="subject")).T.rename_axis("model")


def p_cell(p: float) -> str:
    """Return a p value for a cell of a column of them."""
    return UNDEFINED if np.isnan(p) else p_value(p).removeprefix("p ").removeprefix("= ")
