"""What an NWB file holds: its tables of trials and stimuli, its units, and its series of regions of interest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from ...errors import InputError, require, unknown
from ...formats import counted, significant
from ..arrays import reason, require_file
from ..hdf5 import require_sound
from .columns import LABELS, column_names, kind_of, listed_kinds, n_rows, numbers_at, text_at, values_of

UNITS = "units"
MOST_VALUES = 8
"""Different values of a column that a listing names."""


@dataclass(frozen=True, eq=False)
class Session:
    """An open NWB file.

    Attributes
    ----------
    file : h5py.File
    path : Path

    Examples
    --------
    >>> with open_session("session.nwb") as session:
    ...     print(session.subject, list(session.tables), session.units is not None)
    mouse 7 ['drifting_gratings_presentations', 'spontaneous_presentations'] True
    """

    file: h5py.File
    path: Path

    @property
    def subject(self) -> str:
        """The subject's identifier, or else the name of the file."""
        return text_at(self.file, "general/subject/subject_id").strip() or self.path.stem

    @property
    def tables(self) -> dict[str, h5py.Group]:
        """The tables of intervals: ``trials``, ``epochs``, and presentations of stimuli, by name."""
        groups = self.file.get("intervals")
        return _tables(groups) if isinstance(groups, h5py.Group) else {}

    @property
    def units(self) -> h5py.Group | None:
        """The table of units whose spikes were sorted."""
        found = self.file.get(UNITS)
        return found if isinstance(found, h5py.Group) and "id" in found else None

    @property
    def electrodes(self) -> h5py.Group | None:
        """The table of electrodes."""
        found = self.file.get("general/extracellular_ephys/electrodes")
        return found if isinstance(found, h5py.Group) and "id" in found else None

    @property
    def series(self) -> dict[str, h5py.Group]:
        """The responses of regions of interest in time, by name: that of their container where it is the only one."""
        found: dict[str, h5py.Group] = {}

        def look(place: str, item: Any) -> None:
            if isinstance(item, h5py.Group) and _text(item.attrs.get("neurodata_type")) == "RoiResponseSeries":
                found[place] = item

        for folder in ("processing", "acquisition"):
            group = self.file.get(folder)
            if isinstance(group, h5py.Group):
                group.visititems(lambda place, item, folder=folder: look(f"{folder}/{place}", item))
        short = {place: place.split("/")[-2 if place.count("/") > 2 else -1] for place in found}
        names = list(short.values())
        return {short[p] if names.count(short[p]) == 1 else p: group for p, group in found.items()}

    def table(self, name: str | None, columns: list[str]) -> tuple[str, h5py.Group]:
        """Return the table of intervals of a name, or else the only one that has these columns.

        Raises
        ------
        InputError
            If there is none, or several.
        """
        tables = self.tables
        require(
            bool(tables),
            "it has no table of intervals (trials, or presentations of stimuli), so that no responses can be aligned.",
        )
        if name is not None:
            if name not in tables:
                raise unknown("table of intervals", name, tables)
            return name, tables[name]
        fitting = [place for place, table in tables.items() if set(columns) <= set(column_names(table))]
        held = "; ".join(f"{place!r} has {', '.join(listed_kinds(table))}" for place, table in tables.items())
        require(bool(fitting), f"no table of intervals has the columns {', '.join(map(repr, columns))}: {held}.")
        require(
            len(fitting) == 1,
            f"several tables of intervals have these columns: {', '.join(fitting)}. Name one as the table.",
        )
        return fitting[0], tables[fitting[0]]

    def listed(self, table: h5py.Group, place: str) -> pd.DataFrame:
        """Return the columns of a table: ``column``, ``kind``, ``values``, which are a range or the values."""
        rows = []
        for name in column_names(table):
            kind = kind_of(table, name)
            rows.append((name, kind, _range(values_of(table, name, place)) if kind in LABELS else ""))
        return pd.DataFrame(rows, columns=["column", "kind", "values"])

    def inside(self) -> dict[str, pd.DataFrame]:
        """Return what the file holds, as tables: the session, its tables of events, units, series and electrodes."""
        said = {
            "subject": self.subject,
            "species": text_at(self.file, "general/subject/species"),
            "description": text_at(self.file, "session_description"),
            "started": text_at(self.file, "session_start_time"),
            "identifier": text_at(self.file, "identifier"),
        }
        rows = [(what, text) for what, text in said.items() if text]
        found = {"session": pd.DataFrame(rows, columns=["what", "value"])}
        for name, table in self.tables.items():
            found[f"{name}: {counted(n_rows(table, name), 'row')}"] = self.listed(table, name)
        if self.units is not None:
            n, spikes = n_rows(self.units, UNITS), self.units.get("spike_times")
            fired = f", {spikes.shape[0]} spikes" if isinstance(spikes, h5py.Dataset) else ", no spike times"
            found[f"units: {n}{fired}"] = self.listed(self.units, UNITS)
        if series := self.series:
            rows = [self._described(name, group) for name, group in series.items()]
            columns = ["series", "frames", "regions", "from (s)", "to (s)", "unit"]
            found["regions of interest"] = pd.DataFrame(rows, columns=columns)
        if self.electrodes is not None:
            n = n_rows(self.electrodes, "electrodes")
            found[f"electrodes: {n}"] = self.listed(self.electrodes, "electrodes")
        return found

    def _described(self, name: str, series: h5py.Group) -> tuple[Any, ...]:
        data: Any = series["data"]
        times = self.times(series, name)
        regions = data.shape[1] if data.ndim == 2 else 1
        ends = (float(times[0]), float(times[-1])) if len(times) else (np.nan, np.nan)
        return name, len(times), regions, *ends, _text(data.attrs.get("unit", ""))

    def times(self, series: h5py.Group, name: str) -> np.ndarray:
        """Return when each frame of a series was taken, in s."""
        data: Any = series.get("data")
        require(isinstance(data, h5py.Dataset) and data.ndim in (1, 2), f"the series {name!r} holds no data.")
        stamps: Any = series.get("timestamps")
        if isinstance(stamps, h5py.Dataset):
            times = numbers_at(stamps, f"{name}.timestamps").astype(float)
        else:
            start: Any = series.get("starting_time")
            require(
                isinstance(start, h5py.Dataset) and bool(start.attrs.get("rate", 0) > 0),  # pyright: ignore
                f"the series {name!r} has neither timestamps nor a starting time with a rate.",
            )
            rate: Any = start.attrs["rate"]
            times = float(start[()]) + np.arange(data.shape[0]) / float(rate)
        require(
            len(times) == data.shape[0],
            f"the series {name!r} has {data.shape[0]} frames, and {len(times)} timestamps; is the file whole?",
        )
        require(
            bool(np.isfinite(times).all() and (np.diff(times) >= 0).all()),
            f"the timestamps of {name!r} must be finite and rise.",
        )
        return times


