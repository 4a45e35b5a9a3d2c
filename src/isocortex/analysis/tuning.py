"""Orientation tuning: the mean response of each unit to each orientation, and what it prefers."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..errors import require
from ..responses import check


@dataclass(frozen=True, eq=False)
class TuningCurves:
    """Tuning of each unit.

    Attributes
    ----------
    angles : array, shape (stimulus,)
        Orientations in degrees from vertical, ascending.
    curves : array, shape (unit, stimulus)
        Mean responses.
    preferred : array, shape (unit,)
        Direction of the vector sum on the doubled angle, in degrees, in [−90, 90).
    selectivity : array, shape (unit,)
        Length of that vector sum relative to the summed response (1 − circular variance), after each unit's lowest
        response is taken off: 0 untuned, 1 a single orientation.
    """

    angles: np.ndarray
    curves: np.ndarray
    preferred: np.ndarray
    selectivity: np.ndarray

    def representatives(self, n: int) -> np.ndarray:
        """Return indices of up to `n` units: the most strongly tuned one in each of `n` equal ranges of preference.

        Strength is the length of the vector sum, which noise inflates less than the selectivity of a weak unit.
        """
        strength = np.abs(self.curves @ np.exp(2j * np.deg2rad(self.angles)))
        part = np.floor((self.preferred + 90) / 180 * n).astype(int) % n
        best = [np.flatnonzero((part == k) & (self.selectivity > 0)) for k in range(n)]
        return np.array([units[np.argmax(strength[units])] for units in best if len(units)], dtype=int)


def tuning_curves(responses: xr.DataArray) -> TuningCurves:
    """Measure the orientation tuning of every unit.

    Parameters
    ----------
    responses : DataArray
        stimulus × unit, averaged over ``repeat`` and, where the units are the same, with one ``seed`` selected.
        The ``stimulus`` coordinate holds degrees.

    Raises
    ------
    InputError
        If the stimuli are not angles, or a seed has not been selected.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses
    >>> angles = np.arange(-90.0, 90, 10)
    >>> bump = np.exp(np.cos(np.deg2rad(2 * (angles - 30))))[:, None]
    >>> tuning_curves(responses(bump, stimuli=angles)).preferred.round(6)
    array([30.])
    """
    check(responses)
    averaged = responses.mean("repeat") if "repeat" in responses.dims else responses
    require("seed" not in averaged.dims, "Select one seed first: responses.sel(seed=0).")
    require(averaged["stimulus"].dtype.kind in "fiu", "Tuning needs stimuli that are angles in degrees.")
    ordered = averaged.sortby("stimulus")
    angles = ordered["stimulus"].values.astype(float)
    curves = ordered.transpose("unit", "stimulus").values.astype(float)
    raised = curves - curves.min(axis=1, keepdims=True)
    vector = raised @ np.exp(2j * np.deg2rad(angles))
    total = raised.sum(axis=1)
    selectivity = np.divide(np.abs(vector), total, out=np.zeros_like(total), where=total > 0)
    preferred = (np.rad2deg(np.angle(vector)) / 2 + 90) % 180 - 90
    return TuningCurves(angles, curves, preferred, selectivity)
