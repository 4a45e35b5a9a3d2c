"""The Hilbert–Schmidt independence criterion of two kernels, in many samples of the stimuli at once.

With kernels K and L over m stimuli, the biased estimate is tr(KHLH)/(m − 1)², where H subtracts means. The unbiased one
(Song et al. 2012, jmlr.org/papers/v13/song12a.html) never pairs a stimulus with itself: with zero diagonals,

    HSIC = (tr KL + 1'K1 · 1'L1 / ((m − 1)(m − 2)) − 2 · 1'KL1 / (m − 2)) / (m(m − 3)).

All terms are sums over pairs of stimuli, so that those of a sample w (1 for a stimulus that is kept, else 0) are
w'(K∘L)w, w'Kw, w'Lw and Σ w (Kw)(Lw): no kernel is built again.
"""

import numpy as np

from .matrices import Gram, Kept, OtherResponses, Responses, Values

TOGETHER = 4096
"""Units whose moments are in memory at once."""


def hsic(k: Gram, l: Gram, kept: Kept, *, unbiased: bool) -> Values:
    """Return HSIC of two kernels in each sample.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [2.0], [3.0], [4.0]])
    >>> hsic(x @ x.T, x @ x.T, np.ones((1, 5), bool), unbiased=True).round(3)
    array([5.167])
    """
    if unbiased:
        k, l = (each - np.diag(np.diag(each)) for each in (k, l))
    w = kept.astype(float)
    wk, wl = w @ k, w @ l
    product = (w @ (k * l) * w).sum(axis=1)
    return _from_sums(product, (wk * w).sum(axis=1), (wl * w).sum(axis=1), (w * wk * wl).sum(axis=1), w, unbiased)


def hsic_within_units(x: Responses, y: OtherResponses, kept: Kept) -> Values:
    """Return the sum over units of the unbiased HSIC of a unit's linear kernels in `x` and in `y`.

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)
        The same units, such as two halves of their measurements, or twice the same array.
    kept : array of bool, shape (sample, stimulus)
    """
    w, total = kept.astype(float), np.zeros(len(kept))
    for start in range(0, x.shape[1], TOGETHER):
        a, b = x[:, start : start + TOGETHER], y[:, start : start + TOGETHER]
        sum_a, sum_b, ab, aab, abb, aabb = (w @ each for each in (a, b, a * b, a * a * b, a * b * b, (a * b) ** 2))
        product = ab**2 - aabb
        across = sum_a * sum_b * ab - sum_a * abb - sum_b * aab + aabb
        alone_a, alone_b = sum_a**2 - w @ a**2, sum_b**2 - w @ b**2
        total += _from_sums(product, alone_a, alone_b, across, w, True).sum(axis=1)
    return total


def _from_sums(
    product: np.ndarray, alone_k: np.ndarray, alone_l: np.ndarray, across: np.ndarray, w: np.ndarray, unbiased: bool
) -> np.ndarray:
    """Return HSIC from tr KL, 1'K1, 1'L1 and 1'KL1, for each sample (first axis)."""
    m = w.sum(axis=1).reshape(-1, *[1] * (product.ndim - 1))
    if unbiased:
        return (product + alone_k * alone_l / ((m - 1) * (m - 2)) - 2 * across / (m - 2)) / (m * (m - 3))
    return (product + alone_k * alone_l / m**2 - 2 * across / m) / (m - 1) ** 2
