"""The columns of NWB's tables: what kind each is, and its values in one read, after their size is checked."""

from collections.abc import Iterable
from typing import Any, Literal

import h5py
import numpy as np

from ...errors import InputError, require, unknown
from ...memory import require_memory

Kind = Literal["number", "truth", "text", "ragged", "other"]
LABELS = ("number", "truth", "text")
"""Kinds of which a column has one value per row."""
BYTES_OF_TEXT = 64
"""What a text of unknown length is taken to need: Python's own object, and a few characters."""


def column_names(table: h5py.Group) -> list[str]:
    """Return the names of the columns of a table, in their order; columns that are not there are left out."""
    named = [_text(name) for name in np.atleast_1d(table.attrs.get("colnames", []))]
    return [name for name in named if isinstance(table.get(name), h5py.Dataset)]


def n_rows(table: h5py.Group, place: str) -> int:
    """Return how many rows a table has: as many as it has ids."""
    ids: Any = table.get("id")
    require(
        isinstance(ids, h5py.Dataset) and ids.ndim == 1,
        f"the table {place!r} has no column 'id', which every table of NWB has; the file may not be whole.",
    )
    return int(ids.shape[0])


def kind_of(table: h5py.Group, name: str) -> Kind:
    """Return what a column holds: one number, truth value or text per row, a list per row, or anything else."""
    column: Any = table[name]
    if isinstance(table.get(f"{name}_index"), h5py.Dataset):
        return "ragged"
    if column.ndim != 1 or column.shape[0] != n_rows(table, name):
        return "other"
    if h5py.check_string_dtype(column.dtype) is not None or column.dtype.kind == "S":
        return "text"
    if h5py.check_enum_dtype(column.dtype) is not None or column.dtype.kind == "b":
        return "truth"
    return "number" if column.dtype.kind in "fiu" else "other"


def values_of(table: h5py.Group, name: str, place: str) -> np.ndarray:
    """Return a column with one value per row.

    Raises
    ------
    InputError
        If there is no such column, or it has several values per row, or references to other objects.
    """
    if name not in column_names(table) and name != "id":
        raise unknown(f"column of {place!r}", name, [c for c in column_names(table) if kind_of(table, c) in LABELS])
    kind = kind_of(table, name)
    what = {"ragged": "a list in every row", "other": "several values or references in every row"}
    require(kind in LABELS, f"the column {name!r} of {place!r} has {what.get(kind)}; name one with one value per row.")
    column: Any = table[name]
    _require_room(column, f"{place}.{name}")
    values = column.asstr(errors="replace")[()] if h5py.check_string_dtype(column.dtype) else column[()]
    if kind == "text":
        return np.array([_text(value) for value in values], dtype=str)
    return values.astype(bool) if kind == "truth" else values


def lists_of(table: h5py.Group, name: str, place: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of a ragged column one after the other, and where the list of each row ends.

    Raises
    ------
    InputError
        If the column or its index is missing, or the index does not fit.
    """
    for part in (name, f"{name}_index"):
        require(isinstance(table.get(part), h5py.Dataset), f"the table {place!r} has no column {part!r}.")
    data: Any = table[name]
    index: Any = table[f"{name}_index"]
    require(
        index.ndim == 1 and index.dtype.kind in "iu" and index.shape[0] == n_rows(table, place),
        f"the index of {name!r} in {place!r} must hold a whole number per row; it is of {index.dtype} and has the "
        f"shape {index.shape}.",
    )
    for dataset, of in ((index, f"{place}.{name}_index"), (data, f"{place}.{name}")):
        _require_room(dataset, of)
    ends = index[()].astype(np.int64)
    require(
        bool((np.diff(ends, prepend=0) >= 0).all()) and int(ends.max(initial=0)) <= data.shape[0],
        f"the index of {name!r} in {place!r} does not fit: it must rise to at most {data.shape[0]}; is the file whole?",
    )
    return data[()], ends


def text_at(file: h5py.File, place: str) -> str:
    """Return a text that stands alone in the file; empty where there is none."""
    found = file.get(place)
    return _text(found[()]) if isinstance(found, h5py.Dataset) and found.shape == () else ""


def numbers_at(dataset: Any, place: str) -> np.ndarray:
    """Return a dataset of numbers in one read, in its own type if that is a float."""
    require(dataset.dtype.kind in "fiu", f"{place!r} must hold numbers; it is of {dataset.dtype}.")
    _require_room(dataset, place)
    values = dataset[()]
    return values if values.dtype.kind == "f" else values.astype(float)


def listed_kinds(table: h5py.Group, kinds: Iterable[str] = LABELS) -> list[str]:
    """Return the columns of some kinds."""
    return [name for name in column_names(table) if kind_of(table, name) in kinds]


def _require_room(dataset: Any, place: str) -> None:
    each = BYTES_OF_TEXT if dataset.dtype.hasobject else dataset.dtype.itemsize
    require_memory(
        each * int(dataset.size or 0), f"{place!r} needs", "keep fewer units or a shorter part of the session"
    )


def _text(value: Any) -> str:
    try:
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError as error:
        raise InputError(f"a text is not UTF-8 ({error.reason}).") from error
