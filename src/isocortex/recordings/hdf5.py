"""Check an HDF5 file in a separate process first: the HDF5 library never returns from some damaged files."""

import subprocess
import sys
from pathlib import Path

from ..errors import InputError

PATIENCE = 60.0
"""Seconds for what takes less than one: names, attributes and labels; the numbers themselves are not read."""
LOOK = """
import contextlib, sys
import h5py

def look(item):
    with contextlib.suppress(Exception):
        dict(item.attrs)
    if isinstance(item, h5py.Group):
        for name in list(item):
            with contextlib.suppress(Exception):
                if isinstance(item.get(name, getlink=True), h5py.HardLink):
                    look(item[name])
    if isinstance(item, h5py.Dataset):
        with contextlib.suppress(Exception):
            [len(dimension) for dimension in item.dims]
        with contextlib.suppress(Exception):
            if item.dtype.hasobject and item.size < 10**6:
                item[()]

with contextlib.suppress(Exception), h5py.File(sys.argv[1]) as file:
    look(file)
"""


def require_sound(path: Path) -> None:
    """Raise if the HDF5 library crashes or hangs over a file. What it merely refuses is left to its reader."""
    try:
        ended = subprocess.run([sys.executable, "-c", LOOK, str(path)], capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise InputError(
            f"{path} is damaged: the HDF5 library does not finish reading it. Copy the file again."
        ) from error
    if ended.returncode < 0:
        raise InputError(f"{path} is damaged: the HDF5 library crashes while it reads it. Copy the file again.")
