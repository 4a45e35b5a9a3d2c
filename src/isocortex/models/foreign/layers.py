"""The layers of a model of another package: what it returned where, which of it is asked for, and its names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from ...errors import InputError, require, unknown

WHOLE = "output"
"""The layer that is what the model itself returns."""
MOST_NAMED = 12
"""Layers that an error message lists."""


@dataclass(frozen=True)
class Place:
    """Where an array was returned: by which layer, in which of its calls, and as which part of what it returned."""

    layer: str
    call: int = 1
    part: str = ""


@dataclass(frozen=True)
class Layer:
    """An array that a layer returns for one image.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype
        In which it is kept: double precision stays, and everything else becomes single.
    """

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def units(self) -> int:
        """How many numbers it has."""
        return int(np.prod(self.shape, dtype=int))

    @property
    def bytes(self) -> int:
        """How much memory they take."""
        return self.units * self.dtype.itemsize


@dataclass(frozen=True)
class Returned:
    """What a layer returned for the first images.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype
    images : int
        How many images were shown.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    images: int

    @property
    def bytes(self) -> int:
        """How much memory one image takes."""
        return int(np.prod(self.shape, dtype=int)) * self.dtype.itemsize // self.images

    @property
    def usable(self) -> bool:
        """Whether it is activity: real numbers, with the images along the first axis."""
        return self.shape[:1] == (self.images,) and self.dtype.kind in "fiub" and 0 not in self.shape

    def of_one(self, name: str) -> Layer:
        """Return what the layer gives for one image.

        Raises
        ------
        InputError
            Unless it is activity.
        """
        across = " × ".join(map(str, self.shape)) or "of a single number"
        require(self.dtype.kind in "fiub", f"The layer {name!r} must be real numbers; it is of dtype {self.dtype}.")
        require(
            self.usable,
            f"The layer {name!r} returned the shape {across} for {self.images} images. The first axis must be that of "
            "the images; leave the layer out with layers=…, or record a function that moves the axis.",
        )
        return Layer(self.shape[1:], np.dtype(np.float64 if self.dtype == np.float64 else np.float32))


def parts(value: Any, is_array: Any, part: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the arrays in tuples, lists and dictionaries with their names: ``0``, ``key``, ``key.0``."""
    if is_array(value):
        yield part, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from parts(item, is_array, f"{part}.{name}" if part else str(name))
    elif isinstance(value, tuple | list):
        for i, item in enumerate(value):
            yield from parts(item, is_array, f"{part}.{i}" if part else str(i))


def named(places: Iterable[Place]) -> dict[Place, str]:
    """Return the names of what was returned; calls are counted where a layer was called several times.

    Examples
    --------
    >>> list(named([Place("conv"), Place("relu"), Place("relu", 2), Place("lstm", 1, "0")]).values())
    ['conv', 'relu (call 1)', 'relu (call 2)', 'lstm.0']
    """
    places = list(places)
    calls = Counter(layer for layer, _ in {(place.layer, place.call) for place in places})
    return {
        place: f"{place.layer}{f' (call {place.call})' if calls[place.layer] > 1 else ''}"
        f"{f'.{place.part}' if place.part else ''}"
        for place in places
    }


def outermost(names: Iterable[str]) -> list[str]:
    """Return the layers that are in no other one, without the output of the whole model unless there is nothing else.

    Examples
    --------
    >>> outermost(["block.conv", "block", "head.0", "output"])
    ['block', 'head.0']
    """
    names = list(names)
    known = set(names)

    def inside(name: str) -> bool:
        steps = name.split(".")
        return any(".".join(steps[:n]) in known for n in range(1, len(steps)))

    return [name for name in names if name != WHOLE and not inside(name)] or names


def chosen(
    asked: Sequence[str] | None, returned: Mapping[Place, Returned], names: Iterable[str], model: str
) -> dict[Place, str]:
    """Return what is recorded, with its name, in the order in which it is asked for.

    A layer stands for every part of what it returns that is activity.

    Parameters
    ----------
    asked : sequence of str or None
        Layers, or parts of what they return, such as ``"lstm.0"``. Default: the outermost layers.
    returned : mapping of Place to Returned
        What the model returned for the first images, in that order.
    names : iterable of str
        All layers that exist, as far as they are known.
    model : str
        What the model is called in messages.
    """
    found, wanted = named(returned), {}
    default = outermost(dict.fromkeys(place.layer for place, each in returned.items() if each.usable))
    never = set(names) - {place.layer for place in found}
    for layer in default if asked is None else asked:
        mine = {place: name for place, name in found.items() if layer in (name, place.layer)}
        require(
            layer not in never,
            f"The layer {layer!r} of {model} was not called when images were shown, or it returned no array; it has no "
            "activity.",
        )
        if not mine:
            raise _unknown(layer, [*dict.fromkeys([*found.values(), *(p.layer for p in found), *never])], default)
        wanted |= {place: name for place, name in mine.items() if returned[place].usable} or mine
    require(bool(wanted), f"{model} returned no activity for the images.")
    return wanted


def _unknown(layer: str, names: Sequence[str], default: Sequence[str]) -> InputError:
    """Build the error for a layer that does not exist; of many layers, the nearest ones are listed."""
    near = get_close_matches(layer, names, n=MOST_NAMED // 2, cutoff=0.4)
    return unknown("layer", layer, names if len(names) <= MOST_NAMED else dict.fromkeys([*near, *default[:MOST_NAMED]]))
