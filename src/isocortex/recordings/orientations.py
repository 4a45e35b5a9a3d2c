"""Recordings of responses to orientations, in the published format or as an interchange file."""

from os import PathLike
from pathlib import Path

import numpy as np
import xarray as xr

from ..errors import require
from .arrays import load_npz
from .interchange import read
from .readers import read_npz


def read_orientations(path: str | PathLike[str], *, bin_width: float | None = None) -> dict[str, xr.DataArray]:
    """Read responses to orientations, of one animal or of several.

    Parameters
    ----------
    path : path
        The published NPZ of :func:`read_npz`, or an interchange file with ``responses`` whose ``stimuli`` are degrees
        from vertical. Those outside ±90° are brought there, where they are the same orientation.
    bin_width : float, optional
        Average the published stimuli within bins of so many degrees.

    Returns
    -------
    dict of str to DataArray
        Animal → (repeat ×) stimulus × unit.

    Raises
    ------
    InputError
        As :func:`read_npz` and :func:`read` do; if the file holds RDMs, its stimuli are no different orientations, or
        it is to be binned.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mouse.npz"
    >>> np.savez(path, responses=np.eye(4), stimuli=[0.0, 45, 90, 135])
    >>> read_orientations(path)["mouse"]["stimulus"].values.tolist()
    [0.0, 45.0, -90.0, -45.0]
    """
    path = Path(path)
    if path.suffix.lower() not in (".mat", ".nc", ".npy", ".csv") and not {"responses", "rdms"} & set(
        load_npz(path, ())[1]
    ):
        return read_npz(path, bin_width=bin_width)
    require(
        bin_width is None,
        f"{path} is not a published recording, and only those can be binned; leave out --bin-width.",
    )
    held = read(path)
    require(bool(held.responses), f"{path} holds RDMs; responses are needed here, stimulus × unit.")
    angles = held.stimuli
    require(
        held.labelled and angles.dtype.kind in "fiu" and bool(np.isfinite(angles).all()),
        f"'stimuli' in {path} must be orientations in degrees from vertical.",
    )
    wrapped = angles if bool((np.abs(angles) <= 90).all()) else (angles + 90.0) % 180 - 90
    require(
        len(np.unique(wrapped)) == len(wrapped),
        f"'stimuli' in {path} hold one orientation twice: angles 180° apart are the same.",
    )
    return {name: array.assign_coords(stimulus=wrapped.astype(float)) for name, array in held.responses.items()}
