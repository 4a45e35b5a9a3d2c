"""Poisson processes: homogeneous, with a refractory period, and with a changing rate."""

from collections.abc import Callable

import jax
import numpy as np

from ...errors import require
from ...keys import generator
from ...shapes import PRNGKey
from ...spike_trains import SpikeTrains

SPARE = 10
"""Intervals are drawn for the expected number of spikes and this many standard deviations more."""


def poisson(
    rate: float, duration: float | int, *, key: PRNGKey, n_units: int = 1, refractory: float | int = 0.0
) -> SpikeTrains:
    """Draw independent Poisson spike trains, with exponential intervals after a refractory period.

    Parameters
    ----------
    rate : float
        Spikes per second while not refractory; a dead time r lowers the rate to λ/(1 + λr).
    duration : float
        ms.
    key : key
    n_units : int
        Default 1.
    refractory : float
        Dead time after each spike, in ms. Default 0.

    Returns
    -------
    SpikeTrains

    Raises
    ------
    InputError
        If rate or refractory is negative, or there is no time or no unit.

    Examples
    --------
    >>> trains = poisson(20.0, 1000.0, key=jax.random.key(0), n_units=50)
    >>> bool(abs(len(trains.times) - 1000) < 130)  # four standard deviations
    True
    """
    require(
        0 <= rate < np.inf and 0 <= refractory < np.inf,
        f"rate and refractory must be at least 0 and finite; got {rate} and {refractory}.",
    )
    require(
        duration > 0 and n_units >= 1,
        f"duration must be above 0 ms and n_units at least 1; got {duration} and {n_units}.",
    )
    expected = rate * duration / 1e3
    n = int(np.ceil(expected + SPARE * np.sqrt(expected) + SPARE))
    intervals = generator(key).exponential(1e3 / rate if rate else np.inf, (n_units, n))
    intervals[:, 1:] += refractory
    times = np.cumsum(intervals, axis=1)
    unit, which = np.nonzero(times < duration)
    return SpikeTrains.from_spikes(times[unit, which], unit, n_units=n_units, duration=duration)


def inhomogeneous_poisson(
    rate: Callable[[np.ndarray], np.ndarray], highest: float, duration: float | int, *, key: PRNGKey, n_units: int = 1
) -> SpikeTrains:
    """Draw Poisson spike trains with a changing rate, by thinning (Lewis & Shedler 1979, 10.1002/nav.3800260304).

    Parameters
    ----------
    rate : callable
        Times in ms → spikes per second.
    highest : float
        At least the highest rate; spikes are drawn at it and kept with probability rate(t)/highest.
    duration, key, n_units
        As for :func:`poisson`.

    Raises
    ------
    InputError
        If the rate is negative or exceeds `highest` somewhere.

    Examples
    --------
    >>> import jax
    >>> trains = inhomogeneous_poisson(lambda t: 20 * (t < 500), 20.0, 1000, key=jax.random.key(0), n_units=5)
    >>> bool((trains.times < 500).all())
    True
    """
    first, second = jax.random.split(key)
    all_spikes = poisson(highest, duration, key=first, n_units=n_units)
    share = np.asarray(rate(all_spikes.times), float) / highest
    require(
        bool(((share >= 0) & (share <= 1)).all()),
        f"The rate must stay within 0…highest = {highest:g}; it spans {highest * share.min(initial=0):g}…"
        f"{highest * share.max(initial=0):g}.",
    )
    kept = generator(second).random(share.shape) < share
    return SpikeTrains(all_spikes.times[kept], all_spikes.unit[kept], n_units, float(duration))


def correlated_poisson(
    rate: float, correlation: float, duration: float | int, *, key: PRNGKey, n_units: int = 2
) -> SpikeTrains:
    """Draw Poisson spike trains that share spikes: each keeps those of a mother train with probability `correlation`.

    The mother train has the rate/correlation; counts of two units have this correlation in windows of any length
    (Kuhn, Aertsen & Rotter 2003, 10.1162/089976603321043702).

    Parameters
    ----------
    rate : float
        Spikes per second of every unit.
    correlation : float
        0 (independent) … 1 (the same spikes).
    duration, key
        As for :func:`poisson`.
    n_units : int
        Default 2.

    Raises
    ------
    InputError
        If the correlation is outside 0…1, and as :func:`poisson`.

    Examples
    --------
    >>> trains = correlated_poisson(20.0, 0.5, 100_000.0, key=jax.random.key(0))
    >>> shared = np.isin(trains.of(0), trains.of(1)).mean()
    >>> bool(abs(shared - 0.5) < 0.05)  # four standard errors
    True
    """
    require(0 <= correlation <= 1, f"correlation must lie in 0…1; got {correlation}.")
    if correlation == 0:
        return poisson(rate, duration, key=key, n_units=n_units)
    first, second = jax.random.split(key)
    mother = poisson(rate / correlation, duration, key=first)
    kept = generator(second).random((len(mother.times), n_units)) < correlation
    spike, unit = np.nonzero(kept)
    return SpikeTrains(mother.times[spike], unit, n_units, float(duration))
