"""What is known of a training afterwards."""

import numpy as np
import xarray as xr
from jaxtyping import Float

from .updates import RECORDED, RUNNING

Records = Float[np.ndarray, "seed update recorded"]


def by_epoch(records: Records, per_epoch: int) -> xr.DataArray:
    """Return the loss of a training on a data set: seed × step, with the coordinate ``epoch``."""
    epoch = 1 + np.arange(records.shape[1]) // per_epoch
    return xr.DataArray(
        records[..., RECORDED.index("loss")],
        dims=("seed", "step"),
        coords={"seed": np.arange(len(records)), "epoch": ("step", epoch)},
        name="loss",
    )


def by_update(records: Records, n_stages: int) -> xr.Dataset:
    """Return loss and score of a training on a stream: seed × update, up to the last update of any member."""
    stopped = np.isfinite(records[..., RECORDED.index("stage")]).sum(axis=1)
    last = int(stopped.max())
    kept = RECORDED if n_stages > 1 else RECORDED[:-1]
    return xr.Dataset(
        {name: (("seed", "update"), records[:, :last, RECORDED.index(name)]) for name in kept},
        coords={
            "seed": np.arange(len(records)),
            "update": np.arange(last) + 1,
            "stopped": ("seed", stopped),
        },
    )


def updates_to(score: xr.DataArray, criterion: float) -> xr.DataArray:
    """Return how many updates each seed needed until its mean score over 100 updates reached a criterion.

    Parameters
    ----------
    score : DataArray, seed × update
        As :func:`isocortex.fit` returns it.
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
