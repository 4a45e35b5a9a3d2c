"""Tables in the terminal: as wide as the terminal at most, with the numbers of a column alike."""

from collections.abc import Mapping, Sequence
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..formats import column, numeric, visible

NARROWEST = 8
"""Characters that a column has at least; a table with more columns than then fit is printed in parts."""


def print_table(
    console: Console,
    columns: Mapping[str, Sequence[object]],
    *,
    title: str = "",
    caption: str = "",
    whole_first: bool = False,
) -> None:
    """Print a table; one that is too wide in parts below each other, each with the first column.

    Parameters
    ----------
    console : Console
    columns : mapping of str to sequence
        Name of a column → its cells.
    title, caption : str
    whole_first : bool
        Whether the cells of the first column stay on one line. Default False.
    """
    cells = {visible(name): [visible(cell) for cell in column(values)] for name, values in columns.items()}
    right = {visible(name): numeric(values) for name, values in columns.items()}
    first, *others = cells
    fits = max(1, console.width // (NARROWEST + 2) - 1)
    parts = [others[i : i + fits] for i in range(0, len(others), fits)] or [[]]
    for i, part in enumerate(parts):
        table = Table(
            title=Text(visible(title)) if title and i == 0 else None,
            caption=Text(visible(caption)) if caption and i == len(parts) - 1 else None,
            title_justify="left",
            caption_justify="left",
            box=SIMPLE_HEAD,
            padding=(0, 1),
            pad_edge=False,
        )
        for name in (first, *part):
            side: Literal["left", "right"] = "right" if right[name] else "left"
            table.add_column(Text(name), overflow="fold", justify=side, no_wrap=whole_first and name == first)
        for row in zip(*(cells[name] for name in (first, *part)), strict=True):
            table.add_row(*map(Text, row))
        console.print(table)
