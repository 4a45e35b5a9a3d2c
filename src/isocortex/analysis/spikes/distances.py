"""Distances between spike trains: van Rossum's, and that of Victor and Purpura."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from jaxtyping import Float

from ...errors import require, unknown
from ...spike_trains import SpikeTrains
from ...spike_trains.labels import names, plain

BETWEEN = ("unit", "trial")
BATCH = 2**20
"""Numbers in an array of a batch of pairs, at most: 8 MB."""


def van_rossum(trains: SpikeTrains, tau: float | int, *, between: str = "unit") -> xr.DataArray:
    """Return van Rossum's distance between spike trains: Euclidean, after each spike becomes a decaying exponential.

    D² = (2/τ) ∫ (f − g)² dt, with f(t) = Σ exp(−(t − t_k)/τ) over the spikes t_k ≤ t. A spike that one train has and
    the other lacks costs 1, in the normalization of Elephant; van Rossum (2001, 10.1162/089976601300014321) has D/√2.
    With tau → 0, D² is the number of spikes that do not coincide; with tau → ∞, D is the difference of the counts.

    Parameters
    ----------
    trains : SpikeTrains
    tau : float
        Time constant in ms.
    between : "unit" or "trial"
        Compare units in each trial, or trials of each unit. Default "unit".

    Returns
    -------
    DataArray, shape (trial, unit, other) or (unit, trial, other)
        A distance is a number of two trains, without an interval; means of distances over trials or units have one by
        :func:`isocortex.analysis.inference.bootstrap`.

    Raises
    ------
    InputError
        If tau is not above 0, or there are no two trains to compare.

    Notes
    -----
    The number of operations grows with the number of spikes and of trains, not with pairs of spikes (Houghton & Kreuz
    2012, 10.3109/0954898X.2012.673048).

    Examples
    --------
    >>> trains = SpikeTrains.from_lists([[10.0], [], [10.0]], duration=100)
    >>> van_rossum(trains, 5.0).values[0].tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    require(bool(np.isfinite(tau) and tau > 0), f"tau must be above 0 ms and finite; got {tau}.")
    return _labelled(trains, between, lambda parts: _van_rossum(parts, float(tau)))


def victor_purpura(trains: SpikeTrains, cost: float | int, *, between: str = "unit") -> xr.DataArray:
    """Return the distance of Victor & Purpura (1996, 10.1152/jn.1996.76.2.1310): the least cost of edits.

    A spike train is turned into another by adding or deleting a spike, at a cost of 1, or moving it in time.

    Parameters
    ----------
    trains : SpikeTrains
    cost : float
        Of moving a spike by 1 ms, q in the paper. At 0 the distance is the difference of the spike counts; if moving
        any spike costs 2 or more, it is the number of spikes that do not coincide.
    between : "unit" or "trial"
        Compare units in each trial, or trials of each unit. Default "unit".

    Returns
    -------
    DataArray, shape (trial, unit, other) or (unit, trial, other)
        As for :func:`van_rossum`.

    Raises
    ------
    InputError
        If the cost is negative, or there are no two trains to compare.

    Examples
    --------
    >>> trains = SpikeTrains.from_lists([[10.0], [13.0, 50.0]], duration=100)
    >>> victor_purpura(trains, 0.1).values[0, 0].round(6).tolist()
    [0.0, 1.3]
    """
    require(bool(np.isfinite(cost) and cost >= 0), f"The cost must be at least 0 per ms and finite; got {cost}.")
    return _labelled(trains, between, lambda parts: _victor_purpura(parts, float(cost)))


