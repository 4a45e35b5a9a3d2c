"""Mechanisms of high-dimensional networks: planted lines, selection vectors and contexts are found."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import (
    Custom,
    WilsonCowan,
    fixed_points,
    line_attractor,
    selected_input,
    simulate,
    speed_map,
    stability_table,
    time_constants,
)

N = 64
NAMES = tuple(f"unit {i}" for i in range(N))
CURVES = {"relu": jax.nn.relu, "tanh": jnp.tanh, "linear": lambda x: x}


def network(curve, W, b=0.0):
    f = CURVES[curve]
    return Custom(lambda t, x, W, b: (f(W @ x + b) - x) / 100, NAMES, {"W": W, "b": np.broadcast_to(b, N)})


def unit(v):
    return v / np.linalg.norm(v)


@pytest.fixture
def rank_one(rng):
    """u, v with v·u = 1: W = u vᵀ has the eigenvalue 1, with the right eigenvector u and the left one v."""
    u = unit(np.abs(rng.normal(size=N)) + 0.1)
    other = rng.normal(size=N)
    return u, u + other - u * (u @ other)


@pytest.mark.parametrize("curve", ["linear", "relu"])
def test_a_planted_line_attractor_and_its_selection_vector_are_found(curve, rank_one, rng):
    """Every start ends on the line; for relu, whose line is the half of positive rates, at 0 or on the line."""
    u, v = rank_one
    starts = np.abs(rng.normal(size=(64, N)))
    found = fixed_points(network(curve, np.outer(u, v)), starts=starts)
    np.testing.assert_allclose(found["x"], np.outer(found["x"].values @ u, u), atol=1e-9)
    line = line_attractor(found.isel(point=np.abs(found["x"].values @ u) > 1e-3))
    assert line.sizes["point"] > 20
    assert line.attrs["straightness"] == pytest.approx(1)
    np.testing.assert_allclose(line["line"], np.broadcast_to(u, line["line"].shape), atol=1e-9)
    np.testing.assert_allclose(line["selection"], np.broadcast_to(v, line["line"].shape), atol=1e-9)
    np.testing.assert_allclose(line["alignment"], 1)
    np.testing.assert_allclose(line["next_time_constant"], 100)
    assert (np.abs(line["time_constant"]) > 1e9).all()
    assert (np.diff(line["position"]) > 0).all()
    across = rng.normal(size=N)
    across -= v * (v @ across) / (v @ v)
    table = selected_input(line, {"along": u, "select": 2 * v, "across": across})
    np.testing.assert_allclose(table["along"], [1, 2 * v @ v, 0], atol=1e-8)
    np.testing.assert_allclose(table["selected"], [1 / np.linalg.norm(v), 1, 0], atol=1e-9)


@pytest.mark.slow
def test_searches_that_stop_early_show_an_imperfect_line(rank_one, rng):
    """W = 0.999 u vᵀ: the line decays in 100 s to its one fixed point, 0; it is as slow as 1e-5 per ms and unit of x.

    Off the line the speed is 1/100 per ms and unit, so that points of a speed of 5e-5 are within 0.005 of the line.
    """
    u, v = rank_one
    system, starts = network("linear", 0.999 * np.outer(u, v)), rng.normal(size=(64, N))
    assert fixed_points(system, starts=starts, slow=5e-5).sizes["point"] == 1
    found = fixed_points(system, starts=starts, slow=5e-5, early=True)
    x = found["x"].values
    assert len(x) > 40
    assert np.ptp(x @ u) > 1
    assert np.linalg.norm(x - np.outer(x @ v, u), axis=1).max() < 0.006
    line = line_attractor(found)
    np.testing.assert_allclose(line["time_constant"], 1e5, rtol=1e-6)
    np.testing.assert_allclose(line["selection"], np.broadcast_to(v, line["selection"].shape), atol=1e-9)
    assert line.attrs["straightness"] > 0.999
    np.testing.assert_allclose(line["alignment"], 1, atol=1e-3)


def test_two_contexts_select_two_inputs(rank_one, rng):
    """One line, two selection vectors: context k's is orthogonal to the input of the other context."""
    u, _ = rank_one
    motion, colour = rng.normal(size=(2, N))
    rows = np.stack([u, motion, colour])
    for wanted, unwanted, goals in (("motion", "colour", [1, 1, 0]), ("colour", "motion", [1, 0, 1])):
        v = np.linalg.pinv(rows) @ goals
        found = fixed_points(network("linear", np.outer(u, v)), starts=rng.normal(size=(16, N)))
        table = selected_input(line_attractor(found), {"motion": motion, "colour": colour})["along"]
        assert table[wanted] == pytest.approx(1)
        assert table[unwanted] == pytest.approx(0, abs=1e-9)


def test_selection_vectors_predict_where_pulses_end(rank_one, rng):
    """A pulse δ on the line ends at u·(v·δ) from where it began, once all else has relaxed: exp(−30) of it is left."""
    u, v = rank_one
    system = network("linear", np.outer(u, v))
    line = line_attractor(fixed_points(system, starts=rng.normal(size=(8, N))))
    begun, pulse = line["x"].values[3], rng.normal(size=N)
    end = simulate(system, begun + pulse, duration=3000, dt=10).values[-1]
    predicted = begun + line["line"].values[3] * (line["selection"].values[3] @ pulse)
    np.testing.assert_allclose(end, predicted, atol=1e-8 * np.linalg.norm(pulse))


