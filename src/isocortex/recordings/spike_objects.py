"""Spike trains of other packages, by what their objects can do: Neo, pynapple and SpikeInterface are not imported."""

from typing import Any

import numpy as np
import pandas as pd

from ..errors import require
from ..spike_trains import SpikeTrains

MS = 1e3
"""Milliseconds in a second."""
ADJOINING = 0.002
"""ms by which trials may differ in length: pynapple takes 1 µs off an interval that ends where the next one starts."""


def from_neo(content: Any) -> SpikeTrains:
    """Turn spike trains of Neo into :class:`isocortex.SpikeTrains`.

    Parameters
    ----------
    content : neo.Block, neo.Segment, or sequence of neo.SpikeTrain
        Of a block, every segment is a trial; all segments must have the same units, and last equally long. Times are
        from the start of a trial.

    Returns
    -------
    SpikeTrains
        Units are labelled with their ``name`` where each has one.

    Raises
    ------
    InputError
        For other objects, no spike trains, or segments that differ in their units or duration.

    Examples
    --------
    >>> import neo
    >>> trains = [neo.SpikeTrain(times, units="s", t_stop=1.0) for times in ([0.1, 0.25], [0.5])]
    >>> found = from_neo(trains)
    >>> found.times.tolist(), found.unit.tolist(), found.duration  # ms
    ([100.0, 250.0, 500.0], [0, 0, 1], 1000.0)
    """
    segments = getattr(content, "segments", None)
    trials = [list(part.spiketrains) for part in segments] if segments is not None else [_trains(content)]
    require(bool(trials) and bool(trials[0]), "There are no spike trains in this Neo object.")
    counts = sorted({len(trains) for trains in trials})
    require(len(counts) == 1, f"The segments of the block have {counts[0]} to {counts[-1]} spike trains.")
    spans = [(_ms(train.t_start), _ms(train.t_stop)) for trains in trials for train in trains]
    durations = np.array([stop - start for start, stop in spans])
    require(
        bool(np.ptp(durations) <= 1e-6 * durations.max()),
        f"All spike trains must last equally long; they last {durations.min():g} to {durations.max():g} ms. Cut them "
        "with time_slice.",
    )
    for trains in trials:
        starts = [_ms(train.t_start) for train in trains]
        require(bool(np.ptp(starts) == 0), "The spike trains of a segment must start together.")
    start = spans[0][0] if len(trials) == 1 else 0.0
    times = [_ms(train) - (0.0 if len(trials) == 1 else _ms(train.t_start)) for trains in trials for train in trains]
    sizes = [len(each) for each in times]
    n = counts[0]
    places = np.repeat(np.arange(len(times)), sizes)
    names = [str(getattr(train, "name", None) or "") for train in trials[0]]
    return SpikeTrains.from_spikes(
        np.clip(np.concatenate(times), start, start + durations[0]),
        places % n,
        n_units=n,
        duration=float(durations[0]),
        start=start,
        trial=places // n,
        n_trials=len(trials),
        units=pd.DataFrame(index=pd.Index(names)) if all(names) and len(set(names)) == n else None,
    )


def _trains(content: Any) -> list[Any]:
    trains = list(getattr(content, "spiketrains", content))
    known = all(hasattr(train, "t_stop") and hasattr(train, "rescale") for train in trains)
    require(known, f"Expected a Block, Segment or spike trains of Neo; got {type(content).__name__}.")
    return trains


def _ms(quantity: Any) -> Any:
    """Return a quantity of Neo in ms, a number or an array."""
    values = np.asarray(quantity.rescale("ms").magnitude, float)
    return float(values) if values.ndim == 0 else values