def _van_rossum(parts: list[np.ndarray], tau: float) -> Float[np.ndarray, "train other"]:
    """Return D from the kernel sums K_ij = Σ Σ exp(−|t − s|/τ): D² = K_ii + K_jj − 2K_ij.

    log Σ exp(s/τ) over the spikes up to each is a running sum that cannot overflow, so that the sum over the spikes s
    of a train before any time t takes one look-up.
    """
    of = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    times = np.concatenate(parts) / tau
    kernel = np.zeros((len(parts), len(parts)))
    for j, part in enumerate(parts):
        if len(part):
            summed = np.append(-np.inf, np.logaddexp.accumulate(part / tau))
            for side in ("left", "right"):  # spikes before t, and those at t too: one for each order of the two trains
                trace = np.exp(summed[np.searchsorted(part / tau, times, side=side)] - times)
                sums = np.bincount(of, trace, len(parts))
                if side == "right":
                    kernel[:, j] += sums
                else:
                    kernel[j] += sums
    norm = np.diagonal(kernel)
    return np.sqrt(np.maximum(norm[:, None] + norm - (kernel + kernel.T), 0))


def _victor_purpura(parts: list[np.ndarray], cost: float) -> Float[np.ndarray, "train other"]:
    """Return the distances of all pairs, in batches."""
    n = np.array([len(part) for part in parts])
    padded = np.zeros((len(parts), n.max(initial=0)))
    for row, part in zip(padded, parts, strict=True):
        row[: len(part)] = part
    first, second = np.triu_indices(len(parts), 1)
    found = np.zeros((len(parts), len(parts)))
    size = max(1, BATCH // (padded.shape[1] + 1))
    for start in range(0, len(first), size):
        i, j = first[start : start + size], second[start : start + size]
        found[i, j] = found[j, i] = _edits(padded[i], n[i], padded[j], n[j], cost)
    return found


def _edits(
    a: Float[np.ndarray, "pair spike"],
    n_a: np.ndarray,
    b: Float[np.ndarray, "pair spike"],
    n_b: np.ndarray,
    cost: float,
) -> Float[np.ndarray, " pair"]:
    """Return the least cost of turning each a into its b, by dynamic programming over the spikes of a.

    With `row` the costs of turning the first k spikes of a into the first 0, 1, … of b, the next row is the cheapest of
    deleting spike k + 1, moving it, or adding spikes of b; adding one after the other is a running minimum. A pair is
    done when its last spike is; what stands behind the spikes of a shorter b is never looked at.
    """
    added = np.arange(b.shape[1] + 1.0)
    row, result, pair = np.tile(added, (len(a), 1)), n_b.astype(float), np.arange(len(a))
    for k in range(n_a.max(initial=0)):
        new = row + 1
        new[:, 1:] = np.minimum(new[:, 1:], row[:, :-1] + cost * np.abs(a[:, k : k + 1] - b))
        row = np.minimum.accumulate(new - added, axis=1) + added
        done = n_a == k + 1
        result[done] = row[pair[done], n_b[done]]
    return result


def _labelled(trains: SpikeTrains, between: str, distance: Callable[[list[np.ndarray]], np.ndarray]) -> xr.DataArray:
    """Return the distances between units in every trial, or between trials of every unit."""
    if between not in BETWEEN:
        raise unknown("comparison between", between, BETWEEN)
    n = {"unit": trains.n_units, "trial": trains.n_trials}
    require(n[between] > 1, f"There is one {between}, and nothing to compare it with.")
    within = "trial" if between == "unit" else "unit"
    which = {"unit": trains.unit, "trial": trains.trial}
    order = np.lexsort((trains.times, which[between], which[within]))
    counts = np.bincount(which[within] * n[between] + which[between], minlength=n[within] * n[between])
    parts = np.split(trains.times[order], np.cumsum(counts)[:-1])
    found = np.stack([distance(parts[i * n[between] : (i + 1) * n[between]]) for i in range(n[within])])
    label = {
        "unit": plain(names(trains.units, trains.n_units), "unit"),
        "trial": plain(names(trains.trials, trains.n_trials), "trial"),
    }
    coords = {within: label[within], between: label[between], "other": label[between]}
    return xr.DataArray(found, coords, (within, between, "other"), "distance")
