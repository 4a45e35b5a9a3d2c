"""Weighted moments of dissimilarities, all samples of weights at once in a few matrix products.

A weight may be any number: w_i·w_j counts the copies in a bootstrap sample of stimuli, w_i + w_j − 1 is its additive
part. Every moment is linear in the weights.
"""

from typing import NamedTuple

import numpy as np

from ...shapes import Bootstrapped, CondensedRDM, OtherRDM, OtherRowMoments, RowMoments, SampleWeights
from .blocks import blocks_of
from .ties import resolution_of

CONSTANT = 1e-13
"""A variance below this share of the mean square is rounding: the row is constant."""


class Products(NamedTuple):
    """Inner products of rows, for each sample: all that a correlation or a cosine needs."""

    xy: Bootstrapped
    xx: RowMoments
    yy: OtherRowMoments

    def similarities(self) -> Bootstrapped:
        """Divide by the norms; a row of norm zero, or of no real one, is similar to none (NaN)."""
        scale = np.sqrt(np.clip(self.xx, 0, None))[:, :, None] * np.sqrt(np.clip(self.yy, 0, None))[:, None, :]
        return np.divide(self.xy, scale, out=np.full(self.xy.shape, np.nan), where=scale > 0)


def products(x: CondensedRDM, y: OtherRDM, w: SampleWeights) -> Products:
    """Return Σ_p w_p x_p y_p for every row of x with every row of y, and of each with itself."""
    xy = cross(x, y, w) if len(x) <= len(y) else cross(y, x, w).swapaxes(1, 2)
    return Products(xy, squares(x, w), squares(y, w))


def covariance(x: CondensedRDM, y: OtherRDM, w: SampleWeights) -> Products:
    """Return the :func:`products` of the rows less their weighted means."""
    x, y = centred(x), centred(y)
    raw = products(x, y, w)
    total = w.sum(axis=1)[:, None]
    total = np.where(total == 0, np.nan, total)
    sum_x, sum_y = w @ x.T, w @ y.T
    xy = raw.xy - sum_x[:, :, None] * (sum_y / total)[:, None, :]
    xx, yy = raw.xx - sum_x**2 / total, raw.yy - sum_y**2 / total
    return Products(xy, np.where(xx > CONSTANT * raw.xx, xx, 0.0), np.where(yy > CONSTANT * raw.yy, yy, 0.0))


def centred(rows: CondensedRDM) -> CondensedRDM:
    """Return rows less their means, and exact zeros for a row whose values differ by rounding only."""
    result = rows - rows.mean(axis=1, keepdims=True)
    if rows.size:
        result[np.ptp(rows, axis=1) <= resolution_of(rows)] = 0
    return result


def squares(rows: CondensedRDM, w: SampleWeights) -> RowMoments:
    """Return Σ_p w_p x_p² of every row for each sample w of weights, by blocks of rows that fit in the cache."""
    result = np.empty((len(w), len(rows)))
    for block in blocks_of(*rows.shape):
        result[:, block] = w @ (rows[block] ** 2).T
    return result


def cross(x: CondensedRDM, y: OtherRDM, w: SampleWeights) -> Bootstrapped:
    """Return Σ_p w_p x_p y_p for each sample w of weights, with no array larger than the stacks or the weights."""
    result = np.empty((len(w), len(x), len(y)))
    if len(w) <= len(x):
        for sample, weights in enumerate(w):
            result[sample] = (x * weights) @ y.T
    else:
        for i, row in enumerate(x):
            result[:, i] = w @ (row * y).T
    return result
