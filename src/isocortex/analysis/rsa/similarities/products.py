"""Inner products of rows of dissimilarities in many samples of stimuli at once."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ....shapes import Bootstrapped, CondensedRDM, OtherRDM, OtherRowMoments, RowMoments
from ..ties import resolution_of
from .samples import Samples

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


def joined(parts: Iterable[Products]) -> Products:
    """Return the products of blocks of samples, one block after the other."""
    return Products(*(np.concatenate(found) for found in zip(*parts, strict=True)))


def products(x: CondensedRDM, y: OtherRDM, samples: Samples) -> Products:
    """Return the sums of x·y for every row of x with every row of y, and of each with itself."""
    xy = samples.cross(x, y) if len(x) <= len(y) else samples.cross(y, x).swapaxes(1, 2)
    return Products(xy, samples.sums(x**2), samples.sums(y**2))


def covariance(x: CondensedRDM, y: OtherRDM, samples: Samples) -> Products:
    """Return the :func:`products` of the rows less their means in each sample."""
    x, y = centred(x), centred(y)
    raw = products(x, y, samples)
    total = samples.sums(np.ones((1, x.shape[1])))
    total = np.where(total == 0, np.nan, total)
    sum_x, sum_y = samples.sums(x), samples.sums(y)
    xy = raw.xy - sum_x[:, :, None] * (sum_y / total)[:, None, :]
    xx, yy = raw.xx - sum_x**2 / total, raw.yy - sum_y**2 / total
    return Products(xy, np.where(xx > CONSTANT * raw.xx, xx, 0.0), np.where(yy > CONSTANT * raw.yy, yy, 0.0))


def centred(rows: CondensedRDM) -> CondensedRDM:
    """Return rows less their means, and exact zeros for a row whose values differ by rounding only."""
    result = rows - rows.mean(axis=1, keepdims=True)
    if rows.size:
        result[np.ptp(rows, axis=1) <= resolution_of(rows)] = 0
    return result
