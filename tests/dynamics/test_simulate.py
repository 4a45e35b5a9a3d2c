"""One simulation for every system: orders of convergence, exact solutions, noise that replays, errors at the door."""

import importlib
import re
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import SOLVERS, Custom, OrnsteinUhlenbeck, integrate, simulate
from isocortex.dynamics.core.system import in_float64


def logistic_rule(t, x, r):
    return r * x * (1 - x)


def forced_rule(t, x, a):
    return a * x + jnp.cos(t)[None]


def ou_rule(t, x, tau, sigma):
    return -x / tau


def ou_noise(t, x, tau, sigma):
    return sigma * jnp.sqrt(2 / tau) * jnp.ones_like(x)


def gbm_rule(t, x, mu, sigma):
    return mu * x


def gbm_noise(t, x, mu, sigma):
    return sigma * x


LOGISTIC = Custom(logistic_rule, ("x",), {"r": 1.3})
FORCED = Custom(forced_rule, ("x",), {"a": -0.5})
OU = Custom(ou_rule, ("x",), {"tau": 5.0, "sigma": 0.7}, ou_noise)
GBM = Custom(gbm_rule, ("x",), {"mu": 0.4, "sigma": 0.8}, gbm_noise)


def logistic(t, x0=0.1, r=1.3):
    return 1 / (1 + (1 / x0 - 1) * np.exp(-r * t))


def forced(t, x0=0.1, a=-0.5):
    """Solution of x' = a·x + cos t."""
    particular = (np.sin(t) - a * np.cos(t)) / (1 + a**2)
    return particular + (x0 + a / (1 + a**2)) * np.exp(a * t)


