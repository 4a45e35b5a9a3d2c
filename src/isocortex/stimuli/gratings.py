"""Square-wave gratings on the 640 × 480 canvas of Neuromatch Academy (W1D5; BSD-3 code)."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import require
from ..shapes import Angle, Image, Images, Orientations

CANVAS_WIDTH = 640
CANVAS_HEIGHT = 480
SPATIAL_FREQUENCY = 1 / 28
RESOLUTION = 0.1
PATCH_TWIST = 0.1
"""A patch's phase direction leads its angle by this many radians, as published."""


def canvas_size(resolution: float = RESOLUTION) -> tuple[int, int]:
    """Return (rows, columns) of the canvas: (48, 64) at the default resolution of 0.1.

    Raises
    ------
    InputError
        If `resolution` is not in (0, 1].

    Examples
    --------
    >>> canvas_size(0.025)
    (12, 16)
    """
    require(0 < resolution <= 1, f"resolution must be in (0, 1], the share of 640 × 480 pixels; got {resolution}.")
    return math.ceil(round(CANVAS_HEIGHT * resolution, 9)), math.ceil(round(CANVAS_WIDTH * resolution, 9))


def grating(
    angle: Angle,
    *,
    spatial_frequency: float | Angle = SPATIAL_FREQUENCY,
    resolution: float = RESOLUTION,
    phase: float | Angle = 0.0,
    sinusoidal: bool = False,
    patch: bool = False,
    zero_centred: bool = False,
) -> Image:
    """Draw one grating; pure JAX, so it can be jitted and mapped over angles.

    See :func:`gratings` for the parameters; `angle` and `phase` are in degrees.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> image = grating(jnp.asarray(0.0), resolution=0.025)
    >>> image.shape, float(image.min()), float(image.max())
    ((12, 16), 0.0, 1.0)
    """
    rows, columns = canvas_size(resolution)
    column, row = jnp.meshgrid(jnp.arange(columns), jnp.arange(rows))
    x, y = (spatial_frequency * axis / resolution for axis in (column, row))
    direction = jnp.deg2rad(angle) + (PATCH_TWIST if patch else 0.0)
    wave = jnp.cos(x * jnp.cos(direction) + y * jnp.sin(direction) + jnp.deg2rad(phase))
    image = (1 + wave) / 2 if sinusoidal else jnp.where(wave > 0, 1.0, 0.0)
    if patch:
        radius = CANVAS_WIDTH / 3 / 2 * resolution
        inside = jnp.hypot(column - 0.75 * columns, row - 0.5 * rows) < radius
        image = jnp.where(inside, image, 0.5)
    return image - 0.5 if zero_centred else image


def gratings(
    angles: np.ndarray | list[float],
    *,
    spatial_frequency: float = SPATIAL_FREQUENCY,
    resolution: float = RESOLUTION,
    phase: float | Orientations = 0.0,
    sinusoidal: bool = False,
    patch: bool = False,
    zero_centred: bool = False,
) -> Images:
    """Draw gratings at the given orientations.

    The value is cos(X·cosθ + Y·sinθ + φ), 0 where negative and 1 where positive, with X along the columns and
    Y along the rows.

    Parameters
    ----------
    angles : array, shape (stimulus,)
        θ in degrees from vertical; negative is tilted left.
    spatial_frequency : float
        Radians per full-resolution pixel. Default 1/28: a period of 176 of the 640 pixels, 17.6 at resolution 0.1.
    resolution : float
        Share of the 640 × 480 pixels along each axis, in (0, 1]. Default 0.1: 48 rows × 64 columns.
    phase : float or array, shape (stimulus,)
        φ in degrees, one for all gratings or one for each. Default 0.
    sinusoidal : bool
        Let the value follow the cosine from 0 to 1 instead of taking its sign. Default False.
    patch : bool
        Show a disc right of the centre on a grey ground, its phase direction 0.1 rad ahead of the angle.
    zero_centred : bool
        Range [−0.5, 0.5] instead of [0, 1].

    Returns
    -------
    array, shape (stimulus, height, width), float32

    Raises
    ------
    InputError
        If an angle or phase is not finite, there is not one phase per angle, or resolution or spatial frequency is
        out of range.

    Examples
    --------
    >>> gratings([-45.0, 0.0, 45.0]).shape
    (3, 48, 64)
    """
    theta = np.atleast_1d(np.asarray(angles, dtype=float))
    require(theta.ndim == 1 and bool(np.isfinite(theta).all()), "angles must be a list of finite degrees.")
    phases = np.asarray(phase, dtype=float)
    require(
        phases.shape in ((), theta.shape) and bool(np.isfinite(phases).all()),
        f"phase must be finite degrees, one number or one for each of {len(theta)} angles.",
    )
    require(
        bool(np.isfinite(spatial_frequency)) and spatial_frequency > 0,
        f"spatial_frequency must be above 0 radians per pixel; got {spatial_frequency}.",
    )
    canvas_size(resolution)
    with jax.enable_x64(True):

        def draw(angle: Angle, phase: Angle) -> Image:
            return grating(
                angle,
                spatial_frequency=spatial_frequency,
                resolution=resolution,
                phase=phase,
                sinusoidal=sinusoidal,
                patch=patch,
                zero_centred=zero_centred,
            )

        return np.asarray(
            jax.vmap(draw)(jnp.asarray(theta), jnp.asarray(np.broadcast_to(phases, theta.shape))), dtype=np.float32
        )
