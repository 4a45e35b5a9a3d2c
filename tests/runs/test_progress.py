"""Progress: a line per stage where there is no terminal, once it is done."""

import re

from isocortex.runs.progress import progress_bars


def test_a_stage_is_a_line_when_it_is_done(capsys):
    with progress_bars() as progress:
        progress("training [seed 1]", 0, 10)
        assert capsys.readouterr().err == ""
        progress("training [seed 1]", 5, 10)
        progress("training [seed 1]", 10, 10)
        progress("training [seed 1]", 10, 10)
        progress("figures\x1b[2J", 0, 1)
        progress("figures\x1b[2J", 1, 1)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"training \[seed 1\]: \d+\.\d s", lines[0])
    assert lines[1].startswith(r"figures\x1b[2J: ")


def test_bars_on_a_terminal_end_with_a_tick(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress_bars() as progress:
        progress("training", 0, 2)
        progress("training", 2, 2)
    assert "✓" in capsys.readouterr().err
