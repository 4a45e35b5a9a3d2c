"""Linear stability of the states of Brunel's network: which of them oscillate, and how fast."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from .brunel import BrunelMeanField
from .loop import crossings, gain_at, scan

REGULAR = 0.5
"""Intervals with a CV below are called regular: half the CV of a Poisson process."""


def states(network: BrunelMeanField, g: float, eta: float) -> pd.DataFrame:
    """Return all states of the network, ascending by rate, and which of them are stable and regular.

    Parameters
    ----------
    network : BrunelMeanField
        With a delay above 0.
    g, eta : float
        Inhibition relative to excitation, and the external rate relative to the threshold rate.

    Returns
    -------
    DataFrame
        A row per state: `rate` in Hz, `cv` of the intervals, `frequency` in Hz and `growth` per s of the oscillation
        that grows fastest, NaN where there is none, and `regime`. A regime is "unstable" if the rate leaves the state
        without oscillation; otherwise "synchronous" if an oscillation grows and "asynchronous" if none does, each
        "regular" or "irregular", the latter for a CV of at least 0.5.

    Raises
    ------
    InputError
        If g or eta is negative, or the network has no delay.

    Examples
    --------
    >>> states(BrunelMeanField(), 5.0, 2.0).round(1).to_dict("records")
    [{'rate': 37.9, 'cv': 0.7, 'frequency': 124.3, 'growth': -134.9, 'regime': 'asynchronous irregular'}]
    """
    rows = []
    for rate in network.rates(g, eta):
        cv = float(network.cv(rate, g, eta))
        modes = oscillations(network, rate=rate, g=g, eta=eta)
        fastest = {"frequency": np.nan, "growth": np.nan} if modes.empty else modes.iloc[0].to_dict()
        timing = "synchronous" if fastest["growth"] > 0 else "asynchronous"
        regime = f"{timing} {'regular' if cv < REGULAR else 'irregular'}"
        regime = "unstable" if network.slope(rate, g, eta) > 1 else regime
        rows.append({"rate": rate, "cv": cv, **fastest, "regime": regime})
    return pd.DataFrame(rows)


def oscillations(network: BrunelMeanField, *, rate: float, g: float, eta: float) -> pd.DataFrame:
    """Return the oscillatory modes of a state, the fastest growing first: `frequency` in Hz and `growth` per s.

    The modes are roots of loop gain = 1 in the complex plane. They are searched for from the frequencies up to 1.25/D
    at which the gain is real and positive. A mode with positive growth makes the state unstable: the network
    oscillates.

    Parameters
    ----------
    network, rate, g, eta : BrunelMeanField, float
        A state, as :meth:`BrunelMeanField.rates` finds it.

    Raises
    ------
    InputError
        If the network has no delay.

    Examples
    --------
    Brunel's fast and slow oscillations. He found 180 and 22 Hz in simulations:

    >>> network = BrunelMeanField()
    >>> for g, eta in [(6.0, 4.0), (4.5, 0.9)]:
    ...     print(oscillations(network, rate=network.rates(g, eta)[0], g=g, eta=eta).iloc[0].round(1).to_dict())
    {'frequency': 190.2, 'growth': 51.5}
    {'frequency': 29.0, 'growth': 7.9}
    """
    f, gain = scan(network, np.array([rate]), g, np.array([eta]))
    per_radian = 1000 / network.tau_m
    found = []

    def miss(order: complex) -> complex:
        return complex(gain_at(order, network, rate, g, eta)) - 1

    for start in f[crossings(gain)[1]]:
        order = _secant(
            lambda order: complex(gain_at(order, network, rate, g, eta)) - 1, 2j * np.pi * start / per_radian
        )
        if order is not None:
            found.append((order.imag / (2 * np.pi) * per_radian, order.real * per_radian))
    modes = np.reshape(found, (-1, 2))
    modes = modes[np.unique(modes[:, 0].round(3), return_index=True)[1]]
    return pd.DataFrame(modes[np.argsort(-modes[:, 1])], columns=pd.Index(["frequency", "growth"]))


def _secant(miss: Callable[[complex], complex], start: complex) -> complex | None:
    """Return a complex root near the start, or None where the secant method finds none."""
    a, b = start, start * 1.01
    at_a = miss(a)
    for _ in range(40):
        at_b = miss(b)
        if at_b == at_a or abs(b - a) < 1e-13 * abs(b):
            return b
        a, b, at_a = b, b - at_b * (b - a) / (at_b - at_a), at_b
        if not (np.isfinite(b) and b.imag > 0 and b.real + b.imag > -1):  # beyond, the response is not defined
            return None
    return None
