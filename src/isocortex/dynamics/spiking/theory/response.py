"""How a leaky integrate-and-fire neuron with white noise responds to slow and fast modulations of its input."""

import numpy as np

from ....errors import require
from .intervals import cv_at
from .neuron import Complexes, Neuron, Values, neuron
from .passage import hermite
from .rate import mean_passage, scaled_erfcx

SLOW = 1e-4
"""Below this number of radians per mean interval, the power spectrum is that at 0 within a share of about 1e−8."""
ROUNDED = 4e-8
"""For |λ| below this times y_th, responses are those at 0 within a share of 1e−7; rounding errors would be larger."""


def rate_slopes(
    mu: Values,
    sigma: Values = 0.0,
    *,
    tau_m: Values = 10.0,
    t_ref: Values = 2.0,
    V_th: Values = -55.0,
    V_reset: Values = -75.0,
    tau_s: Values = 0.0,
) -> tuple[Values, Values]:
    """Return dν/dμ and dν/dσ of :func:`firing_rate`, in closed form, in Hz per mV.

    With y = (V − μ)/σ, h(y) = e^(y²) (1 + erf y), ν per ms, and differences between V_th and V_reset,

        dν/dμ = ν² τ_m √π [h(y)]/σ,   dν/dσ = ν² τ_m √π [y h(y)]/σ

    Parameters
    ----------
    mu, sigma, tau_m, t_ref, V_th, V_reset, tau_s : float or array
        As for :func:`firing_rate`.

    Raises
    ------
    InputError
        As for :func:`firing_rate`.

    Examples
    --------
    >>> by_mu, by_sigma = rate_slopes(-60.0, 5.0)
    >>> round(float(by_mu), 4), round(float(by_sigma), 4)
    (4.2544, 4.8851)
    """
    return slopes_at(neuron(mu, sigma, tau_m, t_ref, V_th, V_reset, tau_s))


def slopes_at(at: Neuron) -> tuple[Values, Values]:
    """Return dν/dμ and dν/dσ of checked parameters."""
    damping, passage = mean_passage(at)
    noisy, fires = at.sigma > 0, np.isfinite(at.period)
    h_th, h_reset = scaled_erfcx(at.y_th, 0.0), scaled_erfcx(at.y_th, np.where(noisy, at.y_th - at.y_reset, 1.0))
    common = 1000 * damping * at.tau_m * np.sqrt(np.pi) / np.where(noisy, at.sigma, 1)
    common = common / (damping * at.t_ref + at.tau_m * passage) ** 2
    above, over = np.where(fires, at.mu - at.V_th, 1.0), np.where(fires, at.mu - at.V_reset, 1.0)
    steady = 1000 * at.tau_m * (1 / above - 1 / over) / np.where(fires, at.period, np.inf) ** 2
    by_sigma = common * ((at.y_th - at.shift) * h_th - (at.y_reset - at.shift) * h_reset)
    return np.where(noisy, common * (h_th - h_reset), steady)[()], np.where(noisy, by_sigma, 0.0)[()]


def transfer_function(
    frequency: Values,
    mu: Values,
    sigma: Values,
    *,
    tau_m: Values = 10.0,
    t_ref: Values = 2.0,
    V_th: Values = -55.0,
    V_reset: Values = -75.0,
    tau_s: Values = 0.0,
) -> complex | np.ndarray:
    """Return by how much a small modulation of μ modulates the firing rate, as a complex number in Hz per mV.

    If μ(t) = μ + ε e^(2πi f t), the rate is ν + ε A(f) e^(2πi f t) (Lindner & Schimansky-Geier 2001,
    10.1103/PhysRevLett.86.2934; Brunel et al. 2001, 10.1103/PhysRevLett.86.2186). A(0) is dν/dμ. At high frequencies
    |A| falls as ν/(σ √(πfτ_m)), with a lag of 45°. The parabolic cylinder functions of complex order are integrated
    along the path of steepest descent, to a relative error of about 1e−13, and at most 1e−7 for frequencies near 0
    and μ far below threshold.

    Parameters
    ----------
    frequency : float or array
        f in Hz, not negative; broadcasts with the others.
    mu, sigma, tau_m, t_ref, V_th, V_reset, tau_s : float or array
        As for :func:`firing_rate`, with sigma above 0. With tau_s above 0, threshold and reset are shifted in the same
        way (Schuecker et al. 2015, 10.1103/PhysRevE.92.052119), and A is the response to a modulation that the
        synapses have already filtered.

    Raises
    ------
    InputError
        As for :func:`firing_rate`, and if sigma is 0 or a frequency is negative.

    Examples
    --------
    >>> response = transfer_function(np.array([0.0, 10.0, 100.0]), -60.0, 5.0)
    >>> abs(response).round(4), np.degrees(np.angle(response)).round(1)
    (array([4.2544, 4.3603, 2.1449]), array([  0. ,  -5.7, -44.9]))
    """
    return spectra(frequency, neuron(mu, sigma, tau_m, t_ref, V_th, V_reset, tau_s))[0]


