"""Labelled responses, stimulus × unit, of a layer, a population of neurons or a simulation.

They are plain :class:`xarray.DataArray` objects with NumPy values. ``stimulus`` and ``unit`` are always the last two
dimensions, with ``time`` (ms) between them where responses unfold in time; ``seed``, ``subject`` or ``repeat`` may
stand before them. Where stimuli were not shown equally often, the responses are trial × unit, and ``stimulus`` is a
coordinate along ``trial``, beside any other condition. A coordinate ``run`` along ``repeat`` or ``trial`` says what
was measured together.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd
import xarray as xr

from .errors import InputError, require

FEWEST_STIMULI = 3
FEWEST_OF_A_PAIR = 2


ENDINGS = (("stimulus", "unit"), ("stimulus", "time", "unit"), ("trial", "unit"), ("trial", "time", "unit"))
"""The last dimensions of responses; nothing stands before trials."""
TAKEN = {"stimulus", "trial", "repeat", "subject", "seed", "time", "unit", "run"}
"""Names of other coordinates, which a condition cannot have."""


def responses(
    values: Any,
    *,
    stimuli: Sequence[Any] | np.ndarray | None = None,
    runs: Sequence[Any] | np.ndarray | None = None,
    times: Sequence[float | int] | np.ndarray | None = None,
    conditions: Mapping[str, Sequence[Any] | np.ndarray] | None = None,
    dims: Sequence[str] | None = None,
    name: str | None = None,
    **attributes: Any,
) -> xr.DataArray:
    """Label an array of responses so that every analysis can read it.

    Parameters
    ----------
    values : array, DataArray or DataFrame
        Real, finite numbers. An array is stimulus × unit; a third axis from the right is taken as ``repeat`` unless
        `dims` says otherwise. A DataArray keeps its dimensions and coordinates, and may have them in any order. A
        DataFrame has a row per stimulus and a column per unit, with their labels as its index and its columns.
    stimuli : sequence, length (stimulus,), optional
        What was shown: angles in degrees, or labels. Default: the labels of `values`, else 0, 1, 2, … For trials, one
        per trial.
    runs : sequence, optional
        The run of each repeat or trial. Default: none are named.
    times : sequence, length (time,), optional
        When each step or bin in time starts, in ms. Default: those of `values`, if any.
    conditions : mapping of str to sequence, length (trial,), optional
        What else varied from trial to trial, such as the coherence or the choice; each becomes a coordinate.
    dims : sequence of str, optional
        A name per axis, in their order. The last ones are ``"stimulus"``, ``"unit"``, or ``"stimulus"``, ``"time"``,
        ``"unit"``. For stimuli that were not shown equally often they are ``"trial"``, ``"unit"`` or ``"trial"``,
        ``"time"``, ``"unit"``, and no more.
    name : str, optional
        Name of the array, used in messages. Default: that of `values`, else "responses".
    **attributes
        Stored in ``.attrs``: source, citation, licence.

    Returns
    -------
    xarray.DataArray

    Raises
    ------
    InputError
        If the array is not numeric, has NaN or infinite values, fewer than two stimuli, no units, or another number
        of labels than of stimuli, trials, repeats or times; if the dimensions are unclear, or times do not increase.

    Examples
    --------
    >>> import numpy as np
    >>> x = responses(np.eye(4), stimuli=[0, 45, 90, 135])
    >>> x.sizes["stimulus"], x.dims
    (4, ('stimulus', 'unit'))
    >>> responses(np.eye(5), stimuli=["a", "b", "c", "a", "b"], runs=[1, 1, 1, 2, 2], dims=["trial", "unit"]).dims
    ('trial', 'unit')
    >>> import pandas as pd
    >>> table = pd.DataFrame(np.eye(3), index=["face", "hand", "tree"], columns=["u1", "u2", "u3"])
    >>> responses(table).sel(stimulus="hand").unit.values.tolist()
    ['u1', 'u2', 'u3']
    """
    name = str(name or (values.name if isinstance(values, xr.DataArray) else None) or "responses")
    if isinstance(values, pd.DataFrame):
        values = _of_table(values, name, trials=dims is not None and "trial" in dims)
    if isinstance(values, xr.DataArray):
        labelled = _of_labelled(values, dims, name)
    else:
        labelled = _of_plain(np.asarray(values), dims, name)
    require(labelled.dtype.kind in "fiub", f"{name} must be real numbers, and are of dtype {labelled.dtype}.")
    along = "trial" if "trial" in labelled.dims else "stimulus"
    if stimuli is None and "stimulus" not in labelled.coords:
        require(along == "stimulus", f"{name} have an axis of trials; name the stimulus of each trial with stimuli=….")
        stimuli = np.arange(labelled.sizes["stimulus"])
    if stimuli is not None:
        labelled = _with(labelled, "stimulus", along, stimuli, name, "labels")
    if times is not None:
        require("time" in labelled.dims, f"{name} have no dimension 'time'; name the axes with dims=….")
        labelled = _with(labelled, "time", "time", times, name, "times")
    for condition, column in (conditions or {}).items():
        require(
            along == "trial",
            f"{name} have no axis of trials, and only trials have conditions besides the stimulus.",
        )
        require(
            condition not in TAKEN,
            f"{condition!r} is the name of another coordinate; give the condition another name.",
        )
        labelled = _with(labelled, condition, "trial", column, name, f"values of {condition!r}")
    if runs is not None:
        measured = "trial" if along == "trial" else "repeat"
        require(
            measured in labelled.dims,
            f"{name} have one response per stimulus, and so no repeats whose runs could be named.",
        )
        labelled = _with(labelled, "run", measured, runs, name, "runs")
    labelled = labelled.assign_coords(stimulus=(along, nfc(labelled["stimulus"].values)))
    labelled = labelled.rename(name).assign_attrs(attributes)
    check(labelled, trials=True, fewest=FEWEST_OF_A_PAIR)
    return labelled


def _with(array: xr.DataArray, coordinate: str, along: str, labels: Any, name: str, what: str) -> xr.DataArray:
    """Return the array with another coordinate along a dimension, in the place of the one it may have had."""
    plural = {"stimulus": "stimuli", "time": "steps in time"}.get(along, f"{along}s")
    require(
        np.shape(labels) == (array.sizes[along],),
        f"{name} hold {array.sizes[along]} {plural}, but the {what} have shape {np.shape(labels)}.",
    )
    return array.drop_vars(coordinate, errors="ignore").assign_coords({coordinate: (along, np.asarray(labels))})


def _of_plain(array: np.ndarray, dims: Sequence[str] | None, name: str) -> xr.DataArray:
    """Name the axes of an array without labels."""
    require(array.dtype.kind in "fiub", f"{name} must be real numbers, and are of dtype {array.dtype}.")
    if dims is None:
        require(
            array.ndim in (2, 3),
            f"{name} must be stimulus × unit or repeat × stimulus × unit, and have shape {array.shape}; "
            "name the axes with dims=… if there are more.",
        )
        dims = ("repeat", "stimulus", "unit")[-array.ndim :]
    require(
        len(dims) == array.ndim and len(set(dims)) == len(dims) and _ends_well(tuple(dims)),
        f"{name} of shape {array.shape} need a dimension name per axis, the last two 'stimulus' and 'unit', or the "
        f"last three 'stimulus', 'time' and 'unit'; got {tuple(dims)}.",
    )
    return xr.DataArray(array, dims=tuple(dims))


def _of_labelled(array: xr.DataArray, dims: Sequence[str] | None, name: str) -> xr.DataArray:
    """Return a labelled array with its dimensions in our order; `dims` gives them other names."""
    if dims is not None:
        require(
            len(dims) == array.ndim and len(set(dims)) == len(dims),
            f"{name} have the dimensions {array.dims}, and need as many names; got {tuple(dims)}.",
        )
        array = array.rename({old: new for old, new in zip(array.dims, dims, strict=True) if old != new})
    last = [dim for dim in ("stimulus", "trial", "time", "unit") if dim in array.dims]
    order = (*(str(dim) for dim in array.dims if dim not in last), *last)
    require(
        _ends_well(order),
        f"{name} have the dimensions {array.dims}; they need 'stimulus' and 'unit' among them, or 'trial' and 'unit' "
        "without others than 'time'. Give the axes their names, in order, with dims=….",
    )
    return array.transpose(*order)


def _ends_well(dims: tuple[str, ...]) -> bool:
    return any(dims[-len(end) :] == end and ("trial" not in dims or dims == end) for end in ENDINGS)


def _of_table(table: pd.DataFrame, name: str, *, trials: bool) -> xr.DataArray:
    """Return a table as an array with the labels of its rows and columns."""
    if table.index.name == "unit" or table.columns.name == "stimulus":
        table = table.T
    other = [str(column) for column, kind in table.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    require(
        not other,
        f"{name} must be real numbers, and the column{'s' * (len(other) > 1)} {', '.join(other[:5])} hold others. Make "
        "a column of labels the index, and give conditions of trials as conditions=….",
    )
    axes = {"trial" if trials else "stimulus": table.index, "unit": table.columns}
    for axis, labels in axes.items():
        require(labels.nlevels == 1, f"The {axis} labels of {name} have {labels.nlevels} levels; give them one.")
        twice = labels[labels.duplicated()]
        require(
            axis == "trial" or len(twice) == 0,
            f"The {axis} {str(next(iter(twice), ''))!r} occurs in {name} more than once. If the rows are trials, pass "
            "dims=('trial', 'unit').",
        )
    values = table.to_numpy() if table.to_numpy().dtype.kind in "fiub" else table.to_numpy(float, na_value=np.nan)
    rows, columns = (np.array(labels.tolist()) for labels in axes.values())
    shown = next(iter(axes))
    return xr.DataArray(values, {"stimulus": (shown, rows), "unit": columns}, (shown, "unit"))


def nfc(labels: np.ndarray) -> np.ndarray:
    """Return text in Unicode's form NFC, in which "é" is one character, and numbers as they are.

    Some systems write it as "e" and an accent (NFD). Both are the same label.
    """
    if labels.dtype.kind != "U" or not labels.size:
        return labels
    return np.array([normalize("NFC", label) for label in labels.ravel().tolist()]).reshape(labels.shape)


def stack_repeats(trials: xr.DataArray) -> xr.DataArray:
    """Return trials as repeats of stimuli, in the order in which stimuli were first shown.

    Parameters
    ----------
    trials : DataArray, shape (trial, …, unit)
        With the coordinate ``stimulus`` along ``trial``.

    Returns
    -------
    DataArray, shape (repeat, stimulus, …, unit)
        Without ``repeat`` if each stimulus was shown once. Other conditions of trials have no room here.

    Raises
    ------
    InputError
        Unless every stimulus was shown equally often.

    Examples
    --------
    >>> x = responses(np.array([[1.0], [2], [3], [4]]), stimuli=["b", "a", "b", "a"], dims=["trial", "unit"])
    >>> stack_repeats(x).sel(stimulus="a", unit=0).values.tolist()
    [2.0, 4.0]
    """
    shown = trials["stimulus"].values
    names, first, member, counts = np.unique(shown, return_index=True, return_inverse=True, return_counts=True)
    require(
        bool((counts == counts[0]).all()),
        f"Repeats need equally many trials of each stimulus; there are {counts.min()} to {counts.max()}. Select as "
        "many of each, or analyse single trials.",
    )
    order = np.argsort(first)
    rows = np.argsort(np.argsort(order)[member], kind="stable").reshape(len(names), counts[0])
    kept = {name: each for name, each in trials.coords.items() if "trial" not in each.dims}
    values = trials.transpose("trial", ...).values[rows.T]
    dims = ("repeat", "stimulus", *(dim for dim in trials.dims if dim != "trial"))
    stacked = xr.DataArray(values, {**kept, "stimulus": names[order]}, dims, trials.name, trials.attrs)
    return stacked if counts[0] > 1 else stacked.isel(repeat=0)


def check(array: xr.DataArray, *, trials: bool = False, fewest: int = FEWEST_STIMULI) -> None:
    """Raise an :class:`InputError` unless the responses can be analysed; as trial × unit only if `trials`.

    `fewest` is the number of stimuli that the analysis needs at least.
    """
    name = array.name or "responses"
    shown = array.coords["stimulus"].values if trials and "trial" in array.dims and "stimulus" in array.coords else None
    missing = {"stimulus", "unit"} - {*array.dims, *(["stimulus"] if shown is not None else [])}
    require(
        not missing,
        f"{name} have the dimensions {array.dims}, and lack {' and '.join(sorted(map(str, missing)))}.",
    )
    n_stimuli = array.sizes["stimulus"] if shown is None else len(np.unique(shown))
    require(
        n_stimuli >= fewest,
        f"{name} hold {n_stimuli} stimuli; this needs at least {fewest}.",
    )
    require(array.sizes["unit"] > 0, f"{name} hold no units.")
    require(array.size > 0, f"{name} are empty: their sizes are {dict(array.sizes)}.")
    if "time" in array.dims and "time" in array.coords:
        times = array["time"].values
        require(
            times.dtype.kind in "fiu" and bool(np.isfinite(times).all() and (np.diff(times) > 0).all()),
            f"The times of {name} must be numbers that increase, in ms.",
        )
    values = array.values
    with np.errstate(all="ignore"):  # a sum is finite only if every value is, and needs no memory
        finite = values.dtype.kind != "f" or bool(np.isfinite(values.sum()))
    if not finite and (bad := ~np.isfinite(values)).any():
        where = dict(zip(array.dims, (int(i) for i in np.argwhere(bad)[0]), strict=True))
        raise InputError(
            f"{name} have {int(bad.sum())} NaN or infinite values, the first at {where}; "
            "leave those stimuli or units out, or fill them in."
        )


def save(path: str | PathLike[str], groups: Mapping[str, xr.DataArray]) -> None:
    """Write several response arrays into one netCDF-4 file, one group each.

    Parameters
    ----------
    path : path
        The file to write.
    groups : mapping of str to DataArray
        Group name → responses. A slash in a name makes a group within a group.
    """
    named = {group_name(name): array for name, array in groups.items()}
    tree = xr.DataTree.from_dict({name: array.rename("responses").to_dataset() for name, array in named.items()})
    packed = {f"/{name}": {"responses": {"zlib": True, "complevel": 1}} for name in named}
    tree.to_netcdf(Path(path), engine="h5netcdf", encoding=packed)


def group_name(name: str) -> str:
    """Return a name whose parts are groups: none empty, and none that means the group itself or the one above it."""
    return "/".join("_" * max(len(part), 1) if part.strip(".") == "" else part for part in name.split("/"))


def load(path: str | PathLike[str]) -> dict[str, xr.DataArray]:
    """Read what :func:`save` wrote: group name → responses.

    Raises
    ------
    InputError
        If the file is missing or is not a netCDF-4 file of responses.
    """
    path = Path(path)
    require(path.is_file(), f"There is no file {path}.")
    try:
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            groups = {
                node.path.strip("/"): node.to_dataset()["responses"].load()
                for node in tree.leaves
                if "responses" in node.data_vars
            }
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} cannot be read as netCDF-4 ({error}); is the file complete?") from error
    require(bool(groups), f"{path} holds no responses.")
    return groups
