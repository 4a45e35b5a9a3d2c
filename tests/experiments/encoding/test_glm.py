"""The experiment on coupled neurons: small, planted and from a file; bad options."""

import json

import numpy as np
import pytest

from isocortex import InputError, runs
from isocortex.experiments.encoding.glm import SpikingGLM

SMALL = {"units": 4, "bases": 3, "history": 50.0, "folds": 2}


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    options = SMALL | {"trials": 5, "duration": 15_000.0, "strength": 1.0, "coupled": 0.25}
    return SpikingGLM(**options, out=tmp_path_factory.mktemp("runs")).execute()


@pytest.mark.slow
def test_planted_coupling_is_found(planted):
    """Three couplings of log gain 1 on average; 75 s at 15 spikes/s make each ten standard errors."""
    found = summary(planted)
    assert found["glm.coupling.planted"] == 3
    assert found["glm.coupling.recovered"] == 1
    assert found["glm.coupling.recovered.sign"] == 1
    assert found["glm.coupling.false_positives"] == 0  # Holm lets one through in 5 % of runs
    assert found["glm.coupling.correlation"] > 0.9
    assert found["glm.bits_per_spike.coupled.median"] > found["glm.bits_per_spike.history.median"] > 0
    assert found["glm.ks.coupled.inside"] == 1 > found["glm.ks.constant.inside"]
    assert found["glm.ks.p_median"] > 0.05
    approximate = found["glm.bits_per_spike.coupled.approximate"]
    assert approximate == pytest.approx(found["glm.bits_per_spike.coupled.median"], abs=0.02)
    page = (planted / "report.html").read_text()
    assert "Of 3 planted couplings, 3 are significant" in page
    table = runs.read_run(planted).table("couplings")
    assert len(table) == 12
    assert ((table["planted_sum"] != 0) == table["significant"]).all()


@pytest.mark.slow
def test_spikes_of_a_file(tmp_path, rng):
    """A neuron follows another; the penalty is chosen; nothing is called planted. Shapes are those of above."""
    first, third, fourth = rng.poisson(0.1, (3, 5, 3000))
    second = rng.poisson(0.05 + 0.4 * np.roll(first, 1, axis=1).clip(0, 1))
    counts = np.stack([first, second, third, fourth], axis=2)
    np.savez(tmp_path / "spikes.npz", counts=counts, units=["a", "b", "c", "d"])
    options = SMALL | {"penalty": (0.1, 10.0), "errors": "laplace"}
    folder = SpikingGLM(data=tmp_path / "spikes.npz", **options, out=tmp_path / "runs").execute()
    found = summary(folder)
    assert found["glm.units"] == 4
    assert found["glm.units.fitted"] == 4
    assert found["glm.coupling.pairs"] == 12
    assert found["glm.coupling.significant"] == 1
    assert "glm.coupling.recovered" not in found
    page = (folder / "report.html").read_text()
    assert "Of 12 ordered pairs of neurons, 1 is coupled significantly" in page
    assert "A penalty pulls weights to 0" in page
    (pair,) = runs.read_run(folder).table("couplings").query("significant").to_dict("records")
    assert (pair["source"], pair["unit"]) == ("a", "b")


def test_short_and_silent_files_are_told(tmp_path):
    for counts, said in (
        (np.ones((30, 2)), r"has 10 bins of 5 ms whose past of 100 ms is known, for 11 weights"),
        (np.eye(500)[:, :2] * [[1, 0]], "has 1 neurons with spikes; coupling needs at least two"),
    ):
        np.savez(tmp_path / "spikes.npz", counts=counts)
        with pytest.raises(InputError, match=said):
            SpikingGLM(data=tmp_path / "spikes.npz", out=tmp_path / "runs").execute()
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_the_default_run_repeats_itself(tmp_path):
    """Byte for byte; a few of 72 uncoupled pairs can be significant in 5 % of seeds."""
    first, second = (SpikingGLM(out=tmp_path / name).execute() for name in "ab")
    assert (first / "summary.json").read_bytes() == (second / "summary.json").read_bytes()
    found = summary(first)
    assert found["glm.coupling.recovered"] > 0.9
    assert found["glm.coupling.false_positives"] <= 1
    assert found["glm.coupling.covered"] > 0.85


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"bin": 0.0}, "--bin"),
        ({"history": 10.0}, "--history holds 2 bins, fewer than --bases 5"),
        ({"penalty": ()}, "--penalty needs at least one value"),
        ({"penalty": (-1.0,)}, "--penalty"),
        ({"link": "log"}, "link"),
        ({"errors": "hc0"}, "errors"),
        ({"correction": "bonferoni"}, "correction"),
        ({"duration": 900.0}, "--duration must hold ten filters"),
        ({"duration": 1e7, "trials": 1000}, "more than 100 million counts"),
    ],
)
def test_bad_options_are_told(options, said):
    with pytest.raises(InputError, match=said):
        SpikingGLM(**options)
