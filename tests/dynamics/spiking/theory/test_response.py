"""Linear response, spectra and the transfer of correlations of the LIF neuron."""

from pathlib import Path

import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics.spiking.theory import (
    correlation_transfer,
    firing_rate,
    interval_cv,
    power_spectrum,
    rate_slopes,
    stepped_neuron,
    transfer_function,
)
from isocortex.dynamics.spiking.theory.neuron import neuron
from isocortex.dynamics.spiking.theory.response import modulations

EXACT = np.load(Path(__file__).parents[3] / "golden" / "lif_theory.npz")
MU, SIGMA = EXACT["responding"].T[..., None]
CELL = (10.0, 2.0, -55.0, -75.0)


def test_the_response_equals_kummers_functions_in_high_precision():
    """At 0.01 Hz and y_th = 5, the cancellation in λψ costs 2y²/|λ| = 8e4 units of 2e−16."""
    by_mu, by_variance, _ = modulations(2j * np.pi * EXACT["frequency"] / 100, neuron(MU, SIGMA, *CELL))
    np.testing.assert_allclose(1000 * by_mu, EXACT["by_mu"], rtol=1e-9)
    np.testing.assert_allclose(1000 * by_variance, EXACT["by_variance"], rtol=1e-9)
    np.testing.assert_allclose(1000 * by_mu[:, 1:], EXACT["by_mu"][:, 1:], rtol=1e-11)


def test_the_response_begins_at_the_slopes_and_ends_as_a_square_root():
    """Corrections at low frequencies are of first order in f; at high ones of first order in 1/√f."""
    mu, sigma = MU[:, 0], SIGMA[:, 0]
    by_mu, by_sigma = rate_slopes(mu, sigma)
    assert (transfer_function(0.0, mu, sigma) == by_mu).all()
    slow = modulations(np.array(2e-5j), neuron(mu, sigma, *CELL))
    np.testing.assert_allclose(1000 * slow[0], by_mu, rtol=1e-3)
    np.testing.assert_allclose(1000 * slow[1], by_sigma / (2 * sigma), rtol=1e-3)
    fast = transfer_function(1e8, mu, sigma)
    limit = firing_rate(mu, sigma) / (sigma * np.sqrt(np.pi * 1e5 * 10)) * np.exp(-1j * np.pi / 4)
    np.testing.assert_allclose(fast, limit, rtol=3e-2)


def test_the_response_solves_the_fokker_planck_equation():
    """Richardson (2007, 10.1103/PhysRevE.76.021919) integrates from the threshold down; his scheme is of first order.

    With 20,000 steps of 0.003 mV the rate errs by 3e−4, and by as much again where fluxes are complex.
    """
    mu, sigma, f, n = -60.0, 5.0, np.array([10.0, 100.0]), 20_001
    V = np.linspace(-100, -55, n)
    step, reset = V[1] - V[0], np.argmin(np.abs(V + 75))
    pull, D = (V - mu) * 2 / sigma**2, sigma**2 / 2
    keep = np.exp(step * pull)
    push = np.where(pull == 0, step, (keep - 1) / np.where(pull == 0, 1, pull)) * 10 / D
    steady, p = np.zeros(n), 0.0
    for k in range(n - 1, 0, -1):
        steady[k] = p
        p = p * keep[k] + push[k] * (k > reset)
    rate = 1 / (2 + steady.sum() * step)
    omega = 2 * np.pi * f / 1000
    p, flux = np.zeros((2, len(f)), complex), np.stack([np.ones(len(f), complex), np.zeros(len(f), complex)])
    for k in range(n - 1, 0, -1):
        driven = flux - np.array([[0.0], [1.0]]) * rate * steady[k] / 10
        p, flux = p * keep[k] + push[k] * driven, flux + 1j * omega * step * p
        if k == reset:
            flux[0] -= np.exp(-2j * omega)
    assert firing_rate(mu, sigma) == pytest.approx(1000 * rate, rel=1e-3)
    np.testing.assert_allclose(transfer_function(f, mu, sigma), -1000 * flux[1] / flux[0], rtol=2e-3)


