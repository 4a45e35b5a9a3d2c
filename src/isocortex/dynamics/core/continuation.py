"""Continuation: follow the fixed points of a system and find their bifurcations as one parameter changes."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Complex, Float

from ...errors import require, unknown
from .eigenvalues import kind, sorted_eigenvalues
from .fixed_points import Box, bounds, fixed_points
from .methods import box_in_words, continuation_in_words
from .system import System, in_float64

Extended = Float[Array, " extended"]

LONGEST_STEP = 1 / 200
"""Along a branch, in widths of the box and of the parameter's range."""
SHORTEST_STEP = 1e-9
MOST_STEPS = 4000
CORRECTIONS = 8
CONVERGED = 1e-8
"""Last step of Newton's method, in widths; as it converges quadratically, rounding is all that is left."""
BISECTIONS = 50
AT_BIFURCATION = 1e-6
"""A test function below this share of its largest value along the branch has no sign there: a section that meets a fold
finds it to 1e-8 of the box."""


def continuation(
    system: System,
    parameter: str,
    between: tuple[float | int, float | int],
    box: Box,
    *,
    n_sections: int = 9,
    n_starts: int = 256,
) -> xr.Dataset:
    """Follow every branch of fixed points through a box while one parameter changes.

    Branches are followed along their own length (Keller's pseudo-arclength continuation), so that they pass round
    folds. They begin at the fixed points of a few sections, values of the parameter equally spaced over its range; a
    closed branch between two sections is missed.

    Parameters
    ----------
    system : System
        Of any dimension.
    parameter : str
        The parameter that changes.
    between : (float, float)
        Its range.
    box : mapping of str to (low, high), or sequence of (low, high)
    n_sections, n_starts : int
        Sections, and starting points of the search for fixed points in each. Defaults 9 and 256.

    Returns
    -------
    Dataset
        Along ``point``, branch after branch: ``branch``, the parameter under its own name, ``x`` (point, variable),
        ``eigenvalue`` (point, mode) per ms, and ``kind``. Along ``bifurcation``: ``type`` (fold, Hopf, or branch
        point, where two branches cross), ``at`` (the parameter) and ``x_at`` (bifurcation, variable), located to 1e-9
        of the range (branch points to 1e-3), and at a Hopf point ``period``, in ms, of the cycle born there.
        ``attrs["methods"]`` says how they were found, as a paragraph for a report.

    Raises
    ------
    InputError
        For an unknown parameter, or a range or box that is not one.

    Examples
    --------
    >>> from isocortex.dynamics import RatePopulation
    >>> found = continuation(RatePopulation(), "I", (0, 1), {"r": (-1, 2)})
    >>> found["type"].values.tolist(), found["at"].values.round(4).tolist()
    (['fold', 'fold'], [0.1219, 0.8138])
    """
    low, high = bounds(system, box)
    if parameter not in system.parameters:
        raise unknown(f"parameter of {type(system).__name__}", parameter, system.parameters)
    first, last = (float(value) for value in between)
    require(bool(np.isfinite([first, last]).all()) and first < last, f"between must be (low, high); got {between}.")
    require(n_sections >= 2, f"n_sections must be at least 2; got {n_sections}.")
    origin, width = np.append(low, first), np.append(high - low, last - first)
    branches: list[np.ndarray] = []
    with jax.enable_x64(True):
        exact = in_float64(system)
        for value in np.linspace(first, last, n_sections):
            found = fixed_points(system.replace(**{parameter: value}), box, n_starts=n_starts)
            for x in found["x"].values:
                u = (np.append(x, value) - origin) / width
                if not any(_on(branch, u) for branch in branches):
                    ways = [np.asarray(w) for w in _trace(exact, parameter, u, origin, width)]
                    back, ahead = (_followed(points, alive) for points, alive in zip(*ways, strict=True))
                    branches.append(np.concatenate([back[::-1], ahead[1:]]))
        found = _labelled(exact, parameter, branches, origin, width)
    methods = continuation_in_words(
        parameter=parameter,
        between=(first, last),
        sections=n_sections,
        starts=n_starts,
        box=box_in_words(system.variables, low, high),
    )
    return found.assign_attrs(methods=methods)


