"""Progress: a line per stage where there is no terminal, once it is done, and one a minute while it takes long."""

import re

from isocortex.runs import progress as module
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


def test_a_long_stage_says_how_much_is_left(monkeypatch, capsys):
    """A stage that goes on from an earlier one counts only what it did itself: 2 of 3 steps in 4 min leave 2 min."""
    clock = iter([0.0, 30.0, 240.0, 360.0])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    with progress_bars() as progress:
        for done in (7, 8, 9, 10):
            progress("points", done, 10)
    assert capsys.readouterr().err.splitlines() == ["points: 9 of 10, about 2 min left", "points: 360.0 s"]
