"""The labels of units and trials: tables with a row for each, whose index holds the names."""

from typing import Any

import numpy as np
import pandas as pd

from ..errors import require

RESERVED = ("time", "trial", "unit")
"""Names of dimensions of binned spikes, which no column may have."""


def checked(table: pd.DataFrame | None, n: int, kind: str) -> pd.DataFrame | None:
    """Return the table of `n` units or trials with its index named, or raise an InputError if it does not fit."""
    if table is None:
        return None
    require(len(table) == n, f"The table of {kind}s must have a row for each of {n} {kind}s; it has {len(table)}.")
    require(table.index.nlevels == 1, f"The table of {kind}s must have one level of names; it has several.")
    twice = table.index[table.index.duplicated()]
    require(not len(twice), f"The table of {kind}s names the {kind} {next(iter(twice), '')!r} twice.")
    for column in table.columns:
        require(
            isinstance(column, str) and column not in RESERVED,
            f"A column of the table of {kind}s must have a name other than {', '.join(RESERVED)}; got {column!r}.",
        )
    table = table.rename_axis(kind)
    for name, values in {kind: table.index, **dict(table.items())}.items():
        plain(values, f"{name!r} in the table of {kind}s")
    return table


def plain(values: Any, what: str) -> np.ndarray:
    """Return a column of labels as numbers, truth values or text; raise an InputError for anything else."""
    array = np.asarray(values)
    if array.dtype.kind == "O" and all(isinstance(value, str) for value in array.ravel()):
        array = array.astype(str)
    require(array.dtype.kind in "biufU", f"{what} must be numbers, truth values or text; it is of dtype {array.dtype}.")
    return array


def names(table: pd.DataFrame | None, n: int) -> pd.Index:
    """Return the names of units or trials: the index of their table, or 0 … n − 1."""
    return pd.RangeIndex(n) if table is None else table.index


def positions(table: pd.DataFrame | None, n: int, wanted: Any, kind: str) -> np.ndarray:
    """Return the positions of some units or trials, given by their names or by a mask."""
    known = names(table, n)
    if wanted is None:
        return np.arange(n)
    chosen = np.atleast_1d(plain(wanted, f"The selected {kind}s"))
    if chosen.dtype == bool:
        require(
            chosen.shape == (n,), f"A mask must have an entry for each of {n} {kind}s; its shape is {chosen.shape}."
        )
        found = np.flatnonzero(chosen)
    else:
        found = known.get_indexer(pd.Index(chosen))
        strange = chosen[found < 0]
        require(
            not len(strange),
            f"There is no {kind} {strange[0].item() if len(strange) else ''!r}; the {n} {kind}s are named "
            f"{', '.join(map(str, known[:5]))}{', …' if n > 5 else ''}.",
        )
    require(len(found) > 0, f"No {kind} is selected.")
    require(len(np.unique(found)) == len(found), f"A {kind} is selected twice.")
    return found


def coordinates(table: pd.DataFrame | None, n: int, kind: str) -> dict[str, Any]:
    """Return the names, and every column of the table, as coordinates along the dimension of units or trials."""
    columns = {} if table is None else {str(name): (kind, plain(table[name], name)) for name in table}
    return {kind: plain(names(table, n), kind), **columns}


def renumbered(kept: np.ndarray, n: int) -> np.ndarray:
    """Return the new position of each of n items of which some are kept, −1 for the others."""
    new = np.full(n, -1)
    new[kept] = np.arange(len(kept))
    return new


def rows(table: pd.DataFrame | None, n: int, kept: np.ndarray) -> pd.DataFrame:
    """Return the rows of the items that are kept, so that they keep their names."""
    return (pd.DataFrame(index=names(table, n)) if table is None else table).iloc[kept]
