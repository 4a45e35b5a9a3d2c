"""Count spikes in bins."""

import numpy as np
from jaxtyping import Float, Int

from ..errors import require
from ..memory import require_memory

EDGE = 1e-8
"""A time this share of a bin below an edge counts as on it, so that rounding moves no spike into the bin before."""


def fitting(duration: float | int, width: float | int, *, drop_rest: bool) -> int:
    """Return how many bins fit into the duration, both in ms; at least one must, and all of it unless `drop_rest`."""
    require(bool(np.isfinite(width) and width > 0), f"Bins must be wider than 0 ms; got {width}.")
    n = int(duration / width + EDGE)
    require(n >= 1, f"The recording of {duration:g} ms is shorter than a bin of {width:g} ms.")
    rest = duration - n * width
    require(
        bool(drop_rest or rest <= EDGE * width),
        f"Bins of {width:g} ms do not divide {duration:g} ms: {rest:g} ms remain at the end. Choose another width or "
        "slice the recording; or leave the rest out with drop_rest=True, where there is this option.",
    )
    return n


def count(
    place: Float[np.ndarray, " spike"],
    trial: Int[np.ndarray, " spike"],
    unit: Int[np.ndarray, " spike"],
    shape: tuple[int, int, int],
    *,
    closed: bool,
) -> Int[np.ndarray, "trial bin unit"]:
    """Return the counts of every trial, bin and unit; `place` is in bins.

    If `closed`, nothing follows the last bin and its end belongs to it; otherwise spikes there and beyond do not count.
    """
    n_trials, n, n_units = shape
    require_memory(8 * n_trials * n * n_units, "Counts in these bins need", "widen the bins")
    at = np.floor(place + EDGE).astype(int)
    if closed:
        at = np.minimum(at, n - 1)
    inside = at < n
    flat = (trial[inside] * n + at[inside]) * n_units + unit[inside]
    return np.bincount(flat, minlength=n_trials * n * n_units).reshape(shape)
