"""The parameters of a leaky integrate-and-fire neuron with noise, checked, and voltages in units of the noise."""

from typing import NamedTuple, TypeAlias

import numpy as np

from ....errors import InputError, require

Values: TypeAlias = float | int | np.ndarray
Complexes: TypeAlias = complex | np.ndarray
ALPHA = 2.0652531522312172
"""α = √2·|ζ(½)| of Fourcaud & Brunel (2002)."""


class Neuron(NamedTuple):
    """Arrays that broadcast with each other; y = (V − μ)/σ measures voltages, and is 0 where σ is 0."""

    tau_m: np.ndarray
    t_ref: np.ndarray
    mu: np.ndarray
    sigma: np.ndarray
    V_th: np.ndarray
    V_reset: np.ndarray
    shift: np.ndarray
    """By how much coloured noise raises y_th and y_reset."""
    y_th: np.ndarray
    y_reset: np.ndarray
    period: np.ndarray
    """Without noise: t_ref + τ_m log((μ − V_reset)/(μ − V_th)) in ms; infinite for μ up to V_th."""


def neuron(
    mu: Values, sigma: Values, tau_m: Values, t_ref: Values, V_th: Values, V_reset: Values, tau_s: Values = 0.0
) -> Neuron:
    """Check the parameters and return them as arrays.

    Raises
    ------
    InputError
        If a parameter is not finite, V_reset is not below V_th, tau_m is not above 0, or sigma, t_ref or tau_s is
        negative.
    """
    named = {"mu": mu, "sigma": sigma, "tau_m": tau_m, "t_ref": t_ref, "V_th": V_th, "V_reset": V_reset, "tau_s": tau_s}
    at = {name: np.asarray(value, float) for name, value in named.items()}
    for name, value in at.items():
        require(bool(np.isfinite(value).all()), f"{name} must be finite; got NaN or an infinite value.")
    try:
        np.broadcast_shapes(*(value.shape for value in at.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in at.items() if value.ndim)
        raise InputError(f"The parameters must broadcast with each other; their shapes are {shapes}.") from None
    reset, threshold = np.broadcast_arrays(at["V_reset"], at["V_th"])
    if (wrong := reset >= threshold).any():
        raise InputError(
            f"V_reset must lie below V_th; got {reset[wrong][0]:g} mV and {threshold[wrong][0]:g} mV. "
            "A neuron that is reset at or above its threshold would fire without end."
        )
    require(bool((at["tau_m"] > 0).all()), f"tau_m must be above 0 ms; got {at['tau_m'].min():g}.")
    for name, unit in (("sigma", "mV"), ("t_ref", "ms"), ("tau_s", "ms")):
        require(bool((at[name] >= 0).all()), f"{name} must not be negative; got {at[name].min():g} {unit}.")
    noisy = at["sigma"] > 0
    scale = np.where(noisy, at["sigma"], 1.0)
    shift = ALPHA / 2 * np.sqrt(at["tau_s"] / at["tau_m"])
    y_th, y_reset = (np.where(noisy, (at[name] - at["mu"]) / scale + shift, 0.0) for name in ("V_th", "V_reset"))
    fires = at["mu"] > threshold
    above = np.where(fires, at["mu"] - threshold, 1.0)
    period = at["t_ref"] + at["tau_m"] * np.where(fires, np.log1p((threshold - reset) / above), np.inf)
    return Neuron(
        at["tau_m"], at["t_ref"], at["mu"], at["sigma"], at["V_th"], at["V_reset"], shift, y_th, y_reset, period
    )
