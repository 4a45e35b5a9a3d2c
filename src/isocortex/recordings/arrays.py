"""Load named arrays from NPZ files safely: no pickle is loaded, and sizes are checked first."""

import math
import sys
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from .. import memory
from ..errors import InputError, require

Arrays = dict[str, np.ndarray]
VALUES = "values"
"""What the numbers of a .npy file or of a table, which have no name there, are called."""


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
                    arrays[name] = _read(file)
    except InputError:
        raise
    except Exception as error:  # a damaged zip raises anything from BadZipFile and zlib.error to tokenize's errors
        raise InputError(
            f"{path} cannot be read as NPZ without running code ({reason(error)}); is the file complete?"
        ) from error
    return arrays, sorted(set(members) - set(arrays))


def load_npy(path: Path) -> np.ndarray:
    """Load the one array of a .npy file, if it fits into memory."""
    require_file(path, "a .npy file")
    try:
        with path.open("rb") as file:
            needed = _bytes_needed(file)
            size = path.stat().st_size
            require(needed <= size, f"{path} claims {needed} bytes and holds {size}: it is damaged.")
            require_memory(path, VALUES, needed)
            file.seek(0)
            return _read(file)
    except InputError:
        raise
    except Exception as error:  # a damaged header raises anything from ValueError to tokenize's errors
        raise InputError(
            f"{path} cannot be read as .npy without running code ({reason(error)}); was it written whole?"
        ) from error


def require_file(path: Path, kind: str) -> None:
    """Raise unless the path is a file."""
    try:
        require(not path.is_dir(), f"{path} is a folder, not {kind}.")
        require(path.is_file(), f"There is no file {path}.")
    except OSError as error:  # a name longer than the system allows, a folder that may not be entered
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def require_memory(path: Path, name: str, needed: int) -> None:
    """Raise if an array of a file would take more than a quarter of the machine's memory."""
    memory.require_memory(needed, f"{name!r} in {path} needs", "save fewer neurons, or as float32")


def _read(file: Any) -> np.ndarray:
    """Read an array; one of text with characters that do not exist would stop the interpreter when they are used."""
    array = np.lib.format.read_array(file, allow_pickle=False)
    if array.dtype.kind == "U" and array.nbytes:
        codes = np.ascontiguousarray(array).view(np.dtype(np.uint32).newbyteorder(array.dtype.byteorder))
        if codes.max() > sys.maxunicode:
            raise ValueError("it holds text with characters that do not exist")
    return array


def _bytes_needed(file: Any) -> int:
    """Return how many bytes the array behind a .npy header takes; object arrays, which hide code, are refused."""
    version = np.lib.format.read_magic(file)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = header[version](file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects; save labels as text, with dtype=str")
    return math.prod(shape) * dtype.itemsize


def reason(error: Exception) -> str:
    """Return what went wrong, on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}" if str(error) else type(error).__name__
