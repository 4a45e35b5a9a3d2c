"""The tuning of a whole population in one table: fits, selectivity, reliability, and tests."""

from typing import Literal

import jax
import numpy as np
import pandas as pd
import xarray as xr

from ..errors import require
from ..responses import check
from ..shapes import PRNGKey
from .tuning import PerUnit, tuning_indices
from .tuning_fits import fit_tuning
from .tuning_repeats import reliability, tuning_test

MOST_UNITS = 1000
LARGEST_P = 0.01
LEAST_R2 = 0.5


def tuning_table(
    responses: xr.DataArray,
    *,
    key: PRNGKey,
    baseline: Literal["lowest"] | float | PerUnit = "lowest",
    most_units: int = MOST_UNITS,
) -> pd.DataFrame:
    """Describe the orientation tuning of every unit of a layer, a population of seeds, or neurons with repeats.

    Parameters
    ----------
    responses : DataArray
        stimulus × unit, optionally with ``repeat`` and ``seed``. The ``stimulus`` coordinate holds degrees.
    key : key
        Chooses the units, and draws the splits and permutations of the repeats.
    baseline : "lowest", float, or array of shape (unit,)
        The response that counts as none, as in :func:`tuning_indices`. An array needs responses without seeds.
    most_units : int
        A larger population is described by so many of its units, drawn at random. Default 1000.

    Returns
    -------
    DataFrame
        A row per unit, with its ``unit`` and, of a population of models, its ``seed``; ``varies``: whether it answers
        the stimuli differently at all; the columns of :func:`fit_tuning` and :func:`tuning_indices` for orientation;
        with repeats ``reliability`` and the p value ``p`` of :func:`tuning_test`; and ``tuned``: p < 0.01 or, without
        repeats, a fit that explains at least half of the variance over stimuli.

    Raises
    ------
    InputError
        As those functions do, or if `most_units` is below 1.

    Examples
    --------
    >>> import jax, numpy as np
    >>> from isocortex import responses
    >>> angles = np.arange(-90.0, 90, 10)
    >>> bumps = np.exp(2 * np.cos(np.deg2rad(2 * (angles[:, None] - np.array([-30, 60])))))
    >>> tuning_table(responses(bumps, stimuli=angles), key=jax.random.key(0))["preferred"].round(6).tolist()
    [-30.0, 60.0]
    """
    check(responses)
    require(most_units >= 1, f"most_units must be at least 1; got {most_units}.")
    choice_key, split_key, test_key = jax.random.split(key, 3)
    places = [name for name in ("seed", "unit") if name in responses.dims]
    stacked = responses.stack(place=places)
    n = stacked.sizes["place"]
    drawn = jax.random.choice(choice_key, n, (min(n, most_units),), replace=False)
    chosen = np.sort(np.asarray(drawn))
    taken = stacked.isel(place=chosen)
    labels = {name: taken[name].values for name in places}
    taken = taken.drop_vars(["place", *places]).rename(place="unit").assign_coords(unit=np.arange(len(chosen)))
    mean = taken.mean("repeat") if "repeat" in taken.dims else taken
    varies = np.ptp(mean.transpose("stimulus", "unit").values, axis=0) > 0
    fits = fit_tuning(taken)
    indices = tuning_indices(taken, baseline=np.asarray(baseline)[chosen] if np.ndim(baseline) else baseline)
    table = pd.concat([pd.DataFrame(labels | {"varies": varies}), fits, indices], axis=1)
    if taken.sizes.get("repeat", 1) > 1:
        table["reliability"] = reliability(taken, key=split_key)
        table["p"] = tuning_test(taken, key=test_key)
        return table.assign(tuned=table["p"] < LARGEST_P)
    return table.assign(tuned=table["r2"] >= LEAST_R2)


def best_estimate(table: pd.DataFrame, column: str) -> PerUnit:
    """Return ``osi``, ``circular_variance`` or ``r2`` of every unit, corrected for noise where there were repeats.

    Examples
    --------
    >>> import pandas as pd
    >>> best_estimate(pd.DataFrame({"osi": [0.4], "osi_corrected": [0.3]}), "osi")
    array([0.3])
    """
    corrected = f"{column}_corrected"
    return table[corrected if corrected in table else column].to_numpy(float)
