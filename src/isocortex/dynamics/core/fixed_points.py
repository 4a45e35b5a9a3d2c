"""Find the fixed points of a system in a box or near given states, and classify them.

Many starts run in one compiled program: damped Gauss–Newton (Levenberg–Marquardt) steps that lower the speed
|dx/dt|, which ends at fixed points, or at slow points (Sussillo & Barak 2013,
10.1162/NECO_a_00409). A singular Jacobian, as on a line of fixed points, stops none: they go to a near one.
What has not arrived by then, as where one variable is far slower than another, goes on by Newton's method; and the
size of a Newton step, in units of the box, says what is a fixed point.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Array, Complex, Float
from scipy.stats import qmc

from ...cores import on_cores
from ...errors import require
from ...formats import counted
from .eigenvalues import kind, rounding_of_real_parts, sorted_eigenvalues
from .methods import box_in_words, search_in_words
from .newton import CONVERGED, Matrices, Points, newton, newton_steps
from .system import State, System, in_float64, states

Box: TypeAlias = Mapping[str, Sequence[float | int]] | Sequence[Sequence[float | int]]
Bounds: TypeAlias = Float[np.ndarray, "2 dimension"]
Width: TypeAlias = Float[np.ndarray, " dimension"]
Sizes: TypeAlias = Float[np.ndarray, " point"]
Modes: TypeAlias = Complex[np.ndarray, "point mode"]
Linearised: TypeAlias = Callable[[Points], tuple[Points, Matrices]]

N_STEPS = 100
N_STEPS_SLOW = 1000
LEAST_DAMPING = 1e-10
"""Share of the mean square slope: a singular system is still solved to six digits, and each step leaves 1e-10."""
SMALL = 2
"""Dimensions up to which a linear system is solved by Cramer's rule."""
TOGETHER = 16
"""Starts that a core takes at a time in more dimensions, one after the other: few, so that several cores share them."""
ROWS = 16
"""Points that are linearised at once, at least."""
SAME = 2e-5
"""Points closer than this share of the box are one. Rounding spreads a triple root by ε^(1/3) = 6e-6 to either side."""


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
    """Find the fixed points of a system in a box, or near given states, with their kinds.

    Simple ones are found to 1e-10 of the box; those where several meet, as at a fold, to 1e-5, and once.

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
        centre, marginal (as :func:`isocortex.dynamics.kind` says), and with `slow`: slow point. ``attrs["methods"]``
        says how they were found, as a paragraph for a report.

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
        width = high - low
        start = f"{n_starts} starts spread evenly over the box {box_in_words(system.variables, low, high)}"
        share = qmc.Sobol(system.dimension, scramble=False).random_base2(int(np.ceil(np.log2(n_starts))))[:n_starts]
        # The first point of the sequence is a corner; the half shift moves it to the centre of its cell.
        begun = low + width * ((share + 0.5 / n_starts) % 1)
    else:
        begun = np.atleast_2d(states(system, starts, "starts"))
        widest = float(np.ptp(begun, axis=0).max()) or float(np.abs(begun).max()) or 1.0
        start = counted(len(begun), "given state")
        low, high, width = begun.min(axis=0) - widest, begun.max(axis=0) + widest, np.full(system.dimension, widest)
    with jax.enable_x64(True):
        exact, now = in_float64(system), jnp.asarray(t, float)

        def linearised(u: Points) -> tuple[Points, Matrices]:
            """Return the rates and Jacobians of points, all in widths."""
            rows = 2 ** int(np.ceil(np.log2(max(len(u), ROWS))))  # few shapes, few compilations
            rates, jacobians = _linearised(exact, now, np.resize(u, (rows, len(width))) * width)
            return np.asarray(rates)[: len(u)] / width, np.asarray(jacobians)[: len(u)] * width / width[:, None]

        enough = jnp.asarray(slow if early else 0.0, float)
        ends, speed = _searched(exact, now, begun / width, width, enough, N_STEPS if slow is None else N_STEPS_SLOW)
        u = ends[_one_of_each(ends, speed)]
        step, speed = _judged(linearised, u, width)
        if slow is None and (step > CONVERGED).any():
            u = np.concatenate([u[step <= CONVERGED], newton(linearised, u[step > CONVERGED])])
            step, speed = _judged(linearised, u, width)
            unique = _one_of_each(u, step > CONVERGED, speed)
            u, step, speed = u[unique], step[unique], speed[unique]
        inside = ((u * width >= low - 1e-9 * width) & (u * width <= high + 1e-9 * width)).all(axis=1)
        kept = inside & ((step <= CONVERGED) | (speed <= (slow or 0.0)))
        u, step, speed = u[kept], step[kept], speed[kept]
        order = np.lexsort(np.round(u, 9).T[::-1])
        u, step, speed = u[order], step[order], speed[order]
        in_widths = linearised(u)[1]
        jacobians = in_widths * width[:, None] / width
        modes = sorted_eigenvalues(jacobians)
        kinds = np.full(len(u), "slow point", dtype="<U20")
        fixed = step <= CONVERGED
        kinds[fixed] = _kinds(linearised, u[fixed], in_widths[fixed], modes[fixed])
    x, n = u * width, len(u)
    names = list(system.variables)
    whole = "the box" if box is not None else "the widest range of the starts"
    methods = search_in_words(start=start, step=CONVERGED, same=SAME, slow=slow, early=early, box=whole)
    return xr.Dataset(
        {
            "x": (("point", "variable"), x),
            "jacobian": (("point", "variable", "by"), jacobians),
            "eigenvalue": (("point", "mode"), modes),
            "kind": ("point", kinds),
            "speed": ("point", speed),
        },
        coords={"point": np.arange(n), "variable": names, "by": names},
        attrs={"system": type(system).__name__, "methods": methods},
    )


def fixed_point_table(found: xr.Dataset) -> pd.DataFrame:
    """Return fixed points as a table: a row each, its variables, its kind and its eigenvalues.

    The table keeps the paragraph ``attrs["methods"]`` of :func:`fixed_points`.

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
    frame = pd.DataFrame(table)
    frame.attrs["methods"] = found.attrs["methods"]
    return frame


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
) -> tuple[Points, Sizes]:
    """Return where each start ends, both in widths, and the speed |dx/dt| there.

    In few dimensions all starts go in step, in one program. In many, the cores share them out, :data:`TOGETHER` at a
    time: a number that does not depend on how many cores there are, and so neither do the last bits of what is found.
    """
    shares = 1 if len(width) <= SMALL else ceil(len(starts) / TOGETHER)
    places = np.arange(-(-len(starts) // shares) * shares) % len(starts)  # equal shares, one compilation

    def search(share: np.ndarray) -> list[np.ndarray]:
        with jax.enable_x64(True):  # it holds for one thread alone
            return [np.asarray(x) for x in _search(system, t, starts[share], width, enough, n_steps)]

    ends, speeds = zip(*on_cores(search, np.split(places, shares)), strict=True)
    return np.concatenate(ends)[: len(starts)], np.concatenate(speeds)[: len(starts)]


@eqx.filter_jit
def _search(
    system: System,
    t: Float[Array, ""],
    starts: Float[Array | np.ndarray, "start dimension"],
    width: Float[Array | np.ndarray, " dimension"],
    enough: Float[Array, ""],
    n_steps: int,
) -> tuple[Float[Array, "start dimension"], Float[Array, " start"]]:
    """Return where each start ends: after a short step, where it is slow enough, or after n steps; and its speed."""
    eye = jnp.eye(len(width))

    def speed(u: State) -> State:
        """dx/dt, with x in widths of the box."""
        return system.f(t, u * width) / width

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
            arrived = (state[4] <= CONVERGED) & (state[2] <= CONVERGED)  # a short step, and not because it is damped
            return (state[3] < n_steps) & ~arrived & (state[2] < 1e20) & moving

        first = (start, speed(start), jnp.array(1e-2), jnp.array(0), jnp.array(jnp.inf))
        return jax.lax.while_loop(goes_on, step, first)[0]

    # In many dimensions one start goes after the other, and each stops when it has arrived.
    together = len(width) <= SMALL
    ends = jax.vmap(downhill)(jnp.asarray(starts)) if together else jax.lax.map(downhill, jnp.asarray(starts))
    return ends, jax.vmap(lambda u: jnp.linalg.norm(speed(u) * width))(ends)


@eqx.filter_jit
def _linearised(
    system: System, t: Float[Array, ""], x: Float[Array | np.ndarray, "point dimension"]
) -> tuple[Float[Array, "point dimension"], Float[Array, "point dimension dimension"]]:
    """Return dx/dt and its Jacobian at every point."""
    rate = lambda x: system.f(t, x)  # noqa: E731
    return jax.vmap(rate)(x), jax.vmap(jax.jacfwd(rate))(x)


def _judged(linearised: Linearised, u: Points, width: Width) -> tuple[Sizes, Sizes]:
    """Return the largest part of the Newton step from each point, in widths, and its speed |dx/dt|."""
    with np.errstate(all="ignore"):  # where dx/dt is not finite, neither is the step
        rates, jacobians = linearised(u)
        step = np.abs(newton_steps(jacobians, u)(rates)).max(axis=1)
        return np.where(np.isnan(step), np.inf, step), np.linalg.norm(rates * width, axis=1)


def _one_of_each(u: Points, *badness: np.ndarray) -> list[int]:
    """Return the best point of each cluster: the one of least badness, of which the first given counts most."""
    left, kept = np.lexsort(badness[::-1]), []
    left = left[np.isfinite(u[left]).all(axis=1)]
    while len(left):
        kept.append(int(left[0]))
        left = left[np.abs(u[left] - u[left[0]]).max(axis=1) > SAME]
    return kept


def _kinds(linearised: Linearised, u: Points, jacobians: Matrices, modes: Modes) -> list[str]:
    """Return what each fixed point is.

    A real part is taken as zero if it changes by as much as itself within the distance in which points are one, along
    the direction in which the point is least certain: so it is where two fixed points meet.
    """
    if not len(u):
        return []
    real = _descending(modes)
    weakest = np.linalg.svd(np.nan_to_num(jacobians))[2][:, -1]
    moved = (sorted_eigenvalues(linearised(u + sign * SAME * weakest)[1]) for sign in (1, -1))
    moves = [np.abs(_descending(each) - real) for each in moved]
    zero = np.nan_to_num(np.maximum(*moves))
    found = zip(modes, zero, jacobians, strict=True)
    return [kind(values, zero=np.maximum(z, rounding_of_real_parts(values, J))) for values, z, J in found]


def _descending(modes: Modes) -> Float[np.ndarray, "point mode"]:
    """Return the real parts of eigenvalues, the largest first."""
    return -np.sort(-np.real(modes), axis=1)
