"""Short-term plasticity in closed form, and the equilibrium of weights under STDP."""

import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics.spiking.theory import (
    poisson_steady_state,
    regular_steady_state,
    stdp_equilibrium,
    synaptic_train,
)

DEPRESSION = {"U0": 0.5, "tau_d": 100.0, "tau_f": 50.0}
FACILITATION = {"U0": 0.2, "tau_d": 100.0, "tau_f": 750.0}


def one_by_one(times, U0, tau_d, tau_f, g_max=1.2, tau=5.0):
    """Return u⁺, R⁻, g⁺ by following one spike after the other."""
    u, R, g, found = 0.0, 1.0, 0.0, []
    for gap in np.diff(times, prepend=times[0]):
        u, R, g = u * np.exp(-gap / tau_f), 1 - (1 - R) * np.exp(-gap / tau_d), g * np.exp(-gap / tau)
        u += U0 * (1 - u)
        g += g_max * u * R
        found.append((u, R, g))
        R -= u * R
    return np.array(found).T


@pytest.mark.parametrize(
    ("synapse", "rate", "ratio"),
    [
        (DEPRESSION, [5, 10, 20, 40], [0.9354, 0.8174, 0.6302, 0.4098]),
        (FACILITATION, [2, 8, 40], [1.693, 2.446, 1.086]),
    ],
)
def test_ten_spikes_change_the_conductance_as_published(synapse, rate, ratio):
    """REFERENCE §5: just after the tenth spike over the first. The digits are those that are printed."""
    train = synaptic_train(1000 / np.array(rate)[:, None] * np.arange(10), **synapse)
    np.testing.assert_allclose(train.g[:, 9] / train.g[:, 0], ratio, atol=5.1e-4 if synapse is FACILITATION else 5.1e-5)
    assert train.g[0, 0] == pytest.approx(1.2 * synapse["U0"])


def test_facilitation_is_largest_between_7_and_8_hz():
    rate = np.arange(1.0, 20.0, 0.25)
    train = synaptic_train(1000 / rate[:, None] * np.arange(10), **FACILITATION)
    assert 7 <= rate[np.argmax(train.g[:, 9] / train.g[:, 0])] <= 8


@pytest.mark.parametrize("synapse", [DEPRESSION, FACILITATION])
@pytest.mark.parametrize("n", [1, 2, 3, 1000])
def test_any_train_is_what_following_its_spikes_gives(synapse, n, rng):
    times = np.cumsum(rng.exponential(30, n))
    train = synaptic_train(times, **synapse)
    np.testing.assert_allclose([train.u, train.R, train.g], one_by_one(times, **synapse), rtol=1e-12)


def test_steady_states_are_where_trains_end(rng):
    """Memory of the first spike is below e⁻²⁵. The mean of u over 200,000 Poisson spikes errs by about 0.1/√200,000."""
    train = synaptic_train(50.0 * np.arange(400), **FACILITATION)
    ends = regular_steady_state(20.0, **FACILITATION)
    np.testing.assert_allclose([train.u[-1], train.R[-1], train.g[-1]], ends, rtol=1e-9)
    poisson = synaptic_train(np.cumsum(rng.exponential(50, 200_000)), **DEPRESSION)
    u, R, g = poisson_steady_state(20.0, **DEPRESSION)
    assert poisson.u.mean() == pytest.approx(u, abs=0.002)
    assert poisson.R.mean() == pytest.approx(R, rel=0.05)  # the mean field neglects that u and R vary together
    assert g == pytest.approx(1.2 * u * R * 0.02 * 5)
    without = {"U0": 0.5, "tau_d": 100.0, "tau_f": 1e-9}
    alone = synaptic_train(np.cumsum(rng.exponential(50, 200_000)), **without)
    assert alone.R.mean() == pytest.approx(poisson_steady_state(20.0, **without)[1], abs=0.004)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"U0": 0.0}, "U0 must be above 0 and at most 1"),
        ({"U0": 1.5}, "U0 must be above 0 and at most 1"),
        ({"tau_d": -100.0}, "tau_d must be above 0 ms"),
        ({"tau_f": 0.0}, "tau_f must be above 0 ms"),
        ({"g_max": -1.0}, "g_max must not be negative"),
        ({"tau": 0.0}, "tau must be above 0 ms"),
        ({"times": np.array([2.0, 1.0])}, "Spike times must rise"),
        ({"times": np.array([])}, "an array of spikes"),
        ({"times": np.array([np.nan])}, "times must be finite"),
    ],
)
def test_unusable_synapses_are_told(change, sentence):
    with pytest.raises(InputError, match=sentence):
        synaptic_train(**({"times": np.arange(3.0)} | DEPRESSION | change))


def test_unusable_rates_are_told():
    with pytest.raises(InputError, match="rate must be above 0 Hz"):
        regular_steady_state(0.0, **DEPRESSION)


def test_additive_changes_part_the_weights_and_multiplicative_ones_gather_them():
    """Gütig et al. (2003): the exponent decides. Where all changes are multiplicative, the mean is A₊/(A₊ + A₋)."""
    rule = {"rate_pre": 15.0, "efficacy": 0.02}
    additive = stdp_equilibrium(**rule)
    assert additive.peaks.tolist() == [0, 1]
    assert additive.rate_post == pytest.approx(300 * 15 * 0.02 * additive.mean, rel=1e-9)
    uncaused = stdp_equilibrium(rate_pre=15.0, rate_post=10.0, potentiation_exponent=1.0, depression_exponent=1.0)
    assert len(uncaused.peaks) == 1
    assert uncaused.mean == pytest.approx(1 / 2.1, abs=1e-3)
    van_rossum = stdp_equilibrium(rate_pre=15.0, rate_post=10.0, A_plus=0.001, A_minus=0.003, depression_exponent=1.0)
    assert van_rossum.mean == pytest.approx(1 / 3, abs=1e-3)
    assert np.trapezoid(van_rossum.density, van_rossum.weight) == pytest.approx(1, abs=1e-6)


