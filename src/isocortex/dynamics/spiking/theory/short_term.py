"""Short-term plasticity spike by spike, in closed form, and its steady state for regular and Poisson trains."""

from dataclasses import dataclass

import numpy as np

from ....errors import require
from .neuron import Values


@dataclass(frozen=True, eq=False)
class SynapticTrain:
    """What a plastic synapse does at each spike.

    Parameters
    ----------
    u : array, shape (…, spike)
        Utilisation just after the spike: the share of the resources that it releases.
    R : array, shape (…, spike)
        Available resources just before the spike.
    g : array, shape (…, spike)
        Conductance just after the spike, in nS.

    Examples
    --------
    Utilisation grows from spike to spike, while the resources run out:

    >>> train = synaptic_train(np.array([0.0, 50.0, 100.0]), U0=0.2, tau_d=50.0, tau_f=500.0)
    >>> train.u.round(2).tolist(), train.R.round(2).tolist()
    ([0.2, 0.34, 0.45], [1.0, 0.93, 0.86])
    """

    u: np.ndarray
    R: np.ndarray
    g: np.ndarray


def synaptic_train(
    times: np.ndarray, *, U0: Values, tau_d: Values, tau_f: Values, g_max: float = 1.2, tau: float = 5.0
) -> SynapticTrain:
    """Return utilisation, resources and conductance of a Tsodyks–Markram synapse at each spike of any train.

    Between spikes du/dt = −u/τ_f, dR/dt = (1 − R)/τ_d and dg/dt = −g/τ, which decay exactly; at a spike

        u⁺ = u⁻ + U0 (1 − u⁻),   R⁺ = R⁻ − u⁺ R⁻,   g⁺ = g⁻ + g_max u⁺ R⁻

    From one spike to the next, u⁺, R⁻ and g⁺ are each of the form x′ = a x + b, and are found for all spikes at once.
    The synapse is at rest before the first spike (Tsodyks et al. 1998, 10.1162/089976698300017502).

    Parameters
    ----------
    times : array, shape (…, spike)
        Rising times of spikes in ms; leading axes are trains of their own.
    U0 : float or array, shape (…)
        Utilisation at the first spike, above 0 and at most 1.
    tau_d, tau_f : float or array, shape (…)
        Time constants of recovery from depression and of the decay of facilitation, in ms.
    g_max : float
        Conductance of all resources in nS. Default 1.2.
    tau : float
        Decay of the conductance in ms. Default 5.

    Raises
    ------
    InputError
        If times do not rise, U0 lies outside 0…1, a time constant is not above 0, or g_max is negative.

    Examples
    --------
    Ten spikes at 40 Hz through a depressing synapse:

    >>> train = synaptic_train(25.0 * np.arange(10), U0=0.5, tau_d=100.0, tau_f=50.0)
    >>> (train.g / train.g[0])[[1, 2, 5, 9]].round(3)
    array([0.803, 0.545, 0.413, 0.41 ])
    """
    _check(U0, tau_d, tau_f)
    require(np.isfinite(g_max) and g_max >= 0, f"g_max must not be negative; got {g_max} nS.")
    require(np.isfinite(tau) and tau > 0, f"tau must be above 0 ms; got {tau}.")
    times = np.asarray(times, float)
    require(times.ndim > 0 and times.shape[-1] > 0, f"times must be an array of spikes; got the shape {times.shape}.")
    require(bool(np.isfinite(times).all()), "times must be finite.")
    gap = np.diff(times)
    require(bool((gap > 0).all()), "Spike times must rise; two spikes of one train are not at the same time.")
    U0, tau_d, tau_f = (np.asarray(value, float)[..., None] for value in (U0, tau_d, tau_f))
    keep_u = np.exp(-gap / tau_f)
    keep_u, keep_R = np.exp(-gap / tau_f), np.exp(-gap / tau_d)
    u = _recurrence((1 - U0) * keep_u, U0, U0)
    R = _recurrence((1 - u[..., :-1]) * keep_R, 1 - keep_R, np.ones(1))
    released = g_max * u * R
    return SynapticTrain(u, R, _recurrence(np.exp(-gap / tau), released[..., 1:], released[..., :1]))


