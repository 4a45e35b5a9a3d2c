"""The firing rate of a leaky integrate-and-fire neuron: without noise, with white noise and with coloured noise."""

import numpy as np
from scipy import special

from .neuron import Neuron, Values, neuron
from .quadrature import geometric_integral

FAR = 7.0
"""For y_th above, the integral of Siegert is its peak at the threshold: what lies below V = μ is a share of e⁻⁴⁹."""


def firing_rate(
    mu: Values,
    sigma: Values = 0.0,
    *,
    tau_m: Values = 10.0,
    t_ref: Values = 2.0,
    V_th: Values = -55.0,
    V_reset: Values = -75.0,
    tau_s: Values = 0.0,
) -> Values:
    """Return the mean firing rate of the LIF neuron, in Hz.

    The neuron follows τ_m dV/dt = −(V − μ) + σ √τ_m η(t) with ⟨η(t) η(t′)⟩ = δ(t − t′), fires at V_th, and is held at
    V_reset for t_ref. Without a threshold, V would have the mean μ and the variance σ²/2. The mean interval between
    spikes (Siegert 1951, 10.1103/PhysRev.81.617) is

        1/ν = t_ref + τ_m √π ∫ e^(u²) (1 + erf u) du   from (V_reset − μ)/σ to (V_th − μ)/σ

    and without noise t_ref + τ_m log((μ − V_reset)/(μ − V_th)), or no spikes for μ up to V_th. The integral is written
    with the scaled error function, as in Hahne et al. (2017, 10.3389/fninf.2017.00034), and the largest exponential
    is taken out: the rate keeps a relative precision of about 1e−12 until it is below the smallest number.

    Synapses with a time constant τ_s make the noise coloured. To first order in √(τ_s/τ_m), the rate is that of white
    noise with V_th and V_reset shifted by σ √(τ_s/τ_m) α/2, where α = √2 |ζ(½)| = 2.065 (Fourcaud & Brunel 2002,
    10.1162/089976602320264015).

    Parameters
    ----------
    mu : float or array
        μ = E_L + I/g_L in mV.
    sigma : float or array
        σ in mV: √2 times the standard deviation of the free voltage. Default 0.
    tau_m, t_ref : float or array
        Membrane time constant and refractory time in ms. Default 10 and 2.
    V_th, V_reset : float or array
        Threshold and reset in mV. Default −55 and −75.
    tau_s : float or array
        Time constant of the noise in ms, well below tau_m. Default 0, white noise.

    Returns
    -------
    float or array
        Hz; in the shape to which the parameters broadcast.

    Raises
    ------
    InputError
        If V_reset is not below V_th, tau_m is not above 0, sigma, t_ref or tau_s is negative, or a value is not finite.

    Examples
    --------
    A current of 250 pA into 10 nS lifts −75 mV to −50 mV. Noise makes a neuron fire below its rheobase, too:

    >>> round(float(firing_rate(-50.0)), 4)
    55.2658
    >>> firing_rate(np.array([-65.0, -60.0, -50.0]), 5.0).round(4)
    array([ 1.7087, 15.7632, 60.4714])
    """
    at = neuron(mu, sigma, tau_m, t_ref, V_th, V_reset, tau_s)
    damping, passage = mean_passage(at)
    noisy = 1000 * damping / (damping * at.t_ref + at.tau_m * passage)
    return np.where(at.sigma > 0, noisy, 1000 / at.period)[()]


def mean_passage(at: Neuron) -> tuple[Values, Values]:
    """Return e^(−p²) and the mean time of passage from V_reset to V_th over τ_m, times that; p = max(y_th, 0)."""
    y, width = at.y_th, np.where(at.sigma > 0, at.y_th - at.y_reset, 1.0)
    top, far = np.maximum(y, 0), y > FAR
    width = np.where(far, np.minimum(width, 25 / np.where(far, y, 1)), width)  # beyond, e^(−r(2y − r)) < e⁻³⁷
    scale = np.where(y > 0, 1 / (1 + 2 * top), 1 - y)
    below = geometric_integral(lambda r: scaled_erfcx(y[..., None], r), width, scale)
    with np.errstate(over="ignore"):
        return np.exp(-(top**2)), np.sqrt(np.pi) * below


def scaled_erfcx(y: np.ndarray, r: Values) -> Values:
    """Return e^(x² − p²) (1 + erf x) at x = y − r for r ≥ 0; p = max(y, 0)."""
    x, top = y - r, np.maximum(y, 0)
    inside = x > 0
    with np.errstate(over="ignore"):
        rising = np.exp(-np.where(inside, r * (top + x), 0)) * special.erfc(-np.where(inside, x, 0))
        return np.where(inside, rising, np.exp(-(top**2)) * special.erfcx(-np.where(inside, 0, x)))
