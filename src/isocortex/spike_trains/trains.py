"""The class of spike trains: how they are made, which part to take, and what becomes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ..errors import require
from ..responses import stack_repeats
from .counts import EDGE, count, fitting
from .events import around
from .fields import Fields
from .files import write
from .labels import coordinates, names, positions, renumbered, rows


@dataclass(frozen=True, eq=False, repr=False)
class SpikeTrains(Fields):
    """When which unit fired, in one trial or in several of equal duration.

    Parameters
    ----------
    times : array, shape (spike,)
        ms, sorted by trial, then by time. :meth:`from_spikes` sorts.
    unit : array, shape (spike,)
        Which unit fired, 0 … n_units − 1.
    n_units : int
        Silent units count.
    duration : float
        ms, of every trial.
    trial : array, shape (spike,), optional
        In which trial, 0 … n_trials − 1. Default: all in the first.
    n_trials : int
        Default 1.
    start : float
        When every trial starts, in ms; negative where times are relative to an event. Default 0.
    units, trials : DataFrame, optional
        A row per unit and a row per trial: the index holds their names, and the columns other labels (numbers, truth
        values or text), such as the area of a unit or the stimulus of a trial.

    Raises
    ------
    InputError
        If the times are not sorted or lie outside [start, start + duration], a unit or trial does not exist, or a table
        does not fit.

    Examples
    --------
    >>> trains = SpikeTrains(np.array([1.0, 4.0, 7.0]), np.array([0, 1, 0]), n_units=2, duration=10.0)
    >>> trains.of(0).tolist()
    [1.0, 7.0]
    >>> trains
    SpikeTrains(spikes=3, units=2, trials=1, time=0…10 ms)
    """

    @classmethod
    def from_spikes(
        cls, times: Any, unit: Any, *, n_units: int, duration: float | int, trial: Any = None, **rest: Any
    ) -> "SpikeTrains":
        """Return spike trains from spikes in any order; `rest` are the other fields.

        Examples
        --------
        >>> SpikeTrains.from_spikes([7.0, 1.0], [0, 1], n_units=2, duration=10).times.tolist()
        [1.0, 7.0]
        """
        times, unit = np.asarray(times, float), np.asarray(unit, int)
        trial = np.zeros(unit.shape, int) if trial is None else np.asarray(trial, int)
        require(
            times.shape == unit.shape == trial.shape,
            f"times, unit and trial must have one entry per spike; got {times.shape}, {unit.shape} and {trial.shape}.",
        )
        order = np.lexsort((times, trial))
        return cls(times[order], unit[order], n_units, duration, trial=trial[order], **rest)

    @classmethod
    def from_lists(cls, lists: Sequence[Any], *, duration: float | int, **rest: Any) -> "SpikeTrains":
        """Return spike trains of one trial from the times of every unit, in ms.

        Examples
        --------
        >>> SpikeTrains.from_lists([[1.0, 7.0], [], [4.0]], duration=10).unit.tolist()
        [0, 2, 0]
        """
        counts = [len(times) for times in lists]
        times = np.concatenate([np.zeros(0), *(np.asarray(times, float) for times in lists)])
        unit = np.repeat(np.arange(len(lists)), counts)
        return cls.from_spikes(times, unit, n_units=len(lists), duration=duration, **rest)

    def of(self, unit: int, trial: int = 0) -> Float[np.ndarray, " spike"]:
        """Return the times of one unit in one trial, in ms; both are positions, counted from 0."""
        return self.times[(self.unit == unit) & (self.trial == trial)]

    def label(
        self, *, units: Mapping[str, Any] | None = None, trials: Mapping[str, Any] | None = None
    ) -> "SpikeTrains":
        """Return the same spikes with further labels of units and trials, one for each, by name.

        Raises
        ------
        InputError
            If there is not one label for each.

        Examples
        --------
        >>> trains = SpikeTrains.from_lists([[1.0], [2.0]], duration=10).label(units={"area": ["V1", "MT"]})
        >>> trains.bin(10)["area"].values.tolist()
        ['V1', 'MT']
        """
        tables: dict[str, Any] = {}
        for kind, labels in (("unit", units), ("trial", trials)):
            if labels is not None:
                n, table = getattr(self, f"n_{kind}s"), getattr(self, f"{kind}s")
                for name, values in labels.items():
                    require(np.shape(values) == (n,), f"{name!r} must have a label for each of {n} {kind}s.")
                columns = {name: np.asarray(values) for name, values in labels.items()}
                tables[f"{kind}s"] = rows(table, n, np.arange(n)).assign(**columns)
        return replace(self, **tables)

    def select(self, units: Any = None, trials: Any = None) -> "SpikeTrains":
        """Return some units or trials, in the order given.

        Parameters
        ----------
        units, trials : name, sequence of names, or array of bool, optional
            Names from the index of the table, which are 0, 1, … where there is none; or a mask. Default: all.

        Raises
        ------
        InputError
            For an unknown name, a mask of the wrong length, nothing, or one selected twice.

        Examples
        --------
        >>> areas = pd.DataFrame({"area": ["V1", "MT", "V1"]})
        >>> trains = SpikeTrains.from_lists([[1.0], [2.0], [3.0]], duration=10, units=areas)
        >>> trains.select(units=areas["area"] == "V1").times.tolist()
        [1.0, 3.0]
        """
        kept = {
            "unit": positions(self.units, self.n_units, units, "unit"),
            "trial": positions(self.trials, self.n_trials, trials, "trial"),
        }
        unit = renumbered(kept["unit"], self.n_units)[self.unit]
        trial = renumbered(kept["trial"], self.n_trials)[self.trial]
        inside = (unit >= 0) & (trial >= 0)
        return SpikeTrains.from_spikes(
            self.times[inside],
            unit[inside],
            n_units=len(kept["unit"]),
            duration=self.duration,
            trial=trial[inside],
            n_trials=len(kept["trial"]),
            start=self.start,
            units=self.units if units is None else rows(self.units, self.n_units, kept["unit"]),
            trials=self.trials if trials is None else rows(self.trials, self.n_trials, kept["trial"]),
        )

    def slice(self, start: float | int, stop: float | int) -> "SpikeTrains":
        """Return the spikes with start ≤ time < stop, in ms; times stay as they are.

        A spike at the very end of the recording belongs to the slice that ends there.

        Raises
        ------
        InputError
            If the slice is empty, or reaches beyond the recording.

        Examples
        --------
        >>> part = SpikeTrains.from_lists([[1.0, 4.0, 7.0]], duration=10).slice(4, 7)
        >>> part.times.tolist(), part.start, part.duration
        ([4.0], 4.0, 3.0)
        """
        require(
            bool(self.start <= start < stop <= self.stop),
            f"A slice must lie in {self.start:g}…{self.stop:g} ms and start before it ends; got {start:g}…{stop:g}.",
        )
        inside = (self.times >= start) & ((self.times < stop) | (stop == self.stop))
        return replace(
            self,
            times=self.times[inside],
            unit=self.unit[inside],
            trial=self.trial[inside],
            start=start,
            duration=stop - start,
        )

    def align(self, events: Any, window: Sequence[float | int], *, trial: Any = None) -> "SpikeTrains":
        """Return a trial around every event, with times relative to it.

        Parameters
        ----------
        events : array, shape (event,)
            ms. Of one trial any number; of several trials one each.
        window : (before, after)
            ms relative to the event, such as (−200, 500); a spike counts if before ≤ time < after.
        trial : array of int, shape (event,), optional
            The position of the trial of every event, where trials have several events or none.

        Returns
        -------
        SpikeTrains
            With a trial for every event, ``start`` = before, and the columns ``event`` (ms) and ``from_trial`` (the
            name of its trial) beside the labels of that trial.

        Raises
        ------
        InputError
            If a window is empty or reaches beyond the recording, or it is unclear in which trial an event is.

        Examples
        --------
        >>> trains = SpikeTrains.from_lists([[12.0, 19.0, 52.0]], duration=100)
        >>> around = trains.align([10, 50], (-5, 20))
        >>> [around.of(0, trial).tolist() for trial in range(2)]
        [[2.0, 9.0], [2.0]]
        """
        at = np.atleast_1d(np.asarray(events, float))
        require(
            trial is not None or self.n_trials in (1, len(at)),
            f"Give an event for each of {self.n_trials} trials, or the trial of every event; got {len(at)} events.",
        )
        if trial is None:
            trial = np.arange(len(at)) if self.n_trials > 1 else np.zeros(len(at), int)
        of, (before, after) = np.asarray(trial), window
        require(
            at.ndim == 1 and of.shape == at.shape and bool(((of >= 0) & (of < self.n_trials)).all()),
            f"Each event must have a trial, 0…{self.n_trials - 1}; got {len(at)} events and the trials {of.tolist()}.",
        )
        taken, new = around(self.times, self.trial, at, of, (before, after), (self.start, self.stop))
        duration = float(after) - float(before)
        origin = names(self.trials, self.n_trials)[of]
        table = pd.DataFrame(index=origin) if self.trials is None else self.trials.iloc[of]
        return SpikeTrains(
            np.clip(self.times[taken] - at[new], before, before + duration),
            self.unit[taken],
            self.n_units,
            duration,
            trial=new,
            n_trials=len(at),
            start=before,
            units=self.units,
            trials=table.assign(from_trial=origin, event=at).reset_index(drop=True),
        )

    def bin(self, width: float | int, *, drop_rest: bool = False) -> xr.DataArray:
        """Count spikes in bins of equal width.

        A bin holds its start and not its end; the last one holds the end of the recording too, so that no spike is
        lost. A spike within 10⁻⁸ of a bin below an edge counts as on it, as in Elephant: 0.3 ms is the start of the
        fourth bin of 0.1 ms, whatever 0.3/0.1 is in floating-point numbers.

        Parameters
        ----------
        width : float
            ms.
        drop_rest : bool
            If the bins do not divide the duration, leave out what remains at the end. Default False: raise an error.

        Returns
        -------
        DataArray, shape (trial, time, unit)
            Counts; ``time`` is the start of each bin in ms. Names and labels of units and trials are coordinates.

        Raises
        ------
        InputError
            If the width is not positive, exceeds the duration or does not divide it, or the counts need too much
            memory.

        Examples
        --------
        >>> SpikeTrains.from_lists([[1.0, 4.0, 7.0]], duration=10).bin(5).values[0, :, 0].tolist()
        [2, 1]
        """
        n = fitting(self.duration, width, drop_rest=drop_rest)
        place, shape = (self.times - self.start) / width, (self.n_trials, n, self.n_units)
        counts = count(place, self.trial, self.unit, shape, closed=bool(self.duration / width - n <= EDGE))
        coords = coordinates(self.trials, self.n_trials, "trial") | coordinates(self.units, self.n_units, "unit")
        time = ("time", self.start + width * np.arange(n), {"units": "ms"})
        attrs = {"units": "spikes", "bin_ms": float(width)}
        return xr.DataArray(counts, {**coords, "time": time}, ("trial", "time", "unit"), "counts", attrs)

    def to_responses(
        self,
        window: Sequence[float | int] | None = None,
        *,
        bin_ms: float | int | None = None,
        repeats: bool = False,
    ) -> xr.DataArray:
        """Return firing rates, as every analysis of responses takes them.

        Parameters
        ----------
        window : (start, stop), optional
            ms. Default: the whole trial.
        bin_ms : float, optional
            Width of bins, which must divide the window. Default: one rate for the whole window.
        repeats : bool
            Stack the trials of each stimulus as repeats, which must be equally many. Default False.

        Returns
        -------
        DataArray, shape (trial, unit), or with `bin_ms` (trial, time, unit)
            Spikes per second. Labels of trials are coordinates, such as ``stimulus``; without that one, each trial
            counts as a stimulus of its own. With `repeats`, ``repeat`` and ``stimulus`` take the place of ``trial``.

        Raises
        ------
        InputError
            As :meth:`slice` and :meth:`bin`; for `repeats` unless every stimulus has equally many trials.

        Examples
        --------
        >>> shown = pd.DataFrame({"stimulus": [0.0, 90.0]})
        >>> spikes = SpikeTrains.from_spikes([3.0, 5.0, 8.0], [0, 0, 0], trial=[0, 1, 1], n_units=1, n_trials=2,
        ...                                  duration=100, trials=shown)
        >>> spikes.to_responses().sel(unit=0).values.tolist()
        [10.0, 20.0]
        """
        part = self if window is None else self.slice(*window)
        width = part.duration if bin_ms is None else bin_ms
        counts = part.bin(width)
        rates = (1e3 / width * counts).rename("responses").assign_attrs(units="spikes/s", bin_ms=float(width))
        if "stimulus" not in rates.coords:
            rates = rates.assign_coords(stimulus=("trial", rates["trial"].values))
        rates = rates if bin_ms is not None else rates.isel(time=0, drop=True)
        return stack_repeats(rates) if repeats else rates

    def save(self, path: str | PathLike[str]) -> None:
        """Write a ``.npz`` or ``.nc`` file, from which :func:`isocortex.recordings.read_spike_trains` reads all of it.

        A column ``area`` of the table of units is the array ``units.area`` of the file; ``units`` holds their names.

        Raises
        ------
        InputError
            For another suffix, or if the file cannot be written.
        """
        numbers = {name: getattr(self, name) for name in ("n_units", "n_trials", "start", "duration")}
        tables = {"unit": self.units, "trial": self.trials}
        write(path, {"times": self.times, "unit": self.unit, "trial": self.trial, **numbers}, tables)
