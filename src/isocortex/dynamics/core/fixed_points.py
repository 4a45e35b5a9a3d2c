"""All fixed points of a system in a box or near given states, and what kind each one is.

Many starts run in one compiled program: damped Gauss–Newton (Levenberg–Marquardt) steps that lower the speed
|dx/dt|, which ends at fixed points, and at slow points where there is none (Sussillo & Barak 2013,
10.1162/NECO_a_00409). A singular Jacobian, as on a line of fixed points, stops none: they go to a near one.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Array, Float
from scipy.stats import qmc

from ...cores import on_cores
from ...errors import require
from .eigenvalues import kind, sorted_eigenvalues
from .system import State, System, in_float64, states

Box: TypeAlias = Mapping[str, Sequence[float | int]] | Sequence[Sequence[float | int]]
Bounds: TypeAlias = Float[np.ndarray, "2 dimension"]

N_STEPS = 100
N_STEPS_SLOW = 1000
RESIDUAL = 1e-13
"""A fixed point has at most this share of the typical speed in the box; Newton then leaves rounding errors."""
ENOUGH = 1e-15
"""A search ends at this share of the typical speed."""
LEAST_DAMPING = 1e-10
"""Share of the mean square slope: a singular system is still solved to six digits, and each step leaves 1e-10."""
SMALL = 2
"""Dimensions up to which a linear system is solved by Cramer's rule."""
TOGETHER = 64
"""Starts that go in step in more dimensions: enough to fill a core, few enough that several cores share them."""
ROWS = 16
"""Points that are linearised at once, at least."""
SAME = 1e-6
"""Points closer than this share of the box are one."""


def fixed_points(
    system: System,
    box: Box | None = None,
    *,
    starts: Any = None,
    n_starts: int = 512,
    slow: float | None = None,
    early: bool = False,
    t: float = 0.0,
) -> xr.Dataset:
    """Find the fixed points of a system in a box, or near given states, to 1e-10 of their extent, with their kinds.

    Parameters
    ----------
    system : System
        Of any dimension.
    box : mapping of str to (low, high), or sequence of (low, high), optional
        The bounds of every variable: searches start all over it, and what they find in it counts.
    starts : array, shape (start, variable), optional
        States to start from instead, such as those that trajectories visit: the only way in many dimensions. What lies
        within their bounds, widened on each side by the widest, counts.
    n_starts : int
        Starting points in a box, spread evenly (Sobol's sequence). More find rarer points. Default 512.
    slow : float, optional
        Keep also points where the speed |dx/dt| (unit of x per ms) is at a minimum and at most this.
    early : bool
        End each search where the speed first falls to `slow`. On a line attractor that is not perfect, searches then
        stop all along the line; otherwise they creep on to its few fixed points. Default False.
    t : float
        ms, for a system whose input changes in time: it is held as it is then. Default 0.

    Returns
    -------
    Dataset
        Along ``point``, sorted by the variables in turn: ``x`` (point, variable), ``jacobian`` (point, variable,
        by), ``eigenvalue`` (point, mode) per ms, complex, the largest real part first, ``kind`` and ``speed``
        (point). Empty if there are none. Kinds: stable node, stable spiral, unstable node, unstable spiral, saddle,
        centre, marginal (as :func:`isocortex.dynamics.kind` says), and with `slow`: slow point.

    Raises
    ------
    InputError
        For a box or states that do not fit the system, both or neither of them, or fewer than one start.

    Examples
    --------
    >>> from isocortex.dynamics import WilsonCowan
    >>> found = fixed_points(WilsonCowan(), {"E": (0, 1), "I": (0, 1)})
    >>> (found["x"].values.round(4) + 0.0).tolist()
    [[0.0, 0.0], [0.3369, 0.1684], [0.9384, 0.6725]]
    >>> found["kind"].values.tolist()
    ['stable spiral', 'saddle', 'stable node']
    """
    require((box is None) != (starts is None), "Give either a box or starts.")
    require(n_starts >= 1, f"n_starts must be at least 1; got {n_starts}.")
    require(slow is None or slow > 0, f"slow must be a speed above 0; got {slow}.")
    require(slow is not None or not early, "early=True needs the speed at which a search ends: give slow too.")
    if box is not None:
        low, high = bounds(system, box)
        width, widest = high - low, 0.0
        share = qmc.Sobol(system.dimension, scramble=False).random_base2(int(np.ceil(np.log2(n_starts))))[:n_starts]
        # The first point of the sequence is a corner; the half shift moves it to the centre of its cell.
        begun = low + width * ((share + 0.5 / n_starts) % 1)
    else:
        begun = np.atleast_2d(states(system, starts, "starts"))
        widest = float(np.ptp(begun, axis=0).max()) or float(np.abs(begun).max()) or 1.0
        low, high, width = begun.min(axis=0) - widest, begun.max(axis=0) + widest, np.full(system.dimension, widest)
    with jax.enable_x64(True):
        n_steps = N_STEPS if slow is None else N_STEPS_SLOW
        enough = jnp.asarray(slow if early else 0.0, float)
        x, speed, typical = _searched(in_float64(system), jnp.asarray(t, float), begun / width, width, enough, n_steps)
        if starts is not None:  # they may all be slow: a displacement by a width is a measure of speed too
            some = begun[np.linspace(0, len(begun) - 1, ROWS).astype(int)]
            slopes = np.asarray(_linearised(in_float64(system), jnp.asarray(t, float), some)[1])
            typical = np.hypot(typical, widest * np.sqrt((slopes**2).sum(axis=(1, 2)).mean() / system.dimension))
        x = x * width
        inside = (np.isfinite(x) & (x >= low - 1e-9 * width) & (x <= high + 1e-9 * width)).all(axis=1)
        exact = speed <= RESIDUAL * typical
        kept = inside & (exact if slow is None else exact | (speed <= slow))
        x = _merged(x[kept], speed[kept], width)
        x = x[np.lexsort(np.round(x / width, 9).T[::-1])]
        n = len(x)
        rows = 2 ** int(np.ceil(np.log2(max(n, ROWS))))  # few shapes, few compilations
        padded = np.concatenate([x, np.repeat(begun[:1], rows - n, axis=0)])
        rates, jacobians = (
            np.asarray(part)[:n] for part in _linearised(in_float64(system), jnp.asarray(t, float), padded)
        )
    speed = np.linalg.norm(rates, axis=-1)
    eigenvalues = sorted_eigenvalues(jacobians)
    kinds = [
        kind(each) if s <= RESIDUAL * typical else "slow point" for each, s in zip(eigenvalues, speed, strict=True)
    ]
    names = list(system.variables)
    return xr.Dataset(
        {
            "x": (("point", "variable"), x),
            "jacobian": (("point", "variable", "by"), jacobians),
            "eigenvalue": (("point", "mode"), eigenvalues),
            "kind": ("point", np.array(kinds, dtype="<U20")),
            "speed": ("point", speed),
        },
        coords={"point": np.arange(n), "variable": names, "by": names},
        attrs={"system": type(system).__name__},
    )


