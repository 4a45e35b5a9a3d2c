"""Nullclines of analytic systems in every branch, separatrices, basins and cycles."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from isocortex import InputError
from isocortex.dynamics import (
    Custom,
    RingAttractor,
    WilsonCowan,
    basins,
    continuation,
    fixed_points,
    manifold,
    nullclines,
    oscillation,
    simulate,
    vector_field,
)

UNIT = {"E": (0, 1), "I": (0, 1)}
CYCLE = WilsonCowan(w_ee=6.4, w_ei=4.8, w_ie=6.0, w_ii=1.2, I_e=0.8)


def hunters(t, x):
    return jnp.stack([x[0] * (1 - x[1]), x[1] * (x[0] - 1)])


def circle_and_jump(t, x):
    return jnp.stack([x @ x - 0.25, jnp.where(x[0] > 0.3, 1.0, -1.0) * (1 + x[1] ** 2)])


def lines(t, x):
    return jnp.stack([x[1] - 0.25, (x[0] - 0.1) * (x[0] + 0.4)])


def duffing(t, x):
    """A ball in two wells, x'' = x − x³ − x'/2: its separatrix runs through the saddle (0, 0)."""
    return jnp.stack([x[1], x[0] - x[0] ** 3 - 0.5 * x[1]])


def test_nullclines_of_wilson_cowan_are_the_closed_forms():
    found = nullclines(WilsonCowan(), UNIT)
    (E,), (I,) = found["E"], found["I"]
    system = WilsonCowan()
    with np.errstate(all="raise"), jax.enable_x64(True):
        for curve, other, axis in ((E, system.nullcline_of_e, 0), (I, system.nullcline_of_i, 1)):
            theory = np.asarray(other(curve[:, axis]))
            np.testing.assert_allclose(curve[:, 1 - axis], theory, rtol=0, atol=1e-8)
    assert E[:, 1].min() == 0  # both ends on the edge of the box
    assert {I[0, 0], I[-1, 0]} == {0, 1}


def test_lines_and_crossing_branches_are_all_found_and_never_joined():
    found = nullclines(Custom(hunters, ("prey", "hunters")), [(-1, 3), (-1, 3)])
    for curves, horizontal, vertical in ((found["prey"], 1.0, 0.0), (found["hunters"], 0.0, 1.0)):
        assert len(curves) == 4
        flat = [np.ptp(curve, axis=0).argmin() for curve in curves]
        assert sorted(flat) == [0, 0, 1, 1]
        for curve, still in zip(curves, flat, strict=True):
            np.testing.assert_allclose(curve[:, still], horizontal if still else vertical, rtol=0, atol=1e-5)
            spans = np.sort(curve[:, 1 - still])
            assert np.diff(spans).max() < 0.05  # no gap
        for still, edge in ((0, (-1, 3)), (1, (-1, 3))):
            along = np.concatenate([c[:, 1 - still] for c, f in zip(curves, flat, strict=True) if f == still])
            assert (along.min(), along.max()) == edge
            assert np.diff(np.sort(along)).max() < 0.05  # the two sides meet at the crossing


def test_parallel_branches_stay_apart():
    found = nullclines(Custom(lines, ("x", "y")), [(-1, 1), (-1, 1)])
    (flat,) = found["x"]
    np.testing.assert_allclose(flat[:, 1], 0.25)
    assert (flat[:, 0].min(), flat[:, 0].max()) == (-1, 1)
    first, second = sorted(found["y"], key=lambda curve: curve[0, 0])
    np.testing.assert_allclose(first[:, 0], -0.4)
    np.testing.assert_allclose(second[:, 0], 0.1)


def test_a_closed_branch_is_found_and_a_jump_is_none():
    found = nullclines(Custom(circle_and_jump, ("x", "y")), [(-1, 1), (-1, 1)])
    (loop,) = found["x"]
    np.testing.assert_allclose(np.hypot(*loop.T), 0.5, atol=1e-9)
    np.testing.assert_allclose(loop[0], loop[-1], atol=1e-9)
    assert found["y"] == []


