"""Responses: stimulus × unit arrays with labels, the same for a layer, a population of neurons or a simulation.

They are plain :class:`xarray.DataArray` objects with NumPy values. ``stimulus`` and ``unit`` are always the
last two dimensions; ``seed``, ``subject``, ``repeat`` or ``time`` may stand before them. Where stimuli were not shown
equally often, the responses are trial × unit, and ``stimulus`` is a coordinate along ``trial``. A coordinate ``run``
along ``repeat`` or ``trial`` says what was measured together.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .errors import InputError, require

FEWEST_STIMULI = 3
FEWEST_OF_A_PAIR = 2


def responses(
    values: Any,
    *,
    stimuli: Sequence[Any] | np.ndarray | None = None,
    runs: Sequence[Any] | np.ndarray | None = None,
    dims: Sequence[str] | None = None,
    name: str = "responses",
    **attributes: Any,
) -> xr.DataArray:
    """Label an array of responses so that every analysis can read it.

    Parameters
    ----------
    values : array, shape (..., stimulus, unit) or (trial, unit)
        Real, finite numbers. A third axis from the right is taken as ``repeat`` unless `dims` says otherwise.
    stimuli : sequence, length (stimulus,), optional
        What was shown: angles in degrees, or labels. Default 0, 1, 2, … For trials, one per trial.
    runs : sequence, optional
        The run of each repeat or trial. Default: none are named.
    dims : sequence of str, optional
        A name per axis, the last two ``"stimulus"`` and ``"unit"``; or ``("trial", "unit")``, for stimuli that were not
        shown equally often.
    name : str
        Name of the array, used in messages.
    **attributes
        Stored in ``.attrs``: source, citation, licence.

    Returns
    -------
    xarray.DataArray

    Raises
    ------
    InputError
        If the array is not numeric, has NaN or infinite values, fewer than two stimuli, no units,
        or as many labels as it has not stimuli, trials or repeats.

    Examples
    --------
    >>> import numpy as np
    >>> x = responses(np.eye(4), stimuli=[0, 45, 90, 135])
    >>> x.sizes["stimulus"], x.dims
    (4, ('stimulus', 'unit'))
    >>> responses(np.eye(5), stimuli=["a", "b", "c", "a", "b"], runs=[1, 1, 1, 2, 2], dims=["trial", "unit"]).dims
    ('trial', 'unit')
    """
    array = np.asarray(values)
    require(
        array.dtype.kind in "fiub",
        f"{name} must be real numbers, and are of dtype {array.dtype}.",
    )
    if dims is None:
        require(
            array.ndim in (2, 3),
            f"{name} must be stimulus × unit or repeat × stimulus × unit, and have shape {array.shape}; "
            "name the axes with dims=… if there are more.",
        )
        dims = ("repeat", "stimulus", "unit")[-array.ndim :]
    shown = "trial" if tuple(dims) == ("trial", "unit") else "stimulus"
    require(
        len(dims) == array.ndim and tuple(dims[-2:]) == (shown, "unit"),
        f"{name} of shape {array.shape} need a dimension name per axis, the last two 'stimulus' and 'unit'; "
        f"got {tuple(dims)}.",
    )
    require(
        shown == "stimulus" or stimuli is not None,
        f"{name} are trials; say what was shown in each with stimuli=….",
    )
    labels = np.arange(array.shape[-2]) if stimuli is None else np.asarray(stimuli)
    require(
        labels.shape == array.shape[-2:-1],
        f"{name} hold {array.shape[-2]} {'trials' if shown == 'trial' else 'stimuli'}, "
        f"but the labels have shape {labels.shape}.",
    )
    labelled = xr.DataArray(array, dims=tuple(dims), coords={"stimulus": (shown, labels)}, name=name, attrs=attributes)
    if runs is not None:
        along = "trial" if shown == "trial" else "repeat"
        require(
            along in labelled.dims, f"{name} have one response per stimulus, and so no repeats to name the runs of."
        )
        require(
            np.shape(runs) == (labelled.sizes[along],),
            f"{name} hold {labelled.sizes[along]} {along}s, but the runs have shape {np.shape(runs)}.",
        )
        labelled = labelled.assign_coords(run=(along, np.asarray(runs)))
    check(labelled, trials=True, fewest=FEWEST_OF_A_PAIR)
    return labelled


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
    tree = xr.DataTree.from_dict({name: array.rename("responses").to_dataset() for name, array in groups.items()})
    packed = {f"/{name}": {"responses": {"zlib": True, "complevel": 1}} for name in groups}
    tree.to_netcdf(Path(path), engine="h5netcdf", encoding=packed)


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
        raise InputError(f"{path} cannot be read as netCDF-4 ({error}); was it written completely?") from error
    require(bool(groups), f"{path} holds no responses.")
    return groups
