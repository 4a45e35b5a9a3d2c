"""Write responses and RDMs as files that every tool can read: NPZ, MATLAB, netCDF (docs/interchange.md)."""

import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from scipy.io import savemat

from ..errors import InputError, require, unknown
from ..rdms import RDMs
from ..responses import save
from .arrays import Arrays
from .netcdf import save_rdms

SUFFIXES = (".npz", ".mat", ".nc")


def write(
    path: str | PathLike[str],
    content: RDMs | xr.DataArray | Mapping[str, xr.DataArray],
    *,
    categories: np.ndarray | None = None,
) -> None:
    """Write responses or RDMs as a file that :func:`.interchange.read` and other tools read.

    Parameters
    ----------
    path : path
        The suffix decides: ``.npz``, ``.mat`` (version 5) or ``.nc``. An old file of this name is replaced, by the
        whole new one or not at all.
    content : RDMs, DataArray, or mapping of str to DataArray
        RDMs, or responses; of a mapping, the keys name the subjects.
    categories : array of str, shape (stimulus,), optional

    Raises
    ------
    InputError
        For another suffix, or subjects with different stimuli, repeats or dimensions, for which only ``.nc`` has room.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> from isocortex import RDMs, read
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.mat"
    >>> write(path, RDMs(np.array([[1.0, 2.0, 3.0]]), np.array(["face", "hand", "tree"]), ("V1",)))
    >>> read(path).rdms.labels
    ('V1',)
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: {unknown('kind of file to write', suffix, SUFFIXES)}")
    partial = path.with_name(f".{path.name}.partial")
    try:
        if suffix == ".nc":
            _write_netcdf(partial, content, categories)
        else:
            arrays = _arrays(content)
            if categories is not None:
                arrays["categories"] = np.asarray(categories, dtype=str)
            with partial.open("wb") as file:
                if suffix == ".npz":
                    np.savez_compressed(file, **arrays)  # pyright: ignore[reportArgumentType]
                else:
                    cells = {name: a.astype(object) if a.dtype.kind == "U" else a for name, a in arrays.items()}
                    savemat(file, cells, do_compression=True, oned_as="column")
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def _arrays(content: RDMs | xr.DataArray | Mapping[str, xr.DataArray]) -> Arrays:
    """Return what a file without groups holds."""
    if isinstance(content, RDMs):
        return {
            "rdms": content.dissimilarities,
            "stimuli": content.stimuli,
            "labels": np.array(content.labels),
            "measure": np.array([content.measure]),
        }
    if isinstance(content, xr.DataArray):
        extra = set(content.dims) - {"repeat", "stimulus", "unit"}
        require(not extra, f"Responses along {sorted(map(str, extra))} have no room in this kind of file; write .nc.")
        order = [dim for dim in ("repeat", "stimulus", "unit") if dim in content.dims]
        arrays = {"responses": content.transpose(*order).values, "stimuli": content["stimulus"].values}
        return arrays | ({"units": content["unit"].values} if "unit" in content.coords else {})
    require(bool(content), "There are no responses to write.")
    parts: list[dict[str, Any]] = [_arrays(array) for array in content.values()]
    first = parts[0]
    for part in parts:
        require(
            np.array_equal(part["stimuli"], first["stimuli"])
            and part["responses"].shape[:-1] == first["responses"].shape[:-1],
            "Subjects with different stimuli or repeats do not fit into one array; write a .nc file.",
        )
    counts = [part["responses"].shape[-1] for part in parts]
    return {
        "responses": np.concatenate([part["responses"] for part in parts], axis=-1),
        "stimuli": first["stimuli"],
        "subjects": np.repeat(list(content), counts),
    }


def _write_netcdf(path: Path, content: Any, categories: np.ndarray | None) -> None:
    """Write netCDF-4: RDMs at the root, or a group of responses per subject."""
    if isinstance(content, RDMs):
        save_rdms(path, content, categories)
        return
    groups = {str(content.name or "responses"): content} if isinstance(content, xr.DataArray) else dict(content)
    if categories is not None:
        groups = {name: array.assign_coords(categories=("stimulus", categories)) for name, array in groups.items()}
    save(path, groups)