def regular_steady_state(
    rate: Values, *, U0: Values, tau_d: Values, tau_f: Values, g_max: float = 1.2, tau: float = 5.0
) -> tuple[Values, Values, Values]:
    """Return u⁺, R⁻ and g⁺ in nS at a spike, long after the beginning of a regular train of `rate` Hz.

    Parameters
    ----------
    rate : float or array
        Hz, above 0.
    U0, tau_d, tau_f, g_max, tau : float or array
        As for :func:`synaptic_train`.

    Raises
    ------
    InputError
        As for :func:`synaptic_train`, and if the rate is not above 0.

    Examples
    --------
    >>> [round(float(x), 4) for x in regular_steady_state(20.0, U0=0.5, tau_d=100.0, tau_f=50.0)]
    [0.6127, 0.5143, 0.3781]
    """
    _check(U0, tau_d, tau_f, rate)
    gap = 1000 / np.asarray(rate, float)
    u = U0 / (1 - (1 - np.asarray(U0)) * np.exp(-gap / tau_f))
    keep = np.exp(-gap / tau_d)
    R = (1 - keep) / (1 - (1 - u) * keep)
    return u, R, g_max * u * R / -np.expm1(-gap / tau)


def poisson_steady_state(
    rate: Values, *, U0: Values, tau_d: Values, tau_f: Values, g_max: float = 1.2, tau: float = 5.0
) -> tuple[Values, Values, Values]:
    """Return the means of u⁺ and R⁻ at a spike, and of the conductance in nS, for a Poisson train of `rate` Hz.

    With r in spikes per ms, u⁺ = U0 (1 + r τ_f)/(1 + U0 r τ_f), R⁻ = 1/(1 + u⁺ r τ_d), and the conductance is
    g_max u⁺ R⁻ r τ (Tsodyks et al. 1998, 10.1162/089976698300017502). The mean of u is exact. That of R neglects that
    u and R vary together, as the mean field does: it is exact where u does not vary.

    Parameters
    ----------
    rate : float or array
        Hz, above 0.
    U0, tau_d, tau_f, g_max, tau : float or array
        As for :func:`synaptic_train`.

    Raises
    ------
    InputError
        As for :func:`regular_steady_state`.

    Examples
    --------
    >>> [round(float(x), 4) for x in poisson_steady_state(20.0, U0=0.5, tau_d=100.0, tau_f=50.0)]
    [0.6667, 0.4286, 0.0343]
    """
    _check(U0, tau_d, tau_f, rate)
    r = np.asarray(rate, float) / 1000
    u = U0 * (1 + r * tau_f) / (1 + U0 * r * tau_f)
    R = 1 / (1 + u * r * tau_d)
    return u, R, g_max * u * R * r * tau


def _recurrence(a: np.ndarray, b: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return x₀ = first, xₙ₊₁ = aₙ xₙ + bₙ along the last axis, in log₂ n steps (Hillis & Steele's scan)."""
    batch = np.broadcast_shapes(a.shape[:-1], b.shape[:-1], first.shape[:-1])
    count = a.shape[-1]
    x = np.concatenate([np.broadcast_to(first, (*batch, 1)), np.broadcast_to(b, (*batch, count))], -1)
    a = np.concatenate([np.zeros((*batch, 1)), np.broadcast_to(a, (*batch, count))], -1)
    shift = 1
    while shift < x.shape[-1]:
        x = np.concatenate([x[..., :shift], x[..., shift:] + a[..., shift:] * x[..., :-shift]], -1)
        a = np.concatenate([a[..., :shift], a[..., shift:] * a[..., :-shift]], -1)
        shift *= 2
    return x


def _check(U0: Values, tau_d: Values, tau_f: Values, rate: Values = 1.0) -> None:
    share = np.asarray(U0, float)
    require(bool(((share > 0) & (share <= 1)).all()), f"U0 must be above 0 and at most 1; got {U0}.")
    for name, value, unit in (("tau_d", tau_d, "ms"), ("tau_f", tau_f, "ms"), ("rate", rate, "Hz")):
        array = np.asarray(value, float)
        require(bool((np.isfinite(array) & (array > 0)).all()), f"{name} must be above 0 {unit}; got {value}.")