def _labelled(
    system: System, parameter: str, branches: list[np.ndarray], origin: np.ndarray, width: np.ndarray
) -> xr.Dataset:
    """Add eigenvalues and kinds to the branches, and find what happens along them."""
    dimension = system.dimension
    events, columns = [], []
    for number, u in enumerate(branches):
        eigenvalues, turn = _along(system, parameter, u, origin, width)
        columns.append((np.full(len(u), number), u * width + origin, eigenvalues))
        for test in ("fold", "Hopf"):
            values = turn * np.abs(eigenvalues).min(axis=1) if test == "fold" else _hopf(eigenvalues)
            for i, j in _sign_changes(values):
                events.append(_located(system, parameter, test, u[i], u[j], origin, width))
    events = sorted((e for e in events if e is not None), key=lambda event: event[1][-1])
    branch, points, eigenvalues = (
        (np.concatenate(column) for column in zip(*columns, strict=True))
        if columns
        else (np.zeros(0, int), np.zeros((0, dimension + 1)), np.zeros((0, dimension), complex))
    )
    at = np.array([event[1] for event in events]).reshape(-1, dimension + 1)
    return xr.Dataset(
        {
            "branch": ("point", branch),
            parameter: ("point", points[:, -1]),
            "x": (("point", "variable"), points[:, :-1]),
            "eigenvalue": (("point", "mode"), eigenvalues),
            "kind": ("point", np.array([kind(each) for each in eigenvalues], dtype="<U20")),
            "type": ("bifurcation", np.array([event[0] for event in events], dtype="<U12")),
            "at": ("bifurcation", at[:, -1]),
            "x_at": (("bifurcation", "variable"), at[:, :-1]),
            "period": ("bifurcation", np.array([event[2] for event in events], float)),
        },
        coords={"variable": list(system.variables)},
        attrs={"system": type(system).__name__, "parameter": parameter},
    )


def _sign_changes(values: Float[np.ndarray, " point"]) -> list[tuple[int, int]]:
    """Return every pair of neighbours between which a test function changes its sign.

    A point on the bifurcation itself, as where a section meets a fold, is neither before it nor after it: left out.
    """
    largest = np.nanmax(np.abs(values), initial=0.0)
    some = np.flatnonzero(~(np.abs(values) <= AT_BIFURCATION * largest))
    changed = np.flatnonzero(values[some[:-1]] * values[some[1:]] < 0)
    return [(int(some[k]), int(some[k + 1])) for k in changed]


def _on(branch: np.ndarray, u: np.ndarray) -> bool:
    """Whether a point lies on a branch: closer to it than the points of the branch to one another."""
    a, along = branch[:-1], np.diff(branch, axis=0)
    share = ((u - a) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-300)
    foot = a + np.clip(share, 0, 1)[:, None] * along
    return bool(np.linalg.norm(u - foot, axis=1).min(initial=np.inf) < LONGEST_STEP / 20)


