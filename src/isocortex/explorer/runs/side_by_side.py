"""Several runs side by side: their options and numbers, and in what they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ...runs.read import RunRecord
from .intervals import rows, written

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
    """

    options: pd.DataFrame
    numbers: pd.DataFrame
    values: dict[str, pd.DataFrame]

    def of_number(self, name: str) -> pd.DataFrame:
        """Return one number of all runs that have it: columns ``value``, ``low``, ``high``, by run."""
        found = {run: table.loc[name] for run, table in self.values.items() if name in table.index}
        return pd.DataFrame.from_dict(found, orient="index", columns=["value", "low", "high"])


def side_by_side(runs: Sequence[RunRecord]) -> SideBySide:
    """Put runs side by side.

    Parameters
    ----------
    runs : sequence of RunRecord
        From :func:`isocortex.runs.read_run`; of any experiments.
    """
    values = {run.path.name: rows(run.summary) for run in runs}
    options = {run.path.name: {name: _text(value) for name, value in run.options.items()} for run in runs}
    numbers = {name: {key: written(row) for key, row in table.iterrows()} for name, table in values.items()}
    return SideBySide(_table(options), _table(numbers), values)


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _table(columns: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Return a row per key and a column per run, with the rows that differ marked; in the order of the keys."""
    keys = list(dict.fromkeys(key for column in columns.values() for key in column))
    table = pd.DataFrame({run: [column.get(key, "–") for key in keys] for run, column in columns.items()}, index=keys)
    differs = [DIFFERS if len(set(row)) > 1 else ALIKE for row in table.itertuples(index=False)]
    table.insert(0, "differs", differs)
    return table
