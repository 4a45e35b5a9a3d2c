"""Responses of an NWB session around events: spikes are counted, or activity is averaged, in a window of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from ...errors import InputError, require, unknown
from ...formats import counted, significant
from ...responses import TAKEN, responses, stack_repeats
from ...spike_trains import SpikeTrains
from .columns import LABELS, listed_kinds, lists_of, n_rows, numbers_at, values_of
from .session import UNITS, Session

MS = 1e3
"""Milliseconds in a second: NWB has seconds."""
START = "start_time"
EMPTY = ("", "nan", "NaN", "null", "None", "N/A", "NA")
"""Texts that say that there is no value."""


@dataclass(frozen=True)
class Align:
    """Around which events of a session responses are taken, and of what.

    Attributes
    ----------
    window : (start, stop)
        ms relative to the event; a spike counts if start ≤ time < stop.
    by : tuple of str
        The columns of the table that say what was shown; rows that are equal in them are repeats.
    align : str
        The column of times, in s, that are time 0.
    table : str or None
        The table of intervals. Default: the only one that has these columns.
    series : str or None
        "units", or the responses of regions of interest. Default the units, or else the only such series.
    keep : mapping of str to sequence of str
        Column of the table of units (or regions) → values; others are left out.

    Examples
    --------
    >>> how = Align(window=(50, 350), by=("image_name",), keep={"quality": ("good",)})
    >>> how.describe("trials", "units")
    'From 50 to 350 ms around start_time of every row of trials, spikes were counted, as rates, for each unit.'
    """

    window: tuple[float | int, float | int]
    by: tuple[str, ...]
    align: str = START
    table: str | None = None
    series: str | None = None
    keep: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require(
            len(self.window) == 2 and bool(np.isfinite(self.window).all()) and self.window[0] < self.window[1],
            f"window takes a start and a later stop, in ms; got {' '.join(map(str, self.window)) or 'nothing'}.",
        )
        require(bool(self.by), "by must name the columns that say what was shown.")
        require(len(set(self.by)) == len(self.by), f"by names a column twice: {', '.join(self.by)}.")

    def describe(self, table: str, series: str) -> str:
        """Return what was done, in a sentence."""
        start, stop = (significant(edge, 6) for edge in self.window)
        what = "spikes were counted, as rates," if series == UNITS else f"{series} was averaged"
        return f"From {start} to {stop} ms around {self.align} of every row of {table}, {what} for each unit."


@dataclass(frozen=True, eq=False)
class Around:
    """Responses around events.

    Attributes
    ----------
    trials : DataArray, shape (trial, unit), or (trial, time, unit) where bins were asked for
        Rates in spikes per second, or mean activity. ``stimulus`` and every column of the table are coordinates.
    spikes : SpikeTrains or None
        The spikes in the windows, where units were asked for.
    subject, table, series : str
    notes : tuple of str
        What was left out.

    Examples
    --------
    >>> from isocortex.recordings.nwb import open_session
    >>> with open_session("session.nwb") as session:
    ...     found = responses_around(session, Align((50, 450), by=("orientation",)), bin_ms=50)
    >>> dict(found.trials.sizes), found.table
    ({'trial': 24, 'time': 8, 'unit': 12}, 'drifting_gratings_presentations')
    >>> found.notes[0]
    "4 rows of 28 in 'drifting_gratings_presentations' have no value of orientation and were left out."
    """

    trials: xr.DataArray
    spikes: SpikeTrains | None
    subject: str
    table: str
    series: str
    notes: tuple[str, ...]

    @property
    def responses(self) -> xr.DataArray:
        """Repeat × stimulus × unit where stimuli were shown equally often, else trial × unit."""
        _, counts = np.unique(self.trials["stimulus"].values, return_counts=True)
        equal = bool((counts == counts[0]).all())
        plain = self.trials.drop_vars([str(n) for n in self.trials.coords if n not in ("stimulus", "unit")])
        return stack_repeats(plain) if equal else plain


def responses_around(session: Session, how: Align, *, bin_ms: float | int | None = None) -> Around:
    """Read the responses of a session around events.

    Parameters
    ----------
    session : Session
    how : Align
    bin_ms : float, optional
        Width of bins, which must divide the window. Default: one response for the whole window. Activity of regions in
        a bin that holds no frame is that of the nearest one.

    Raises
    ------
    InputError
        If a table, column, unit or series is missing, no event has a label and a time, or an array needs too much
        memory.

    Examples
    --------
    >>> from isocortex.recordings.nwb import open_session
    >>> with open_session("session.nwb") as session:
    ...     found = responses_around(session, Align((50, 450), by=("orientation",), keep={"quality": ("good",)}))
    >>> dict(found.responses.sizes), len(found.spikes.times)
    ({'repeat': 4, 'stimulus': 6, 'unit': 8}, 535)
    """
    name, table = session.table(how.table, [how.align, *how.by])
    at = values_of(table, how.align, name)
    require(at.dtype.kind in "fiu", f"the column {how.align!r} of {name!r} must hold times in s; it holds text.")
    columns = {c: values_of(table, c, name) for c in dict.fromkeys([*listed_kinds(table), *how.by])}
    shown, labelled = _stimuli([columns[column] for column in how.by])
    timed = np.isfinite(at.astype(float))
    notes = [
        f"{counted(int((~kept).sum()), 'row')} of {len(at)} in {name!r} {'has' if (~kept).sum() == 1 else 'have'} no "
        f"{what} and {'was' if (~kept).sum() == 1 else 'were'} left out."
        for kept, what in ((labelled, f"value of {' and '.join(how.by)}"), (timed, how.align))
        if not kept.all()
    ]
    kept = labelled & timed
    require(bool(kept.any()), f"no row of {name!r} has both a time in {how.align!r} and a value of {list(how.by)}.")
    series = _series(session, how.series)
    events = at[kept].astype(float)
    if series == UNITS:
        spikes, observed, more = _spikes(session, how, events)
        rates, units = spikes.to_responses(bin_ms=bin_ms).values[observed], spikes.units
    else:
        rates, units, observed, more = _regions(session, series, how, events, bin_ms)
        spikes = None
    notes += more
    require(bool(observed.any()), f"no window around {how.align!r} lies in what was recorded of {series!r}.")
    trials = pd.DataFrame({c: v[kept][observed] for c, v in columns.items() if c not in TAKEN})
    shown = shown[kept][observed]
    if spikes is not None:
        spikes = _labelled(spikes.select(trials=observed), trials.assign(stimulus=shown))
    labels = pd.RangeIndex(rates.shape[-1]) if units is None else units.index
    values = responses(
        rates,
        stimuli=shown,
        conditions=_plain(trials),
        times=None if bin_ms is None else how.window[0] + bin_ms * np.arange(rates.shape[1]),
        dims=("trial", *(("time",) if bin_ms is not None else ()), "unit"),
        name=session.subject,
    ).assign_coords(unit=labels.to_numpy())
    return Around(values, spikes, session.subject, name, series, tuple(notes))


def _stimuli(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the label of every row, from one column or from several, and which rows have one."""
    known = np.ones(len(columns[0]), bool)
    for column in columns:
        known &= ~np.isin(column, EMPTY) if column.dtype.kind == "U" else ~np.isnan(column.astype(float))
    if len(columns) == 1 and columns[0].dtype.kind != "b":
        only = columns[0]
        whole = only.dtype.kind == "f" and bool((only[known] == np.round(only[known])).all())
        return (np.where(known, only, 0).astype(int) if whole else only), known
    written = [[str(v) if column.dtype.kind in "Ub" else significant(v, 10) for v in column] for column in columns]
    return np.array([", ".join(row) for row in zip(*written, strict=True)]), known


