"""Make ``report.html`` out of a run folder: everything inlined, nothing fetched, every label escaped."""

import base64
import re
from os import PathLike
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..citation import citation
from ..errors import InputError
from ..runs import RunRecord, read_run
from ..runs.files import write_whole

LARGEST_INLINED = 100_000
"""Tables of more bytes are not copied into the page; it points to them in the run folder."""
DOI = re.compile(r"doi:(\S+)")


def write_report(folder: str | PathLike[str]) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    Raises
    ------
    InputError
        If the folder is not a run with results.
    """
    run = read_run(folder)
    environment = Environment(
        loader=PackageLoader("isocortex.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["option"] = _option
    page = environment.get_template("page.html.jinja").render(
        run=run,
        page=run.page,
        findings=[_finding(run, finding) for finding in run.page["findings"]],
        references=[_reference(name) for name in ("isocortex", *run.page["references"])],
        seconds=sum(stage["seconds"] for stage in run.timing.values()),
        compiling=sum(stage["of_which_compiling"] for stage in run.timing.values()),
    )
    path = run.path / "report.html"
    write_whole(path, page.encode())
    return path


def _finding(run: RunRecord, finding: dict[str, Any]) -> dict[str, Any]:
    """Add to a finding what it looks like, inlined."""
    name = finding["name"]
    if finding["kind"] == "figure":
        return finding | {"svg": _inlined(run.path / "figures" / f"{name}.svg")}
    cells = run.table(name).map(_number) if finding["shown"] else None
    rows = {} if cells is None else {"columns": list(cells.columns), "rows": cells.to_numpy().tolist()}
    file = run.path / "tables" / f"{name}.csv"
    small = file.stat().st_size <= LARGEST_INLINED
    address = f"data:text/csv;base64,{_inlined(file)}" if small else f"tables/{name}.csv"
    return finding | {"address": address, "inlined": small} | rows


def _inlined(path: Path) -> str:
    try:
        return base64.b64encode(path.read_bytes()).decode()
    except OSError as error:
        raise InputError(f"{path}, which findings.json names, cannot be read: {error.strerror}.") from error


def _number(cell: Any) -> str:
    if isinstance(cell, float):
        return "–" if cell != cell else f"{cell:.3f}"
    return str(cell)


def _option(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(map(_option, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _reference(name: str) -> dict[str, str]:
    """Split a reference into its text and the address of its DOI."""
    text = citation(name)
    found = DOI.search(text)
    return {"text": text, "doi": found.group(1).rstrip(".") if found else ""}