def test_the_spectrum_begins_at_the_fano_factor_and_ends_at_the_rate():
    mu, sigma = MU[:, 0], SIGMA[:, 0]
    rate = firing_rate(mu, sigma)
    np.testing.assert_allclose(power_spectrum(0.0, mu, sigma), rate * interval_cv(mu, sigma) ** 2, rtol=1e-12)
    np.testing.assert_allclose(power_spectrum(1e-3 * rate, mu, sigma), power_spectrum(0.0, mu, sigma), rtol=1e-4)
    np.testing.assert_allclose(power_spectrum(1e5, mu, sigma), rate, rtol=1e-6)


def test_counts_in_long_windows_follow_the_law_of_de_la_rocha():
    """S = σ² τ_m (dν/dμ)²/(CV² ν); windows approach it as 1/T, and for short ones counts are uncorrelated."""
    long = correlation_transfer(-65.0, 10.0)
    nu = firing_rate(-65.0, 10.0) / 1000
    slope = rate_slopes(-65.0, 10.0)[0] / 1000
    assert long == pytest.approx(100 * 10 * slope**2 / (interval_cv(-65.0, 10.0) ** 2 * nu), rel=1e-12)
    windows = np.array([1e-2, 1e4, 1e5, np.inf])
    short, near, nearer, same = correlation_transfer(-65.0, 10.0, window=windows)
    assert short < 2e-3
    assert (long - nearer) / (long - near) == pytest.approx(0.1, rel=0.02)
    assert same == long
    assert 0 < long < 1


def test_short_windows_see_the_peaks_of_regular_firing():
    """With a CV of 0.13 the spectrum has peaks at 55 Hz and its multiples. The numbers are from 25 times as many nodes.

    Peaks are Lorentzian, and parts of half the rate with 16 nodes resolve them to 1e−5.
    """
    law = correlation_transfer(-50.0, 2.0, window=np.array([0.5, 10.0, 39.0, 41.0, 1000.0]))
    np.testing.assert_allclose(law, [0.0289827, 0.1188901, 0.2246838, 0.21531968, 0.66841936], rtol=2e-5)


def test_the_law_lies_beside_simulated_pairs():
    """Pairs of neurons in steps of 1 ms with c = 0.2, and counts in 10 and 100 ms.

    The correlation is convex in c, by about 10 % at c = 0.2 (0.106 → 0.118 at 0.3), so that half the sum of c and −c,
    whose even orders cancel, is compared: ρ(c) − ρ(−c) = 2Sc + O(c³). 3000 pairs × 200 windows give a standard error
    of 1/√600,000 = 0.0013 for either, and 0.0045 for S from 10 ms; 100 ms have a tenth of the windows: 0.014.
    """
    rng, n, c = np.random.default_rng(0), 3000, 0.2
    V, waiting, fired = np.full((3, n), -75.0), np.zeros((3, n), int), []
    for _ in range(2100):
        first, own = rng.standard_normal((2, n))
        noise = np.stack([first, c * first + np.sqrt(1 - c**2) * own, -c * first + np.sqrt(1 - c**2) * own])
        V += 0.1 * (-65 - V) + 10 * np.sqrt(0.1) * noise
        V[waiting > 0] = -75
        waiting -= waiting > 0
        spikes = V >= -55
        V[spikes], waiting[spikes] = -75, 2
        fired.append(spikes)
    stepped = stepped_neuron(10.0, dt=1.0)
    for window, error in ((10, 0.0045), (100, 0.0045 * np.sqrt(10))):
        counts = np.array(fired[100:]).reshape(-1, window, 3, n).sum(1)
        counts = counts - counts.mean((0, 2), keepdims=True)
        plus, minus = (np.mean(counts[:, 0] * counts[:, k]) / np.mean(counts[:, 0] ** 2) for k in (1, 2))
        law = correlation_transfer(-65.0, window=float(window), **stepped)
        assert abs((plus - minus) / (2 * c) - law) < 3 * error


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: transfer_function(-1.0, -60.0, 5.0), "frequency must not be negative"),
        (lambda: transfer_function(1.0, -60.0, 0.0), "sigma must be above 0"),
        (lambda: power_spectrum(1.0, -60.0, -5.0), "sigma must not be negative"),
        (lambda: correlation_transfer(-60.0, 5.0, window=0.0), "window must be above 0"),
        (lambda: correlation_transfer(-60.0, 0.0), "sigma must be above 0"),
    ],
)
def test_unusable_input_is_told(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
