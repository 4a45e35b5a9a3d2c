"""Every planted fixed point is found, once, with its Jacobian and its kind."""

import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import (
    Custom,
    Decision,
    Linear,
    RatePopulation,
    WilsonCowan,
    fixed_point_table,
    fixed_points,
    kind,
    rates,
)

ROOTS = np.array([-0.93, -0.51, -0.1, 0.22, 0.6, 0.87])


def polynomial(t, x):
    """x' = Π(x − root), whose slopes at the roots alternate: from the lowest, negative, positive, …"""
    return jnp.prod(x[0] - ROOTS)[None]


def hopf(t, x, mu):
    r = mu - x @ x
    return jnp.stack([r * x[0] - x[1], x[0] + r * x[1]])


def pendulum(t, x, friction):
    return jnp.stack([x[1], -jnp.sin(x[0]) - friction * x[1]])


def ghost(t, x, gap):
    return x**2 + gap


def test_all_roots_of_a_polynomial():
    found = fixed_points(Custom(polynomial, ("x",)), {"x": (-1, 1)})
    np.testing.assert_allclose(found["x"].values[:, 0], ROOTS, rtol=0, atol=1e-10)
    assert found["kind"].values.tolist() == ["stable node", "unstable node"] * 3
    slopes = np.array([np.prod(np.delete(root - ROOTS, i)) for i, root in enumerate(ROOTS)])
    np.testing.assert_allclose(found["jacobian"].values[:, 0, 0], slopes, rtol=1e-8)


def product(t, x, roots, slants):
    """Two uncoupled polynomials in slanted coordinates: 5 × 5 crossings of their roots."""
    u = jnp.linalg.inv(slants) @ x
    return slants @ jnp.prod(u[:, None] - roots, axis=1)


@pytest.mark.slow
def test_random_grids_of_fixed_points_are_all_found(rng):
    """25 points at random places; along each axis slopes alternate, so kinds form a chessboard of nodes and saddles."""
    system = Custom(product, ("x", "y"), {"roots": np.zeros((2, 5)), "slants": np.eye(2)})
    for _ in range(8):
        places = np.linspace(-0.95, 0.95, 12)
        roots = np.stack([np.sort(rng.permutation(places)[:5]) for _ in range(2)])
        slants = np.eye(2) + rng.uniform(-0.3, 0.3, (2, 2))
        found = fixed_points(system.replace(roots=roots, slants=slants), [(-2, 2)] * 2, n_starts=2048)
        planted = np.stack(np.meshgrid(*roots, indexing="ij"), axis=-1).reshape(-1, 2)
        places = found["x"].values @ np.linalg.inv(slants).T
        assert len(places) == 25
        nearest = np.linalg.norm(places[:, None] - planted, axis=-1)
        assert nearest.min(axis=0).max() < 1e-10
        i, j = np.unravel_index(nearest.argmin(axis=1), (5, 5))
        expected = np.where((i + j) % 2, "saddle", np.where(i % 2, "stable node", "unstable node"))
        assert found["kind"].values.tolist() == expected.tolist()


def test_all_equilibria_of_a_pendulum():
    """At 0, ±π, ±2π: down at even multiples (a spiral with friction, a centre without), up at odd ones."""
    system = Custom(pendulum, ("angle", "velocity"), {"friction": 0.3})
    box = {"angle": (-7, 7), "velocity": (-2, 2)}
    found = fixed_points(system, box)
    np.testing.assert_allclose(found["x"].values, np.pi * np.outer(np.arange(-2, 3), [1, 0]), rtol=0, atol=1e-10)
    assert found["kind"].values.tolist() == ["stable spiral", "saddle"] * 2 + ["stable spiral"]
    pair = (-0.3 + np.array([1j, -1j]) * np.sqrt(4 - 0.09)) / 2
    np.testing.assert_allclose(found["eigenvalue"].values[2], pair, atol=1e-9)
    assert fixed_points(system.replace(friction=0.0), box)["kind"].values.tolist() == ["centre", "saddle"] * 2 + [
        "centre"
    ]


@pytest.mark.parametrize(("mu", "expected"), [(-0.2, "stable spiral"), (0.0, "centre"), (0.2, "unstable spiral")])
def test_the_kind_changes_at_a_hopf_point(mu, expected):
    found = fixed_points(Custom(hopf, ("x", "y"), {"mu": mu}), [(-1, 1), (-1, 1)])
    assert found["kind"].values.tolist() == [expected]


