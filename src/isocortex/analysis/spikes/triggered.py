"""The spike-triggered average: what a stimulus is like around the spikes of a unit."""

import numpy as np
import xarray as xr
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from ...errors import require
from ...keys import generator
from ...memory import require_memory
from ...shapes import PRNGKey
from ...spike_trains import SpikeTrains
from ...spike_trains.labels import coordinates
from .blocks import N_BLOCKS, estimated, item_of, n_items
from .surrogates import bands


def spike_triggered_average(
    trains: SpikeTrains,
    stimulus: xr.DataArray,
    *,
    window: tuple[float | int, float | int] = (-100.0, 0.0),
    n_blocks: int = N_BLOCKS,
    confidence: float = 0.95,
) -> xr.Dataset:
    """Average a stimulus around the spikes of every unit.

    Parameters
    ----------
    trains : SpikeTrains
    stimulus : DataArray
        With the dimension ``time`` (ms, in equal steps), and any others, such as ``x`` and ``y``. With the dimension
        ``trial`` each trial has a stimulus; without, all have the same.
    window : (start, stop)
        ms relative to a spike; lags start ≤ lag < stop. Default the 100 ms before it.
    n_blocks, confidence
        As for :func:`.interval_statistics`.

    Returns
    -------
    Dataset, shape (unit, lag, …)
        ``estimate``, ``se``, ``low``, ``high`` in the units of the stimulus, by the jackknife over trials, or over
        blocks of time where there is one trial. Spikes whose window reaches beyond the stimulus are left out; units
        without others are NaN.

    Raises
    ------
    InputError
        If the stimulus has no time in equal steps or another number of trials, or the window is empty or longer.

    Examples
    --------
    >>> stimulus = xr.DataArray(np.arange(10) == 4, dims="time", coords={"time": np.arange(10.0)})
    >>> trains = SpikeTrains.from_lists([[6.0]], duration=10)
    >>> spike_triggered_average(trains, stimulus, window=(-3, 1))["estimate"].values[0].tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    shown, at, lags, dims = _around(trains, stimulus, window)
    n, item = n_items(trains, n_blocks), item_of(trains, n_blocks)
    require_memory(
        3 * 8 * n * trains.n_units * len(lags) * shown.shape[-1], "These averages need", "shorten the window"
    )
    sums, number = _sums(shown, at, trains, lags, item, n)

    def mean(sums: np.ndarray, number: np.ndarray) -> np.ndarray:
        return (sums / number[..., None, None]).reshape(*sums.shape[:-1], *dims.values())

    return estimated(
        [sums, number], mean, _coords(trains, stimulus, lags, dims), trains=trains, confidence=confidence
    ).assign_attrs(spikes=number.sum(axis=0).astype(int).tolist())


def shift_test(
    trains: SpikeTrains,
    stimulus: xr.DataArray,
    *,
    key: PRNGKey,
    window: tuple[float | int, float | int] = (-100.0, 0.0),
    n_surrogates: int = 1000,
    confidence: float = 0.95,
) -> xr.Dataset:
    """Test whether a spike-triggered average differs from what spikes at unrelated times would give.

    In every surrogate, the spikes of each trial are shifted against its stimulus by a random time, all by the same, and
    those that leave the end come in at the start: trains and stimulus keep their own structure in time.

    Parameters
    ----------
    trains, stimulus, window
        As for :func:`spike_triggered_average`.
    key : key
        Draws the shifts.
    n_surrogates : int
        Default 1000.
    confidence : float
        Of the acceptance bands. Default 0.95.

    Returns
    -------
    Dataset, shape (unit, lag, …)
        ``observed``, the spike-triggered average; ``expected``, ``excess``, ``low``, ``high``, ``low_all`` and
        ``high_all`` as for :func:`.jitter_test`, at all lags and points of the stimulus at once; ``p`` of every unit.

    Raises
    ------
    InputError
        As :func:`spike_triggered_average`; if a unit has no spike whose window lies in the stimulus.

    Examples
    --------
    >>> import jax
    >>> stimulus = xr.DataArray(np.arange(200) % 50 == 4, dims="time", coords={"time": np.arange(200.0)})
    >>> trains = SpikeTrains.from_lists([[6.0, 56.0, 106.0, 156.0]], duration=200)
    >>> found = shift_test(trains, stimulus, window=(-5, 0), key=jax.random.key(0), n_surrogates=99)
    >>> found["excess"].idxmax("lag").values.tolist()
    [-2.0]
    """
    shown, at, lags, dims = _around(trains, stimulus, window)
    steps = shown.shape[1]
    rng, none = generator(key), np.zeros_like(trains.unit)

    def average(at: np.ndarray) -> np.ndarray:
        sums, number = _sums(shown, at, trains, lags, none, 1)
        with np.errstate(invalid="ignore"):
            return (sums / number[..., None, None])[0].reshape(trains.n_units, len(lags), *dims.values())

    observed = average(at)
    silent = np.isnan(observed).reshape(trains.n_units, -1).any(axis=1)
    require(
        not silent.any(), f"The unit at position {np.argmax(silent)} has no spike whose window lies in the stimulus."
    )
    require_memory(3 * 8 * (n_surrogates + 1) * observed.size, "Surrogates need", "shorten the window")
    shifts = rng.integers(steps, size=(n_surrogates, trains.n_trials))
    surrogates = np.stack([average((at + shift[trains.trial]) % steps) for shift in shifts])
    lost = int(np.isnan(surrogates).reshape(n_surrogates, -1).any(axis=1).sum())
    require(
        lost == 0, f"In {lost} surrogates a unit has no spike whose window lies in the stimulus; leave such units out."
    )
    coords = _coords(trains, stimulus, lags, dims)
    along = ("lag", *dims)
    return bands(observed, surrogates, confidence, coords, ("unit", *along), along=along)


def _around(
    trains: SpikeTrains, stimulus: xr.DataArray, window: tuple[float | int, float | int]
) -> tuple[Float[np.ndarray, "trial step feature"], Int[np.ndarray, " spike"], Int[np.ndarray, " lag"], dict[str, int]]:
    """Return the stimulus by trial, step and feature, the step of every spike, lags in steps, and sizes of features."""
    require("time" in stimulus.dims and stimulus.sizes["time"] > 1, "The stimulus must have a dimension 'time', in ms.")
    time = stimulus["time"].values.astype(float)
    dt = (time[-1] - time[0]) / (len(time) - 1)
    require(
        bool(dt > 0 and np.allclose(np.diff(time), dt, rtol=1e-6)), "The times of the stimulus must have equal steps."
    )
    n_trials = stimulus.sizes.get("trial", 1)
    require(
        n_trials in (1, trains.n_trials),
        f"The stimulus has {n_trials} trials, and the spike trains have {trains.n_trials}.",
    )
    lags = np.arange(round(window[0] / dt), round(window[1] / dt))
    require(
        0 < len(lags) <= len(time),
        f"The window {window[0]:g}…{window[1]:g} ms must hold a step of {dt:g} ms, and be no longer than the stimulus.",
    )
    dims = {str(dim): size for dim, size in stimulus.sizes.items() if dim not in ("trial", "time")}
    ordered = stimulus if "trial" in stimulus.dims else stimulus.expand_dims("trial")
    values = ordered.transpose("trial", "time", *dims).values.astype(float).reshape(n_trials, len(time), -1)
    return values, np.floor((trains.times - time[0]) / dt + 1e-8).astype(int), lags, dims


def _sums(
    shown: np.ndarray, at: np.ndarray, trains: SpikeTrains, lags: np.ndarray, item: np.ndarray, n: int
) -> tuple[Float[np.ndarray, "item unit lag feature"], Float[np.ndarray, "item unit"]]:
    """Sum the stimulus at every lag over the spikes whose window lies in it, and count these, by item and unit."""
    n_trials, steps, features = shown.shape
    whole = (at + lags[0] >= 0) & (at + lags[-1] < steps)
    group = (item * trains.n_units + trains.unit)[whole]
    column = (at + (trains.trial if n_trials > 1 else 0) * steps)[whole]
    order = np.argsort(group, kind="stable")
    number = np.bincount(group, minlength=n * trains.n_units)
    starts, flat = np.append(0, np.cumsum(number)), shown.reshape(-1, features)
    ones, shape = np.ones(len(column)), (len(number), len(flat))
    sums = np.stack([csr_array((ones, column[order] + lag, starts), shape) @ flat for lag in lags], axis=1)
    by = (n, trains.n_units)
    return sums.reshape(*by, len(lags), features), number.reshape(by).astype(float)


def _coords(trains: SpikeTrains, stimulus: xr.DataArray, lags: np.ndarray, dims: dict[str, int]) -> dict:
    time = stimulus["time"].values.astype(float)
    labels = coordinates(trains.units, trains.n_units, "unit")
    features = {dim: stimulus[dim].values for dim in dims}
    return {"unit": labels.pop("unit"), "lag": lags * (time[-1] - time[0]) / (len(time) - 1), **features, **labels}
