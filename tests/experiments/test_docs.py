"""The Python in docs/recurrent-networks.md runs as printed, and its networks learn the task."""

import numpy as np
import pytest


@pytest.mark.slow
def test_the_example_runs(run_page):
    found = run_page("recurrent-networks.md")
    done = found["done"]
    assert (done.correct.mean("trial") > 0.9 * done.ideal.mean()).all()
    assert done.rate.shape == (2, 1000, 25, 64)
    points = found["points"]
    assert np.isfinite(points["x"]).all()
    assert points.sizes["point"] > 0
    assert (points["speed"] <= 1e-3).all()
