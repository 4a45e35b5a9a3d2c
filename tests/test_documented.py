"""The measured numbers in docs/ are found again.

Two kinds of table hold measured numbers. One stands below a command, and its first column names keys of the
``summary.json`` that the command writes: a slow test here runs the command and compares every row, within the tolerance
of the row. The others name a slow test in the paragraph above them, which compares with them itself (the fixture
``documented``).
"""

import json
import os
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from isocortex.cli import main

ROOT = Path(__file__).parents[1]
PAGES = {path.name: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}
TABLE = re.compile(r"(?m)^\|(.*)\|\n\|[-| :]+\|\n((?:\|.*\|\n)+)")
KEYS = "in `summary.json`"
MEASURED = re.compile(r"\d\.\d|\d %")
DATA = Path(os.environ.get("ISOCORTEX_DATA", ROOT.parent / "shared" / "data"))


class Table(NamedTuple):
    page: str
    above: str
    """The paragraph above."""
    header: list[str]
    rows: list[list[str]]


def cells(line):
    return [cell.strip() for cell in line.strip("|\n").split("|")]


def tables():
    """Return the tables that hold measured numbers: decimals or percentages outside of the first column."""
    found = []
    for page, text in PAGES.items():
        for match in TABLE.finditer(text):
            table = Table(
                page,
                text[: match.start()].rstrip().rsplit("\n\n", 1)[-1],
                cells(match[1]),
                [cells(line) for line in match[2].splitlines()],
            )
            if any(
                re.fullmatch(r"[−+]?\d[\d.]*( %)?", cell) and MEASURED.search(cell)
                for row in table.rows
                for cell in row[1:]
            ):
                found.append(table)
    return found


RUNS = [table for table in tables() if table.header[0] == KEYS]


def test_every_table_of_measured_numbers_names_what_finds_them_again():
    assert len(RUNS) >= 1
    for page, above, header, rows in tables():
        if header[0] == KEYS:
            assert above.startswith("    isocortex run "), f"{page}: the table on {rows[0][0]} stands below no command"
            assert all(float(tolerance.removeprefix("± ")) > 0 for *_, tolerance in rows)
            continue
        (named,) = re.findall(r"`(?:pytest [^`]*)?(tests/\S+\.py)[^`]*`", above)
        test = (ROOT / named).read_text()
        assert "@pytest.mark.slow" in test
        assert "documented(" in test, f"{named} does not compare with {page}"
        assert page in test


@pytest.mark.slow
@pytest.mark.parametrize("table", RUNS, ids=lambda table: table.page)
def test_a_run_finds_the_numbers_of_the_page(table, tmp_path, capsys):
    """Each within the tolerance that stands beside it."""
    command = [str(DATA / word) if (DATA / word).is_file() else word for word in shlex.split(table.above)[1:]]
    if missing := [word for word in command if word.endswith(".csv") and not Path(word).is_file()]:
        pytest.skip(f"{', '.join(missing)} is not in {DATA}; set ISOCORTEX_DATA")
    main([*command, "--out", str(tmp_path)])
    (folder,) = tmp_path.iterdir()
    found = json.loads((folder / "summary.json").read_text())
    wrong = {
        key: (found.get(key.strip("`")), value)
        for key, _, value, tolerance in table.rows
        if found.get(key.strip("`")) != pytest.approx(float(value), abs=float(tolerance.removeprefix("± ")))
    }
    assert not wrong
