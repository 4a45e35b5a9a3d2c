"""Canonical correlations of two sets of responses, and their means over stimuli that are held out."""

from typing import Any

import numpy as np
from jaxtyping import Float

from ...errors import require
from ..inference.splits import splits
from .matrices import Kept, OtherResponses, Responses, Values, centred, compact, everything, pair

FOLDS = 5
VARIANCE = 0.99
"""Share of the variance that the components of SVCCA keep (Raghu et al. 2017)."""
STIMULI_PER_COMPONENT = 5
"""SVCCA keeps no more components than it has training stimuli over this, or canonical correlations would fit noise."""
ROUNDING = 1e-10

Components = Float[np.ndarray, "stimulus component"]


def canonical_correlations(x: Any, y: Any) -> Float[np.ndarray, " component"]:
    """Return the canonical correlations of two sets of responses, the largest first.

    They do not change under any invertible linear map of either. They are measured on the stimuli to which they are
    fitted, and are 1 where units outnumber stimuli; :func:`cca` measures them on others.

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)

    Raises
    ------
    InputError
        If the responses do not fit or are constant.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(50, 3))
    >>> canonical_correlations(x, x[:, :2] @ np.array([[1.0, 2], [0, 1]])).round(6)
    array([1., 1.])
    """
    x, y = pair(x, y, fewest=3)
    return np.minimum(np.linalg.svd(_white(x)[0].T @ _white(y)[0], compute_uv=False), 1)


def cca(x: Any, y: Any, *, n_folds: int = FOLDS) -> float:
    """Return the mean canonical correlation of two sets of responses for stimuli that are held out.

    The directions are fitted to the other folds. Where x and y share nothing, the mean is 0 on average.

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)
        Each with fewer independent units than stimuli in training; else use :func:`svcca`.
    n_folds : int
        Default 5. Stimuli are dealt out in turn.

    Raises
    ------
    InputError
        If the responses do not fit or are constant, or have too many units.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(100, 4))
    >>> round(cca(x, x @ rng.normal(size=(4, 4))), 3), abs(cca(x, rng.normal(size=(100, 4)))) < 0.2
    (1.0, True)
    """
    x, y = pair(x, y)
    return float(cca_in_samples(compact(x), compact(y), everything(x), n_folds=n_folds)[0])


def svcca(x: Any, y: Any, *, n_folds: int = FOLDS, variance: float = VARIANCE) -> float:
    """Return :func:`cca` of the principal components that hold most of the variance of each set of responses.

    The components, too, are those of the other folds (Raghu et al. 2017, arXiv 1706.05806, without cross-validation).

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)
    n_folds : int
        Default 5.
    variance : float
        Share of the variance of the components. Default 0.99. No more components are kept than there are fifths of the
        training stimuli.

    Raises
    ------
    InputError
        If the responses do not fit or are constant, or the share is not between 0 and 1.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> latent = rng.normal(size=(100, 4))
    >>> x, y = (latent @ rng.normal(size=(4, 300)) for _ in range(2))
    >>> round(svcca(x, y), 3)
    1.0
    """
    require(0 < variance <= 1, f"variance must be above 0 and at most 1; got {variance}.")
    x, y = pair(x, y)
    return float(svcca_in_samples(compact(x), compact(y), everything(x), n_folds=n_folds, variance=variance)[0])


def cca_in_samples(x: Responses, y: OtherResponses, kept: Kept, *, n_folds: int = FOLDS) -> Values:
    """Return :func:`cca` in samples of the stimuli, which stay in their folds."""
    most = len(x) - -(-len(x) // n_folds) - 2
    ranks = [np.linalg.matrix_rank(each) for each in (x, y)]
    require(
        int(max(ranks)) < most,
        f"CCA needs fewer independent units than stimuli in training ({most + 2}); got {max(ranks)}. Use svcca, which "
        "keeps the largest principal components.",
    )
    return _held_out(x, y, kept, n_folds, 1.0, None)


def svcca_in_samples(
    x: Responses, y: OtherResponses, kept: Kept, *, n_folds: int = FOLDS, variance: float = VARIANCE
) -> Values:
    """Return :func:`svcca` in samples of the stimuli, which stay in their folds."""
    return _held_out(x, y, kept, n_folds, variance, STIMULI_PER_COMPONENT)


def _held_out(
    x: Responses, y: OtherResponses, kept: Kept, n_folds: int, variance: float, per_component: int | None
) -> Values:
    folds = [split.test for split in splits(np.arange(len(x)), n_folds)]
    found = np.empty(len(kept))
    for i, some in enumerate(kept):
        scores = []
        for fold in folds:
            test = np.isin(np.arange(len(x)), fold) & some
            train = some & ~test
            most = None if per_component is None else max(int(train.sum()) // per_component, 1)
            (a, to_a), (b, to_b) = (_white(centred(each[train]), variance, most) for each in (x, y))
            left, _, right = np.linalg.svd(a.T @ b, full_matrices=False)
            scores.append(
                [
                    (each[test] - each[train].mean(axis=0)) @ to @ turn
                    for each, to, turn in ((x, to_a, left), (y, to_b, right.T))
                ]
            )
        fewest = min(u.shape[1] for u, _ in scores)
        u, v = (np.concatenate([pair[side][:, :fewest] for pair in scores]) for side in (0, 1))
        powers = (u**2).sum(axis=0) * (v**2).sum(axis=0)
        found[i] = np.mean((u * v).sum(axis=0) / np.sqrt(powers)) if (powers > 0).all() else np.nan
    return found


def _white(x: Responses, variance: float = 1.0, most: int | None = None) -> tuple[Components, np.ndarray]:
    """Return the principal components of centred responses at unit length, and the map from responses to them."""
    basis, singular, loadings = np.linalg.svd(x, full_matrices=False)
    held = np.cumsum(singular**2) / (singular**2).sum()
    n = min(int(np.searchsorted(held, variance * (1 - 1e-12))) + 1, int((singular > ROUNDING * singular[0]).sum()))
    n = n if most is None else min(n, most)
    return basis[:, :n], loadings[:n].T / singular[:n]
