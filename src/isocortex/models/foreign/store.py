"""Where recorded activity is kept: in memory, or in a netCDF-4 file into which batches are streamed."""

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
import xarray as xr

from ...errors import InputError, require
from ...responses import group_name
from .layers import Layer


class Store:
    """Activity by layer, stimulus × (time ×) unit, that is filled batch by batch.

    Parameters
    ----------
    layers : mapping of str to Layer
    stimuli : array, shape (stimulus,)
    times : array, shape (time,), or None
        If every layer has steps in time as its first axis.
    path : Path or None
        The file into which the activity is streamed. Default: it is kept in memory.
    attributes : mapping
        What is stored beside every array.
    """

    def __init__(
        self,
        layers: Mapping[str, Layer],
        stimuli: np.ndarray,
        times: np.ndarray | None,
        path: Path | None,
        attributes: Mapping[str, Any],
    ) -> None:
        self.layers, self.stimuli, self.times, self.path = layers, stimuli, times, path
        self.attributes = dict(attributes)
        self.dims = ("stimulus", "unit") if times is None else ("stimulus", "time", "unit")
        self._file: h5netcdf.File | None = None
        self._partial = path
        self._arrays: dict[str, Any] = {}
        if path is None:
            self._arrays = {name: np.empty(self._shape(layer), layer.dtype) for name, layer in layers.items()}
        else:
            self._partial = path.with_name(f".{path.name}.partial")
            self._open(path)

    def put(self, name: str, start: int, values: np.ndarray) -> None:
        """Keep the activity of a layer for the images from number `start` on.

        Raises
        ------
        InputError
            If it has another shape than that of the first images, or is not finite.
        """
        layer = self.layers[name]
        require(
            values.shape[1:] == layer.shape,
            f"The layer {name!r} returned {' × '.join(map(str, values.shape[1:]))} units for image {start}, and "
            f"{' × '.join(map(str, layer.shape))} for the first one; every image must have the same units.",
        )
        flat = values.astype(layer.dtype, copy=False).reshape(len(values), *self._shape(layer)[1:])
        if not np.isfinite(flat).all():
            bad = int(np.flatnonzero(~np.isfinite(flat.reshape(len(flat), -1)).all(axis=1))[0])
            raise InputError(f"The layer {name!r} is NaN or infinite for the stimulus {self.stimuli[start + bad]}.")
        self._arrays[name][start : start + len(flat)] = flat

    def finish(self) -> dict[str, xr.DataArray]:
        """Return the layers; those in a file are mapped into memory, so that only what is read of them is there."""
        if self.path is None or self._partial is None or self._file is None:
            return {name: self._labelled(name, values) for name, values in self._arrays.items()}
        self._file.close()
        os.replace(self._partial, self.path)
        with h5py.File(self.path) as file:
            offsets = {name: file[f"{group_name(name)}/responses"].id.get_offset() for name in self.layers}
        return {
            name: self._labelled(name, np.memmap(self.path, layer.dtype, "r", offsets[name], self._shape(layer)))
            for name, layer in self.layers.items()
        }

    def discard(self) -> None:
        """Remove what was written of a file that is not whole."""
        if self._file is not None and self._partial is not None:
            with contextlib.suppress(Exception):
                self._file.close()
            self._partial.unlink(missing_ok=True)

    def _shape(self, layer: Layer) -> tuple[int, ...]:
        if self.times is None:
            return (len(self.stimuli), layer.units)
        return (len(self.stimuli), len(self.times), layer.units // len(self.times))

    def _open(self, path: Path) -> None:
        """Make the file, a group for each layer."""
        require(not path.is_dir(), f"{path} is a folder; name a file, such as layers.nc.")
        try:
            self._file = h5netcdf.File(self._partial, "w")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
        for name, layer in self.layers.items():
            group = self._file.create_group(group_name(name))
            group.dimensions = dict(zip(self.dims, self._shape(layer), strict=True))
            labels = self.stimuli if self.stimuli.dtype.kind != "U" else self.stimuli.astype(object)
            dtype = h5py.string_dtype() if self.stimuli.dtype.kind == "U" else self.stimuli.dtype
            group.create_variable("stimulus", ("stimulus",), dtype)[...] = labels
            if self.times is not None:
                group.create_variable("time", ("time",), self.times.dtype)[...] = self.times
            variable = group.create_variable("responses", self.dims, layer.dtype)
            for attribute, value in self._attributes(layer).items():
                variable.attrs[attribute] = value
            self._arrays[name] = variable

    def _attributes(self, layer: Layer) -> dict[str, Any]:
        return {**self.attributes, "shape": np.array(layer.shape or (1,))}

    def _labelled(self, name: str, values: np.ndarray) -> xr.DataArray:
        times = {} if self.times is None else {"time": self.times}
        attributes = self._attributes(self.layers[name])
        return xr.DataArray(values, {"stimulus": self.stimuli, **times}, self.dims, name, attributes)


@contextlib.contextmanager
def temporary_file():
    """Yield the path of a file that is removed afterwards; what is mapped of it stays readable where systems allow."""
    folder = tempfile.TemporaryDirectory(prefix="isocortex-", ignore_cleanup_errors=True)
    with folder:
        yield Path(folder.name) / "activity.nc"


def plan(layers: Mapping[str, Layer], largest: int, n: int, limit: float, batch: int) -> tuple[bool, int]:
    """Return whether the activity of n images fits into memory, and how many images are shown at once.

    Half of the memory is for what is kept. The other half is for the images that are being shown: of each, a layer
    with what it receives, its output, the copy of it, and as much room to compute.

    Parameters
    ----------
    largest : int
        Bytes of the largest layer, recorded or not, for one image.
    limit : float
        Bytes.
    batch : int
        The most images that are shown at once.

    Raises
    ------
    InputError
        If one image alone needs more.

    Examples
    --------
    >>> plan({"conv": Layer((100,), np.dtype(np.float32))}, 400, 1000, 1e6, 32)
    (True, 32)
    >>> plan({"conv": Layer((100,), np.dtype(np.float32))}, 400, 10_000, 1e5, 64)
    (False, 31)
    """
    each = 4 * largest
    require(
        each <= limit / 2,
        f"memory allows {limit / 1e9:.3g} GB, and showing one image takes about {2 * each / 1e9:.3g} GB; allow more.",
    )
    kept = n * sum(layer.bytes for layer in layers.values())
    return kept <= limit / 2, int(min(batch, limit / 2 // each))


def checked_names(layers: Sequence[str]) -> None:
    """Raise unless every layer has a group of its own in a file."""
    groups = [group_name(name) for name in layers]
    require(len(set(groups)) == len(groups), f"Two layers have the same name in a file: {', '.join(layers)}.")
