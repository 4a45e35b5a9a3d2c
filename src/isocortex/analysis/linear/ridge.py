"""Ridge regression of many targets from one decomposition, with a penalty per target by closed-form leave-out."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from ...cores import one_blas_thread
from ...errors import require
from ...formats import counted, percent, significant
from ...shapes import PRNGKey
from ..inference import splits
from .left_out import LeftOut
from .spectrum import Targets, Weights, spectrum

PENALTIES = np.logspace(-2, 7, 10)
"""Decades that hold the best penalty of a few features of a few samples and of 20,000 z-scored ones alike."""
SMALL = 500
"""Samples or features, whichever are fewer, below which several threads of linear algebra cost more than they save."""


@dataclass(frozen=True, eq=False)
class RidgeFit:
    """Ridge regression of many targets on the same features.

    Attributes
    ----------
    weights : array, shape (feature, target)
    intercept : array, shape (target,)
    penalty : array, shape (target,)
        The chosen penalty on the sum of squared weights.
    penalties : array, shape (penalty,)
        Among which it was chosen.
    methods : str
        What was done, in words.
    left_out : LeftOut
        What the errors of samples that are left out follow from.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(50, 4))
    >>> fit = ridge(x, x @ rng.normal(size=(4, 3)), penalties=[0.1, 1.0])
    >>> type(fit).__name__, fit.weights.shape
    ('RidgeFit', (4, 3))
    """

    weights: Weights
    intercept: Float[np.ndarray, " target"]
    penalty: Float[np.ndarray, " target"]
    penalties: Float[np.ndarray, " penalty"]
    methods: str
    left_out: LeftOut

    @property
    def loo_error(self) -> Float[np.ndarray, "penalty target"]:
        """Mean squared error of every sample when it, or its group, is left out; computed when it is asked for.

        The choice of a penalty needs few of these numbers.
        """
        with threads(self.left_out.spectrum.basis):
            return self.left_out.table

    def predict(self, x: Any) -> Targets:
        """Return the targets of samples that are predicted from their features, shape (sample, target)."""
        x = np.asarray(x, dtype=float)
        require(
            x.ndim == 2 and x.shape[1] == len(self.weights),
            f"x must be sample × {len(self.weights)} features, as in the fit; got the shape {x.shape}.",
        )
        return x @ self.weights + self.intercept


def ridge(
    x: Any,
    y: Any,
    *,
    penalties: Sequence[float] | np.ndarray = PENALTIES,
    per_target: bool = True,
    groups: Sequence[Any] | np.ndarray | None = None,
    n_folds: int | None = None,
    key: PRNGKey | None = None,
) -> RidgeFit:
    """Regress many targets on the same features, with a penalty on the sum of squared weights.

    One eigendecomposition, of XᵀX or of XXᵀ, whichever is smaller, serves all targets and penalties. The penalty is
    chosen by the squared error of samples that are left out, which follows from the fit to all samples in closed form
    (Allen 1974, 10.1080/00401706.1974.10489157; Golub, Heath & Wahba 1979, 10.1080/00401706.1979.10489751). Where
    samples share a group, as repeats of a stimulus do, the whole group is left out, because a model that has seen one
    repeat knows about the others.

    Parameters
    ----------
    x : array, shape (sample, feature)
    y : array, shape (sample, target)
    penalties : sequence of float
        Positive. Default 10 decades from 0.01 to 1e7. They are absolute: bring features to a common scale before.
    per_target : bool
        Whether every target has the penalty with its own smallest error (default), or all have the one with the
        smallest mean error.
    groups : sequence, optional
        The group of every sample, such as its stimulus. Default: every sample is a group.
    n_folds : int, optional
        Leave out a fold of groups at a time (:func:`isocortex.analysis.inference.splits`). Default: one group.
    key : key, optional
        Deals the groups out to folds at random.

    Returns
    -------
    RidgeFit

    Raises
    ------
    InputError
        If the shapes do not fit, a number is not finite, a penalty is not positive, or there are fewer groups than
        folds.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(100, 3))
    >>> found = ridge(x, x @ np.array([[1.0], [2], [0]]) + 5)
    >>> found.weights.round(3).ravel(), found.intercept.round(3)
    (array([1., 2., 0.]), array([5.]))
    """
    x, y, penalties = np.asarray(x, dtype=float), np.asarray(y, dtype=float), np.asarray(penalties, dtype=float)
    check_arrays(x, y, penalties, groups)
    blocks = blocks_left_out(len(x), groups, n_folds, key)
    x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
    x, y = x - x_mean, y - y_mean
    with threads(x):
        basis = spectrum(x)
        left_out = LeftOut(basis, y, basis.basis.T @ y, penalties, blocks)
        best = left_out.best(per_target)
        weights = basis.weights(x, left_out.z, penalties[best])
    return RidgeFit(
        weights=weights,
        intercept=y_mean - x_mean @ weights,
        penalty=penalties[best],
        penalties=penalties,
        methods=_methods(x, y, penalties, best, per_target, groups, n_folds, len(blocks)),
        left_out=left_out,
    )


def threads(x: np.ndarray) -> AbstractContextManager[object]:
    """Let small problems have one thread of linear algebra."""
    return one_blas_thread() if min(x.shape) < SMALL else nullcontext()


def check_arrays(x: np.ndarray, y: np.ndarray, penalties: np.ndarray, groups: Any) -> None:
    """Raise unless features, targets and penalties fit each other and are finite."""
    require(
        x.ndim == y.ndim == 2 and len(x) == len(y) and min(x.shape[1], y.shape[1]) > 0,
        f"x must be sample × feature and y sample × target, of the same samples; got the shapes {x.shape} and "
        f"{y.shape}.",
    )
    require(len(x) >= 3, f"A regression with leave-one-out needs at least 3 samples; got {len(x)}.")
    for name, values in {"x": x, "y": y}.items():
        lost = int((~np.isfinite(values)).sum())
        require(lost == 0, f"{name} has {counted(lost, 'value')} that are NaN or infinite; leave those samples out.")
    require(
        penalties.ndim == 1 and len(penalties) > 0 and bool((np.isfinite(penalties) & (penalties > 0)).all()),
        f"penalties must be one or more positive numbers; got {penalties}.",
    )
    require(
        groups is None or len(groups) == len(x),
        f"groups must name the group of each of the {len(x)} samples; got {0 if groups is None else len(groups)}.",
    )


def blocks_left_out(n: int, groups: Any, n_folds: int | None, key: PRNGKey | None) -> list[np.ndarray]:
    """Return the samples that are left out together, block by block."""
    if groups is None and n_folds is None:
        return list(np.arange(n)[:, None])
    labels = np.arange(n) if groups is None else np.asarray(groups)
    folds = splits(labels, n_folds or len(np.unique(labels)), key=key)
    return sorted((fold.test for fold in folds), key=len)


def _methods(
    x: np.ndarray,
    y: np.ndarray,
    penalties: np.ndarray,
    best: np.ndarray,
    per_target: bool,
    groups: Any,
    n_folds: int | None,
    n_blocks: int,
) -> str:
    size = (
        f"Ridge regression with an intercept predicts {counted(y.shape[1], 'target')} from "
        f"{counted(x.shape[1], 'feature')} of {len(x)} samples."
    )
    if len(penalties) == 1:
        return f"{size} The penalty on the sum of squared weights is {significant(penalties[0])}."
    left = (
        f"{n_blocks} folds{'' if groups is None else ' of whole groups'}, one at a time,"
        if n_folds is not None
        else "one sample at a time"
        if groups is None
        else f"one of {n_blocks} groups at a time"
    )
    at_end = np.isin(best, [penalties.argmin(), penalties.argmax()]).mean()
    return (
        f"{size} The penalty on the sum of squared weights was chosen {'for each target' if per_target else 'for all'} "
        f"among {len(penalties)} values from {significant(penalties.min())} to {significant(penalties.max())}, by the "
        f"smallest squared error when leaving out {left} (in closed form). It is the smallest or the largest of these "
        f"values for {percent(at_end)} of the targets."
    )
