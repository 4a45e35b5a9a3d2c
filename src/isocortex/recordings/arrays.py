"""Named arrays out of NPZ and MATLAB files. Files are data, never code: no pickle is loaded, sizes come first."""

import math
import os
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from scipy.io import loadmat, whosmat

from ..errors import InputError, require

Arrays = dict[str, np.ndarray]

MATLAB_BYTES = {"single": 4, "int32": 4, "uint32": 4, "int16": 2, "uint16": 2, "int8": 1, "uint8": 1, "logical": 1}
"""Bytes of one number; 8 of every other class."""


def load_npz(path: Path, wanted: Collection[str]) -> tuple[Arrays, list[str]]:
    """Load the wanted arrays of an NPZ file that fit into memory; return them, and the names of all others."""
    require_file(path, "an NPZ file")
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path} is not an NPZ file, or was cut off: it has no complete zip directory.")
    arrays = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = {item.filename.removesuffix(".npy"): item for item in archive.infolist()}
            for name in sorted(set(wanted) & set(members)):
                with archive.open(members[name]) as file:
                    needed = _bytes_needed(file)
                require(
                    needed <= members[name].file_size,
                    f"{name!r} in {path} claims {needed} bytes and holds {members[name].file_size}: it is damaged.",
                )
                require_memory(path, name, needed)
                with archive.open(members[name]) as file:
                    arrays[name] = np.lib.format.read_array(file, allow_pickle=False)
    except InputError:
        raise
    except Exception as error:  # a damaged zip raises anything from BadZipFile and zlib.error to tokenize's errors
        raise InputError(
            f"{path} cannot be read as NPZ without running code ({_reason(error)}); was it written whole?"
        ) from error
    return arrays, sorted(set(members) - set(arrays))


def load_mat(path: Path, wanted: Collection[str]) -> tuple[Arrays, list[str]]:
    """Load the wanted variables of a MATLAB file, version 5 or 7.3; return them, and the names of all others.

    Character arrays and cells of them become arrays of str; vectors keep MATLAB's two axes.
    """
    require_file(path, "a MATLAB file")
    try:
        if h5py.is_hdf5(path):
            return _load_mat_73(path, wanted)
        sizes = {name: math.prod(shape) * MATLAB_BYTES.get(kind, 8) for name, shape, kind in whosmat(path)}
        found = sorted(set(wanted) & set(sizes))
        for name in found:
            require_memory(path, name, sizes[name])
        content = loadmat(path, variable_names=found, chars_as_strings=True) if found else {}
        return {name: _text(content[name], name) for name in found}, sorted(set(sizes) - set(found))
    except InputError:
        raise
    except Exception as error:  # SciPy and h5py raise anything from OSError to zlib.error on a damaged file
        raise InputError(f"{path} cannot be read as a MATLAB file ({_reason(error)}); is it complete?") from error


def require_file(path: Path, kind: str) -> None:
    """Raise unless the path is a file."""
    require(not path.is_dir(), f"{path} is a folder, not {kind}.")
    require(path.is_file(), f"There is no file {path}.")


def require_memory(path: Path, name: str, needed: int) -> None:
    """Raise if an array would take more than a quarter of the machine's memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    require(
        needed < memory / 4,
        f"{name!r} in {path} needs {needed / 1e9:.1f} GB, more than a quarter of this machine's memory; "
        "save fewer neurons, or as float32.",
    )


def _bytes_needed(file: Any) -> int:
    """Return how many bytes the array behind a .npy header takes; object arrays, which hide code, are refused."""
    version = np.lib.format.read_magic(file)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = header[version](file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects; save labels as text, with dtype=str")
    return math.prod(shape) * dtype.itemsize


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


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}" if str(error) else type(error).__name__