def power_spectrum(
    frequency: Values,
    mu: Values,
    sigma: Values,
    *,
    tau_m: Values = 10.0,
    t_ref: Values = 2.0,
    V_th: Values = -55.0,
    V_reset: Values = -75.0,
) -> Values:
    """Return the power spectrum of the spike train of the LIF neuron with white noise, in Hz.

    The intervals are independent, and F is the Fourier transform of their density: S(f) = ν (1 − |F|²)/|1 − F|². It
    begins at ν CV² and ends at ν, as that of a Poisson process is at all frequencies.

    Parameters
    ----------
    frequency : float or array
        f in Hz, not negative; broadcasts with the others.
    mu, sigma, tau_m, t_ref, V_th, V_reset : float or array
        As for :func:`firing_rate`, with sigma above 0.

    Raises
    ------
    InputError
        As for :func:`transfer_function`.

    Examples
    --------
    >>> power_spectrum(np.array([0.0, 10.0, 1000.0]), -60.0, 5.0).round(3)
    array([ 7.346,  8.834, 15.763])
    """
    return spectra(frequency, neuron(mu, sigma, tau_m, t_ref, V_th, V_reset))[1]


def spectra(frequency: Values, at: Neuron) -> tuple[complex | np.ndarray, Values]:
    """Return the transfer function and the power spectrum of checked parameters, in Hz per mV and in Hz."""
    f = np.asarray(frequency, float)
    require(bool((at.sigma > 0).all()), "Linear response needs noise: sigma must be above 0 mV.")
    require(bool(np.isfinite(f).all() and (f >= 0).all()), f"frequency must not be negative; got {f.min():g} Hz.")
    damping, passage = mean_passage(at)
    interval = at.t_ref + at.tau_m * passage / np.maximum(damping, 1e-300)
    order = 2j * np.pi * f / 1000 * at.tau_m
    lost = (order == 0) | (np.abs(order) < ROUNDED * at.y_th)
    response, _, share = modulations(np.where(lost, 1j, order), at)
    slow = lost | (np.abs(order) < SLOW * at.tau_m / interval)
    power = 1000 / interval * np.where(slow, np.square(cv_at(at)), share)
    return np.where(lost, slopes_at(at)[0], 1000 * response)[()], power[()]


def modulations(order: Complexes, at: Neuron) -> tuple[Complexes, Complexes, Values]:
    """Return the responses to modulations e^(λt/τ_m) of μ and of σ², and the power spectrum over the rate.

    The responses are in spikes per ms, per mV and per mV². The spectrum is that of imaginary λ.

    Parameters
    ----------
    order : array
        λ, complex and not 0: 2πi f τ_m for a frequency; with a real part for an oscillation that grows or decays.
    at : Neuron
        Broadcasts with the order.

    Notes
    -----
    Brunel & Hakim (1999, 10.1162/089976699300016179). With ψ of ``passage.py``, and brackets for differences between
    V_th and V_reset,

        ν λ/(σ(1 + λ)) · [ψ′]/g,   ν λ/(2σ²(2 + λ)) · [ψ″]/g,   2 Re(λψ(y_th)/g) − 1,

    where g = λψ(y_th) − e^(−λ t_ref/τ_m) λψ(y_reset) = λψ(y_th)(1 − F), and F is the transform of the intervals.
    """
    damping, passage = mean_passage(at)
    rate = damping / (damping * at.t_ref + at.tau_m * passage)
    end, begin = hermite(order, at.y_th), hermite(order, at.y_reset)
    drop = np.exp(begin.log_scale - end.log_scale)
    gap = end.value - drop * np.exp(-order * at.t_ref / at.tau_m) * begin.value
    by_mu = rate * order / (at.sigma * (1 + order)) * (end.first - drop * begin.first) / gap
    by_variance = rate * order / (2 * at.sigma**2 * (2 + order)) * (end.second - drop * begin.second) / gap
    return by_mu, by_variance, 2 * np.real(end.value / gap) - 1
