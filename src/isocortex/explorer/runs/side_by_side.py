"""Several runs side by side: their options and numbers, and in what they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...runs.layout import read_part
from .intervals import estimates, rows, written

MOST = 12
"""Runs, at most, whose columns fit beside each other."""
DIFFERS, ALIKE = "≠", ""


@dataclass(frozen=True, eq=False)
class SideBySide:
    """The options and numbers of several runs.

    Attributes
    ----------
    options, numbers : DataFrame
        A row per option or number; the column ``differs`` marks rows whose runs differ, then a column of text per run.
    values : dict of str to DataFrame
        Run → columns ``value``, ``low`` and ``high``, by the name of the number.
    keys : dict of str to tuple of str
        Name of a number → its keys in ``summary.json``: of the estimate and of the ends of its interval.
    """

    options: pd.DataFrame
    numbers: pd.DataFrame
    values: dict[str, pd.DataFrame]
    keys: dict[str, tuple[str, ...]]

    def of_number(self, name: str) -> pd.DataFrame:
        """Return one number of all runs that have it: columns ``value``, ``low``, ``high``, by run."""
        found = {run: table.loc[name] for run, table in self.values.items() if name in table.index}
        return pd.DataFrame.from_dict(found, orient="index", columns=["value", "low", "high"])


def side_by_side(folders: Sequence[Path]) -> SideBySide:
    """Put runs side by side.

    Parameters
    ----------
    folders : sequence of Path
        Whole runs, of any experiments.

    Raises
    ------
    InputError
        If one of them is damaged.
    """
    summaries = {folder.name: read_part(folder, "summary") for folder in folders}
    values = {name: rows(summary) for name, summary in summaries.items()}
    keys = {name: each for summary in summaries.values() for name, each in estimates(list(summary)).items()}
    options = {
        folder.name: {name: _text(value) for name, value in read_part(folder, "config")["options"].items()}
        for folder in folders
    }
    numbers = {name: {str(key): written(row) for key, row in table.iterrows()} for name, table in values.items()}
    return SideBySide(_table(options), _table(numbers), values, keys)


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _table(columns: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Return a row per key and a column per run, with the rows that differ marked; in the order of the keys."""
    keys = list(dict.fromkeys(key for column in columns.values() for key in column))
    table = pd.DataFrame({run: [column.get(key, "–") for key in keys] for run, column in columns.items()}, index=keys)
    differs = [DIFFERS if len(set(row)) > 1 else ALIKE for row in table.itertuples(index=False)]
    table.insert(0, "differs", differs)
    return table
