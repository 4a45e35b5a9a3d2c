"""``wilson-cowan``: published numbers in the summary, odd parameters, bad options."""

import json

import numpy as np
import pytest

from isocortex import InputError, runs
from isocortex.experiments.circuits.wilson_cowan import WilsonCowanPlane
from isocortex.experiments.circuits.wilson_cowan_published import PUBLISHED, error_of_shares

NOISY = ("memory.persistence.0.45", "memory.persistence.0.6")


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return WilsonCowanPlane(trials=100, out=tmp_path_factory.mktemp("runs")).execute()


@pytest.mark.slow
def test_every_published_number_is_in_the_summary(whole):
    found = summary(whole)
    for key, (_, number, digits) in PUBLISHED.items():
        if key not in NOISY:
            assert float(f"{found[key]:{digits}}") == number
    assert found["fixed_point.n"] == 3
    assert 0.5 < found["memory.without_noise.threshold"] <= 0.55
    shares = [value for key, value in found.items() if key.startswith("memory.persistence")]
    assert shares[0] < 0.05
    assert shares[-1] > 0.95


@pytest.mark.slow
def test_the_page_shows_every_figure_and_the_published_table(whole):
    page = (whole / "report.html").read_text()
    assert page.count("<img ") == len({path.stem for path in (whole / "figures").glob("*.svg")}) == 4
    assert "Published numbers beside ours" in page
    table = runs.read_run(whole).table("published")
    exact = table[~table["quantity"].str.contains("share of trials")]
    assert (exact["published"] == exact["here"]).sum() == len(exact) == 20
    assert "100 paths of 100 ms were simulated by the Euler–Maruyama method with steps of 0.1 ms." in page


@pytest.mark.slow
def test_the_limit_cycle_begins_at_its_hopf_point(whole):
    """Its extent grows with the square root of the distance, to first order: to a tenth for the first three."""
    cycles = runs.read_run(whole).table("limit_cycles")
    tau, extent = cycles["tau_i"].to_numpy(), (cycles["high"] - cycles["low"]).to_numpy()
    assert tau[0] == pytest.approx(summary(whole)["hopf.tau_i"])
    assert extent[0] == 0
    squares = extent[1:4] ** 2 / (tau[1:4] - tau[0])
    np.testing.assert_allclose(squares, squares.mean(), rtol=0.1)
    assert (np.diff(extent) > 0).all()


@pytest.mark.slow
def test_other_parameters_with_one_fixed_point_and_no_memory(whole, tmp_path):
    """Without recurrent excitation a single state is left, the page claims nothing published, and bytes repeat."""
    options = {"w_ee": 0.0, "trials": 10}
    folders = [WilsonCowanPlane(**options, out=tmp_path / name).execute() for name in ("one", "two")]
    assert (folders[0] / "summary.json").read_bytes() == (folders[1] / "summary.json").read_bytes()
    found = summary(folders[0])
    assert found["fixed_point.n"] == 1
    assert "memory.without_noise.threshold" not in found
    page = (folders[0] / "report.html").read_text()
    assert "No pulse of a strength up to 1" in page
    assert "Published numbers" not in page


def test_published_shares_have_binomial_errors():
    """√(0.075·0.925/40) and √(0.9·0.1/40)."""
    assert error_of_shares() == ["4.2 %", "4.7 %"]


BAD = {
    "time constant": ({"tau_i": 0.05}, "--tau-i must be above 0.1 and at most 1000; got 0.05"),
    "noise": ({"sigma": -1.0}, "--sigma must be at least 0"),
    "trials": ({"trials": 2}, "--trials must be at least 10 and at most 100000; got 2"),
    "weight": ({"w_ee": float("nan")}, "--w-ee must be at least .50 and at most 50; got nan"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options_are_told_at_the_door(case, tmp_path):
    options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        WilsonCowanPlane(**options, out=tmp_path)
    assert list(tmp_path.iterdir()) == []
