"""Conditions that a user writes to choose runs: ``tau >= 50 and architecture is GRU``."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import pandas as pd

from ...errors import InputError, look_up, require

COMPARED: dict[str, Callable[[Any, Any], Any]] = {"<=": le, ">=": ge, "<": lt, ">": gt, "!=": ne, "==": eq, "=": eq}
CONTAINS = "contains"
CONDITION = re.compile(rf"\s*(?P<column>\S+?)\s*(?P<how><=|>=|!=|==|=|<|>|\s{CONTAINS}\s)\s*(?P<value>.*\S)\s*")
HOW_TO = "Write a name, one of < <= > >= = != contains, and a value, as in: tau >= 50 and architecture = GRU"


@dataclass(frozen=True)
class Condition:
    """What a run must fulfil.

    Attributes
    ----------
    column : str
        An option or a number.
    how : str
        A key of :data:`COMPARED`, or "contains", for text.
    value : float or str
    """

    column: str
    how: str
    value: float | str

    def holds(self, table: pd.DataFrame) -> Any:
        """Return for every run whether it fulfils the condition; a run without the option or number does not."""
        column: Any = table[self.column]
        if self.how == CONTAINS:
            return column.astype(str).str.contains(str(self.value), regex=False)
        known = column if isinstance(self.value, float) else column.astype(str)
        return COMPARED[self.how](known, self.value) & column.notna()

    def python(self) -> str:
        """Return the expression of pandas that selects these runs of ``table``."""
        column = f'table["{self.column}"]'
        if self.how == CONTAINS:
            return f"table[{column}.astype(str).str.contains({self.value!r}, regex=False)]"
        known = column if isinstance(self.value, float) else f"{column}.astype(str)"
        how = "==" if self.how == "=" else self.how
        return f"table[({known} {how} {self.value!r}) & {column}.notna()]"


def parsed(words: str, table: pd.DataFrame) -> list[Condition]:
    """Return the conditions that a text names, with ``and`` between them; none for an empty one.

    Parameters
    ----------
    words : str
    table : DataFrame
        The runs, whose columns are the names that can be used.

    Raises
    ------
    InputError
        For a part that is no condition, a name that no run has, or a word where numbers are compared.

    Examples
    --------
    >>> runs = pd.DataFrame({"tau": [50.0, 100.0], "kind": ["GRU", "CTRNN"]})
    >>> [runs[condition.holds(runs)].index.tolist() for condition in parsed("tau > 60 and kind contains RNN", runs)]
    [[1], [1]]
    """
    found = []
    for part in re.split(r"\band\b", words) if words.strip() else []:
        match = CONDITION.fullmatch(part)
        require(match is not None, f"{part.strip()!r} is no condition. {HOW_TO}")
        assert match is not None
        name, how, text = match["column"], match["how"].strip(), match["value"].strip("\"'")
        column: Any = look_up("option or number of these runs", name, {str(each): table[each] for each in table})
        value: float | str = text
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column) and how != CONTAINS:
            try:
                value = float(text.replace("−", "-"))
            except ValueError as error:
                raise InputError(f"{name} is a number, and {text!r} is none. {HOW_TO}") from error
        else:
            require(how in (CONTAINS, "=", "==", "!="), f"{name} is no number: it can be =, != or contain a text.")
        found.append(Condition(name, how, value))
    return found
