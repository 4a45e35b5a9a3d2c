"""The page on spiking neurons runs, and its simulations agree with the theory beside them."""

import re
from pathlib import Path

import numpy as np
import pytest

DOCS = (Path(__file__).parents[3] / "docs" / "spiking.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


def test_the_page_on_spiking_neurons_runs():
    found = {}
    for block in BLOCKS:
        exec(compile(block, "spiking.md", "exec"), found)
    # 50 neurons for 2 s at 38 Hz: the standard error is at most √(38/100) = 0.6 Hz
    assert found["rate"] == pytest.approx(found["expected"], abs=2)
    np.testing.assert_allclose(found["g"], found["law"], rtol=1e-6)
    assert (np.diff(found["rates"]) < 0).all()
    assert (np.diff(found["learnt"].isel(trial=0, unit=0).std("source")) > 0).all()
    score = found["history"].score.values[0]
    assert score[-20:].mean() > score[:20].mean() + 0.1
