"""Single responses sorted by stimulus and run, whether they came as repeats or as trials."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.sparse import csr_array

from ....errors import require
from ....shapes import RunCounts, RunPatterns, TrialLabels, TrialMatrix


@dataclass(frozen=True, eq=False)
class Observations:
    """One row per trial, with the position of its stimulus and run among the labels.

    Attributes
    ----------
    values : array, shape (trial, unit)
    stimulus, run : array of int, shape (trial,)
    stimuli, runs : array
        The labels. Stimuli of repeats keep their order; those of trials are sorted.
    grouped : bool
        Whether runs were named, or are repeats. If not, every trial counts as a separate run.
    name : str
        Of the responses, for messages.
    """

    values: TrialMatrix
    stimulus: TrialLabels
    run: TrialLabels
    stimuli: np.ndarray
    runs: np.ndarray
    grouped: bool
    name: str

    def cells(self) -> tuple[RunPatterns, RunCounts]:
        """Return the mean of the trials in each run and stimulus (zero if there are no trials), and their number."""
        shape = len(self.runs), len(self.stimuli)
        cell = self.run * shape[1] + self.stimulus
        counts = np.bincount(cell, minlength=shape[0] * shape[1])
        if np.array_equal(cell, np.arange(len(counts))):
            return self.values.reshape(*shape, -1), counts.reshape(shape)
        means = group_mean(self.values, cell, len(counts))
        return means.reshape(*shape, -1), counts.reshape(shape)


def group_mean(values: TrialMatrix, group: TrialLabels, n_groups: int) -> np.ndarray:
    """Return the mean of the rows of each group in float64, shape (group, unit); zero for an empty group."""
    counts = np.bincount(group, minlength=n_groups)
    share = csr_array((1 / counts[group], (group, np.arange(len(group)))), shape=(n_groups, len(group)))
    return share @ values


def observe(responses: xr.DataArray) -> Observations:
    """Sort responses, (repeat ×) stimulus × unit or trial × unit, which have been checked."""
    name = str(responses.name or "responses")
    if "trial" in responses.dims:
        values = responses.transpose("trial", "unit").values
        stimuli, stimulus = np.unique(responses["stimulus"].values, return_inverse=True)
        labels = responses["run"].values if "run" in responses.coords else np.arange(len(values))
        require(labels.shape == stimulus.shape, f"{name}: the coordinate 'run' must lie along 'trial'.")
        runs, run = np.unique(labels, return_inverse=True)
        return Observations(values, stimulus, run, stimuli, runs, "run" in responses.coords, name)
    stack = responses if "repeat" in responses.dims else responses.expand_dims("repeat")
    stack = stack.transpose("repeat", "stimulus", "unit")
    repeats, n_stimuli, n_units = stack.shape
    labels = stack["run"].values if "run" in stack.coords else np.arange(repeats)
    require(
        labels.shape == (repeats,),
        f"{name}: the coordinate 'run' must lie along 'repeat'.",
    )
    runs, run = np.unique(labels, return_inverse=True)
    return Observations(
        stack.values.reshape(repeats * n_stimuli, n_units),
        np.tile(np.arange(n_stimuli), repeats),
        np.repeat(run, n_stimuli),
        stack["stimulus"].values,
        runs,
        True,
        name,
    )
