"""The phase plane of any two-dimensional system: nullclines, field, separatrices, basins, cycles."""

from itertools import pairwise
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from contourpy import LineType, contour_generator
from jaxtyping import Array, Bool, Float, Int

from ...errors import require
from .fixed_points import Bounds, Box, bounds, solve
from .simulate import integrate
from .system import System, in_float64, states

Curve = Float[np.ndarray, "_ 2"]
"""Points in the plane, as many as it takes."""

OFFSET = (0.37, 0.41)
"""The grid begins and ends by these shares of a cell outside the box, so that no branch lies along its nodes."""
POLISHING_STEPS = 12
POLISHED = 1e-9
"""Share of the box within which a point lies on its nullcline (at a crossing of branches: its square root)."""
CORNER = np.cos(np.deg2rad(40))
"""A polyline that turns by more than 40° passes from one branch to another."""
REPLACED = 2
BEYOND = np.arange(1.0, 5.0)
"""Points replaced before a corner, and the new ones, in cells."""
MANIFOLD_STEP = 1 / 1000
MANIFOLD_STEPS = 6000
LEAVE = 1e-6
"""Where a manifold begins: this share of the box from its saddle."""


def nullclines(system: System, box: Box, *, n: int = 200, t: float = 0.0) -> dict[str, list[Curve]]:
    """Find the nullclines of a two-dimensional system, each branch separately.

    Zero contours on a grid, polished by Newton's method, so that horizontal, vertical and closed branches are found
    like any other. Points that Newton's method does not take to a zero (at a jump of dx/dt) are left out; where two
    branches cross, each side is a separate curve. Branches along which dx/dt does not change its sign are not seen,
    nor are loops smaller than a cell.

    Parameters
    ----------
    system : System
        Of dimension 2.
    box : mapping of str to (low, high), or sequence of (low, high)
    n : int
        Cells of the grid per axis. Default 200.
    t : float
        ms, for a system whose input changes in time. Default 0.

    Returns
    -------
    dict of str to list of array, shape (point, 2)
        Variable → its branches, each a curve of points in the order of the system's variables.

    Raises
    ------
    InputError
        If the system is not two-dimensional or the box does not fit it.

    Examples
    --------
    >>> from isocortex.dynamics import Custom
    >>> prey = Custom(lambda t, x: jnp.stack([x[0] * (1 - x[1]), x[1] * (x[0] - 1)]), ("prey", "hunters"))
    >>> len(nullclines(prey, [(-1, 3), (-1, 3)])["prey"])  # a vertical and a horizontal line, cut where they cross
    4
    """
    low, high = bounds_in_plane(system, box)
    require(n >= 4, f"n must be at least 4 cells per axis; got {n}.")
    width, cell = high - low, (high - low) / n
    with jax.enable_x64(True):
        exact, now = in_float64(system), jnp.asarray(t, float)
        axes = [np.linspace(low[i] - OFFSET[0] * cell[i], high[i] + OFFSET[1] * cell[i], n + 1) for i in (0, 1)]
        values = np.asarray(_on_grid(exact, now, axes[0], axes[1]))
        found = {}
        for i, name in enumerate(system.variables):
            masked = np.ma.masked_invalid(values[..., i])
            raw = contour_generator(axes[0], axes[1], masked, line_type=LineType.Separate).lines(0.0)
            found[name] = _branches(exact, now, i, [np.asarray(line) for line in raw], low, width, cell)
    return found


def vector_field(system: System, box: Box, *, n: int = 21, t: float = 0.0) -> xr.DataArray:
    """Evaluate dx/dt on a grid of a two-dimensional system.

    Returns
    -------
    DataArray, (second variable, first variable, variable)
        In the unit of x per ms, with the grid as coordinates; rows are the second variable, as in a picture.

    Raises
    ------
    InputError
        If the system is not two-dimensional or the box does not fit it.

    Examples
    --------
    >>> from isocortex.dynamics import WilsonCowan
    >>> vector_field(WilsonCowan(), {"E": (0, 1), "I": (0, 1)}, n=5).shape
    (5, 5, 2)
    """
    low, high = bounds_in_plane(system, box)
    first, second = (np.linspace(low[i], high[i], n) for i in (0, 1))
    with jax.enable_x64(True):
        values = np.asarray(_on_grid(in_float64(system), jnp.asarray(t, float), first, second))
    x, y = system.variables
    return xr.DataArray(
        values, dims=(y, x, "variable"), coords={y: second, x: first, "variable": [x, y]}, name="vector field"
    )


