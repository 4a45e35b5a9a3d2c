"""How irregularly a leaky integrate-and-fire neuron with white noise fires."""

import numpy as np
from scipy import special

from .neuron import Neuron, Values, neuron
from .quadrature import geometric_integral
from .rate import FAR, mean_passage


def interval_cv(
    mu: Values,
    sigma: Values,
    *,
    tau_m: Values = 10.0,
    t_ref: Values = 2.0,
    V_th: Values = -55.0,
    V_reset: Values = -75.0,
    tau_s: Values = 0.0,
) -> Values:
    """Return the coefficient of variation of the intervals between spikes of the LIF neuron.

    The neuron and its noise are those of :func:`firing_rate`. The variance of the time of passage from V_reset to V_th
    (Ricciardi 1977, 10.1007/978-3-642-93059-1; Brunel 2000, 10.1023/A:1008925309027) is

        2π τ_m² ∫ e^(x²) dx ∫_{−∞}^x e^(z²) (1 + erf z)² dz   over x from (V_reset − μ)/σ to (V_th − μ)/σ

    In the other order of integration, the integral over x is Dawson's function, and a single quadrature remains. The CV
    goes to 0 above threshold as the noise vanishes, and to 1 far below threshold, where spikes are a Poisson process.

    Parameters
    ----------
    mu, sigma, tau_m, t_ref, V_th, V_reset, tau_s : float or array
        As for :func:`firing_rate`; with tau_s above 0, threshold and reset are shifted in the same way.

    Returns
    -------
    float or array
        In the shape to which the parameters broadcast; NaN where the neuron is silent, since σ is 0 and μ at most V_th.

    Raises
    ------
    InputError
        As for :func:`firing_rate`.

    Examples
    --------
    >>> interval_cv(np.array([-70.0, -60.0, -50.0]), 5.0).round(4)
    array([0.9995, 0.6827, 0.2985])
    """
    return cv_at(neuron(mu, sigma, tau_m, t_ref, V_th, V_reset, tau_s))


def cv_at(at: Neuron) -> Values:
    """Return the CV of checked parameters."""
    y, reset = at.y_th, np.where(at.sigma > 0, at.y_reset, at.y_th - 1)
    far = y > FAR
    width = np.where(far, np.minimum(y - reset, 25 / np.where(far, y, 1)), y - reset)
    inside = geometric_integral(
        lambda r: _squared(y[..., None] - r) * _left(y[..., None], r), width, _scale(y), panels=4
    )
    variance = inside + _left(y, y - reset) * _tail(reset)
    damping, passage = mean_passage(at)
    noisy = np.sqrt(2 * np.pi * variance) / (damping * at.t_ref / at.tau_m + passage)
    return np.where(at.sigma > 0, noisy, np.where(np.isfinite(at.period), 0.0, np.nan))[()]


def _scale(y: Values) -> Values:
    return 1 / (1 + 2 * np.abs(y))


def _squared(z: Values) -> Values:
    """Return e^(2z²) (1 + erf z)², times e^(−2z²) where z is positive."""
    return np.where(z > 0, special.erfc(-np.maximum(z, 0)), special.erfcx(-np.minimum(z, 0))) ** 2


def _left(y: Values, r: Values) -> Values:
    """Return e^(−z²) ∫_z^y e^(x²) dx at z = y − r, times e^(2m² − 2p²); m and p are z and y, or 0 if that is larger."""
    z = y - r
    same = y * z >= 0
    with np.errstate(over="ignore"):
        fall = np.where(same, r * (np.abs(y) + np.abs(z)), y**2 + z**2)  # y|y| − z|z|
        damped = np.exp(-2 * np.where(y <= 0, 0, np.where(z > 0, fall, y**2)))
        return np.exp(-fall) * special.dawsn(y) - damped * special.dawsn(z)


def _tail(x: Values) -> Values:
    """Return e^(x²) ∫_{−∞}^x e^(z²) (1 + erf z)² dz, times e^(−2x²) where x is positive."""

    def integrand(r: np.ndarray) -> np.ndarray:
        at = np.expand_dims(x, -1)
        z = at - r
        with np.errstate(over="ignore"):
            rising = np.where(at > 0, np.where(z > 0, r * (at + z), at**2 + z**2), r * (np.abs(at) + np.abs(z)))
            return np.exp(-rising) * _squared(z)

    far = x > FAR
    width = np.where(far, 25 / np.where(far, x, 1), np.sqrt(x**2 + 45) + x)
    width = np.where(x < 0, 45 / (np.sqrt(x**2 + 45) - x), width)  # the root of r² − 2xr = 45, without cancellation
    return geometric_integral(integrand, width, _scale(x))
