"""Match the units of two sets of responses one by one: which measures notice if single units differ."""

from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_array, csr_array, kron, vstack
from scipy.sparse import eye as identity

from ...errors import require
from .matrices import Kept, OtherResponses, Responses, Values, centred, everything, pair

MOST_PAIRS = 1_000_000
"""Pairs of units of a transport problem; more take minutes and gigabytes."""


def soft_matching_similarity(x: Any, y: Any) -> float:
    """Return the mean correlation of matched units, with the best soft matching of the units of `x` and `y`.

    The matching is a transport plan P ≥ 0 whose rows sum to 1/n_x and columns to 1/n_y, and Σ P_ij corr(x_i, y_j) is
    the largest (Khosla & Williams 2024, arXiv 2311.09466). With equally many units it is a permutation. Unlike the
    measures of geometry, it changes under a rotation of the units.

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)
        Responses to the same stimuli, at least three. Units that do not vary count as uncorrelated with all others.

    Raises
    ------
    InputError
        If the responses do not fit or are constant, or have more than a million pairs of units and unequally many.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(20, 6))
    >>> round(soft_matching_similarity(x, 3 * x[:, ::-1]), 6)
    1.0
    """
    x, y = pair(x, y, fewest=3)
    return float(matching_in_samples(x, y, everything(x))[0])


def soft_matching_distance(x: Any, y: Any) -> float:
    """Return the root mean squared distance of the tuning curves of matched units, a metric (Khosla & Williams 2024).

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)
        The mean of each unit is subtracted. As :func:`soft_matching_similarity`, without a change of scale.

    Raises
    ------
    InputError
        As :func:`soft_matching_similarity`.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(20, 6))
    >>> soft_matching_distance(x, x[:, ::-1])
    0.0
    """
    x, y = pair(x, y, fewest=3)
    plan = _plan(x.T @ y).tocoo()
    return float(np.sqrt((plan.data * ((x[:, plan.row] - y[:, plan.col]) ** 2).sum(axis=0)).sum()))


def matching_in_samples(x: Responses, y: OtherResponses, kept: Kept) -> Values:
    """Return :func:`soft_matching_similarity` in samples of the stimuli, with the matching of all stimuli.

    To first order the largest value changes as if the matching were kept (Danskin 1966), so that a jackknife needs no
    other one.
    """
    plan = _plan(_unit_length(centred(x)).T @ _unit_length(centred(y))).tocoo()
    found = np.empty(len(kept))
    for i, some in enumerate(kept):
        a, b = (_unit_length(centred(each[some])) for each in (x, y))
        found[i] = plan.data @ np.einsum("np,np->p", a[:, plan.row], b[:, plan.col])
    return found


def _unit_length(x: Responses) -> Responses:
    norm = np.sqrt((x**2).sum(axis=0))
    return np.divide(x, norm, out=np.zeros_like(x), where=norm > 1e-12 * norm.max(initial=0))


def _plan(gain: np.ndarray) -> csr_array:
    """Return the transport plan between units, of equal weights on either side, with the largest gain."""
    n, m = gain.shape
    if n == m:
        rows, columns = linear_sum_assignment(gain, maximize=True)
        return csr_array(coo_array((np.full(n, 1 / n), (rows, columns)), shape=gain.shape))
    require(
        n * m <= MOST_PAIRS,
        f"Soft matching of {n} and {m} units has {n * m} pairs of units, and at most {MOST_PAIRS} are tried. Choose "
        "some of the units, or equally many of both.",
    )
    sums = vstack([kron(identity(n), np.ones((1, m))), kron(np.ones((1, n)), identity(m))])
    weights = np.concatenate([np.full(n, 1 / n), np.full(m, 1 / m)])
    solved = linprog(-gain.ravel(), A_eq=sums, b_eq=weights, method="highs")
    require(solved.status == 0, f"The transport problem of the matching was not solved: {solved.message}")
    return csr_array(solved.x.reshape(n, m) * (solved.x.reshape(n, m) > 1e-12))
