"""Tables that several experiments show: similarities by layer and variant."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ... import formats
from ...analysis import rsa
from ...analysis.rsa import DISSIMILARITIES
from ...rdms import RDMs

NETWORKS = ("trained", "untrained", "random filters")
"""Variants of a network that is compared with its own controls."""
NO_LEARNING = "no learning"
"""Variant of a model without learning."""
NOT_TRAINED = "not trained here"
"""Column of models that have no trained and untrained form."""
DIFFERENCE = {"mean": "difference", "low": "low", "high": "high", "p": "p"}
"""Name in the summary → column of a table of differences."""
Rows = Mapping[tuple[str, str], RDMs]


def similarity_table(
    rdms: Rows, data: RDMs, *, method: str, factors: Sequence[str]
) -> tuple[pd.DataFrame, dict[tuple[str, str], np.ndarray]]:
    """Compare every (layer, variant) that has an RDM with the data.

    Parameters
    ----------
    method, factors
        As for :func:`isocortex.rsa.compare`.

    Returns
    -------
    table : DataFrame
        Columns ``layer`` and ``variant``, and those of :func:`isocortex.rsa.compare`, whose ``attrs`` it keeps.
    dots : dict of (layer, variant) to array, shape (seed,)
        The mean over subjects of each seed.
    """
    defined = {place: rows for place, rows in rdms.items() if len(rows)}
    models = {f"{layer} ({variant})": rows for (layer, variant), rows in defined.items()}
    table = rsa.compare(models, data, method=method, factors=factors).reset_index(drop=True)
    table.insert(0, "layer", [layer for layer, _ in defined])
    table.insert(1, "variant", [variant for _, variant in defined])
    dots = {place: rsa.similarity(rows, data, method).mean(axis=1) for place, rows in defined.items()}
    return table, dots


def difference_table(
    rdms: Rows, data: RDMs, variants: Sequence[str], *, method: str, factors: Sequence[str]
) -> pd.DataFrame:
    """Compare every pair of variants in every layer that several define, seed by seed.

    Returns
    -------
    DataFrame
        Columns ``layer`` and ``seeds``, and those of :func:`isocortex.rsa.differences`, with p after Holm's correction
        over the pairs of a layer; empty where no layer has two variants.
    """
    found = []
    for layer in dict.fromkeys(layer for layer, _ in rdms):
        rows = {v: rdms[layer, v] for v in variants if len(rdms.get((layer, v), ()))}
        shared = set.intersection(*(set(stack.labels) for stack in rows.values())) if len(rows) > 1 else set()
        if shared:
            seeds = {variant: stack.rows(shared) for variant, stack in rows.items()}
            table = rsa.differences(seeds, data, method=method, factors=factors, correction="holm", paired_seeds=True)
            found.append(table.assign(layer=layer, seeds=len(shared)))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def rival_table(
    rdms: Rows, data: RDMs, rival: tuple[str, str], variants: Sequence[str], *, method: str, factors: Sequence[str]
) -> pd.DataFrame:
    """Compare every layer of some variants with one rival.

    Returns
    -------
    DataFrame
        As that of :func:`difference_table`, with p that are not corrected and ``b`` the rival's layer; empty where the
        rival, or every layer, lacks an RDM.
    """
    own = {"\t".join(place): rows for place, rows in rdms.items() if place[1] in variants and len(rows)}
    if not own or not len(rdms[rival]):
        return pd.DataFrame()
    pairs = [(place, rival[0]) for place in own]
    table = rsa.differences(own | {rival[0]: rdms[rival]}, data, pairs=pairs, method=method, factors=factors)
    layers = table.pop("a").str.split("\t", expand=True)
    table.insert(0, "a", layers[1])
    return table.assign(layer=layers[0], seeds=[len(rows) for rows in own.values()])


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
    repeated = [recording for recording in recordings.values() if fewest_repeats(recording) >= least]
    if not repeated:
        return None
    noise = rsa.noise_precision(repeated[0]) if how.takes == "noise" else None
    along, number = repeats(repeated[0])
    halves = {name: repeated[0].isel({along: number % 2 == half}) for half, name in enumerate(("first", "second"))}
    return rsa.split_half_ceiling(rsa.rdm(halves, dissimilarity, noise=noise), similarity)


def repeats(recording: xr.DataArray) -> tuple[str, np.ndarray]:
    """Return the dimension of repeats and their numbers; of trials, how often each one's stimulus was shown before."""
    if "trial" in recording.dims:
        shown = pd.Series(recording["stimulus"].values)
        return "trial", shown.groupby(shown).cumcount().to_numpy()
    return "repeat", np.arange(recording.sizes.get("repeat", 1))


