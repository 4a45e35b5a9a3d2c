"""One run: what it asked and found, and what its responses show when they are turned and compared."""

from pathlib import Path

import panel as pn
from matplotlib.figure import Figure

from ...errors import require
from ...experiments.finished import load_run
from ...runs import PARTIAL, runs_in
from ..parts.part import Tabbed
from ..parts.parts import parts_of
from ..view import Context, Lines, View
from .overview import Overview
from .sources import source_of

MOST_LISTED = 200
"""Latest runs of the folders that can be chosen here; the table of all runs opens the others."""


class OneRun(View):
    """A run of the folders.

    Raises
    ------
    InputError
        If the address asks for a run that is not in the folders, or there is none.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        found = [run for folder in context.folders for run in runs_in(folder) if run.suffix != PARTIAL]
        found = found[::-1][:MOST_LISTED]
        asked = context.query.get("run")
        if asked is not None:
            path = self._named(asked)
            found = [path, *(run for run in found if run.resolve() != path)]
        require(bool(found), "None of the folders given has a finished run: isocortex run poisson makes one.")
        self.run = pn.widgets.Select(
            label="Run", options={run.name: run for run in found}, sizing_mode="stretch_width", max_width=460
        )
        self._place = pn.Column(sizing_mode="stretch_width")
        self.parts: Tabbed | None = None
        self.on(self.run, self._open)
        with self.errors_shown():
            self._open()

    def _named(self, name: str) -> Path:
        folders = [folder for folder in self.context.folders if (folder / name / "config.json").is_file()]
        return self.context.path((folders[0] if folders else Path()) / name)

    def _open(self) -> None:
        self.parts, self._place[:] = None, []
        run = load_run(self.context.path(self.run.value))
        self.parts = Tabbed(
            self,
            {
                "Answer and numbers": lambda: Overview(self, run),
                **parts_of(self, source_of(run, self.context), run.options),
            },
        )
        self._place[:] = [self.parts.body()]

    @property
    def _opened(self) -> Tabbed:
        require(self.parts is not None, "This run could not be opened; the page says why.")
        assert self.parts is not None
        return self.parts

    def body(self) -> pn.viewable.Viewable:
        return pn.Column(self.run, self._place, sizing_mode="stretch_width")

    def lines(self) -> Lines:
        return self._opened.lines()

    def figure(self) -> Figure:
        return self._opened.figure()
