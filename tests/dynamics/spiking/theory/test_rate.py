"""Rate and irregularity of the LIF neuron: high precision, limits, published numbers, and simulations in steps."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocortex import InputError
from isocortex.dynamics.spiking.theory import firing_rate, interval_cv, rate_slopes, stepped_neuron
from isocortex.dynamics.spiking.theory.neuron import ALPHA

EXACT = np.load(Path(__file__).parents[3] / "golden" / "lif_theory.npz")
"""By benchmarks/peers/mpmath_expected_lif.py, with 30 digits."""


def test_siegert_equals_quadrature_in_high_precision():
    """y_th reaches from −35,000 (no noise) to 25 (1e−268 Hz); e^(y²) turns an ulp of y² ≤ 620 into 1e−13."""
    rate = firing_rate(EXACT["mu"][:, None], EXACT["sigma"])
    assert EXACT["rate"][EXACT["rate"] > 0].min() < 1e-260
    np.testing.assert_allclose(rate, EXACT["rate"], rtol=1e-11, atol=1e-300)


def test_the_cv_equals_the_double_integral():
    """The quadrature in two dimensions was done with 16 digits."""
    np.testing.assert_allclose(interval_cv(*EXACT["irregular"].T), EXACT["cv"], rtol=1e-10)


def test_the_curve_of_current_against_rate_is_that_of_the_reference():
    """Spikes in 1000 ms at 210, 250, 300, 390 pA and 10 nS, by Euler with dt 0.1, from V_reset without refractory time.

    A step sees a crossing up to dt late, so that n intervals last between n T and n (T + dt).
    """
    T = 1000 / firing_rate(-75 + np.array([210, 250, 300, 390]) / 10, **stepped_neuron(0.0, dt=0.1))
    counts = np.array([31, 55, 77, 108])
    assert (counts <= 1002 / T).all()
    assert (counts + 1 > 1002 / (T + 0.1)).all()
    assert firing_rate(-55.0) == 0


def test_noisy_current_makes_intervals_as_irregular_as_published():
    """Neuromatch W2D3: CV 0.043 and 0.222 of 55 and 57 spikes; an estimate of the CV errs by CV/√(2n)."""
    published, n = np.array([0.043, 0.222]), np.array([55, 57])
    cv = interval_cv(-50.0, np.array([0.5, 3.0]))
    assert (np.abs(cv - published) < 2 * cv / np.sqrt(2 * n)).all()


def test_little_noise_is_no_noise():
    """The rate differs in second order in σ; the CV is what diffusion on the last millivolts makes of the time."""
    mu, sigma = np.array([-54.0, -50.0, -20.0]), 1e-5
    np.testing.assert_allclose(firing_rate(mu, sigma), firing_rate(mu), rtol=1e-9)
    np.testing.assert_allclose(rate_slopes(mu, sigma)[0], rate_slopes(mu)[0], rtol=1e-8)
    spread = np.sqrt(50 * sigma**2 * (1 / (mu + 55) ** 2 - 1 / (mu + 75) ** 2))
    np.testing.assert_allclose(interval_cv(mu, sigma), spread * firing_rate(mu) / 1000, rtol=1e-7)
    assert firing_rate(-55.0) == 0
    assert interval_cv(-50.0, 0.0) == 0
    assert np.isnan(interval_cv(-55.0, 0.0))


def test_far_below_threshold_spikes_are_a_poisson_process():
    """The escape takes e^(y²) times as long as the approach to the threshold, here e⁹ and e¹⁶."""
    cv = interval_cv(-55 - np.array([3.0, 4.0, 30.0, 300.0]), 1.0, t_ref=0.0)
    assert (np.abs(cv - 1) < [1e-3, 1e-5, 1e-12, 1e-12]).all()
    assert firing_rate(-155.0, 1.0) == 0


@settings(max_examples=60, deadline=None)
@given(
    mu=st.floats(-90, -20),
    sigma=st.floats(0.3, 50),
    tau_m=st.floats(1, 50),
    t_ref=st.floats(0, 5),
    scale=st.floats(0.1, 10),
)
def test_units_do_not_matter_and_slopes_are_derivatives(mu, sigma, tau_m, t_ref, scale):
    """Central differences with h = 1e−5 σ err by h²/6 times the third derivative, 1e−5 at y = 30, and by 1e−12/h."""
    cell = {"tau_m": tau_m, "t_ref": t_ref}
    rate = firing_rate(mu, sigma, **cell)
    assert 0 <= rate < 1000 / max(t_ref, 1e-9)
    in_other_units = {"tau_m": tau_m, "t_ref": t_ref, "V_th": 0.0, "V_reset": -20 * scale}
    assert firing_rate((mu + 55) * scale, sigma * scale, **in_other_units) == pytest.approx(rate, rel=1e-9, abs=1e-300)
    by_mu, by_sigma = rate_slopes(mu, sigma, **cell)
    h = 1e-5 * sigma
    differences = (
        (firing_rate(mu + h, sigma, **cell) - firing_rate(mu - h, sigma, **cell)) / (2 * h),
        (firing_rate(mu, sigma + h, **cell) - firing_rate(mu, sigma - h, **cell)) / (2 * h),
    )
    tolerance = 1e-4 * (abs(by_mu) + abs(by_sigma)) + 1e-6 * rate / sigma + 1e-300
    assert np.abs(np.array(differences) - [by_mu, by_sigma]).max() <= tolerance


def test_coloured_noise_shifts_threshold_and_reset():
    """Fourcaud & Brunel (2002): α = √2·|ζ(½)|. ζ(½) = −1.4603545088095868."""
    assert pytest.approx(np.sqrt(2) * 1.4603545088095868, rel=1e-15) == ALPHA
    shift = 5 * ALPHA / 2 * np.sqrt(0.5 / 10)
    shifted = {"V_th": -55 + shift, "V_reset": -75 + shift}
    assert firing_rate(-60.0, 5.0, tau_s=0.5) == pytest.approx(firing_rate(-60.0, 5.0, **shifted), rel=1e-12)
    assert rate_slopes(-60.0, 5.0, tau_s=0.5)[0] == pytest.approx(rate_slopes(-60.0, 5.0, **shifted)[0], rel=1e-12)
    h = 1e-4
    difference = (firing_rate(-60.0, 5 + h, tau_s=0.5) - firing_rate(-60.0, 5 - h, tau_s=0.5)) / (2 * h)
    assert rate_slopes(-60.0, 5.0, tau_s=0.5)[1] == pytest.approx(difference, rel=1e-6)


@pytest.mark.parametrize("dt", [1.0, 0.5])
def test_a_simulation_in_steps_is_the_stepped_neuron(dt):
    """Without the correction, rates differ by 26 % and 20 %. With it, what is left is of the order of dt/τ_m · 0.1.

    4000 neurons fire 2 s at 15 Hz with a CV of 0.75: a standard error of 0.2 %.
    """
    rng, n, steps = np.random.default_rng(0), 2000, int(2000 / dt)
    V, waiting, spikes = np.full(n, -75.0), np.zeros(n, int), 0
    for step in range(steps):
        V += dt / 10 * (-65 - V) + 10 * np.sqrt(dt / 10) * rng.standard_normal(n)
        V[waiting > 0] = -75
        waiting -= waiting > 0
        fired = V >= -55
        V[fired], waiting[fired] = -75, int(2 / dt)
        spikes += fired.sum() if step >= steps // 10 else 0
    simulated = spikes / n / 1.8
    assert firing_rate(-65.0, **stepped_neuron(10.0, dt=dt)) == pytest.approx(simulated, rel=0.015)
    assert firing_rate(-65.0, 10.0) > 1.15 * simulated


def test_exact_steps_only_raise_the_threshold():
    stepped = stepped_neuron(np.array([0.0, 5.0]), dt=0.1, method="exact")
    assert (stepped["sigma"] == [0, 5]).all()
    assert stepped["tau_m"] == 10
    np.testing.assert_allclose(stepped["V_th"], [-55, -55 + 0.5826 * 5 * 0.1], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"V_reset": -50.0}, "V_reset must lie below V_th"),
        ({"V_reset": -55.0}, "V_reset must lie below V_th"),
        ({"sigma": -1.0}, "sigma must not be negative"),
        ({"tau_m": 0.0}, "tau_m must be above 0 ms"),
        ({"tau_s": -1.0}, "tau_s must not be negative"),
        ({"t_ref": -1.0}, "t_ref must not be negative"),
        ({"mu": np.nan}, "mu must be finite"),
        ({"mu": np.zeros(3), "sigma": np.ones(2)}, "must broadcast"),
    ],
)
def test_unusable_parameters_are_told(change, sentence):
    for function in (firing_rate, interval_cv, rate_slopes):
        with pytest.raises(InputError, match=sentence):
            function(**({"mu": -60.0, "sigma": 5.0} | change))


def test_unusable_steps_are_told():
    with pytest.raises(InputError, match="below tau_m = 10 ms; got 20"):
        stepped_neuron(1.0, dt=20.0)
    with pytest.raises(InputError, match="no method 'eulr'"):
        stepped_neuron(1.0, dt=0.1, method="eulr")
    with pytest.raises(InputError, match="sigma must not be negative"):
        stepped_neuron(-1.0, dt=0.1)
