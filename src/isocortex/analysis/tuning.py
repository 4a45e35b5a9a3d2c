"""Tuning to orientation and direction: curves, and indices of selectivity."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ..errors import InputError, look_up, require
from ..responses import check

Trials = Float[np.ndarray, "repeat stimulus unit"]
PerUnit = Float[np.ndarray, " unit"]
PerStimulus = Float[np.ndarray, " stimulus"]


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
        Direction of the vector sum on the doubled angle, in degrees, in [−90, 90). Each response is weighed by the arc
        around its stimulus.
    selectivity : array, shape (unit,)
        Length of that vector sum relative to the summed response (1 − circular variance), after each unit's lowest
        response is taken off: 0 untuned, 1 a single orientation.

    Examples
    --------
    >>> from isocortex import synthetic_v1
    >>> import jax
    >>> neurons = synthetic_v1(key=jax.random.key(0), n_animals=1, n_neurons=5, n_orientations=24)["animal 1"]
    >>> curves = tuning_curves(neurons)
    >>> curves.angles.shape, curves.curves.shape
    ((24,), (5, 24))
    """

    angles: np.ndarray
    curves: np.ndarray
    preferred: np.ndarray
    selectivity: np.ndarray

    def representatives(self, n: int) -> np.ndarray:
        """Return indices of up to `n` units: the most strongly tuned one in each of `n` equal ranges of preference.

        Strength is the length of the vector sum, which noise inflates less than the selectivity of a weak unit.
        """
        strength = np.abs(self.curves @ harmonics(self.angles)[1][2])
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
        If the stimuli are not angles all around (a gap wider than 90°; for directions 180°), or a seed has not been
        selected.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses
    >>> angles = np.arange(-90.0, 90, 10)
    >>> bump = np.exp(np.cos(np.deg2rad(2 * (angles - 30))))[:, None]
    >>> tuning_curves(responses(bump, stimuli=angles)).preferred.round(6)
    array([30.])
    """
    angles, trials = angles_and_trials(responses)
    curves = trials.mean(axis=0).T
    raised = curves - curves.min(axis=1, keepdims=True)
    weights, waves = harmonics(angles)
    vector, total = raised @ waves[2], raised @ weights
    selectivity = np.divide(np.abs(vector), total, out=np.zeros_like(total), where=total > 0)
    preferred = (np.rad2deg(np.angle(vector)) / 2 + 90) % 180 - 90
    return TuningCurves(angles, curves, preferred, selectivity)


def tuning_indices(
    responses: xr.DataArray, *, baseline: Literal["lowest"] | float | PerUnit = "lowest"
) -> pd.DataFrame:
    """Measure how selective every unit is for orientation and, where directions were shown, for direction.

    OSI = |Σ w r e^{2iθ}| / Σ w r, DSI the same with e^{iθ}, circular variance = 1 − OSI, where r is the mean response
    above the baseline and w the arc around a stimulus (equal for equally spaced ones). These are the indices that
    Mazurek, Kager & Van Hooser (2014, 10.3389/fncir.2014.00092) recommend; noise of the mean lengthens the vector, so
    that weakly tuned units look selective. With repeats, the ``_corrected`` columns take the noise out: the trials of
    two repeats are independent, so that, with V_r the vector and T_r the summed response of repeat r,

        E[V_r · V_r'] = |E V|²,   E[T_r T_r'] = (E T)²   for r ≠ r',

    and OSI² is the mean of V_r · V_r' over all pairs r ≠ r', divided by that of T_r T_r'. OSI keeps the sign of this
    estimate, so that noise around zero averages out over units: a slightly negative value means no selectivity.

    Parameters
    ----------
    responses : DataArray
        stimulus × unit, optionally with ``repeat``. The ``stimulus`` coordinate holds degrees; stimuli that span
        more than 180° are taken as directions. The repeats are taken as independent.
    baseline : "lowest", float, or array of shape (unit,)
        The response that counts as none; the indices make sense for responses above it only. Give 0.0 for spike
        counts, or the responses to a blank screen. The default, for z-scored and other responses that may be negative,
        is each unit's lowest mean response. Its noise is a bias too: the corrected columns choose the lowest tenth of
        the stimuli (at least one) in the other repeats and read their mean response in the repeat left out.

    Returns
    -------
    DataFrame
        Index unit; columns ``osi``, with directions ``dsi``, ``circular_variance``, and with repeats each of them
        with ``_corrected``. Constant units have ``osi`` 0 by default. NaN where the summed response above the baseline
        is negative; in the corrected columns, where it is not above three times its standard error: a ratio to a
        number known that badly is no estimate.

    Raises
    ------
    InputError
        If the stimuli are not angles all around (a gap wider than 90°; for directions 180°), a seed has not been
        selected, or there are not as many baselines as units.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses
    >>> directions = np.arange(0.0, 360, 30)
    >>> bumps = 1 + np.cos(np.deg2rad(directions - 60)) + 0.5 * np.cos(np.deg2rad(2 * directions))
    >>> tuning_indices(responses(bumps[:, None], stimuli=directions), baseline=0.0).iloc[0].round(3).to_dict()
    {'osi': 0.25, 'dsi': 0.5, 'circular_variance': 0.75}
    """
    angles, trials = angles_and_trials(responses)
    n_repeats, _, n_units = trials.shape
    if isinstance(baseline, str):
        look_up("baseline", baseline, {"lowest": None})
    else:
        require(
            np.ndim(baseline) == 0 or np.shape(baseline) == (n_units,),
            f"baseline must be a number or one per unit ({n_units}); its shape is {np.shape(baseline)}.",
        )
        trials = trials - baseline
    weights, waves = harmonics(angles)
    mean = trials.mean(axis=0)
    floor = mean.min(axis=0) if isinstance(baseline, str) else np.zeros(n_units)
    total = weights @ (mean - floor)
    columns = {"osi": 2, "dsi": 1} if 1 in waves else {"osi": 2}
    table = {}
    for name, harmonic in columns.items():
        length = np.abs(waves[harmonic] @ (mean - floor))
        table[name] = np.divide(length, total, out=np.where(total == 0, 0.0, np.nan), where=total > 0)
    if n_repeats > 1:
        if isinstance(baseline, str):
            trials = trials - _left_out_lowest(trials)[:, None]
        drive = np.einsum("s,rsu->ru", weights, trials)
        error = drive.std(axis=0, ddof=1) / np.sqrt(n_repeats) + 1e-9 * np.abs(trials).max(axis=(0, 1))  # of rounding
        above = drive.mean(axis=0) > 3 * error
        for name, harmonic in columns.items():
            vectors = np.einsum("s,rsu->ru", waves[harmonic], trials)
            squared = np.divide(_cross(vectors), _cross(drive), out=np.full(n_units, np.nan), where=above)
            table[f"{name}_corrected"] = np.sign(squared) * np.sqrt(np.abs(squared))
    circular = {name.replace("osi", "circular_variance"): 1 - table[name] for name in table if name.startswith("osi")}
    return pd.DataFrame(table | circular, index=unit_index(responses))


def _cross(x: np.ndarray) -> PerUnit:
    """Return the mean of x_r · x_r' over all pairs r ≠ r', from (Σ_r x_r)² = Σ_r x_r² + Σ_{r≠r'} x_r · x_r'."""
    return (np.abs(x.sum(axis=0)) ** 2 - (np.abs(x) ** 2).sum(axis=0)) / (len(x) * (len(x) - 1))


def _left_out_lowest(trials: Trials) -> Float[np.ndarray, "repeat unit"]:
    """Return the mean response, in each repeat, to the tenth of the stimuli that are lowest in the other repeats."""
    n_lowest = max(1, trials.shape[1] // 10)
    others = trials.sum(axis=0) - trials
    lowest = np.argpartition(others, n_lowest - 1, axis=1)[:, :n_lowest]
    return np.take_along_axis(trials, lowest, axis=1).mean(axis=1)


def angles_and_trials(responses: xr.DataArray, *, needs_repeats: str = "") -> tuple[PerStimulus, Trials]:
    """Return the angles in degrees, ascending, and the responses to them as repeat × stimulus × unit in float64."""
    check(responses)
    for extra in set(responses.dims) - {"repeat", "stimulus", "unit"}:
        raise InputError(f"Select one {extra} first: responses.sel({extra}=0).")
    require(
        responses["stimulus"].dtype.kind in "fiu" and bool(np.isfinite(responses["stimulus"].values).all()),
        "Tuning needs stimuli that are angles in degrees.",
    )
    stack = responses if "repeat" in responses.dims else responses.expand_dims("repeat")
    require(
        not needs_repeats or stack.sizes["repeat"] > 1,
        f"{needs_repeats} needs at least two repeats of every stimulus, in a dimension named 'repeat'; "
        f"the responses have {dict(responses.sizes)}.",
    )
    ordered = stack.sortby("stimulus").transpose("repeat", "stimulus", "unit")
    return ordered["stimulus"].values.astype(float), ordered.values.astype(float)


def harmonics(angles: PerStimulus) -> tuple[PerStimulus, dict[int, np.ndarray]]:
    """Return the share w of the circle that each stimulus stands for, and w·e^{ikθ} for k = 2 and, of directions, 1."""
    period = circle(angles)
    order = np.argsort(angles % period, kind="stable")
    gaps = np.diff(angles[order] % period, append=angles[order[0]] % period + period)
    require(
        bool(gaps.max() <= period / 2),
        f"The stimuli leave a gap of {gaps.max():g}° in the {period}° of the circle; tuning needs angles all around.",
    )
    weights = np.empty_like(gaps)
    weights[order] = (gaps + np.roll(gaps, 1)) / (2 * period)
    return weights, {k: weights * np.exp(1j * k * np.deg2rad(angles)) for k in ((1, 2) if period == 360 else (2,))}


def circle(angles: PerStimulus) -> int:
    """Return 360 for directions, which span more than 180°, and 180 for orientations."""
    return 360 if np.ptp(angles) > 180 else 180


def unit_index(responses: xr.DataArray) -> pd.Index:
    """Return the labels of the units, for the index of a table."""
    return responses.get_index("unit").rename("unit")
