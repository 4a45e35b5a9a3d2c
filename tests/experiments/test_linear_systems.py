"""Linear systems: published behaviours, orders of convergence, bad options."""

import json

import pytest

from isocortex import InputError, runs
from isocortex.experiments.processes.linear_systems import SHOWN, LinearSystems


@pytest.mark.slow
def test_published_behaviours_and_orders(tmp_path):
    folder = LinearSystems(out=tmp_path).execute()
    found = json.loads((folder / "summary.json").read_text())
    table = runs.read_run(folder).table("behaviours")
    assert table["here"].tolist() == table["published"].tolist() == list(SHOWN)
    assert found["imaginary.frequency"] == pytest.approx(0.5)
    assert found["one.euler.relative_error"] == pytest.approx(1.25e-3, rel=0.01)  # a²·dt·T/2
    for name, order in {"euler": 1, "heun": 2, "rk4": 4}.items():
        assert found[f"one.order.{name}"] == pytest.approx(order, rel=0.03)
    assert (found["oscillation.eigenvalue.0.real"], found["oscillation.eigenvalue.0.imag"]) == pytest.approx((0, 1))
    assert (found["saddle.eigenvalue.0.real"], found["saddle.eigenvalue.1.real"]) == pytest.approx((2, -1))


BAD = {
    "zero": ({"a": 0.0}, "--a must be in ±5 per s and not 0"),
    "steep": ({"a": -6.0}, "--a must be in ±5"),
    "start": ({"x0": float("nan")}, "--x0 must be a finite number"),
    "duration": ({"duration": 0.5}, "--duration must be a whole number of seconds"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options_are_told_at_the_door(case, tmp_path):
    options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        LinearSystems(**options, out=tmp_path)
    assert list(tmp_path.iterdir()) == []