def fewest_repeats(recording: xr.DataArray) -> int:
    """Return how often the stimulus that was shown least often was shown."""
    if "trial" in recording.dims:
        return int(pd.Series(recording["stimulus"].values).value_counts().min())
    return recording.sizes.get("repeat", 1)


def records(table: pd.DataFrame, *variants: str) -> list[dict[str, Any]]:
    """Return a similarity table's rows as dictionaries, of some variants alone where they are named."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]
    return [row for row in rows if not variants or row["variant"] in variants]


def best(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the row with the highest mean."""
    return max(rows, key=itemgetter("mean"))


def interval(row: Mapping[str, Any], estimate: str = "mean") -> str:
    """Return "mean [low, high]" of a table's row, or "mean [–]" where there is no interval."""
    return formats.interval(row[estimate], row["low"], row["high"])


def ceiling_range(ceiling: rsa.NoiseCeiling | None) -> str:
    """Return a noise ceiling as a range, or that it is unknown."""
    return f"{formats.number(ceiling.lower)}–{formats.number(ceiling.upper)}" if ceiling else "unknown"


def leading(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the row with the highest mean among those whose interval lies above 0, or among all where none does."""
    return best([row for row in rows if row["low"] > 0] or rows)


def most_like(rows: Sequence[Mapping[str, Any]], *, among: str, target: str, measure: str) -> str:
    """Say which row is most like what was measured, or that none is measurably like it: no interval lies above 0.

    Parameters
    ----------
    among : str
        What the rows are, as in "Of the trained layers, …".
    target : str
        What was measured.
    measure : str
        The similarity, in words.
    """
    top, largest = leading(rows), best(rows)
    if top["low"] > 0:
        which = "" if top is largest else " with an interval above 0"
        said = f"Of {among}{which}, {top['layer']} is most like {target}: {measure} {interval(top)}"
        if not which:
            return said
        why = "it has no interval" if np.isnan(largest["low"]) else "its interval includes 0"
        return f"{said}; {largest['layer']} has a larger one, {interval(largest)}, but {why}"
    largest = f"the largest {measure} is that of {top['layer']}, {interval(top)}"
    if all(np.isnan(row["low"]) for row in rows):
        return f"Whether any of {among} is like {target} is not known, because there is no interval; {largest}"
    return f"None of {among} is measurably like {target}: {largest}"


def answer_table(table: pd.DataFrame, variants: Sequence[str] = NETWORKS) -> pd.DataFrame:
    """Return layers × variants, with "mean [low, high]" in each cell, empty where there is none.

    A model that was not trained here, such as the pixels, has a column of its own, and says in its row's name what it
    is.

    Parameters
    ----------
    variants : sequence of str
        The columns. Default a trained network and its controls.
    """
    rows = records(table)
    columns = [v for v in variants if any(row["variant"] == v for row in rows)]
    alone = any(row["variant"] not in columns for row in rows)
    lines: dict[str, dict[str, str]] = {}
    for row in rows:
        one_of_several = row["variant"] in columns
        name = row["layer"] if one_of_several else f"{row['layer']} ({row['variant']})"
        column = row["variant"] if one_of_several else NOT_TRAINED
        lines.setdefault(name, {})[column] = interval(row)
    columns += [NOT_TRAINED] * alone
    cells = [[name, *(line.get(column, "") for column in columns)] for name, line in lines.items()]
    return pd.DataFrame(cells, columns=["layer", *columns])


def table_of(matrix: xr.DataArray) -> pd.DataFrame:
    """Return a labelled matrix as a table."""
    rows, columns = (matrix[dim].values for dim in matrix.dims)
    return pd.DataFrame(matrix.values, rows, columns)


def file_name(name: str) -> str:
    """Return a name with everything but letters and digits replaced."""
    return "".join(c if c.isalnum() else "_" for c in name)


def listed(names: Sequence[str], *, most: int = 6) -> str:
    """Return "a, b and c", or the first `most` and how many more."""
    return formats.listed(names if len(names) <= most else [*names[:most], f"{len(names) - most} more"])
