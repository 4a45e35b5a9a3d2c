"""One eigendecomposition from which ridge regression follows for every penalty, in whichever form is smaller."""

from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh

from ...cores import one_blas_thread

LARGE = 2000
"""Order of a matrix, below which several threads take longer to decompose it on a machine that is not idle."""

Features = Float[np.ndarray, "sample feature"]
Targets = Float[np.ndarray, "sample target"]
Weights = Float[np.ndarray, "feature target"]
Basis = Float[np.ndarray, "sample component"]
Shrinkage = Float[np.ndarray, " component"]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The centred features in the basis in which ridge regression is diagonal.

    With penalty λ and g = 1/(s² + λ), the residuals of centred targets y are

    - with at most as many features as samples (primal): y − B diag(g) Bᵀy, where B = XV and XᵀX = V diag(s²) Vᵀ;
    - otherwise (dual): λ B diag(g) Bᵀy, where XXᵀ = B diag(s²) Bᵀ, without the constant vector, which the intercept
      takes.

    Attributes
    ----------
    basis : array, shape (sample, component)
        B.
    powers : array, shape (component,)
        s².
    loadings : array, shape (feature, component), or None
        V in the primal form; None in the dual form.
    """

    basis: Basis
    powers: Shrinkage
    loadings: Float[np.ndarray, "feature component"] | None

    def shrinkage(self, penalty: float) -> Shrinkage:
        """Return g = 1/(s² + λ)."""
        return 1 / (self.powers + penalty)

    def shrinkages(self, penalties: np.ndarray) -> Float[np.ndarray, "component penalty"]:
        """Return g for every penalty."""
        return 1 / (self.powers[:, None] + penalties)

    def left_over(self, rows: np.ndarray, penalty: float) -> np.ndarray:
        """Return the block of I − H between these samples, divided by λ in the dual form; H maps targets to their fit.

        Parameters
        ----------
        rows : array of int, shape (block, item)
        penalty : float

        Returns
        -------
        array, shape (block, item, item)
        """
        some = self.basis[rows]
        within = np.matmul(some * self.shrinkage(penalty), some.transpose(0, 2, 1))
        if self.loadings is None:
            return within
        return np.eye(rows.shape[1]) - 1 / len(self.basis) - within

    def left_over_alone(self, penalties: np.ndarray) -> Float[np.ndarray, "sample penalty"]:
        """Return the diagonal of I − H for every penalty, divided by λ in the dual form."""
        leverage = self.basis**2 @ self.shrinkages(penalties)
        return leverage if self.loadings is None else 1 - 1 / len(self.basis) - leverage

    def residuals(self, y: Targets, z: Float[np.ndarray, "component target"], penalty: float) -> Targets:
        """Return the residuals of centred targets with z = Bᵀy, divided by λ in the dual form."""
        fitted = self.basis @ (self.shrinkage(penalty)[:, None] * z)
        return fitted if self.loadings is None else y - fitted

    def weights(self, x: Features, z: Float[np.ndarray, "component target"], penalty: np.ndarray) -> Weights:
        """Return the weights with a penalty for every target, given the centred features and z = Bᵀy."""
        shrunk = z / (self.powers[:, None] + penalty)
        return x.T @ (self.basis @ shrunk) if self.loadings is None else self.loadings @ shrunk


def spectrum(x: Features) -> Spectrum:
    """Decompose centred features, by the smaller of XᵀX and XXᵀ.

    Powers of directions in which the features do not vary are 0 up to rounding, 1e-16 of the largest.

    Examples
    --------
    >>> found = spectrum(np.array([[1.0, 0, 0], [-1, 0, 0]]))
    >>> found.powers
    array([2.])
    """
    n, n_features = x.shape
    if n_features <= n:
        powers, loadings = _eigh(x.T @ x)
        return Spectrum(x @ loadings, np.maximum(powers, 0), loadings)
    gram = x @ x.T
    gram += max(2 * np.trace(gram), 1.0) / n  # the constant vector gets the largest power, and is the last
    powers, basis = _eigh(gram)
    return Spectrum(basis[:, :-1], np.maximum(powers[:-1], 0), None)


def _eigh(gram: Float[np.ndarray, "item item"]) -> tuple[Shrinkage, Float[np.ndarray, "item component"]]:
    """Decompose a symmetric matrix, which is overwritten."""
    with one_blas_thread() if len(gram) < LARGE else nullcontext():
        return eigh(gram, driver="evd", overwrite_a=True, check_finite=False)
