"""The covariance of means over crossed random factors, from what leaving out stimuli does to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np

from ...shapes import Covariances, Influence, PairTerms
from .leaving_out import MOST_SUBJECT_PAIRS, pairs_to_leave_out, per_pair, times_counted
from .uncertainty import Uncertainty

LEAST = 0.5
"""Share that no variance is less than: of the jackknife's over stimuli, and of the variance due to pairs alone.

Half of the jackknife's is left if all variance is due to pairs. The variance due to pairs, of stimuli or
of the noise ceiling's subjects, is estimated more precisely than the difference from which the variance is computed; a
limit of the whole instead of half would be too cautious.
"""


@dataclass(frozen=True)
class LeftOut:
    """What changes when stimuli are left out.

    Attributes
    ----------
    layout : Layout
    items : mapping of str to array, shape (statistic,)
        Factor → number of items of each statistic, for the factors that vary.
    mean, undefined : array, shape (statistic,)
    parts : mapping of str to array, shape (sample, row, subject)
        ``whole``: all stimuli. ``one``: the deviations when one is left out, and ``pair``: the second differences
        when two are, both scaled so that their sum of squares is a variance.
    between : mapping of str to array, shape (sample, pair of subjects)
        The same of the noise ceiling's second differences when two subjects are left out; empty with few.
    """

    layout: "Layout"
    items: Mapping[str, np.ndarray]
    mean: np.ndarray
    undefined: np.ndarray
    parts: Mapping[str, np.ndarray]
    between: Mapping[str, np.ndarray]

    def uncertainty(self, own: frozenset[str]) -> Uncertainty:
        """Return the means with their covariance; `own` names the factors whose items differ between statistics.

        The estimate is unbiased where a statistic is linear in the pairs, the subjects and the seeds: the interaction
        of several factors is in the variance of each, and is counted once by inclusion–exclusion.
        """
        items = self.items
        total, alone = self.covariances()
        fixed = ~np.any([n > 1 for n in items.values()], axis=0) if items else np.ones(len(self.mean), bool)
        return Uncertainty(
            self.mean,
            np.where(fixed[:, None] | fixed, np.nan, total),
            alone,
            {factor: np.where(n > 1, n - 1.0, np.inf) for factor, n in items.items()},
            own=own,
            most=sum(alone.values(), np.zeros_like(total)),
            least={"stimulus": LEAST},
            floor=LEAST * self.within_factors(),
            cautious=self.plain(),
            influence=self.influence(),
            of_pairs=self.of_pairs(),
            pair_terms=self.pair_terms(),
        )

    def covariances(self) -> tuple[Covariances, dict[str, Covariances]]:
        """Return the covariance for a new draw of every factor, and what each factor shows by itself."""
        size = len(self.mean)
        subsets = [frozenset(chosen) for n in range(len(self.items)) for chosen in combinations(self.items, n + 1)]
        total = sum(((-1) ** (len(drawn) - 1) * self.interaction(drawn) for drawn in subsets), np.zeros((size, size)))
        alone = {f: self.gram("one", f) if f == "stimulus" else self.interaction(frozenset({f})) for f in self.items}
        return total, alone

    def plain(self) -> Covariances:
        """Return the covariance of the plain jackknife of each factor: pairs, and interactions, count several times."""
        _, alone = self.covariances()
        result = sum(alone.values(), np.zeros((len(self.mean), len(self.mean))))
        if self.between and "subject" in alone:
            counted = times_counted(int(self.items["subject"][0]))
            result[-1, -1] += (counted - 1) * (self.between["whole"] ** 2).sum()
        return result

    def influence(self) -> dict[str, Influence]:
        """Return what each stimulus, and each subject, adds to each statistic, for those that vary."""
        values = {}
        if "stimulus" in self.items:
            values["stimulus"] = self.layout.average(self.parts["one"].mean(axis=2)).T
        if "subject" in self.items:
            whole = self.layout.average(self.parts["whole"])[0]
            n = whole.shape[1]
            values["subject"] = (whole - whole.mean(axis=1, keepdims=True)) / sqrt(n * (n - 1))
        return values

    def pair_terms(self) -> PairTerms:
        """Return the influences of the items of pairs, and the part due to each pair alone, counted in both orders.

        Pairs of stimuli, of a stimulus and a subject, and of subjects (of the noise ceiling). Leaving out changes by
        minus the influence of a stimulus, which occurs twice in each product.
        """
        influence, result = self.influence(), [np.zeros((3, len(self.mean), 0))]
        stimuli, subjects = (influence.get(factor) for factor in ("stimulus", "subject"))
        if "pair" in self.parts and stimuli is not None:
            i, j = pairs_to_leave_out(stimuli.shape[1]).T
            alone = self.layout.average(self.parts["pair"].mean(axis=2)).T * per_pair(stimuli.shape[1], len(i))
            result.append(np.stack([stimuli[:, i], stimuli[:, j], alone]))
        if stimuli is not None and subjects is not None:
            both = self.layout.average(self.parts["one"]).swapaxes(0, 1) - stimuli[:, :, None]
            alone = 2 / subjects.shape[1] * both
            triple = np.broadcast_arrays(stimuli[:, :, None], subjects[:, None, :], alone)
            result.append(np.stack(triple).reshape(3, len(self.mean), -1))
        if self.between and subjects is not None:
            i, j = pairs_to_leave_out(subjects.shape[1], MOST_SUBJECT_PAIRS).T
            alone = np.zeros((len(self.mean), len(i)))
            alone[-1] = self.between["whole"][0] * per_pair(subjects.shape[1], len(i))
            result.append(np.stack([subjects[:, i], subjects[:, j], alone]))
        return np.concatenate(result, axis=2)

    def within_factors(self) -> Covariances:
        """Return the covariance due to pairs of stimuli, and to pairs of the noise ceiling's subjects."""
        result = np.zeros((len(self.mean), len(self.mean)))
        if "pair" in self.parts:
            result += self.gram("pair")
        if self.between:
            result[-1, -1] += (self.between["whole"] ** 2).sum()
        return result

    def of_pairs(self) -> Covariances:
        """Return the covariance due to all pairs, those of a stimulus and a subject included."""
        result = self.within_factors()
        return result + self.gram("one", "subject") if {"stimulus", "subject"} <= self.items.keys() else result

    def gram(self, part: str, *drawn: str) -> Covariances:
        """Return the covariance that a part shows, of deviations over subjects and seeds where they are drawn."""
        return self.layout.gram(self.parts[part], frozenset(drawn))

    def interaction(self, drawn: frozenset[str]) -> Covariances:
        """Return the covariance that belongs to all of some factors together, and is in that of each of them."""
        shares = {"whole": 1.0}
        if "stimulus" in drawn:
            shares = {"one": 1.0}
            if "pair" in self.parts:
                shares["pair"] = 1 - times_counted(int(self.items["stimulus"][0]))
        result = np.sum([share * self.gram(part, *drawn) for part, share in shares.items()], axis=0)
        if self.between and drawn <= {"stimulus", "subject"} and "subject" in drawn:
            paired = sum(share * (self.between[part] ** 2).sum() for part, share in shares.items())
            result[-1, -1] -= (times_counted(int(self.items["subject"][0])) - 1) * paired
        return result


