"""The bounded drift–diffusion model: closed forms, densities, simulation, and what a step does to them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import solve_triangular
from scipy.stats import norm

from isocortex import InputError
from isocortex.dynamics import choice_probability, decision_densities, mean_decision_time, simulate_decisions
from isocortex.dynamics.decision.first_passage import log_density, log_density_moving, moving_bounds
from isocortex.dynamics.decision.trials import OVERSHOOT

DT = 0.001
TIMES = np.arange(DT, 12, DT)


def brute_force(t, v, bound, start):
    """The large-time series of Navarro & Fuss with 2000 terms, exact for t above 1e-3."""
    a, w = 2 * bound, (bound - start) / (2 * bound)
    k = np.arange(1, 2001)
    series = np.pi / a**2 * (k * np.exp(-((k * np.pi) ** 2) * t / 2 / a**2) * np.sin(k * np.pi * w)).sum()
    return series * np.exp(v * a * w - v**2 * t / 2)


@pytest.mark.first_variant
@pytest.mark.parametrize(("v", "start"), [(0.0, 0.0), (1.3, 0.0), (-2.0, 0.4), (3.0, -0.5)])
def test_series_with_few_terms_equal_two_thousand(v, start):
    with jax.enable_x64(True):
        for t in (0.05, 0.2, 0.76, 0.77, 0.78, 2.0, 5.0):  # the switch is at 0.3·1.6² = 0.768
            found = np.exp(log_density(jnp.asarray(t), jnp.asarray(v), jnp.asarray(0.8), start))
            assert float(found) == pytest.approx(brute_force(t, v, 0.8, start), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("v", [0.0, 0.5, 2.0, 6.0])
@pytest.mark.parametrize("noise", [1.0, 0.7])
def test_densities_meet_the_closed_forms(v, noise):
    """A Riemann sum of a density that vanishes smoothly at zero errs by the tail beyond 12 alone: e^(−π²s²t/8B²)."""
    upper, lower = decision_densities(TIMES, drift=v, bound=0.9, noise=noise)
    assert DT * (upper + lower).sum() == pytest.approx(1, abs=2e-4)
    assert DT * upper.sum() == pytest.approx(choice_probability(v, 0.9, noise), abs=2e-4)
    assert DT * (TIMES * (upper + lower)).sum() == pytest.approx(mean_decision_time(v, 0.9, noise), abs=3e-3)


def test_a_varying_drift_is_the_average_over_drifts():
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    each = [decision_densities(TIMES[:3000], drift=1 + 0.8 * x, bound=0.9, start=0.2) for x in nodes]
    for i, closed in enumerate(decision_densities(TIMES[:3000], drift=1.0, bound=0.9, start=0.2, drift_sd=0.8)):
        mixed = sum(w * pair[i] for w, pair in zip(weights, each, strict=True)) / np.sqrt(2 * np.pi)
        np.testing.assert_allclose(closed, mixed, rtol=1e-9, atol=1e-12)


def integral_equation(bound, n, longest):
    """g₀ by Buonocore et al. (1987, 10.2307/1427102), by the trapezoidal rule, extrapolated.

    g₀(t) = −2Ψ(t | 0, 0) + 2∫ g₀(τ) [Ψ(t | b(τ), τ) + Ψ(t | −b(τ), τ)] dτ
    """
    found = []
    for n_steps in (n, n // 2):
        t = longest / n_steps * np.arange(1, n_steps + 1)
        b, slope = (np.asarray(each) for each in jax.vmap(jax.value_and_grad(bound))(jnp.asarray(t)))
        before = np.tril(np.ones((n_steps, n_steps), bool), -1)
        lag = np.where(before, t[:, None] - t, 1.0)

        def kernel(y, b=b, slope=slope, lag=lag, before=before):
            away = b[:, None] - y
            return np.where(before, (slope[:, None] - away / lag) * norm.pdf(away / np.sqrt(lag)) / np.sqrt(lag), 0)

        first = (b / t - slope) * norm.pdf(b / np.sqrt(t)) / np.sqrt(t)
        found.append(solve_triangular(np.eye(n_steps) - t[0] * (kernel(b) + kernel(-b)), first, lower=True))
    fine, coarse = found[0][1::2], found[1]
    return t, fine + (fine - coarse) / 3


@pytest.mark.first_variant
@pytest.mark.parametrize(
    "bound",
    [
        lambda t: 1.2 * jnp.exp(-1.2 * t),
        lambda t: 2.0 * jnp.exp(-3 * t),
        lambda t: 0.7 * jnp.exp(-((t / 0.8) ** 3)),
        lambda t: 0.8 + 0.4 * jnp.sin(2 * t),
    ],
    ids=["falls", "falls fast", "Weibull", "rises and falls"],
)
def test_moving_bounds_meet_the_integral_equation(bound):
    """log ρ is read linearly between knots 2 % apart: its error is (0.02 s)²/8 times its second derivative, which is
    below 1 for s < 1 and near 1.5/s² later, so 1e-4 at most; three times that for bounds whose clock runs unevenly."""
    with jax.enable_x64(True):
        t, expected = integral_equation(bound, 1200, 1.5)
    found = decision_densities(t, drift=0.0, bound=bound)[0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=3e-4 * expected.max())


@pytest.mark.first_variant
@pytest.mark.parametrize(("height", "rate"), [(1.2, 1.2), (5.0, 2.85), (4.0, 5.0)])
def test_no_falling_bound_has_more_than_the_whole_probability(height, rate):
    """Also far, fast bounds, which a fit may try and must not like; trapezia of a smooth density leave 1e-4."""
    t = np.linspace(1e-3, 3, 6000)
    upper, lower = decision_densities(t, drift=0.0, bound=lambda t: height * jnp.exp(-rate * t))
    assert np.trapezoid(upper + lower, t) < 1 + 1e-4


def test_bounds_that_do_not_move_meet_the_series_down_to_the_latest_times():
    """Relative to a density that falls to 1e-16, and whatever the longest time is."""
    t = np.array([0.05, 0.2, 0.5, 2.0, 6.0, 12.0, 20.0])
    exact, found = (decision_densities(t, drift=1.5, bound=b)[0] for b in (0.8, lambda t: 0.8 + 0 * t))
    assert exact[-1] < 1e-24
    np.testing.assert_allclose(found, exact, rtol=1e-4)


def test_the_longest_time_does_not_change_the_density_of_others():
    """One time in a hundred thousand: the knots stand in the model's own clock, up to where everybody has decided."""
    early = TIMES[:2000:50]

    def bound(t):
        return 1.2 * jnp.exp(-0.3 * t)

    alone = decision_densities(early, drift=1.0, bound=bound)[0]
    beside = decision_densities(np.append(early, 40.0), drift=1.0, bound=bound)[0][:-1]
    np.testing.assert_allclose(beside, alone, rtol=3e-4, atol=1e-12)


