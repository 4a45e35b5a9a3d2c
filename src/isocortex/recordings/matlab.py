"""MATLAB files, read as data."""

import math
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from scipy.io import loadmat, whosmat

from ..errors import InputError, require
from .arrays import Arrays, reason, require_file, require_memory

MATLAB_BYTES = {"single": 4, "int32": 4, "uint32": 4, "int16": 2, "uint16": 2, "int8": 1, "uint8": 1, "logical": 1}
"""Bytes of one number; 8 of every other class."""


def load_matlab(path: Path) -> dict[str, Any]:
    """Return the variables of a published MATLAB file of version 5, structs among them.

    Raises
    ------
    InputError
        If the file is missing, cut off or of another kind.
    """
    require(path.is_file(), f"There is no file {path}; it is one of those published.")
    with _readable(path):
        return loadmat(path)


def load_mat(path: Path, wanted: Collection[str]) -> tuple[Arrays, list[str]]:
    """Load the wanted variables of a MATLAB file, version 5 or 7.3; return them, and the names of all others.

    Character arrays and cells of them become arrays of str; vectors keep MATLAB's two axes.
    """
    require_file(path, "a MATLAB file")
    with _readable(path):
        if h5py.is_hdf5(path):
            return _load_mat_73(path, wanted)
        sizes = {name: math.prod(shape) * MATLAB_BYTES.get(kind, 8) for name, shape, kind in whosmat(path)}
        found = sorted(set(wanted) & set(sizes))
        for name in found:
            require_memory(path, name, sizes[name])
        content = loadmat(path, variable_names=found) if found else {}
        return {name: _text(content[name], name) for name in found}, sorted(set(sizes) - set(found))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Tell a damaged file in one sentence: SciPy and h5py raise anything from OSError to zlib.error."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{path} cannot be read as a MATLAB file ({reason(error)}); is it complete?") from error


def _text(array: Any, name: str) -> np.ndarray:
    """Turn a cell of strings into an array of str; leave numbers and strings alone."""
    array = np.asarray(array)
    if array.dtype.kind != "O":
        require(array.dtype.names is None, f"{name!r} is a struct; save its fields as variables.")
        return array
    cells = [np.asarray(cell) for cell in array.ravel()]
    require(
        all(cell.dtype.kind in "US" and cell.size <= 1 for cell in cells),
        f"{name!r} is a cell of other things than text; save numbers as an array.",
    )
    return np.array([str(cell.item()) if cell.size else "" for cell in cells], dtype=str)


def _load_mat_73(path: Path, wanted: Collection[str]) -> tuple[Arrays, list[str]]:
    """Read MATLAB 7.3, which is HDF5 with the axes turned round."""
    arrays = {}
    with h5py.File(path) as file:
        names = [str(name) for name in file if not str(name).startswith("#")]
        for name in sorted(set(wanted) & set(names)):
            item = file[name]
            require(
                isinstance(item, h5py.Dataset), f"{name!r} is a struct or a sparse matrix; save it as a full array."
            )
            require_memory(path, name, item.size * max(item.dtype.itemsize, 8))  # pyright: ignore
            arrays[name] = _from_hdf5(file, item, name)
    return arrays, sorted(set(names) - set(arrays))


def _from_hdf5(file: h5py.File, item: Any, name: str) -> np.ndarray:
    """Return one MATLAB variable stored as HDF5: numbers, a character array, or a cell of character arrays."""
    if "MATLAB_empty" in item.attrs:
        return np.zeros((0, 0))
    values = np.asarray(item[()]).T
    kind = item.attrs.get("MATLAB_class", b"double")
    if kind == b"char":
        return np.array(["".join(map(chr, row)) for row in np.atleast_2d(values)])
    if kind == b"cell":
        cells = [file[reference] for reference in values.ravel()]
        texts = all(cell.attrs.get("MATLAB_class") == b"char" for cell in cells)
        require(texts, f"{name!r} is a cell of other things than text; save numbers as an array.")
        return np.array([str(_from_hdf5(file, cell, name).ravel()[0]) for cell in cells], dtype=str)
    require(values.dtype.kind in "fiub", f"{name!r} is a MATLAB {kind!r}; save it as numbers or text.")
    return values