EIGENVALUES = {
    "stable node": [-1, -2],
    "unstable node": [3, 1],
    "saddle": [1, -1],
    "stable spiral": [-1 + 1j, -1 - 1j],
    "unstable spiral": [1 + 1j, 1 - 1j],
    "centre": [1j, -1j],
    "marginal": [0, -1],
}


@pytest.mark.parametrize("name", EIGENVALUES)
def test_kinds(name):
    assert kind(np.array(EIGENVALUES[name], complex)) == name


def test_a_fixed_point_in_many_dimensions(rng):
    """tanh network of 40 units with weak weights: one fixed point, a contraction, checked by iteration."""
    W, b = rng.normal(size=(40, 40)) * 0.7 / np.sqrt(40), rng.normal(size=40)
    system = Custom(lambda t, x: -x + jnp.tanh(W @ x + b), tuple(f"u{i}" for i in range(40)))
    found = fixed_points(system, [(-1, 1)] * 40, n_starts=16)
    x = np.zeros(40)
    for _ in range(2000):
        x += 0.1 * (-x + np.tanh(W @ x + b))
    np.testing.assert_allclose(found["x"].values, x[None], rtol=0, atol=1e-10)


@pytest.mark.parametrize("system", [WilsonCowan(), Decision()], ids=["Wilson–Cowan", "decision"])
def test_jacobians_equal_finite_differences(system):
    """Differences of fourth order: their error is h⁴/30 of the fifth derivative, for both systems below 1e-5."""
    found = fixed_points(system, [(0, 1)] * 2)
    eye = np.eye(2)
    for x, J in zip(found["x"].values, found["jacobian"].values, strict=True):
        h = 2e-3
        near = rates(system, [x + s * h * e for e in eye for s in (1, -1, 2, -2)])
        columns = [
            (8 * (near[4 * i] - near[4 * i + 1]) - (near[4 * i + 2] - near[4 * i + 3])) / (12 * h) for i in (0, 1)
        ]
        np.testing.assert_allclose(J, np.stack(columns, axis=1), rtol=0, atol=2e-5)


def test_a_search_says_how_it_went():
    found = fixed_points(RatePopulation(), {"r": (-0.5, 1)}, n_starts=64)
    said = fixed_point_table(found).attrs["methods"]
    assert "by the Levenberg–Marquardt method from 64 starts spread evenly over the box r from −0.5 to 1." in said
    assert "at most 1e−8 of the box" in said
    assert "slow points" not in said
    slow = fixed_points(RatePopulation(), starts=[[0.1], [0.4]], slow=0.01).attrs["methods"]
    assert "from 2 given states." in slow
    assert "at minima of the speed of at most 0.01 per ms (slow points)" in slow


def test_a_box_without_fixed_points_is_empty_and_labelled():
    found = fixed_points(Custom(ghost, ("x",), {"gap": 1e-3}), {"x": (-1, 1)})
    assert dict(found.sizes) == {"point": 0, "variable": 1, "by": 1, "mode": 1}
    assert fixed_point_table(found).columns.tolist() == ["x", "kind", "eigenvalue 1"]
    assert fixed_points(RatePopulation(), {"r": (0.5, 0.8)}).sizes["point"] == 0


def test_the_ghost_of_a_fold_is_a_slow_point():
    system = Custom(ghost, ("x",), {"gap": 1e-3})
    found = fixed_points(system, {"x": (-1, 1)}, slow=0.01)
    assert found["kind"].values.tolist() == ["slow point"]
    np.testing.assert_allclose(found["x"].values, 0, atol=1e-6)
    np.testing.assert_allclose(found["speed"].values, 1e-3)
    assert fixed_points(system, {"x": (-1, 1)}, slow=1e-4).sizes["point"] == 0


def degenerate(t, x, cubic, quintic):
    u = x - 0.3
    return cubic * u**3 + quintic * u**5


def expanded(t, x, fast):
    """(x − 0.3)³, whose terms cancel to rounding near its root, beside a fast variable."""
    return jnp.stack([x[0] ** 3 - 0.9 * x[0] ** 2 + 0.27 * x[0] - 0.027, -fast * x[1]])


