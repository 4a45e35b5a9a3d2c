"""The skewness of an estimate that is made of pairs of items, and a ratio to its standard error without it."""

import numpy as np

MOST_SKEWED = 0.7
"""Skewness that is corrected at most: a larger one is itself hardly known."""


def asymmetry(third: np.ndarray, shown: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return γ, the skewness of estimates, and ρ, the covariance with their variances in the same units.

    An estimate a'z + z'Bz − tr B of many independent items (z standard normal) has the gradient g = a + 2Bz, the
    variance |a|² + 2 tr B², κ₃ = 6 a'Ba + 8 tr B³, and the covariance 4 a'Ba + 8 tr B³ with |g|², along with which its
    measured variance goes. What can be measured are |g|², which is |a|² + 4 tr B² on average, and g'Bg, which is
    a'Ba + 4 tr B³. The share of a'Ba in it is taken to be that of |a|² in |g|², 2·variance/|g|² − 1.

    Parameters
    ----------
    third : array, shape (estimate,)
        2 g'Bg.
    shown : array, shape (estimate,)
        The square of g.
    variance : array, shape (estimate,)
    """
    single = np.clip(np.divide(2 * variance, shown, out=np.ones_like(variance), where=shown > 0) - 1, 0, 1)
    unit = np.divide(third, variance**1.5, out=np.zeros_like(variance), where=variance > 0)
    skewness, drift = ((1 + times * single) * unit for times in (2, 1))
    return np.clip(skewness, -MOST_SKEWED, MOST_SKEWED), np.clip(drift, -MOST_SKEWED, MOST_SKEWED)


def symmetric(ratio: np.ndarray, skewness: np.ndarray | float, drift: np.ndarray | float) -> np.ndarray:
    """Make the ratio W of an estimate's error and its standard error as symmetric as t.

    To first order W has the mean −ρ/2 and the third cumulant γ − 3ρ. With a = (3ρ − γ)/6 and b = ρ/2 − a,
    W + aW² + a²W³/3 + b has neither, and rises with W everywhere (Hall 1992, J. R. Stat. Soc. B 54, 221, for means,
    which have ρ = γ).

    Examples
    --------
    >>> symmetric(np.array([-2.0, 0, 2]), 0.3, 0.3).round(2)
    array([-1.58,  0.05,  2.48])
    """
    bend, shift = _bend(skewness, drift)
    return ratio + bend * ratio**2 + bend**2 * ratio**3 / 3 + shift


def skewed(ratio: np.ndarray, skewness: np.ndarray | float, drift: np.ndarray | float) -> np.ndarray:
    """Undo :func:`symmetric`.

    Examples
    --------
    >>> skewed(symmetric(np.array([-2.0, 0, 2]), 0.3, 0.3), 0.3, 0.3).round(2)
    array([-2.,  0.,  2.])
    """
    bend, shift = _bend(skewness, drift)
    root = np.cbrt(1 + 3 * bend * (ratio - shift))
    return 3 * (ratio - shift) / (root**2 + root + 1)


def _bend(skewness: np.ndarray | float, drift: np.ndarray | float) -> tuple[np.ndarray | float, np.ndarray | float]:
    bend = (3 * drift - skewness) / 6
    return bend, drift / 2 - bend
