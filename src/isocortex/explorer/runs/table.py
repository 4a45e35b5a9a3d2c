"""All runs of a folder as a table: filter and sort them, and choose some to see them side by side."""

import shlex
from pathlib import Path

import pandas as pd
import panel as pn
from bokeh.models.widgets.tables import HTMLTemplateFormatter
from matplotlib.figure import Figure

from ... import plots
from ...errors import require
from ...formats import counted
from ...runs import Catalogue
from ...runs.layout import read_part
from ..view import Context, Lines, View
from .beside import Beside
from .conditions import HOW_TO, parsed
from .look import TABLE
from .side_by_side import MOST, side_by_side

PAGE = 20
"""Rows of the table that are sent to the browser at once."""
FIRST_NUMBERS = 3
"""Numbers that the table shows at first."""
FIRST_OPTIONS = 6
NUMBER = HTMLTemplateFormatter(
    template='<%= value == null || Number.isNaN(value) ? "–" : String(+value.toPrecision(4)).replace(/-/g, "−") %>'
)


class RunsTable(View):
    """The runs of a folder.

    Raises
    ------
    InputError
        If no folder was given that has whole runs.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        folders = {str(folder): folder for folder in context.folders if Catalogue(folder).experiments}
        require(bool(folders), "None of the folders given has a finished run: isocortex run poisson makes one.")
        self.folder = pn.widgets.Select(label="Folder", options=folders, width=260, visible=len(folders) > 1)
        self.experiment = pn.widgets.Select(label="Experiment", width=220)
        self.filter = pn.widgets.TextInput(
            label="Show only runs with", placeholder="tau >= 50 and architecture = GRU", description=HOW_TO, width=330
        )
        self.columns = pn.widgets.MultiChoice(label="Columns", sizing_mode="stretch_width", solid=False)
        self.again = pn.widgets.Button(label="Read the folder again", variant="outline", width=170)
        self.table = pn.widgets.Tabulator(
            pd.DataFrame({"run": []}), pagination="remote", page_size=PAGE, selectable="checkbox", disabled=True,
            show_index=False, layout="fit_data_table", stylesheets=[TABLE], sizing_mode="stretch_width", min_height=120,
        )  # fmt: skip
        self.count = pn.pane.HTML("", sizing_mode="stretch_width")
        self.beside = Beside(self)
        self.on(self.folder, self._folder_chosen)
        self.on(self.experiment, self._read)
        self.on(self.again, self._folder_chosen, "clicks")
        self.on(self.filter, self._show)
        self.on(self.columns, self._show)
        self.on(self.table, self._compare, "selection")
        self._folder_chosen()

    def _folder_chosen(self) -> None:
        names = Catalogue(self.folder.value).experiments
        asked = self.experiment.value or self.context.query.get("of")
        chosen = asked if asked in names else names[0]
        with self.quietly():
            self.experiment.param.update(options=names, value=chosen)
        self._read()

    def _read(self) -> None:
        """Read the runs of the experiment, and choose columns: options that differ, and the first numbers."""
        self.runs = Catalogue(self.folder.value).table(self.experiment.value)
        require(len(self.runs) > 0, f"Every run of {self.experiment.value} in {self.folder.value} is damaged.")
        newest = Path(self.folder.value) / str(self.runs["run"].iloc[-1])
        found = read_part(newest, "summary")
        names = [str(column) for column in self.runs if column != "run"]
        self.numbers = [name for name in names if name in found or "." in name]
        known = [name for name in names if name not in self.numbers]
        differ = [name for name in known if len(set(self.runs[name].astype(str))) > 1][:FIRST_OPTIONS]
        with self.quietly():
            self.columns.param.update(options=[*known, *self.numbers], value=[*differ, *self.numbers[:FIRST_NUMBERS]])
        self._show()

    @property
    def shown(self) -> pd.DataFrame:
        """The runs that fulfil the conditions."""
        table = self.runs
        for condition in parsed(self.filter.value, self.runs):
            table = pd.DataFrame(table[condition.holds(table)])
        return table

    def _show(self) -> None:
        shown = self.shown.reset_index(drop=True)
        cells = shown[["run", *self.columns.value]]
        numeric = [name for name in self.columns.value if pd.api.types.is_numeric_dtype(cells[name])]
        with self.quietly():
            self.table.param.update(
                value=cells,
                selection=[],
                formatters={name: NUMBER for name in numeric if not pd.api.types.is_bool_dtype(cells[name])},
                text_align=dict.fromkeys(numeric, "right"),
            )
        self.count.object = (
            f'<p class="soft">{counted(len(shown), "run")} of {len(self.runs)}. Tick runs to see them side by side.</p>'
        )
        self._compare()

    @property
    def chosen(self) -> list[str]:
        """The names of the runs that are ticked."""
        return [str(self.table.value["run"].iloc[place]) for place in self.table.selection]

    def _compare(self) -> None:
        require(len(self.chosen) <= MOST, f"At most {MOST} runs fit side by side; {len(self.chosen)} are ticked.")
        paths = [self.context.path(Path(self.folder.value) / name) for name in self.chosen]
        self.beside.show(side_by_side(paths))

    def body(self) -> pn.viewable.Viewable:
        choices = pn.FlexBox(self.folder, self.experiment, self.filter, sizing_mode="stretch_width", gap=".6rem")
        return pn.Column(
            choices, self.columns, self.count, self.table, self.again, self.beside.body(), sizing_mode="stretch_width"
        )

    def lines(self) -> Lines:
        folder, name = str(self.folder.value), self.experiment.value
        sorters = [sorter for sorter in self.table.sorters if sorter["field"] in ("run", *self.columns.value)]
        code = [
            "import isocortex as ic",
            "",
            f"table = ic.Catalogue({folder!r}).table({name!r})",
            *(f"table = {condition.python()}" for condition in parsed(self.filter.value, self.runs)),
            *(f"table = table.sort_values({s['field']!r}, ascending={s['dir'] == 'asc'})" for s in sorters),
            f"print(table[{['run', *self.columns.value]!r}].to_string())",
        ]
        numbers = [name for name in self.columns.value if name in self.numbers]
        words = ["isocortex", "runs", folder, "--of", name, *(["--numbers", *numbers] if numbers else [])]
        return Lines("\n".join([*code, *self.beside.python()]), shlex.join(words))

    def figure(self) -> Figure:
        require(bool(self.chosen), "Tick at least one run: the picture shows the chosen number of every ticked run.")
        return plots.interval_dots(self.beside.values, label=self.beside.number.value)