def test_tangents_follow_a_curved_line():
    """Slow points on the parabola y = x²/2, towards which y relaxes in 10 ms."""
    system = Custom(lambda t, x: jnp.stack([0 * x[0], -(x[1] - x[0] ** 2 / 2) / 10]), ("x", "y"))
    line = line_attractor(fixed_points(system, starts=np.stack([np.linspace(-1, 1, 11), np.ones(11)], 1)))
    x = line["x"].values[:, 0]
    np.testing.assert_allclose(line["line"], np.stack([np.ones_like(x), x], 1) / np.hypot(1, x)[:, None], atol=1e-6)
    np.testing.assert_allclose(line["alignment"], 1, atol=1e-6)
    np.testing.assert_allclose(line["selection"].values[:, 1], 0, atol=1e-9)
    assert line.attrs["straightness"] < 0.99


def test_starts_find_what_a_box_finds():
    system = WilsonCowan()
    boxed = fixed_points(system, {"E": (0, 1), "I": (0, 1)})
    started = fixed_points(system, starts=np.random.default_rng(0).uniform(size=(100, 2)))
    np.testing.assert_allclose(started["x"], boxed["x"], atol=1e-10)
    assert started["kind"].values.tolist() == boxed["kind"].values.tolist()


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_a_start_at_a_fixed_point_finds_it(level, rng):
    """There neither the spread of the starts nor their speed gives a scale."""
    target, W = np.full(N, level), 0.5 * rng.normal(size=(N, N)) / np.sqrt(N)
    found = fixed_points(network("tanh", W, np.arctanh(target) - W @ target), starts=target)
    np.testing.assert_allclose(found["x"].values, target[None], atol=1e-12)


def test_random_tanh_and_relu_networks_end_at_fixed_points(rng):
    """Weak weights: each is a contraction with one fixed point, reached from every start though relu has kinks."""
    W, b = 0.7 * rng.normal(size=(N, N)) / np.sqrt(N) / 2, rng.normal(size=N)
    for curve, f in (("tanh", np.tanh), ("relu", lambda x: np.maximum(x, 0))):
        found = fixed_points(network(curve, W, b), starts=rng.normal(size=(64, N)))
        x = np.zeros(N)
        for _ in range(500):
            x = f(W @ x + b)
        np.testing.assert_allclose(found["x"].values, x[None], atol=1e-10)


def test_time_constants_and_periods_of_a_planted_spiral():
    """x' = (a ± iω)x with a = −0.01, ω = 0.05: τ = 100 ms, period 125.7 ms; a third variable grows in 50 ms."""
    J = np.array([[-0.01, -0.05, 0], [0.05, -0.01, 0], [0, 0, 0.02]])
    system = Custom(lambda t, x, J: J @ x, ("x", "y", "z"), {"J": J})
    (row,) = stability_table(fixed_points(system, starts=np.ones((2, 3)))).to_dict("records")
    assert (row["unstable"], row["kind"]) == (1, "saddle")
    constants = [row[f"time constant {i}"] for i in (1, 2, 3)]
    np.testing.assert_allclose(constants, [-50, 100, 100])
    np.testing.assert_allclose([row[f"period {i}"] for i in (1, 2, 3)], [np.inf, *[2 * np.pi / 0.05] * 2])
    assert np.isinf(time_constants(np.array([0j]))).all()


def test_speed_in_a_slanted_plane_equals_the_closed_form(rng):
    """x' = −x/τ: the speed is the distance from 0 over τ."""
    axes = np.linalg.qr(rng.normal(size=(N, 2)))[0].T
    system = network("linear", np.zeros((N, N)))
    origin = rng.normal(size=N)
    field = speed_map(system, origin, axes, [(-2, 2), (-1, 3)], n=5)
    state = origin + 1.0 * axes[0] + 2.0 * axes[1]
    at = field.sel(first=1, second=2)
    np.testing.assert_allclose(at["speed"], np.linalg.norm(state) / 100)
    np.testing.assert_allclose([at["u"], at["v"]], -axes @ state / 100)


EMPTY = fixed_points(Custom(lambda t, x: x**2 + 1, ("x",)), {"x": (-1, 1)})
BAD = {
    "both": (lambda: fixed_points(WilsonCowan(), [(0, 1)] * 2, starts=[[0, 0]]), "either a box or starts"),
    "neither": (lambda: fixed_points(WilsonCowan()), "either a box or starts"),
    "shape": (lambda: fixed_points(WilsonCowan(), starts=[[0, 0, 0]]), r"starts must have shape \(2,\)"),
    "early": (lambda: fixed_points(WilsonCowan(), [(0, 1)] * 2, early=True), "give slow too"),
    "no points": (lambda: line_attractor(EMPTY), "There are no points"),
    "plane": (
        lambda: speed_map(WilsonCowan(), [0, 0], np.ones((2, 2)), [(0, 1)] * 2),
        "two orthogonal unit vectors",
    ),
    "extent": (lambda: speed_map(WilsonCowan(), [0, 0], np.eye(2), [(1, 0)] * 2), "extent must be"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    job, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        job()
