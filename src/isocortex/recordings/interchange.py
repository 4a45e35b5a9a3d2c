"""Read and write responses and RDMs as files that every tool can make: NPZ, MATLAB, netCDF (docs/interchange.md)."""

import os
from collections.abc import Callable, Collection, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from scipy.io import savemat

from ..errors import InputError, require, unknown
from ..rdms import RDMs
from ..responses import save
from .arrays import Arrays, load_npz
from .contents import NAMES, Contents, label
from .matlab import load_mat
from .netcdf import load_netcdf, save_rdms

Reader = Callable[[Path, Collection[str]], tuple[dict[str, Arrays], list[str]]]


def _without_groups(load: Callable[[Path, Collection[str]], tuple[Arrays, list[str]]]) -> Reader:
    """Turn a reader of one set of arrays into one of groups of them."""

    def read_groups(path: Path, names: Collection[str]) -> tuple[dict[str, Arrays], list[str]]:
        arrays, others = load(path, names)
        return {path.stem: arrays}, others

    return read_groups


READERS: dict[str, Reader] = {
    ".npz": _without_groups(load_npz),
    ".mat": _without_groups(load_mat),
    ".nc": load_netcdf,
}
"""Suffix → reader of the wanted arrays, by group (only netCDF has more than one), and of the names of all others."""


def read(path: str | PathLike[str]) -> Contents:
    """Read responses or RDMs, with their labels, from a file.

    Parameters
    ----------
    path : path
        A ``.npz``, ``.mat`` (version 5 or 7.3) or ``.nc`` file with ``responses`` (stimulus × unit, or repeat ×
        stimulus × unit) or ``rdms`` (n × stimulus × stimulus, or n × pairs, the upper triangle row by row), best with
        ``stimuli``; optional ``labels``, ``subjects``, ``units``, ``categories``. docs/interchange.md explains each.

    Returns
    -------
    Contents

    Raises
    ------
    InputError
        If the file is missing, cut off, of another kind, holds Python objects, or numbers that cannot be analysed;
        if RDMs are not symmetric or not zero on the diagonal; if two stimuli have one label.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "it.npz"
    >>> np.savez(path, rdms=np.array([[1.0, 2.0, 3.0]]), stimuli=np.array(["face", "hand", "tree"]))
    >>> read(path).rdms.stimuli.tolist()
    ['face', 'hand', 'tree']
    """
    path = Path(path)
    require(not path.is_dir(), f"{path} is a folder; name a file in it, such as the responses.nc of a run.")
    groups, others = _reader(path)(path, NAMES)
    held = sorted({name for group in groups.values() for name in group} | set(others))
    require(
        bool(groups) and all(("responses" in group) != ("rdms" in group) for group in groups.values()),
        f"{path} must hold either 'responses' or 'rdms'; it holds {', '.join(map(repr, held)) or 'nothing'}.",
    )
    try:
        return _joined({name: label(arrays, name) for name, arrays in groups.items()})
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def write(
    path: str | PathLike[str],
    content: RDMs | xr.DataArray | Mapping[str, xr.DataArray],
    *,
    categories: np.ndarray | None = None,
) -> None:
    """Write responses or RDMs as a file that :func:`read` and other tools read.

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
    >>> from isocortex import RDMs
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.mat"
    >>> write(path, RDMs(np.array([[1.0, 2.0, 3.0]]), np.array(["face", "hand", "tree"]), ("V1",)))
    >>> read(path).rdms.labels
    ('V1',)
    """
    path = Path(path)
    _reader(path)
    partial = path.with_name(f".{path.name}.partial")
    try:
        if path.suffix.lower() == ".nc":
            _write_netcdf(partial, content, categories)
        else:
            arrays = _arrays(content)
            if categories is not None:
                arrays["categories"] = np.asarray(categories, dtype=str)
            with partial.open("wb") as file:
                if path.suffix.lower() == ".npz":
                    np.savez_compressed(file, **arrays)  # pyright: ignore[reportArgumentType]
                else:
                    cells = {name: a.astype(object) if a.dtype.kind == "U" else a for name, a in arrays.items()}
                    savemat(file, cells, do_compression=True, oned_as="column")
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def _reader(path: Path) -> Reader:
    """Return the reader of a file's suffix."""
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise InputError(f"{path}: {unknown('kind of file', suffix, READERS)}")
    return READERS[suffix]


def _joined(groups: Mapping[str, Contents]) -> Contents:
    """Join the groups of a file, each a subject or a layer, into one."""
    first = next(iter(groups.values()))
    if len(groups) == 1:
        return first
    held = {}
    for name, part in groups.items():
        require(part.rdms is None, "if a file has several groups, each must hold 'responses'.")
        require(
            np.array_equal(part.stimuli, first.stimuli),
            f"{name!r} has other stimuli than {next(iter(groups))!r}, or in another order.",
        )
        alone = len(part.responses) == 1
        held |= {name if alone else f"{name} {subject}": array for subject, array in part.responses.items()}
    labelled = all(part.labelled for part in groups.values())
    return Contents(held, None, tuple(held), labelled, first.categories)


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
        require(not extra, f"This file format cannot hold responses along {sorted(map(str, extra))}; write a .nc file.")
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
