"""Where in the plane of g and η the states of Brunel's network begin to oscillate."""

import numpy as np
import pandas as pd
from scipy.optimize import root

from .brunel import BrunelMeanField
from .loop import crossings, loop_gain, scan

STATES = 48
"""Rates that are tried for each g."""


def hopf_line(network: BrunelMeanField, g: np.ndarray, *, eta: tuple[float, float] = (0.0, 4.0)) -> pd.DataFrame:
    """Return where states begin or cease to oscillate: rows of `g`, `eta`, `rate` in Hz and `frequency` in Hz.

    For every g, the states are followed by their rate (see :meth:`BrunelMeanField.external`). Where the largest gain
    among those that are real and positive passes 1, the point is refined by Powell's method. States that are unstable
    without oscillation are left out.

    Parameters
    ----------
    network : BrunelMeanField
        With a delay above 0.
    g : array, shape (g,)
        Inhibition relative to excitation.
    eta : (float, float)
        Range of external rates in units of the threshold rate. Default 0 to 4.

    Returns
    -------
    DataFrame
        A row per point, by g and then by rate. Points of one line have frequencies near each other.

    Raises
    ------
    InputError
        If g is negative, or the network has no delay.

    Examples
    --------
    At g = 6 a fast oscillation sets in as the external input grows. At g = 4.5 a slow one exists between two inputs:

    >>> print(hopf_line(BrunelMeanField(), np.array([4.5, 6.0])).round(2))
         g   eta   rate  frequency
    0  4.5  0.85   0.91       6.89
    1  4.5  0.91   7.37      31.81
    2  6.0  3.26  43.77     176.22
    """
    rows = []
    for each in np.asarray(g, float):
        rate, external = _states_within(network, each, eta)
        f, gain = scan(network, rate, each, external)
        largest, frequency = _largest(f, gain)
        passes, saddle = (largest[:-1] > 1) != (largest[1:] > 1), np.diff(external) < 0
        for k in np.flatnonzero(passes & ~saddle):
            near = k if abs(largest[k] - 1) < abs(largest[k + 1] - 1) else k + 1
            point = _refine(network, each, rate[near], external[near], frequency[near])
            if point is not None and eta[0] <= point["eta"] <= eta[1]:
                rows.append({"g": each, **point})
    return pd.DataFrame(rows, columns=pd.Index(["g", "eta", "rate", "frequency"]), dtype=float)


def _states_within(network: BrunelMeanField, g: float, eta: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return rates, evenly on a logarithmic axis, and their η, which span the range of η and a little more."""
    logit = np.linspace(-9, 4, STATES)
    external = network.external(network.at_logit(logit), g)
    inside = np.flatnonzero((external >= eta[0]) & (external <= eta[1]))
    if not len(inside):
        return np.zeros(0), np.zeros(0)
    first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, STATES - 1)
    rate = network.at_logit(np.linspace(logit[first], logit[last], STATES))
    external = network.external(rate, g)
    return rate[external >= 0], external[external >= 0]


def _largest(f: np.ndarray, gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest gain of every state among those that are real and positive, and its frequency in Hz.

    Gain and frequency are interpolated between neighbours, to where the phase is 0.
    """
    state, k = crossings(gain)
    phase, size = np.angle(gain), np.abs(gain)
    before, after = phase[state, k], phase[state, k + 1]
    share = before / np.where(before == after, 1, before - after)
    sizes = (1 - share) * size[state, k] + share * size[state, k + 1]
    frequencies = (1 - share) * f[k] + share * f[k + 1]
    largest, at = np.zeros(len(gain)), np.full(len(gain), np.nan)
    rising = np.argsort(sizes)  # the last one that is written is the largest
    largest[state[rising]], at[state[rising]] = sizes[rising], frequencies[rising]
    return largest, at


def _refine(network: BrunelMeanField, g: float, rate: float, eta: float, frequency: float) -> dict[str, float] | None:
    """Return the state near the given one at which the gain is 1, and the frequency at which it is."""

    def miss(at: np.ndarray) -> list[float]:
        (rate, f), eta = np.exp(at[:2]), at[2]
        gain = complex(loop_gain(f, network, rate=rate, g=g, eta=eta))
        return [gain.real - 1, gain.imag, float(network.response(rate, g, eta)) / rate - 1]

    found = root(miss, [np.log(rate), np.log(frequency), eta], tol=1e-10)
    rate, frequency = np.exp(found.x[:2])
    return {"eta": found.x[2], "rate": rate, "frequency": frequency} if found.success else None
