"""Check whether dt is short enough for a solver, from the linearisation of a system at its initial states."""

import warnings
from collections.abc import Mapping
from itertools import product
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

from .eigenvalues import sorted_eigenvalues
from .solvers import SOLVERS
from .system import State, System

LINEARISED = 16
"""Initial states, or in large systems values of swept parameters, at which the stability of the scheme is checked."""
DENSE = 64
"""Dimensions up to which all eigenvalues are looked at; in more, those that a step multiplies most."""
GREATEST, RESTARTS = 6, 10
"""Such eigenvalues, and restarts of Arnoldi's method: at most some 200 products with the Jacobian."""


def over_parameters(function: Any, system: System, swept: Mapping[str, Any]) -> Any:
    """Return function(system) for every combination of values of parameters, a leading axis for each parameter."""
    if not swept:
        return function(system)
    (name, values), *rest = swept.items()
    return jax.vmap(lambda value: over_parameters(function, system.replace(**{name: value}), dict(rest)))(values)


@eqx.filter_jit
def linearised(
    system: System, swept: Mapping[str, Array | np.ndarray], x: Float[Array, "trial dimension"], t: Float[Array, ""]
) -> Float[Array, "*sweep trial dimension dimension"]:
    def jacobians(system: System) -> Array:
        return jax.vmap(jax.jacfwd(lambda x: system.f(t, x)))(x)

    return over_parameters(jacobians, system, swept)


def _eigenvalues(
    system: System, swept: Mapping[str, np.ndarray], x0: Float[Array, "trial dimension"], dt: float | int, solver: str
) -> np.ndarray:
    """Return eigenvalues of the linearisation at initial states per ms, among them those that a step multiplies most.

    In a large system no Jacobian is built: at the first state, Arnoldi's method looks for the greatest eigenvalues of
    the linearised step of the scheme.
    """
    n = system.dimension
    if n <= DENSE:
        return sorted_eigenvalues(np.asarray(linearised(system, swept, x0[:LINEARISED], jnp.zeros(()))))
    grid = list(product(*(range(len(values)) for values in swept.values())))
    some = [grid[i] for i in np.unique(np.linspace(0, len(grid) - 1, LINEARISED).astype(int))]
    chosen = [{name: jnp.asarray(swept[name][k]) for name, k in zip(swept, place, strict=True)} for place in some]
    step = jnp.asarray(dt, float)
    return np.concatenate([_greatest(system.replace(**values), x0[0], step, solver) for values in chosen])


def _greatest(system: System, x: State, dt: Float[Array, ""], solver: str) -> np.ndarray:
    """Return the eigenvalues per ms of the modes that a step multiplies most, by Arnoldi's method."""

    def pushed(v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        of_rate, of_step = _pushed(system, x, jnp.asarray(v.ravel()), dt, solver)
        return np.asarray(of_rate), np.asarray(of_step)

    shape, start = (len(x), len(x)), np.random.default_rng(0).standard_normal(len(x))
    operator: Any = LinearOperator(shape, matvec=lambda v: pushed(v)[1], dtype=float)  # pyright: ignore[reportCallIssue]
    options: dict[str, Any] = {"v0": start, "maxiter": RESTARTS, "tol": 1e-3}
    try:
        vectors = eigs(operator, GREATEST, **options)[1]
    except ArpackNoConvergence as stopped:  # what has converged by then is what grows most
        vectors = stopped.eigenvectors
    return np.array([v.conj() @ (pushed(v.real)[0] + 1j * pushed(v.imag)[0]) for v in np.asarray(vectors).T], complex)


@eqx.filter_jit
def _pushed(system: System, x: State, v: State, dt: Float[Array, ""], solver: str) -> tuple[State, State]:
    """Return the products of a vector with the Jacobian of dx/dt, and with that of one step without noise."""
    step, zero = SOLVERS[solver].step, jnp.zeros(())
    assert step is not None
    rate = jax.jvp(lambda x: system.f(zero, x), (x,), (v,))[1]
    return rate, jax.jvp(lambda x: step(system, zero, x, dt, jnp.zeros_like(x)), (x,), (v,))[1]


def warn_if_unstable(
    system: System, swept: Mapping[str, np.ndarray], x0: Float[Array, "trial dimension"], dt: float | int, solver: str
) -> None:
    """Warn where the scheme lets a mode grow that decays in the system."""
    eigenvalues = _eigenvalues(system, swept, x0, dt, solver)
    found = eigenvalues[np.isfinite(eigenvalues)]
    decaying = found[np.real(found) < -1e-9 * np.abs(found)]
    shares = np.linspace(0, 1, 1001)[1:]
    grows = SOLVERS[solver].amplification(shares[:, None] * dt * decaying.astype(complex)[None]) > 1 + 1e-12
    if grows[-1].any():
        bound = dt * shares[np.argmax(grows.any(axis=1))]
        other = "" if SOLVERS[solver].noisy else ", or solver='kvaerno5', which chooses its steps"
        warnings.warn(
            f"dt = {dt:g} ms is too long for {solver}: linearised at x0, it lets decaying modes grow for dt above "
            f"{bound:.3g} ms. Take a smaller dt{other}.",
            RuntimeWarning,
            stacklevel=3,
        )
