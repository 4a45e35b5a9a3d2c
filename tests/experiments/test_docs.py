"""The Python in docs/recurrent-networks.md runs as printed, and its networks learn the task."""

import re
from pathlib import Path

import numpy as np
import pytest

DOCS = (Path(__file__).parents[2] / "docs" / "recurrent-networks.md").read_text()


@pytest.mark.slow
def test_the_example_runs():
    (block,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    found: dict = {}
    exec(compile(block, "recurrent-networks.md", "exec"), found)
    done = found["done"]
    assert (done.correct.mean("trial") > 0.9 * done.ideal.mean()).all()
    assert done.rate.shape == (2, 1000, 25, 64)
    points = found["points"]
    assert np.isfinite(points["x"]).all()
    assert points.sizes["point"] > 0
    assert (points["speed"] <= 1e-3).all()
