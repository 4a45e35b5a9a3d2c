"""The Python in docs/behaviour-and-mechanism.md runs as printed, and finds what it planted."""

import numpy as np
import pytest
from scipy.stats import norm


@pytest.mark.slow
def test_the_example_runs(run_page, tmp_path):
    """The decision is the sum over 40 steps of selected evidence, whose past decays nowhere.

    Evidence reaches the line from the second step on as a running sum, filtered by the time constant of its own
    dimension: x_motion is a leaky average m of the evidence, and the line sums m. Its weights on the evidence of each
    step are 1 − 0.8^(steps left), which gives mean and variance, and so the threshold in coherence.
    """
    found = run_page("behaviour-and-mechanism.md")
    attractor, inputs, fit = (found[name] for name in ("attractor", "inputs", "fit"))
    assert attractor.attrs["straightness"] == pytest.approx(1)
    np.testing.assert_allclose(attractor["alignment"], 1, atol=1e-6)
    assert inputs.loc["motion", "along"] == pytest.approx(1 / 100)
    assert inputs.loc["colour", "along"] == pytest.approx(0, abs=1e-9)
    left = 1 - 0.8 ** np.arange(40)
    sensitivity = left.sum() / np.sqrt((left**2).sum())
    threshold = 100 / sensitivity * norm.ppf(1 - 0.5 / np.e)
    assert fit["threshold_low"].iloc[0] < threshold < fit["threshold_high"].iloc[0]
    assert (tmp_path / "paths.png").stat().st_size > 10_000
