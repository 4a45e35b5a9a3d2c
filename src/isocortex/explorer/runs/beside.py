"""Several runs side by side on the page, and one number of all of them with its intervals."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import panel as pn
from bokeh.models import ColumnDataSource, FactorRange, Whisker

from ..canvas import frame, span
from ..parts.square import placed
from ..view import View
from .side_by_side import DIFFERS, SideBySide, side_by_side

NAME = re.compile(r".+-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(.+)")
SCROLLED = """
.scrolled { overflow: auto; max-height: 26rem; border-bottom: 1px solid var(--line); }
thead th { position: sticky; top: 0; background: var(--ground); }
tbody th { max-width: min(22rem, 45vw); overflow-wrap: anywhere; }
.differs td:first-of-type { color: var(--mark); font-weight: 600; }
"""
BEFORE = '<p class="soft">Tick runs to see their options and numbers side by side.</p>'
INK = "#0072B2"


class Beside:
    """The part of the page below the table of runs.

    Parameters
    ----------
    owner : View
        The view on whose page it stands.
    """

    def __init__(self, owner: View) -> None:
        self.number = pn.widgets.Select(label="Number", width=330)
        self.only = pn.widgets.Checkbox(label="Only what differs", value=True)
        self._words = pn.pane.HTML(BEFORE, sizing_mode="stretch_width")
        self._options, self._numbers = (
            pn.pane.HTML("", sizing_mode="stretch_width", stylesheets=[SCROLLED]) for _ in range(2)
        )
        self._dots = ColumnDataSource({"run": [], "value": [], "low": [], "high": []})
        self._found = side_by_side([])
        tips = [("run", "@run"), ("estimate", "@value{0.0000}"), ("interval", "@low{0.0000} to @high{0.0000}")]
        self._figure: Any = frame(
            "", "", x_range=span(0.0, 1.0), y_range=FactorRange(), height=180, max_width=860, tooltips=tips
        )
        self._figure.add_layout(
            Whisker(base="run", lower="low", upper="high", source=self._dots, dimension="width", line_color=INK)
        )
        self._figure.scatter("value", "run", source=self._dots, size=9, color=INK)
        self._shown = pn.Column(
            self.only, self._options, self.number, placed(self._figure),
            self._numbers, sizing_mode="stretch_width", visible=False,
        )  # fmt: skip
        owner.on(self.only, self._write)
        owner.on(self.number, self._draw)

    @property
    def values(self) -> pd.DataFrame:
        """The chosen number of every run: columns ``value``, ``low``, ``high``, by run."""
        return self._found.of_number(self.number.value)

    def show(self, found: SideBySide) -> None:
        """Show other runs."""
        self._found = found
        self._shown.visible = len(found.values) > 0
        if not found.values:
            self._words.object = BEFORE
            return
        self._words.object = "<h2>Side by side</h2>"
        names = list(found.numbers.index)
        best = next((name for name in names if len(found.keys[name]) > 1), names[0] if names else None)
        kept = self.number.value if self.number.value in names else best
        self.number.param.update(options=names, value=kept)
        self._write()
        self._draw()

    def _write(self) -> None:
        for pane, title, table in (
            (self._options, "Options", self._found.options),
            (self._numbers, "Numbers, with 95 % intervals", self._found.numbers),
        ):
            several = len(self._found.values) > 1
            shown = table[table["differs"] == DIFFERS] if self.only.value and several else table
            pane.object = _html(title, pd.DataFrame(shown))

    def _draw(self) -> None:
        values = self.values
        names = [short_name(name) for name in values.index]
        self._figure.y_range.factors = names[::-1]
        self._figure.height = 70 + 34 * len(names)
        self._figure.xaxis.axis_label = self.number.value
        ends = values.to_numpy()
        low, high = np.nanmin(ends), np.nanmax(ends)
        margin = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
        self._figure.x_range.update(start=low - margin, end=high + margin)
        self._dots.data = {"run": names, **{name: values[name].to_list() for name in ("value", "low", "high")}}

    def body(self) -> pn.viewable.Viewable:
        return pn.Column(self._words, self._shown, sizing_mode="stretch_width")

    def python(self) -> Sequence[str]:
        """Return the lines that print the chosen runs of ``table`` side by side, and one number with its interval."""
        if not self._found.values:
            return []
        keys = self._found.keys[self.number.value]
        return [
            f'chosen = table.set_index("run").loc[{list(self._found.values)!r}].T',
            f"print(chosen{'[chosen.nunique(axis=1) > 1]' if self.only.value else ''}.to_string())",
            f"print(chosen.loc[{list(keys)!r}])",
        ]


def _html(title: str, table: pd.DataFrame) -> str:
    """Return a table whose rows that differ are marked, as HTML with every text escaped."""
    if not len(table):
        return f'<h3>{title}</h3><p class="soft">They do not differ.</p>'
    head = "".join(
        f'<th><a href="/run?run={quote(name, safe="")}">{escape(short_name(name))}</a></th>'
        for name in table.columns[1:]
    )
    rows = "".join(
        f"<tr{' class=differs' if row[1] == DIFFERS else ''}><th scope=row>{escape(str(row[0]))}</th><td>{row[1]}</td>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[2:])
        + "</tr>"
        for row in table.itertuples()
    )
    table_of = f"<table><thead><tr><th></th><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<h3>{title}</h3><div class="scrolled" tabindex="0">{table_of}</div>'


def short_name(run: str) -> str:
    """Return when a run was started (UTC) and the letters in which its name ends, which are enough beside others.

    Examples
    --------
    >>> short_name("poisson-20261129T164247Z-f7953e65")
    '2026-11-29 16:42:47 f7953e65'
    """
    match = NAME.fullmatch(run)
    if match is None:
        return run
    year, month, day, hour, minute, second, letters = match.groups()
    return f"{year}-{month}-{day} {hour}:{minute}:{second} {letters}"
