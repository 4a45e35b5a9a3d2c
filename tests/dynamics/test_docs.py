"""The Python in docs/dynamics.md and docs/processes.md runs as printed, and finds what is known."""

import re
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[2] / "docs"


def run(page):
    """Return the names that the Python of a page leaves behind."""
    found = {}
    for block in re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL):
        exec(compile(block, page, "exec"), found)
    return found


@pytest.mark.slow
def test_the_page_on_systems(tmp_path, monkeypatch):
    """Van der Pol's period at μ = 2 is 7.6299; time is in units of 10 ms here."""
    monkeypatch.chdir(tmp_path)
    found = run("dynamics.md")
    path = found["path"].sel(mu=2.0).isel(trial=0)
    assert found["dynamics"].oscillation(path)["period"] == pytest.approx(76.299, abs=0.01)
    assert (tmp_path / "phase_plane.png").stat().st_size > 10_000


@pytest.mark.slow
def test_the_page_on_processes():
    """Standard deviations of 4000 paths err by 1/√8000 = 1.1 %; parameters by their own standard errors. Four each."""
    found = run("processes.md")
    assert found["order"] == 3
    assert (found["same"].sd, found["also"].sd) == (pytest.approx(1), pytest.approx(1))
    assert found["x"].values[:, -1].std() == pytest.approx(1, rel=4 / np.sqrt(8000))
    assert found["y"].values[:, -1].std() == pytest.approx(np.sqrt(4 / 3), rel=4 / np.sqrt(8000))
    table = found["fits"][2].table
    for name, value in found["planted"].items():
        error = np.log(table["high"][name] / table["low"][name]) / (2 * 1.96)
        assert abs(np.log(table["estimate"][name] / value)) < 4 * error, name
    assert np.argmin([fit.bic for fit in found["fits"]]) > 0
