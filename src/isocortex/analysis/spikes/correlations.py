"""How spike counts of units vary together: pairwise correlation by time scale, and the synchrony of a population."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ...errors import require
from ...memory import require_memory
from ...spike_trains import SpikeTrains
from .blocks import N_BLOCKS, estimated, n_items, pair_coordinates, rows_of


def count_correlations(
    trains: SpikeTrains,
    widths: Sequence[float | int] | np.ndarray,
    *,
    n_blocks: int = N_BLOCKS,
    confidence: float = 0.95,
) -> xr.Dataset:
    """Return the Pearson correlation of the spike counts of every two units, in bins of several widths.

    The bins of all trials are pooled.

    Parameters
    ----------
    trains : SpikeTrains
    widths : sequence of float
        The time scales, in ms; what is left at the end of a trial is not counted.
    n_blocks, confidence
        As for :func:`.interval_statistics`.

    Returns
    -------
    Dataset, shape (width, unit, other)
        ``estimate``, ``se``, ``low``, ``high``, by the jackknife over trials, or over blocks of time where there is one
        trial; intervals are symmetric in Fisher's z. NaN for units whose counts do not vary.

    Raises
    ------
    InputError
        If a width is not positive or longer than the recording, or fewer than two bins fit.

    Examples
    --------
    >>> trains = SpikeTrains.from_lists([[1.0, 2.0, 12.0], [3.0, 4.0, 13.0]], duration=30)
    >>> count_correlations(trains, [10])["estimate"].sel(unit=0, other=1).round(6).values.tolist()
    [1.0]
    """
    lengths = np.asarray(widths, float)
    require(lengths.ndim == 1 and len(lengths) > 0, "widths must be a list of widths of bins, in ms.")
    n = n_items(trains, n_blocks)
    require_memory(3 * 8 * n * trains.n_units**2, "Correlations of all pairs need", "select fewer units")

    def found(width: float) -> xr.Dataset:
        rows = rows_of(trains, width, n_blocks, what="bin")
        sums = [
            np.array([[[len(x)]] for x in rows], float),
            np.stack([x.sum(axis=0) for x in rows]),
            np.stack([x.T @ x for x in rows]),
        ]
        return estimated(sums, _correlation, coords, trains=trains, confidence=confidence, link=(_fisher, np.tanh))

    coords = pair_coordinates(trains)
    joined = xr.concat([found(width) for width in lengths.tolist()], "width", combine_attrs="override")
    return joined.assign_coords(width=lengths)


def _correlation(n: np.ndarray, s: np.ndarray, q: np.ndarray) -> np.ndarray:
    mean = s / n[..., 0]
    covariance = q / n - mean[..., :, None] * mean[..., None, :]
    sd = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return covariance / (sd[..., :, None] * sd[..., None, :])


def _fisher(r: np.ndarray) -> np.ndarray:
    """Return Fisher's z, finite also for the correlation of a unit with itself."""
    return np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15))


def synchrony(
    trains: SpikeTrains, width: float | int, *, n_blocks: int = N_BLOCKS, confidence: float = 0.95
) -> xr.Dataset:
    """Return the synchrony χ² of a population: the variance of its mean activity over the mean variance of its units.

    The activity of a unit is its spike count in bins. χ² is 1 if all units do the same, and 1/N for N units that are
    independent (Golomb & Rinzel 1993, 10.1103/PhysRevE.48.4810, of membrane potentials; the square root is their χ).

    Parameters
    ----------
    trains : SpikeTrains
        At least two units.
    width : float
        Of the bins, in ms: the time scale of synchrony.
    n_blocks, confidence
        As for :func:`.interval_statistics`.

    Returns
    -------
    Dataset
        ``estimate``, ``se``, ``low``, ``high``, by the jackknife over trials, or over blocks of time where there is one
        trial; ``independent`` is 1/N. Silent units count.

    Raises
    ------
    InputError
        If there is one unit, no spike, or fewer than two bins fit.

    Examples
    --------
    >>> trains = SpikeTrains.from_lists([[1.0, 12.0], [3.0, 13.0]], duration=30)
    >>> round(float(synchrony(trains, 10)["estimate"]), 6)
    1.0
    """
    require(trains.n_units > 1, "Synchrony needs at least two units; there is one.")
    require(len(trains.times) > 0, "There are no spikes, so synchrony is not defined.")
    rows = rows_of(trains, width, n_blocks, what="bin")
    sums = [np.array([len(x) for x in rows], float)]
    sums += [np.array([(x.mean(axis=1) ** power).sum() for x in rows]) for power in (1, 2)]
    sums += [np.stack([(x**power).sum(axis=0) for x in rows]) for power in (1, 2)]

    def chi_squared(n: np.ndarray, a: np.ndarray, aa: np.ndarray, s: np.ndarray, q: np.ndarray) -> np.ndarray:
        each = n[..., None]
        return np.asarray((aa / n - (a / n) ** 2) / (q / each - (s / each) ** 2).mean(axis=-1))

    found = estimated(sums, chi_squared, {}, trains=trains, confidence=confidence)
    return found.assign(independent=1 / trains.n_units)
