"""Which files the explorer may open: those in the folders that it was given, and no others."""

from collections.abc import Iterable
from pathlib import Path

from ..errors import require


def inside(path: str | Path, folders: Iterable[str | Path]) -> Path:
    """Return a path with its links resolved, if it lies in one of the folders.

    Parameters
    ----------
    path : str or Path
    folders : iterable of str or Path
        A folder holds itself.

    Raises
    ------
    InputError
        If it lies outside all of them, or does not exist. The sentence is the same for both, so that a page tells
        nobody which files there are.

    Examples
    --------
    >>> inside("./", ["."]).is_dir()
    True
    """
    real = Path(path).resolve()
    held = any(real.is_relative_to(Path(folder).resolve()) for folder in folders)
    require(held and real.exists(), f"There is no {Path(path).name!r} in the folders that the explorer was given.")
    return real
