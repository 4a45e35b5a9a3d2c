"""Read a run folder back."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import InputError, require
from .layout import read_part


@dataclass(frozen=True, eq=False)
class RunRecord:
    """What a run folder says.

    Attributes
    ----------
    path : Path
    experiment : str
    options : dict
        Every option the run was made with.
    summary : dict of str to float or int
    environment, timing : dict
    page : dict
        Question, answer, notes, methods, references, and the list of findings with titles and captions.

    Examples
    --------
    After ``isocortex run poisson``:

    >>> from isocortex.runs import latest_run
    >>> run = read_run(latest_run("runs"))
    >>> run.experiment, run.options["rate"], list(run.timing)
    ('poisson', 40.0, ['figures', 'trains'])
    """

    path: Path
    experiment: str
    options: dict[str, Any]
    summary: dict[str, float | int]
    environment: dict[str, Any]
    timing: dict[str, dict[str, float]]
    page: dict[str, Any]

    def table(self, name: str, *, text: Sequence[str] = ()) -> pd.DataFrame:
        """Return one of the run's tables; the columns that `text` names as they were written, digit by digit."""
        path = self.path / "tables" / f"{name}.csv"
        try:
            return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=dict.fromkeys(text, str))
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be read as CSV ({error}).") from error


def read_run(folder: str | PathLike[str]) -> RunRecord:
    """Read a run folder.

    Raises
    ------
    InputError
        If it is missing, was interrupted before it had results, or is not a run folder.

    Examples
    --------
    After ``isocortex run poisson``:

    >>> from isocortex.runs import latest_run
    >>> run = read_run(latest_run("runs"))
    >>> run.page["question"]
    'How irregular are spikes that come at random, and what do a dead time and a changing rate do?'
    >>> round(run.summary["refractory.cv.theory"], 2)
    0.83
    """
    folder = Path(folder)
    try:
        require(folder.is_dir(), f"There is no run folder {folder}.")
        require((folder / "config.json").exists(), f"{folder} is not a complete run folder: it has no config.json.")
        interrupted = not (folder / "summary.json").exists()
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.") from error
    config = read_part(folder, "config")
    require(not interrupted, f"{folder} was interrupted: isocortex run {config['experiment']} --resume {folder}")
    summary, environment, timing, page = (
        read_part(folder, n) for n in ("summary", "environment", "timing", "findings")
    )
    return RunRecord(folder, config["experiment"], config["options"], summary, environment, timing, page)