@pytest.mark.slow
def test_a_falling_bound_agrees_with_simulation():
    """20,000 trials: the standard error of a share is below 0.0036, of the mean time sd/141; four of each allowed,
    and what the step of 0.5 ms leaves after the correction, of order s²dt/B = 1e-3."""

    def bound(t):
        return 1.0 * jnp.exp(-1.2 * t)

    upper, lower = decision_densities(TIMES[:6000], drift=1.2, bound=bound)
    assert DT * (upper + lower).sum() == pytest.approx(1, abs=1e-4)
    found = simulate_decisions(np.full(20000, 1.2), bound=bound, step=5e-4, key=jax.random.key(0))
    assert found.upper.mean() == pytest.approx(DT * upper.sum(), abs=4 * 0.0036 + 1e-3)
    mean = DT * (TIMES[:6000] * (upper + lower)).sum()
    assert found.times.mean() == pytest.approx(mean, abs=4 * found.times.std() / np.sqrt(20000) + 1e-3)


@pytest.mark.first_variant
@pytest.mark.parametrize(("corrected", "moved"), [(False, OVERSHOOT), (True, 0.0)])
def test_a_walk_in_steps_overshoots_as_if_the_bound_were_farther(corrected, moved):
    """REFERENCE.md §4: Euler with step dt behaves as with the bound B + 0.5826·s·√dt. 40,000 trials; four standard
    errors. The uncorrected walk is 13 standard errors away from the closed form of B itself."""
    v, bound, noise, step, n = 1.0, 1.0, 0.8, 0.01, 40000
    found = simulate_decisions(
        np.full(n, v), bound=bound, noise=noise, step=step, key=jax.random.key(1), corrected=corrected
    )
    assert not np.isnan(found.times).any()
    effective = bound + moved * noise * np.sqrt(step)
    p = choice_probability(v, effective, noise)
    assert found.upper.mean() == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / n))
    error = found.times.std() / np.sqrt(n)
    assert found.times.mean() == pytest.approx(mean_decision_time(v, effective, noise), abs=4 * error)
    if not corrected:
        assert abs(found.times.mean() - mean_decision_time(v, bound, noise)) > 8 * error


