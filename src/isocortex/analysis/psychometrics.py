"""Psychometric curves with lapses, fitted by maximum likelihood to an animal, a network or a population.

All data sets, all starts and all bootstrap samples are fitted in compiled programs by Fisher scoring.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ..errors import look_up, require
from ..keys import generator
from ..shapes import PRNGKey
from .psychometric_likelihood import (
    AT_THRESHOLD,
    CURVES,
    INVERSES,
    climb_all,
    log_binomial,
    psychometric_shares,
    starts,
)
from .psychometric_profile import profile_ends

SLOPES = (0.25, 8.0)
MOST_LAPSES = 0.25
BEYOND = 10.0
"""A threshold is sought from a tenth of the least strength to ten times the largest."""
STEEPEST = 1000.0
"""A signed curve may be as steep as a thousandth of the least step between strengths: the interval of the bias between
two strengths that separate the choices perfectly then reaches both, within a few of these."""
PADDED = 16


def fit_psychometric(
    points: xr.Dataset,
    *,
    curve: str = "weibull",
    chance: float = 0.5,
    signed: bool | None = None,
    slope: float | int | None = None,
    lapse: float | int | None = None,
    at: float = AT_THRESHOLD,
    intervals: bool = True,
    key: PRNGKey | None = None,
    n_bootstrap: int = 1000,
) -> pd.DataFrame:
    """Fit psychometric curves with lapses to counts of successes, by maximum likelihood.

    Accuracy at the unsigned strength s, with F of the named curve (Wichmann & Hill 2001, 10.3758/BF03194544):

        P(s) = chance + (1 − chance − lapse)·F((s/threshold)^slope)

    and the choice of the positive side at the signed strength s, with slope 1:

        P(s) = ½ + (½ − lapse)·sign(s − bias)·F(|s − bias|/threshold)

    which is a cumulative Gaussian or a logistic function; ``"weibull"`` then is a double exponential. F is `at` at the
    threshold for each of the curves: 1 − 1/e by default, so that without lapses and for two options accuracy is 0.816
    there. psignifit and many papers call threshold where F is 0.5 (accuracy 0.75): take ``at=0.5``. The gaussian with
    slope 1 is the ideal observer of a stimulus of fixed duration.

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
    at : float
        The share of the way from chance to certainty that a curve has gone at its threshold. Default 1 − 1/e.
    intervals : bool
        Give 95 % intervals, from the profile likelihood. Default True.
    key : key, optional
        Draws a parametric bootstrap of the deviance, whose samples are fitted from the estimate on; none by default.
    n_bootstrap : int
        Samples. Default 1000.

    Returns
    -------
    DataFrame
        A row per seed: ``threshold`` (unit of the strengths; 0 where success is always certain and infinite where it
        never leaves chance, which means: below a tenth of the least strength, or a thousandth of the least
        step between signed ones, or above ten times the largest);
        ``slope`` (without unit) or, signed, ``bias`` (unit of the strengths); ``lapse`` (the share of errors left at
        the highest strengths); ``log_likelihood`` (nats); ``deviance`` (twice what a free share for every strength
        gains, about χ²); ``at_limit`` (slope, lapse or bias where one is at the end of its range, which the
        data then do not bound; else an empty string); with `intervals`, ``threshold_low`` to ``threshold_high`` and so
        on: where two strengths separate failure from success perfectly, the interval holds whatever fits as well. With
        a key also ``p_deviance``, the share of samples that fit no better. ``curve``, ``chance`` and ``at`` stand
        beside them, for :func:`psychometric_model`.

    Raises
    ------
    InputError
        For an unknown curve, fewer than three strengths, negative strengths of an unsigned curve, counts that are
        no counts, or numbers out of range.

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
    require(bool(0 < at < 1), f"at must be between 0 and 1; got {at}.")
    require(n_bootstrap >= 1, f"n_bootstrap must be at least 1; got {n_bootstrap}.")
    order = [name for name in ("seed", "strength") if name in points.dims]
    k, n = (np.atleast_2d(points[name].transpose(*order).values.astype(float)) for name in ("successes", "n"))
    _check_counts(k, n)
    most = np.abs(strength).max()
    finest = np.diff(np.unique(strength)).min() / STEEPEST if both else strength[strength > 0].min() / BEYOND
    box = np.array(
        [
            (strength.min(), strength.max()) if both else (0.0, 0.0),
            np.log([finest, most * BEYOND]),
            np.log(np.broadcast_to(1.0 if both else SLOPES if slope is None else slope, 2)),
            (0.0, min(MOST_LAPSES, (1 - chance) / 2)) if lapse is None else (lapse, lapse),
        ]
    ).T

    def named(theta: np.ndarray) -> dict[str, np.ndarray]:
        bias, log_threshold, log_slope, lapses = np.moveaxis(theta, -1, 0)
        low, high = box[:, 1] + np.array([1e-6, -1e-6])
        threshold = np.where(log_threshold < low, 0, np.where(log_threshold > high, np.inf, np.exp(log_threshold)))
        return {"threshold": threshold, **({"bias": bias} if both else {"slope": np.exp(log_slope)}), "lapse": lapses}

    def deviance(likelihood: np.ndarray, k: np.ndarray, n: np.ndarray) -> np.ndarray:
        share = np.divide(k, n, out=np.zeros_like(k), where=n > 0)
        return np.maximum(2 * (log_binomial(k, n, share) - likelihood), 0)

    with jax.enable_x64(True):
        spare = (0, -len(strength) % PADDED)  # strengths without trials, so that every experiment shares a program
        levels, k, n = (np.pad(each, [(0, 0)] * (each.ndim - 1) + [spare]) for each in (strength, k, n))
        model = tuple(jnp.asarray(each, float) for each in (levels, chance, INVERSES[curve](at)))
        climb = partial(climb_all, curve=curve, signed=both)
        begun = np.asarray(starts(k, n, jnp.asarray(box), *model, curve=curve, signed=both))
        ends, heights = climb(begun, k[:, None], n[:, None], box[None, None], *model)
        best = np.arange(len(k)), heights.argmax(axis=1)
        theta, height = ends[best], heights[best]
        table = {**named(theta), "deviance": deviance(height, k, n), "log_likelihood": height}
        if intervals:
            which = (0 if both else 2, 1, 3)
            found = profile_ends(theta, height, k, n, box, *model, which=which, curve=curve, signed=both)
            for name, values in (("low", found[..., 0]), ("high", found[..., 1])):
                whole = theta.copy()
                whole[:, which] = values
                table |= {f"{parameter}_{name}": end for parameter, end in named(whole).items()}
        if key is not None:
            drawn = _draw(key, psychometric_shares(theta, *model, curve=curve, signed=both), n, n_bootstrap)
            again = climb(theta[:, None], drawn, n[:, None], box[None, None], *model)[1]
            samples = deviance(again, drawn, np.broadcast_to(n[:, None], drawn.shape))
            table["p_deviance"] = (samples >= table["deviance"][:, None] - 1e-9).mean(axis=1)
    index = pd.Index(points["seed"].values if "seed" in points.dims else [0], name="seed")
    flagged = {"bias": (0, 0, 1), "slope": (2, 0, 1), "lapse": (3, 1)}  # a lapse of 0 is no limit of the search
    limits = [
        ", ".join(
            name
            for name, (i, *sides) in flagged.items()
            if box[0, i] < box[1, i] and any(abs(row[i] - box[side, i]) < 1e-6 for side in sides)
        )
        for row in theta
    ]
    return pd.DataFrame(table, index=index).assign(at_limit=limits, curve=curve, chance=float(chance), at=float(at))


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
    at = fits["at"] if "at" in fits else AT_THRESHOLD + 0 * fits["lapse"]
    bias, slope = fits["bias"] if signed else 0 * fits["lapse"], 1 + 0 * fits["lapse"] if signed else fits["slope"]
    with jax.enable_x64(True):
        theta = np.stack([bias, np.log(np.maximum(fits["threshold"], 1e-300)), np.log(slope), fits["lapse"]], axis=1)
        levels = jnp.asarray(strength, float)
        shares = [
            psychometric_shares(
                each[None],
                levels,
                *(jnp.asarray(x, float) for x in (chance, INVERSES[curve](share))),
                curve=curve,
                signed=signed,
            )[0]
            for each, chance, curve, share in zip(theta, fits["chance"], fits["curve"], at, strict=True)
        ]
    return np.array(shares)


