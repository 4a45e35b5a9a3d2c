"""Which neuron in continuous time a simulation in steps of dt really is."""

import numpy as np

from ....errors import look_up, require
from .neuron import ALPHA, Values

METHODS = {"euler": True, "exact": False}
"""Whether the step changes the time constant and the noise."""


def stepped_neuron(
    sigma: Values, *, dt: float, method: str = "euler", tau_m: Values = 10.0, V_th: Values = -55.0
) -> dict[str, Values]:
    """Return sigma, tau_m and V_th for which the theory describes a simulation of the LIF neuron in steps of dt.

    A simulation looks at its threshold only every dt, and misses crossings in between. It fires as a neuron in
    continuous time whose threshold is higher by |ζ(½)|/√(2π) = 0.583 standard deviations of the noise of one step
    (Siegmund 1979, 10.2307/1426783). Euler's step V + (dt/τ_m)(μ − V) + σ√(dt/τ_m) η also decays by 1 − dt/τ_m instead
    of e^(−dt/τ_m): it is exact for τ′ = −dt/log(1 − dt/τ_m) and σ′² = 2σ²/(2 − dt/τ_m). Rates of a simulation with
    dt = τ_m/10 differ by a quarter from those without steps, and by one per cent from those of the stepped neuron.

    Parameters
    ----------
    sigma : float or array
        σ of the simulation, in mV, as for :func:`firing_rate`.
    dt : float
        ms; below tau_m.
    method : str
        "euler" (Euler–Maruyama, the default) or "exact" (exponential steps, which change the threshold alone).
    tau_m, V_th : float or array
        ms and mV, of the simulation. Default 10 and −55.

    Returns
    -------
    dict
        "sigma", "tau_m" and "V_th", to be passed to the other functions.

    Raises
    ------
    InputError
        If dt is not above 0 or not below tau_m, sigma is negative, or the method is unknown.

    Examples
    --------
    >>> from isocortex.dynamics.spiking.theory import firing_rate
    >>> stepped = stepped_neuron(10.0, dt=1.0)
    >>> round(float(firing_rate(-65.0, 10.0)), 2), round(float(firing_rate(-65.0, **stepped)), 2)
    (18.57, 14.75)
    """
    sigma, tau_m = np.asarray(sigma, float), np.asarray(tau_m, float)
    require(bool((sigma >= 0).all()), f"sigma must not be negative; got {sigma.min():g} mV.")
    require(
        bool(dt > 0 and (dt < tau_m).all()), f"dt must be above 0 and below tau_m = {tau_m.min():g} ms; got {dt} ms."
    )
    if look_up("method", method, METHODS):
        sigma, tau_m = sigma * np.sqrt(2 / (2 - dt / tau_m)), -dt / np.log1p(-dt / tau_m)
    raised = V_th + ALPHA / (2 * np.sqrt(np.pi)) * sigma * np.sqrt(dt / tau_m)
    return {"sigma": sigma[()], "tau_m": tau_m[()], "V_th": raised}
