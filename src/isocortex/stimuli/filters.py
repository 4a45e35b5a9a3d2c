"""The published filter bank: two centre-surround filters and a set of Gabors (Neuromatch Academy W1D5)."""

import numpy as np

from ..errors import require
from ..shapes import FilterBank

CENTRE_SURROUND_SIGMA = 1.1
GABOR_WAVELENGTH = 10.0
GABOR_PHASE = np.pi / 2


def filter_bank(channels: int = 6, size: int = 7, *, zero_mean: bool = False) -> FilterBank:
    """Return the filter bank: on-centre, off-centre, then Gabors at equal steps of 0…180° exclusive.

    The filter's x is the *row* and a grating's X the *column*, as published: ``grating(0)`` drives the 90°
    Gabor and leaves the 0° one silent. Each filter is divided by its own largest absolute value.

    Parameters
    ----------
    channels : int
        Number of filters, at least 3. Default 6: two centre-surround and four Gabors.
    size : int
        Odd edge length in pixels. Default 7.
    zero_mean : bool
        Subtract each filter's mean, as the convolution demo and the encoding model do; the normative model
        does not.

    Returns
    -------
    array, shape (channel, size, size), float32

    Raises
    ------
    InputError
        If there are fewer than 3 channels or the size is even or below 3.

    Examples
    --------
    >>> bank = filter_bank()
    >>> bank.shape, bool((bank[0] == -bank[1]).all())
    ((6, 7, 7), True)
    """
    require(
        channels >= 3,
        f"A filter bank has at least 3 channels (two centre-surround, one Gabor); got {channels}.",
    )
    require(size >= 3 and size % 2 == 1, f"The filter size must be odd and at least 3; got {size}.")
    axis = np.linspace(-size / 2, size / 2, size)
    x, y = np.meshgrid(axis, axis, indexing="ij")
    radius = np.hypot(x, y)

    def envelope(sigma: float) -> np.ndarray:
        return np.exp(-radius / (2 * sigma**2))

    centre_surround = envelope(CENTRE_SURROUND_SIGMA) - 0.5 * envelope(2 * CENTRE_SURROUND_SIGMA)
    theta = np.linspace(0, np.pi, channels - 2, endpoint=False)[:, None, None]
    along = x * np.cos(theta) + y * np.sin(theta)
    gabors = envelope(0.4 * CENTRE_SURROUND_SIGMA) * np.cos(2 * np.pi * along / GABOR_WAVELENGTH + GABOR_PHASE)
    bank = np.concatenate([centre_surround[None], -centre_surround[None], gabors])
    bank /= np.abs(bank).max(axis=(1, 2), keepdims=True)
    if zero_mean:
        bank -= bank.mean(axis=(1, 2), keepdims=True)
    return bank.astype(np.float32)
