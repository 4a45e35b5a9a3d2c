"""The page on spiking neurons runs, and its simulations agree with the theory beside them."""

import numpy as np
import pytest


def test_the_page_on_spiking_neurons_runs(run_page):
    found = run_page("spiking.md")
    # 50 neurons for 2 s at 38 Hz: the standard error is at most √(38/100) = 0.6 Hz
    assert found["rate"] == pytest.approx(found["expected"], abs=2)
    np.testing.assert_allclose(found["g"], found["law"], rtol=1e-6)
    assert (np.diff(found["rates"]) < 0).all()
    assert (np.diff(found["learnt"].isel(trial=0, unit=0).std("source")) > 0).all()
    score = found["history"].score.values[0]
    assert score[-20:].mean() > score[:20].mean() + 0.1
