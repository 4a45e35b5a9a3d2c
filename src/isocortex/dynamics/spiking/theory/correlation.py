"""How much of a correlation between the inputs of two neurons is left between their spike counts."""

import numpy as np

from ....errors import require
from .intervals import cv_at
from .neuron import Neuron, Values, neuron
from .rate import firing_rate
from .response import slopes_at, spectra

PANELS = 32
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
    both weighted by the window's spectrum sin²(πfT)/(πf)² and integrated over f, to 1e−5 for a CV of the intervals
    above 0.1, and to about 1 % at 0.05. S rises with the rate, is small in short windows, and stays below 1. The law is
    exact to first order in c; the correlation of the counts is convex in c, and 1 at c = 1.

    Parameters
    ----------
    mu, sigma, tau_m, t_ref, V_th, V_reset : float or array
        As for :func:`firing_rate`, with sigma above 0.
    window : float or array
        T in ms. Default infinite, for the law of long windows.

    Raises
    ------
    InputError
        As for :func:`firing_rate`, and if sigma is 0 or a window is not above 0 ms.

    Examples
    --------
    >>> correlation_transfer(-65.0, 10.0, window=np.array([1.0, 10.0, 100.0, np.inf])).round(4)
    array([0.0668, 0.3392, 0.616 , 0.6604])
    """
    at = neuron(mu, sigma, tau_m, t_ref, V_th, V_reset)
    T = np.asarray(window, float) / 1000
    require(bool((T > 0).all()), f"window must be above 0 ms; got {T.min() * 1000:g}.")
    require(bool((at.sigma > 0).all()), "Correlated noise needs noise: sigma must be above 0 mV.")
    rate = np.asarray(firing_rate(mu, sigma, tau_m=tau_m, t_ref=t_ref, V_th=V_th, V_reset=V_reset))
    power = at.sigma**2 * at.tau_m / 1000
    with np.errstate(invalid="ignore"):
        long = power * slopes_at(at)[0] ** 2 / (np.square(cv_at(at)) * rate)
    finite = np.isfinite(T)
    if not finite.any():
        return np.where(finite, np.nan, long)[()]
    T = np.where(finite, T, 1.0)
    f, weight = _frequencies(T, np.maximum(rate / 2, 250 / at.tau_m))
    response, spectrum = spectra(f, Neuron(*(np.expand_dims(value, -1) for value in at)))
    covariance = (weight * np.abs(response) ** 2).sum(-1) * power
    variance = (weight * (spectrum - rate[..., None])).sum(-1) + rate * T
    return np.where(finite, covariance / variance, long)[()]


def _frequencies(T: np.ndarray, scale: Values) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies in Hz and weights that integrate an even function times sin²(πfT)/(πf)² over all f.

    The function varies over `scale` Hz, and is smooth beyond some tens of them; the window's spectrum varies over 1/T.
    The first 32 parts are as wide as the narrower of the two. The next 32 reach up to 32 times the wider one: they are
    as wide as periods of sin² where these are wide; otherwise they widen with f, and sin² is replaced by its mean of
    ½, which is wrong by 1e−6 beyond 32 periods.
    """
    T, scale = (value[..., None] for value in np.broadcast_arrays(T, scale))
    narrow, wide = np.minimum(1 / T, scale), np.maximum(1 / T, scale)
    x, w = ((NODES + 1) / 2 + np.arange(PANELS)[:, None]).ravel(), np.tile(WEIGHTS / 2, PANELS)
    near, last = x * narrow, PANELS * (narrow + wide)
    many, growth = scale * T > 1, np.log1p(wide / narrow) / PANELS
    middle = PANELS * narrow * np.where(many, np.exp(growth * x), 1 + x * wide / (PANELS * narrow))
    parts = [
        w * narrow * np.sinc(near * T) ** 2 * T**2,
        w * np.where(many, growth / (2 * np.pi**2 * middle), wide * np.sinc(middle * T) ** 2 * T**2),
        TAIL_WEIGHTS / (4 * np.pi**2 * last),
    ]
    return np.concatenate([near, middle, 2 * last / (1 + TAIL_NODES)], -1), 2 * np.concatenate(parts, -1)
