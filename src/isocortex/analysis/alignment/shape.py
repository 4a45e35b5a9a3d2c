"""How far responses are from each other after the best rotation: Procrustes and Bures distance."""

from typing import Any

import numpy as np
from scipy.linalg import eigh

from ...errors import look_up, require
from .matrices import Gram, Kept, OtherResponses, Responses, Values, centred, compact, everything, pair

SCORES = {"angular": "an angle in radians", "euclidean": "a distance in units of the responses"}
FEWEST = 3


def procrustes_distance(x: Any, y: Any, *, score: str = "angular") -> float:
    """Return the distance of two sets of responses after the best rotation of one, a metric between representations.

    With centred responses X and Y and the sum ‖X'Y‖₁ of the singular values of X'Y, the Euclidean distance is
    √(‖X‖² + ‖Y‖² − 2‖X'Y‖₁), and the angular one arccos(‖X'Y‖₁ / ‖X‖‖Y‖), which ignores the scale. Both obey the
    triangle inequality (Williams et al. 2021, arXiv 2110.14739, whose package netrep defines them so). The narrower
    array counts as if it had further units that are silent.

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)
        Responses to the same stimuli, at least three.
    score : {"angular", "euclidean"}
        Default angular, from 0 to π/2 radians.

    Raises
    ------
    InputError
        If the responses do not fit or are constant, or for an unknown score.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(20, 3))
    >>> turned = 2 * x @ np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    >>> round(procrustes_distance(x, turned), 6) + 0.0
    0.0
    """
    look_up("score", score, SCORES)
    x, y = pair(x, y, fewest=FEWEST)
    if score == "angular":
        return float(np.arccos(np.minimum(procrustes_in_samples(compact(x), compact(y), everything(x))[0], 1)))
    return float(np.sqrt(max((x**2).sum() + (y**2).sum() - 2 * _shared(compact(x), compact(y)), 0)))


def procrustes_similarity(x: Any, y: Any) -> float:
    """Return the cosine of the angular :func:`procrustes_distance`: 1 for responses that differ by a rotation.

    It equals the normalised Bures similarity of the two Gram matrices (Harvey et al. 2023, arXiv 2311.11436). Unrelated
    responses have a positive similarity, the larger, the more units there are.

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)

    Raises
    ------
    InputError
        As :func:`procrustes_distance`.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(20, 3))
    >>> round(procrustes_similarity(x, 5 * x), 6)
    1.0
    """
    x, y = pair(x, y, fewest=FEWEST)
    return float(procrustes_in_samples(compact(x), compact(y), everything(x))[0])


def bures_distance(k: Any, l: Any, *, score: str = "euclidean") -> float:
    """Return the Bures distance of two Gram matrices, √(tr K + tr L − 2 tr (K^½ L K^½)^½).

    Of the centred Gram matrices of responses it is their Euclidean :func:`procrustes_distance`; the angular score is
    the angular one (Harvey et al. 2023, arXiv 2311.11436).

    Parameters
    ----------
    k, l : array, shape (stimulus, stimulus)
        Symmetric, and positive semi-definite but for rounding.
    score : {"euclidean", "angular"}
        Default Euclidean.

    Raises
    ------
    InputError
        If they are not square, of one size, symmetric and positive semi-definite, or for an unknown score.

    Examples
    --------
    >>> bures_distance(np.eye(3), 4 * np.eye(3))
    1.7320508075688772
    """
    look_up("score", score, SCORES)
    a, b = (_root(np.asarray(each, dtype=float)) for each in (k, l))
    require(len(a) == len(b), f"Gram matrices must be of the same stimuli; got {len(a)} and {len(b)}.")
    powers = float((a**2).sum()), float((b**2).sum())
    if score == "angular":
        require(min(powers) > 0, "A Gram matrix is 0, and has no direction.")
        return float(np.arccos(min(_shared(a, b) / np.sqrt(powers[0] * powers[1]), 1)))
    return float(np.sqrt(max(sum(powers) - 2 * _shared(a, b), 0)))


def procrustes_in_samples(x: Responses, y: OtherResponses, kept: Kept) -> Values:
    """Return :func:`procrustes_similarity` in samples of the stimuli."""
    found = np.empty(len(kept))
    for i, some in enumerate(kept):
        a, b = centred(x[some]), centred(y[some])
        power = np.sqrt((a**2).sum() * (b**2).sum())
        found[i] = _shared(a, b) / power if power > 0 else np.nan
    return found


def _shared(x: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the singular values of X'Y."""
    return float(np.linalg.svd(x.T @ y, compute_uv=False).sum())


def _root(gram: Gram) -> Responses:
    """Return a matrix R with RR' = the Gram matrix."""
    require(
        gram.ndim == 2 and gram.shape[0] == gram.shape[1] and bool(np.isfinite(gram).all()),
        f"A Gram matrix must be stimulus × stimulus, of finite numbers; got the shape {gram.shape}.",
    )
    largest = np.abs(gram).max()
    require(bool(np.allclose(gram, gram.T, atol=1e-8 * largest)), "A Gram matrix must be symmetric.")
    powers, basis = eigh(gram)
    require(
        bool(powers.min() >= -1e-8 * largest), f"A Gram matrix must not have negative eigenvalues; got {powers[0]}."
    )
    return basis * np.sqrt(np.maximum(powers, 0))
