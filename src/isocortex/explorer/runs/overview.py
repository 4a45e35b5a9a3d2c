"""What a run asked and found: the answer, its numbers with their intervals, and its options."""

import shlex
from html import escape

import pandas as pd
import panel as pn
from matplotlib.figure import Figure

from ... import plots
from ...errors import require
from ...experiments.finished import FinishedRun
from ...formats import significant, visible
from ..parts.part import Part
from ..view import Lines, View
from .intervals import DIGITS, estimates, rows
from .look import TABLE

MOST_DRAWN = 40


class Overview(Part):
    """The first part of the page of a run.

    Parameters
    ----------
    owner : View
    run : FinishedRun
    """

    def __init__(self, owner: View, run: FinishedRun) -> None:
        super().__init__(owner)
        self._run, self._rows = run, rows(run.numbers)
        self.find = pn.widgets.TextInput(label="Show only numbers with", placeholder="rsa.pool", width=260)
        self.table = pn.widgets.Tabulator(
            self._cells(), pagination="local", page_size=15, disabled=True, show_index=False, layout="fit_data_stretch",
            sizing_mode="stretch_width", selectable=False, stylesheets=[TABLE],
            text_align=dict.fromkeys(("value", "low", "high"), "right"),
            formatters={"meaning": {"type": "textarea"}}, widths={"meaning": 480},
        )  # fmt: skip
        self.on(self.find, self._show)

    @property
    def names(self) -> list[str]:
        """The numbers that are shown, by short name."""
        return [name for name in self._rows.index if self.find.value.strip() in name]

    def _show(self) -> None:
        require(bool(self.names), f"This run has no number with {self.find.value.strip()!r} in its name.")
        self.table.value = self._cells()

    def _cells(self) -> pd.DataFrame:
        keys, known = estimates(list(self._run.numbers)), self._run.record.page["quantities"]
        written = [
            {"number": name}
            | {column: significant(self._rows.at[name, column], DIGITS) for column in ("value", "low", "high")}
            | {what: visible(known.get(keys[name][0], {}).get(what, "")) for what in ("unit", "meaning")}
            for name in self.names
        ]
        return pd.DataFrame(written)

    def body(self) -> pn.viewable.Viewable:
        page, options = self._run.record.page, self._run.options
        said = "".join(f"<p>{escape(visible(words))}</p>" for words in (page["answer"], *page["notes"]))
        listed = "".join(
            f"<tr><th scope=row>{escape(name)}</th><td>{escape(visible(value))}</td>"
            f"<td>{escape(visible(page['meanings'].get(name, '')))}</td></tr>"
            for name, value in options.items()
        )
        mark = f'<p class="soft">Every figure is marked: {escape(page["mark"])}.</p>' if page["mark"] else ""
        return pn.Column(
            pn.pane.HTML(f"<h2>{escape(page['question'])}</h2>{said}{mark}", sizing_mode="stretch_width"),
            self.find, self.table,
            pn.pane.HTML(
                f"<details><summary>Options of this run</summary><table>{listed}</table></details>"
                f'<p class="soft">The whole report: {escape(str(self._run.folder / "report.html"))}</p>',
                sizing_mode="stretch_width", styles={"overflow-x": "auto"},
            ),
            sizing_mode="stretch_width",
        )  # fmt: skip

    def lines(self) -> Lines:
        folder, find = str(self._run.folder), self.find.value.strip()
        chosen = f"\nprint(keys[keys.index.str.contains({find!r}, regex=False)])" if find else "\nprint(keys)"
        return Lines(
            f"import isocortex as ic\n\nkeys = ic.load_run({folder!r}).keys{chosen}",
            shlex.join(["isocortex", "show", folder, "--keys"]),
        )

    def figure(self) -> Figure:
        rows = self._rows.loc[self.names]
        drawn = rows.dropna() if len(rows.dropna()) else rows
        some = f" (the first {MOST_DRAWN} of {len(drawn)})" if len(drawn) > MOST_DRAWN else ""
        return plots.interval_dots(drawn.iloc[:MOST_DRAWN], label=f"estimate and 95 % interval{some}")
