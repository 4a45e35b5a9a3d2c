"""Read spikes from files that every tool can make: counts in bins, or the times of spikes."""

from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError, require, unknown
from ..memory import require_memory
from ..spike_trains import SpikeTrains
from .arrays import Arrays, load_npz, reason, require_file
from .matlab import load_mat
from .netcdf import load_variables

ROLES = (
    *("counts", "times", "unit", "trial", "units", "trials"),
    *("duration", "start", "n_units", "n_trials", "labels"),
)
"""Every array that a file of spikes may hold, beside columns of labels such as "units.area"; others are left alone."""
LABELS = ("units.", "trials.")
"""How the names of columns start; "labels" names them in their order."""


def read_spike_trains(path: str | PathLike[str]) -> SpikeTrains:
    """Read the times of spikes.

    Parameters
    ----------
    path : path
        What :meth:`isocortex.SpikeTrains.save` wrote, which comes back as it was. Or a ``.npz``, ``.mat``, ``.nc`` or
        ``.csv`` file of any other tool with ``times`` (ms) and ``unit``, one entry per spike in any order, and
        optionally ``trial``, ``duration`` and ``start`` (ms, of every trial; by default the recording starts at 0 and
        ends with the last spike), ``units`` (the names of all units, also silent ones), and labels of them such as
        ``units.area``.

    Returns
    -------
    SpikeTrains

    Raises
    ------
    InputError
        If the file cannot be read, holds no times, or numbers that no times can be.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "spikes.npz"
    >>> np.savez(path, times=[1.0, 12.0, 49.0], unit=["a", "b", "a"], duration=50.0)
    >>> found = read_spike_trains(path)
    >>> found.select(units="a").times.tolist(), found.units.index.tolist()
    ([1.0, 49.0], ['a', 'b'])
    """
    path = Path(path)
    arrays, held = _load(path)
    try:
        require(
            "times" in arrays or "counts" not in arrays,
            "it holds counts, and no times of spikes; read_spikes reads counts.",
        )
        return _of_times(arrays, held, spare=0.0)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def read_spikes(path: str | PathLike[str], *, bin_ms: float | int) -> xr.DataArray:
    """Read spikes as counts in bins.

    Parameters
    ----------
    path : path
        A ``.npz``, ``.mat`` or ``.nc`` file with ``counts``, (trial ×) time × unit, in bins of `bin_ms`; or with
        ``times`` (ms) and ``unit``, one entry per spike, as for :func:`read_spike_trains`. Or a ``.csv`` file with a
        column of counts for every unit.
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
            counts = _of_times(arrays, held, spare=float(bin_ms)).bin(bin_ms, drop_rest=True).astype(float)
            counts = counts.assign_coords(unit=counts["unit"].values.astype(str))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return counts.rename(path.stem)


def _load(path: Path) -> tuple[Arrays, list[str]]:
    """Return the arrays of spikes in a file, and the names of all that it holds."""
    readers = {".npz": load_npz, ".mat": load_mat, ".nc": load_variables, ".csv": _load_csv}
    if path.suffix.lower() not in readers:
        require_file(path, "a file of spikes")
        raise InputError(f"{path}: {unknown('kind of file', path.suffix.lower(), readers)}")
    read = readers[path.suffix.lower()]
    arrays, others = read(path, ROLES)
    labels = [name for name in others if name.startswith(LABELS)]
    if labels:
        order = arrays.get("labels", np.zeros(0, str)).astype(str).ravel().tolist()
        labels.sort(key=lambda name: order.index(name) if name in order else len(order))
        columns, _ = read(path, labels)
        arrays |= {name: columns[name] for name in labels}
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
    names = np.asarray(arrays.get("units", np.arange(values.shape[-1]))).reshape(-1).astype(str).tolist()
    require(len(set(names)) == len(names), "'units' names a unit twice.")
    require(len(names) == values.shape[-1], f"'units' must name {values.shape[-1]} units; it holds {len(names)} names.")
    return _labelled(values if values.ndim == 3 else values[None], names, bin_ms)


def _of_times(arrays: Arrays, held: list[str], *, spare: float) -> SpikeTrains:
    """Check times, and name what fired; without a duration, the recording lasts `spare` ms beyond the last spike."""
    require(
        "times" in arrays and "unit" in arrays,
        f"it must hold 'counts', or 'times' and 'unit' of every spike; it holds "
        f"{', '.join(map(repr, held)) or 'nothing'}.",
    )
    times, unit = (np.asarray(arrays[name]).reshape(-1) for name in ("times", "unit"))
    trial = np.asarray(arrays.get("trial", np.zeros(len(times), int))).reshape(-1)
    require(
        len(times) == len(unit) == len(trial),
        f"'times', 'unit' and 'trial' must have one entry per spike; got {len(times)}, {len(unit)} and {len(trial)}.",
    )
    start = _number(arrays, "start", 0.0)
    require(len(times) > 0 or "n_units" in arrays, "there are no spikes.")
    require(times.dtype.kind in "fiu", f"'times' must be numbers in ms; they are of dtype {times.dtype}.")
    times = times.astype(float)
    require(
        bool(np.isfinite(times).all() and (times >= start).all()),
        f"'times' must be finite and from {start:g}, in ms.",
    )
    last = float(times.max(initial=start))
    duration = _number(arrays, "duration", last + spare - start)
    require(
        duration >= last - start,
        f"'duration' must be at least the last time, {last - start:g} ms; it is {duration:g}.",
    )
    unit, n_units, units = _named(unit, arrays, "unit")
    trial, n_trials, trials = _named(trial, arrays, "trial")
    how = {"n_units": n_units, "n_trials": n_trials, "duration": duration, "start": start}
    return SpikeTrains.from_spikes(times, unit, trial=trial, **how, units=units, trials=trials)


def _named(which: np.ndarray, arrays: Arrays, kind: str) -> tuple[np.ndarray, int, pd.DataFrame | None]:
    """Return the unit or trial of every spike as a position, how many there are, and their table.

    With ``n_units`` in the file, ``unit`` holds positions; otherwise it holds names.
    """
    require(which.dtype.kind in "biufU", f"'{kind}' must be numbers or text; it is of dtype {which.dtype}.")
    columns = {
        name.removeprefix(f"{kind}s."): np.asarray(array).reshape(-1)
        for name, array in arrays.items()
        if name.startswith(f"{kind}s.")
    }
    names = np.asarray(arrays[f"{kind}s"]).reshape(-1) if f"{kind}s" in arrays else None
    if f"n_{kind}s" in arrays:
        require(which.dtype.kind in "iu", f"'{kind}' must be whole numbers, beside 'n_{kind}s'.")
        n, place = int(_number(arrays, f"n_{kind}s", 1.0)), which
        if names is None and not columns:
            return place, n, None
        names = np.arange(len(next(iter(columns.values())))) if names is None else names
    else:
        names = np.unique(which) if names is None else names
        n, known = len(names), {name: i for i, name in enumerate(names.astype(str).tolist())}
        require(len(known) == n, f"'{kind}s' names a {kind} twice.")
        strange = sorted(set(which.astype(str).tolist()) - set(known))
        require(not strange, f"'{kind}s' lacks the {kind} {strange[0] if strange else ''!r}, which fired.")
        place = np.array([known[name] for name in which.astype(str).tolist()], int)
    odd = [name for name, array in columns.items() if len(array) != len(names)]
    require(not odd, f"'{kind}s.{odd[0] if odd else ''}' must have an entry for each of {len(names)} {kind}s.")
    return place, n, pd.DataFrame(columns, index=pd.Index(names))


def _number(arrays: Arrays, name: str, default: float) -> float:
    """Return a number that a file may hold."""
    array = np.asarray(arrays.get(name, default))
    require(
        array.size >= 1 and array.dtype.kind in "iuf" and bool(np.isfinite(array.reshape(-1)[0])),
        f"{name!r} must be a finite number.",
    )
    return float(array.reshape(-1)[0])


def _labelled(values: np.ndarray, names: list[str], bin_ms: float | int) -> xr.DataArray:
    return xr.DataArray(
        values.astype(float),
        dims=("trial", "time", "unit"),
        coords={"trial": np.arange(len(values)), "time": bin_ms * np.arange(values.shape[1]), "unit": names},
    )
