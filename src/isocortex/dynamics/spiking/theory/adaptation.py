"""The steady rate of a neuron that adapts slowly."""

from typing import Any

import numpy as np
from scipy.integrate import simpson
from scipy.optimize import root_scalar

from ....errors import require
from ..neurons import AdEx

POINTS = 4001
"""Potentials of the integral; the time near the saddle-node is spread over Δ_T, which has a hundred of them."""


def adapted_rate(current: Any, neuron: AdEx) -> np.ndarray:
    """Return the rate in Hz at which an adaptive exponential neuron settles under constant currents.

    If adaptation is slower than the intervals, w hardly changes between spikes, and the neuron is an exponential one
    with the current I − w, whose interval is T(w) = C ∫ dV / (−g_L(V − E_L) + g_L Δ_T e^((V − V_T)/Δ_T) + I − w) from
    V_reset to V_peak, plus t_ref. In the steady state w is the mean of what drives it: w = a(⟨V⟩ − E_L) + b τ_w/T
    (averaging; Benda & Herz 2003, 10.1162/089976603322385063).

    Parameters
    ----------
    current : float or array
        pA.
    neuron : AdEx
        With numbers as parameters, and V_reset below V_T, as without bursts.

    Returns
    -------
    array
        Hz, 0 where the neuron falls silent.

    Raises
    ------
    InputError
        If the neuron is reset above V_T.

    Examples
    --------
    >>> adapted_rate([200.0, 500.0], AdEx(g_L=12.0, tau_w=300.0, b=60.0)).round(1).tolist()
    [0.0, 12.8]
    """
    given = {name: float(np.asarray(value)) for name, value in neuron.parameters.items()}
    E_L, g_L, V_T, Delta_T = (given[name] for name in ("E_L", "g_L", "V_T", "Delta_T"))
    require(given["V_reset"] < V_T, "The steady rate is that of a neuron that does not burst: V_reset is below V_T.")
    V = np.linspace(given["V_reset"], given["V_peak"], POINTS)
    pull = g_L * (E_L - V) + g_L * Delta_T * np.exp((V - V_T) / Delta_T)

    def cycle(free: float) -> tuple[float, float]:
        """Return the interval in ms and the mean potential, for the current I − w."""
        slow = given["C"] / (pull + free)
        T = float(simpson(slow, x=V))
        return T + given["t_ref"], float(simpson(slow * V, x=V)) / T

    def one(I: float) -> float:
        highest = I + pull.min()

        def excess(w: float) -> float:
            T, mean = cycle(I - w)
            return given["a"] * (mean - E_L) + given["b"] * given["tau_w"] / T - w

        last = highest - 1e-4 * g_L * Delta_T
        lowest = min(0.0, given["a"] * (given["V_peak"] - E_L))
        if last <= lowest or excess(last) > 0:
            return 0.0
        return 1e3 / cycle(I - root_scalar(excess, bracket=(lowest, last)).root)[0]

    return np.array([one(I) for I in np.asarray(current, float).ravel().tolist()]).reshape(np.shape(current))