def test_without_causation_or_bias_additive_weights_are_uniform():
    even = stdp_equilibrium(rate_pre=10.0, rate_post=10.0, A_plus=0.01, A_minus=0.01)
    np.testing.assert_allclose(even.density, 1, rtol=1e-9)


def test_drift_and_diffusion_are_those_of_spikes():
    """Changes of 4000 weights that are held at 0.7, in 1.5 s by steps of 0.25 ms, after 0.1 s for the traces.

    Steps leave out pairs within one, 1.3 % of the change and 2.5 % of its variance; the window, which is 75 times as
    long as the traces last, 1.3 %. The variance is known to √(2/4000) = 2.2 %, the mean to its standard error.
    """
    rng, n, dt, w, efficacy = np.random.default_rng(0), 4000, 0.25, 0.7, 0.3
    up, down = 0.01 * 0.3**0.5, 0.012 * 0.7
    before, after, waiting, change = np.full(n, 0.6), np.full(n, 0.4), np.zeros(n), np.zeros(n)
    chance, decay = -np.expm1(-dt / 5), np.exp(-dt / 20)
    for step in range(6400):
        draws = rng.random((3, n), dtype=np.float32)
        pre, post = draws[0] < 0.03 * dt, (draws[1] < 0.02 * dt) | (draws[2] < waiting * chance)
        before, after, waiting = before * decay, after * decay, waiting * (1 - chance) + pre * efficacy * w
        change += (step >= 400) * (post * before * up - pre * after * down)
        before, after = before + pre, after + post
    rule = {"potentiation_exponent": 0.5, "depression_exponent": 1.0, "A_plus": 0.01, "A_minus": 0.012}
    theory = stdp_equilibrium(rate_pre=30.0, rate_post=20.0 + 30 * efficacy * w, efficacy=efficacy, **rule)
    at = np.argmin(np.abs(theory.weight - w))
    error = change.std() / np.sqrt(n)
    assert change.mean() == pytest.approx(1.5 * theory.drift[at], abs=3 * error + 0.02 * abs(change.mean()))
    assert change.var() == pytest.approx(1.5 * theory.diffusion[at], rel=0.11)  # 3 · 2.2 % + 2.5 % + 1.3 %


def test_no_weight_flows_in_equilibrium():
    """Drift times density is half the derivative of diffusion times density; central differences err by h² = 2.5e−7."""
    theory = stdp_equilibrium(rate_pre=15.0, rate_post=12.0, efficacy=0.01, potentiation_exponent=0.1)
    spread = np.gradient(theory.diffusion * theory.density, theory.weight) / 2
    flow = (theory.drift * theory.density - spread)[2:-2]
    assert np.abs(flow).max() < 1e-3 * np.abs(spread).max()


@pytest.mark.slow
def test_the_equilibrium_is_that_of_simulated_synapses():
    """Additive and multiplicative changes of 800 synapses each, followed for 30 s in steps of 1 ms, at 40 Hz each.

    With changes of 0.04 the variance grows by 0.05 per s, so that weights forget within 1/(π² · 0.05/2) = 4 s. The
    samples after 10 s are worth 2 × 800 independent ones, and their mean errs by 0.25/√1600 = 0.006. Steps, and
    changes that are not infinitely small, add about as much: 0.02 in all.
    """
    exponent, rng, shape = np.array([[0.0], [1.0]]), np.random.default_rng(1), (2, 800)
    before, after, w, sampled = np.zeros(shape), np.zeros(shape), np.full(shape, 0.4), []
    for step in range(30_000):
        pre, post = rng.random((2, *shape), dtype=np.float32) < 0.04
        before, after = before * np.exp(-1 / 20), after * np.exp(-1 / 20)
        w = w - pre * after * 0.042 * np.where(exponent, w, 1) + post * before * 0.04 * np.where(exponent, 1 - w, 1)
        w = np.clip(w, 0, 1)
        before, after = before + pre, after + post
        if step >= 10_000 and step % 500 == 0:
            sampled.append(w)
    for k, mu in enumerate((0.0, 1.0)):
        rule = {"A_plus": 0.04, "A_minus": 0.042, "potentiation_exponent": mu, "depression_exponent": mu}
        theory = stdp_equilibrium(rate_pre=40.0, rate_post=40.0, **rule)
        sd = np.sqrt(np.trapezoid((theory.weight - theory.mean) ** 2 * theory.density, theory.weight))
        found = np.array(sampled)[:, k]
        assert found.mean() == pytest.approx(theory.mean, abs=0.02)
        assert found.std() == pytest.approx(sd, abs=0.02)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rate_pre": 0.0}, "rate_pre must be above 0"),
        ({"A_plus": 0.6}, "A_plus must be at most 0.5"),
        ({"tau_minus": -20.0}, "tau_minus must be above 0"),
        ({"depression_exponent": 2.0}, "depression_exponent must lie between 0"),
        ({"efficacy": -0.1}, "must not be negative"),
        ({"rate_post": None}, "Give rate_post, or an efficacy"),
    ],
)
def test_unusable_rules_are_told(change, sentence):
    with pytest.raises(InputError, match=sentence):
        stdp_equilibrium(**({"rate_pre": 15.0, "rate_post": 10.0} | change))