def fixed_point_table(found: xr.Dataset) -> pd.DataFrame:
    """Return fixed points as a table: a row each, its variables, its kind and its eigenvalues.

    Examples
    --------
    >>> from isocortex.dynamics import RatePopulation
    >>> print(fixed_point_table(fixed_points(RatePopulation(), {"r": (0, 1)})).round(3))
           r           kind  eigenvalue 1
    0  0.042    stable node        -0.583
    1  0.447  unstable node         0.498
    2  0.900    stable node        -0.626
    """
    table = {str(name): found["x"].sel(variable=name).values for name in found["variable"].values}
    table["kind"] = found["kind"].values
    for mode in range(found.sizes["mode"]):
        values = found["eigenvalue"].values[:, mode]
        table[f"eigenvalue {mode + 1}"] = values if np.any(np.imag(values)) else np.real(values)
    return pd.DataFrame(table)


def bounds(system: System, box: Box) -> Bounds:
    """Return the lows and the highs of a box, checked, in the order of the system's variables."""
    if isinstance(box, Mapping):
        require(
            set(box) == set(system.variables),
            f"The box must bound {', '.join(system.variables)}; it bounds {', '.join(map(str, box))}.",
        )
        box = [box[name] for name in system.variables]
    edges = np.asarray(box, float)
    require(
        edges.shape == (system.dimension, 2),
        f"The box must give (low, high) for each of {', '.join(system.variables)}; got shape {edges.shape}.",
    )
    require(
        bool(np.isfinite(edges).all() and (edges[:, 0] < edges[:, 1]).all()),
        f"The box must have finite lows below its highs; got {edges.tolist()}.",
    )
    return edges.T


def solve(A: Float[Array, "row column"], b: Float[Array, " row"]) -> Float[Array, " column"]:
    """Solve Ax = b: in one or two dimensions by Cramer's rule, which vectorises over a batch.

    In more, A must be symmetric and positive definite; the answer is NaN if it is not.
    """
    if len(b) == 1:
        return b / A[0]
    if len(b) == SMALL:
        x = jnp.stack([A[1, 1] * b[0] - A[0, 1] * b[1], A[0, 0] * b[1] - A[1, 0] * b[0]])
        return x / (A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0])
    return jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(A), b)


