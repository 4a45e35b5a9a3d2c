"""Neuromatch Academy W2D2 and W2D4: telegraph process, drift–diffusion and autoregression (REFERENCE.md §4)."""

import numpy as np
import pytest
from scipy.stats import kstest

from isocortex.analysis import fano_factor, fit_autoregression, intervals
from isocortex.dynamics import (
    OrnsteinUhlenbeck,
    choice_probability,
    drift_diffusion,
    mean_decision_time,
    poisson,
    random_walk,
    stationary_sd,
    telegraph,
)
from isocortex.dynamics.decision.trials import OVERSHOOT


def test_telegraph_transition_matrix():
    """c→o 0.02, o→c 0.1 per ms, dt 0.1: eigenvalues 1 and 0.988, equilibrium 0.8333, 0.1667 [P]."""
    channel = telegraph(0.02, 0.1)
    A = channel.step_matrix(0.1).T
    np.testing.assert_allclose(A, [[1 - 0.002, 0.01], [0.002, 1 - 0.01]], atol=1e-15)
    np.testing.assert_allclose(np.sort(np.linalg.eigvals(A)), [0.988, 1.0], atol=1e-12)
    np.testing.assert_allclose(channel.equilibrium(), [0.8333, 0.1667], atol=5e-5)
    np.testing.assert_allclose(channel.dwell_times(), [50, 10], rtol=1e-12)


def test_random_walk(key):
    """N(0, 1) steps: variance = t. 20,000 walks: four standard errors √(2/n)·t."""
    paths = random_walk(100, n_paths=20000, key=key).values
    for t in (1, 10, 100):
        assert paths[:, t].var() == pytest.approx(t, rel=4 * np.sqrt(2 / 20000))


def test_poisson_process(key):
    """Exponential intervals (Kolmogorov–Smirnov p above 1e-3) and a Fano factor of 1 (error √(2/windows))."""
    trains = poisson(20.0, 10_000.0, key=key, n_units=50)
    assert kstest(intervals(trains), "expon", args=(0, 50.0)).pvalue > 1e-3
    assert fano_factor(trains, 200.0) == pytest.approx(1, abs=4 * np.sqrt(2 / 2500))


def test_bounded_decision():
    """First-passage probability 1/(1 + exp(−2vB/s²)), mean time (B/v)·tanh(vB/s²), and the overshoot 0.5826."""
    v, B, s = 0.7, 1.2, 0.9
    assert choice_probability(v, B, s) == pytest.approx(1 / (1 + np.exp(-2 * v * B / s**2)), rel=1e-14)
    assert mean_decision_time(v, B, s) == pytest.approx(B / v * np.tanh(v * B / s**2), rel=1e-14)
    assert pytest.approx(-zeta_of_one_half() / np.sqrt(2 * np.pi), abs=5e-5) == OVERSHOOT


def zeta_of_one_half():
    """Riemann's ζ(½) by the alternating series, averaged twice: (1 − √2)·ζ(½) = Σ (−1)ⁿ⁻¹/√n."""
    sums = np.cumsum((-1.0) ** np.arange(4001) / np.sqrt(np.arange(1, 4002)))
    return (sums[-3] + 2 * sums[-2] + sums[-1]) / 4 / (1 - np.sqrt(2))


def published_series():
    """λ .9, σ .2, x0 10, T 200, x∞ 0, NumPy seed 2020."""
    noise = np.random.RandomState(2020).standard_normal(199)[None]
    return drift_diffusion(199, retention=0.9, step_sd=0.2, x0=10.0, target=0.0, noise=noise).values[0]


@pytest.mark.parametrize(
    ("recipe", "intercept", "published"),
    [("published", True, 0.8749), ("all pairs", False, 0.8778), ("all pairs", True, 0.8753)],
)
def test_autoregression_of_seed_2020(recipe, intercept, published):
    """λ̂ = 0.8749 [P]; all pairs give 0.8778 without and 0.8753 with an intercept [R]."""
    found = fit_autoregression(published_series(), intercept=intercept, recipe=recipe).coefficients[0]
    assert found == pytest.approx(published, abs=5e-5)


def test_drift_diffusion_moments(key):
    """Mean x∞ + (x0 − x∞)λᵗ and variance σ²/(1 − λ²) [P]. 20,000 paths: four standard errors, of the mean sd/√n, of
    the variance √(2/n)."""
    n = 20000
    paths = drift_diffusion(60, n_paths=n, key=key).values
    for t in (1, 5, 20, 60):
        variance = 0.1**2 * (1 - 0.9 ** (2 * t)) / (1 - 0.9**2)
        assert paths[:, t].mean() == pytest.approx(1 + 3 * 0.9**t, abs=4 * np.sqrt(variance / n))
        assert paths[:, t].var() == pytest.approx(variance, rel=4 * np.sqrt(2 / n))
    assert stationary_sd(0.9, 0.1) ** 2 == pytest.approx(0.01 / 0.19, rel=1e-12)


def test_euler_inflates_the_variance():
    """Variance σ²/(1 − dt/2τ) [R]: the fixed point of v ← (1 − dt/τ)² v + 2σ²dt/τ."""
    process = OrnsteinUhlenbeck(sd=1.5, tau=10.0)
    dt = 4.0
    v = 1.0
    for _ in range(1000):
        v = (1 - dt / 10) ** 2 * v + 2 * 1.5**2 * dt / 10
    assert process.euler_sd(dt) ** 2 == pytest.approx(v, rel=1e-12)
    assert process.euler_sd(dt) ** 2 == pytest.approx(1.5**2 / (1 - dt / 20), rel=1e-12)
