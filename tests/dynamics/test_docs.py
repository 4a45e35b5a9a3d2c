"""The Python in docs/dynamics.md and docs/processes.md runs as printed, and finds what is known."""

import numpy as np
import pytest


@pytest.mark.slow
def test_the_page_on_systems(run_page, tmp_path):
    """Van der Pol's period at μ = 2 is 7.6299; time is in units of 10 ms here."""
    found = run_page("dynamics.md")
    path = found["path"].sel(mu=2.0).isel(trial=0)
    assert found["dynamics"].oscillation(path)["period"] == pytest.approx(76.299, abs=0.01)
    assert (tmp_path / "phase_plane.png").stat().st_size > 10_000


@pytest.mark.slow
def test_the_page_on_processes(run_page):
    """Standard deviations of 4000 paths err by 1/√8000 = 1.1 %; parameters by their own standard errors. Four each."""
    found = run_page("processes.md")
    assert found["order"] == 3
    assert (found["same"].sd, found["also"].sd) == (pytest.approx(1), pytest.approx(1))
    assert found["x"].values[:, -1].std() == pytest.approx(1, rel=4 / np.sqrt(8000))
    assert found["y"].values[:, -1].std() == pytest.approx(np.sqrt(4 / 3), rel=4 / np.sqrt(8000))
    table = found["fits"][2].table
    for name, value in found["planted"].items():
        error = np.log(table["high"][name] / table["low"][name]) / (2 * 1.96)
        assert abs(np.log(table["estimate"][name] / value)) < 4 * error, name
    assert np.argmin([fit.bic for fit in found["fits"]]) > 0
