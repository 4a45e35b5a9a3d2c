"""Read recordings from files. Files are data, never code: no pickle is loaded, sizes are checked first."""

import os
import zipfile
from os import PathLike
from pathlib import Path

import numpy as np
import xarray as xr

from ..errors import InputError, require
from ..responses import responses

WHOLE = ("resp", "stimuli")
SPLIT = ("resp_train", "resp_test", "stimuli")


def read_npz(path: str | PathLike[str], *, bin_width: float | None = None) -> dict[str, xr.DataArray]:
    """Read orientation responses in the published format of Stringer et al. 2021 (10.1016/j.cell.2021.03.042).

    Stimuli up to 180° are kept, and 90 is taken off: 0 is vertical, negative tilted left.

    Parameters
    ----------
    path : path
        An NPZ file with ``resp`` (stimulus × neuron) and ``stimuli`` (degrees, 0…360); or with ``resp_train``,
        ``resp_test`` and ``stimuli``, which become two repeats.
    bin_width : float, optional
        Average responses and angles within bins of this many degrees, leaving empty bins out. Default: as they are.

    Returns
    -------
    dict of str to DataArray
        ``{"animal 1": responses}``, (repeat ×) stimulus × unit.

    Raises
    ------
    InputError
        If the file is missing, cut off, no NPZ, too large for the memory, lacks a key, or holds numbers that cannot
        be analysed.
    """
    path = Path(path)
    arrays = _load(path)
    names = WHOLE if "resp" in arrays else SPLIT
    missing = [name for name in names if name not in arrays]
    require(
        not missing,
        f"{path} must hold 'resp' and 'stimuli', or 'resp_train', 'resp_test' and 'stimuli'; "
        f"it holds {', '.join(map(repr, sorted(arrays))) or 'nothing'}.",
    )
    angles = arrays["stimuli"]
    require(
        angles.dtype.kind in "fiu" and angles.ndim == 1 and bool(np.isfinite(angles).all()),
        f"'stimuli' in {path} must be a list of finite angles in degrees; got {angles.dtype} of shape {angles.shape}.",
    )
    require(
        len(angles) > 0 and bool(((angles >= 0) & (angles <= 360)).all()),
        f"'stimuli' in {path} must be angles of 0…360°, as published; they span {_span(angles)}.",
    )
    halves = []
    for name in names[:-1]:
        values = arrays[name]
        require(
            values.ndim == 2 and len(values) == len(angles),
            f"{name!r} in {path} must be stimulus × neuron with {len(angles)} rows, one per entry of 'stimuli'; "
            f"it has the shape {values.shape}.",
        )
        require(
            values.dtype.kind in "fiu",
            f"{name!r} in {path} must be real numbers; it is of dtype {values.dtype}.",
        )
        halves.append(values.astype(np.float32))
    require(
        all(half.shape == halves[0].shape for half in halves),
        f"'resp_train' and 'resp_test' in {path} must have one shape; got {[half.shape for half in halves]}.",
    )
    stack = np.stack(halves)
    responses(stack, stimuli=angles, name=path.name)
    angles, stack = _binned(angles.astype(float), stack, bin_width)
    kept = angles <= 180
    angles, stack = angles[kept] - 90, stack[:, kept]
    values = stack if len(halves) > 1 else stack[0]
    labelled = responses(values, stimuli=angles, name=path.name, source=path.name, reference="stringer-2021")
    for half in stack:
        _require_varied(half, angles, path)
    return {"animal 1": labelled}


def _load(path: Path) -> dict[str, np.ndarray]:
    """Load every array of an NPZ file that fits into memory."""
    require(
        path.is_file(),
        f"There is no file {path}." if not path.is_dir() else f"{path} is a folder, not an NPZ file.",
    )
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path} is not an NPZ file, or was cut off: it has no complete zip directory.")
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        require(
            size < memory / 4,
            f"{path} unpacks to {size / 1e9:.1f} GB, more than a quarter of this machine's memory; "
            "save fewer neurons, or as float32.",
        )
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (
        ValueError,
        OSError,
        EOFError,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
    ) as error:
        raise InputError(f"{path} cannot be read as NPZ without running code: {error}.") from error
    for name, array in arrays.items():
        require(
            isinstance(array, np.ndarray), f"{name!r} in {path} is not an array, and is not read without running code."
        )
    return arrays


def _binned(angles: np.ndarray, stack: np.ndarray, width: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Average angles and responses within bins of 0…360°; shapes (stimulus,) and (half, stimulus, unit)."""
    if width is None:
        return angles, stack
    require(0 < width <= 90, f"bin_width must be in (0, 90] degrees; got {width}.")
    _, group = np.unique(np.floor(angles / width), return_inverse=True)
    member = (group == np.arange(group.max() + 1)[:, None]).astype(float)
    share = member / member.sum(axis=1, keepdims=True)
    return share @ angles, (share @ stack).astype(stack.dtype)


def _require_varied(values: np.ndarray, angles: np.ndarray, path: Path) -> None:
    """Refuse a stimulus to which all neurons respond alike: it has no place in an RDM."""
    flat = np.ptp(values, axis=1) == 0
    if flat.any():
        raise InputError(
            f"{path}: every neuron responds alike to {int(flat.sum())} of {len(flat)} stimuli, the first at "
            f"{angles[np.argmax(flat)]:g}° from vertical, so their dissimilarity is undefined; leave them out."
        )


def _span(angles: np.ndarray) -> str:
    return f"{angles.min():g}…{angles.max():g}" if len(angles) else "nothing"
