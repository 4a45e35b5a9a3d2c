"""Interspike intervals: how long they are, and how irregular."""

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from ...errors import require
from ...spike_trains import SpikeTrains
from ...spike_trains.labels import coordinates
from .blocks import N_BLOCKS, estimated, item_of, n_items, per_unit

STATISTICS = ("mean", "cv", "cv2", "lv")


def intervals(trains: SpikeTrains) -> Float[np.ndarray, " interval"]:
    """Return the intervals between successive spikes of each unit, in ms, unit after unit and trial after trial.

    Examples
    --------
    >>> intervals(SpikeTrains.from_lists([[1.0, 4.0, 9.0], [2.0], [3.0, 5.0]], duration=10)).tolist()
    [3.0, 5.0, 2.0]
    """
    return successive(trains)[0]


def interval_cv(trains: SpikeTrains) -> float:
    """Return the coefficient of variation of the intervals (sd over mean): 1 for a Poisson process, 0 for a clock.

    The intervals of all units are pooled; :func:`interval_statistics` has each unit by itself.

    Raises
    ------
    InputError
        If there are fewer than two intervals.

    Examples
    --------
    >>> from isocortex import SpikeTrains
    >>> round(interval_cv(SpikeTrains.from_lists([np.arange(5.0, 1000, 10)], duration=1000)), 9)
    0.0
    """
    found = intervals(trains)
    require(len(found) >= 2, f"A coefficient of variation needs at least two intervals; there are {len(found)}.")
    return float(found.std() / found.mean())


def interval_statistics(trains: SpikeTrains, *, n_blocks: int = N_BLOCKS, confidence: float = 0.95) -> xr.Dataset:
    """Measure the intervals of every unit: their mean, and three measures of their irregularity.

    CV is the standard deviation over the mean. CV2 is the mean of 2|I′ − I|/(I′ + I) over successive intervals (Holt
    et al. 1996, 10.1152/jn.1996.75.5.1806), and LV that of 3(I′ − I)²/(I′ + I)² (Shinomoto et al. 2003,
    10.1162/089976603322518759). All three are 1 on average for a Poisson process and 0 for a clock; the last two hardly
    notice a rate that changes slowly, which raises CV.

    Parameters
    ----------
    trains : SpikeTrains
    n_blocks : int
        Blocks of time for the intervals of a recording without trials; they should be longer than what the process
        remembers. Default 20.
    confidence : float
        Default 0.95.

    Returns
    -------
    Dataset, shape (statistic, unit)
        ``estimate``, ``se``, ``low``, ``high`` of the statistics ``mean`` (ms), ``cv``, ``cv2`` and ``lv``, by the
        jackknife over trials, or over blocks of time where there is one trial. NaN for units with too few intervals.

    Raises
    ------
    InputError
        If no unit has an interval.

    Examples
    --------
    >>> clock = SpikeTrains.from_lists([np.arange(5.0, 100, 10)], duration=100)
    >>> interval_statistics(clock)["estimate"].sel(unit=0).values.tolist()
    [10.0, 0.0, 0.0, 0.0]
    """
    found, first = successive(trains)
    require(len(found) > 0, "No unit fired twice in a trial, so there are no intervals.")
    n, item, unit = n_items(trains, n_blocks), item_of(trains, n_blocks), trains.unit[first]
    number = np.bincount(unit, minlength=trains.n_units)
    centre = np.bincount(unit, found, trains.n_units) / np.maximum(number, 1)
    off = found - centre[unit]  # squares of what is left cancel less
    follows = (unit[1:] == unit[:-1]) & (trains.trial[first][1:] == trains.trial[first][:-1])
    total = np.where(follows, found[1:] + found[:-1], 1.0)
    change = np.divide(found[1:] - found[:-1], total, out=np.zeros_like(total), where=follows & (total > 0))
    pair = first[:-1]
    sums = [per_unit(trains, item, n, first, weights) for weights in (None, off, off**2)]
    sums += [per_unit(trains, item, n, pair, weights) for weights in (follows, 2 * np.abs(change), 3 * change**2)]

    def statistics(
        n: np.ndarray, s: np.ndarray, q: np.ndarray, pairs: np.ndarray, cv2: np.ndarray, lv: np.ndarray
    ) -> np.ndarray:
        mean = centre + s / n
        cv = np.sqrt(np.maximum(q / n - (s / n) ** 2, 0)) / mean
        return np.stack([mean, cv, cv2 / pairs, lv / pairs], axis=-2)

    coords = {"statistic": list(STATISTICS), **coordinates(trains.units, trains.n_units, "unit")}
    return estimated(sums, statistics, coords, trains=trains, confidence=confidence)


def interval_histogram(
    trains: SpikeTrains,
    edges: Float[np.ndarray, " edge"],
    *,
    n_blocks: int = N_BLOCKS,
    confidence: float = 0.95,
) -> xr.Dataset:
    """Estimate the density of the intervals of every unit, as a histogram.

    Parameters
    ----------
    trains : SpikeTrains
    edges : array, shape (edge,)
        Of the bins, in ms.
    n_blocks, confidence
        As for :func:`interval_statistics`.

    Returns
    -------
    Dataset, shape (unit, interval)
        ``estimate``, ``se``, ``low``, ``high`` of the density per ms, of all intervals, also those outside of the
        edges; ``interval`` is the middle of a bin.

    Raises
    ------
    InputError
        If the edges do not increase, or no unit has an interval.

    Examples
    --------
    >>> clock = SpikeTrains.from_lists([np.arange(5.0, 100, 10)], duration=100)
    >>> interval_histogram(clock, np.array([0.0, 5.0, 15.0]))["estimate"].values.tolist()
    [[0.0, 0.1]]
    """
    edges = np.asarray(edges, float)
    require(
        edges.ndim == 1 and len(edges) >= 2 and bool((np.diff(edges) > 0).all()),
        "The edges of a histogram must be at least two numbers that increase, in ms.",
    )
    found, first = successive(trains)
    require(len(found) > 0, "No unit fired twice in a trial, so there are no intervals.")
    n, item, bins = n_items(trains, n_blocks), item_of(trains, n_blocks), len(edges) - 1
    place = np.where(found == edges[-1], bins - 1, np.searchsorted(edges, found, side="right") - 1)
    inside = (place >= 0) & (place < bins)
    flat = (item[first] * trains.n_units + trains.unit[first])[inside] * bins + place[inside]
    shape = (n, trains.n_units, bins)
    counts = np.bincount(flat, minlength=n * trains.n_units * bins).reshape(shape).astype(float)
    number = per_unit(trains, item, n, first)
    labels = coordinates(trains.units, trains.n_units, "unit")
    coords = {"unit": labels.pop("unit"), "interval": (edges[:-1] + edges[1:]) / 2, **labels}
    width = np.diff(edges)
    return estimated(
        [counts, number],
        lambda counts, number: counts / number[..., None] / width,
        coords,
        trains=trains,
        confidence=confidence,
    )


def successive(trains: SpikeTrains) -> tuple[Float[np.ndarray, " interval"], Int[np.ndarray, " interval"]]:
    """Return all intervals, sorted by unit, trial and time, and the position of the spike at which each starts."""
    order = np.lexsort((trains.times, trains.trial, trains.unit))
    same = (np.diff(trains.unit[order]) == 0) & (np.diff(trains.trial[order]) == 0)
    return np.diff(trains.times[order])[same], order[:-1][same]
