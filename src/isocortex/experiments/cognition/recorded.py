"""The activity of networks in the trials of their test, as the run folder keeps it."""

import numpy as np
import xarray as xr

from ...formats import significant
from ...runs import LARGEST_RESPONSES
from ...tasks import TimedTask

RECORDED = 1000
"""Trials, at most, in which the activity of all units is recorded."""
DRAWN = {"rate": "trained/rate", "outputs": "trained/output"}
"""What networks do → the group that holds it."""
SHOWN = {"inputs": "input", "targets": "target"}
"""What a trial consists of → the group that holds it."""


def kept_responses(task: TimedTask, tested: xr.Dataset, untrained: xr.Dataset, most: int) -> dict[str, xr.DataArray]:
    """Return what networks did in the first test trials, with the conditions of the trials.

    Parameters
    ----------
    task : TimedTask
    tested, untrained : Dataset
        From :func:`isocortex.learning.behaviour` with the rates, in the same trials.
    most : int
        Trials that are kept, or fewer where an array would be too large for a run folder.

    Returns
    -------
    dict of str to DataArray
        ``trained/rate``, ``untrained/rate``, ``trained/output`` and ``untrained/output`` (seed, trial, time, unit),
        with ``correct`` and ``choice`` (seed, trial) as coordinates; ``input`` and ``target`` (trial, time, unit). A
        unit of inputs, outputs and targets is a channel. The conditions are coordinates along ``trial``, and
        ``stimulus`` names each combination of them but for durations.
    """
    largest = max(tested[name].nbytes for name in (*DRAWN, *SHOWN)) // tested.sizes["trial"]
    n = min(most, tested.sizes["trial"], LARGEST_RESPONSES // largest)
    if n == 0:
        return {}
    found = {}
    for variant, done in {"trained": tested, "untrained": untrained}.items():
        judged = {name: done[name].isel(trial=slice(n)) for name in ("correct", "choice") if name in done}
        for name, group in DRAWN.items():
            array = _labelled(task, done[name].isel(trial=slice(n)))
            found[group.replace("trained", variant, 1)] = array.assign_coords(judged)
    return found | {group: _labelled(task, tested[name].isel(trial=slice(n))) for name, group in SHOWN.items()}


def _labelled(task: TimedTask, array: xr.DataArray) -> xr.DataArray:
    """Return an array whose last dimension is ``unit``, and whose trials name their stimulus."""
    array = array.rename({array.dims[-1]: "unit"}) if array.dims[-1] != "unit" else array
    if "unit" not in array.coords:
        array = array.assign_coords(unit=np.arange(array.sizes["unit"]))
    varied = {
        str(name): x.values
        for name, x in array.coords.items()
        if x.dims == ("trial",) and name not in (*task.durations, "steps")
    }
    rows = zip(*varied.values(), strict=True) if varied else [()] * array.sizes["trial"]
    names = [
        ", ".join(f"{name} {significant(x, 6)}" for name, x in zip(varied, row, strict=True)) or "trial" for row in rows
    ]
    return array.assign_coords(stimulus=("trial", names)).drop_attrs()
