"""How much of some responses is predicted linearly from others, for stimuli that the prediction has not seen."""

from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh

from ...errors import require
from ..inference.splits import splits
from ..linear import pls
from .matrices import Gram, Kept, OtherResponses, Responses, Values, centred, compact, everything, pair

PENALTIES = np.logspace(-4, 4, 9)
"""Penalties in mean powers of the directions of the features: from hardly any to one that leaves next to nothing."""
COMPONENTS = 25
"""With which the field maps layers to neurons by partial least squares."""
FOLDS = 5

Penalised = Float[np.ndarray, "penalty stimulus stimulus"]


def ridge_predictivity(x: Any, y: Any) -> float:
    """Return the share of the variance of `y` that ridge regression on `x` predicts for stimuli that are left out.

    Each stimulus is predicted from all others. The penalty is chosen for each without it, by the error of leaving out a
    second one. All follows from the Gram matrices of `x` and `y` in closed form (Allen 1974, 10.1080/
    00401706.1974.10489157): with G = B(S² + λ)⁻¹B' from the components B and powers S² of the centred features, and
    R = GYY'G, the squared error of stimulus j without j is R_jj/G_jj², summed over the units of `y`.

    The share is 1 − (squared error of the prediction) / (squared error of the mean of the other stimuli), over all
    units together, so that each unit counts by its variance. Features that predict nothing have a share of 0 or
    slightly less. A correlation of held-out predictions would instead be negative, because the mean of the others is
    low when the stimulus that is left out is high.

    Parameters
    ----------
    x : array, shape (stimulus, unit)
        The features, such as a layer of a model.
    y : array, shape (stimulus, unit)
        What is predicted, such as neurons; exchange the two for the other direction.

    Raises
    ------
    InputError
        If the responses do not fit or are constant, or there are fewer than five stimuli.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(100, 5))
    >>> round(ridge_predictivity(x, x @ rng.normal(size=(5, 20))), 3)
    1.0
    """
    x, y = pair(x, y)
    return float(ridge_in_samples(x, y, everything(x))[0])


def ridge_in_samples(x: Responses, y: OtherResponses, kept: Kept) -> Values:
    """Return :func:`ridge_predictivity` in samples of the stimuli, with the penalties of all stimuli."""
    n = len(x)
    gram = x @ x.T
    powers, basis = eigh(gram + 2 * np.trace(gram) / n)  # the constant vector gets the largest power, and is the last
    powers, basis = np.maximum(powers[:-1], 0), basis[:, :-1]
    shrinkage = 1 / (powers + PENALTIES[:, None] * powers.mean())
    g = (basis * shrinkage[:, None, :]) @ basis.T
    targets = y @ y.T
    r = g @ targets @ g
    return np.array([_share(*_without(g, r, ~some), targets, some) for some in kept])


def _without(g: Penalised, r: Penalised, left: np.ndarray) -> tuple[Penalised, Penalised]:
    """Return G and R without some stimuli, whose rows and columns become 0, by the inverse of a block of a matrix."""
    out = np.flatnonzero(left)
    if not len(out):
        return g, r
    change = g[:, :, out] @ np.linalg.inv(g[:, out[:, None], out])
    half = change @ (r[:, out] - r[:, out[:, None], out] @ change.transpose(0, 2, 1) / 2)
    return g - change @ g[:, out], r - half - half.transpose(0, 2, 1)


def _share(g: Penalised, r: Penalised, targets: Gram, kept: np.ndarray) -> float:
    """Return the share of variance that is predicted, with the best penalty for each stimulus that is left out.

    Without j and k, the squared error of k is (G_jj² R_kk − 2 G_jj G_jk R_jk + G_jk² R_jj) / (G_jj G_kk − G_jk²)². It
    is summed over k ≠ j for every j and penalty.
    """
    n = int(kept.sum())
    own, error = np.diagonal(g, axis1=1, axis2=2), np.diagonal(r, axis1=1, axis2=2)
    determinant = own[:, :, None] * own[:, None, :] - g**2
    determinant[:, ~(kept[:, None] & kept) | np.eye(len(kept), dtype=bool)] = np.inf
    weight = np.square(1 / determinant)
    weighted = weight * g
    left_out = (
        own**2 * (weight @ error[:, :, None])[:, :, 0]
        - 2 * own * np.einsum("pjk,pjk->pj", weighted, r)
        + error * np.einsum("pjk,pjk->pj", weighted, g)
    )
    best = left_out[:, kept].argmin(axis=0)
    predicted = (error[:, kept] / own[:, kept] ** 2)[best, np.arange(n)].sum()
    some = targets[kept][:, kept]
    alone = (np.trace(some) - some.sum() / n) * (n / (n - 1)) ** 2
    return float(1 - predicted / alone) if alone > 0 else np.nan


def pls_predictivity(x: Any, y: Any, *, n_components: int = COMPONENTS, n_folds: int = FOLDS) -> float:
    """Return the share of the variance of `y` that partial least squares on `x` predicts for stimuli of other folds.

    The share is measured as by :func:`ridge_predictivity`, against the mean of the stimuli of the other folds.

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)
    n_components : int
        At most; no more than the features and the stimuli of the other folds allow. Default 25, as in the field
        (Schrimpf et al. 2018, 10.1101/407007).
    n_folds : int
        Default 5. Stimuli are dealt out in turn.

    Raises
    ------
    InputError
        As :func:`ridge_predictivity`; for more folds than stimuli, or no component.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(100, 5))
    >>> round(pls_predictivity(x, x @ rng.normal(size=(5, 20))), 3)
    1.0
    """
    x, y = pair(x, y)
    require(n_components >= 1, f"n_components must be at least 1; got {n_components}.")
    return float(pls_in_samples(compact(x), compact(y), everything(x), n_components=n_components, n_folds=n_folds)[0])


def pls_in_samples(
    x: Responses, y: OtherResponses, kept: Kept, *, n_components: int = COMPONENTS, n_folds: int = FOLDS
) -> Values:
    """Return :func:`pls_predictivity` in samples of the stimuli, which stay in their folds."""
    folds = [split.test for split in splits(np.arange(len(x)), n_folds)]
    found = np.empty(len(kept))
    for i, some in enumerate(kept):
        predicted, alone = 0.0, 0.0
        for fold in folds:
            test = np.isin(np.arange(len(x)), fold) & some
            train = some & ~test
            most = min(n_components, int(train.sum()) - 1, int(np.linalg.matrix_rank(centred(x[train]))))
            fit = pls(x[train], y[train], n_components=most)
            predicted += ((y[test] - fit.predict(x[test])) ** 2).sum()
            alone += ((y[test] - y[train].mean(axis=0)) ** 2).sum()
        found[i] = 1 - predicted / alone if alone > 0 else np.nan
    return found
