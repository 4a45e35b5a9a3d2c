"""Similarities made of inner products of RDMs: all bootstrap samples at once, and ceilings from the Gram matrices.

With the inner products Q of the subjects' RDMs in a sample, and the subjects pooled by weights u, subject k has the
similarity (Qu)_k / √(Q_kk · uᵀQu) with the pooled RDM. No pooled RDM is built.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....shapes import (
    Bootstrapped,
    CondensedRDM,
    Multiplicity,
    OtherRDM,
    Similarities,
    SubjectCeilings,
    SubjectSamples,
)
from .pairs import Pairs
from .products import Products, joined
from .samples import Drawn, Samples, Without, left_out

CHUNK_BYTES = 2**22
"""Memory for the weights of one block of bootstrap samples, so that they stay in the cache."""

LITTLE = 1e-4
"""Share of the squares of all pairs, of which less is not found by subtraction.

The rounding of a sum, 10⁻¹⁶ of it for each bit that is lost, is then within 10⁻¹¹ of what is left.
"""

Moments = Callable[[CondensedRDM, OtherRDM, Samples], Products]


@dataclass(frozen=True)
class Linear:
    """A similarity that is an inner product, divided by the norms.

    Attributes
    ----------
    moments : callable
        The inner products, for each sample of stimuli.
    pooled_by : callable
        Those whose norm the RDMs of subjects are divided by before they are averaged.
    """

    moments: Moments
    pooled_by: Moments

    def products(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Products:
        """Return the inner products of every row of x with every row of y, and of each with itself, in each sample."""
        return in_samples(self.moments, x, y, pairs, multiplicity)

    def similarities(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs) -> Similarities:
        """Return the similarity of every row of x with every row of y."""
        return self.products(x, y, pairs, np.ones((1, pairs.stimuli), int)).similarities()[0]

    def bootstrap(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Bootstrapped:
        """Return the similarities in each sample of stimuli."""
        return self.products(x, y, pairs, multiplicity).similarities()

    def ceilings(
        self, rows: CondensedRDM, pairs: Pairs, multiplicity: Multiplicity, subjects: SubjectSamples
    ) -> SubjectCeilings:
        """Return the lower and upper noise ceiling in each sample of stimuli (or in one, for all) and of subjects."""
        gram, _, squares = self.products(rows, rows, pairs, multiplicity)
        own = np.where(squares > 0, squares, np.nan)
        if self.pooled_by is not self.moments:
            squares = in_samples(self.pooled_by, rows, rows[:0], pairs, multiplicity).xx
        norm = np.sqrt(squares)
        drawn = subjects > 0
        u = np.where(drawn, subjects / np.where(norm > 0, norm, np.nan), 0.0)
        with_all = (gram @ u[:, :, None])[:, :, 0]
        square = (with_all * u).sum(axis=1, keepdims=True)
        square = np.where(square > 0, square, np.nan)
        upper = with_all / np.sqrt(own * square)
        rest = square - 2 * u * with_all + u**2 * own
        others = (drawn.sum(axis=1, keepdims=True) > 1) & (rest > 0)
        lower = (with_all - u * own) / np.sqrt(own * np.where(others, rest, np.nan))
        total = subjects.sum(axis=1)
        return np.stack([np.where(drawn, subjects * bound, 0.0).sum(axis=1) / total for bound in (lower, upper)], 1)


def in_samples(moments: Moments, x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Products:
    """Return inner products in each sample; those without one stimulus or two by subtraction, where much is left."""
    left = left_out(multiplicity)
    if left is None:
        size = max(1, CHUNK_BYTES // (8 * x.shape[1]))
        parts = [multiplicity[start : start + size] for start in range(0, len(multiplicity), size)]
        return joined(moments(x, y, Drawn(pairs, part)) for part in parts)
    found = moments(x, y, Without(pairs, left))
    whole = moments(x, y, Drawn(pairs, np.ones((1, pairs.stimuli), int)))
    found = found._replace(xx=np.where(whole.xx > 0, found.xx, 0), yy=np.where(whole.yy > 0, found.yy, 0))
    little = (found.xx < LITTLE * whole.xx).any(axis=1) | (found.yy < LITTLE * whole.yy).any(axis=1)
    for sample in np.flatnonzero(little).tolist():
        direct = moments(x, y, Drawn(pairs, multiplicity[[sample]]))
        for values, exact in zip(found, direct, strict=True):
            values[sample] = exact[0]
    return found
