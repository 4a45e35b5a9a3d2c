"""Raised-cosine bases: smooth bumps, of which filters in time are weighted sums."""

import numpy as np

from ....errors import require

WIDTH = 2.0
"""Half the width of a bump, in distances between neighbouring peaks: those of Pillow et al. add up to a constant."""
BENT = 50
"""The usual offset is this part of the longest lag."""


def raised_cosines(n_bases: int, n_lags: int, *, stretched: bool = True, offset: float | None = None) -> np.ndarray:
    """Return raised cosines over successive lags, which are narrow at short lags and wide at long ones.

    A bump is (1 + cos(a log(k + c) − φ)) / 2 at lag k, and zero more than half a period from its peak (Pillow et al.
    2008, 10.1038/nature07140). The first peak is at the first lag, and the last bump ends at the last lag.

    Parameters
    ----------
    n_bases : int
        Number of bumps, at least 2.
    n_lags : int
        Number of bins that they span, at least as many as bumps.
    stretched : bool
        Whether lags are taken by their logarithm, as for the effect of spikes. Default True. Otherwise the bumps are
        equal and evenly spaced, and the last peak is at the last lag, as for stimuli.
    offset : float, optional
        The constant c, in bins: the larger, the more alike the bumps. Default a fiftieth of the longest lag.

    Returns
    -------
    array, shape (lag, basis)
        Values between 0 and 1.

    Raises
    ------
    InputError
        If there are fewer than two bases, or fewer lags than bases; or for an offset that is not above 0.

    Examples
    --------
    >>> raised_cosines(5, 41).argmax(axis=0).tolist()  # the lags of the peaks
    [0, 1, 2, 5, 10]
    """
    require(n_bases >= 2, f"A basis needs at least 2 bumps; got n_bases = {n_bases}.")
    require(
        n_lags >= n_bases,
        f"{n_lags} lags cannot carry {n_bases} bumps; lengthen the filter, narrow the bins or use fewer bumps.",
    )
    place = np.linspace(0, 1, n_lags)
    last_peak = 1.0
    if stretched:
        bend = BENT if offset is None else (n_lags - 1) / offset if offset > 0 else np.nan
        require(bool(np.isfinite(bend)), f"The offset must be above 0 and finite, in bins; got {offset}.")
        place = np.log1p(bend * place) / np.log1p(bend)
        last_peak = 1 - WIDTH / (n_bases + WIDTH - 1)
    peaks = np.linspace(0, last_peak, n_bases)
    phase = np.pi * (place[:, None] - peaks) / (WIDTH * (peaks[1] - peaks[0]))
    return (1 + np.cos(np.clip(phase, -np.pi, np.pi))) / 2
