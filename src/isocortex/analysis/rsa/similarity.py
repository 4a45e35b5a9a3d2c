"""How similar two RDMs are, for whole stacks at once and under bootstrap weights.

A bootstrap over stimuli gives stimulus i the multiplicity w_i, and so the pair (i, j) the weight w_i·w_j; pairs of
two copies of one stimulus do not exist. Every similarity is therefore written for weighted pairs, and all samples
come out of matrix products, with no resampled RDM built.
"""

from collections.abc import Callable

import numpy as np

from ...errors import InputError, look_up, require
from ...rdms import RDMs
from ...shapes import Bootstrapped, CondensedRDM, Multiplicity, OtherRDM, PairWeights, Similarities

CHUNK_BYTES = 2**26
"""Memory for one block of bootstrap samples."""


def weighted_cosine(x: CondensedRDM, y: OtherRDM, weights: PairWeights) -> Bootstrapped:
    """Return the cosine of every row of x with every row of y, under each sample of pair weights."""
    cross = weights.T @ (x[:, None] * y[None]).reshape(-1, x.shape[1]).T
    xx, yy = weights.T @ (x**2).T, weights.T @ (y**2).T
    return _normalise(cross.reshape(-1, len(x), len(y)), xx, yy)


def weighted_pearson(x: CondensedRDM, y: OtherRDM, weights: PairWeights) -> Bootstrapped:
    """Return the Pearson correlation of every row of x with every row of y, as weighted moments."""
    x, y = (row - row.mean(axis=1, keepdims=True) for row in (x, y))
    total = np.maximum(weights.sum(axis=0), 1.0)[:, None]
    mean_x, mean_y = weights.T @ x.T / total, weights.T @ y.T / total
    cross = weights.T @ (x[:, None] * y[None]).reshape(-1, x.shape[1]).T / total
    xx, yy = (weights.T @ (row**2).T / total - mean**2 for row, mean in ((x, mean_x), (y, mean_y)))
    return _normalise(cross.reshape(-1, len(x), len(y)) - mean_x[:, :, None] * mean_y[:, None, :], xx, yy)


def weighted_spearman(x: CondensedRDM, y: OtherRDM, weights: PairWeights) -> Bootstrapped:
    """Return the rank correlation: Pearson's on the mid-ranks that the weighted (repeated) pairs have."""
    centre = (weights.sum(axis=0) + 1) / 2
    result = np.empty((weights.shape[1], len(x), len(y)))
    ranks_y = [_weighted_ranks(row, weights) - centre for row in y]
    yy = np.stack([(weights * rank**2).sum(axis=0) for rank in ranks_y], axis=1)
    weighted_y = [weights * rank for rank in ranks_y]
    xx = np.empty((weights.shape[1], len(x)))
    for i, row in enumerate(x):
        rank = _weighted_ranks(row, weights) - centre
        xx[:, i] = np.einsum("ps,ps,ps->s", weights, rank, rank)
        for j, other in enumerate(weighted_y):
            result[:, i, j] = np.einsum("ps,ps->s", rank, other)
    return _normalise(result, xx, yy)


def _weighted_ranks(values: np.ndarray, weights: PairWeights) -> np.ndarray:
    """Return the mid-rank of each value among the values repeated by their weights, shape (pair, sample)."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    below = np.concatenate([np.zeros((1, weights.shape[1])), np.cumsum(weights[order], axis=0)])
    first, last = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return (below[first] + below[last] + 1) / 2


def _normalise(cross: Bootstrapped, xx: np.ndarray, yy: np.ndarray) -> Bootstrapped:
    """Divide by the norms; a constant row has no similarity (NaN)."""
    scale = np.sqrt(np.clip(xx, 0, None)[:, :, None] * np.clip(yy, 0, None)[:, None, :])
    return np.divide(cross, scale, out=np.full_like(cross, np.nan), where=scale > 0)


Similarity = Callable[[CondensedRDM, OtherRDM, PairWeights], Bootstrapped]

SIMILARITIES: dict[str, tuple[Similarity, str]] = {
    "pearson": (weighted_pearson, "Pearson correlation of RDMs"),
    "spearman": (weighted_spearman, "Spearman correlation of RDMs"),
    "cosine": (weighted_cosine, "cosine similarity of RDMs"),
}
"""Name → (weighted similarity of two stacks of dissimilarity vectors, label for axes)."""


def similarity(a: RDMs, b: RDMs, method: str = "pearson") -> Similarities:
    """Return the similarity of every RDM of `a` with every RDM of `b`.

    Parameters
    ----------
    a, b : RDMs
        Over the same stimuli in the same order.
    method : {"pearson", "spearman", "cosine"}

    Returns
    -------
    array, shape (row of a, row of b)

    Raises
    ------
    InputError
        For an unknown method, or different stimuli.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import RDMs
    >>> a = RDMs(np.array([[1.0, 2.0, 3.0]]), np.arange(3))
    >>> similarity(a, RDMs(np.array([[2.0, 4.0, 6.0], [3.0, 2.0, 1.0]]), np.arange(3)))
    array([[ 1., -1.]])
    """
    require_same_stimuli(a, b)
    weighted, _ = look_up("similarity", method, SIMILARITIES)
    return weighted(a.dissimilarities, b.dissimilarities, np.ones((a.dissimilarities.shape[1], 1)))[0]


def bootstrap_similarity(a: RDMs, b: RDMs, multiplicity: Multiplicity, method: str = "pearson") -> Bootstrapped:
    """Return the similarities of :func:`similarity` for each bootstrap sample of the stimuli.

    Parameters
    ----------
    multiplicity : array of int, shape (sample, stimulus)
        How often each stimulus was drawn.

    Returns
    -------
    array, shape (sample, row of a, row of b)
        NaN where fewer than two different pairs were drawn, or all drawn dissimilarities are equal.
    """
    require_same_stimuli(a, b)
    weighted, _ = look_up("similarity", method, SIMILARITIES)
    first, second = np.triu_indices(len(a.stimuli), 1)
    drawn = multiplicity.T.astype(float)
    size = max(1, CHUNK_BYTES // (8 * len(first)))
    blocks = [
        weighted(a.dissimilarities, b.dissimilarities, drawn[first, s : s + size] * drawn[second, s : s + size])
        for s in range(0, drawn.shape[1], size)
    ]
    return np.concatenate(blocks)


def require_same_stimuli(a: RDMs, b: RDMs) -> None:
    """Raise an :class:`InputError` that tells how the stimuli of two stacks differ."""
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
