"""MATLAB files of published recordings, read as data."""

from pathlib import Path
from typing import Any

from scipy.io import loadmat

from ..errors import InputError, require


def load_matlab(path: Path) -> dict[str, Any]:
    """Return the variables of a MATLAB file.

    Raises
    ------
    InputError
        If the file is missing, cut off or of another kind.
    """
    require(path.is_file(), f"There is no file {path}; it is one of those published.")
    try:
        return loadmat(path)
    except Exception as error:  # scipy raises anything from OSError to zlib.error on a damaged file
        raise InputError(f"{path} cannot be read as a MATLAB file ({error}); is it complete?") from error
