"""Spike counts: rates, their course in time, and how variable counts are."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ...errors import require, unknown
from ...spike_trains import SpikeTrains
from ...spike_trains.counts import fitting
from ...spike_trains.labels import coordinates
from .blocks import N_BLOCKS, estimated, item_of, n_items, per_unit, rows_of

ACROSS = ("windows", "trials")


def firing_rates(trains: SpikeTrains, *, n_blocks: int = N_BLOCKS, confidence: float = 0.95) -> xr.Dataset:
    """Return the mean firing rate of every unit: its spikes over the duration of all trials.

    Parameters
    ----------
    trains : SpikeTrains
        ``trains.slice(…)`` restricts it to a window.
    n_blocks, confidence
        As for :func:`.interval_statistics`.

    Returns
    -------
    Dataset, shape (unit,)
        ``estimate``, ``se``, ``low``, ``high`` in spikes per second, by the jackknife over trials, or over blocks of
        time where there is one trial. It sees what varies between these: a silent unit has an interval of no width.

    Raises
    ------
    InputError
        If the recording has no duration.

    Examples
    --------
    >>> trains = SpikeTrains.from_lists([[10.0, 400.0, 700.0], [500.0]], duration=1000)
    >>> firing_rates(trains)["estimate"].values.tolist()
    [3.0, 1.0]
    """
    require(trains.duration > 0, "A recording without a duration has no rate.")
    n = n_items(trains, n_blocks)
    counts = per_unit(trains, item_of(trains, n_blocks), n, np.arange(len(trains.times)))
    seconds = trains.duration * trains.n_trials / 1e3

    def rate(counts: np.ndarray, items: np.ndarray) -> np.ndarray:
        return counts / (items / n * seconds)

    coords = coordinates(trains.units, trains.n_units, "unit")
    return estimated([counts, np.ones((n, 1))], rate, coords, trains=trains, confidence=confidence)


def psth(trains: SpikeTrains, width: float | int, *, confidence: float = 0.95) -> xr.Dataset:
    """Return the peristimulus time histogram: the rate of every unit in bins of time, averaged over trials.

    Parameters
    ----------
    trains : SpikeTrains
        With at least two trials, such as from :meth:`SpikeTrains.align`.
    width : float
        Of the bins, in ms; they must divide the duration.
    confidence : float
        Default 0.95.

    Returns
    -------
    Dataset, shape (time, unit)
        ``estimate``, ``se``, ``low``, ``high`` in spikes per second. The standard error is the standard deviation over
        trials over √n, which is also what the jackknife gives for a mean. ``time`` is the start of a bin in ms.

    Raises
    ------
    InputError
        If there is one trial, or the bins do not divide the duration.

    Examples
    --------
    >>> trains = SpikeTrains.from_lists([[12.0, 19.0, 52.0, 68.0]], duration=100).align([10, 50], (0, 20))
    >>> psth(trains, 10)["estimate"].sel(unit=0).values.tolist()
    [150.0, 50.0]
    """
    require(trains.n_trials > 1, "A PSTH averages over trials, and there is one; align the spikes to events first.")
    binned = trains.bin(width)
    counts = binned.values.astype(float)
    coords = {"time": binned["time"].values, **coordinates(trains.units, trains.n_units, "unit")}
    return estimated(
        [counts, np.full((len(counts), 1, 1), width / 1e3)], np.divide, coords, trains=trains, confidence=confidence
    )


def fano_factor(trains: SpikeTrains, window: float | int) -> float:
    """Return the variance of the spike counts over their mean, in windows of this many ms: 1 for a Poisson process.

    Windows of all units, trials and times are pooled; what is left at the end is not counted. :func:`fano_factors` has
    each unit by itself, with intervals.

    Raises
    ------
    InputError
        If fewer than two windows fit, or there are no spikes in them.

    Examples
    --------
    >>> from isocortex import SpikeTrains
    >>> fano_factor(SpikeTrains.from_lists([np.arange(5.0, 1000, 10)], duration=1000), 100)
    0.0
    """
    require(bool(window > 0), f"A window must be longer than 0 ms; got {window}.")
    n = fitting(trains.duration, window, drop_rest=True) if window <= trains.duration else 0
    require(n * trains.n_units * trains.n_trials >= 2, f"A Fano factor needs two windows; {n} of {window:g} ms fit.")
    counts = trains.bin(window, drop_rest=True).values
    require(bool(counts.any()), "There are no spikes, so the Fano factor is not defined.")
    return float(counts.var(ddof=1) / counts.mean())


def fano_factors(
    trains: SpikeTrains,
    windows: Sequence[float | int] | np.ndarray,
    *,
    across: str = "windows",
    n_blocks: int = N_BLOCKS,
    confidence: float = 0.95,
) -> xr.Dataset:
    """Return the Fano factor of every unit for windows of several lengths: the variance of counts over their mean.

    The variance is the unbiased one, with n − 1 below: that of Elephant has n.

    Parameters
    ----------
    trains : SpikeTrains
    windows : sequence of float
        Lengths in ms; what is left at the end of a trial is not counted.
    across : "windows" or "trials"
        ``"windows"``: all windows of a unit are pooled, so that a rate that changes in time adds to the variance.
        ``"trials"``: the variance is taken over trials at every time and summed over times, and so is the mean: what
        the stimulus does at the same time in every trial adds nothing (Churchland et al. 2010, 10.1038/nn.2501).
    n_blocks, confidence
        As for :func:`.interval_statistics`.

    Returns
    -------
    Dataset, shape (window, unit)
        ``estimate``, ``se``, ``low``, ``high``, by the jackknife over trials, or over blocks of time where there is one
        trial. NaN for silent units.

    Raises
    ------
    InputError
        If a window is not positive or longer than the recording, fewer than two fit, or trials are needed.

    Examples
    --------
    >>> trains = SpikeTrains.from_lists([[1.0, 2.0, 3.0, 12.0, 21.0, 22.0]], duration=30)
    >>> fano_factors(trains, [10])["estimate"].values.tolist()
    [[0.5]]
    """
    if across not in ACROSS:
        raise unknown("way to take the variance across", across, ACROSS)
    require(across == "windows" or trains.n_trials > 1, "A variance over trials needs at least two trials.")
    lengths = np.asarray(windows, float)
    require(lengths.ndim == 1 and len(lengths) > 0, "windows must be a list of lengths in ms.")

    def sums(window: float) -> list[np.ndarray]:
        if across == "trials":
            counts = trains.bin(window, drop_rest=True).values.astype(float)
            return [np.ones((len(counts), 1, 1)), counts, counts**2]
        rows = rows_of(trains, window, n_blocks)
        n = np.array([[[len(x)]] for x in rows], float)
        return [n, *(np.stack([(x**power).sum(axis=0, keepdims=True) for x in rows]) for power in (1, 2))]

    def fano(n: np.ndarray, s: np.ndarray, q: np.ndarray) -> np.ndarray:
        return ((q - s**2 / n) / (n - 1)).sum(axis=-2) / (s / n).sum(axis=-2)

    coords = coordinates(trains.units, trains.n_units, "unit")
    found = [estimated(sums(window), fano, coords, trains=trains, confidence=confidence) for window in lengths.tolist()]
    joined = xr.concat(found, "window", combine_attrs="override")
    return joined.assign_coords(window=lengths)
