"""The pairs of stimuli that two stacks of RDMs share, and how often a bootstrap sample of stimuli holds each."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ....errors import InputError, require
from ....rdms import RDMs


class Pairs(NamedTuple):
    """The stimuli of each pair that was measured, and the number of all stimuli."""

    first: np.ndarray
    second: np.ndarray
    stimuli: int

    def counts(self, multiplicity: np.ndarray) -> np.ndarray:
        """Return w_i·w_j, how often each pair is in each sample: shape (sample, pair).

        Pairs of two copies of one stimulus do not exist.
        """
        return multiplicity[:, self.first] * multiplicity[:, self.second]

    def square(self, rows: np.ndarray) -> np.ndarray:
        """Return symmetric matrices, shape (row, stimulus, stimulus), zero for a pair that was not measured."""
        full = np.zeros((len(rows), self.stimuli, self.stimuli))
        full[:, self.first, self.second] = full[:, self.second, self.first] = rows
        return full

    def missing(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the stimuli of each pair that was not measured."""
        unseen = np.triu(np.ones((self.stimuli, self.stimuli), bool), 1)
        unseen[self.first, self.second] = False
        first, second = np.nonzero(unseen)
        return first, second


def shared_pairs(a: RDMs, b: RDMs) -> tuple[np.ndarray, np.ndarray, Pairs]:
    """Return the dissimilarities of two stacks over the pairs that all rows have, and the pairs.

    Raises
    ------
    InputError
        If the stimuli differ, or a pair is missing (NaN) in some rows only.
    """
    require_same_stimuli(a, b)
    first, second = np.triu_indices(len(a.stimuli), 1)
    reference = a if len(a) else b
    missing: np.ndarray = np.atleast_1d(np.isnan(reference.dissimilarities[:1]).any(axis=0))
    for name, stack in (("one", a), ("the other", b)):
        unlike = np.isnan(stack.dissimilarities) != missing
        if unlike.any():
            row, pair = np.argwhere(unlike)[0]
            i, j = a.stimuli[[first[pair], second[pair]]].tolist()
            here, there = ("there", "missing (NaN)") if missing[pair] else ("missing (NaN)", "there")
            raise InputError(
                f"The RDMs miss different pairs: {i!r} with {j!r} is {here} in the RDM {stack.labels[row]!r} of {name} "
                f"stack, and {there} in {reference.labels[0]!r}, the first. Set the pairs that are not shared "
                f"({int(unlike[row].sum())} in this RDM) to NaN in all."
            )
    if not missing.any():
        return a.dissimilarities, b.dissimilarities, Pairs(first, second, len(a.stimuli))
    kept = ~missing
    return (
        a.dissimilarities[:, kept],
        b.dissimilarities[:, kept],
        Pairs(first[kept], second[kept], len(a.stimuli)),
    )


def miss_alike(*stacks: RDMs) -> bool:
    """Return whether all RDMs miss the same pairs, if any; RDMs of other sizes are another matter."""
    if len({stack.dissimilarities.shape[1] for stack in stacks}) > 1:
        return True
    missing = np.isnan(np.concatenate([stack.dissimilarities for stack in stacks]))
    return bool((missing == missing[:1]).all())


def by_missing(stack: RDMs) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield which rows miss the same pairs, and which pairs those are."""
    patterns, member = np.unique(np.isnan(stack.dissimilarities), axis=0, return_inverse=True)
    for i, missing in enumerate(patterns):
        yield np.flatnonzero(member.ravel() == i), missing


def in_blocks(a: RDMs, b: RDMs, compute: Callable[[RDMs, RDMs], np.ndarray]) -> np.ndarray:
    """Compare stacks whose RDMs miss different pairs: every two RDMs on the pairs that both have.

    Parameters
    ----------
    compute : callable
        Compares two stacks that miss the same pairs: (row of a, row of b), or with samples in front.

    Raises
    ------
    InputError
        If the stimuli differ, or two RDMs have no pair in common.
    """
    require_same_stimuli(a, b)
    result: np.ndarray | None = None
    for rows, missing in by_missing(a):
        for columns, other in by_missing(b):
            either = missing | other
            require(
                not either.all(),
                f"The RDMs {a.labels[rows[0]]!r} and {b.labels[columns[0]]!r} have no measured pair in common.",
            )
            block = compute(_without(a, rows, either), _without(b, columns, either))
            if result is None:
                result = np.empty((*block.shape[:-2], len(a), len(b)))
            result[..., rows[:, None], columns] = block
    return np.empty((len(a), len(b))) if result is None else result


def _without(stack: RDMs, rows: np.ndarray, missing: np.ndarray) -> RDMs:
    """Return some rows, with further pairs taken as not measured."""
    values = np.where(missing, np.nan, stack.dissimilarities[rows])
    return replace(stack, dissimilarities=values, labels=tuple(stack.labels[i] for i in rows))


def require_same_stimuli(a: RDMs, b: RDMs) -> None:
    """Raise an :class:`InputError` that says how the stimuli of two stacks differ, if they do."""
    if np.array_equal(a.stimuli, b.stimuli):
        return
    require(
        len(a.stimuli) == len(b.stimuli),
        f"RDMs over {len(a.stimuli)} and {len(b.stimuli)} stimuli cannot be compared; select the shared ones first.",
    )
    where = int(np.argmax(a.stimuli != b.stimuli))
    raise InputError(
        f"The RDMs are over different stimuli, or in another order: stimulus {where} is {a.stimuli[where]!r} in one "
        f"and {b.stimuli[where]!r} in the other."
    )
