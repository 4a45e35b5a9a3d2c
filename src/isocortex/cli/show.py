"""``isocortex show``: the answer of a run, or what its numbers are, in the terminal."""

from os import PathLike

from rich.text import Text

from ..errors import InputError
from ..formats import significant, visible
from ..runs import RunRecord, latest_run, read_run
from .console import PipedConsole
from .tables import print_table

KEYS = "--keys"


def show_command(words: list[str]) -> None:
    """Run ``show [RUN] [--keys]``; without a name, of the latest run in ``runs``."""
    names = [word for word in words if word != KEYS]
    if len(names) > 1 or any(name.startswith("-") for name in names):
        raise InputError("isocortex show takes one run folder and --keys: isocortex show runs/NAME-TIME-HASH --keys.")
    folder = names[0] if names else latest_run()
    if KEYS in words:
        show_keys(folder)
    else:
        show(folder)


def show(folder: str | PathLike[str]) -> None:
    """Print the question, the answer, its table, and the path of the report."""
    run = read_run(folder)
    console = PipedConsole(highlight=False)
    console.print(Text(visible(run.page["question"]), style="bold"))
    if run.page["mark"]:
        console.print(Text(visible(run.page["mark"]), style="yellow"))
    console.print(Text(visible(run.page["answer"])))
    for finding in run.page["findings"]:
        if finding["kind"] == "table" and finding["shown"]:
            cells = run.table(finding["name"], text=finding.get("text", ()))
            columns = {str(name): [_blank(cell) for cell in cells[name].tolist()] for name in cells}
            print_table(console, columns, title=finding["title"], caption=finding["caption"])
    console.print(Text(visible(f"Report: {run.path / 'report.html'}"), style="bold"), soft_wrap=True)


def show_keys(folder: str | PathLike[str]) -> None:
    """Print what every number of ``summary.json`` is: its value, its unit and its meaning."""
    run = read_run(folder)
    console = PipedConsole(highlight=False)
    console.print(Text(visible(f"The numbers in {run.path / 'summary.json'}"), style="bold"), soft_wrap=True)
    for key, value in run.summary.items():
        console.print(Text(visible(f"{key} = {significant(value, 6)} {_unit(run, key)}".rstrip())), soft_wrap=True)
        console.print(Text(visible(f"    {_meaning(run, key)}.")))


def _unit(run: RunRecord, key: str) -> str:
    return run.page["quantities"][key]["unit"] if key in run.page["quantities"] else ""


def _meaning(run: RunRecord, key: str) -> str:
    return run.page["quantities"][key]["meaning"] if key in run.page["quantities"] else "Its meaning was not recorded"


def _blank(cell: object) -> object:
    """Return a cell, or nothing for one that is missing."""
    return "" if cell != cell else cell
