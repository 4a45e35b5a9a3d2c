"""MATLAB files, read as data."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from scipy.io import loadmat

from ..errors import InputError, require
from .arrays import Arrays, reason, require_file, require_memory
from .hdf5 import require_sound
from .matlab_structure import Variable, check_structure

NUMBERS = ("double", "single", "logical", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))
"""MATLAB's classes of numbers."""
READABLE = ("numeric", "char", "cell", *NUMBERS)
ADVICE = {
    "string": "a string array; save {name} = cellstr({name}) in its place",
    "categorical": "a categorical array; save {name} = cellstr({name}) in its place",
    "struct": "a struct; save its fields as variables",
    "sparse matrix": "a sparse matrix; save {name} = full({name}) in its place",
}
"""MATLAB's class → what to save instead of it."""


def load_matlab(path: Path) -> dict[str, Any]:
    """Return the variables of a published MATLAB file of version 5, structs among them.

    Raises
    ------
    InputError
        If the file is missing, cut off or of another kind.
    """
    require_file(path, "a MATLAB file")
    with _readable(path):
        _, text = _structure(path, None)
        return loadmat(path, uint16_codec=text)


def load_mat(path: Path, wanted: Collection[str]) -> tuple[Arrays, list[str]]:
    """Load the wanted variables of a MATLAB file, version 5 or 7.3; return them, and the names of all others.

    Character arrays and cells of them become arrays of str; vectors keep MATLAB's two axes.
    """
    require_file(path, "a MATLAB file")
    with _readable(path):
        if h5py.is_hdf5(path):
            return _load_mat_73(path, wanted)
        variables, text = _structure(path, wanted)
        kinds = {variable.name: variable.kind for variable in variables}
        found = sorted(set(wanted) & set(kinds))
        for name in found:
            _require_readable(name, kinds[name])
        content = loadmat(path, variable_names=found, uint16_codec=text) if found else {}
        return {name: _text(content[name], name) for name in found}, sorted(set(kinds) - set(found))


def kinds_of(path: Path) -> dict[str, str]:
    """Return the class of every variable of a MATLAB file of version 5: "numeric", "struct", …; nothing of 7.3."""
    require_file(path, "a MATLAB file")
    with _readable(path):
        if h5py.is_hdf5(path):
            return {}
        return {variable.name: variable.kind for variable in _structure(path, ())[0]}


def _structure(path: Path, wanted: Collection[str] | None) -> tuple[list[Variable], str]:
    """Check a file before SciPy reads it; return its variables, and the encoding of its 16-bit characters."""
    content = memoryview(np.memmap(path, np.uint8, "r"))  # pyright: ignore[reportArgumentType]
    return check_structure(path, content, wanted), "utf-16-le" if content[126:128] == b"IM" else "utf-16-be"


def _require_readable(name: str, kind: str) -> None:
    """Raise unless a variable of this class can be read as numbers or text, and say what to save instead."""
    advice = ADVICE.get(kind, f"of MATLAB's class {kind}; save it as numbers, or as a cell of character vectors")
    require(kind in READABLE, f"{name!r} is {advice.format(name=name)}.")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise an :class:`InputError` for a damaged file: SciPy and h5py raise anything from OSError to zlib.error."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{path} cannot be read as a MATLAB file ({reason(error)}); is it complete?") from error


def _text(array: Any, name: str) -> np.ndarray:
    """Turn a cell of text into an array of str, an empty cell into an empty text; leave numbers and text alone."""
    array = np.asarray(array)
    if array.dtype.kind != "O":
        return array
    cells = [np.asarray(cell) for cell in array.ravel()]
    require(all(cell.size == 0 or (cell.dtype.kind in "US" and cell.size == 1) for cell in cells), _not_text(name))
    return np.array([str(cell.item()) if cell.size else "" for cell in cells], dtype=str)


def _not_text(name: str) -> str:
    return f"{name!r} is a cell of other things than text; save numbers as an array, and text as character vectors."


def _load_mat_73(path: Path, wanted: Collection[str]) -> tuple[Arrays, list[str]]:
    """Read MATLAB 7.3, which is HDF5 with the axes turned round."""
    require_sound(path)
    arrays = {}
    with h5py.File(path) as file:
        names = [str(name) for name in file if not str(name).startswith("#")]
        for name in sorted(set(wanted) & set(names)):
            item: Any = file[name]
            kind = _class(item)
            if not isinstance(item, h5py.Dataset):
                kind = "sparse matrix" if "MATLAB_sparse" in item.attrs else "struct"
            _require_readable(name, kind)
            require_memory(path, name, (item.size or 0) * max(item.dtype.itemsize, 8))
            arrays[name] = _from_hdf5(file, item, name)
    return arrays, sorted(set(names) - set(arrays))


def _class(item: Any) -> str:
    """Return MATLAB's class of a variable stored as HDF5."""
    return bytes(item.attrs.get("MATLAB_class", b"double")).decode("ascii")


def _from_hdf5(file: h5py.File, item: Any, name: str) -> np.ndarray:
    """Return one MATLAB variable stored as HDF5: numbers, a character array, or a cell of character arrays."""
    kind, empty = _class(item), "MATLAB_empty" in item.attrs
    if kind == "char":
        rows = [] if empty else np.atleast_2d(np.asarray(item[()]).T)
        return np.array([np.asarray(row, "<u2").tobytes().decode("utf-16-le", "replace") for row in rows], dtype=str)
    if empty:
        return np.zeros((0, 0))
    values = np.asarray(item[()]).T
    if kind == "cell":
        cells: list[Any] = [file[reference] for reference in values.ravel()]
        require(all("MATLAB_empty" in cell.attrs or _class(cell) == "char" for cell in cells), _not_text(name))
        return np.array([str([*_from_hdf5(file, cell, name).ravel(), ""][0]) for cell in cells], dtype=str)
    require(values.dtype.kind in "fiub", f"{name!r} must be real numbers or text; it is of dtype {values.dtype}.")
    return values
