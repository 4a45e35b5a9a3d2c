"""Spike counts of macaque inferior temporal cortex for seven objects (Zhang et al. 2011)."""

from os import PathLike
from pathlib import Path
from typing import Any

import jax
import numpy as np
import xarray as xr

from ..errors import InputError, require
from ..responses import responses
from ..shapes import PRNGKey
from .matlab import load_matlab

SUFFIX = "_raster_data.mat"
CITATION = "Zhang et al. 2011, 10.1073/pnas.1100999108"


def read_zhang_desimone(
    folder: str | PathLike[str], *, key: PRNGKey, window: int = 100, step: int = 50
) -> xr.DataArray:
    """Read the spike rasters of single neurons from a folder as one pseudo-population.

    The neurons were recorded one after the other. A repeat therefore joins trials of one object at one position, drawn
    without replacement for each neuron by itself: the mean responses are those of the recording, while correlations
    between neurons within an object and position are destroyed, so that only diagonal noise can be estimated.

    Parameters
    ----------
    folder : path
        With one MATLAB file ``…_raster_data.mat`` per neuron.
    key : key
        Draws the trials.
    window : int
        Width in ms of the windows in which spikes are counted. Default 100.
    step : int
        From one window to the next, in ms. Default 50.

    Returns
    -------
    DataArray
        repeat × time × stimulus × unit of whole numbers: spikes per window. ``time`` is the middle of the window in ms
        after the stimulus came on; windows lie within the recorded time, one starting at 0. ``stimulus`` is the object,
        and ``position`` along ``repeat`` where it was shown; as many repeats of each as the neuron with the fewest has.
        ``unit`` is the name of the file.

    Raises
    ------
    InputError
        If the folder or its files are missing, cut off, or do not hold what was published; for a window or step that
        does not fit.

    Examples
    --------
    >>> found = read_zhang_desimone("zhang-desimone-it", key=jax.random.key(0))  # the folder of a file per neuron
    >>> dict(found.sizes)
    {'repeat': 57, 'time': 19, 'stimulus': 7, 'unit': 132}
    """
    folder = Path(folder)
    require(folder.is_dir(), f"There is no folder {folder}.")
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    require(bool(paths), f"{folder} holds no file …{SUFFIX}; it must be the folder with one such file per neuron.")
    require(window >= 1 and step >= 1, f"window and step must be at least 1 ms; got {window} and {step}.")
    rasters, labels, onsets = zip(*(_neuron(path) for path in paths), strict=True)
    duration, onset = rasters[0].shape[1], onsets[0]
    for path, raster, its_onset in zip(paths, rasters, onsets, strict=True):
        require(
            (raster.shape[1], its_onset) == (duration, onset),
            f"{path} lasts {raster.shape[1]} ms with the stimulus at {its_onset} ms; other files have {duration} "
            f"and {onset} ms.",
        )
    starts = np.arange(onset % step, duration - window + 1, step)
    require(len(starts) > 0, f"A window of {window} ms does not fit into {duration} ms.")

    conditions = sorted(set().union(*labels))
    stimuli, positions = (sorted({condition[i] for condition in conditions}) for i in (0, 1))
    fewest = min(mine.count(c) for mine in labels for c in ((s, p) for s in stimuli for p in positions))
    require(fewest > 0, f"Every neuron in {folder} must have seen every object at every position.")
    counts = np.empty((len(positions), fewest, len(starts), len(stimuli), len(paths)), int)
    for i, (raster, mine) in enumerate(zip(rasters, labels, strict=True)):
        before = np.cumsum(np.pad(raster, ((0, 0), (1, 0))), axis=1, dtype=int)
        spikes = before[:, starts + window] - before[:, starts]
        order = np.asarray(jax.random.permutation(jax.random.fold_in(key, i), len(mine)))
        drawn = {condition: [t for t in order if mine[t] == condition][:fewest] for condition in conditions}
        for p, position in enumerate(positions):
            for s, stimulus in enumerate(stimuli):
                counts[p, :, :, s, i] = spikes[drawn[stimulus, position]]
    labelled = responses(
        counts.reshape(-1, *counts.shape[2:]),
        stimuli=stimuli,
        dims=("repeat", "time", "stimulus", "unit"),
        name="macaque IT",
        source=CITATION,
        pseudo_population="neurons recorded one after the other; trials matched by object and position",
    )
    return labelled.assign_coords(
        time=starts + window / 2 - onset,
        unit=[path.name.removesuffix(SUFFIX) for path in paths],
        position=("repeat", np.repeat(positions, fewest)),
    )


def _neuron(path: Path) -> tuple[np.ndarray, list[tuple[str, str]], int]:
    """Return spikes, trial × ms; object and position of each trial; and the ms at which the stimulus came on."""
    stored = load_matlab(path)
    try:
        return _parse(stored)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise InputError(f"{path} is not a published file: {error!r}.") from error


def _parse(stored: dict[str, Any]) -> tuple[np.ndarray, list[tuple[str, str]], int]:
    raster, names = stored["raster_data"], stored["raster_labels"][0, 0]
    objects, positions = (
        [str(cell.item()) for cell in names[field].ravel()] for field in ("stimulus_ID", "stimulus_position")
    )
    onset = int(stored["raster_site_info"]["alignment_event_time"][0, 0].item()) - 1
    if raster.ndim != 2 or raster.dtype.kind not in "ui" or raster.min() < 0 or raster.max() > 1:
        raise ValueError("'raster_data' must be trials × ms of zeros and ones")
    if not len(objects) == len(positions) == len(raster):
        raise ValueError(f"{len(raster)} trials have {len(objects)} objects and {len(positions)} positions")
    if not 0 <= onset < raster.shape[1]:
        raise ValueError(f"the stimulus comes at {onset} ms of {raster.shape[1]}")
    return raster, list(zip(objects, positions, strict=True)), onset
