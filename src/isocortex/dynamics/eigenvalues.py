"""What the eigenvalues of a Jacobian say about a fixed point."""

import numpy as np
from jaxtyping import Complex, Float

MARGINAL = 1e-6
"""An eigenvalue whose real part is below this share of the largest one's size is taken as zero."""


def kind(eigenvalues: Complex[np.ndarray, " mode"]) -> str:
    """Return what a fixed point with these eigenvalues is.

    A node if all are real and a spiral if not, stable if every real part is negative, unstable if every one is
    positive; a saddle if there are both. If a real part vanishes, and none is positive beside it, the linearisation
    does not decide: a centre in the plane if it is a pair ±iω, else marginal (as where there is no linearisation).

    Examples
    --------
    >>> kind(np.array([-1 + 2j, -1 - 2j])), kind(np.array([1.0, -1.0]) + 0j), kind(np.array([1j, -1j]))
    ('stable spiral', 'saddle', 'centre')
    """
    if not np.isfinite(eigenvalues).all():
        return "marginal"
    zero = MARGINAL * np.abs(eigenvalues).max()
    real, turns = np.real(eigenvalues), bool((np.abs(np.imag(eigenvalues)) > zero).any())
    if (real > zero).any() and (real < -zero).any():
        return "saddle"
    if (np.abs(real) <= zero).any():
        return "centre" if turns and len(eigenvalues) == 2 else "marginal"
    return f"{'stable' if real[0] < 0 else 'unstable'} {'spiral' if turns else 'node'}"


def sorted_eigenvalues(jacobians: Float[np.ndarray, "*batch row column"]) -> Complex[np.ndarray, "*batch mode"]:
    """Return eigenvalues per ms, the largest real part first, and of a pair the positive imaginary part.

    NaN where a Jacobian is not finite.
    """
    finite = np.isfinite(jacobians).all(axis=(-2, -1))
    values = np.linalg.eigvals(np.where(finite[..., None, None], jacobians, 0.0)).astype(complex)
    order = np.lexsort((-np.imag(values), -np.round(np.real(values), 12)), axis=-1)
    return np.where(finite[..., None], np.take_along_axis(values, order, axis=-1), np.nan)