def test_the_field_has_its_rows_along_the_second_variable():
    field = vector_field(Custom(lines, ("x", "y")), [(-1, 1), (0, 1)], n=5)
    assert field.dims == ("y", "x", "variable")
    np.testing.assert_allclose(field.sel(x=0.5, y=0.75).values, [0.5, 0.4 * 0.9])


def test_the_separatrix_parts_the_basins():
    """Of two starts 1e-3 to either side of it, one ends at each attractor; Wilson–Cowan, and a ball in two wells."""
    for system, box in ((WilsonCowan(), [(-0.1, 1), (-0.1, 1)]), (Custom(duffing, ("x", "v")), [(-2, 2), (-2, 2)])):
        found = fixed_points(system, box)
        saddle = found["x"].values[found["kind"].values == "saddle"][0]
        stable = found["x"].values[[name.startswith("stable") for name in found["kind"].values]]
        for curve in manifold(system, saddle, box):
            middle = len(curve) // 2
            along = curve[middle + 1] - curve[middle]
            across = 1e-3 * np.array([-along[1], along[0]]) / np.linalg.norm(along)
            ends = simulate(system, curve[middle] + [across, -across], duration=100, dt=0.02).values[:, -1]
            goals = np.linalg.norm(ends[:, None] - stable, axis=-1).argmin(axis=1)
            assert set(goals) == {0, 1}


def test_basins_agree_with_the_separatrix():
    goals = [[0, 0], [0.938430, 0.672481]]
    basin = basins(WilsonCowan(), UNIT, goals, duration=60, dt=0.1, n=41)
    assert set(np.unique(basin)) == {0, 1}
    assert basin.sel(E=0.1, I=0.9).item() == 0
    assert basin.sel(E=0.9, I=0.1).item() == 1
    assert np.unique(basins(CYCLE, UNIT, goals, duration=60, dt=0.1, n=5)).tolist() == [-1]


def test_the_period_of_a_known_oscillation():
    """Interpolating a sampled sinusoid misplaces its mean crossing by at most (ω dt)³/… of a period: below 1e-4."""
    harmonic = Custom(lambda t, x, omega: omega * jnp.stack([-x[1], x[0]]), ("x", "y"), {"omega": 0.3})
    found = oscillation(simulate(harmonic, [2.0, 0.0], duration=400, dt=0.1))
    assert found["period"] == pytest.approx(2 * np.pi / 0.3, rel=1e-4)
    assert found["amplitude"] == pytest.approx(4, rel=1e-3)
    assert "period" not in oscillation(simulate(WilsonCowan(), [0.9, 0.6], duration=50, dt=0.1))


def sampled(function, end, dt=0.05):
    t = np.arange(0, end, dt)
    return xr.DataArray(function(t)[:, None], dims=("time", "variable"), coords={"time": t, "variable": ["x"]})


def test_the_period_of_rhythms_with_several_rises():
    """cos t + a·cos 3t repeats after 2π, for a weak slow part too; what repeats nowhere has no period."""
    for weak in (1.0, 0.1):
        x = sampled(lambda t, weak=weak: weak * np.cos(t) + 2 * np.cos(3 * t), 100)
        assert oscillation(x)["period"] == pytest.approx(2 * np.pi, rel=1e-4)
    assert "period" not in oscillation(sampled(lambda t: np.cos(t) + 2 * np.cos(3 * t), 12))
    noise = np.random.default_rng(0).standard_normal(4000)
    assert "period" not in oscillation(sampled(lambda t: noise[: len(t)], 100))