def test_noise_is_replayed_and_the_key_repeats():
    xi = np.random.default_rng(0).normal(size=(4000, 3))
    found = simulate_decisions(np.ones(3), bound=1.0, step=0.01, increments=xi, corrected=False)
    path = np.cumsum(0.01 + 0.1 * xi, axis=0)
    first = np.argmax(np.abs(path) >= 1, axis=0)
    np.testing.assert_allclose(found.times, 0.01 * (first + 1))
    np.testing.assert_array_equal(found.upper, path[first, range(3)] > 0)
    a, b = (simulate_decisions(np.ones(5), bound=1.0, step=0.01, key=jax.random.key(3)) for _ in range(2))
    np.testing.assert_array_equal(a.times, b.times)


def test_the_log_density_is_differentiable_and_finite_at_early_times():
    with jax.enable_x64(True):
        slopes = jax.jit(jax.grad(log_density, argnums=(0, 2)))
        assert float(slopes(jnp.asarray(1e-6), jnp.asarray(1.0), jnp.asarray(1.0))[1]) == pytest.approx(-1e6, rel=1e-3)
        assert np.isfinite(slopes(jnp.asarray(-0.1), jnp.asarray(1.0), jnp.asarray(1.0))).all()
        grid = 0.01 * jnp.arange(1, 101)

        @jax.jit
        def late(rate):
            ratio = moving_bounds(lambda t: jnp.exp(-rate * t), grid)
            return log_density_moving(jnp.asarray(0.755), jnp.asarray(1.0), lambda t: jnp.exp(-rate * t), grid, ratio)

        numeric = (late(jnp.asarray(1.0 + 1e-5)) - late(jnp.asarray(1.0 - 1e-5))) / 2e-5
        assert float(jax.jit(jax.grad(late))(jnp.asarray(1.0))) == pytest.approx(float(numeric), rel=1e-6)


def test_far_apart_bounds_are_one_bound():
    """Starting near the upper bound with a strong drift: the inverse Gaussian of a single bound."""
    t = TIMES[:200]
    upper, _ = decision_densities(t, drift=2.0, bound=5.0, start=4.5)
    single = 0.5 / t**1.5 * norm.pdf((0.5 - 2.0 * t) / np.sqrt(t))
    np.testing.assert_allclose(upper, single, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: decision_densities(np.array([0.0]), drift=1.0, bound=1.0), "positive"),
        (lambda: decision_densities(np.ones(2), drift=1.0, bound=1.0, start=1.0), "between the bounds"),
        (lambda: decision_densities(np.ones(2), drift=1.0, bound=lambda t: 1.0, start=0.1), "leave start out"),
        (lambda: choice_probability(1.0, 0.0), "above 0"),
        (lambda: simulate_decisions(np.ones(2), bound=1.0, step=0.01), "either a key"),
        (lambda: simulate_decisions(np.ones(2), bound=1.0, step=0.5, key=jax.random.key(0)), "step below"),
        (
            lambda: simulate_decisions(np.ones(3), bound=1.0, step=0.01, increments=np.ones((9, 2))),
            "a column per trial",
        ),
        (lambda: simulate_decisions(np.ones((2, 2)), bound=1.0, step=0.1, key=jax.random.key(0)), "per trial"),
    ],
)
def test_bad_input_is_told(call, said):
    with pytest.raises(InputError, match=said):
        call()
