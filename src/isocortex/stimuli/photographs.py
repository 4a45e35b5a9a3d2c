"""Pictures as models of vision take them: from an array, a list, files or a folder; resized and normalised if asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from PIL import Image as PillowImage

from ..errors import InputError, require
from .images import LUMA
from .pictures import picture_files

COLOURS = (1, 3)
"""How many channels a picture has: grey, or red, green and blue."""
PerChannel = float | int | Sequence[float | int]


@dataclass(frozen=True, eq=False)
class Photographs:
    """Pictures that are read, resized and normalised when a batch of them is asked for.

    Attributes
    ----------
    items : sequence of array (height × width × channel) or of Path
    size : (rows, columns) or None
        What they are resized to.
    mean, std : array, shape (channel,), or None
    channels : int or None
        1 for grey, 3 for colour.
    """

    items: Any
    size: tuple[int, int] | None = None
    mean: np.ndarray | None = None
    std: np.ndarray | None = None
    channels: int | None = None

    def __len__(self) -> int:
        return len(self.items)

    @property
    def labels(self) -> np.ndarray | None:
        """The names of the files, without their endings where that leaves different names; numbers as numbers."""
        if not isinstance(self.items[0], Path):
            return None
        stems = [path.stem for path in self.items]
        names = stems if len(set(stems)) == len(stems) else [path.name for path in self.items]
        return np.array([int(name) for name in names] if all(map(str.isdecimal, names)) else names)

    def batch(self, start: int, stop: int) -> Float[np.ndarray, "stimulus height width channel"]:
        """Return some pictures: those of 0…255 (uint8) as 0…1, then resized and normalised."""
        return np.stack([self._one(item) for item in self.items[start:stop]])

    def _one(self, item: Any) -> Float[np.ndarray, "height width channel"]:
        pixels = opened(item) if isinstance(item, Path) else np.asarray(item)
        if self.size is not None and pixels.shape[:2] != self.size:
            pixels = resized(pixels, self.size)
        values = pixels.astype(np.float32) / (255 if pixels.dtype == np.uint8 else 1)
        if self.channels == 1 and values.shape[-1] == 3:
            values = (values @ LUMA.astype(np.float32))[..., None]
        elif self.channels == 3 and values.shape[-1] == 1:
            values = np.repeat(values, 3, axis=-1)
        if self.mean is not None or self.std is not None:
            require(
                float(values.max()) <= 1,
                f"mean and std are of pictures of 0…1, and one reaches {values.max():g}; divide them by 255, or give "
                "them as uint8.",
            )
        values = values if self.mean is None else values - self.mean
        return values if self.std is None else values / self.std


def photographs(
    images: Any,
    *,
    size: int | tuple[int, int] | None = None,
    mean: PerChannel | None = None,
    std: PerChannel | None = None,
    channels: int | None = None,
) -> Photographs:
    """Prepare pictures for a model.

    Parameters
    ----------
    images : array, sequence of arrays or of paths, or path of a folder
        Grey pictures of stimulus × height × width, or colour ones with a last axis of 1 or 3 (or a second one:
        stimulus × 3 × height × width). uint8 stands for 0…1. A file is read in colour, a folder in the order of its
        names.
    size : int or (rows, columns), optional
        Resize every picture to it (bilinear, without aliasing), whatever its proportions were; an int means a square.
    mean, std : float, or one for each channel, optional
        Take the mean off and divide by the standard deviation, of pictures of 0…1.
    channels : 1 or 3, optional
        Turn colour into grey (luma of ITU-R BT.601), or repeat grey three times.

    Raises
    ------
    InputError
        If there is nothing to show, pictures differ in size and no `size` is given, or the options do not fit them.

    Examples
    --------
    >>> small = photographs([np.zeros((10, 20), np.uint8), np.full((8, 8), 255, np.uint8)], size=4, channels=3)
    >>> batch = small.batch(0, 2)
    >>> batch.shape, float(batch.max())
    ((2, 4, 4, 3), 1.0)
    """
    items = _items(images)
    require(len(items) > 0, "There are no images to show.")
    require(channels in (None, *COLOURS), f"channels must be 1 (grey) or 3 (colour); got {channels}.")
    target = (size, size) if isinstance(size, int) else size
    require(
        target is None or (len(target) == 2 and min(target) >= 1),
        f"size must be one number of pixels, or rows and columns; got {size}.",
    )
    shapes = [_shape(item) for item in items]
    other = next((i for i, shape in enumerate(shapes) if shape[:2] != shapes[0][:2]), None)
    require(
        target is not None or other is None,
        f"The images have different sizes: the first has {_across(shapes[0])} pixels, and image {other} has "
        f"{_across(shapes[other or 0])}. Give size=… to resize all of them.",
    )
    kinds = {shape[2] for shape in shapes}
    require(channels is not None or len(kinds) == 1, "Some images are grey and others in colour; give channels=1 or 3.")
    colours = channels or kinds.pop()
    return Photographs(items, target, _each(mean, "mean", colours), _each(std, "std", colours), channels)


def _items(images: Any) -> Any:
    """Return the pictures one by one: arrays of height × width × channel, or paths."""
    if isinstance(images, str | PathLike):
        return sorted(picture_files(images), key=_by_number)
    if isinstance(images, list | tuple):
        if all(isinstance(image, str | PathLike) for image in images):
            return [Path(image) for image in images]
        return [_with_channels(np.asarray(image)[None])[0] for image in images]
    return _with_channels(np.asarray(images))


def _by_number(path: Path) -> tuple[int, str]:
    """Sort 2.png before 10.png."""
    return (int(path.stem) if path.stem.isdecimal() else -1, path.name)


def _with_channels(array: np.ndarray) -> np.ndarray:
    """Return stimulus × height × width × channel."""
    require(array.dtype.kind in "fiu", f"Images must be real numbers; they are of dtype {array.dtype}.")
    if array.ndim == 3:
        return array[..., None]
    require(
        array.ndim == 4 and (array.shape[-1] in COLOURS or array.shape[1] in COLOURS),
        "Images must be stimulus × height × width, or in colour stimulus × height × width × 3; got the shape "
        f"{' × '.join(map(str, array.shape))}.",
    )
    return array if array.shape[-1] in COLOURS else np.moveaxis(array, 1, -1)


def _shape(item: Any) -> tuple[int, int, int]:
    if not isinstance(item, Path):
        return item.shape
    with _opening(item) as picture:
        return picture.height, picture.width, 3


def _across(shape: Sequence[int]) -> str:
    return f"{shape[0]} × {shape[1]}"


def _each(values: PerChannel | None, name: str, channels: int) -> np.ndarray | None:
    """Return a number for each channel."""
    if values is None:
        return None
    array = np.atleast_1d(np.asarray(values, np.float32))
    require(
        array.shape in ((1,), (channels,)) and bool(np.isfinite(array).all() and (name != "std" or array.min() > 0)),
        f"{name} must be one number, or one for each of {channels} channels{' above 0' * (name == 'std')}; got "
        f"{values}.",
    )
    return array


def _opening(path: Path) -> PillowImage.Image:
    try:
        return PillowImage.open(path)
    except FileNotFoundError as error:
        raise InputError(f"There is no picture {path}.") from error
    except (OSError, ValueError, SyntaxError, PillowImage.DecompressionBombError) as error:
        raise InputError(f"{path} is not a picture that can be read, or is damaged: {error}.") from error


def opened(path: Path) -> np.ndarray:
    """Return a picture of a file in colour, shape (height, width, 3), uint8."""
    with _opening(path) as picture:
        try:
            return np.asarray(picture.convert("RGB"))
        except (OSError, ValueError, SyntaxError) as error:
            raise InputError(f"{path} is a damaged picture: {error}.") from error


def resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a picture of height × width × channel in another size, each channel by itself."""
    rows, columns = size
    kept = pixels if pixels.dtype == np.uint8 else pixels.astype(np.float32)
    planes = [
        PillowImage.fromarray(np.ascontiguousarray(kept[..., i])).resize(
            (columns, rows), PillowImage.Resampling.BILINEAR
        )
        for i in range(kept.shape[-1])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)
