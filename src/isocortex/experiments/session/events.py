"""The events of a session that is looked at: which table, which window, and the columns that sort its rows."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from ...errors import InputError, require
from ...formats import significant
from ...recordings.nwb import Align, Around, Session, open_session, responses_around
from ...recordings.nwb.columns import LABELS, column_names, kind_of, n_rows, values_of

if TYPE_CHECKING:
    from .look import Look

MOST_KINDS = 30
"""Numbers of more different values are sorted into groups, and text of more is left out."""
GROUPS = 5
"""Into so many groups of equally many trials."""
AROUND = 0.5
"""How much of the window is looked at before it and after it, when decoding over time."""
TIMES = ("start_time", "stop_time")
LATEST = 500.0
"""ms that the window ends after the event, where a table does not say when its rows end."""


@dataclass(frozen=True, eq=False)
class Events:
    """A session around its events.

    Attributes
    ----------
    inside : dict of str to DataFrame
        What the file holds.
    how : Align
    around : Around
        Responses in the window, trial × unit.
    course : DataArray, shape (trial, time, unit)
        Responses in bins, before, in and after the window.
    columns : dict of str to array, shape (trial,)
        What sorts the trials: the column that says what was shown first, as ``stimulus`` if there are several.
    notes : tuple of str
        What was left out.
    """

    inside: dict[str, pd.DataFrame]
    how: Align
    around: Around
    course: xr.DataArray
    columns: dict[str, np.ndarray]
    notes: tuple[str, ...]


def read_events(options: "Look") -> Events:
    """Read a session around its events.

    Raises
    ------
    InputError
        If the file cannot be read, or no column of no table says what was shown.
    """
    assert options.data is not None
    keep: dict[str, list[str]] = {}
    for pair in options.keep:
        column, equals, value = pair.partition("=")
        require(bool(equals and column), f"--keep takes COLUMN=VALUE, such as quality=good; got {pair!r}.")
        keep.setdefault(column, []).append(value)
    with open_session(options.data) as session:
        table, by = _table_and_columns(session, options.table, options.by, options.align)
        window = tuple(options.window) or _window(session, table, options.align)
        how = Align(window, by, options.align, table, options.series, keep)  # pyright: ignore[reportArgumentType]
        around = responses_around(session, how)
        start, stop = how.window
        n = max(1, round((stop - start) / options.bin))
        extra = max(1, round(AROUND * n))
        width = (stop - start) / n
        wide = Align((start - extra * width, stop + extra * width), by, options.align, table, options.series, keep)
        course = responses_around(session, wide, bin_ms=width).trials
        inside = session.inside()
    columns, left_out = sorting(around.trials, by)
    return Events(inside, how, around, course, columns, (*around.notes, *left_out))


def sorting(trials: xr.DataArray, by: Sequence[str]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the columns that sort trials, numbers of many values in groups, and what is left out.

    Times of the rows sort none. A column whose values are all the same, or all different text, does not either.
    """
    first = by[0] if len(by) == 1 else "stimulus"
    others = [str(n) for n, c in trials.coords.items() if c.dims == ("trial",) and n not in (*by, "stimulus", "trial")]
    found, many = {}, []
    for name in (first, *(name for name in others if not name.endswith("_time"))):
        values = trials["stimulus" if name == first else name].values
        groups = _groups(values)
        if groups is not None and len(np.unique(groups)) > 1:
            found[name] = groups
        elif len(np.unique(values)) > 1:
            many.append(name)
    left_out = [f"Columns with nearly as many texts as trials were left out: {', '.join(many)}."] if many else []
    require(first in found, f"the column {first!r} does not sort the trials: it needs two values, and repeats of them.")
    return found, left_out


def _groups(values: np.ndarray) -> np.ndarray | None:
    """Return the kind of every trial: its value, or the group of a number with many values; None if there is none."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        values = np.where(np.isfinite(values), values, np.inf)
    different = np.unique(values)
    if len(different) <= min(MOST_KINDS, len(values) // 2):
        return values
    if values.dtype.kind not in "fiu" or len(values) < 2 * GROUPS:
        return None
    edges = np.unique(np.quantile(values[np.isfinite(values)], np.linspace(0, 1, GROUPS + 1)))
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    names = [f"{significant(a)} to {significant(b)}" for a, b in itertools.pairwise(edges)]
    return np.array([f"{i + 1}: {name}" for i, name in enumerate(names)])[place]


def _table_and_columns(
    session: Session, table: str | None, by: Sequence[str], align: str
) -> tuple[str, tuple[str, ...]]:
    """Return the table of events and the columns that say what was shown, by default the first one that can."""
    if by:
        return session.table(table, [align, *by])[0], tuple(by)
    tables = session.tables
    if table is not None or len(tables) <= 1:
        names = [session.table(table, [align])[0]]
    else:
        sizes = {name: n_rows(group, name) for name, group in tables.items()}
        names = sorted(sizes, key=lambda name: (name != "trials", -sizes[name]))
    for name in names:
        for column in column_names(tables[name]):
            if column in TIMES or column.endswith("_time") or kind_of(tables[name], column) not in LABELS:
                continue
            values = values_of(tables[name], column, name)
            known = values[~np.isnan(values)] if values.dtype.kind == "f" else values
            if 2 <= len(np.unique(known)) <= min(MOST_KINDS, len(values) // 2):
                return name, (column,)
    raise InputError(
        f"no column of {', '.join(map(repr, names))} says what was shown, with two values or more that repeat; name "
        "columns as by, such as --by orientation."
    )


def _window(session: Session, name: str, align: str) -> tuple[float, float]:
    """Return the window from the event to the median end of the rows."""
    table = session.tables[name]
    if "stop_time" not in column_names(table) or align not in column_names(table):
        return 0.0, LATEST
    lasting = values_of(table, "stop_time", name) - values_of(table, align, name)
    middle = 1e3 * float(np.nanmedian(lasting)) if np.isfinite(lasting).any() else 0.0
    return (0.0, float(f"{middle:.3g}")) if middle >= 1 else (0.0, LATEST)
