"""Light bars on grey, moved across their own orientation: the stimulus that maps a receptive field's subregions."""

import numpy as np

from ..errors import require
from ..shapes import Images, Orientations
from .gratings import RESOLUTION, canvas_size


def bars(
    positions: Orientations | list[float],
    *,
    angle: float = 0.0,
    width: float = 2.0,
    resolution: float = RESOLUTION,
    zero_centred: bool = False,
) -> Images:
    """Draw one light bar per position, as long as the canvas, on a grey ground.

    Parameters
    ----------
    positions : array, shape (stimulus,)
        Distance of the bar's axis from the middle pixel (row ``rows // 2``, column ``columns // 2``) in pixels, along
        the direction in which a grating of this angle varies.
    angle : float
        Orientation in degrees from vertical, as that of a grating. Default 0: a vertical bar, moved along the columns.
    width : float
        In pixels. Default 2.
    resolution : float
        Share of 640 × 480 pixels along each axis, default 0.1: 48 × 64.
    zero_centred : bool
        A bar of 0.5 on 0 instead of 1 on 0.5.

    Returns
    -------
    array, shape (stimulus, height, width), float32

    Raises
    ------
    InputError
        If a position or the angle is not finite, or the width is not above 0.

    Examples
    --------
    >>> bars([0.0, 5.0])[:, 24, [32, 37]].tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    places = np.atleast_1d(np.asarray(positions, dtype=float))
    require(
        places.ndim == 1 and bool(np.isfinite(places).all()) and bool(np.isfinite(angle)),
        "positions must be a list of finite numbers of pixels, and the angle finite degrees.",
    )
    require(0 < width < float("inf"), f"width must be above 0 pixels; got {width}.")
    rows, columns = canvas_size(resolution)
    row, column = np.indices((rows, columns))
    theta = np.deg2rad(angle)
    along = (column - columns // 2) * np.cos(theta) + (row - rows // 2) * np.sin(theta)
    distance = np.round(along - places[:, None, None], 9)
    inside = (distance >= -width / 2) & (distance < width / 2)
    return np.where(inside, 0.5, 0.0).astype(np.float32) + np.float32(0.0 if zero_centred else 0.5)
