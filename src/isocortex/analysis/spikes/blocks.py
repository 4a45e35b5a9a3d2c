"""The items over which every interval of this room is taken: trials, or blocks of time of a single one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from ...errors import require
from ...formats import counted, significant
from ...spike_trains import SpikeTrains
from ...spike_trains.labels import coordinates
from ..inference import jackknife_of_sums
from ..inference.of_sums import Link

N_BLOCKS = 20
"""Blocks of time that a recording without trials is cut into, by default."""


def n_items(trains: SpikeTrains, n_blocks: int) -> int:
    """Return how many items there are: the trials where there are several, and `n_blocks` otherwise."""
    require(n_blocks >= 2, f"Intervals need at least 2 blocks of time; got {n_blocks}.")
    return trains.n_trials if trains.n_trials > 1 else n_blocks


def item_of(trains: SpikeTrains, n_blocks: int) -> Int[np.ndarray, " spike"]:
    """Return the item of every spike."""
    n = n_items(trains, n_blocks)
    if trains.n_trials > 1:
        return trains.trial
    share = (trains.times - trains.start) / (trains.duration or 1.0)
    return np.minimum(n * share, n - 1).astype(int)


def rows_of(
    trains: SpikeTrains, width: float | int, n_blocks: int, *, what: str = "window"
) -> list[Float[np.ndarray, "bin unit"]]:
    """Return the counts in bins of `width` ms, bin × unit, of every item; what is left at the end is not counted."""
    n = n_items(trains, n_blocks)
    counts = trains.bin(width, drop_rest=True).values.astype(float)
    require(
        counts.shape[0] * counts.shape[1] >= 2,
        f"This needs two {what}s; {counts.shape[1]} of {width:g} ms fits into {trains.duration:g} ms.",
    )
    return list(counts) if trains.n_trials > 1 else np.array_split(counts[0], min(n, len(counts[0])))


def per_unit(trains: SpikeTrains, item: np.ndarray, n: int, which: np.ndarray, weights: Any = None) -> np.ndarray:
    """Return the sums of `weights` (default 1) of some spikes by item and unit; `which` are their positions."""
    flat = item[which] * trains.n_units + trains.unit[which]
    return np.bincount(flat, weights, n * trains.n_units).reshape(n, trains.n_units).astype(float)


def pair_coordinates(trains: SpikeTrains) -> dict[str, Any]:
    """Return the coordinates of what pairs of units have: ``unit``, with its labels, and ``other``."""
    labels = coordinates(trains.units, trains.n_units, "unit")
    return {"unit": labels["unit"], "other": labels["unit"], **labels}


def estimated(
    sums: Sequence[np.ndarray],
    statistic: Callable[..., np.ndarray],
    coords: Mapping[str, Any],
    *,
    trains: SpikeTrains,
    confidence: float,
    link: Link | None = None,
) -> xr.Dataset:
    """Return statistics with their intervals; the keys of `coords` without a dimension of their own are dimensions."""
    found = jackknife_of_sums(sums, statistic, confidence=confidence, link=link)
    dims = [name for name, value in coords.items() if not isinstance(value, tuple)]
    variables = {name: (dims, values) for name, values in found.items()}
    return xr.Dataset(variables, dict(coords), {"methods": methods(trains, len(sums[0]), confidence)})


def methods(trains: SpikeTrains, n: int, confidence: float) -> str:
    """Return how the intervals were found, as a sentence of a report."""
    items = (
        counted(n, "trial")
        if trains.n_trials > 1
        else f"{counted(n, 'block')} of {significant(trains.duration / n)} ms, which are taken as independent"
    )
    return (
        f"Intervals are at {significant(100 * confidence)} % and come from the jackknife over {items} (Künsch 1989), "
        f"with Student's t of {counted(n - 1, 'degree')} of freedom."
    )
