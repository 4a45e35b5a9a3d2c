"""How much of a correlation between the inputs of two neurons is left between their spike counts."""

import numpy as np

from ....errors import require
from .intervals import interval_cv
from .neuron import Values
from .rate import firing_rate
from .response import power_spectrum, rate_slopes, transfer_function

LOBES = 32
"""Lobes of the window's spectrum that are integrated one by one; beyond, sin² is replaced by its mean."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
TAIL_NODES, TAIL_WEIGHTS = np.polynomial.legendre.leggauss(48)


def correlation_transfer(
    mu: Values,
    sigma: Values,
    *,
    window: Values = np.inf,
    tau_m: Values = 10.0,
    t_ref: Values = 2.0,
    V_th: Values = -55.0,
    V_reset: Values = -75.0,
) -> Values:
    """Return S, the ratio of the correlation of spike counts to a small correlation of the input.

    Two LIF neurons, as in :func:`firing_rate`, receive the noise √(1 − c) η_i(t) + √c η_shared(t). For small c and
    counts in long windows, their correlation is S c with (de la Rocha et al. 2007, 10.1038/nature06028)

        S = σ² τ_m (dν/dμ)²/(CV² ν),   ν per ms

    For counts in windows of any length T, the cross-spectrum c σ² τ_m |A(f)|² and the power spectrum of the spikes are
    both weighted by the window's spectrum sin²(πfT)/(πf)² and integrated over f. S rises with the rate and with T, and
    stays below 1. The law is exact to first order in c; the correlation of the counts is convex in c, and 1 at c = 1.

    Parameters
    ----------
    mu, sigma, tau_m, t_ref, V_th, V_reset : float or array
        As for :func:`firing_rate`, with sigma above 0.
    window : float or array
        T in ms. Default infinite, for the law of long windows.

    Raises
    ------
    InputError
        As for :func:`transfer_function`, and if a window is not above 0 ms.

    Examples
    --------
    >>> correlation_transfer(-65.0, 10.0, window=np.array([1.0, 10.0, 100.0, np.inf])).round(4)
    array([0.0668, 0.3392, 0.616 , 0.6604])
    """
    named = {"tau_m": tau_m, "t_ref": t_ref, "V_th": V_th, "V_reset": V_reset}
    seconds = np.asarray(window, float) / 1000
    require(bool((seconds > 0).all()), f"window must be above 0 ms; got {seconds.min() * 1000:g}.")
    slope, rate = rate_slopes(mu, sigma, **named)[0], firing_rate(mu, sigma, **named)
    power = np.asarray(sigma, float) ** 2 * tau_m / 1000
    with np.errstate(invalid="ignore"):
        long = power * slope**2 / (interval_cv(mu, sigma, **named) ** 2 * rate)
    finite = np.isfinite(seconds)
    if not finite.any():
        transfer_function(0.0, mu, sigma, **named)
        return long
    T = np.where(finite, seconds, 1.0)[..., None]
    mean = np.asarray(rate)[..., None]
    inner = {name: np.asarray(value, float)[..., None] for name, value in {"mu": mu, "sigma": sigma, **named}.items()}
    f, weight = _frequencies(T)
    covariance = (weight * np.abs(transfer_function(f, **inner)) ** 2).sum(-1) * power
    variance = (weight * (power_spectrum(f, **inner) - mean)).sum(-1) + mean[..., 0] * T[..., 0]
    return np.where(finite, covariance / variance, long)[()]


def _frequencies(T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies in Hz and weights that integrate a smooth even function times sin²(πfT)/(πf)² over all f."""
    x = ((NODES + 1) / 2 + np.arange(LOBES)[:, None]).ravel()
    inner = np.tile(WEIGHTS, LOBES) / 2 * np.sinc(x) ** 2 * 2
    far = LOBES * 2 / (1 + TAIL_NODES)  # from LOBES to infinity
    outer = TAIL_WEIGHTS / (2 * LOBES) / np.pi**2  # 2 · ½ · dx/x²
    return np.concatenate([x, far]) / T, np.concatenate([inner, outer]) * T
