"""Neuromatch Academy (2020), linear systems: the linear part of REFERENCE.md §4. Rates per s become per ms."""

import numpy as np
import pytest

from isocortex.dynamics import Linear, complex_mode, modes, simulate, solution

SHOWN = {
    "oscillation": [[2, -5], [1, -2]],
    "growth": [[3, 4], [1, 2]],
    "decay": [[-1, -1], [0, -0.25]],
    "saddle": [[3, -2], [2, -2]],
}


def test_one_dimension():
    """a = −0.5 per s, forward Euler with 1 ms steps: relative error a²·dt·T/2 = 1.25e-3 at 10 s."""
    system = Linear([[-0.0005]])
    x = simulate(system, [0.1], duration=10_000, dt=1, solver="euler")
    exact = 0.1 * np.exp(-0.0005 * x["time"].values)
    np.testing.assert_allclose(solution(system, [0.1], x["time"]).values[:, 0], exact, rtol=1e-12)
    assert abs(x.values[-1, 0] / exact[-1] - 1) == pytest.approx(0.5**2 * 1e-3 * 10 / 2, rel=0.01)
    half = simulate(system, [0.1], duration=10_000, dt=0.5, solver="euler").values[-1, 0]
    assert (x.values[-1, 0] - exact[-1]) / (half - exact[-1]) == pytest.approx(2, rel=0.01)


def test_imaginary_rates_oscillate_at_half_a_hertz():
    found = modes(complex_mode(np.pi * 1j / 1000))
    np.testing.assert_allclose(found["frequency"], 0.5)
    assert found.attrs["behaviour"] == "oscillation"


@pytest.mark.parametrize("name", SHOWN)
def test_two_dimensions(name):
    assert modes(SHOWN[name]).attrs["behaviour"] == name
    x = simulate(Linear(SHOWN[name]), [-0.1, 0.2], duration=2, dt=0.01, save_every=20)
    exact = solution(Linear(SHOWN[name]), [-0.1, 0.2], x["time"])
    np.testing.assert_allclose(x.values, exact.values, rtol=1e-6, atol=1e-7)