def _series(session: Session, name: str | None) -> str:
    """Return what responses are taken of: "units", or the name of a series of regions of interest."""
    series = session.series
    known = [*([UNITS] if session.units is not None else []), *series]
    if name is not None:
        if name not in known:
            raise unknown("series", name, known) if known else InputError("it has neither units nor regions.")
        return name
    require(bool(known), "it has neither units with spikes nor responses of regions of interest (RoiResponseSeries).")
    require(
        UNITS in known or len(known) == 1,
        f"it has several series of regions of interest: {', '.join(known)}. Name one as the series.",
    )
    return known[0]


def _spikes(session: Session, how: Align, events: np.ndarray) -> tuple[SpikeTrains, np.ndarray, list[str]]:
    """Return the spikes in every window, the windows in which every unit was observed, and what is left out."""
    table: Any = session.units
    units = unit_table(session)
    times, ends = lists_of(table, "spike_times", UNITS)
    require(times.dtype.kind == "f", f"'spike_times' must be in s; they are of {times.dtype}.")
    require(bool(np.isfinite(times).all()), "'spike_times' holds NaN or infinite values.")
    kept, notes = _kept(units, how.keep, "unit")
    edges = events[:, None] + np.asarray(how.window, float) / MS
    found: list[tuple[np.ndarray, ...]] = []
    for place, row in enumerate(kept):
        mine = np.sort(times[ends[row - 1] if row else 0 : ends[row]].astype(float))
        first, last = np.searchsorted(mine, edges).T
        n = last - first
        taken = np.arange(n.sum()) + np.repeat(first - (np.cumsum(n) - n), n)
        trial = np.repeat(np.arange(len(events)), n)
        found.append((MS * (mine[taken] - events[trial]), np.full(len(taken), place), trial))
    relative, unit, trial = (np.concatenate(column) for column in zip(*found, strict=True))
    start, stop = map(float, how.window)
    spikes = SpikeTrains.from_spikes(
        np.clip(relative, start, stop),
        unit,
        n_units=len(kept),
        trial=trial,
        n_trials=len(events),
        start=start,
        duration=stop - start,
        units=units.iloc[kept],
    )
    observed = _observed(table, kept, edges)
    if not observed.all():
        notes.append(f"{counted(int((~observed).sum()), 'window')} in which not every unit was observed were left out.")
    return spikes, observed, notes


