"""Windows in time in which responses are averaged."""

import numpy as np
import xarray as xr

from ...errors import require
from ...formats import significant


def windows(
    times: np.ndarray, window: float | int | None = None, step: float | int | None = None
) -> list[tuple[float, np.ndarray]]:
    """Return the mean time of each window, and the places of the times in it.

    Parameters
    ----------
    times : array, shape (time,)
        In ms, increasing.
    window : float, optional
        Width in ms. Default: every time is a window of its own.
    step : float, optional
        From one window to the next. Default: windows follow each other without overlap.

    Raises
    ------
    InputError
        For widths that are not positive, a window longer than all times, or one without any time.

    Examples
    --------
    >>> [(time, places.tolist()) for time, places in windows(np.array([0, 10, 20, 30]), window=20, step=10)]
    [(5.0, [0, 1]), (15.0, [1, 2]), (25.0, [2, 3])]
    """
    if window is None:
        require(step is None, "A step needs a window: give window=… in ms too.")
        return [(float(time), np.array([i])) for i, time in enumerate(times)]
    step = window if step is None else step
    require(window > 0 and step > 0, f"window and step must be above 0 ms; got {window} and {step}.")
    spacing = float(np.diff(times).min()) if len(times) > 1 else window
    end = float(times[-1]) + spacing
    require(
        bool(window <= end - times[0] + 1e-9 * spacing),
        f"A window of {significant(window)} ms does not fit into {significant(end - times[0])} ms.",
    )
    found = []
    for start in np.arange(float(times[0]), end - window + 1e-9 * spacing, step):
        places = np.flatnonzero((times >= start - 1e-9 * spacing) & (times < start + window - 1e-9 * spacing))
        require(len(places) > 0, f"The window from {significant(start)} ms on holds no time; make windows wider.")
        found.append((float(times[places].mean()), places))
    return found


def times_of(responses: xr.DataArray) -> np.ndarray:
    """Return the times of responses.

    Raises
    ------
    InputError
        If they have no time.
    """
    require(
        "time" in responses.dims and "time" in responses.coords,
        f"{responses.name} have no times; label them with isocortex.responses(…, dims=[…, 'time', 'unit'], times=…).",
    )
    return responses["time"].values
