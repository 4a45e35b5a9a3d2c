"""Classify fixed points by the eigenvalues of their Jacobians."""

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Complex, Float
from scipy.linalg import eig

ROUNDING = 1e-12
"""A real part below this share of the size of the largest eigenvalue is taken as zero: the rounding of a few hundred
well-conditioned eigenvalues. A larger share would take the slow modes of systems with fast ones as marginal."""
SUSPECT = 1e-6
"""Share of the largest eigenvalue below which the rounding of a real part is looked up: more than √ε, what rounding
makes of two eigenvalues 0 that have one eigenvector."""


def kind(eigenvalues: Complex[np.ndarray, " mode"], *, zero: Float[np.ndarray, " mode"] | float | None = None) -> str:
    """Return the kind of a fixed point with these eigenvalues, such as stable node or saddle.

    A node if all are real and a spiral if not, stable if every real part is negative, unstable if every one is
    positive; a saddle if there are both. If a real part vanishes, and none is positive beside it, the linearisation
    does not decide: a centre in the plane if it is a pair ±iω, else marginal (as where there is no linearisation).

    Parameters
    ----------
    eigenvalues : array, shape (mode,)
        The largest real part first.
    zero : float or array, shape (mode,), optional
        Size up to which a real or imaginary part is taken as zero. Default, and least, 1e-12 of the size of the largest
        eigenvalue.

    Examples
    --------
    >>> kind(np.array([-1 + 2j, -1 - 2j])), kind(np.array([1.0, -1.0]) + 0j), kind(np.array([1j, -1j]))
    ('stable spiral', 'saddle', 'centre')
    """
    if not np.isfinite(eigenvalues).all():
        return "marginal"
    largest = np.abs(eigenvalues).max()
    zero = np.maximum(ROUNDING * largest, 0.0 if zero is None else zero)
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
    finite = np.asarray(np.isfinite(jacobians).all(axis=(-2, -1)))
    values = np.linalg.eigvals(np.where(finite[..., None, None], jacobians, 0.0)).astype(complex)
    unit = np.maximum(np.abs(values).max(axis=-1, keepdims=True, initial=0.0), np.finfo(float).tiny)
    order = np.lexsort((-np.imag(values), -np.round(np.real(values) / unit, 12)), axis=-1)
    return np.where(finite[..., None], np.take_along_axis(values, order, axis=-1), np.nan)


def rounding_of_real_parts(
    eigenvalues: Complex[np.ndarray, " mode"], jacobian: Float[np.ndarray, "row column"]
) -> float:
    """Return how large rounding can make a real part that is zero.

    ε‖J‖/s in as many terms as there are dimensions, with s the cosine between left and right eigenvector (LAPACK
    Users' Guide, "Error Bounds for the Nonsymmetric Eigenproblem"), of the modes whose real parts are small.
    """
    largest = np.abs(eigenvalues).max()
    bound = ROUNDING * largest
    if not np.isfinite(largest) or np.abs(np.real(eigenvalues)).min() > SUSPECT * largest:
        return bound
    values, left, right = (np.asarray(part) for part in eig(jacobian, left=True, right=True))
    cosine = np.abs((left.conj() * right).sum(axis=0))[np.abs(np.real(values)) <= SUSPECT * largest]
    error = len(jacobian) * np.finfo(float).eps * np.linalg.norm(jacobian)
    return float(max(bound, error / cosine.min(initial=1.0))) if cosine.all() else np.inf


def time_constants(
    eigenvalues: Complex[np.ndarray, "*any"],
) -> tuple[Float[np.ndarray, "*any"], Float[np.ndarray, "*any"]]:
    """Return the time constants of decay and the periods of rotation of modes.

    Parameters
    ----------
    eigenvalues : array
        λ, per ms.

    Returns
    -------
    time_constant : array
        −1/Re λ in ms: negative where the mode grows e-fold in so many ms, infinite where it does neither.
    period : array
        2π/|Im λ| in ms, infinite where the mode does not turn.

    Examples
    --------
    >>> [each.round(1).tolist() for each in time_constants(np.array([-0.01 + 0.1j, 0.02 + 0j]))]
    [[100.0, -50.0], [62.8, inf]]
    """
    with np.errstate(divide="ignore"):
        return -1 / (np.real(eigenvalues) - 0.0), 2 * np.pi / np.abs(np.imag(eigenvalues))


def stability_table(found: xr.Dataset, *, n_modes: int = 3) -> pd.DataFrame:
    """Return the numbers that describe the stability of each fixed point, for any number of dimensions.

    Parameters
    ----------
    found : Dataset
        From :func:`isocortex.dynamics.fixed_points`.
    n_modes : int
        Modes per point, those that grow fastest or decay slowest. Default 3.

    Returns
    -------
    DataFrame
        A row per point: ``kind``, ``speed``, ``unstable`` (the number of modes that grow), and for each mode
        ``time constant 1`` (ms, negative if it grows), ``period 1`` (ms, infinite if it does not turn), …

    Examples
    --------
    >>> from isocortex.dynamics import RatePopulation, fixed_points
    >>> stability_table(fixed_points(RatePopulation(), {"r": (0, 1)}))["time constant 1"].round(2).tolist()
    [1.71, -2.01, 1.6]
    """
    values = found["eigenvalue"].values
    growing = np.real(values) > ROUNDING * np.abs(values).max(axis=1, keepdims=True, initial=0.0)
    table = {"kind": found["kind"].values, "speed": found["speed"].values, "unstable": growing.sum(axis=1)}
    constants, periods = time_constants(values)
    for mode in range(min(n_modes, values.shape[1])):
        table |= {f"time constant {mode + 1}": constants[:, mode], f"period {mode + 1}": periods[:, mode]}
    return pd.DataFrame(table)
