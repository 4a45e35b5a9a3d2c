"""Arbitrary pictures that can be turned: random textures, or a user's own, seen through a round window."""

from os import PathLike
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from PIL import Image as PillowImage

from ..errors import InputError, require
from ..shapes import Angle, Image, PRNGKey

Pictures = Float[np.ndarray, "picture side side"]
Picture = Float[jax.Array, "side side"]

SIDE = 96
"""Pixels along the edge of a picture: twice those of the window at the default resolution."""
FINEST = 0.2
"""Cycles per pixel at which the spectrum of a texture has fallen by 1/e: nothing finer than the window can show."""
CONTRAST = 0.25
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")


def textures(n: int = 1, *, key: PRNGKey, side: int = SIDE) -> Pictures:
    """Draw random textures with the 1/f amplitude spectrum of natural scenes.

    Parameters
    ----------
    n : int
        Default 1.
    key : key
        Texture i is drawn with ``fold_in(key, i)``.
    side : int
        Edge in pixels. Default 96.

    Returns
    -------
    array, shape (picture, side, side), float32
        Grey values in [0, 1], of mean 0.5 and standard deviation 0.25 before they are clipped.

    Raises
    ------
    InputError
        If `n` is below 1 or `side` below 8.

    Examples
    --------
    >>> import jax
    >>> textures(2, key=jax.random.key(0)).shape
    (2, 96, 96)
    """
    require(n >= 1, f"At least one texture is needed; got {n}.")
    require(side >= 8, f"side must be at least 8 pixels; got {side}.")
    keys = jax.vmap(jax.random.fold_in, (None, 0))(key, jnp.arange(n))
    noise = np.asarray(jax.vmap(lambda key: jax.random.normal(key, (side, side)))(keys), np.float64)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    frequency[0, 0] = np.inf
    amplitude = np.exp(-((frequency / FINEST) ** 2)) / frequency
    grey = np.fft.ifft2(np.fft.fft2(noise) * amplitude).real
    grey *= CONTRAST / grey.std(axis=(1, 2), keepdims=True)
    return np.clip(0.5 + grey, 0, 1).astype(np.float32)


def read_pictures(path: str | PathLike[str], *, side: int = SIDE) -> Pictures:
    """Read a picture, or every picture of a folder, grey and cut to its central square.

    Parameters
    ----------
    path : path
        A PNG, JPEG, BMP, TIFF or WebP file, or a folder of them, taken in the order of their names.
    side : int
        Edge in pixels to which they are resized. Default 96.

    Returns
    -------
    array, shape (picture, side, side), float32, in [0, 1]

    Raises
    ------
    InputError
        If there is nothing at `path`, no picture in the folder, or a file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> PillowImage.new("RGB", (320, 240), "white").save(folder / "white.png")
    >>> found = read_pictures(folder, side=32)
    >>> found.shape, float(found.mean())
    ((1, 32, 32), 1.0)
    """
    return np.stack([_read(file, side) for file in picture_files(path)])


def picture_files(path: str | PathLike[str]) -> list[Path]:
    """Return the files that :func:`read_pictures` reads.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("b.png", "a.jpg", "notes.txt"):
    ...     (folder / name).touch()
    >>> [file.name for file in picture_files(folder)]
    ['a.jpg', 'b.png']
    """
    path = Path(path)
    require(path.exists(), f"There is no picture or folder of pictures at {path}.")
    if path.is_file():
        return [path]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
    require(bool(files), f"{path} holds no pictures; it needs files ending in {', '.join(SUFFIXES)}.")
    return files


def _read(path: Path, side: int) -> Float[np.ndarray, "side side"]:
    try:
        with PillowImage.open(path) as picture:
            edge = min(picture.size)
            left, top = ((length - edge) / 2 for length in picture.size)
            box = (left, top, left + edge, top + edge)
            square = picture.convert("L").resize((side, side), PillowImage.Resampling.BILINEAR, box=box)
    except (OSError, ValueError, SyntaxError, PillowImage.DecompressionBombError) as error:
        raise InputError(f"{path} is not a picture that can be read, or is damaged: {error}.") from error
    return np.asarray(square, np.float32) / 255


def turned(picture: Picture, angle: Angle, size: tuple[int, int]) -> Image:
    """Turn a picture clockwise and show it through a round window; pure JAX, so it can be jitted and mapped.

    Parameters
    ----------
    picture : array, shape (side, side)
    angle : array, shape ()
        Degrees. 0 is upright; a vertical line that is turned by θ lies as the stripes of a grating at θ.
    size : (rows, columns)
        Of the canvas. The window is the largest central disc and shows the inscribed circle of the picture; around it
        is 0.5, so that no corner betrays the angle.

    Returns
    -------
    array, shape (rows, columns)

    Examples
    --------
    >>> (picture,) = textures(1, key=jax.random.key(0))
    >>> image = turned(jnp.asarray(picture), jnp.array(30.0), (48, 64))
    >>> image.shape, float(image[0, 0])  # around the round window is grey
    ((48, 64), 0.5)
    """
    rows, columns = size
    side = picture.shape[0]
    diameter = min(size)
    x, y = jnp.meshgrid(jnp.arange(columns) - (columns - 1) / 2, jnp.arange(rows) - (rows - 1) / 2)
    cos, sin = jnp.cos(jnp.deg2rad(angle)), jnp.sin(jnp.deg2rad(angle))
    scale, centre = side / diameter, (side - 1) / 2
    across, down = scale * (cos * x + sin * y) + centre, scale * (cos * y - sin * x) + centre
    shown = jax.scipy.ndimage.map_coordinates(picture, [down, across], order=1, mode="nearest")
    return jnp.where(jnp.hypot(x, y) <= diameter / 2, shown, 0.5)
