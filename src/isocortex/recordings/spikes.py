"""Read spikes from files that every tool can make: counts in bins, or the times of spikes."""

from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError, require, unknown
from ..memory import require_memory
from .arrays import Arrays, load_npz, reason, require_file
from .matlab import load_mat
from .netcdf import load_variables

ROLES = ("counts", "times", "unit", "trial", "units", "duration")
"""Every array that a file of spikes may hold; others are left alone."""


def read_spikes(path: str | PathLike[str], *, bin_ms: float | int) -> xr.DataArray:
    """Read spikes as counts in bins.

    Parameters
    ----------
    path : path
        A ``.npz``, ``.mat`` or ``.nc`` file with ``counts``, (trial ×) time × unit, in bins of `bin_ms`; or with
        ``times`` (ms) and ``unit``, one entry per spike, optionally ``trial`` (times then start at 0 in each trial) and
        ``duration`` (ms, of every trial). ``units`` names the units, also silent ones. Or a ``.csv`` file with the
        columns ``times`` and ``unit``, and perhaps ``trial``; or with a column of counts for every unit.
    bin_ms : float
        Width of the bins in ms.

    Returns
    -------
    DataArray, shape (trial, time, unit)
        Counts; ``time`` is the start of a bin in ms.

    Raises
    ------
    InputError
        If the file cannot be read, holds neither counts nor times, or numbers that no counts or times can be.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "spikes.npz"
    >>> np.savez(path, times=[1.0, 12.0, 49.0], unit=["a", "b", "a"], duration=50.0)
    >>> read_spikes(path, bin_ms=10).values[0].astype(int).tolist()
    [[1, 0], [0, 1], [0, 0], [0, 0], [1, 0]]
    """
    require(bool(np.isfinite(bin_ms)) and bin_ms > 0, f"Bins must be wider than 0 ms; got {bin_ms}.")
    path = Path(path)
    arrays, held = _load(path)
    try:
        if "counts" in arrays:
            counts = _of_counts(arrays, bin_ms)
        else:
            missing = [name for name in ("times", "unit") if name not in arrays]
            require(
                not missing,
                f"it must hold 'counts', or 'times' and 'unit' of every spike; it holds "
                f"{', '.join(map(repr, held)) or 'nothing'}.",
            )
            counts = _of_times(arrays, bin_ms)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return counts.rename(path.stem)


def _load(path: Path) -> tuple[Arrays, list[str]]:
    """Return the arrays of spikes in a file, and the names of all that it holds."""
    readers = {".npz": load_npz, ".mat": load_mat, ".nc": load_variables, ".csv": _load_csv}
    if path.suffix.lower() not in readers:
        require_file(path, "a file of spikes")
        raise InputError(f"{path}: {unknown('kind of file', path.suffix.lower(), readers)}")
    arrays, others = readers[path.suffix.lower()](path, ROLES)
    return arrays, sorted({*arrays, *others})


def _load_csv(path: Path, wanted: tuple[str, ...]) -> tuple[Arrays, list[str]]:
    """Load the columns of a table of spikes, or of counts."""
    require_file(path, "a CSV file")
    require_memory(8 * path.stat().st_size, f"{path} needs", "save fewer units")
    try:
        table = pd.read_csv(path, encoding="utf-8-sig", index_col=False)
    except Exception as error:  # pandas raises anything from UnicodeDecodeError to ParserError
        raise InputError(f"{path} cannot be read as CSV ({reason(error)}).") from error
    table = table.rename(columns=str)
    if "times" in table or "unit" in table:
        arrays = {name: table[name].to_numpy() for name in wanted if name in table}
        return {name: a.astype(str) if a.dtype.kind == "O" else a for name, a in arrays.items()}, [*table.columns]
    text = [name for name in table if table[name].dtype.kind not in "fiub"]
    require(not text, f"{path}: the column {', '.join(text)} must hold counts; it holds text.")
    return {"counts": table.to_numpy(), "units": table.columns.to_numpy(str)}, [*table.columns]


def _of_counts(arrays: Arrays, bin_ms: float | int) -> xr.DataArray:
    """Label counts, and check them."""
    values = arrays["counts"]
    require(
        values.ndim in (2, 3) and min(values.shape) > 0,
        f"'counts' must be time × unit, or trial × time × unit; its shape is {values.shape}.",
    )
    require(values.dtype.kind in "fiub", f"'counts' must be numbers; they are of dtype {values.dtype}.")
    whole = bool(np.isfinite(values).all()) and bool(((values >= 0) & (values == np.round(values))).all())
    require(whole, "'counts' must be whole numbers from 0, without gaps.")
    names = _names(arrays, np.arange(values.shape[-1]))
    require(len(names) == values.shape[-1], f"'units' must name {values.shape[-1]} units; it holds {len(names)} names.")
    return _labelled(values if values.ndim == 3 else values[None], names, bin_ms)


def _of_times(arrays: Arrays, bin_ms: float | int) -> xr.DataArray:
    """Count the spikes in bins."""
    times, unit = (np.asarray(arrays[name]).reshape(-1) for name in ("times", "unit"))
    trial = np.asarray(arrays.get("trial", np.zeros(len(times), int))).reshape(-1)
    require(
        len(times) == len(unit) == len(trial),
        f"'times', 'unit' and 'trial' must have one entry per spike; got {len(times)}, {len(unit)} and {len(trial)}.",
    )
    require(len(times) > 0, "there are no spikes.")
    require(times.dtype.kind in "fiu", f"'times' must be numbers in ms; they are of dtype {times.dtype}.")
    require(
        bool(np.isfinite(times.astype(float)).all()) and bool((times >= 0).all()),
        "'times' must be finite and from 0, in ms.",
    )
    last = float(times.max())
    duration = float(np.asarray(arrays["duration"]).reshape(-1)[0]) if "duration" in arrays else last + bin_ms
    require(
        np.isfinite(duration) and duration >= last,
        f"'duration' must be at least the last time, {last:g} ms; it is {duration:g}.",
    )
    n_bins = int(duration // bin_ms)
    require(n_bins >= 1, f"the recording of {duration:g} ms is shorter than a bin of {bin_ms:g} ms.")
    names = _names(arrays, np.unique(unit))
    known = {name: i for i, name in enumerate(names)}
    strange = sorted(set(unit.astype(str).tolist()) - set(known))
    require(not strange, f"'units' lacks the unit {strange[0] if strange else ''!r}, which fired.")
    trials, of_trial = np.unique(trial, return_inverse=True)
    require_memory(8 * len(trials) * n_bins * len(names), "Counts in these bins need", "widen the bins")
    values = np.zeros((len(trials), n_bins, len(names)))
    place = (times // bin_ms).astype(int)
    inside = place < n_bins
    which = np.array([known[name] for name in unit.astype(str).tolist()])
    np.add.at(values, (of_trial[inside], place[inside], which[inside]), 1)
    return _labelled(values, names, bin_ms).assign_coords(trial=trials)


def _names(arrays: Arrays, default: np.ndarray) -> list[str]:
    """Return the names of all units."""
    names = np.asarray(arrays.get("units", default)).reshape(-1).astype(str).tolist()
    require(len(set(names)) == len(names), "'units' names a unit twice.")
    return names


def _labelled(values: np.ndarray, names: list[str], bin_ms: float | int) -> xr.DataArray:
    return xr.DataArray(
        values.astype(float),
        dims=("trial", "time", "unit"),
        coords={"trial": np.arange(len(values)), "time": bin_ms * np.arange(values.shape[1]), "unit": names},
    )