def from_pynapple(group: Any, trials: Any = None) -> SpikeTrains:
    """Turn a ``TsGroup`` of pynapple into :class:`isocortex.SpikeTrains`.

    Parameters
    ----------
    group : pynapple.TsGroup
        Times are in s, as pynapple keeps them.
    trials : pynapple.IntervalSet, optional
        Each interval is a trial, whose times start at 0; all must be equally long. Default: one trial, from the first
        start to the last end of the group's time support.

    Returns
    -------
    SpikeTrains
        Units are named by their keys, and have the columns of the group's metadata as labels.

    Raises
    ------
    InputError
        For other objects, or intervals of different length.

    Examples
    --------
    >>> import pynapple
    >>> group = pynapple.TsGroup({3: pynapple.Ts([0.1, 0.25, 0.5]), 7: pynapple.Ts([0.3, 0.5])})
    >>> trials = pynapple.IntervalSet(start=[0.1, 0.25], end=[0.2, 0.35])
    >>> found = from_pynapple(group, trials)
    >>> found.n_trials, found.units.index.tolist(), found.times.round().tolist()  # ms from the start of a trial
    (2, [3, 7], [0.0, 0.0, 50.0])
    """
    known = hasattr(group, "time_support") and hasattr(group, "keys")
    require(known, f"Expected a TsGroup of pynapple; got {type(group).__name__}.")
    keys = list(group.keys())
    support = np.asarray(group.time_support, float).reshape(-1, 2)
    start, stop = MS * support.min(), MS * support.max()
    times = [MS * np.asarray(group[key].t, float) for key in keys]
    metadata = getattr(group, "metadata", None)
    columns = {} if metadata is None else {str(c): np.asarray(metadata[c]) for c in metadata if c != "rate"}
    plain = {c: v.astype(str) if v.dtype.kind == "O" else v for c, v in columns.items()}
    table = pd.DataFrame(plain, index=pd.Index(keys))
    whole = SpikeTrains.from_lists(times, duration=stop - start, start=start, units=table)
    if trials is None:
        return whole
    edges = MS * np.asarray(trials, float).reshape(-1, 2)
    lengths = edges[:, 1] - edges[:, 0]
    require(
        len(edges) > 0 and bool(np.ptp(lengths) <= max(ADJOINING, 1e-6 * lengths.max())),
        f"The trials must be intervals of equal length; got {len(edges)}, of {lengths.min(initial=np.inf):g} to "
        f"{lengths.max(initial=0):g} ms.",
    )
    return whole.align(edges[:, 0], (0.0, float(lengths.min())))


def from_spikeinterface(sorting: Any, duration: float | int | None = None) -> SpikeTrains:
    """Turn a sorting of SpikeInterface into :class:`isocortex.SpikeTrains`.

    Parameters
    ----------
    sorting : spikeinterface.BaseSorting
        Every segment is a trial.
    duration : float, optional
        ms of every segment. Default: up to the last spike of all.

    Returns
    -------
    SpikeTrains
        Units are named by their ids, and have the properties of the sorting that hold one value per unit as labels.

    Raises
    ------
    InputError
        For other objects, or a duration that ends before the last spike.

    Examples
    --------
    >>> from spikeinterface import NumpySorting
    >>> sorting = NumpySorting.from_unit_dict({"a": np.array([300, 600]), "b": np.array([900])}, 30_000.0)
    >>> found = from_spikeinterface(sorting, duration=100.0)
    >>> found.times.tolist(), found.units.index.tolist()  # ms
    ([10.0, 20.0, 30.0], ['a', 'b'])
    """
    known = all(hasattr(sorting, name) for name in ("get_unit_ids", "get_unit_spike_train", "get_sampling_frequency"))
    require(known, f"Expected a sorting of SpikeInterface; got {type(sorting).__name__}.")
    ids, rate = np.asarray(sorting.get_unit_ids()), float(sorting.get_sampling_frequency())
    n_trials = int(sorting.get_num_segments())
    require(len(ids) > 0, "The sorting has no units.")
    times, unit, trial = [np.zeros(0)], [np.zeros(0, int)], [np.zeros(0, int)]
    for segment in range(n_trials):
        for place, name in enumerate(ids):
            frames = np.asarray(sorting.get_unit_spike_train(name, segment_index=segment))
            times.append(MS * frames / rate)
            unit.append(np.full(len(frames), place))
            trial.append(np.full(len(frames), segment))
    found = np.concatenate(times)
    last = float(found.max(initial=0.0))
    require(duration is None or duration >= last, f"duration must be at least {last:g} ms, the last spike.")
    properties = {str(key): np.asarray(sorting.get_property(key)) for key in sorting.get_property_keys()}
    columns = {key: v for key, v in properties.items() if v.shape == ids.shape and v.dtype.kind in "biufU"}
    return SpikeTrains.from_spikes(
        found,
        np.concatenate(unit),
        n_units=len(ids),
        duration=last if duration is None else duration,
        trial=np.concatenate(trial),
        n_trials=n_trials,
        units=pd.DataFrame(columns, index=pd.Index(ids)),
    )
