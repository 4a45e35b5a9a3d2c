"""Stochastic processes: moments, closed forms, limits, conversions, and what is told about bad input."""

import jax
import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import kstest

from isocortex import InputError
from isocortex.analysis import fano_factor, fit_autoregression, interval_cv, intervals, order_table
from isocortex.dynamics import (
    MarkovChain,
    OrnsteinUhlenbeck,
    autoregression,
    inhomogeneous_poisson,
    poisson,
    random_walk,
    simulate,
    stationary_sd,
    telegraph,
)
from isocortex.spike_trains import SpikeTrains

KEY = jax.random.key(0)
CHANNEL = telegraph(0.02, 0.1)
RING = MarkovChain(np.array([[0, 2.0, 0.5], [0.5, 0, 2.0], [2.0, 0.5, 0]]))


def test_the_variance_of_a_random_walk_is_its_time():
    """20,000 paths: four standard errors √(2/n)·t."""
    paths = random_walk(100, n_paths=20000, key=KEY).values
    for t in (1, 10, 100):
        assert paths[:, t].var() == pytest.approx(t, rel=4 * np.sqrt(2 / 20000))


def test_paths_do_not_depend_on_the_duration_and_noise_is_replayed():
    long, short = (random_walk(n, n_paths=3, key=KEY).values for n in (50, 20))
    np.testing.assert_array_equal(long[:, :21], short)
    eta = np.random.default_rng(0).normal(size=(2, 30))
    np.testing.assert_allclose(random_walk(30, step_sd=2.0, noise=eta).values[:, 1:], 2 * np.cumsum(eta, axis=1))


def test_higher_orders_recur_as_written():
    eta = np.random.default_rng(0).normal(size=(1, 20))
    x = autoregression([0.5, -0.3], n_steps=20, step_sd=0.1, constant=0.2, x0=[1.0, 2.0], noise=eta).values[0]
    for t in range(2, 22):
        assert x[t] == pytest.approx(0.2 + 0.5 * x[t - 1] - 0.3 * x[t - 2] + 0.1 * eta[0, t - 2], abs=1e-14)


def test_exact_steps_have_the_moments_of_the_continuous_process():
    """At any dt, also 3τ: four standard errors of 40,000 paths."""
    process = OrnsteinUhlenbeck(mean=2.0, sd=1.5, tau=10.0)
    n = 40000
    for dt in (1.0, 30.0):
        x = simulate(process, np.full((n, 1), 5.0), duration=60, dt=dt, solver="exact", key=KEY).sel(variable="x")
        variance = 1.5**2 * (1 - np.exp(-2 * 60 / 10))
        assert x["time"].values[-1] == 60
        assert x.values[:, -1].mean() == pytest.approx(2 + 3 * np.exp(-6), abs=4 * np.sqrt(variance / n))
        assert x.values[:, -1].var() == pytest.approx(variance, rel=4 * np.sqrt(2 / n))


def test_euler_inflates_the_variance_as_derived():
    """At dt = τ/2 by 4/3. 4000 paths at 10τ, where e⁻²⁰ of the start is left: four standard errors √(2/n) of 9 %."""
    process, n = OrnsteinUhlenbeck(sd=1.0, tau=10.0), 4000
    x = simulate(process, np.zeros((n, 1)), duration=150, dt=5.0, key=KEY)
    assert x.values[:, -1, 0].var() == pytest.approx(4 / 3, rel=4 * np.sqrt(2 / n))
    assert process.euler_sd(5.0) ** 2 == pytest.approx(4 / 3)


@pytest.mark.parametrize(("sd", "tau", "dt"), [(0.1, 10.0, 0.01), (2.0, 5.0, 1.0), (7.0, 0.5, 2.0), (1.0, 100.0, 50.0)])
def test_every_name_of_the_noise_is_the_same_noise(sd, tau, dt):
    process = OrnsteinUhlenbeck(sd=sd, tau=tau)
    again = OrnsteinUhlenbeck.from_steps(process.retention(dt), process.step_sd(dt), dt=dt)
    assert again.sd == pytest.approx(sd, rel=1e-6)
    assert again.tau == pytest.approx(tau, rel=1e-6)
    from_diffusion = OrnsteinUhlenbeck.from_diffusion(float(process.diffusion(0.0, jax.numpy.ones(1))[0]), tau=tau)
    assert from_diffusion.sd == pytest.approx(sd, rel=1e-5)
    assert stationary_sd(process.retention(dt), process.step_sd(dt)) == pytest.approx(sd, rel=1e-6)
    tiny = 1e-6 * tau
    assert process.step_sd(tiny) ** 2 / tiny == pytest.approx(2 * process.diffusion_constant, rel=1e-5)


