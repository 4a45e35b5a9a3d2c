"""Tables that several experiments show: similarities by layer and variant."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..analysis import rsa
from ..rdms import RDMs
from ..shapes import PRNGKey

Rows = Mapping[tuple[str, str], RDMs]


def similarity_table(
    rdms: Rows, data: RDMs, *, key: PRNGKey, method: str, n_bootstraps: int
) -> tuple[pd.DataFrame, dict[tuple[str, str], np.ndarray]]:
    """Compare every (layer, variant) that has an RDM with the data.

    Returns
    -------
    table : DataFrame
        Columns ``layer``, ``variant``, ``mean``, ``low``, ``high``, ``se``, ``seeds``, ``subjects``.
    dots : dict of (layer, variant) to array, shape (seed,)
        The mean over subjects of each seed.
    """
    defined = {place: rows for place, rows in rdms.items() if len(rows)}
    table = rsa.compare(
        {"\t".join(place): rows for place, rows in defined.items()},
        data,
        key=key,
        method=method,
        n_bootstraps=n_bootstraps,
    ).reset_index()
    places = table.pop("model").str.split("\t", expand=True)
    table.insert(0, "layer", places[0])
    table.insert(1, "variant", places[1])
    dots = {place: rsa.similarity(rows, data, method).mean(axis=1) for place, rows in defined.items()}
    return table, dots


def interval(row: Any) -> str:
    """Return "mean [low, high]" of a table's row."""
    mean, low, high = (row[k] if isinstance(row, pd.Series) else getattr(row, k) for k in ("mean", "low", "high"))
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"


def answer_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return layers × variants with "mean [low, high]" in each cell, empty where there is none."""
    cells = {(row.layer, row.variant): interval(row) for row in table.itertuples()}
    variants = [v for v in dict.fromkeys(table["variant"]) if v != "pixels"]
    rows = []
    for layer in dict.fromkeys(table["layer"]):
        if layer == "pixels":
            rows.append([layer, cells["pixels", "pixels"]] + [""] * (len(variants) - 1))
        else:
            rows.append([layer] + [cells.get((layer, variant), "") for variant in variants])
    return pd.DataFrame(rows, columns=["layer", *variants])
