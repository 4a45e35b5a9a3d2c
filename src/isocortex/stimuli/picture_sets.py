"""Labelled pictures that come with scikit-learn: handwritten digits, and pieces of two photographs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from PIL import Image as PillowImage

from ..registries import Registry
from .images import grey

GRID = (3, 4)
"""Rows and columns of places in each photograph."""
PIECES = 60
"""Pieces of every place."""
EDGES = (64, 128)
"""Pixels along the edge of the smallest and of the largest piece."""


@dataclass(frozen=True, eq=False)
class PictureSet:
    """Pictures of several classes.

    Attributes
    ----------
    images : array, shape (picture, size, size), float32
        Grey values in [0, 1].
    labels : array of int, shape (picture,)
        The class of each, from 0.
    content : str
        What they are, in words.

    Examples
    --------
    >>> found = PICTURE_SETS["digits"].load(16)
    >>> found.images.shape, found.n_classes, found.labels[:5].tolist()
    ((1797, 16, 16), 10, [0, 1, 2, 3, 4])
    """

    images: Float[np.ndarray, "picture rows columns"]
    labels: Int[np.ndarray, " picture"]
    content: str

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return int(self.labels.max()) + 1


@dataclass(frozen=True)
class Source:
    """Where a set of pictures comes from.

    Attributes
    ----------
    load : callable
        Takes the number of pixels along an edge, and returns the set.
    """

    load: Callable[[int], PictureSet]


def digits(size: int = 32) -> PictureSet:
    """Return the 1797 handwritten digits of scikit-learn (Alpaydin & Kaynak 1998), enlarged from 8 × 8 pixels.

    Examples
    --------
    >>> found = digits(16)
    >>> found.images.shape, found.n_classes
    ((1797, 16, 16), 10)
    """
    from sklearn.datasets import load_digits

    found: Any = load_digits()
    images = np.stack([_resized(image.astype(np.float32) / 16, size) for image in found.images])
    return PictureSet(images, found.target.astype(int), "handwritten digits (1797 of ten kinds)")


def photographs(size: int = 32) -> PictureSet:
    """Return pieces of the two photographs of scikit-learn, a temple and a flower; the class is the place in them.

    Each photograph is divided into 3 × 4 places. The pieces of a place are squares at random positions within it, of
    different size and half of them mirrored, so that a class is a surrounding and not a picture, as in Exemplar-CNN
    (Dosovitskiy et al. 2016, 10.1109/TPAMI.2015.2496141). They are the same in every call.

    Examples
    --------
    >>> found = photographs(16)
    >>> found.images.shape, found.n_classes
    ((1440, 16, 16), 24)
    """
    from sklearn.datasets import load_sample_images

    rng, images, labels = np.random.default_rng(0), [], []
    sample: Any = load_sample_images()
    whole = grey(np.stack(sample.images))
    rows, columns = GRID
    height, width = whole.shape[1] // rows, whole.shape[2] // columns
    for label, (picture, row, column) in enumerate(np.ndindex(len(whole), rows, columns)):
        place = whole[picture, row * height : (row + 1) * height, column * width : (column + 1) * width]
        for piece in range(PIECES):
            edge = int(rng.integers(EDGES[0], min(EDGES[1], height, width) + 1))
            top, left = (int(rng.integers(length - edge + 1)) for length in place.shape)
            cut = place[top : top + edge, left : left + edge]
            images.append(_resized(cut[:, ::-1] if piece % 2 else cut, size))
            labels.append(label)
    content = f"pieces of two photographs ({len(images)} from {len(whole) * rows * columns} places)"
    return PictureSet(np.stack(images), np.array(labels), content)


def _resized(image: np.ndarray, size: int) -> np.ndarray:
    picture = PillowImage.fromarray(np.ascontiguousarray(image, np.float32))
    return np.asarray(picture.resize((size, size), PillowImage.Resampling.BILINEAR))


PICTURE_SETS: Registry[Source] = Registry(
    "picture set", "picture_sets", {"photographs": Source(photographs), "digits": Source(digits)}
)
"""Labelled pictures by name, which networks can learn to recognise."""
