"""The runs of a folder: which there are, and which is the latest."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import InputError, require
from .folder import PARTIAL, digest
from .layout import read_part


def runs_in(folder: str | PathLike[str] = "runs") -> list[Path]:
    """Return the run folders in a folder, the latest last; interrupted ones end in ``.partial``.

    Parameters
    ----------
    folder : path
        Default ``runs``, where the command line puts them.

    Raises
    ------
    InputError
        If there is no such folder.

    Examples
    --------
    After ``isocortex run poisson``:

    >>> [(run / "report.html").exists() for run in runs_in("runs")]
    [True]
    """
    folder = Path(folder)
    require(folder.is_dir(), f"There is no folder {folder} with runs in it.")
    found = [config.parent for config in folder.glob("*/config.json")]
    return sorted(found, key=lambda run: ((run / "config.json").stat().st_mtime_ns, run.name))


def runs_of(config: Mapping[str, Any], folder: str | PathLike[str], *, version: str) -> tuple[list[Path], list[Path]]:
    """Return the whole and the interrupted runs of one configuration, under one version of isocortex.

    Parameters
    ----------
    config : mapping
        From :func:`isocortex.runs.folder.configuration`.
    folder : path
        The folder of runs.
    version : str

    Examples
    --------
    After ``isocortex run poisson``, the run need not be made again:

    >>> from isocortex import __version__
    >>> config = read_part(latest_run("runs"), "config")
    >>> whole, interrupted = runs_of(config, "runs", version=__version__)
    >>> len(whole), len(interrupted)
    (1, 0)
    """
    whole, interrupted = [], []
    for found in sorted(Path(folder).glob(f"{config['experiment']}-*-{digest(config)}*")):
        try:
            same = read_part(found, "config") == config
            same &= read_part(found, "environment")["packages"]["isocortex"] == version
        except (InputError, KeyError):
            continue
        if same and found.suffix == PARTIAL:
            interrupted.append(found)
        elif same and (found / "report.html").exists():
            whole.append(found)
    return whole, interrupted


def latest_run(folder: str | PathLike[str] = "runs") -> Path:
    """Return the latest whole run in a folder.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    After ``isocortex run poisson``:

    >>> latest_run("runs").name.split("-")[0]
    'poisson'
    """
    whole = [run for run in runs_in(folder) if run.suffix != PARTIAL]
    if not whole:
        raise InputError(f"There is no finished run in {folder}; isocortex list shows what can be run.")
    return whole[-1]