def test_a_root_of_any_multiplicity_is_one_marginal_point():
    """Newton leaves a root of multiplicity m within m·1e-8; rounding leaves one of an expanded cube within 6e-6."""
    found = [(fixed_points(Custom(ghost, ("x",), {"gap": 0.0}), {"x": (-1, 1)}), 0.0, 1e-7)]
    system = Custom(degenerate, ("x",), {"cubic": 1.0, "quintic": 0.0})
    for cubic, quintic in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0)):
        found += [(fixed_points(system.replace(cubic=cubic, quintic=quintic), [(-1, 1)]), 0.3, 1e-7)]
    crowded = Custom(expanded, ("x", "y"), {"fast": 1e3})
    found += [(fixed_points(crowded, [(-1, 1)] * 2), 0.3, 2e-5)]
    for points, place, near in found:
        assert points["kind"].values.tolist() == ["marginal"]
        np.testing.assert_allclose(points["x"].values[0, 0], place, rtol=0, atol=near)


def test_a_gap_that_no_eye_sees_is_still_a_gap():
    assert fixed_points(Custom(ghost, ("x",), {"gap": 1e-12}), {"x": (-1, 1)}).sizes["point"] == 0


def test_a_fast_region_of_the_box_makes_no_false_points():
    """An exponential membrane: dV/dt is e³⁵ at the edge of the box and 1 where its two fixed points are."""
    system = Custom(lambda t, V: (-(V + 65) + 2 * jnp.exp((V + 50) / 2)) / 10, ("V",))
    found = fixed_points(system, {"V": (-100, 20)})
    np.testing.assert_allclose(found["x"].values[:, 0], [-64.99889, -45.43924], rtol=0, atol=5e-6)
    assert found["kind"].values.tolist() == ["stable node", "unstable node"]


@pytest.mark.parametrize("angle", [0.0, 0.7])
def test_slow_variables_beside_fast_ones_are_found(angle):
    """Rates of −1e6 and −1 along turned axes: rounding of the fast one leaves 1e6·ε = 2e-10 in the slow one."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    found = fixed_points(Linear(turn @ np.diag([-1e6, -1.0]) @ turn.T), [(-1, 1.1)] * 2)
    np.testing.assert_allclose(found["x"].values, [[0, 0]], rtol=0, atol=1e-9)
    assert found["kind"].values.tolist() == ["stable node"]


def test_neither_the_unit_of_time_nor_that_of_the_state_matters():
    """sin(x/s)/T in a box of 4π: its zeros, in nanoseconds and kilometres as in any unit."""
    system = Custom(lambda t, x, size, time: jnp.sin(x / size) / time, ("x",), {"size": 1.0, "time": 1.0})
    for size, time in ((1.0, 1.0), (1e-9, 1e12), (1e9, 1e-12)):
        found = fixed_points(system.replace(size=size, time=time), [(-6.5 * size, 6.5 * size)])
        np.testing.assert_allclose(found["x"].values[:, 0] / size, np.pi * np.arange(-2, 3), rtol=0, atol=1e-10)
        assert found["kind"].values.tolist() == ["unstable node", "stable node"] * 2 + ["unstable node"]


BAD = {
    "names": (({"E": (0, 1)},), {}, "The box must bound E, I; it bounds E"),
    "order": (([(1, 0), (0, 1)],), {}, "finite lows below its highs"),
    "shape": (([(0, 1)],), {}, r"\(low, high\) for each of E, I; got shape \(1, 2\)"),
    "starts": (([(0, 1)] * 2,), {"n_starts": 0}, "n_starts must be at least 1; got 0"),
    "slow": (([(0, 1)] * 2,), {"slow": -1.0}, "slow must be a speed above 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    box, options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        fixed_points(WilsonCowan(), *box, **options)


@pytest.mark.slow
def test_linear_systems_have_one_fixed_point():
    """A·x + b = 0 in five dimensions, beside a direct solution."""
    A, b = np.diag([-1.0, -2, 3, -4, 5]) + 0.3, np.arange(5.0) / 10
    found = fixed_points(Linear(A, b), [(-1, 1)] * 5, n_starts=32)
    np.testing.assert_allclose(found["x"].values[0], -np.linalg.solve(A, b), atol=1e-10)
    assert found["kind"].values.tolist() == ["saddle"]
