"""Similarities of the ranks of dissimilarities, sample by sample: sorted once, ranked within each sample."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....cores import on_cores
from ....shapes import (
    Bootstrapped,
    CondensedRDM,
    Multiplicity,
    OtherRankable,
    OtherRDM,
    OtherRowCodes,
    PairCounts,
    Rankable,
    RowCodes,
    Similarities,
    SubjectCeilings,
    SubjectSamples,
)
from ...inference.blocks import blocks_of
from .order import codes, mid_ranks
from .pairs import Pairs


@dataclass(frozen=True)
class Ranked:
    """A similarity that depends on the order of the dissimilarities only; those equal but for rounding are ties.

    Attributes
    ----------
    correlation : callable
        Of two stacks of dissimilarities or their codes (see :func:`.ranks.codes`), with pairs repeated by counts, or
        each once (None).
    by_products : bool
        Whether it is a matrix product, of all rows with all in little more time than of each with one.
    """

    correlation: Callable[[Rankable, OtherRankable, PairCounts | None], Similarities]
    by_products: bool

    def similarities(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs) -> Similarities:
        """Return the similarity of every row of x with every row of y."""
        return self.correlation(x, y, None)

    def bootstrap(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Bootstrapped:
        """Return the similarities in each sample of stimuli."""
        x, y = codes(x), codes(y)
        result = np.empty((len(multiplicity), len(x), len(y)))

        def work(block: slice) -> None:
            for sample, counts in zip(result[block], pairs.counts(multiplicity[block]), strict=True):
                drawn = np.flatnonzero(counts)
                sample[:] = self.correlation(x[:, drawn], y[:, drawn], counts[drawn])

        on_cores(work, blocks_of(len(multiplicity), x.shape[1]))
        return result

    def ceilings(
        self, rows: CondensedRDM, pairs: Pairs, multiplicity: Multiplicity, subjects: SubjectSamples
    ) -> SubjectCeilings:
        """Return the lower and upper noise ceiling in each sample of stimuli (or in one, for all) and of subjects.

        The ranks of subjects are pooled.
        """
        coded = codes(rows)
        result = np.empty((len(subjects), 2))
        multiplicity = np.broadcast_to(multiplicity, (len(subjects), pairs.stimuli))

        def work(block: slice) -> None:
            counted = pairs.counts(multiplicity[block])
            for sample, counts, who in zip(result[block], counted, subjects[block], strict=True):
                drawn, present = np.flatnonzero(counts), np.flatnonzero(who)
                mine, times = coded[np.ix_(present, drawn)], who[present]
                ranks = times[:, None] * mid_ranks(mine, counts[drawn])
                everyone = ranks.sum(axis=0)
                pooled = codes(np.concatenate([everyone - ranks, [everyone]]))
                sample[:] = times @ self._bounds(mine, pooled, counts[drawn]) / times.sum()

        on_cores(work, blocks_of(len(subjects), coded.shape[1]))
        result[(subjects > 0).sum(axis=1) < 2, 0] = np.nan
        return result

    def _bounds(self, x: RowCodes, pooled: OtherRowCodes, counts: PairCounts) -> np.ndarray:
        """Return the similarity of each row of x with its own row of `pooled`, and with the last."""
        if self.by_products:
            every = self.correlation(x, pooled, counts)
            return np.stack([np.diagonal(every), every[:, -1]], axis=1)
        return np.array([self.correlation(x[[k]], pooled[[k, -1]], counts)[0] for k in range(len(x))])