def _observed(table: h5py.Group, kept: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return which windows lie in an interval in which all of the units were observed, as far as the file says."""
    inside = np.ones(len(edges), bool)
    if "obs_intervals" not in table or "obs_intervals_index" not in table:
        return inside
    intervals, ends = lists_of(table, "obs_intervals", UNITS)
    require(intervals.ndim == 2 and intervals.shape[1] == 2, "'obs_intervals' must be start and stop, in s.")
    for row in kept:
        mine = intervals[ends[row - 1] if row else 0 : ends[row]]
        if len(mine):
            inside &= ((mine[:, :1] <= edges[:, 0]) & (edges[:, 1] <= mine[:, 1:])).any(axis=0)
    return inside


def unit_table(session: Session) -> pd.DataFrame:
    """Return the labels of the units, by their ids; where their electrodes have a location, that too."""
    table: Any = session.units
    require(table is not None, "it has no units.")
    columns = {c: values_of(table, c, UNITS) for c in listed_kinds(table) if c not in TAKEN}
    place = "location"
    electrodes = session.electrodes
    if place not in columns and electrodes is not None and place in listed_kinds(electrodes):
        sites = values_of(electrodes, place, "electrodes")
        if "electrodes" in table and "electrodes_index" in table:
            of, ends = lists_of(table, "electrodes", UNITS)
            first = np.concatenate([[0], ends[:-1]])
            has = ends > first
            if has.any() and of.dtype.kind in "iu" and bool((of >= 0).all() and (of < len(sites)).all()):
                at = of[np.minimum(first, len(of) - 1)]
                columns[place] = np.where(has, sites[at], "")
    return _indexed(table, columns, UNITS)


def _indexed(table: h5py.Group, columns: Mapping[str, np.ndarray], name: str) -> pd.DataFrame:
    ids = values_of(table, "id", name)
    index = pd.Index(ids if len(np.unique(ids)) == len(ids) else np.arange(len(ids)))
    require(len(ids) > 0, f"the table {name!r} is empty.")
    return pd.DataFrame(dict(columns), index=index)


def _kept(rows: pd.DataFrame, keep: Mapping[str, Sequence[str]], kind: str) -> tuple[np.ndarray, list[str]]:
    """Return the positions of the units or regions with the values that are asked for."""
    mask = np.ones(len(rows), bool)
    for column, values in keep.items():
        if column not in rows:
            raise unknown(f"column of {kind}s", column, list(map(str, rows.columns)))
        held = rows[column].to_numpy()
        written = [significant(v, 10) if isinstance(v, float | np.floating) else str(v) for v in held]
        mine = np.isin(written, list(values))
        different = sorted(set(written))
        require(
            bool(mine.any()),
            f"no {kind} has {column} = {' or '.join(values)}; there are {', '.join(different[:8])}.",
        )
        mask &= mine
    wanted = "; ".join(f"{column} = {' or '.join(values)}" for column, values in keep.items())
    require(bool(mask.any()), f"no {kind} has {wanted}.")
    note = [f"{counted(int(mask.sum()), kind)} of {len(rows)} were kept: {wanted}."] if keep else []
    return np.flatnonzero(mask), note


def _regions(
    session: Session, name: str, how: Align, events: np.ndarray, bin_ms: float | int | None
) -> tuple[np.ndarray, pd.DataFrame | None, np.ndarray, list[str]]:
    """Return the mean activity of every region in every window with a frame, and which windows have one."""
    series = session.series[name]
    times, data = session.times(series, name), numbers_at(series["data"], f"{name}.data")
    data = data[:, None] if data.ndim == 1 else data
    regions = _region_table(session, series, data.shape[1])
    kept, notes = (np.arange(data.shape[1]), []) if regions is None else _kept(regions, how.keep, "region")
    require(regions is not None or not how.keep, f"the regions of {name!r} have no table, so that none can be chosen.")
    data = data[:, kept]
    first, last = np.searchsorted(times, events[:, None] + np.asarray(how.window, float) / MS).T
    observed = last > first
    if not observed.all():
        notes.append(f"{counted(int((~observed).sum()), 'window')} without a frame of {name} were left out.")
    n_bins = 1 if bin_ms is None else round((how.window[1] - how.window[0]) / bin_ms)
    edges = events[observed, None] + np.linspace(*how.window, n_bins + 1) / MS
    places = np.searchsorted(times, edges)
    means = np.empty((len(edges), n_bins, len(kept)))
    for i, row in enumerate(places):
        for j, (a, b) in enumerate(pairwise(row.tolist())):
            nearest = min(a, len(data) - 1)
            means[i, j] = data[a:b].mean(axis=0, dtype=float) if b > a else data[nearest]
    table = None if regions is None else regions.iloc[kept]
    return means[:, 0] if bin_ms is None else means, table, observed, notes


def _region_table(session: Session, series: h5py.Group, n: int) -> pd.DataFrame | None:
    """Return the labels of the regions of interest, in the order of the series; None where there are none."""
    rois: Any = series.get("rois")
    if not isinstance(rois, h5py.Dataset) or rois.shape != (n,) or rois.dtype.kind not in "iu":
        return None
    reference = rois.attrs.get("table")
    table: Any = session.file[reference] if isinstance(reference, h5py.Reference) and reference else None
    places = rois[()]
    if not isinstance(table, h5py.Group) or "id" not in table or not bool((places < n_rows(table, "rois")).all()):
        return None
    name = "the table of regions"
    columns = {c: values_of(table, c, name) for c in listed_kinds(table, LABELS) if c not in TAKEN}
    labelled = _indexed(table, columns, name)
    return labelled.iloc[places] if len(np.unique(places)) == len(places) else None


def _labelled(spikes: SpikeTrains, trials: pd.DataFrame) -> SpikeTrains:
    """Return spikes with the columns of the trials; those of units give way where both have one name."""
    units = spikes.units
    if units is not None:
        spikes = SpikeTrains(
            spikes.times,
            spikes.unit,
            spikes.n_units,
            spikes.duration,
            trial=spikes.trial,
            n_trials=spikes.n_trials,
            start=spikes.start,
            units=units.drop(columns=[c for c in units if c in trials]),
        )
    return spikes.label(trials=_plain(trials))


def _plain(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the columns of a table as arrays: text as text, not as objects."""
    columns = {str(name): np.asarray(column) for name, column in table.items()}
    return {name: values.astype(str) if values.dtype.kind == "O" else values for name, values in columns.items()}
