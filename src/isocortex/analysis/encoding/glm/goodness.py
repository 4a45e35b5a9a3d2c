"""How well a model predicts counts: deviance explained, McFadden's R², and bits per spike."""

from typing import Any

import numpy as np
import pandas as pd

from ....errors import require
from .families import FAMILIES, Family
from .labelled import as_values

COLUMNS = ("unit", "events", "deviance", "null_deviance", "explained", "mcfadden", "bits_per_spike")


def goodness(y: Any, mean: Any, *, null: Any = None, family: str = "poisson") -> pd.DataFrame:
    """Score predicted means of every unit against those of a constant.

    Parameters
    ----------
    y : array or DataArray, shape (bin, unit)
    mean : array or DataArray, shape (bin, unit)
        What a model predicts, best of bins that it was not fitted to (:func:`held_out`, :func:`leave_one_out`). Bins
        with NaN are left out.
    null : array or DataArray, shape (bin, unit), optional
        What the control predicts. Default: the mean of the bins that are scored.
    family : str
        A key of :data:`FAMILIES`. Default "poisson".

    Returns
    -------
    DataFrame
        A row per unit: ``unit``, ``events`` (the sum of `y`), ``deviance``, ``null_deviance``, ``explained`` (1 − their
        ratio), ``mcfadden`` (1 − the ratio of log-likelihoods; not for a Gaussian, whose variance is free), and
        ``bits_per_spike`` (gain in log-likelihood over the control; Poisson and Bernoulli). NaN where undefined.

    Raises
    ------
    InputError
        If shapes do not fit together.

    Examples
    --------
    >>> y = np.array([[0.0], [0.0], [2.0], [2.0]])
    >>> goodness(y, np.array([[0.1], [0.1], [1.9], [1.9]])).round(2)[["explained", "bits_per_spike"]].values.tolist()
    [[0.93, 0.93]]
    """
    model, values = FAMILIES.named(family), as_values(y)
    predicted = np.asarray(mean, float)
    require(
        predicted.shape == values.shape, f"mean must have the shape of y, {values.shape}; it has {predicted.shape}."
    )
    control = None if null is None else np.asarray(null, float)
    require(
        control is None or control.shape == values.shape,
        f"null must have the shape of y, {values.shape}; it has {getattr(control, 'shape', ())}.",
    )
    rows = []
    for i, unit in enumerate(values["unit"].values):
        inside = np.isfinite(predicted[:, i])
        if control is not None:
            inside &= np.isfinite(control[:, i])
        observed = values.values[inside, i]
        row = {"unit": unit, "events": observed.sum()}
        if len(observed):
            expected = np.full(len(observed), observed.mean()) if control is None else control[inside, i]
            row |= _scores(model, observed, predicted[inside, i], expected)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _scores(model: Family, y: np.ndarray, mean: np.ndarray, null: np.ndarray) -> dict[str, float]:
    """Return the scores of one unit that are defined."""
    with np.errstate(divide="ignore", invalid="ignore"):  # a control that predicts no spikes where there are some
        found, control = float(model.deviance(y, mean).sum()), float(model.deviance(y, null).sum())
    scores = {"deviance": found, "null_deviance": control}
    if control > 0:
        scores["explained"] = 1 - found / control
    if not model.dispersed:
        most = float(model.saturated(y).sum())
        if most - control / 2 < 0:
            scores["mcfadden"] = 1 - (most - found / 2) / (most - control / 2)
        if y.sum() > 0:
            scores["bits_per_spike"] = float((control - found) / (2 * np.log(2) * y.sum()))
    return scores
