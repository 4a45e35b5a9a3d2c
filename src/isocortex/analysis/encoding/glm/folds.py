"""Judge models in bins that they were not fitted to, and choose penalties so."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ....errors import require
from ...inference import Split, splits
from .families import FAMILIES
from .fit import fit
from .goodness import goodness
from .labelled import as_features, as_values
from .leaving_out import leave_one_out


def held_out(x: Any, y: Any, folds: Sequence[Split], **options: Any) -> tuple[xr.DataArray, xr.DataArray]:
    """Predict the mean of every bin by a model, and by a constant, that were fitted to other folds.

    Parameters
    ----------
    x, y
        As for :func:`fit`.
    folds : sequence of Split
        Of the bins, from :func:`isocortex.inference.splits`; :func:`blocks_of_time` makes them.
    **options
        Of :func:`fit`.

    Returns
    -------
    mean, control : DataArray, shape (bin, unit)
        NaN for units that have no spikes in the bins that were fitted.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(2000, 1))
    >>> y = rng.poisson(np.exp(x))
    >>> mean, control = held_out(x, y, blocks_of_time(2000))
    >>> bool(goodness(y, mean, null=control).bits_per_spike[0] > 0.5)
    True
    """
    features, values = as_features(x), as_values(y)
    mean, control = values.copy(data=np.full(values.shape, np.nan)), values.copy(data=np.full(values.shape, np.nan))
    found = options.pop("start", None)
    for fold in folds:
        kept = np.zeros(len(values), bool)
        kept[fold.train] = True
        found = fit(features, values, kept=kept, start=found, **options)
        mean.values[fold.test] = found.predict(features[fold.test]).values
        alone = np.where(found.fitted, values.values[fold.train].mean(axis=0), np.nan)
        control.values[fold.test] = alone
    return mean, control


def blocks_of_time(bins: int | xr.DataArray, n_folds: int = 5) -> list[Split]:
    """Cut bins into folds of neighbours: whole trials where there are enough, else stretches of time.

    Parameters
    ----------
    bins : int or DataArray
        The number of bins, or an array with the coordinate ``trial`` along ``bin``.
    n_folds : int
        Default 5.

    Returns
    -------
    list of Split

    Examples
    --------
    >>> for fold in blocks_of_time(6, 3):
    ...     print(fold.test)
    [0 1]
    [2 3]
    [4 5]
    """
    if isinstance(bins, int):
        return splits(np.arange(bins), n_folds, blocked=True)
    trials = bins["trial"].values
    enough = len(np.unique(trials)) >= n_folds
    return splits(trials if enough else np.arange(len(trials)), n_folds, blocked=True)


def choose_penalty(
    x: Any, y: Any, penalties: Sequence[float], *, folds: Sequence[Split] | None = None, **options: Any
) -> tuple[np.ndarray, pd.DataFrame]:
    """Choose the ridge penalty of every unit by how well left-out bins are predicted.

    Parameters
    ----------
    x, y
        As for :func:`fit`.
    penalties : sequence of float
        To choose from.
    folds : sequence of Split, optional
        Folds of bins. Default: single bins are left out, approximately (:func:`leave_one_out`), and nothing is fitted
        again.
    **options
        Of :func:`fit`.

    Returns
    -------
    penalty : array, shape (unit,)
        The one with the smallest deviance of left-out bins; the largest of equals, and of undefined ones.
    deviance : DataFrame
        Columns ``penalty``, ``unit``, ``deviance``.

    Raises
    ------
    InputError
        If there is no penalty to choose from.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(50, 20)), rng.poisson(1.0, (50, 1))
    >>> choose_penalty(x, y, [0.1, 1000.0])[0].tolist()  # the counts have nothing to do with x
    [1000.0]
    """
    tried = sorted({float(each) for each in penalties})
    require(bool(tried), "Give at least one penalty to choose from.")
    family = options.get("family", "poisson")
    FAMILIES.named(family)
    scores = []
    for penalty in tried:
        if folds is None:
            predicted = leave_one_out(fit(x, y, penalty=penalty, **options))
        else:
            predicted = held_out(x, y, folds, penalty=penalty, **options)[0]
        scores.append(goodness(y, predicted, family=family).assign(penalty=penalty))
    table = pd.DataFrame(pd.concat(scores, ignore_index=True), columns=["penalty", "unit", "deviance"])
    by_unit = np.asarray(table["deviance"]).reshape(len(tried), -1)
    order = np.nan_to_num(by_unit, nan=np.inf)[::-1]
    return np.array(tried)[::-1][order.argmin(axis=0)], table
