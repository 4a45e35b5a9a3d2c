"""Linear systems: their modes, and their exact solution by the matrix exponential."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Complex, Float
from scipy.linalg import expm

from ...errors import require
from .eigenvalues import kind
from .system import State, System, Time, states

BEHAVIOURS = {
    "centre": "oscillation",
    "stable node": "decay",
    "stable spiral": "decaying oscillation",
    "unstable node": "growth",
    "unstable spiral": "growing oscillation",
    "saddle": "saddle",
    "marginal": "marginal",
}
"""Kind of the fixed point at the origin → what the solutions do."""


class Linear(System):
    """dx/dt = A·x + b.

    Parameters
    ----------
    A : array, shape (dimension, dimension)
        Per ms.
    b : array, shape (dimension,), optional
        Constant input in the unit of x per ms. Default 0.
    variables : tuple of str, optional
        Default x_1, x_2, …; static.

    Raises
    ------
    InputError
        If A is not a square matrix of finite numbers, or b or the names do not fit it.

    Examples
    --------
    >>> Linear([[2, -5], [1, -2]]).f(0.0, jnp.array([1.0, 0.0])).tolist()
    [2.0, 1.0]
    """

    A: Any
    b: Any
    variables: tuple[str, ...] = eqx.field(static=True)

    def __init__(self, A: Any, b: Any = None, variables: tuple[str, ...] | None = None) -> None:
        matrix = np.asarray(A, float)
        require(
            matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] and matrix.size > 0,
            f"A must be a square matrix; got shape {matrix.shape}.",
        )
        require(bool(np.isfinite(matrix).all()), "A holds NaN or infinite values.")
        n = len(matrix)
        offset = np.zeros(n) if b is None else np.asarray(b, float)
        require(offset.shape == (n,), f"b must have shape ({n},), as A is {n} × {n}; got {offset.shape}.")
        names = tuple(f"x_{i + 1}" for i in range(n)) if variables is None else tuple(variables)
        require(len(names) == n, f"A is {n} × {n}, but {len(names)} variables are named.")
        self.A, self.b, self.variables = matrix, offset, names

    def f(self, t: Time, x: State) -> State:
        """Return dx/dt per ms."""
        return jnp.asarray(self.A) @ x + self.b


def complex_mode(a: complex) -> Linear:
    """Return dz/dt = a·z of a complex number as a real system of (Re z, Im z); `a` is per ms.

    Examples
    --------
    >>> complex_mode(-1 + 2j).A.tolist()
    [[-1.0, -2.0], [2.0, -1.0]]
    """
    return Linear([[a.real, -a.imag], [a.imag, a.real]], variables=("real", "imaginary"))


def modes(A: Any) -> xr.Dataset:
    """Decompose a linear system into its modes.

    Parameters
    ----------
    A : array, shape (dimension, dimension), or Linear
        Per ms.

    Returns
    -------
    Dataset
        Along ``mode``, the slowest decay or fastest growth first: ``eigenvalue`` per ms (complex), ``time_constant``
        −1/Re λ in ms (negative: growth; infinite: neither), ``frequency`` in Hz, and ``eigenvector`` (variable, mode)
        of length 1. The attribute ``behaviour``: decay, growth, oscillation, saddle, decaying oscillation, growing
        oscillation, or marginal.

    Examples
    --------
    >>> modes([[3, -2], [2, -2]]).attrs["behaviour"]
    'saddle'
    """
    system = A if isinstance(A, Linear) else Linear(A)
    values, vectors = np.linalg.eig(np.asarray(system.A))
    order = np.lexsort((-np.imag(values), -np.round(np.real(values), 12)))
    values, vectors = values[order].astype(complex), vectors[:, order].astype(complex)
    real = np.where(np.abs(np.real(values)) <= 1e-12 * np.abs(values).max(), 0.0, np.real(values))
    with np.errstate(divide="ignore"):
        time_constant = -1 / real
    return xr.Dataset(
        {
            "eigenvalue": ("mode", values),
            "time_constant": ("mode", np.where(real == 0, np.inf, time_constant)),
            "frequency": ("mode", 1000 * np.abs(np.imag(values)) / (2 * np.pi)),
            "eigenvector": (("variable", "mode"), vectors),
        },
        coords={"variable": list(system.variables)},
        attrs={"behaviour": behaviour(values)},
    )


def behaviour(eigenvalues: Complex[np.ndarray, " mode"]) -> str:
    """Describe the solutions of a linear system with these eigenvalues in words."""
    return BEHAVIOURS[kind(eigenvalues)]


def solution(system: Linear, x0: Any, times: Any) -> xr.DataArray:
    """Solve a linear system exactly, x(t) = e^{At}·x0 (with b: of the system that has a constant 1 beside x).

    Parameters
    ----------
    system : Linear
    x0 : array, shape (dimension,)
    times : array, shape (time,)
        ms.

    Returns
    -------
    DataArray, (time, variable)

    Examples
    --------
    >>> solution(Linear([[-0.5]]), [1.0], [0, 2]).values.ravel().round(4).tolist()
    [1.0, 0.3679]
    """
    start, when = states(system, x0), np.asarray(times, float)
    require(start.ndim == 1, f"x0 must be one state, of shape ({system.dimension},); got {start.shape}.")
    require(when.ndim == 1 and bool(np.isfinite(when).all()), "times must be a row of finite numbers, in ms.")
    n = system.dimension
    generator: Float[np.ndarray, "row column"] = np.zeros((n + 1, n + 1))
    generator[:n, :n], generator[:n, n] = np.asarray(system.A), np.asarray(system.b)
    x = (expm(when[:, None, None] * generator) @ np.append(start, 1.0))[:, :n]
    labels = {"time": when, "variable": list(system.variables)}
    return xr.DataArray(x, dims=("time", "variable"), coords=labels, name="Linear")