@contextmanager
def open_session(path: str | PathLike[str]) -> Iterator[Session]:
    """Open an NWB file, and say in one sentence why it cannot be read.

    Raises
    ------
    InputError
        If it is missing, cut off, damaged, no HDF5 file, or an HDF5 file that is no NWB.

    Examples
    --------
    >>> with open_session("session.nwb") as session:
    ...     inside = session.inside()
    >>> for title in inside:
    ...     print(title)
    session
    drifting_gratings_presentations: 28 rows
    spontaneous_presentations: 1 row
    units: 12, 1103 spikes
    electrodes: 12
    """
    path = Path(path)
    require(
        not (path.is_dir() and any(path.glob(".z*"))),
        f"{path} is NWB in Zarr's format, a folder; only NWB in HDF5 can be read. Export it as HDF5 with pynwb.",
    )
    require_file(path, "an NWB file")
    if not h5py.is_hdf5(path):
        raise InputError(f"{path} is no NWB file: it is not in the format HDF5, or was not written whole.")
    require_sound(path)
    try:
        with h5py.File(path) as file:
            require(
                "nwb_version" in file.attrs,
                "it is HDF5, and not NWB: it does not say its nwb_version.",
            )
            yield Session(file, path)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (OSError, KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
        # a damaged file raises any of these from the HDF5 library
        raise InputError(f"{path} cannot be read as NWB ({reason(error)}); is it complete?") from error


def _tables(groups: h5py.Group) -> dict[str, h5py.Group]:
    found = {str(name): groups.get(name) for name in groups}
    return {name: g for name, g in found.items() if isinstance(g, h5py.Group) and "start_time" in g and n_rows(g, name)}


def _range(values: np.ndarray) -> str:
    """Return the different values of a column, or the range of many numbers, or how many texts there are."""
    known = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    different = np.unique(known)
    missing = f"; {len(values) - len(known)} missing" if len(known) < len(values) else ""
    if len(different) <= MOST_VALUES:
        shown = [significant(v) if values.dtype.kind in "fiu" else str(v) for v in different]
        return ", ".join(shown) + missing
    if values.dtype.kind in "fiu":
        return f"{significant(different[0], 6)} … {significant(different[-1], 6)}{missing}"
    return f"{len(different)} different"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
