"""Make ``report.html`` out of a run folder: everything inlined, nothing fetched, every label escaped."""

import base64
import re
from os import PathLike
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ..citation import citation
from ..errors import InputError
from ..formats import column, number, numeric, significant
from ..runs import RunRecord, read_run
from ..runs.files import write_whole
from .equations import typeset

LARGEST_INLINED = 100_000
"""Tables of more bytes are not copied into the page; it points to them in the run folder."""
LONGEST_TABLE = 12
"""Tables of more rows are folded."""
ADDRESS = re.compile(r" (https://\S*[^\s.])")
WIDTH = re.compile(rb'<svg[^>]*? width="([\d.]+)pt"')
PIXELS = 96 / 72
"""CSS pixels of a point."""
NARROW = 480
"""Pixels of a figure that a telephone shows whole."""


def write_report(folder: str | PathLike[str]) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    Raises
    ------
    InputError
        If the folder is not a run with results.

    Examples
    --------
    After ``isocortex run poisson``, the page can be made again, such as by another version of isocortex:

    >>> from isocortex.runs import latest_run
    >>> write_report(latest_run("runs")).name
    'report.html'
    """
    run = read_run(folder)
    environment = Environment(
        loader=PackageLoader("isocortex.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"option": _option, "typeset": typeset, "number": number, "column": column}
    page = environment.get_template("page.html.jinja").render(
        run=run,
        page=run.page,
        findings=_findings(run),
        numbers=[(key, significant(value, 6), *_said(run, key)) for key, value in run.summary.items()],
        references=[_reference(name) for name in ("isocortex", *run.page["references"])],
        seconds=sum(stage["seconds"] for stage in run.timing.values()),
        compiling=sum(stage["of_which_compiling"] for stage in run.timing.values()),
    )
    path = run.path / "report.html"
    write_whole(path, page.encode())
    return path


def _findings(run: RunRecord) -> list[dict[str, Any]]:
    """Return the findings in order, each with what it looks like; those that the page shows are numbered."""
    found = []
    counts = {"Figure": 0, "Table": 0}
    for finding in run.page["findings"]:
        figure = finding["kind"] == "figure"
        shown = figure or finding["shown"]
        kind = "Figure" if figure else "Table"
        counts[kind] += shown
        heading = f"{kind} {counts[kind]}. {finding['title']}"
        content = _picture(run, finding["name"]) if figure else _table(run, finding)
        found.append(finding | {"shown": shown, "heading": heading} | content)
    return found


def _picture(run: RunRecord, name: str) -> dict[str, Any]:
    """Return a figure as it stands in an address, and its width in pixels."""
    drawn = _bytes(run.path / "figures" / f"{name}.svg")
    found = WIDTH.search(drawn)
    width = round(float(found[1]) * PIXELS) if found else NARROW
    movie = run.path / "figures" / f"{name}.apng"
    moving = base64.b64encode(_bytes(movie)).decode() if movie.is_file() else ""
    return {"svg": base64.b64encode(drawn).decode(), "width": width, "wide": width > NARROW, "movie": moving}


def _table(run: RunRecord, finding: dict[str, Any]) -> dict[str, Any]:
    """Return a table's address, and its cells as text where the page shows it."""
    name = finding["name"]
    file = run.path / "tables" / f"{name}.csv"
    small = file.stat().st_size <= LARGEST_INLINED
    address = f"data:text/csv;base64,{base64.b64encode(_bytes(file)).decode()}" if small else f"tables/{name}.csv"
    if not finding["shown"]:
        return {"address": address, "inlined": small}
    cells = run.table(name, text=finding.get("text", ()))
    columns = [column(cells[name].tolist()) for name in cells]
    return {
        "address": address,
        "inlined": small,
        "columns": [(name, numeric(cells[name].tolist())) for name in cells],
        "rows": list(zip(*columns, strict=True)),
        "folded": len(cells) > LONGEST_TABLE,
    }


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}, which findings.json names, cannot be read: {error.strerror}.") from error


def _option(value: Any) -> Markup:
    """Return the value of an option; a line can break between its entries and between the folders of a path."""
    if value is None or value == []:
        return Markup("none")
    if isinstance(value, bool):
        return Markup("yes" if value else "no")
    if isinstance(value, list):
        return Markup(", ").join(map(_option, value))
    if isinstance(value, str):
        return Markup("/<wbr>").join(map(escape, value.split("/")))
    return escape(significant(value, 10))


def _said(run: RunRecord, key: str) -> tuple[str, str]:
    """Return the unit and the meaning of a number."""
    quantity = run.page["quantities"].get(key, {"unit": "", "meaning": ""})
    return quantity["unit"], quantity["meaning"]


def _reference(name: str) -> Markup:
    """Return a reference with its DOI, or its other addresses, as links."""
    return Markup(ADDRESS.sub(r' <a href="\1">\1</a>', str(typeset(citation(name)))))
