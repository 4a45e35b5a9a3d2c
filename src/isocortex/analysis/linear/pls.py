"""Partial least squares: regress many targets on a few directions of the features."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from ...errors import require
from ...formats import counted
from .ridge import check_arrays
from .spectrum import Targets, Weights


@dataclass(frozen=True, eq=False)
class PLSFit:
    """Partial least squares regression.

    Attributes
    ----------
    weights : array, shape (feature, target)
    intercept : array, shape (target,)
    n_components : int
    methods : str
        What was done, in words.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(50, 4))
    >>> fit = pls(x, x @ rng.normal(size=(4, 3)), n_components=2)
    >>> fit.predict(x).shape
    (50, 3)
    """

    weights: Weights
    intercept: Float[np.ndarray, " target"]
    n_components: int
    methods: str

    def predict(self, x: Any) -> Targets:
        """Return the targets of samples that are predicted from their features, shape (sample, target)."""
        x = np.asarray(x, dtype=float)
        require(
            x.ndim == 2 and x.shape[1] == len(self.weights),
            f"x must be sample × {len(self.weights)} features, as in the fit; got the shape {x.shape}.",
        )
        return x @ self.weights + self.intercept


def pls(x: Any, y: Any, *, n_components: int = 25, scale: bool = False) -> PLSFit:
    """Regress many targets on the few directions of the features that vary most together with them.

    The algorithm is scikit-learn's PLSRegression. The field maps layers of networks to neurons with 25 components.

    Parameters
    ----------
    x : array, shape (sample, feature)
    y : array, shape (sample, target)
    n_components : int
        Default 25.
    scale : bool
        Divide every feature and target by its standard deviation first. Default False.

    Raises
    ------
    InputError
        If the shapes do not fit, a number is not finite, or there are more components than samples less one, or than
        features.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(50, 4))
    >>> pls(x, x @ np.array([[1.0], [2], [0], [0]]), n_components=4).weights.round(6).ravel()[:2]
    array([1., 2.])
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    check_arrays(x, y, np.ones(1), None)
    most = min(len(x) - 1, x.shape[1])
    require(1 <= n_components <= most, f"n_components must be at least 1 and at most {most}; got {n_components}.")
    from sklearn.cross_decomposition import PLSRegression

    fit = PLSRegression(n_components, scale=scale).fit(x, y)
    weights = fit.coef_.T
    return PLSFit(
        weights,
        y.mean(axis=0) - x.mean(axis=0) @ weights,
        n_components,
        f"Partial least squares regression with {counted(n_components, 'component')} predicts "
        f"{counted(y.shape[1], 'target')} from {counted(x.shape[1], 'feature')} of {len(x)} samples.",
    )