def test_order_and_coefficients_are_recovered():
    """5000 values: four standard errors of the regression; BIC is consistent, AIC never chooses less than BIC."""
    x = autoregression([0.6, 0.0, -0.4], n_steps=5000, step_sd=0.7, constant=1.0, key=KEY).values[0]
    fit = fit_autoregression(x, 3)
    np.testing.assert_array_less(np.abs(fit.coefficients - [0.6, 0.0, -0.4]), 4 * fit.errors)
    assert fit.step_sd == pytest.approx(0.7, rel=4 / np.sqrt(2 * 5000))
    table = order_table(x, 6)
    assert table["bic"].idxmin() == 3
    assert table["aic"].idxmin() >= 3


def test_poisson_intervals_are_exponential_and_counts_have_a_fano_factor_of_one():
    """Kolmogorov–Smirnov p above 1e-3; the Fano factor's standard error over w windows is √(2/w)."""
    trains = poisson(40.0, 5000.0, key=KEY, n_units=100)
    found = intervals(trains)
    assert kstest(found, "expon", args=(0, 25.0)).pvalue > 1e-3
    assert interval_cv(trains) == pytest.approx(1, abs=4 / np.sqrt(len(found)))
    assert fano_factor(trains, 100.0) == pytest.approx(1, abs=4 * np.sqrt(2 / 5000))
    assert len(trains.times) == pytest.approx(20000, abs=4 * np.sqrt(20000))


def test_a_dead_time_makes_trains_regular():
    """Interval r + exponential: mean 1/λ + r, CV 1/(1 + λr), Fano factor CV² in long windows (renewal theory)."""
    trains = poisson(100.0, 20000.0, key=KEY, n_units=50, refractory=5.0)
    found = intervals(trains)
    n = len(found)
    assert found.min() >= 5
    assert found.mean() == pytest.approx(15, abs=4 * 10 / np.sqrt(n))
    cv = 1 / 1.5
    assert interval_cv(trains) == pytest.approx(cv, abs=4 * cv / np.sqrt(n))
    assert fano_factor(trains, 1000.0) == pytest.approx(cv**2, rel=4 * np.sqrt(2 / 1000) + 0.02)


def test_thinning_follows_the_rate():
    """Spikes per quarter of a cycle are Poisson with the integral of the rate: four standard deviations."""

    def rate(t):
        return 30 * (1 + np.sin(2 * np.pi * t / 1000))

    trains = inhomogeneous_poisson(rate, 60.0, 1000.0, key=KEY, n_units=400)
    counts = np.histogram(trains.times, [0, 250, 500, 750, 1000])[0]
    expected = 400 * 30 * (0.25 + np.array([1, 1, -1, -1]) / (2 * np.pi))
    np.testing.assert_array_less(np.abs(counts - expected), 4 * np.sqrt(expected))
    with pytest.raises(InputError, match="stay within"):
        inhomogeneous_poisson(rate, 50.0, 1000.0, key=KEY, n_units=10)


def test_gillespie_has_the_occupancy_and_dwell_times_of_the_generator():
    """Dwell times are exponential: standard error mean/√n. Occupancy from state 0 after 5000 ms = 600 relaxation times
    of 8.3 ms: its variance is 2·p(1−p)·8.3/5000, and the start biases it by p·8.3/5000."""
    jumps = CHANNEL.simulate(5000.0, key=KEY, n_trials=200)
    for state, mean in enumerate((50.0, 10.0)):
        visits = jumps.dwell_times(state)
        assert visits.mean() == pytest.approx(mean, abs=4 * mean / np.sqrt(len(visits)) + mean * mean / 5000)
    occupancy = jumps.occupancy(2)
    np.testing.assert_allclose(occupancy.sum(axis=1), 1)
    error = np.sqrt(2 * (5 / 36) * 8.33 / 5000 / 200)
    assert occupancy[:, 1].mean() == pytest.approx(1 / 6, abs=4 * error + 8.33 / 5000)


