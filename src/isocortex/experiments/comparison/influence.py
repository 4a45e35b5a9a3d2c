"""What is found without the few stimuli that carry it, where there are such."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...analysis import rsa
from ...formats import interval
from ..shared.tables import records
from .matching import Matched


def without_carriers(
    inputs: Matched, table: pd.DataFrame, pairs: pd.DataFrame | None, asked: Mapping[str, Any]
) -> pd.DataFrame:
    """Compare again without the few stimuli that have most of the influence on what the page answers.

    That is the similarity of the best model, and its difference from every other.

    Parameters
    ----------
    table, pairs : DataFrame
        Of :func:`isocortex.rsa.compare`, the best model first, and of :func:`isocortex.rsa.differences`.
    asked : mapping
        The options with which they were made.

    Returns
    -------
    DataFrame
        A row for each result that a few stimuli carry. Columns ``of``, ``stimuli`` (a tuple of labels), ``with them``
        and ``without them`` (mean [95 % interval]).
    """
    best = records(table)[0]
    found = []
    if best["carried_by"]:
        found.append((f"similarity of {best['model']}", best["carried_by"], best, (best["model"],)))
    for row in [] if pairs is None else records(pairs):
        if best["model"] in (row["a"], row["b"]) and row["carried_by"]:
            names = (row["a"], row["b"])
            found.append(
                (f"difference {row['a']} − {row['b']}", row["carried_by"], row | {"mean": row["difference"]}, names)
            )
    rows = []
    for of, stimuli, result, names in found:
        kept = np.flatnonzero([label not in stimuli for label in inputs.data.stimuli.tolist()])
        models = {name: inputs.models[name].take(kept) for name in names}
        compare = rsa.compare if len(names) == 1 else rsa.differences
        again = compare(models, inputs.data.take(kept), **asked).rename(columns={"difference": "mean"})
        rows.append((of, stimuli, *(interval(r["mean"], r["low"], r["high"]) for r in (result, records(again)[0]))))
    return pd.DataFrame(rows, columns=["of", "stimuli", "with them", "without them"])
