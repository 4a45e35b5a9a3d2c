"""Psychometric curves with lapses, by maximum likelihood: the threshold of an animal, of a network, of a population.

All data sets, all starts and all bootstrap samples are fitted in compiled programs by Fisher scoring.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ..errors import look_up, require
from ..shapes import PRNGKey
from .psychometric_likelihood import CURVES, climb_all, log_binomial, psychometric_shares, starts

SLOPES = (0.25, 8.0)
MOST_LAPSES = 0.25
BEYOND = 10.0
"""A threshold is sought from a tenth of the least strength to ten times the largest."""
PADDED = 16


def fit_psychometric(
    points: xr.Dataset,
    *,
    curve: str = "weibull",
    chance: float = 0.5,
    signed: bool | None = None,
    slope: float | int | None = None,
    lapse: float | int | None = None,
    key: PRNGKey | None = None,
    n_bootstrap: int = 1000,
) -> pd.DataFrame:
    """Fit psychometric curves with lapses to counts of successes, by maximum likelihood.

    Accuracy at the unsigned strength s, with F from :data:`CURVES` (Wichmann & Hill 2001, 10.3758/BF03194544):

        P(s) = chance + (1 − chance − lapse)·F((s/threshold)^slope)

    and the choice of the positive side at the signed strength s, with slope 1:

        P(s) = ½ + (½ − lapse)·sign(s − bias)·F(|s − bias|/threshold)

    which is a cumulative Gaussian or a logistic function; ``"weibull"`` then is a double exponential. F is 1 − 1/e at
    the threshold for each of the curves, so that without lapses and for two options accuracy is 0.816 there. The
    gaussian with slope 1 is the ideal observer of a stimulus of fixed duration.

    Parameters
    ----------
    points : Dataset
        From :func:`tally`; every seed is fitted by itself.
    curve : {"weibull", "gaussian", "logistic"}
    chance : float
        Accuracy at strength 0: one over the number of options. Default 0.5.
    signed : bool, optional
        Default: whether any strength is negative.
    slope : float, optional
        A slope to be held; default: it is fitted, between 0.25 and 8.
    lapse : float, optional
        A share of lapses to be held; default: it is fitted, between 0 and 0.25.
    key : key, optional
        Draws a parametric bootstrap, whose samples are fitted from the estimate on; none by default.
    n_bootstrap : int
        Samples. Default 1000.

    Returns
    -------
    DataFrame
        A row per seed: ``threshold`` (unit of the strengths; 0 where success is always certain and infinite where it
        never leaves chance, which means: below a tenth of the least strength, or above ten times the largest);
        ``slope`` (without unit) or, signed, ``bias`` (unit of the strengths); ``lapse`` (the share of errors left at
        the highest strengths); ``log_likelihood`` (nats); ``deviance`` (twice what a free share for every strength
        gains, about χ²). With a key also 95 % intervals, ``threshold_low`` to ``threshold_high`` and so on
        (percentiles), and ``p_deviance``, the share of samples that fit no better. ``curve`` and ``chance`` stand
        beside them, for :func:`psychometric_model`.

    Raises
    ------
    InputError
        For an unknown curve, fewer than three strengths, negative strengths of an unsigned curve, or numbers out of
        range.

    Examples
    --------
    >>> from isocortex.analysis import tally
    >>> strengths = np.repeat([0.0, 3.2, 6.4, 12.8, 25.6, 51.2], 1000)
    >>> accuracy = 1 - 0.5 * np.exp(-((strengths / 8) ** 1.5))
    >>> points = tally(strengths, np.tile(np.arange(1000) / 1000, 6) < accuracy)
    >>> fit_psychometric(points)[["threshold", "slope", "lapse"]].iloc[0].round(2).to_dict()
    {'threshold': 7.98, 'slope': 1.52, 'lapse': 0.0}
    """
    look_up("psychometric curve", curve, CURVES)
    strength = points["strength"].values.astype(float)
    both = bool((strength < 0).any()) if signed is None else signed
    require(int((strength != 0).sum()) >= 3, f"A curve needs at least three strengths besides 0; got {strength}.")
    require(
        both or bool((strength >= 0).all()),
        f"Unsigned strengths must be at least 0; the least is {strength.min():g}. Take signed=True, or absolute values "
        "with accuracy.",
    )
    require(0 <= chance < 1, f"chance must be in [0, 1); got {chance}.")
    require(lapse is None or 0 <= lapse < 1 - chance, f"lapse must be in [0, {1 - chance:g}); got {lapse}.")
    require(slope is None or slope > 0, f"slope must be above 0; got {slope}.")
    require(slope is None or not both, "Signed curves have the slope 1; leave slope out.")
    require(n_bootstrap >= 1, f"n_bootstrap must be at least 1; got {n_bootstrap}.")
    order = [name for name in ("seed", "strength") if name in points.dims]
    k, n = (np.atleast_2d(points[name].transpose(*order).values.astype(float)) for name in ("successes", "n"))
    least, most = np.abs(strength[strength != 0]).min(), np.abs(strength).max()
    box = np.array(
        [
            (strength.min(), strength.max()) if both else (0.0, 0.0),
            np.log([least / BEYOND, most * BEYOND]),
            np.log(np.broadcast_to(1.0 if both else SLOPES if slope is None else slope, 2)),
            (0.0, min(MOST_LAPSES, (1 - chance) / 2)) if lapse is None else (lapse, lapse),
        ]
    ).T

    def columns(theta: Any, likelihood: Any, k: np.ndarray, n: np.ndarray) -> dict[str, np.ndarray]:
        bias, log_threshold, log_slope, lapses = np.moveaxis(np.asarray(theta), -1, 0)
        low, high = box[:, 1] + np.array([1e-6, -1e-6])
        threshold = np.where(log_threshold < low, 0, np.where(log_threshold > high, np.inf, np.exp(log_threshold)))
        share = np.divide(k, n, out=np.zeros_like(k), where=n > 0)
        deviance = 2 * (log_binomial(k, n, share) - np.asarray(likelihood))
        shape = {"bias": bias} if both else {"slope": np.exp(log_slope)}
        return {"threshold": threshold, **shape, "lapse": lapses, "deviance": np.maximum(deviance, 0)}

    with jax.enable_x64(True):
        spare = (0, -len(strength) % PADDED)  # strengths without trials, so that every experiment shares a program
        levels, k, n = (np.pad(each, [(0, 0)] * (each.ndim - 1) + [spare]) for each in (strength, k, n))
        model = (jnp.asarray(levels), jnp.asarray(chance, float), jnp.asarray(box))
        begun = np.asarray(starts(k, n, *model, curve=curve, signed=both))
        ends, heights = climb_all(begun, k[:, None], n[:, None], *model, curve=curve, signed=both)
        best = np.arange(len(k)), heights.argmax(axis=1)
        theta = ends[best]
        table = columns(theta, heights[best], k, n) | {"log_likelihood": heights[best]}
        if key is not None:
            drawn = _draw(key, psychometric_shares(theta, *model[:2], curve=curve, signed=both), n, n_bootstrap)
            again = climb_all(theta[:, None], drawn, n[:, None], *model, curve=curve, signed=both)
            samples = columns(*again, drawn, np.broadcast_to(n[:, None], drawn.shape))
            for name in list(samples)[:3]:
                low_high = np.percentile(samples[name], [2.5, 97.5], axis=1, method="nearest")
                table |= dict(zip((f"{name}_low", f"{name}_high"), low_high, strict=True))
            table["p_deviance"] = (samples["deviance"] >= table["deviance"][:, None] - 1e-9).mean(axis=1)
    index = pd.Index(points["seed"].values if "seed" in points.dims else [0], name="seed")
    return pd.DataFrame(table, index=index).assign(curve=curve, chance=float(chance))


def psychometric_model(fits: pd.DataFrame, strength: Any) -> Float[np.ndarray, "seed strength"]:
    """Evaluate fitted psychometric curves, to draw them.

    Parameters
    ----------
    fits : DataFrame
        From :func:`fit_psychometric`.
    strength : array, shape (strength,)

    Returns
    -------
    array, shape (seed, strength)

    Examples
    --------
    >>> fits = pd.DataFrame({"threshold": [8.0], "slope": 1.5, "lapse": 0.0, "curve": "weibull", "chance": 0.5})
    >>> psychometric_model(fits, [0.0, 8.0]).round(3).tolist()
    [[0.5, 0.816]]
    """
    signed = "bias" in fits
    bias, slope = fits["bias"] if signed else 0 * fits["lapse"], 1 + 0 * fits["lapse"] if signed else fits["slope"]
    with jax.enable_x64(True):
        theta = np.stack([bias, np.log(np.maximum(fits["threshold"], 1e-300)), np.log(slope), fits["lapse"]], axis=1)
        levels = jnp.asarray(strength, float)
        shares = [
            psychometric_shares(each[None], levels, jnp.asarray(chance, float), curve=curve, signed=signed)[0]
            for each, chance, curve in zip(theta, fits["chance"], fits["curve"], strict=True)
        ]
    return np.array(shares)


def _draw(key: PRNGKey, shares: Any, n: np.ndarray, n_bootstrap: int) -> Float[np.ndarray, "seed sample strength"]:
    """Draw successes by NumPy, each seed from its own stream; neither more samples nor more seeds change a number."""
    streams = (
        np.random.default_rng(np.asarray(jax.random.key_data(jax.random.fold_in(key, i)))) for i in range(len(n))
    )
    draws = [
        rng.binomial(trials.astype(int), share, (n_bootstrap, len(share)))
        for rng, trials, share in zip(streams, n, np.asarray(shares).clip(0, 1), strict=True)
    ]
    return np.array(draws, float)
