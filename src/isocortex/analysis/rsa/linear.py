"""Similarities made of inner products of RDMs: all bootstrap samples at once, and ceilings from the Gram matrices.

With the inner products Q of the subjects' RDMs in a sample, and the subjects pooled by weights u, subject k has the
similarity (Qu)_k / √(Q_kk · uᵀQu) with the pooled RDM. No pooled RDM is built.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...shapes import (
    Bootstrapped,
    CondensedRDM,
    Multiplicity,
    OtherRDM,
    Similarities,
    SubjectCeilings,
    SubjectSamples,
)
from .moments import Products, covariance, products
from .pairs import Pairs

CHUNK_BYTES = 2**22
"""Memory for the weights of one block of bootstrap samples, so that they stay in the cache."""

InnerProducts = Callable[[CondensedRDM, OtherRDM, Pairs, Multiplicity], Products]


def sampled_products(x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Products:
    """Return the inner products of rows over the pairs of each bootstrap sample, for the cosine."""
    return products(x, y, pairs.counts(multiplicity.astype(float)))


def sampled_covariance(x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Products:
    """Return the inner products of rows less their means in each bootstrap sample, for Pearson's correlation."""
    return covariance(x, y, pairs.counts(multiplicity.astype(float)))


@dataclass(frozen=True)
class Linear:
    """A similarity that is an inner product, divided by the norms.

    Attributes
    ----------
    products : callable
        The inner products, for each bootstrap sample.
    pooled_by : callable
        Those whose norm the RDMs of subjects are divided by before they are averaged.
    """

    products: InnerProducts
    pooled_by: InnerProducts

    def similarities(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs) -> Similarities:
        """Return the similarity of every row of x with every row of y."""
        return self.products(x, y, pairs, np.ones((1, pairs.stimuli), int)).similarities()[0]

    def bootstrap(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Bootstrapped:
        """Return the similarities in each sample of stimuli."""
        blocks = [self.products(x, y, pairs, part).similarities() for part in _parts(multiplicity, x.shape[1])]
        return np.concatenate(blocks)

    def ceilings(
        self, rows: CondensedRDM, pairs: Pairs, multiplicity: Multiplicity, subjects: SubjectSamples
    ) -> SubjectCeilings:
        """Return the lower and upper noise ceiling in each sample of stimuli (or in one, for all) and of subjects."""
        grams, norms = [], []
        for part in _parts(multiplicity, rows.shape[1]):
            found = self.products(rows, rows, pairs, part)
            grams.append(found.xy)
            alone = found if self.pooled_by is self.products else self.pooled_by(rows, rows[:0], pairs, part)
            norms.append(np.sqrt(alone.xx))
        gram, norm = np.concatenate(grams), np.concatenate(norms)
        drawn = subjects > 0
        u = np.where(drawn, subjects / np.where(norm > 0, norm, np.nan), 0.0)
        own = np.diagonal(gram, axis1=1, axis2=2)
        with_all = (gram @ u[:, :, None])[:, :, 0]
        square = (with_all * u).sum(axis=1, keepdims=True)
        upper = with_all / np.sqrt(own * square)
        rest = square - 2 * u * with_all + u**2 * own
        lower = (with_all - u * own) / np.sqrt(np.where(drawn.sum(axis=1, keepdims=True) > 1, rest, np.nan))
        lower /= np.sqrt(own)
        total = subjects.sum(axis=1)
        return np.stack([np.where(drawn, subjects * bound, 0.0).sum(axis=1) / total for bound in (lower, upper)], 1)


def _parts(multiplicity: Multiplicity, n_pairs: int) -> list[np.ndarray]:
    """Cut samples into blocks that fit in memory."""
    size = max(1, CHUNK_BYTES // (8 * n_pairs))
    return [multiplicity[start : start + size] for start in range(0, len(multiplicity), size)]
