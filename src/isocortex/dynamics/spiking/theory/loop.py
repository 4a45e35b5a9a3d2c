"""The loop of Brunel's network: what an oscillation of the rate becomes after one turn through delay and neurons."""

import numpy as np

from ....errors import require
from .brunel import BrunelMeanField
from .neuron import Values, neuron
from .response import modulations

FREQUENCIES = 72
"""From 1 Hz up to the highest one, evenly on a logarithmic axis: neighbours are 10 % apart."""


def loop_gain(frequency: Values, network: BrunelMeanField, *, rate: Values, g: Values, eta: Values) -> np.ndarray:
    """Return what a small oscillation of the rate becomes after one turn through the network, as a complex number.

    A modulation of the rate changes μ and σ² after the delay, and these change the rate (Brunel 2000,
    10.1023/A:1008925309027). A state is stable if the gain is below 1 at all frequencies where it is real and positive;
    at a Hopf bifurcation it is 1 at the frequency of the oscillation.

    Parameters
    ----------
    frequency : float or array
        Hz, above 0. Broadcasts with the others.
    network : BrunelMeanField
        The network and its delay.
    rate, g, eta : float or array
        A state, as :meth:`BrunelMeanField.rates` finds it.

    Raises
    ------
    InputError
        If a frequency is not above 0 Hz.

    Examples
    --------
    >>> gain = loop_gain(187.6, BrunelMeanField(), rate=55.84, g=6.0, eta=4.0)
    >>> round(float(abs(gain)), 3)
    1.117
    """
    f = np.asarray(frequency, float)
    require(bool((f > 0).all()), f"frequency must be above 0 Hz; got {f.min():g}.")
    return gain_at(2j * np.pi * f / 1000 * network.tau_m, network, rate, g, eta)


def gain_at(order: np.ndarray | complex, network: BrunelMeanField, rate: Values, g: Values, eta: Values) -> np.ndarray:
    """Return the gain for a modulation e^(λt/τ_m), with complex λ."""
    order, g = np.asarray(order, complex), np.asarray(g, float)
    at = neuron(*network.inputs(rate, g, eta), network.tau_m, network.t_ref, network.V_th, network.V_reset)
    by_mu, by_variance, _ = modulations(order, at)
    turn = by_mu * network.J * (1 - g * network.gamma) + by_variance * network.J**2 * (1 + g**2 * network.gamma)
    return np.asarray(np.exp(-order * network.delay / network.tau_m) * network.C_E * network.tau_m * turn)


def scan(network: BrunelMeanField, rate: np.ndarray, g: float, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies up to 1.25/D, in Hz, and the gain, shape (state, frequency)."""
    require(network.delay > 0, "Without a delay there is no highest frequency to look for oscillations; set delay > 0.")
    f = np.geomspace(1, 1250 / network.delay, FREQUENCIES)
    return f, loop_gain(f, network, rate=rate[:, None], g=g, eta=eta[:, None])


def crossings(gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the state and the frequency, as indices, after which the gain becomes real and positive."""
    phase = np.angle(gain)
    state, frequency = np.nonzero((phase[:, :-1] * phase[:, 1:] <= 0) & (np.abs(np.diff(phase)) < np.pi))
    return state, frequency
