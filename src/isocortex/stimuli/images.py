"""Prepare photographs for a model: convert to grey, resize, and centre on a grey canvas."""

import numpy as np
from jaxtyping import Float
from PIL import Image

from ..errors import require
from ..shapes import Images

LUMA = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in the luma of ITU-R BT.601."""


def grey(images: np.ndarray) -> Images:
    """Convert colour images to grey values in [0, 1].

    Parameters
    ----------
    images : array, shape (stimulus, height, width, 3), uint8
        Red, green and blue in 0…255.

    Returns
    -------
    array, shape (stimulus, height, width), float32

    Examples
    --------
    >>> grey(np.full((1, 2, 2, 3), 255, np.uint8)).tolist()
    [[[1.0, 1.0], [1.0, 1.0]]]
    """
    require(
        images.ndim == 4 and images.shape[-1] == 3 and images.dtype == np.uint8,
        f"Images must be stimulus × height × width × 3 of uint8; got {images.shape} of {images.dtype}.",
    )
    return (images @ LUMA / 255).astype(np.float32)


def fit_to_canvas(
    images: Images, size: tuple[int, int], *, ground: float = 0.5
) -> Float[np.ndarray, "stimulus rows columns"]:
    """Resize images, keeping their proportions, and centre them on a canvas of one grey.

    Parameters
    ----------
    images : array, shape (stimulus, height, width)
    size : (rows, columns)
        Size of the canvas.
    ground : float
        Grey value around an image that does not fill the canvas. Default 0.5.

    Returns
    -------
    array, shape (stimulus, rows, columns), float32

    Examples
    --------
    >>> import numpy as np
    >>> fit_to_canvas(np.ones((1, 100, 100), np.float32), (48, 64))[0, 0, [0, 8, 63]].tolist()
    [0.5, 1.0, 0.5]
    """
    rows, columns = size
    scale = min(rows / images.shape[1], columns / images.shape[2])
    height, width = round(images.shape[1] * scale), round(images.shape[2] * scale)
    top, left = (rows - height) // 2, (columns - width) // 2
    canvas = np.full((len(images), rows, columns), ground, np.float32)
    for target, image in zip(canvas, images, strict=True):
        resized = Image.fromarray(image.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
        target[top : top + height, left : left + width] = np.asarray(resized)
    return canvas