def manifold(system: System, saddle: Any, box: Box, *, stable: bool = True, t: float = 0.0) -> list[Curve]:
    """Follow the two branches of a saddle's stable or unstable manifold until they leave the box.

    The stable manifold is the separatrix: it parts what flows to one side from what flows to the other. It is
    followed backwards in time along its own length, from a step off the saddle in the direction of the eigenvector.

    Parameters
    ----------
    system : System
        Of dimension 2.
    saddle : array, shape (2,)
        A fixed point with one positive and one negative eigenvalue.
    box : mapping of str to (low, high), or sequence of (low, high)
    stable : bool
        Default True; False follows the unstable manifold forwards.
    t : float
        ms, for a system whose input changes in time. Default 0.

    Returns
    -------
    list of two arrays, shape (point, 2)
        Each begins at the saddle, and ends at the edge of the box or at another fixed point.

    Raises
    ------
    InputError
        If the point is not a saddle of the system.

    Examples
    --------
    >>> from isocortex.dynamics import WilsonCowan, fixed_points
    >>> system, box = WilsonCowan(), {"E": (0, 1), "I": (0, 1)}
    >>> saddle = fixed_points(system, box)["x"].values[1]
    >>> len(manifold(system, saddle, box))
    2
    """
    low, high = bounds_in_plane(system, box)
    start = states(system, saddle, "saddle")
    require(start.ndim == 1, f"saddle must be one point; got shape {start.shape}.")
    width = high - low
    with jax.enable_x64(True):
        exact, now = in_float64(system), jnp.asarray(t, float)
        start, J = (np.asarray(part) for part in _newton(exact, now, jnp.asarray(start)))
        J = J * width / width[:, None]
        values, vectors = np.linalg.eig(J)
        require(
            bool(np.isreal(values).all() and np.real(values).min() < 0 < np.real(values).max()),
            f"The fixed point at {start.round(6).tolist()} is not a saddle; its eigenvalues are "
            f"{values.round(6).tolist()}.",
        )
        along = np.real(vectors[:, np.argmin(np.real(values)) if stable else np.argmax(np.real(values))])
        sign = jnp.asarray(-1.0 if stable else 1.0)
        firsts = start / width + LEAVE * np.stack([along, -along])
        points, lengths = (np.asarray(part) for part in _follow(exact, now, firsts, sign, low, high))
    return [
        np.concatenate([start[None], curve[:length] * width]) for curve, length in zip(points, lengths, strict=True)
    ]


def basins(
    system: System, box: Box, attractors: Any, *, duration: float | int, dt: float | int, n: int = 101
) -> xr.DataArray:
    """Find which attractor each starting point of a grid ends at.

    Parameters
    ----------
    system : System
        Of dimension 2, without noise.
    box : mapping of str to (low, high), or sequence of (low, high)
    attractors : array, shape (attractor, 2)
        Stable fixed points.
    duration, dt : float
        ms; the steps are of the Runge–Kutta scheme of order 4.
    n : int
        Starting points per axis. Default 101.

    Returns
    -------
    DataArray of int, (second variable, first variable)
        Number of the attractor within 1 % of the box at the end, −1 if there is none.

    Examples
    --------
    >>> from isocortex.dynamics import WilsonCowan, fixed_points
    >>> system, box = WilsonCowan(), {"E": (0, 1), "I": (0, 1)}
    >>> ends = fixed_points(system, {"E": (-0.05, 1), "I": (-0.05, 1)})["x"].values[[0, 2]]
    >>> np.unique(basins(system, box, ends, duration=50, dt=0.1, n=5)).tolist()
    [0, 1]
    """
    low, high = bounds_in_plane(system, box)
    goals = states(system, attractors, "attractors").reshape(-1, 2)
    require(dt > 0 and duration >= dt, f"duration must be at least one step of dt > 0 ms; got {duration} and {dt}.")
    first, second = (np.linspace(low[i], high[i], n) for i in (0, 1))
    starts = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
    with jax.enable_x64(True):
        ends = np.asarray(_ends(in_float64(system), starts, jnp.asarray(dt, float), round(duration / dt)))
    away = np.linalg.norm((ends[:, None] - goals) / (high - low), axis=-1)
    away = np.where(np.isfinite(away), away, np.inf)
    nearest = np.where(away.min(axis=1) < 0.01, away.argmin(axis=1), -1)
    x, y = system.variables
    return xr.DataArray(nearest.reshape(n, n), dims=(y, x), coords={y: second, x: first}, name="basin")