def _check_counts(k: np.ndarray, n: np.ndarray) -> None:
    """Raise an :class:`InputError` unless 0 ≤ successes ≤ n everywhere."""
    for name, values in (("successes", k), ("n", n)):
        require(bool(np.isfinite(values).all()), f"{name} holds NaN or infinite values; leave those strengths out.")
    require(bool((k >= 0).all()), f"successes must be at least 0; the least is {k.min():g}.")
    over = np.argwhere(k > n)
    require(
        len(over) == 0,
        "There cannot be more successes than trials: "
        + f"{k[tuple(over[0])]:g} of {n[tuple(over[0])]:g} in row {over[0][0]} at strength number {over[0][1]}."
        if len(over)
        else "",
    )
    require(bool((n.sum(axis=1) > 0).all()), "Every row needs trials; one has none at any strength.")


def _draw(key: PRNGKey, shares: Any, n: np.ndarray, n_bootstrap: int) -> Float[np.ndarray, "seed sample strength"]:
    """Draw successes by NumPy, each seed from its own stream; neither more samples nor more seeds change a number."""
    streams = (generator(jax.random.fold_in(key, i)) for i in range(len(n)))
    draws = [
        rng.binomial(trials.astype(int), share, (n_bootstrap, len(share)))
        for rng, trials, share in zip(streams, n, np.asarray(shares).clip(0, 1), strict=True)
    ]
    return np.array(draws, float)
