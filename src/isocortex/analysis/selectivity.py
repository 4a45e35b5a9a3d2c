"""Selectivity of single units: d′, the area under the ROC curve, choice probability, and sorting of units."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Bool, Float, Num
from scipy.stats import norm, rankdata

from ..errors import require
from ..shapes import PRNGKey

Values = Float[np.ndarray, "trial unit"]
PerUnit = Float[np.ndarray, " unit"]
Side = Bool[np.ndarray, " trial"]
FEWEST = 5
"""Trials of each choice that a stimulus needs to count for choice probabilities."""


def window_means(activity: xr.DataArray, windows: Mapping[str, Sequence[float | int]]) -> dict[str, xr.DataArray]:
    """Average activity over windows of time.

    Parameters
    ----------
    activity : DataArray
        With the dimension ``time``, in ms.
    windows : mapping of str to (start, stop)
        ms; a time counts if start ≤ time < stop.

    Returns
    -------
    dict of str to DataArray
        Without ``time``.

    Raises
    ------
    InputError
        If a window holds no time.

    Examples
    --------
    >>> activity = xr.DataArray(np.arange(8.0).reshape(2, 4), dims=("trial", "time"), coords={"time": [0, 20, 40, 60]})
    >>> window_means(activity, {"early": (0, 40)})["early"].values.tolist()
    [0.5, 4.5]
    """
    times, means = activity["time"].values, {}
    for name, (start, stop) in windows.items():
        inside = (times >= start) & (times < stop)
        require(
            bool(inside.any()),
            f"No time lies in the window {name!r}, {start:g} to {stop:g} ms; they span {times[0]:g} to {times[-1]:g}.",
        )
        means[name] = activity.isel(time=inside).mean("time")
    return means


def d_prime(values: Num[np.ndarray, "trial unit"], side: Any) -> PerUnit:
    """Return d′ of every unit: the difference of two means over the root mean square of the standard deviations.

    Parameters
    ----------
    values : array, shape (trial, unit)
    side : array, shape (trial,)
        True for the trials whose mean counts as positive.

    Returns
    -------
    array, shape (unit,)
        0 for units that never vary, infinite for those that differ without varying.

    Raises
    ------
    InputError
        Unless both sides have at least two trials.

    Examples
    --------
    >>> d_prime(np.array([[0.0], [2.0], [3.0], [5.0]]), [False, False, True, True]).round(3).tolist()
    [2.121]
    """
    x, right = _two_sides(values, side, 2)
    difference = x[right].mean(axis=0) - x[~right].mean(axis=0)
    spread = np.sqrt((x[right].var(axis=0, ddof=1) + x[~right].var(axis=0, ddof=1)) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0.0, difference / spread)


def roc_area(values: Num[np.ndarray, "trial unit"], side: Any) -> PerUnit:
    """Return the area under the ROC curve of every unit: the probability that a trial of side 1 exceeds one of side 0.

    Parameters
    ----------
    values : array, shape (trial, unit)
    side : array, shape (trial,)
        True for the trials that should exceed.

    Returns
    -------
    array, shape (unit,)
        ½ for units that do not discriminate the sides; ties count half. Two normal distributions of equal variance have
        the area Φ(d′/√2).

    Raises
    ------
    InputError
        Unless both sides have a trial.

    Examples
    --------
    >>> roc_area(np.array([[0.0], [2.0], [1.0], [5.0]]), [False, False, True, True]).tolist()
    [0.75]
    """
    x, right = _two_sides(values, side, 1)
    return _area(rankdata(x, axis=0), right)


def selectivity(values: Num[np.ndarray, "trial unit"], side: Any) -> pd.DataFrame:
    """Measure how well every unit discriminates two kinds of trials.

    Parameters
    ----------
    values : array, shape (trial, unit)
        Activity in one window, such as from :func:`window_means`.
    side : array, shape (trial,)
        True for one kind.

    Returns
    -------
    DataFrame
        A row per unit: ``d_prime``; ``roc_area``; ``p`` (two-sided, of the rank-sum test with ties, normal
        approximation; 1 for constant units); ``preferred``, 1 or 0: the side with more activity.

    Raises
    ------
    InputError
        Unless both sides have at least two trials.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> side = np.arange(200) < 100
    >>> values = rng.normal(size=(200, 2)) + np.outer(side, [2.0, 0.0])
    >>> selectivity(values, side)["d_prime"].round(1).tolist()
    [2.1, 0.2]
    """
    x, right = _two_sides(values, side, 2)
    ranks = rankdata(x, axis=0)
    area, m, n = _area(ranks, right), int(right.sum()), int((~right).sum())
    sd = np.sqrt(ranks.var(axis=0, ddof=1) / (m * n * (m + n)))  # under the null, from the ranks with their ties
    z = np.divide(area - 0.5, sd, out=np.zeros_like(area), where=sd > 0)
    return pd.DataFrame(
        {
            "d_prime": d_prime(x, right),
            "roc_area": area,
            "p": 2 * norm.sf(np.abs(z)),
            "preferred": (area > 0.5).astype(int),
        },
        index=pd.Index(np.arange(x.shape[1]), name="unit"),
    )


def choice_probability(
    values: Num[np.ndarray, "trial unit"],
    choice: Any,
    stimulus: Any,
    *,
    key: PRNGKey | None = None,
    n_permutations: int = 1000,
) -> pd.DataFrame:
    """Return how well the activity of a unit predicts the choice among trials with the same stimulus.

    Activity is z-scored within each stimulus, and the ROC area between the choices is taken over all stimuli together
    (Britten et al. 1996, 10.1017/S095252380000715X). z-scores are those of equally frequent choices (Kang & Maunsell
    2012, 10.1152/jn.00471.2012): without that, unequal ones pull the area towards ½.

    Parameters
    ----------
    values : array, shape (trial, unit)
    choice : array, shape (trial,)
        True for the choice that counts as positive (for each unit its preferred one, in the classical use).
    stimulus : array, shape (trial,)
        What was shown, such as signed coherence. Stimuli with fewer than five trials of either choice are left out.
    key : key, optional
        Draws permutations of the choices within each stimulus; none by default.
    n_permutations : int
        Default 1000.

    Returns
    -------
    DataFrame
        A row per unit: ``choice_probability`` and with a key ``p``, the two-sided share of permutations at least as far
        from ½, counting the data as one of them. ``attrs["n"]`` counts the trials used.

    Raises
    ------
    InputError
        If no stimulus has enough trials of both choices.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> choice = np.arange(400) % 2
    >>> values = rng.normal(size=(400, 1)) + choice[:, None]
    >>> choice_probability(values, choice, np.zeros(400)).round(2).iloc[0].to_dict()
    {'choice_probability': 0.79}
    """
    x, right = _two_sides(values, choice, 1)
    shown = np.asarray(stimulus)
    require(shown.shape == right.shape, f"stimulus must have a value for each of {len(right)} trials.")
    scored, used = np.zeros_like(x), np.zeros(len(x), bool)
    for kind in np.unique(shown):
        mine = shown == kind
        if min((mine & right).sum(), (mine & ~right).sum()) < FEWEST:
            continue
        a, b = x[mine & right], x[mine & ~right]
        centre, gap = (a.mean(axis=0) + b.mean(axis=0)) / 2, a.mean(axis=0) - b.mean(axis=0)
        sd = np.sqrt((a.var(axis=0) + b.var(axis=0)) / 2 + gap**2 / 4)
        scored[mine] = np.divide(x[mine] - centre, sd, out=np.zeros_like(x[mine]), where=sd > 0)
        used |= mine
    require(bool(used.any()), f"No stimulus has {FEWEST} trials of each choice.")
    ranks, right, shown = rankdata(scored[used], axis=0), right[used], shown[used]
    area = _area(ranks, right)
    table = {"choice_probability": area}
    if key is not None:
        rng = np.random.default_rng(np.asarray(jax.random.key_data(key)))
        places = [np.flatnonzero(shown == kind) for kind in np.unique(shown)]
        shuffled = np.tile(right, (n_permutations, 1))
        for mine in places:
            shuffled[:, mine] = rng.permuted(shuffled[:, mine], axis=1)
        sums = shuffled @ ranks
        m, n = right.sum(), (~right).sum()
        null = np.abs((sums - m * (m + 1) / 2) / (m * n) - 0.5)
        table["p"] = (1 + (null >= np.abs(area - 0.5) - 1e-12).sum(axis=0)) / (1 + n_permutations)
    found = pd.DataFrame(table, index=pd.Index(np.arange(x.shape[1]), name="unit"))
    found.attrs["n"] = int(used.sum())
    return found


def sort_units(table: pd.DataFrame) -> np.ndarray:
    """Return the order of units from the strongest preference for side 1 to the strongest for side 0.

    Parameters
    ----------
    table : DataFrame
        From :func:`selectivity`.

    Returns
    -------
    array of int, shape (unit,)
        Positions, by falling d′. A weight matrix is sorted as ``W[np.ix_(order, order)]``.

    Examples
    --------
    >>> side = np.arange(200) < 100
    >>> values = np.random.default_rng(0).normal(size=(200, 3)) + np.outer(side, [0.0, 2.0, -2.0])
    >>> sort_units(selectivity(values, side)).tolist()
    [1, 0, 2]
    """
    return np.argsort(-table["d_prime"].to_numpy(), kind="stable")


def _area(ranks: Values, right: Side) -> PerUnit:
    """Return the ROC area from ranks: the Mann–Whitney statistic over the number of pairs."""
    m, n = int(right.sum()), int((~right).sum())
    return (ranks[right].sum(axis=0) - m * (m + 1) / 2) / (m * n)


def _two_sides(values: Any, side: Any, fewest: int) -> tuple[Values, Side]:
    x, right = np.asarray(values, float), np.asarray(side)
    require(
        x.ndim == 2 and right.shape == x.shape[:1],
        f"values must be trial × unit, with a side for each trial; got shapes {x.shape} and {right.shape}.",
    )
    right = right.astype(bool)
    counts = int(right.sum()), int((~right).sum())
    require(min(counts) >= fewest, f"Each side needs at least {fewest} trials; there are {counts[0]} and {counts[1]}.")
    return x, right
