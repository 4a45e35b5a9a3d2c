"""Tables that several experiments show: similarities by layer and variant."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import rsa
from ...analysis.rsa import DISSIMILARITIES
from ...rdms import RDMs
from ...shapes import PRNGKey

NETWORKS = ("trained", "untrained", "random filters")
"""Variants of a network that is compared with its own controls."""
NO_LEARNING = "no learning"
"""Variant of a model that is no network."""
Rows = Mapping[tuple[str, str], RDMs]


def similarity_table(
    rdms: Rows, data: RDMs, *, key: PRNGKey, method: str, n_bootstraps: int
) -> tuple[pd.DataFrame, dict[tuple[str, str], np.ndarray]]:
    """Compare every (layer, variant) that has an RDM with the data.

    Returns
    -------
    table : DataFrame
        Columns ``layer`` and ``variant``, and those of :func:`isocortex.rsa.compare`.
    dots : dict of (layer, variant) to array, shape (seed,)
        The mean over subjects of each seed.
    """
    defined = {place: rows for place, rows in rdms.items() if len(rows)}
    table = rsa.compare(
        {"\t".join(place): rows for place, rows in defined.items()},
        data,
        method=method,
        factors=("stimulus", "seed"),
        inference="dual-bootstrap",
        key=key,
        n_bootstraps=n_bootstraps,
    ).reset_index()
    places = table.pop("model").str.split("\t", expand=True)
    table.insert(0, "layer", places[0])
    table.insert(1, "variant", places[1])
    dots = {place: rsa.similarity(rows, data, method).mean(axis=1) for place, rows in defined.items()}
    return table, dots


def recorded_rdm(recording: xr.DataArray, dissimilarity: str) -> RDMs:
    """Return the RDM of a recording; noise, where the dissimilarity takes it, comes from its own repeats."""
    takes_noise = DISSIMILARITIES[dissimilarity].takes == "noise"
    return rsa.rdm(recording, dissimilarity, noise=rsa.noise_precision(recording) if takes_noise else None)


def noise_ceiling(
    recordings: Mapping[str, xr.DataArray], measured: RDMs, *, dissimilarity: str, similarity: str
) -> rsa.NoiseCeiling | None:
    """Return the ceiling from several subjects, or from two halves of one's repeats; None where there is neither.

    Parameters
    ----------
    recordings : mapping of str to DataArray
        Subject → responses; may be empty where only RDMs are known.
    measured : RDMs
        One row per subject.
    dissimilarity, similarity : str
        Names in their registries. Cross-validated dissimilarities need two repeats in each half.
    """
    if len(measured) > 1:
        return rsa.noise_ceiling(measured, similarity)
    how = DISSIMILARITIES[dissimilarity]
    least = 4 if how.crossvalidated else 2
    repeated = [recording for recording in recordings.values() if recording.sizes.get("repeat", 1) >= least]
    if not repeated:
        return None
    noise = rsa.noise_precision(repeated[0]) if how.takes == "noise" else None
    halves = {name: repeated[0].isel(repeat=slice(start, None, 2)) for start, name in enumerate(("first", "second"))}
    return rsa.split_half_ceiling(rsa.rdm(halves, dissimilarity, noise=noise), similarity)


def records(table: pd.DataFrame, *variants: str) -> list[dict[str, Any]]:
    """Return a similarity table's rows as dictionaries, of some variants alone where they are named."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]
    return [row for row in rows if not variants or row["variant"] in variants]


def best(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the row with the highest mean."""
    return max(rows, key=itemgetter("mean"))


def interval(row: Mapping[str, Any]) -> str:
    """Return "mean [low, high]" of a table's row, or "mean [–]" where there is no interval."""
    if np.isnan(row["low"]):
        return f"{row['mean']:.3f} [–]"
    return f"{row['mean']:.3f} [{row['low']:.2f}, {row['high']:.2f}]".replace("-", "−")


def answer_table(table: pd.DataFrame, variants: Sequence[str] = NETWORKS) -> pd.DataFrame:
    """Return layers × variants, with "mean [low, high]" in each cell, empty where there is none.

    A model that is no network says so in its row's name, and stands in the first column alone.

    Parameters
    ----------
    variants : sequence of str
        The columns. Default a trained network and its controls.
    """
    cells = {(row["layer"], row["variant"]): interval(row) for row in records(table)}
    columns = [v for v in variants if any(variant == v for _, variant in cells)]
    rows = []
    for layer in dict.fromkeys(table["layer"]):
        found = [cells.get((layer, variant), "") for variant in columns]
        if any(found):
            rows.append([layer, *found])
        else:
            ((variant, cell),) = [(v, c) for (name, v), c in cells.items() if name == layer]
            rows.append([f"{layer} ({variant})", cell, *[""] * (len(columns) - 1)])
    return pd.DataFrame(rows, columns=["layer", *columns])


def file_name(name: str) -> str:
    """Return a name with everything but letters and digits replaced."""
    return "".join(c if c.isalnum() else "_" for c in name)
