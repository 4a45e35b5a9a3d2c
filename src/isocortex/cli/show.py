"""``isocortex show``: the answer of a run, in the terminal."""

from os import PathLike

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ..formats import visible
from ..runs import read_run
from .console import PipedConsole


def show(folder: str | PathLike[str]) -> None:
    """Print the question, the answer, its table, and the path of the report."""
    run = read_run(folder)
    console = PipedConsole(highlight=False)
    console.print(Text(visible(run.page["question"]), style="bold"))
    if run.page["mark"]:
        console.print(Text(visible(run.page["mark"]), style="yellow"))
    for finding in run.page["findings"]:
        if finding["kind"] == "table" and finding["shown"]:
            cells = run.table(finding["name"]).fillna("")
            table = Table(
                title=Text(visible(finding["title"])),
                caption=Text(visible(finding["caption"])),
                title_justify="left",
                caption_justify="left",
                box=SIMPLE_HEAD,
                padding=(0, 1),
                pad_edge=False,
            )
            for column in cells.columns:
                table.add_column(Text(visible(column)), overflow="fold")
            for row in cells.astype(str).to_numpy():
                table.add_row(*(Text(visible(cell)) for cell in row))
            console.print(table)
    console.print(Text(visible(run.page["answer"])))
    console.print(Text(visible(f"Report: {run.path / 'report.html'}"), style="bold"), soft_wrap=True)