def bounds_in_plane(system: System, box: Box) -> Bounds:
    """Return the bounds of a box, for a system of two dimensions."""
    require(
        system.dimension == 2,
        f"A phase plane needs two variables; {type(system).__name__} has {system.dimension}: "
        f"{', '.join(system.variables[:4])}{', …' if system.dimension > 4 else ''}.",
    )
    return bounds(system, box)


@eqx.filter_jit
def _on_grid(system: System, t: Array, first: Any, second: Any) -> Float[Array, "second first 2"]:
    rate = lambda x, y: system.f(t, jnp.stack([x, y]))  # noqa: E731
    return jax.vmap(jax.vmap(rate, (0, None)), (None, 0))(first, second)


@eqx.filter_jit
def _newton(system: System, t: Array, x: Array) -> tuple[Float[Array, " 2"], Float[Array, "2 2"]]:
    """Return the fixed point next to x, and its Jacobian."""
    rate = lambda x: system.f(t, x)  # noqa: E731
    x = jax.lax.fori_loop(0, 4, lambda _, x: x - solve(jax.jacfwd(rate)(x), rate(x)), x)
    return x, jax.jacfwd(rate)(x)


@eqx.filter_jit
def _polish(system: System, t: Array, i: int, points: Any, free: Any, width: Any) -> tuple[Array, Array]:
    """Move points onto the zero set of component i, along the axes in which they are free (1, else 0).

    Returns them and how far from the set they still are, all in widths of the box.
    """

    def value(u: Float[Array, " 2"]) -> Float[Array, ""]:
        return system.f(t, u * width)[i]

    def one(u: Float[Array, " 2"], free: Float[Array, " 2"]) -> tuple[Array, Array]:
        def step(_: Array, u: Float[Array, " 2"]) -> Float[Array, " 2"]:
            g, slope = jax.value_and_grad(value)(u)
            along = slope * free
            steep = along @ along > 1e-6 * (slope @ slope)
            return u - jnp.where(steep, g * along / jnp.where(steep, along @ along, 1.0), 0.0)

        u = jax.lax.fori_loop(0, POLISHING_STEPS, step, u)
        g, slope = jax.value_and_grad(value)(u)
        return u, jnp.where(g == 0, 0.0, jnp.abs(g) / jnp.linalg.norm(slope))

    return jax.vmap(one)(points, free)


def _branches(
    system: System, t: Array, i: int, lines: list[Curve], low: np.ndarray, width: np.ndarray, cell: np.ndarray
) -> list[Curve]:
    """Polish contour lines, and cut them where they leave the box, do not reach a zero, or turn a corner.

    A contour cuts the corner where two branches cross, so the pieces are drawn out by a cell each, beyond the crossing.
    """
    on_set = _polished(system, t, i, lines, width, cell)
    inside = [piece for curve in on_set for piece in _cut_at_edges(curve, low, low + width)]
    pieces = [piece for curve in inside for piece in _cut_at_corners(curve, cell)]
    final = _polished(system, t, i, pieces, width, cell, edges=(low, low + width))
    return [piece for curve in final for piece in _cut_at_edges(curve, low, low + width)]


def _polished(
    system: System,
    t: Array,
    i: int,
    lines: list[Curve],
    width: np.ndarray,
    cell: np.ndarray,
    edges: tuple[np.ndarray, ...] = (),
) -> list[Curve]:
    """Move lines onto the zero set of component i, leaving out what finds no zero; what is on an edge stays on it."""
    if not lines:
        return []
    raw = np.concatenate(lines)
    free = np.ones_like(raw)
    for edge in edges:
        free[raw == edge] = 0
    size = max(1024, 2 ** int(np.ceil(np.log2(len(raw)))))
    padded, free_padded = (np.resize(part, (size, 2)) for part in (raw / width, free))
    points, off = (np.asarray(part)[: len(raw)] for part in _polish(system, t, i, padded, free_padded, width))
    points = np.where(free == 1, points * width, raw)
    good = (np.abs((points - raw) / cell).max(axis=1) < 2) & (off < np.sqrt(POLISHED))
    ends = np.cumsum([len(line) for line in lines])[:-1]
    found = []
    for curve, kept in zip(np.split(points, ends), np.split(good, ends), strict=True):
        found += [curve[piece] for piece in _runs(kept)]
    return found


