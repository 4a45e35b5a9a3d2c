"""Sums over pairs of stimuli in many samples: samples drawn at random, and samples that leave out one stimulus or two.

A sum over the pairs of a sample that holds stimulus i w_i times is Σ w_i w_j v_ij. Without the stimuli i and j it is
the sum over all pairs, less the sums over the pairs of i and of j, plus v_ij, which was taken off twice. So all samples
that leave out one of n stimuli take as long as two sums over all pairs, and not n.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ....shapes import (
    Bootstrapped,
    CondensedRDM,
    LeftOutStimuli,
    Multiplicity,
    OtherRDM,
    RowMoments,
    SampleWeights,
    SquareRDM,
)
from ...inference.blocks import blocks_of
from .pairs import Pairs


@dataclass(frozen=True)
class Drawn:
    """Samples in which each stimulus may be any number of times.

    Attributes
    ----------
    pairs : Pairs
    multiplicity : array of int, shape (sample, stimulus)
    """

    pairs: Pairs
    multiplicity: Multiplicity

    @cached_property
    def weights(self) -> SampleWeights:
        """How often each pair is in each sample."""
        return self.pairs.counts(self.multiplicity.astype(float))

    def sums(self, values: CondensedRDM) -> RowMoments:
        """Return the sum of each row over the pairs of each sample, by blocks of rows that fit in the cache."""
        result = np.empty((len(self.weights), len(values)))
        for block in blocks_of(*values.shape):
            result[:, block] = self.weights @ values[block].T
        return result

    def cross(self, x: CondensedRDM, y: OtherRDM) -> Bootstrapped:
        """Return the sum of x·y for every row of x with every row of y, with no array larger than what is given."""
        result = np.empty((len(self.weights), len(x), len(y)))
        if len(self.weights) <= len(x):
            for sample, weights in enumerate(self.weights):
                result[sample] = (x * weights) @ y.T
        else:
            for i, row in enumerate(x):
                result[:, i] = self.weights @ (row * y).T
        return result


@dataclass(frozen=True)
class Without:
    """Samples that leave out one stimulus or two.

    Attributes
    ----------
    pairs : Pairs
    left : array of int, shape (sample, 2)
        The stimuli that are left out; one twice where it is the only one.
    """

    pairs: Pairs
    left: LeftOutStimuli

    @property
    def two(self) -> np.ndarray:
        """Which samples leave out two stimuli: shape (sample,)."""
        return self.left[:, 0] != self.left[:, 1]

    def drawn(self) -> Drawn:
        """Return the same samples by how often each stimulus is in them."""
        multiplicity = np.ones((len(self.left), self.pairs.stimuli), int)
        np.put_along_axis(multiplicity, self.left, 0, axis=1)
        return Drawn(self.pairs, multiplicity)

    def of_stimuli(self, square: SquareRDM) -> np.ndarray:
        """Return the sum over the pairs of each stimulus in each sample: shape (sample, row, stimulus)."""
        i, j = self.left.T
        sums = square.sum(axis=2) - (square[:, i] + self.two[:, None] * square[:, j]).swapaxes(0, 1)
        np.put_along_axis(sums, self.left[:, None, :], 0, axis=2)
        return sums

    def sums(self, values: CondensedRDM) -> RowMoments:
        """Return the sum of each row over the pairs of each sample."""
        result = np.empty((len(self.left), len(values)))
        (i, j), two = self.left.T, self.two[:, None]
        for block in blocks_of(len(values), self.pairs.stimuli**2):
            square = self.pairs.square(values[block])
            of_stimulus = square.sum(axis=2).T
            whole = of_stimulus.sum(axis=0) / 2
            result[:, block] = whole - of_stimulus[i] - np.where(two, of_stimulus[j] - square[:, i, j].T, 0)
        return result

    def cross(self, x: CondensedRDM, y: OtherRDM) -> Bootstrapped:
        """Return the sum of x·y for every row of x with every row of y."""
        result = np.empty((len(self.left), len(x), len(y)))
        for i, row in enumerate(x):
            result[:, i] = self.sums(row * y)
        return result


Samples = Drawn | Without


def left_out(multiplicity: Multiplicity) -> LeftOutStimuli | None:
    """Return which stimuli samples leave out, as :class:`Without` has them; None unless all leave out one or two."""
    if multiplicity.max(initial=0) > 1:
        return None
    counts = (multiplicity == 0).sum(axis=1)
    if not len(counts) or counts.min() < 1 or counts.max() > 2:
        return None
    stimuli = np.nonzero(multiplicity == 0)[1]
    last = np.cumsum(counts) - 1
    return np.column_stack([stimuli[last - counts + 1], stimuli[last]])