def test_sections_that_meet_a_fold_find_a_fold():
    """r·x + x³ − x⁵ folds at r = −1/4, x = ±1/√2, where one of nine sections of (−1, 1) lies."""
    system = Custom(lambda t, x, r: r * x + x**3 - x**5, ("x",), {"r": 0.0})
    found = continuation(system, "r", (-1, 1), {"x": (-1.5, 1.5)})
    assert sorted(found["type"].values) == ["branch point", "fold", "fold"]
    folds = found.isel(bifurcation=found["type"].values == "fold")
    np.testing.assert_allclose(folds["at"], -0.25, rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.sort(folds["x_at"].values[:, 0]), [-np.sqrt(0.5), np.sqrt(0.5)], atol=1e-7)


def test_folds_of_a_cubic():
    """x' = p + x − x³ folds at x = ±1/√3, p = ∓2/(3√3)."""
    cubic = Custom(lambda t, x, p: p + x - x**3, ("x",), {"p": 0.0})
    found = continuation(cubic, "p", (-1, 1), {"x": (-2, 2)})
    assert found["type"].values.tolist() == ["fold", "fold"]
    np.testing.assert_allclose(found["at"], np.array([-2, 2]) / (3 * np.sqrt(3)), rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["x_at"].values[:, 0], np.array([1, -1]) / np.sqrt(3), rtol=0, atol=1e-9)
    x, p = found["x"].values[:, 0], found["p"].values
    np.testing.assert_allclose(p + x - x**3, 0, atol=1e-12)
    assert found.attrs["methods"].startswith(
        "Branches of fixed points were followed by pseudo-arclength continuation as p went from −1 to 1. They begin "
        "at the fixed points for 9 equally spaced values of p, each sought from 256 starts in the box x from −2 to 2."
    )
    assert set(found["branch"].values) == {0}
    assert (p.min(), p.max()) == pytest.approx((-1, 1), abs=1e-6)
    unstable = np.abs(x) < 1 / np.sqrt(3) - 1e-3
    assert set(found["kind"].values[unstable]) == {"unstable node"}


def test_a_hopf_point_with_its_period():
    """r' = r(μ − r²), θ' = 2 − μ: Hopf at μ = 0 with period π."""

    def hopf(t, x, mu):
        r, w = mu - x @ x, 2 - mu
        return jnp.stack([r * x[0] - w * x[1], w * x[0] + r * x[1]])

    found = continuation(Custom(hopf, ("x", "y"), {"mu": 0.3}), "mu", (-1, 1), [(-1, 1)] * 2)
    assert found["type"].values.tolist() == ["Hopf"]
    assert found["at"].item() == pytest.approx(0, abs=1e-9)
    assert found["period"].item() == pytest.approx(np.pi, rel=1e-8)


@pytest.mark.slow
def test_a_pitchfork_is_a_branch_point():
    pitchfork = Custom(lambda t, x, p: p * x - x**3, ("x",), {"p": 0.0})
    found = continuation(pitchfork, "p", (-1, 1), {"x": (-2, 2)}, n_sections=8)
    assert "branch point" in found["type"].values
    at = found["at"].values[found["type"].values == "branch point"]
    np.testing.assert_allclose(at, 0, atol=2e-3)


BAD = {
    "dimension": (lambda: nullclines(RingAttractor(n=8), [(0, 1)] * 8), "needs two variables; RingAttractor has 8"),
    "grid": (lambda: nullclines(WilsonCowan(), UNIT, n=2), "n must be at least 4"),
    "no saddle": (lambda: manifold(WilsonCowan(), [0.938, 0.672], UNIT), "is not a saddle; its eigenvalues"),
    "parameter": (lambda: continuation(WilsonCowan(), "w_e", (0, 1), UNIT), "no parameter of WilsonCowan 'w_e'"),
    "range": (lambda: continuation(WilsonCowan(), "w_ee", (1, 0), UNIT), r"between must be \(low, high\)"),
    "path": (lambda: oscillation(simulate(WilsonCowan(), [[0, 0]], duration=1, dt=0.1)), "path must be"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    call, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        call()