@dataclass(frozen=True)
class Layout:
    """How rows make statistics: the first `seeds[0]` rows are the seeds of the first, and so on.

    Attributes
    ----------
    seeds : array of int, shape (statistic,)
        Number of rows of each.
    together : array of int, shape (statistic,), optional
        Statistics of one number are of the same seeds in the same order, as several measures of one model are. Default:
        each has its own.
    """

    seeds: np.ndarray
    together: np.ndarray | None = None

    def average(self, rows: np.ndarray) -> np.ndarray:
        """Average the seeds of each statistic: (sample, row, …) → (sample, statistic, …)."""
        sums = np.add.reduceat(rows, np.cumsum(self.seeds) - self.seeds, axis=1)
        return sums / self.seeds.reshape(-1, *[1] * (rows.ndim - 2))

    def gram(self, values: np.ndarray, drawn: frozenset[str]) -> Covariances:
        """Sum the products of statistics over samples (first axis of values), and over the factors that are drawn.

        Of a factor that is drawn, the deviations from its mean are taken, over √(n(n − 1)); others are averaged.
        """
        n = values.shape[2]
        means = values.mean(axis=2, keepdims=True)
        values = (values - means) / np.sqrt(n * (n - 1)) if "subject" in drawn else means
        means = self.average(values)
        if "seed" not in drawn:
            return np.einsum("kmd,kld->ml", means, means)
        scale = np.sqrt(np.maximum(self.seeds * (self.seeds - 1), 1))
        values = (values - means.repeat(self.seeds, axis=1)) / scale.repeat(self.seeds)[:, None]
        result = np.diag(self.average((values**2).sum(axis=(0, 2))[None])[0] * self.seeds)
        first = np.cumsum(self.seeds) - self.seeds
        codes, counts = np.unique(np.arange(0) if self.together is None else self.together, return_counts=True)
        for code in codes[counts > 1]:
            those = np.flatnonzero(self.together == code)
            same = np.stack([values[:, first[i] : first[i] + self.seeds[i]] for i in those], axis=1)
            result[np.ix_(those, those)] = np.einsum("kmrd,klrd->ml", same, same)
        return result
