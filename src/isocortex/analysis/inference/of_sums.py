"""Intervals of statistics that are functions of sums over items, by the jackknife, for as many of them as one likes."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import t

from ...errors import require

Link = tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]


def jackknife_of_sums(
    sums: Sequence[np.ndarray],
    statistic: Callable[..., np.ndarray],
    *,
    confidence: float = 0.95,
    link: Link | None = None,
) -> dict[str, np.ndarray]:
    """Estimate statistics from sums, with their intervals by leaving out one item at a time.

    :func:`jackknife` takes any statistic and finds the covariances of several; this one is for many at once, such as
    every pair of units, and needs no more memory than the sums. Items are independent, such as trials, or nearly so,
    such as blocks of time that are longer than the memory of the process (Künsch 1989, 10.1214/aos/1176347265).

    Parameters
    ----------
    sums : sequence of array, shape (item, …)
        What every item adds: counts, sums, sums of squares.
    statistic : callable
        Takes the totals over items, with or without further axes before theirs, and returns the statistics.
    confidence : float
        Of the intervals, from Student's t with one degree of freedom less than items. Default 0.95.
    link : (function, inverse), optional
        The scale on which intervals are symmetric, such as ``(np.arctanh, np.tanh)``. Default: that of the statistic.

    Returns
    -------
    dict
        ``estimate``, ``se``, ``low``, ``high``; NaN where a statistic is undefined. There is no interval for one item,
        nor where leaving one out makes the statistic undefined.

    Raises
    ------
    InputError
        Unless the confidence lies between 0 and 1.

    Examples
    --------
    The standard error of a mean is the standard deviation over √n.

    >>> x = np.array([1.0, 2.0, 4.0, 9.0])
    >>> found = jackknife_of_sums([x, np.ones(4)], lambda total, n: total / n)
    >>> bool(np.isclose(found["se"], x.std(ddof=1) / 2))
    True
    """
    require(0 < confidence < 1, f"confidence must be between 0 and 1; got {confidence}.")
    n = len(sums[0])
    totals = [np.asarray(each.sum(axis=0)) for each in sums]
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.asarray(statistic(*totals), float)
        left = np.asarray(statistic(*(total - each for total, each in zip(totals, sums, strict=True))), float)
        to, back = link or (np.asarray, np.asarray)
        middle = to(estimate)
        half = t.ppf((1 + confidence) / 2, n - 1) * _error(to(left)) if n > 1 else np.full_like(estimate, np.nan)
        return {"estimate": estimate, "se": _error(left), "low": back(middle - half), "high": back(middle + half)}


def _error(left: np.ndarray) -> np.ndarray:
    """Return the jackknife's standard error, from the statistics with each item left out."""
    n = len(left)
    if n < 2:
        return np.full(left.shape[1:], np.nan)
    return np.asarray(np.sqrt((n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0)))
