"""What can be read from units: planted codes in activity that is made here."""

import numpy as np
import pytest
import xarray as xr

from isocortex.experiments.cognition.readout import Readout
from isocortex.tasks import PerceptualDecisionMaking


@pytest.fixture(scope="module")
def readout():
    """Two networks, 120 trials, 6 steps, 10 units: the direction is coded from step 3 on, the choice in the last."""
    rng = np.random.default_rng(0)
    direction, coherence = rng.permutation(np.arange(120) % 2), rng.permutation(np.arange(120) % 3) * 12.8
    choice = rng.permuted(np.tile(np.arange(120) % 2, (2, 1)), axis=1)
    rate = rng.normal(size=(2, 120, 6, 10))
    untrained = rng.normal(size=rate.shape)
    rate[:, :, 2:, :3] += 3 * direction[None, :, None, None]
    rate[:, :, 5, 5:] += 3 * choice[:, :, None]
    dims, coords = (
        ("seed", "trial", "time", "unit"),
        {"time": 20.0 * np.arange(6), "steps": ("trial", np.full(120, 6.0))},
    )
    coords |= {
        "direction": ("trial", direction),
        "coherence": ("trial", coherence),
        "delay": ("trial", rng.normal(size=120)),
    }
    tested = xr.Dataset({"rate": (dims, rate), "choice": (("seed", "trial"), choice)}, coords)
    return Readout(PerceptualDecisionMaking(), tested, tested.assign(rate=(dims, untrained)))


def test_conditions_with_few_values_are_decoded(readout):
    assert set(readout.scores) == {"direction", "coherence", "choice"}
    assert [readout.chance(name) for name in ("direction", "coherence", "choice")] == pytest.approx([0.5, 1 / 3, 0.5])


def test_a_code_is_found_when_it_is_there(readout):
    direction = readout.scores["direction"]["trained"].mean("seed").values
    assert (direction[:2] < 0.65).all()  # 240 answers: 0.5 + 4.6 standard errors
    assert (direction[2:] > 0.9).all()
    assert (readout.scores["direction"]["untrained"].mean("seed").values < 0.65).all()
    choice = readout.scores["choice"]["trained"].mean("seed").values
    assert choice[5] > 0.9
    assert (choice[:5] < 0.65).all()


def test_numbers_say_when_each_is_read_best(readout):
    numbers = readout.numbers()
    assert numbers["decoding.choice.trained.peak_ms"] == 100
    assert numbers["decoding.direction.trained.peak"] > 0.9
    assert "decoding.choice.untrained.peak" not in numbers
