"""The regularity of spike trains: interspike intervals and spike counts."""

import numpy as np
from jaxtyping import Float

from ..errors import require
from ..spike_trains import SpikeTrains


def intervals(trains: SpikeTrains) -> Float[np.ndarray, " interval"]:
    """Return the intervals between successive spikes of each unit, in ms, unit after unit."""
    order = np.lexsort((trains.times, trains.unit))
    same = np.diff(trains.unit[order]) == 0
    return np.diff(trains.times[order])[same]


def interval_cv(trains: SpikeTrains) -> float:
    """Return the coefficient of variation of the intervals (sd over mean): 1 for a Poisson process, 0 for a clock.

    Raises
    ------
    InputError
        If there are fewer than two intervals.
    """
    found = intervals(trains)
    require(len(found) >= 2, f"A coefficient of variation needs at least two intervals; there are {len(found)}.")
    return float(found.std() / found.mean())


def fano_factor(trains: SpikeTrains, window: float | int) -> float:
    """Return the variance of the spike counts over their mean, in windows of this many ms: 1 for a Poisson process.

    Windows of all units and times are pooled; what is left at the end is not counted.

    Raises
    ------
    InputError
        If fewer than two windows fit, or there are no spikes in them.
    """
    n = int(trains.duration // window)
    require(n * trains.n_units >= 2, f"A Fano factor needs two windows; {n} of {window:g} ms fit.")
    inside = trains.times < n * window
    place = trains.unit[inside] * n + (trains.times[inside] // window).astype(int)
    counts = np.bincount(place, minlength=n * trains.n_units)
    require(bool(counts.any()), "There are no spikes, so the Fano factor is not defined.")
    return float(counts.var(ddof=1) / counts.mean())