def _runs(kept: Bool[np.ndarray, " point"]) -> list[Int[np.ndarray, " kept"]]:
    """Return the indices of every stretch of two or more points that are kept."""
    pieces = np.split(np.arange(len(kept)), np.flatnonzero(np.diff(kept)) + 1)
    return [piece for piece in pieces if kept[piece[0]] and len(piece) > 1]


def _cut_at_edges(curve: Curve, low: np.ndarray, high: np.ndarray) -> list[Curve]:
    """Return the stretches of a curve within the box, ending on its edges where it leaves the box."""
    slack = 1e-9 * (high - low)
    curve = np.where(np.abs(curve - low) <= slack, low, np.where(np.abs(curve - high) <= slack, high, curve))
    for axis in (0, 1):
        for edge in (low[axis], high[axis]):
            side = np.sign(curve[:, axis] - edge)
            at = np.flatnonzero(side[:-1] * side[1:] < 0)
            share = (edge - curve[at, axis]) / (curve[at + 1, axis] - curve[at, axis])
            crossing = curve[at] + share[:, None] * (curve[at + 1] - curve[at])
            crossing[:, axis] = edge
            curve = np.insert(curve, at + 1, crossing, axis=0)
    return [curve[piece] for piece in _runs(np.all((curve >= low) & (curve <= high), axis=1))]


def _cut_at_corners(curve: Curve, cell: np.ndarray) -> list[Curve]:
    """Cut a curve where it turns sharply, and draw what is left at each cut out beyond it.

    The last points before a cut may lie on either branch, and are replaced.
    """
    steps = np.linalg.norm(np.diff(curve, axis=0) / cell, axis=1)
    curve = curve[np.concatenate([[True], steps > 1e-2])]
    if len(curve) < 2:
        return []
    along = np.diff(curve, axis=0) / cell
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    edges = [0, *(np.flatnonzero((along[1:] * along[:-1]).sum(axis=1) < CORNER) + 1), len(curve) - 1]
    pieces = []
    for a, b in pairwise(edges):
        first, last = a + REPLACED * (a > 0), b - REPLACED * (b < len(curve) - 1)
        if (first, last) != (a, b) and last <= first:
            continue  # the short cut from one branch to the other
        piece = curve[first : last + 1]
        if first > a:
            piece = np.concatenate([piece[0] - BEYOND[::-1, None] * cell * along[first], piece])
        if last < b:
            piece = np.concatenate([piece, piece[-1] + BEYOND[:, None] * cell * along[last - 1]])
        pieces.append(piece)
    return pieces


@eqx.filter_jit
def _follow(
    system: System, t: Array, firsts: Any, sign: Array, low: Any, high: Any
) -> tuple[Float[Array, "branch point 2"], Int[Array, " branch"]]:
    """Follow the flow along its length (in widths of the box); return points and how many of them count."""
    width = high - low

    def direction(u: Float[Array, " 2"]) -> Float[Array, " 2"]:
        slope = sign * system.f(t, u * width) / width
        return slope / jnp.maximum(jnp.linalg.norm(slope), 1e-300)

    def step(state: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], tuple[Array, Bool[Array, ""]]]:
        u, alive = state
        h = MANIFOLD_STEP
        k1 = direction(u)
        k2 = direction(u + h / 2 * k1)
        k3 = direction(u + h / 2 * k2)
        k4 = direction(u + h * k3)
        moved = u + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        ahead = (k1 @ k4 > 0) & jnp.isfinite(moved).all()  # beside a fixed point the direction turns round
        inside = ((u * width >= low) & (u * width <= high)).all()
        alive = alive & ahead & inside
        return (jnp.where(alive, moved, u), alive), (u, alive)

    def one(first: Float[Array, " 2"]) -> tuple[Array, Array]:
        _, (points, alive) = jax.lax.scan(step, (first, jnp.array(True)), None, MANIFOLD_STEPS)
        return points, 1 + alive.sum()

    return jax.vmap(one)(firsts)


@eqx.filter_jit
def _ends(system: System, starts: Any, dt: Array, n_steps: int) -> Float[Array, "start 2"]:
    return jax.vmap(lambda x: integrate(system, x, dt=dt, n_saves=1, save_every=n_steps)[-1])(starts)