def _searched(
    system: System,
    t: Float[Array, ""],
    starts: Float[np.ndarray, "start dimension"],
    width: Float[np.ndarray, " dimension"],
    enough: Float[Array, ""],
    n_steps: int,
) -> tuple[Float[np.ndarray, "start dimension"], Float[np.ndarray, " start"], float]:
    """Return where each start ends, both in widths, the speed |dx/dt| there, and the typical speed of the starts.

    In few dimensions all starts go in step, in one program. In many, the cores share them out, :data:`TOGETHER` at a
    time: a number that does not depend on how many cores there are, and so neither do the last bits of what is found.
    """
    shares = 1 if len(width) <= SMALL else ceil(len(starts) / TOGETHER)
    places = np.arange(-(-len(starts) // shares) * shares) % len(starts)  # equal shares, one compilation

    def search(share: np.ndarray) -> list[np.ndarray]:
        with jax.enable_x64(True):  # it holds for one thread alone
            return [np.asarray(x) for x in _search(system, t, starts[share], starts, width, enough, n_steps)]

    ends, speeds, typical = zip(*on_cores(search, np.split(places, shares)), strict=True)
    return np.concatenate(ends)[: len(starts)], np.concatenate(speeds)[: len(starts)], float(typical[0])


@eqx.filter_jit
def _search(
    system: System,
    t: Float[Array, ""],
    starts: Float[Array | np.ndarray, "start dimension"],
    everywhere: Float[Array | np.ndarray, "any dimension"],
    width: Float[Array | np.ndarray, " dimension"],
    enough: Float[Array, ""],
    n_steps: int,
) -> tuple[Float[Array, "start dimension"], Float[Array, " start"], Float[Array, ""]]:
    """Return where each start ends, the speed |dx/dt| there, and the typical speed everywhere."""
    eye = jnp.eye(len(width))

    def speed(u: State) -> State:
        """dx/dt, with x in widths of the box."""
        return system.f(t, u * width) / width

    norm = jax.vmap(lambda u: jnp.linalg.norm(system.f(t, u * width)))
    typical = jnp.sqrt(jnp.nanmean(norm(jnp.asarray(everywhere)) ** 2))
    enough = jnp.maximum(enough, ENOUGH * typical)

    def downhill(start: State) -> State:
        def step(state: tuple[State, State, Array, Array, Array]) -> tuple[State, State, Array, Array, Array]:
            u, f, damping, n, _ = state
            J = jax.jacfwd(speed)(u)
            gram = J.T @ J
            moved = u - solve(gram + damping * (jnp.trace(gram) / len(u) + 1e-30) * eye, J.T @ f)
            f_moved = speed(moved)
            left = (f_moved @ f_moved) / (f @ f)
            better = left < 1
            size = jnp.abs(moved - u).max()
            damping = jnp.maximum(damping * jnp.where(better, jnp.clip(left, 1e-4, 0.2), 8), LEAST_DAMPING)
            return jnp.where(better, moved, u), jnp.where(better, f_moved, f), damping, n + 1, size

        def goes_on(state: tuple[State, State, Array, Array, Array]) -> Array:
            moving = jnp.linalg.norm(state[1] * width) > enough
            return (state[3] < n_steps) & (state[4] > 1e-15) & (state[2] < 1e20) & moving

        first = (start, speed(start), jnp.array(1e-2), jnp.array(0), jnp.array(jnp.inf))
        return jax.lax.while_loop(goes_on, step, first)[0]

    # In many dimensions one start goes after the other, and each stops when it has arrived.
    together = len(width) <= SMALL
    ends = jax.vmap(downhill)(jnp.asarray(starts)) if together else jax.lax.map(downhill, jnp.asarray(starts))
    return ends, norm(ends), typical


@eqx.filter_jit
def _linearised(
    system: System, t: Float[Array, ""], x: Float[Array | np.ndarray, "point dimension"]
) -> tuple[Float[Array, "point dimension"], Float[Array, "point dimension dimension"]]:
    """Return dx/dt and its Jacobian at every point."""
    rate = lambda x: system.f(t, x)  # noqa: E731
    return jax.vmap(rate)(x), jax.vmap(jax.jacfwd(rate))(x)


def _merged(x: Float[np.ndarray, "point dimension"], speed: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Return one point of each cluster, the slowest."""
    left, kept = x[np.argsort(speed)], []
    while len(left):
        kept.append(left[0])
        left = left[(np.abs(left - left[0]) / width).max(axis=1) > SAME]
    return np.array(kept).reshape(-1, x.shape[1])
