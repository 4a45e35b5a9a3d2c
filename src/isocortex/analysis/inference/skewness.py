"""The skewness of an estimate that comes from pairs of items, and a studentized estimate without it."""

import numpy as np

MOST_SKEWED = 1.0
"""Skewness that is corrected at most: a larger one is itself hardly known."""
FAR = 2.0
"""Standard errors up to which the expansion is trusted; from there on it shifts the estimate by a constant."""


def asymmetry(
    form: np.ndarray, squared_gradient: np.ndarray, of_pairs: np.ndarray, variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return γ, the skewness of estimates, and ρ, the covariance with their variances in the same units.

    An estimate a'z + z'Bz − tr B of many independent items (z standard normal) has the gradient g = a + 2Bz, the
    variance |a|² + 2 tr B², κ₃ = 6 a'Ba + 8 tr B³, and the covariance 4 a'Ba + 8 tr B³ with |g|², along with which its
    measured variance goes. What can be measured is |g|², which is |a|² + 4 tr B² on average, and g'Bg, which is
    a'Ba + 4 tr B³. The share of a'Ba in it is taken to be that of |a|² in |g|². Skewness that single items have by
    themselves (z not normal) is left alone: third powers of influences with heavy tails are too uncertain.

    Parameters
    ----------
    form : array, shape (estimate,)
        2 g'Bg.
    squared_gradient : array, shape (estimate,)
        The square of g.
    of_pairs : array, shape (estimate,)
        2 tr B², the variance due to pairs.
    variance : array, shape (estimate,)

    Returns
    -------
    skewness, coupling : array, shape (estimate,)
        Each within ± :data:`MOST_SKEWED`.
    """
    share = np.divide(2 * of_pairs, squared_gradient, out=np.ones_like(form), where=squared_gradient > 0)
    linear = np.clip(1 - share, 0, 1)
    unit = np.divide(form, variance**1.5, out=np.zeros_like(form), where=variance > 0)
    skewness, coupling = ((1 + times * linear) * unit for times in (2, 1))
    return np.clip(skewness, -MOST_SKEWED, MOST_SKEWED), np.clip(coupling, -MOST_SKEWED, MOST_SKEWED)


def symmetric(ratio: np.ndarray, skewness: np.ndarray | float, coupling: np.ndarray | float) -> np.ndarray:
    """Make the studentized estimate W as symmetric as t.

    To first order W has the mean −ρ/2 and the third cumulant γ − 3ρ. With a = (3ρ − γ)/6,
    W + aW² + a²W³/3 + γ/6 has neither, and does not fall anywhere (Hall 1992, J. R. Stat. Soc. B 54, 221, for means,
    where ρ = γ). Beyond :data:`FAR` the added terms stay what they are there.

    Examples
    --------
    >>> symmetric(np.array([-2.0, 0, 2, 8]), 0.3, 0.3).round(2)
    array([-1.58,  0.05,  2.48,  8.48])
    """
    bend, near = (3 * coupling - skewness) / 6, np.clip(ratio, -FAR, FAR)
    return ratio + bend * near**2 + bend**2 * near**3 / 3 + skewness / 6


def skewed(ratio: np.ndarray, skewness: np.ndarray | float, coupling: np.ndarray | float) -> np.ndarray:
    """Undo :func:`symmetric`.

    Examples
    --------
    >>> skewed(symmetric(np.array([-2.0, 0, 2, 8]), 0.3, 0.3), 0.3, 0.3).round(2)
    array([-2.,  0.,  2.,  8.])
    """
    bend = (3 * coupling - skewness) / 6
    first, last = (symmetric(np.full_like(ratio, edge), skewness, coupling) for edge in (-FAR, FAR))
    near = np.clip(ratio, first, last)
    shifted = near - skewness / 6
    root = np.cbrt(1 + 3 * bend * shifted)
    return 3 * shifted / (root**2 + root + 1) + (ratio - near)
