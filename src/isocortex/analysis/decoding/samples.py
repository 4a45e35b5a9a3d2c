"""What a decoder reads: samples × units, whatever the responses came from, and the labels of the samples."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Num

from ...errors import require
from ...responses import FEWEST_OF_A_PAIR, check

AXES = ("trial", "repeat", "stimulus")
"""Dimensions along which responses are samples; the others, but for units, are decoded one by one."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Responses with their samples along one axis.

    Attributes
    ----------
    x : array, shape (..., sample, unit)
        Float64; what stands in front is decoded one by one, such as the steps in time and the seeds of a network.
    labels : mapping of str to array, shape (sample,)
        Every coordinate along the samples, and the number of each sample as ``sample``.
    outer : mapping of str to array
        The dimensions in front, with their coordinates.
    """

    x: Num[np.ndarray, "*batch sample unit"]
    labels: Mapping[str, np.ndarray]
    outer: Mapping[str, np.ndarray]

    def label(self, name: str) -> np.ndarray:
        """Return a coordinate of the samples.

        Raises
        ------
        InputError
            If there is none of this name.
        """
        known = [known for known in self.labels if known != "sample"]
        require(name in self.labels, f"The responses have no labels {name!r} of their samples; they have {known}.")
        return self.labels[name]

    def labelled(self, values: np.ndarray, *last: str, **coords: np.ndarray) -> xr.DataArray:
        """Return values, shape (..., `last`), as an array with the coordinates of the dimensions in front."""
        return xr.DataArray(values, {**self.outer, **coords}, (*self.outer, *last))


def samples_of(responses: xr.DataArray) -> Samples:
    """Return responses as samples × units: trials, or stimuli with their repeats.

    Parameters
    ----------
    responses : DataArray
        As of :func:`isocortex.responses`: trial × unit, or stimulus × unit, with ``repeat``, ``time``, ``seed``,
        ``subject`` if there are such.

    Raises
    ------
    InputError
        If these are no responses, or their values are not finite.

    Examples
    --------
    >>> from isocortex import responses
    >>> found = samples_of(responses(np.zeros((5, 3, 4)), stimuli=["a", "b", "c"]))
    >>> found.x.shape, found.labels["stimulus"][:4].tolist(), found.labels["repeat"][:4].tolist()
    ((15, 4), ['a', 'b', 'c', 'a'], [0, 0, 0, 1])
    """
    check(responses, trials=True, fewest=FEWEST_OF_A_PAIR)
    along = [axis for axis in AXES if axis in responses.dims]
    outer = [str(dim) for dim in responses.dims if dim not in (*along, "unit")]
    ordered = responses.transpose(*outer, *along, "unit")
    sizes = [ordered.sizes[axis] for axis in along]
    x = np.ascontiguousarray(ordered.values, dtype=float).reshape(
        *(ordered.sizes[d] for d in outer), -1, ordered.shape[-1]
    )
    places = np.indices(sizes).reshape(len(sizes), -1)
    labels = {"sample": np.arange(x.shape[-2])}
    for axis, place in zip(along, places, strict=True):
        labels |= {axis: _coordinate(ordered, axis)[place]}
        labels |= {str(name): values.values[place] for name, values in ordered.coords.items() if values.dims == (axis,)}
    return Samples(x, labels, {dim: _coordinate(ordered, dim) for dim in outer})


def _coordinate(array: xr.DataArray, dim: str) -> np.ndarray:
    return array[dim].values if dim in array.coords else np.arange(array.sizes[dim])
