"""Spiking units that change each other's rate: the process that a generalised linear model of neurons describes."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from ...errors import look_up, require
from ...shapes import PRNGKey

BURN_IN = 5
"""Times the longest filter, from which on counts are kept."""
EXPLODED = 100.0
"""A mean count per bin that no filter is meant to give."""
LINKS = {"exp": jnp.exp, "softplus": jax.nn.softplus, "logit": jax.nn.sigmoid}
"""How the mean count follows from the weighted past; of "logit" it is the probability of the one spike of a bin."""


def coupled_spikes(
    baseline: np.ndarray,
    filters: np.ndarray,
    n_bins: int,
    *,
    key: PRNGKey,
    n_trials: int = 1,
    link: str = "exp",
    drive: np.ndarray | None = None,
) -> xr.DataArray:
    """Simulate spike counts of units whose spikes change each other's rate through filters in time.

    The mean count of unit i in bin t is f(b_i + Σ_j Σ_k h_jik n_j(t−k)), and counts are Poisson, or single spikes for
    the link "logit" (Pillow et al. 2008, 10.1038/nature07140).

    Parameters
    ----------
    baseline : array, shape (unit,)
        b, such as the logarithm of the mean count in a bin without any spikes before.
    filters : array, shape (source, unit, lag)
        h: what a spike of a source adds from the bin after it on. ``filters[i, i]`` is the history of unit i.
    n_bins : int
        Of every trial; bins before them, five times the filters' length, are not kept.
    key : key
    n_trials : int
        Independent trials. Default 1.
    link : str
        f: "exp" (default), "softplus", or "logit" for at most one spike in a bin.
    drive : array, shape (n_bins,) or (n_bins, unit), optional
        Added to b in each bin, such as a filtered stimulus. Default: none.

    Returns
    -------
    DataArray, shape (trial, time, unit)
        Counts; ``time`` is the number of the bin.

    Raises
    ------
    InputError
        If shapes do not fit together, or the units excite each other without end.

    Examples
    --------
    >>> filters = np.zeros((2, 2, 1))
    >>> filters[0, 1] = np.log(3.0)  # a spike of the first unit triples the rate of the second in the next bin
    >>> counts = coupled_spikes(np.log([0.1, 0.1]), filters, 20_000, key=jax.random.key(0)).values[0]
    >>> after = counts[1:, 1][counts[:-1, 0] == 1]
    >>> bool(abs(after.mean() - 0.3) < 0.06)  # four standard errors
    True
    """
    mean = look_up("link", link, LINKS)
    start, weights = np.asarray(baseline, float), np.asarray(filters, float)
    require(
        start.ndim == 1 and weights.ndim == 3 and weights.shape[:2] == (len(start),) * 2 and weights.shape[2] > 0,
        f"baseline must be of shape (unit,) and filters (unit, unit, lag); got {start.shape} and {weights.shape}.",
    )
    require(
        bool(np.isfinite(start).all() and np.isfinite(weights).all()), "baseline and filters must be finite numbers."
    )
    require(n_bins >= 1 and n_trials >= 1, f"There must be at least one bin and trial; got {n_bins} and {n_trials}.")
    added = np.zeros((n_bins, len(start))) if drive is None else np.asarray(drive, float).reshape(n_bins, -1)
    require(added.shape[1] in (1, len(start)), f"drive must be of shape (bin,) or (bin, unit); got {added.shape}.")
    before = BURN_IN * weights.shape[2]
    added = np.concatenate([np.zeros((before, len(start))), np.broadcast_to(added, (n_bins, len(start)))])
    with jax.enable_x64(True):
        counts, highest = _simulate(mean, link == "logit", start, weights, added, key, n_trials)
        counts, highest = np.asarray(counts), float(highest)
    require(
        highest < EXPLODED,
        f"The units excite each other without end: a mean count of {highest:.3g} in a bin; weaken the excitation.",
    )
    return xr.DataArray(
        counts[before:].transpose(1, 0, 2),
        dims=("trial", "time", "unit"),
        coords={"trial": np.arange(n_trials), "time": np.arange(n_bins), "unit": np.arange(len(start))},
    )


@partial(jax.jit, static_argnames=("mean", "single", "n_trials"))
def _simulate(
    mean: Any, single: bool, baseline: Any, filters: Any, drive: Any, key: PRNGKey, n_trials: int
) -> tuple[jax.Array, jax.Array]:
    """Return the counts, shape (bin, trial, unit), and the highest mean; a mean that explodes is cut off and told."""
    n_units, n_lags = len(baseline), filters.shape[2]
    by_lag = filters.transpose(2, 0, 1).reshape(n_lags * n_units, n_units)

    def step(past: jax.Array, bin_now: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        n, extra = bin_now
        eta = past.reshape(n_trials, -1) @ by_lag + (baseline + extra)[None]
        rate = mean(eta)
        drawn = jax.random.uniform(jax.random.fold_in(key, n), rate.shape, float)
        spikes = (drawn < rate).astype(float) if single else _poisson_at(drawn, jnp.minimum(rate, EXPLODED))
        return jnp.concatenate([spikes[:, None], past[:, :-1]], axis=1), (spikes, rate.max())

    nothing = jnp.zeros((n_trials, n_lags, n_units))
    counts, highest = jax.lax.scan(step, nothing, (jnp.arange(len(drive)), drive))[1]
    return counts, highest.max()


def _poisson_at(share: jax.Array, mean: jax.Array) -> jax.Array:
    """Return the Poisson counts below which this share of the distribution lies: few steps where means are small."""

    def next_count(carry: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        count, term, total = carry
        above = share >= total
        count = count + above
        term = term * mean / jnp.maximum(count, 1.0)
        return count, jnp.where(above, term, carry[1]), jnp.where(above, total + term, total)

    none = jnp.exp(-mean)
    return jax.lax.while_loop(
        lambda carry: ((share >= carry[2]) & (carry[0] < 10 * EXPLODED)).any(),
        next_count,
        (jnp.zeros_like(mean), none, none),
    )[0]
