"""``ring-attractor``: the closed forms of the bump beside the simulated ring, and bad options."""

import json

import numpy as np
import pytest
import xarray as xr

from isocortex import InputError
from isocortex.dynamics import RingAttractor, bump
from isocortex.experiments.circuits.ring_attractor import RingMemory
from isocortex.experiments.circuits.ring_attractor_measures import unwrapped


@pytest.mark.slow
def test_the_ring_meets_its_closed_forms(tmp_path):
    """Diffusion from 10 × 100 moves: four of its standard errors, and 3 % of second order. 64 populations sample the
    bump every 5.6°."""
    folder = RingMemory(n=64, trials=100, out=tmp_path).execute()
    found = json.loads((folder / "summary.json").read_text())
    assert found["ring.half_width"] == pytest.approx(found["ring.half_width.theory"], abs=0.1)
    assert found["ring.peak"] == pytest.approx(found["ring.peak.theory"], rel=2e-3)
    assert found["ring.threshold"] == pytest.approx(2, abs=1e-6)
    assert found["ring.eigenvalue.0.real"] == pytest.approx(0, abs=0.01)
    assert found["ring.eigenvalue.1.real"] == pytest.approx(found["ring.eigenvalue.1.theory"], abs=0.01)
    theory = found["ring.diffusion.theory"]
    assert found["ring.diffusion"] == pytest.approx(theory, abs=4 * found["ring.diffusion.error"] + 0.03 * theory)
    assert found["ring.drift.correlation"] > 0.95
    assert abs(found["ring.memory.bias"]) < 4 * found["ring.memory.sd"] / 10
    page = (folder / "report.html").read_text()
    assert page.count("<img ") == 5
    assert "100 paths of 1300 ms were simulated by the Euler–Maruyama method with steps of 1 ms." in page


def test_directions_begin_where_they_were_put_and_never_jump():
    """Bumps from every side turn once round: each path begins at its start, in 0…360, and moves by its 5° a step."""
    starts, turn = np.arange(0.0, 360, 40), np.arange(0.0, 361, 5)
    theory = bump(RingAttractor(n=64))
    rates = [[theory.rates(start + by) for by in turn] for start in starts]
    path = unwrapped(xr.DataArray(rates, dims=("trial", "time", "variable"), coords={"time": turn}), starts)
    np.testing.assert_allclose(path, starts[:, None] + turn, rtol=0, atol=0.5)  # 64 populations stand 5.6° apart


BAD = {
    "weak": ({"j_1": 1.5}, "--j-1 must be above 2"),
    "runaway": ({"j_0": 0.0}, "grows without bound"),
    "few": ({"n": 4}, "--n must be at least 16 and at most 1024"),
    "noise": ({"sigma": 0.0}, "--sigma must be above 0 and at most 0.1"),
    "spread": ({"spread": 0.5}, "--spread must be above 0 and at most 0.1"),
    "delay": ({"delay": 550.0}, "--delay must be a whole multiple of 100 ms"),
    "trials": ({"trials": 1}, "--trials must be at least 10"),
    "fast": ({"tau": 1.0}, "--tau must be at least 5"),
    "fast inhibition": ({"j_0": -25.0}, "decays at 2.6/ms, for which steps of 1 ms are too long; raise --tau"),
    "many": ({"n": 1024, "trials": 10_000}, "10000 trials of 1024 populations are too many"),
    "infinite": ({"cue": float("inf")}, "--cue must be at least .360"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options_are_told_at_the_door(case, tmp_path):
    options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        RingMemory(**options, out=tmp_path)
    assert list(tmp_path.iterdir()) == []
