"""The history of a training: loss and score of every update."""

import numpy as np
import xarray as xr
from jaxtyping import Float

from .updates import RECORDED, RUNNING

Records = Float[np.ndarray, "seed update recorded"]


def history(records: Records, n_stages: int, per_epoch: int | None) -> xr.Dataset:
    """Return loss and score of every update, seed × update, up to the last update of any member.

    Parameters
    ----------
    records : array, shape (seed, update, recorded)
    n_stages : int
        With more than one, the stage of each update is kept too.
    per_epoch : int or None
        Updates in an epoch, where there are epochs: they become the coordinate ``epoch`` (1, 2, …) along ``update``.
    """
    stopped = np.isfinite(records[..., RECORDED.index("stage")]).sum(axis=1)
    last = int(stopped.max())
    kept = RECORDED if n_stages > 1 else RECORDED[:-1]
    coordinates = {"seed": np.arange(len(records)), "update": np.arange(last) + 1, "stopped": ("seed", stopped)}
    if per_epoch is not None:
        coordinates["epoch"] = ("update", 1 + np.arange(last) // per_epoch)
    values = {name: (("seed", "update"), records[:, :last, RECORDED.index(name)]) for name in kept}
    return xr.Dataset(values, coordinates)


def updates_to(score: xr.DataArray, criterion: float) -> xr.DataArray:
    """Return how many updates each seed needed until its mean score over 100 updates reached a criterion.

    Parameters
    ----------
    score : DataArray, seed × update
        As :func:`isocortex.fit` and :func:`isocortex.fit_stream` return it.
    criterion : float
        Such as 0.95 of the ideal observer's probability correct.

    Returns
    -------
    DataArray, seed
        NaN where the criterion was never met.

    Examples
    --------
    >>> score = xr.DataArray(np.repeat([[0.5, 1.0]], 200, axis=1), dims=("seed", "update"))
    >>> updates_to(score, 0.75).values
    array([250.])
    """
    running = score.rolling(update=RUNNING).mean()
    met = (running >= criterion - 1e-9).transpose("seed", "update").values
    first = np.where(met.any(axis=1), 1.0 + met.argmax(axis=1), np.nan)
    return xr.DataArray(first, dims=("seed",), coords={k: v for k, v in score.coords.items() if v.dims == ("seed",)})
