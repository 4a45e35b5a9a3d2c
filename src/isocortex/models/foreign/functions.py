"""Any function of images as a model: it returns an array, or arrays by layer."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from .layers import WHOLE, Place, parts


def is_array(value: Any) -> bool:
    """Return whether a value can become an array of NumPy: it has a shape and a type."""
    return hasattr(value, "shape") and hasattr(value, "dtype")


def plain(value: Any) -> np.ndarray:
    """Return an array or a tensor as an array of NumPy."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return np.asarray(value)


@dataclass(frozen=True)
class Function:
    """A function ``images → {layer: array}``, or ``images → array``.

    It receives grey pictures as stimulus × height × width, and colour as stimulus × height × width × 3.
    """

    function: Callable[[Any], Any]

    def undisturbed(self) -> AbstractContextManager[None]:
        """Return an empty context: a function has no state that is known here."""
        return nullcontext()

    def show(self, images: Any, put: Callable[[Place, Any], None], layers: Sequence[str] | None, start: int) -> None:
        """Call the function."""
        for part, value in parts(self.function(grey_without_channel(images)), is_array):
            put(Place(part or WHOLE), plain(value))

    def names(self) -> list[str]:
        """Return nothing: the function tells its layers when it is called."""
        return []

    def describe(self, shape: tuple[int, ...]) -> str:
        """Return nothing, for the same reason."""
        return ""


def grey_without_channel(images: Any) -> Any:
    """Return pictures without their last axis where it has length 1."""
    return images[..., 0] if images.ndim == 4 and images.shape[-1] == 1 else images