@pytest.mark.parametrize("name", [name for name, solver in SOLVERS.items() if solver.step and not solver.noisy])
@pytest.mark.parametrize(("system", "exact"), [(LOGISTIC, logistic), (FORCED, forced)], ids=["logistic", "forced"])
def test_each_scheme_has_its_order(name, system, exact):
    """Halving dt divides the global error by 2^order, to 10 % of the order at these steps."""
    errors = [
        abs(simulate(system, [0.1], duration=4, dt=dt, solver=name).values[-1, 0] - exact(4.0)) for dt in (0.1, 0.05)
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(SOLVERS[name].order, rel=0.1)


def test_the_adaptive_scheme_has_its_order():
    """Tsit5 of order 5 has an error estimate of order 4: with the tolerance, an error per step, h⁵ ∝ tolerance, so that
    ten times less tolerance costs 10^(1/5) times as many steps; the global error h⁵ is in proportion to it."""
    errors = []
    for tolerance in (1e-6, 1e-8, 1e-10):
        x = simulate(FORCED, [0.1], duration=40, dt=40, solver="tsit5", tolerance=tolerance)
        errors.append(abs(float(x[-1, 0]) - forced(40.0)))
    slopes = np.diff(np.log10(errors)) / -2
    np.testing.assert_allclose(slopes, 1, atol=0.25)


def test_the_adaptive_solver_meets_its_tolerance_and_saves_on_the_grid():
    for tolerance in (1e-5, 1e-8, 1e-11):
        x = simulate(FORCED, [0.1], duration=4, dt=0.5, solver="tsit5", tolerance=tolerance)
        assert np.abs(x.values[:, 0] - forced(x["time"].values)).max() < 10 * tolerance


@pytest.mark.slow
def test_noisy_schemes_converge_along_each_path():
    """Strong order 1/2 for Euler–Maruyama and 1 for Heun, beside the exact solution in the sense of each."""
    rng = np.random.default_rng(1)
    fine = rng.standard_normal((400, 256, 1))
    W = fine[..., 0].sum(axis=1) / 16
    exact = {"euler-maruyama": np.exp((0.4 - 0.32) + 0.8 * W), "stochastic-heun": np.exp(0.4 + 0.8 * W)}
    for name, order in {"euler-maruyama": 0.5, "stochastic-heun": 1.0}.items():
        error = []
        for steps in (32, 64, 128, 256):
            noise = fine.reshape(400, steps, -1, 1).sum(axis=2) / np.sqrt(256 / steps)
            x = simulate(GBM, [1.0], duration=1, dt=1 / steps, solver=name, noise=noise)
            error.append(np.abs(x.values[:, -1, 0] - exact[name]).mean())
        slope = -np.polyfit(np.arange(4), np.log2(error), 1)[0]
        assert slope == pytest.approx(order, abs=0.12)


def test_explicit_noise_replays_a_numpy_loop_to_rounding(rng):
    noise = rng.standard_normal((200, 1))
    x = np.empty(201)
    x[0] = 0.3
    for n in range(200):
        x[n + 1] = x[n] - 0.1 * x[n] / 5 + 0.7 * np.sqrt(2 / 5) * np.sqrt(0.1) * noise[n, 0]
    ours = simulate(OU, [0.3], duration=20, dt=0.1, noise=noise)
    np.testing.assert_allclose(ours.values[:, 0], x, rtol=0, atol=1e-14)
    assert (ours.attrs["solver"], ours.attrs["dt"]) == ("euler-maruyama", 0.1)


METHODS = {
    "one path": (
        lambda: simulate(FORCED, [0.1], duration=2, dt=0.5),
        "1 path of 2 ms was simulated by the classical Runge–Kutta method of order 4 with steps of 0.5 ms.",
    ),
    "steps that are chosen": (
        lambda: simulate(FORCED, [[0.1], [0.2]], duration=2, dt=2, solver="tsit5", tolerance=1e-6),
        "2 paths of 2 ms were simulated from 2 initial states by Tsitouras' Runge–Kutta method of order 5 with steps "
        "that keep the relative and the absolute error of each below 1e−6.",
    ),
    "noise and a sweep": (
        lambda: simulate(OU, [[0.3]] * 3, duration=2, dt=0.1, key=jax.random.key(0), sweep={"tau": [1.0, 2.0]}),
        "3 paths of 2 ms were simulated by the Euler–Maruyama method with steps of 0.1 ms, for each of 2 values of "
        "tau. Their noise was drawn from random numbers.",
    ),
    "noise that is given": (
        lambda: simulate(OU, [0.3], duration=2, dt=1, noise=np.zeros((2, 1))),
        "1 path of 2 ms was simulated by the Euler–Maruyama method with steps of 1 ms. Its noise was drawn from the "
        "numbers that were given.",
    ),
}


@pytest.mark.parametrize("case", METHODS)
def test_a_simulation_says_what_it_did(case):
    simulated, said = METHODS[case]
    assert simulated().attrs["methods"] == said


def test_exact_steps_replay_their_law_at_any_length(rng):
    """x' = μ + λ(x − μ) + σ√(1 − λ²) η; two half steps with the noise that composes them are one whole step."""
    process, eta = OrnsteinUhlenbeck(mean=2.0, sd=1.5, tau=10.0), rng.standard_normal((20, 1))
    whole = simulate(process, [5.0], duration=400, dt=20, solver="exact", noise=eta).values[:, 0]
    lam = np.exp(-2)
    for n in range(20):
        assert whole[n + 1] == pytest.approx(
            2 + lam * (whole[n] - 2) + 1.5 * np.sqrt(1 - lam**2) * eta[n, 0], rel=1e-13
        )
    halves = rng.standard_normal((2, 1))
    composed = (np.exp(-1) * halves[:1] + halves[1:]) * np.sqrt((1 - np.exp(-2)) / (1 - np.exp(-4)))
    two = simulate(process, [5.0], duration=20, dt=10, solver="exact", noise=halves)
    one = simulate(process, [5.0], duration=20, dt=20, solver="exact", noise=composed)
    assert float(two[-1, 0]) == pytest.approx(float(one[-1, 0]), rel=1e-13)


def test_a_path_of_noise_depends_on_its_trial_alone(key):
    one = simulate(OU, [0.3], duration=10, dt=0.1, key=key)
    many = simulate(OU, np.full((3, 1), 0.3), duration=20, dt=0.1, key=key)
    sparse = simulate(OU, np.full((3, 1), 0.3), duration=20, dt=0.1, key=key, save_every=10)
    np.testing.assert_allclose(one.values, many.values[0, :101], rtol=0, atol=1e-14)
    np.testing.assert_allclose(sparse.values, many.values[:, ::10], rtol=0, atol=1e-14)
    assert np.ptp(many.values[:, -1]) > 0
    assert many.dims == ("trial", "time", "variable")


@pytest.mark.slow
def test_the_stationary_spread_of_euler_maruyama(key):
    """Variance σ²/(1 − dt/2τ), from 4000 trials: standard error of a variance √(2/4000) = 2.2 %; four of them."""
    x = simulate(OU, np.zeros((4000, 1)), duration=40, dt=1.0, key=key, save_every=40).values[:, -1, 0]
    assert x.var() == pytest.approx(0.49 / (1 - 0.1), rel=0.09)


def test_sweeps_are_labelled_and_share_noise(key):
    x = simulate(OU, np.zeros((2, 1)), duration=5, dt=0.5, key=key, sweep={"sigma": [0.0, 1.0, 2.0], "tau": [5.0, 9.0]})
    assert x.dims == ("sigma", "tau", "trial", "time", "variable")
    assert x["sigma"].values.tolist() == [0, 1, 2]
    assert x["variable"].values.tolist() == ["x"]
    np.testing.assert_allclose(2 * x.sel(sigma=1).values, x.sel(sigma=2).values)
    single = simulate(OU.replace(sigma=1.0, tau=9.0), np.zeros((2, 1)), duration=5, dt=0.5, key=key)
    np.testing.assert_allclose(x.sel(sigma=1, tau=9).values, single.values, atol=1e-15)


def test_new_parameters_do_not_compile_again():
    traced = 0

    def rule(t, x, a):
        nonlocal traced
        traced += 1
        return a * x

    system = Custom(rule, ("x",), {"a": -0.5})
    simulate(system, [1.0], duration=1, dt=0.1)
    before = traced
    for a in (-0.3, -1):
        simulate(system.replace(a=a), [2.0], duration=1, dt=0.1)
    simulate(system, [1.0], duration=2, dt=0.2)
    assert traced == before


def test_a_path_can_be_differentiated():
    """d/dx0 of x0·e^{aT} is e^{aT}."""
    with jax.enable_x64(True):
        system = in_float64(Custom(lambda t, x, a: a * x, ("x",), {"a": -0.5}))
        end = lambda x0: integrate(system, x0[None], dt=0.01, n_saves=1, save_every=200)[-1, 0]  # noqa: E731
        assert float(jax.grad(end)(jnp.asarray(1.0))) == pytest.approx(np.exp(-1), rel=1e-9)


@pytest.mark.parametrize(("solver", "bound"), [("euler", 2.0), ("heun", 2.0), ("rk4", 2.785)])
def test_steps_beyond_the_bound_of_stability_are_warned_of(solver, bound):
    system = Custom(lambda t, x: -x, ("x",))
    with pytest.warns(RuntimeWarning, match=rf"dt above {bound:.3g} ms"):
        simulate(system, [1.0], duration=9, dt=3, solver=solver)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = simulate(system, [1.0], duration=1000 * (bound - 0.02), dt=bound - 0.02, solver=solver)
    assert abs(float(x[-1, 0])) < 1e-6


def block(x, decay, omega, fast):
    """One weakly damped pair and 78 fast modes."""
    pair = jnp.stack([-decay * x[0] + omega * x[1], -omega * x[0] - decay * x[1]])
    return jnp.concatenate([pair, -fast * x[2:]])


@pytest.mark.parametrize(
    ("solver", "fast", "bound"),
    [("euler", 0.5, 2e-3 / (1e-6 + 0.25)), ("rk4", 50.0, 2.785 / 50)],
    ids=["a slow pair", "fast modes"],
)
def test_large_systems_are_checked_without_their_jacobian(solver, fast, bound, monkeypatch):
    """Euler's method is stable for λ = −a ± iω up to dt = 2a/(a² + ω²), Runge–Kutta up to 2.785/|λ| if λ is real."""
    monkeypatch.setattr(importlib.import_module("isocortex.dynamics.core.stability"), "linearised", None)
    values = {"decay": 1e-3, "omega": 0.5, "fast": 0.0}
    system = Custom(lambda t, x, **v: block(x, **v), tuple(f"x{i}" for i in range(80)), values)
    simulate_it = lambda dt: simulate(  # noqa: E731
        system, np.ones(80), duration=2 * dt, dt=dt, solver=solver, sweep={"fast": [fast / 100, fast]}
    )
    with pytest.warns(RuntimeWarning, match="too long") as found:
        simulate_it(0.1)
    said = float(re.search(r"dt above (\S+) ms", str(found[0].message)).group(1))
    assert said == pytest.approx(bound, rel=0.02)  # the bound is looked for in a thousand steps, and told to 3 digits
    simulate_it(0.5 * bound)


def forced_fast(t, x, rate):
    """x follows cos s, s = t, within 1/rate ms."""
    return jnp.stack([-rate * (x[0] - jnp.cos(x[1])), jnp.ones_like(x[1])])


@pytest.mark.slow
def test_a_stiff_system_is_named_and_solved(monkeypatch):
    """The path is cos(t − 1/rate) to 1e-12 once the start is forgotten. The explicit solver needs 3e6 steps."""
    monkeypatch.setattr(importlib.import_module("isocortex.dynamics.core.simulate"), "MOST_ADAPTIVE_STEPS", 2000)
    system = Custom(forced_fast, ("x", "s"), {"rate": 1e6})
    options = {"duration": 10, "dt": 5, "tolerance": 1e-6}
    with pytest.warns(RuntimeWarning, match="system is stiff: use solver='kvaerno5'"):
        assert not np.isfinite(simulate(system, [0.0, 0.0], solver="tsit5", **options).values[-1]).any()
    x = simulate(system, [0.0, 0.0], solver="kvaerno5", **options)
    np.testing.assert_allclose(x.values[1:, 0], np.cos([5, 10]), rtol=0, atol=1e-5)


def test_a_diverging_state_is_warned_of():
    with pytest.warns(RuntimeWarning, match="no longer finite"):
        simulate(Custom(lambda t, x: x**3, ("x",)), [1.0], duration=20, dt=0.5)


BAD = {
    "duration": ({"duration": -1}, "duration must be above 0 ms; got -1"),
    "part of a step": ({"duration": 0.25}, "duration must be a whole number of steps of 0.1 ms"),
    "endless": ({"duration": np.inf}, "duration must be above 0 ms; got inf"),
    "not a number": ({"dt": np.nan}, "dt must be above 0 ms; got nan"),
    "dt": ({"dt": 0}, "dt must be above 0 ms"),
    "solver": ({"solver": "rk5"}, "no solver 'rk5'. Did you mean 'rk4'"),
    "state": ({"x0": [1.0, 2.0]}, r"x0 must have shape \(1,\) or \(trial, 1\), a number for each of x; got \(2,\)"),
    "infinite": ({"x0": [np.inf]}, "x0 holds NaN or infinite values"),
    "no source": ({"key": None}, "Custom has noise: give either a key or explicit noise"),
    "two sources": ({"noise": np.zeros((10, 1))}, "give either a key or explicit noise"),
    "noise": ({"key": None, "noise": np.zeros((9, 1))}, r"noise must have shape \(step, variable\) = \(10, 1\)"),
    "no exact law": ({"solver": "exact"}, "Custom has no exact step; use 'euler-maruyama'"),
    "no noise taken": ({"solver": "rk4"}, "has noise, which 'rk4' cannot simulate; use 'euler-maruyama'"),
    "saves": ({"save_every": 3}, "10 steps of 0.1 ms cannot be saved every 3"),
    "part of a save": ({"save_every": 2.5}, "save_every must be a whole number of steps of dt, at least 1; got 2.5"),
    "parameter": ({"sweep": {"sigam": [1.0]}}, "no parameter of Custom 'sigam'. Did you mean 'sigma'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case, key):
    change, sentence = BAD[case]
    options = {"x0": [1.0], "duration": 1, "dt": 0.1, "key": key} | change
    with pytest.raises(InputError, match=sentence):
        simulate(OU, options.pop("x0"), **options)


def test_a_system_without_noise_takes_none(key):
    with pytest.raises(InputError, match="has no noise, and needs neither key nor noise"):
        simulate(LOGISTIC, [0.1], duration=1, dt=0.1, key=key)
    with pytest.raises(InputError, match="has no noise, so take 'euler'"):
        simulate(LOGISTIC, [0.1], duration=1, dt=0.1, solver="euler-maruyama")
