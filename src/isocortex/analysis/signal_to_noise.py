"""Signal and noise of every unit from single trials: analysis of variance by what was shown, or by anything else."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import f as f_distribution

from ..errors import require


def signal_to_noise(trials: xr.DataArray, labels: str | Sequence[Any] | np.ndarray = "stimulus") -> pd.DataFrame:
    """Compare how much the responses of a unit differ between kinds of trials, and between trials of a kind.

    A one-way analysis of variance for each unit, with groups of any sizes nⱼ. With the mean squares between and within
    groups, the variance of the true means is estimated without the bias of noise by (MS_b − MS_w)/n₀, where
    n₀ = (N − Σnⱼ²/N)/(k − 1) for k groups and N trials (Searle et al. 1992, 10.1002/9780470316856), and the noise
    variance by MS_w.

    Parameters
    ----------
    trials : DataArray, shape (trial, unit)
    labels : str or sequence, length (trial,)
        The name of a coordinate along trials, or the kind of every trial. Default "stimulus".

    Returns
    -------
    DataFrame
        Index unit:

        - ``mean``: of all trials.
        - ``noise``: the standard deviation of single trials of a kind.
        - ``snr``: the variance of the true means over that of the noise. An estimate can be below 0; NaN for a unit
          without noise.
        - ``f``, ``p``: of the F test that the means are alike; p is not corrected for the number of units.
        - ``preferred``: the kind of trial with the largest mean.

    Raises
    ------
    InputError
        If there is one kind of trial, or none was shown twice.

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> shown = rng.integers(4, size=4000)
    >>> x = responses(2 * shown[:, None] + rng.normal(size=(4000, 1)), stimuli=shown, dims=["trial", "unit"])
    >>> found = signal_to_noise(x).loc[0]
    >>> float(found["snr"].round(1)), int(found["preferred"])  # the true means 0, 2, 4, 6 have the variance 20/3
    (7.0, 3)
    """
    require(trials.dims == ("trial", "unit"), f"The responses must be trial × unit; they have {trials.dims}.")
    kinds, group = np.unique(np.asarray(trials[labels] if isinstance(labels, str) else labels), return_inverse=True)
    x, n, k = np.asarray(trials.values, float), trials.sizes["trial"], len(kinds)
    require(len(group) == n, f"labels must name the kind of each of {n} trials; got {len(group)}.")
    require(k >= 2, f"There is one kind of trial, {kinds[0]}; a signal needs at least two.")
    require(n > k, f"Each of {k} kinds of trials was shown once, so that the noise is unknown.")
    counts = np.bincount(group)
    means = np.stack([np.bincount(group, column) for column in x.T], axis=1) / counts[:, None]
    within = ((x - means[group]) ** 2).sum(axis=0) / (n - k)
    between = (counts[:, None] * (means - x.mean(axis=0)) ** 2).sum(axis=0) / (k - 1)
    n0 = (n - (counts**2).sum() / n) / (k - 1)
    noisy = within > 1e-12 * between
    f = np.divide(between, within, out=np.full(len(within), np.nan), where=noisy)
    table = {
        "mean": x.mean(axis=0),
        "noise": np.sqrt(within),
        "snr": (f - 1) / n0,
        "f": f,
        "p": f_distribution.sf(f, k - 1, n - k),
        "preferred": kinds[means.argmax(axis=0)],
    }
    units = trials["unit"].values if "unit" in trials.coords else np.arange(x.shape[1])
    return pd.DataFrame(table, index=pd.Index(units, name="unit"))