@pytest.mark.parametrize("chain", [CHANNEL, RING])
def test_steps_meet_gillespie_and_the_exponential_in_the_limit(chain):
    """Probabilities at t: exp(Qt), exactly for Gillespie; (I + Qdt)^n → exp(Qt) at first order in dt."""
    t = 2 * chain.dwell_times().min()
    exact = expm(chain.generator * t)[0]
    n = 20000
    at_t = chain.simulate(t, key=KEY, n_trials=n).at(np.array([t * (1 - 1e-9)]))[:, 0]
    shares = np.bincount(at_t, minlength=len(exact)) / n
    np.testing.assert_allclose(shares, exact, atol=4 * np.sqrt(0.25 / n))
    errors = [np.abs(np.linalg.matrix_power(chain.step_matrix(t / m), m)[0] - exact).max() for m in (100, 200, 400)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1, abs=0.05)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(1, abs=0.05)
    path = chain.simulate_steps(100, dt=t / 100, key=KEY, n_trials=n)
    found = np.bincount(path[:, -1], minlength=len(exact)) / n
    expected = np.linalg.matrix_power(chain.step_matrix(t / 100), 100)[0]
    np.testing.assert_allclose(found, expected, atol=4 * np.sqrt(0.25 / n))


def test_detailed_balance():
    assert CHANNEL.is_reversible()
    assert not RING.is_reversible()
    np.testing.assert_allclose(RING.equilibrium(), 1 / 3)
    np.testing.assert_allclose(RING.step_matrix(0.3, exact=True).sum(axis=1), 1)


def test_uniform_numbers_are_replayed():
    u = np.random.default_rng(1).uniform(size=(1, 200))
    path = CHANNEL.simulate_steps(200, dt=1.0, uniforms=u)[0]
    for n in range(200):
        stay = 0.98 if path[n] == 0 else 0.1
        assert path[n + 1] == (u[0, n] >= stay)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: random_walk(10), "either a key"),
        (lambda: random_walk(10, noise=np.ones((1, 3))), r"shape \(path, 10\); got \(1, 3\)"),
        (lambda: autoregression([1.0], n_steps=10, step_sd=1.0, noise=np.ones(10)), r"shape \(path, 10\); got \(10,\)"),
        (lambda: MarkovChain(np.ones((2, 3))), r"square matrix, .* got shape \(2, 3\)"),
        (lambda: CHANNEL.simulate_steps(5, dt=1.0, uniforms=np.ones((1, 3))), r"\(trial, 5\); got \(1, 3\)"),
        (lambda: CHANNEL.simulate_steps(5, dt=1.0, key=KEY, start=2), "start must be a state"),
        (lambda: poisson(np.inf, 10.0, key=KEY), "finite"),
        (lambda: stationary_sd(1.0, 0.1), "below 1"),
        (lambda: OrnsteinUhlenbeck(tau=0.0), "above 0"),
        (lambda: OrnsteinUhlenbeck(tau=1.0).euler_sd(3.0), "below 2τ"),
        (lambda: OrnsteinUhlenbeck.from_steps(1.5, 0.1, dt=1.0), "between 0 and 1"),
        (lambda: fit_autoregression(np.ones(50)), "constant"),
        (lambda: fit_autoregression(np.arange(4.0), 3), "at least"),
        (lambda: fit_autoregression(np.arange(9.0), recipe="publised"), "Did you mean 'published'"),
        (lambda: poisson(-1.0, 10.0, key=KEY), "at least 0"),
        (lambda: interval_cv(poisson(0.0, 10.0, key=KEY)), "two intervals"),
        (lambda: fano_factor(poisson(0.0, 10.0, key=KEY), 1.0), "no spikes"),
        (lambda: fano_factor(poisson(0.0, 10.0, key=KEY), 20.0), "two windows"),
        (lambda: MarkovChain(np.array([[0, -1.0], [1.0, 0]])), "at least 0"),
        (lambda: MarkovChain(np.zeros((2, 2))).equilibrium(), "equilibrium is not unique"),
        (lambda: CHANNEL.step_matrix(20.0), "too long"),
        (lambda: CHANNEL.simulate_steps(3, dt=1.0), "either a key"),
        (lambda: SpikeTrains(np.array([2.0, 1.0]), np.zeros(2, int), 1, 5.0), "sorted"),
        (lambda: SpikeTrains(np.array([9.0]), np.zeros(1, int), 1, 5.0), "lie in"),
        (lambda: SpikeTrains(np.array([1.0]), np.ones(1, int), 1, 5.0), "Units"),
    ],
)
def test_bad_input_is_told(call, said):
    with pytest.raises(InputError, match=said):
        call()
