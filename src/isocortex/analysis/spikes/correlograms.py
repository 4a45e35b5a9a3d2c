"""Auto- and cross-correlograms: how often one unit fires at each lag from the spikes of another."""

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from ...errors import require, unknown
from ...memory import require_memory
from ...spike_trains import SpikeTrains
from ...spike_trains.counts import fitting
from .blocks import N_BLOCKS, estimated, item_of, n_items, pair_coordinates, per_unit

SCALES = ("rate", "count")


def correlograms(
    trains: SpikeTrains,
    *,
    width: float | int = 1.0,
    reach: float | int = 50.0,
    scale: str = "rate",
    n_blocks: int = N_BLOCKS,
    confidence: float = 0.95,
) -> xr.Dataset:
    """Return the correlogram of every two units, and the autocorrelogram of each.

    Parameters
    ----------
    trains : SpikeTrains
        ``trains.select(…)`` restricts it to some units.
    width : float
        Of the bins, in ms. Default 1.
    reach : float
        Longest lag, in ms. Default 50.
    scale : "rate" or "count"
        ``"rate"``: spikes per second of the other unit at each lag from a spike of the unit, corrected for the part of
        the recording in which the lag would lie beyond its end. Units that are independent have the rate of the other
        unit at every lag. ``"count"``: how often the lag occurs.
    n_blocks, confidence
        As for :func:`.interval_statistics`.

    Returns
    -------
    Dataset, shape (unit, other, lag)
        ``estimate``, ``se``, ``low``, ``high``, by the jackknife over trials, or over blocks of time where there is one
        trial. At lags above 0, in ms, the other unit fires later; a lag is one of bins, as in Elephant. In
        autocorrelograms a spike is not paired with itself.

    Raises
    ------
    InputError
        If the width is not positive, the reach is shorter than a bin or not shorter than the recording, or too much
        memory is needed.

    Examples
    --------
    Unit 1 fires 3 ms after each spike of unit 0.

    >>> first = np.arange(10.0, 1000, 70)
    >>> trains = SpikeTrains.from_lists([first, first + 3], duration=1000)
    >>> found = correlograms(trains, reach=5, scale="count")["estimate"].sel(unit=0, other=1)
    >>> found.idxmax().item(), found.max().item()
    (3.0, 15.0)
    """
    if scale not in SCALES:
        raise unknown("scale of correlograms", scale, SCALES)
    place, n_bins, n_lags = binned(trains, width, reach)
    n, item = n_items(trains, n_blocks), item_of(trains, n_blocks)
    require_memory(
        8 * 3 * n * trains.n_units**2 * (2 * n_lags + 1), "Correlograms of all pairs need", "select fewer units"
    )
    counts = coincidences(place, trains.trial, trains.unit, trains.n_units, n_bins, n_lags, item, n)
    fired = per_unit(trains, item, n, np.arange(len(trains.times)))
    lags = np.arange(-n_lags, n_lags + 1)
    per_spike = 1e3 / width * n_bins / (n_bins - np.abs(lags))

    def scaled(counts: np.ndarray, fired: np.ndarray) -> np.ndarray:
        return counts / fired[..., :, None, None] * per_spike if scale == "rate" else counts

    coords = pair_coordinates(trains) | {"lag": width * lags}
    return estimated([counts, fired], scaled, coords, trains=trains, confidence=confidence)


def binned(trains: SpikeTrains, width: float | int, reach: float | int) -> tuple[Int[np.ndarray, " spike"], int, int]:
    """Return the bin of every spike, and the numbers of bins in a trial and of bins that the longest lag spans."""
    n_bins = fitting(trains.duration, width, drop_rest=True)
    n_lags = round(reach / width)
    require(
        1 <= n_lags < n_bins,
        f"The reach must be at least one bin of {width:g} ms and shorter than the recording of {trains.duration:g} ms; "
        f"got {reach:g} ms.",
    )
    return np.floor((trains.times - trains.start) / width + 1e-8).astype(int), n_bins, n_lags


def coincidences(
    place: Int[np.ndarray, " spike"],
    trial: Int[np.ndarray, " spike"],
    unit: Int[np.ndarray, " spike"],
    n_units: int,
    n_bins: int,
    n_lags: int,
    item: Int[np.ndarray, " spike"],
    n_items: int,
) -> Float[np.ndarray, "item unit unit lag"]:
    """Count the lags between the spikes of all pairs of units, by the item of the earlier spike.

    Spikes are sorted, and each is compared with the k-th after it, k = 1, 2, …, until no two are within reach: the cost
    is the number of pairs of spikes within reach, whatever the number of units.
    """
    on_line = place + trial * (n_bins + n_lags + 1)  # trials so far apart that no lag leads from one to the next
    order = np.argsort(on_line, kind="stable")
    on_line, unit, item = on_line[order], unit[order], item[order]
    shape = (n_items, n_units, n_units, n_lags + 1)
    later = np.zeros(np.prod(shape, dtype=int), int)
    at, k = np.arange(len(on_line)), 1
    while len(at := at[at + k < len(on_line)]):
        lag = on_line[at + k] - on_line[at]
        near = lag <= n_lags
        at, lag = at[near], lag[near]
        flat = ((item[at] * n_units + unit[at]) * n_units + unit[at + k]) * (n_lags + 1) + lag
        later += np.bincount(flat, minlength=len(later))
        k += 1
    later = later.reshape(shape).astype(float)
    earlier = later.swapaxes(1, 2)[..., ::-1]
    together = later[..., :1] + earlier[..., -1:]
    return np.concatenate([earlier[..., :-1], together, later[..., 1:]], axis=-1)
