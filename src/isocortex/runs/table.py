"""All runs of a folder as tables: a row per run, a column per option and per number."""

import importlib.util
import os
import re
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import DiskFullError, InputError, require, unknown
from .files import whole
from .folder import PARTIAL
from .layout import read_part

RUN_NAME = re.compile(r"(?P<experiment>.+)-\d{8}T\d{6}Z-[0-9a-f]{8}(-\d+)?")
INDEX = ".catalogue"
"""Folder in the folder of runs that holds what was read before; made again whenever it is gone."""


class Catalogue:
    """The whole runs of a folder.

    What was read once is kept in Parquet files (with the extra ``sweep``), and only new runs are read. The run folders
    themselves remain the only truth.

    Parameters
    ----------
    folder : path
        Default ``runs``.

    Raises
    ------
    InputError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> import isocortex as ic
    >>> folder = tempfile.mkdtemp()
    >>> found = ic.run("poisson", duration=2000, rate=20.0, out=folder, progress=False)
    >>> table = ic.Catalogue(folder).table("poisson")
    >>> table[["rate", "refractory.rate.theory"]].round(2).to_dict("records")
    [{'rate': 20.0, 'refractory.rate.theory': 18.18}]
    """

    def __init__(self, folder: str | PathLike[str] = "runs") -> None:
        self.folder = Path(folder)
        require(self.folder.is_dir(), f"There is no folder {self.folder} with runs in it.")

    @property
    def experiments(self) -> list[str]:
        """The experiments that have runs here."""
        return sorted(self._names())

    def table(self, experiment: str | None = None) -> pd.DataFrame:
        """Return the runs of an experiment, the latest last.

        Parameters
        ----------
        experiment : str, optional
            May be left out where the folder has runs of one experiment only.

        Returns
        -------
        DataFrame
            ``run``, the name of the folder; then the options and the numbers, by name. An option with several values
            is text, with spaces between them.

        Raises
        ------
        InputError
            If the folder has no run of it, or of several experiments and none is named.
        """
        names = self._names()
        if experiment is None:
            require(
                len(names) == 1,
                f"{self.folder} has runs of {', '.join(sorted(names)) or 'no experiment'}: name one of them.",
            )
            (experiment,) = names
        if experiment not in names:
            raise unknown("experiment with runs here", experiment, sorted(names))
        kept = self._kept(experiment)
        there, before = set(names[experiment]), set(kept["run"])
        new = [row for name in sorted(there - before) if (row := self._row(name)) is not None]
        if new or before - there:
            kept = pd.concat([kept[kept["run"].isin(sorted(there))], pd.DataFrame(new)], ignore_index=True)
            kept = pd.DataFrame(kept).sort_values(by="run")  # their names differ in the time first
            self._keep(experiment, kept)
        return kept.reset_index(drop=True)

    def _names(self) -> dict[str, list[str]]:
        """Return the names of the whole runs of every experiment."""
        found: dict[str, list[str]] = {}
        with os.scandir(self.folder) as entries:
            for entry in entries:
                match = RUN_NAME.fullmatch(entry.name)
                if match and not entry.name.endswith(PARTIAL):
                    found.setdefault(match["experiment"], []).append(entry.name)
        return found

    def _row(self, name: str) -> dict[str, Any] | None:
        """Return a run as a row; None if its folder is damaged."""
        try:
            config, summary = (read_part(self.folder / name, part) for part in ("config", "summary"))
        except InputError:
            return None
        options = {
            option: " ".join(map(str, value)) if isinstance(value, list) else value
            for option, value in config["options"].items()
        }
        return {"run": name, **options, **summary}

    def _kept(self, experiment: str) -> pd.DataFrame:
        path = self.folder / INDEX / f"{experiment}.parquet"
        if path.exists() and _has_parquet():
            with suppress(OSError, ValueError):  # a damaged one is made again
                return pd.read_parquet(path)
        return pd.DataFrame({"run": pd.Series(dtype=str)})

    def _keep(self, experiment: str, table: pd.DataFrame) -> None:
        if not _has_parquet():
            return
        path = self.folder / INDEX / f"{experiment}.parquet"
        with suppress(OSError, DiskFullError):  # a folder that cannot be written is still read
            path.parent.mkdir(exist_ok=True)
            with whole(path, int(table.memory_usage().sum())) as partial:
                table.to_parquet(partial, index=False)


def _has_parquet() -> bool:
    return importlib.util.find_spec("pyarrow") is not None
