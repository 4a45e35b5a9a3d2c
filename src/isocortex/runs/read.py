"""Read a run folder back."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import InputError, require
from .files import read_json


@dataclass(frozen=True, eq=False)
class RunRecord:
    """What a run folder says.

    Attributes
    ----------
    path : Path
    experiment : str
    options : dict
        Every option the run was made with.
    summary : dict of str to float
    environment, timing : dict
    page : dict
        Question, answer, notes, methods, references, and the list of findings with titles and captions.
    """

    path: Path
    experiment: str
    options: dict[str, Any]
    summary: dict[str, float]
    environment: dict[str, Any]
    timing: dict[str, dict[str, float]]
    page: dict[str, Any]

    def table(self, name: str) -> pd.DataFrame:
        """Return one of the run's tables."""
        return pd.read_csv(self.path / "tables" / f"{name}.csv", keep_default_na=False, na_values=[""])


def read_run(folder: str | PathLike[str]) -> RunRecord:
    """Read a run folder.

    Raises
    ------
    InputError
        If it is missing, was interrupted before it had results, or is not a run folder.
    """
    folder = Path(folder)
    require(folder.is_dir(), f"There is no run folder {folder}.")
    try:
        config = read_json(folder / "config.json")
        require(
            (folder / "summary.json").exists(),
            f"{folder} was interrupted: isocortex run {config['experiment']} --resume {folder}",
        )
        parts = {name: read_json(folder / f"{name}.json") for name in ("summary", "environment", "timing", "findings")}
        return RunRecord(
            folder,
            config["experiment"],
            config["options"],
            parts["summary"],
            parts["environment"],
            parts["timing"],
            parts["findings"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder} is not a whole run folder: {error}.") from error
