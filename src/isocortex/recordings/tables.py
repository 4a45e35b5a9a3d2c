"""Tables of CSV files and of pandas: a row per stimulus, a column per unit; or a square one, which is an RDM."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError, require
from .arrays import VALUES, Arrays, reason, require_file, require_memory
from .conversions import from_assembly
from .field_files import TRIAL, beta_table

OF_ROWS = ("stimuli", "categories")
"""What a column of a table can hold beside the numbers: one label per row."""
MISSING = ("", "nan", "NaN", "NA")


def load_csv(path: Path, names: Mapping[str, str]) -> tuple[dict[str, Arrays], list[str]]:
    """Load a CSV or TSV file by subject; its first line names the columns, and its first column holds the labels.

    Another column holds the labels if `names` names it, and ``trial_type`` does in a BIDS-like table. Where no column
    names subjects, the one subject is called "".

    Parameters
    ----------
    names : mapping of str to str
        What an array is, such as ``"stimuli"`` → its name in the file.
    """
    require_file(path, "a CSV file")
    require_memory(path, VALUES, 8 * path.stat().st_size)
    try:
        how = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig", "index_col": False}
        table = pd.read_csv(path, sep="\t" if path.suffix.lower() == ".tsv" else ",", **how)
    except Exception as error:  # pandas raises anything from UnicodeDecodeError to ParserError
        raise InputError(f"{path} cannot be read as CSV ({reason(error)}).") from error
    if names.get("stimuli", "stimuli") not in table.columns and TRIAL not in table.columns and table.shape[1]:
        table = table.set_index(table.columns[0])
    try:
        return groups_of(table, names, text=True)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def groups_of(
    table: pd.DataFrame, names: Mapping[str, str], *, text: bool = False
) -> tuple[dict[str, Arrays], list[str]]:
    """Return the arrays of a table by subject, and the names of its columns; see :func:`of_table`."""
    columns = [str(column) for column in table.columns]
    if TRIAL in columns and names.get("stimuli", "stimuli") not in columns and names.get("rdms") != VALUES:
        return (beta_table(table) if "responses" in names else {}), columns
    arrays, held = of_table(table, names, text=text)
    return {"": arrays}, held


def of_table(table: pd.DataFrame, names: Mapping[str, str], *, text: bool = False) -> tuple[Arrays, list[str]]:
    """Return the arrays of a table: its labels, and its numbers as responses, or as an RDM where `names` says so.

    Rows with one label are repeats of that stimulus; where stimuli have unequally many, they are averaged.

    Parameters
    ----------
    table : DataFrame
        A row per stimulus. The index holds the labels of the stimuli, unless a column does or pandas numbered the rows.
    names : mapping of str to str
        As for :func:`load_csv`.
    text : bool
        Whether every cell is text, as in a file.

    Raises
    ------
    InputError
        If a cell is no number, or the rows and columns of an RDM have different labels.
    """
    table = table.rename(columns=str)
    held = [VALUES, *table.columns, *([str(table.index.name)] if table.index.name is not None else [])]
    columns = {role: names.get(role, role) for role in OF_ROWS}
    arrays = {role: _labels(pd.Index(table[name]), text) for role, name in columns.items() if name in table.columns}
    if "stimuli" not in arrays and not isinstance(table.index, pd.RangeIndex):
        arrays["stimuli"] = _labels(table.index, text)
    numbers = table.drop(columns=[name for name in columns.values() if name in table.columns])
    values = np.stack(
        [_numbers(numbers.iloc[:, i]) for i in range(numbers.shape[1])] or [np.empty(len(numbers))[:0]], axis=-1
    )
    require(
        values.size > 0,
        "There are no numbers: a table has a row per stimulus and a column per unit, separated by commas in a file.",
    )
    if names.get("rdms") == VALUES:
        _require_square(numbers, arrays, text)
        return {**arrays, "rdms": values}, held
    if names.get("responses") not in ("responses", VALUES):
        return arrays, held
    arrays["units"] = numbers.columns.to_numpy().astype(str)
    shown = arrays["stimuli"].tolist() if "stimuli" in arrays else []
    if len(set(shown)) == len(shown):
        return {**arrays, "responses": values}, held
    return _stacked(arrays, values), held


def _require_square(numbers: pd.DataFrame, arrays: Arrays, text: bool) -> None:
    """Raise unless rows and columns stand for the same stimuli in the same order."""
    rows, columns = numbers.shape
    require(
        rows == columns, f"A table of an RDM is stimulus × stimulus; this one has {rows} rows and {columns} columns."
    )
    if "stimuli" in arrays:
        across = _labels(numbers.columns, text or arrays["stimuli"].dtype.kind != "U")
        require(
            across.tolist() == arrays["stimuli"].tolist(),
            "The rows and the columns of a table of an RDM must have the same labels in the same order.",
        )


def _stacked(arrays: Arrays, values: np.ndarray) -> Arrays:
    """Stack the rows of one stimulus as repeats, or average them where stimuli have unequally many."""
    shown = arrays["stimuli"]
    assembly = xr.DataArray(values, dims=("presentation", "neuroid"), coords={"stimulus_id": ("presentation", shown)})
    found = from_assembly(assembly)
    found = found.groupby("stimulus").mean() if "trial" in found.dims else found
    last = ("stimulus", "unit")
    found = found.transpose(*(dim for dim in found.dims if dim not in last), *last)
    stacked = {**arrays, "responses": found.values, "stimuli": _labels(pd.Index(found["stimulus"].values), False)}
    if "categories" in arrays:
        kinds = pd.Series(arrays["categories"]).groupby(shown)
        require(bool((kinds.nunique() == 1).all()), "Rows of one stimulus must be of one category.")
        stacked["categories"] = _labels(pd.Index(kinds.first().loc[stacked["stimuli"]]), False)
    return stacked


def _labels(column: pd.Index, text: bool) -> np.ndarray:
    """Return labels as an array of text or of numbers; text that stands for numbers in a file as numbers."""
    cells = column.tolist()
    if text:
        numbers = np.asarray(pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce"), float)
        return numbers if len(cells) and np.isfinite(numbers).all() else np.array(cells, dtype=str)
    return np.array(cells, dtype=str) if any(isinstance(cell, str) for cell in cells) else np.array(cells)


def _numbers(column: pd.Series) -> np.ndarray:
    """Return a column of numbers, NaN where it says so or is empty."""
    numbers = np.asarray(pd.to_numeric(column, errors="coerce"), float)
    wrong = [cell for cell, value in zip(column, numbers, strict=True) if np.isnan(value) and _is_word(cell)]
    require(
        not wrong,
        f"The column {column.name!r} holds {wrong[0]!r}, which is no number; leave it out, or name it: "
        "stimuli=… or categories=…."
        if wrong
        else "",
    )
    return numbers


def _is_word(cell: object) -> bool:
    return isinstance(cell, str) and cell.strip() not in MISSING
