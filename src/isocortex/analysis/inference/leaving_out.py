"""Samples that leave out one item and two, of stimuli or subjects, and what they show."""

from math import sqrt

import numpy as np

from ...shapes import Multiplicity

MOST_PAIRS = 400
"""Pairs of stimuli that are left out together, at most: enough to know the mean square of β to 10 %."""
MOST_SUBJECT_PAIRS = 100
"""Pairs of subjects that are left out together, at most."""
GOLDEN = (sqrt(5) - 1) / 2


def samples_without(n: int, pairs: np.ndarray) -> Multiplicity:
    """Return how often each stimulus is in the samples that leave out one, and then in those that leave out two."""
    once = np.ones((n + len(pairs), n), int)
    once[np.arange(n), np.arange(n)] = 0
    once[np.arange(n, len(once))[:, None], pairs] = 0
    return once


def pairs_to_leave_out(n: int, most: int = MOST_PAIRS) -> np.ndarray:
    """Return at most so many pairs of n items, near and far in their order: shape (pair, 2).

    Each item is in equally many, where there are two pairs or more for each. Else the pairs are spread evenly over the
    items, and the distances within them evenly from near to far, by the golden ratio.
    """
    furthest = max((n - 1) // 2, 1)
    if n <= most // 2:
        steps = np.unique(np.linspace(1, furthest, min(furthest, most // n)).round().astype(int))
        i, step = np.tile(np.arange(n), len(steps)), np.repeat(steps, n)
    else:
        i = np.arange(most) * n // most
        step = 1 + (furthest * (np.arange(most) * GOLDEN % 1)).astype(int)
    return np.column_stack([i, (i + step) % n])


def parts_left_out(values: np.ndarray, n: int, pairs: np.ndarray | None) -> dict[str, np.ndarray]:
    """Return the whole, and what leaving out one of n stimuli and pairs of them does, as variances."""
    if pairs is None:
        return {"whole": values}
    one = values[1 : n + 1]
    parts = {"whole": values[:1], "one": (one - one.mean(axis=0)) * np.sqrt((n - 1) / n)}
    return parts | ({"pair": second_differences(values[:1], one, values[n + 1 :], pairs)} if len(pairs) else {})


def second_differences(whole: np.ndarray, one: np.ndarray, two: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the part due to pairs of items (first axis), scaled so that the sum of squares is a variance."""
    n = len(one)
    second = n * whole - (n - 1) * one[pairs].sum(axis=1) + (n - 2) * two
    return (second - second.mean(axis=0)) * np.sqrt(max(n - 3, 0) / (2 * n * len(pairs)))


def without_pair_terms(values: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Append what leaving out two items would give if nothing were due to pairs (first axis: all, then without each).

    The second differences of :func:`second_differences` are then 0.
    """
    n = len(values) - 1
    two = ((n - 1) * values[1:][pairs].sum(axis=1) - n * values[:1]) / (n - 2)
    return np.concatenate([values, two])


def per_pair(n: int, n_pairs: int) -> float:
    """Return what makes a sum of :func:`second_differences` that over the pairs of all n items, in both orders."""
    return (n - 1) * sqrt(2 * n / (max(n - 3, 1) * n_pairs))


def times_counted(n: int) -> float:
    """Return how often the jackknife over n items counts the variance due to pairs: twice, for many items."""
    return 2 * ((n - 1) / max(n - 2, 1)) ** 2
