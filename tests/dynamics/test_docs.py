"""The Python in docs/dynamics.md runs as printed, and measures the known period of its oscillator."""

import re
from pathlib import Path

import pytest

DOCS = (Path(__file__).parents[2] / "docs" / "dynamics.md").read_text()


@pytest.mark.slow
def test_the_example_runs(tmp_path, monkeypatch):
    """Van der Pol's period at μ = 2 is 7.6299; time is in units of 10 ms here."""
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    found = {}
    exec(compile(block, "dynamics.md", "exec"), found)
    path = found["path"].sel(mu=2.0).isel(trial=0)
    assert found["dynamics"].oscillation(path)["period"] == pytest.approx(76.299, abs=0.01)
    assert (tmp_path / "phase_plane.png").stat().st_size > 10_000
