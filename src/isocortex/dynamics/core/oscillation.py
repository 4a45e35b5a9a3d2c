"""The extent and the period of an oscillation along a path."""

import numpy as np
import xarray as xr
from scipy.interpolate import CubicSpline

from ...errors import require

UNLIKE = 0.1
"""YIN's threshold, as a share of twice the variance."""
SUBHARMONIC = 1e-4
"""Squared share of the amplitude below which a slower rhythm within another is not seen: interpolation leaves 1e-6."""


def oscillation(path: xr.DataArray, variable: str | None = None) -> dict[str, float]:
    """Measure an oscillation over the second half of a path.

    Parameters
    ----------
    path : DataArray, (time, variable)
        From :func:`isocortex.dynamics.simulate`.
    variable : str, optional
        The one that is measured. Default the first.

    Returns
    -------
    dict
        ``low``, ``high`` and ``amplitude`` (high − low) of the variable, and its ``period`` in ms: the shortest time
        from one rise through the middle to another, interpolated between steps and averaged, after which the path
        repeats itself. The period is absent where nothing repeats.

    Notes
    -----
    As in the pitch detector YIN (de Cheveigné & Kawahara 2002, 10.1121/1.1458024), a path repeats itself after a time
    T if the mean square of x(t + T) − x(t) is below a tenth of what it is for values that have nothing to do with one
    another, twice the variance.

    Examples
    --------
    >>> t = np.arange(0, 100, 0.05)
    >>> x = xr.DataArray((np.cos(t) + 2 * np.cos(3 * t))[:, None], dims=("time", "variable"))
    >>> path = x.assign_coords(time=t, variable=["x"])
    >>> round(oscillation(path)["period"], 3)  # three rises a period
    6.283
    """
    require(path.dims == ("time", "variable"), f"The path must be (time, variable); got {path.dims}.")
    x = path.sel(variable=variable or path["variable"].values[0]).values
    x, time = x[len(x) // 2 :], path["time"].values[len(x) // 2 :]
    low, high = float(x.min()), float(x.max())
    middle = (low + high) / 2
    before = np.flatnonzero((x[:-1] < middle) & (x[1:] >= middle))
    rises = time[before] + (middle - x[before]) / (x[before + 1] - x[before]) * np.diff(time)[before]
    found = {"low": low, "high": high, "amplitude": high - low}
    period = _period(time, x, rises)
    return found if period is None else found | {"period": period}


def _period(time: np.ndarray, x: np.ndarray, rises: np.ndarray) -> float | None:
    """Return the mean time from a rise to the k-th after it, k the least after which the path repeats itself."""
    if len(rises) < 2:
        return None
    curve, periods, unlike = CubicSpline(time, x), [], []
    for k in range(1, max(2, (len(rises) + 1) // 2)):  # twice in the path, or there are but two rises
        period = float((rises[k:] - rises[:-k]).mean())
        both = time[time + period <= time[-1]]
        periods.append(period)
        unlike.append(float(((curve(both + period) - curve(both)) ** 2).mean() / (2 * x.var())))
    if min(unlike) > UNLIKE:
        return None
    alike = np.array(unlike) <= max(2 * min(unlike), SUBHARMONIC)
    return periods[int(np.argmax(alike))]
