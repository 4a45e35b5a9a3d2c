"""Read recordings in the layouts in which they were published."""

from os import PathLike
from pathlib import Path

import numpy as np
import xarray as xr

from ..errors import require
from ..responses import FEWEST_STIMULI, responses
from .arrays import load_npz

WHOLE = {"resp", "stimuli"}
SPLIT = {"resp_train", "resp_test", "stimuli"}
KEYS = WHOLE | SPLIT


def read_npz(path: str | PathLike[str], *, bin_width: float | None = None) -> dict[str, xr.DataArray]:
    """Read orientation responses in the published format of Stringer et al. 2021 (10.1016/j.cell.2021.03.042).

    Stimuli up to 180° are kept, sorted, and 90 is taken off: 0 is vertical, negative tilted left.

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
        ``{"animal 1": responses}``, (repeat ×) stimulus × unit. With two repeats the attribute ``halves`` names them.

    Raises
    ------
    InputError
        If the file is missing, cut off, no NPZ, too large for the memory, lacks a key, or holds numbers that cannot
        be analysed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "v1.npz"
    >>> np.savez(path, resp=np.random.default_rng(0).random((36, 5)), stimuli=np.arange(0, 180, 5.0))
    >>> {name: x.dims for name, x in read_npz(path).items()}
    {'animal 1': ('stimulus', 'unit')}
    """
    path = Path(path)
    arrays = _load(path)
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
    for name in ("resp",) if "resp" in arrays else ("resp_train", "resp_test"):
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
        with np.errstate(over="ignore"):  # what float32 has no room for becomes infinite, which is told below
            halves.append(values.astype(np.float32))
    require(
        all(half.shape == halves[0].shape for half in halves),
        f"'resp_train' and 'resp_test' in {path} must have one shape; got {[half.shape for half in halves]}.",
    )
    stack = np.stack(halves)
    responses(stack, stimuli=angles, name=path.name)
    angles, stack = _binned(angles.astype(float), stack, bin_width)
    order = np.argsort(angles, kind="stable")
    kept = order[angles[order] <= 180]
    angles, stack = angles[kept] - 90, stack[:, kept]
    different = len(np.unique(angles))
    require(
        different >= FEWEST_STIMULI,
        f"{path} holds {different} different stimuli up to 180°; a comparison needs at least {FEWEST_STIMULI}.",
    )
    if len(halves) == 1:
        return {"animal 1": responses(stack[0], stimuli=angles, name=path.name, source=path.name)}
    labelled = responses(stack, stimuli=angles, name=path.name, source=path.name, halves="resp_train, resp_test")
    return {"animal 1": labelled}


def _load(path: Path) -> dict[str, np.ndarray]:
    """Load the published arrays of an NPZ file."""
    arrays, others = load_npz(path, KEYS)
    require(
        set(arrays) >= WHOLE or set(arrays) >= SPLIT,
        f"{path} must hold 'resp' and 'stimuli', or 'resp_train', 'resp_test' and 'stimuli'; "
        f"it holds {', '.join(map(repr, sorted(arrays) + others)) or 'nothing'}.",
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


def _span(angles: np.ndarray) -> str:
    return f"{angles.min():g}…{angles.max():g}" if len(angles) else "nothing"
