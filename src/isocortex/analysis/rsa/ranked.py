"""Similarities of the ranks of dissimilarities, sample by sample: sorted once, ranked within each sample."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...shapes import (
    Bootstrapped,
    CeilingBounds,
    CondensedRDM,
    Multiplicity,
    OtherRDM,
    OtherRowCodes,
    PairCounts,
    RowCodes,
    Similarities,
    SubjectMultiplicity,
)
from .pairs import Pairs
from .ranks import codes, mid_ranks


@dataclass(frozen=True)
class Ranked:
    """A similarity that depends on the order of the dissimilarities only.

    Attributes
    ----------
    correlation : callable
        Of two stacks of codes (see :func:`.ranks.codes`), with pairs repeated by counts, or each once (None).
    """

    correlation: Callable[[RowCodes, OtherRowCodes, PairCounts | None], Similarities]

    def similarities(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs) -> Similarities:
        """Return the similarity of every row of x with every row of y."""
        return self.correlation(codes(x), codes(y), None)

    def bootstrap(self, x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Bootstrapped:
        """Return the similarities in each sample of stimuli."""
        x, y = codes(x), codes(y)
        result = np.empty((len(multiplicity), len(x), len(y)))
        for sample, counts in enumerate(pairs.counts(multiplicity)):
            drawn = np.flatnonzero(counts)
            result[sample] = self.correlation(x[:, drawn], y[:, drawn], counts[drawn])
        return result

    def ceilings(
        self, rows: CondensedRDM, pairs: Pairs, multiplicity: Multiplicity, subjects: SubjectMultiplicity
    ) -> CeilingBounds:
        """Return the lower and upper noise ceiling in each sample of stimuli and of subjects: ranks are pooled."""
        coded = codes(rows)
        result = np.empty((len(multiplicity), 2))
        for sample, counts in enumerate(pairs.counts(multiplicity)):
            drawn = np.flatnonzero(counts)
            present = np.flatnonzero(subjects[sample])
            times = subjects[sample, present]
            mine = coded[np.ix_(present, drawn)]
            ranks = times[:, None] * mid_ranks(mine, counts[drawn])
            everyone = ranks.sum(axis=0)
            bounds = [
                self.correlation(mine[[k]], codes(np.stack([everyone - ranks[k], everyone])), counts[drawn])[0]
                for k in range(len(present))
            ]
            result[sample] = times @ np.array(bounds) / times.sum()
        result[(subjects > 0).sum(axis=1) < 2, 0] = np.nan
        return result