def _followed(points: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Return the points that were accepted, without repeats, as long as the branch stays within its range."""
    points = points[alive]
    return points[np.concatenate([[True], np.abs(np.diff(points, axis=0)).max(axis=1) > 0])]


def _hopf(eigenvalues: Complex[np.ndarray, "point mode"]) -> np.ndarray:
    """Return the real part, nearest to zero, of the complex pairs; NaN where there is no pair."""
    pairs = np.where(np.abs(np.imag(eigenvalues)) > 1e-9 * np.abs(eigenvalues), np.real(eigenvalues), np.nan)
    nearest = np.nanargmin(np.where(np.isnan(pairs), np.inf, np.abs(pairs)), axis=1)
    return np.take_along_axis(pairs, nearest[:, None], axis=1)[:, 0]


def _along(
    system: System, parameter: str, u: np.ndarray, origin: np.ndarray, width: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues of every point, and the sign of det ∂f/∂x, which changes at a fold or a branch point."""
    padded = np.resize(u, (2 ** int(np.ceil(np.log2(max(len(u), 2)))), u.shape[1]))
    jacobians = np.asarray(_jacobians(system, parameter, padded, origin, width))[: len(u)]
    return sorted_eigenvalues(jacobians), np.linalg.slogdet(jacobians)[0]


def _located(
    system: System,
    parameter: str,
    test: str,
    a: np.ndarray,
    b: np.ndarray,
    origin: np.ndarray,
    width: np.ndarray,
) -> tuple[str, np.ndarray, float] | None:
    """Bisect from a to b for where a real eigenvalue, or the real part of a pair, vanishes; None without a pair."""

    def measure(u: np.ndarray) -> tuple[float, np.ndarray]:
        eigenvalues, turn = _along(system, parameter, u[None], origin, width)
        return float(turn[0] if test == "fold" else _hopf(eigenvalues)[0]), eigenvalues[0]

    tangent = (b - a) / np.linalg.norm(b - a)
    short, long, sign = 0.0, float(np.linalg.norm(b - a)), np.sign(measure(a)[0])
    u = a
    for _ in range(BISECTIONS):
        middle = (short + long) / 2
        moved = np.asarray(_corrected(system, parameter, a + middle * tangent, tangent, origin, width))
        if not np.isfinite(moved).all():
            break  # on a branch point, where the direction of the branch is undefined
        u = moved
        short, long = (middle, long) if np.sign(measure(u)[0]) == sign else (short, middle)
    value, eigenvalues = measure(u)
    if test == "fold":
        turns_back = (a[-1] - u[-1]) * (b[-1] - u[-1]) > 0
        return "fold" if turns_back else "branch point", u * width + origin, np.nan
    omega = np.abs(np.imag(eigenvalues)[np.argmin(np.abs(np.real(eigenvalues) - value))]) if np.isfinite(value) else 0.0
    if abs(value) > 1e-6 * omega or omega == 0:  # the pair appears or vanishes there, or it is another pair
        return None
    return "Hopf", u * width + origin, 2 * np.pi / float(omega)


def _rate(system: System, parameter: str, origin: Any, width: Any) -> Any:
    """Return dx/dt as a function of (x, parameter), all in widths."""

    def rate(u: Extended) -> Float[Array, " dimension"]:
        point = u * width + origin
        return system.replace(**{parameter: point[-1]}).f(jnp.zeros(()), point[:-1]) / width[:-1]

    return rate


def _correct(rate: Any, guess: Extended, tangent: Extended) -> tuple[Extended, Array]:
    """Newton's method in the plane through the guess across the tangent; return the point and the last step."""

    def step(_: Array, state: tuple[Extended, Array]) -> tuple[Extended, Array]:
        u, _ = state
        A = jnp.concatenate([jax.jacfwd(rate)(u), tangent[None]])
        change = jnp.linalg.solve(A, jnp.append(rate(u), tangent @ (u - guess)))
        return u - change, jnp.abs(change).max()

    return jax.lax.fori_loop(0, CORRECTIONS, step, (guess, jnp.array(jnp.inf)))


@eqx.filter_jit
def _corrected(system: System, parameter: str, guess: Any, tangent: Any, origin: Any, width: Any) -> Extended:
    return _correct(_rate(system, parameter, origin, width), guess, tangent)[0]


@eqx.filter_jit
def _jacobians(
    system: System, parameter: str, u: Any, origin: Any, width: Any
) -> Float[Array, "point dimension dimension"]:
    """Return ∂f/∂x per ms at every point."""

    def one(u: Extended) -> Float[Array, "dimension dimension"]:
        point = u * width + origin
        return jax.jacfwd(lambda x: system.replace(**{parameter: point[-1]}).f(jnp.zeros(()), x))(point[:-1])

    return jax.vmap(one)(u)


@eqx.filter_jit
def _trace(system: System, parameter: str, start: Any, origin: Any, width: Any) -> tuple[Array, Array]:
    """Follow a branch both ways; return points (way, step, …), and which of them were accepted."""
    rate = _rate(system, parameter, origin, width)

    def tangent_at(u: Extended, before: Extended) -> Extended:
        """Return the direction of the branch, turned the way it was followed."""
        A = jnp.concatenate([jax.jacfwd(rate)(u), before[None]])
        along = jnp.linalg.solve(A, jnp.zeros(len(u)).at[-1].set(1.0))
        return along / jnp.linalg.norm(along)

    def step(state: tuple[Extended, Extended, Array, Array], _: None) -> tuple[Any, tuple[Extended, Array]]:
        u, tangent, size, alive = state
        moved, last = _correct(rate, u + size * tangent, tangent)
        onward = tangent_at(moved, tangent)
        fine = (last < CONVERGED) & (onward @ tangent > 0.9) & jnp.isfinite(moved).all()
        inside = ((moved >= -1e-9) & (moved <= 1 + 1e-9)).all()
        # The last step is shortened until it ends at the edge.
        smaller = ~fine | ~inside
        accepted = alive & ~smaller
        state = (
            jnp.where(accepted, moved, u),
            jnp.where(accepted, onward, tangent),
            jnp.where(smaller, size / 2, jnp.minimum(size * 1.5, LONGEST_STEP)),
            alive & (size > SHORTEST_STEP),
        )
        return state, (state[0], accepted)

    def one(way: Array) -> tuple[Array, Array]:
        null = jnp.linalg.svd(jax.jacfwd(rate)(start))[2][-1]
        first = (start, way * null, jnp.array(LONGEST_STEP), jnp.array(True))
        _, (points, accepted) = jax.lax.scan(step, first, None, MOST_STEPS)
        return jnp.concatenate([start[None], points]), jnp.append(jnp.array([True]), accepted)

    return jax.vmap(one)(jnp.array([-1.0, 1.0]))
