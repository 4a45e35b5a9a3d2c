"""Newton's method for many roots at once, free of scale: no unit, and no slow variable, changes how it goes.

Convergence is judged by the size of the Newton step −J⁺f, and a step is taken if the next one, with the same Jacobian,
would be shorter: the natural monotonicity test of Deuflhard (2011, 10.1007/978-3-642-23899-4). A test of |f| itself
finds false roots where f is much larger elsewhere, and loses the roots of systems with slow and fast variables.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

Points: TypeAlias = Float[np.ndarray, "point dimension"]
Matrices: TypeAlias = Float[np.ndarray, "point dimension dimension"]

CONVERGED = 1e-8
"""A root has at most this Newton step, in widths of the box. At a simple root the error that the step leaves is of the
order of its square, which is below the rounding of 64-bit numbers."""
MOST_STEPS = 100
"""At a root of multiplicity m each step leaves (m − 1)/m of the distance: enough for m = 5 from one width."""
SHORTEST = 1e-3
"""Share of a Newton step below which a search is given up."""
EPSILON = float(np.finfo(float).eps)


def newton_steps(jacobians: Matrices, points: Points) -> Callable[[Points], Points]:
    """Return f ↦ −J⁺f for every point, J⁺ the pseudo-inverse; infinite where f is not in the range of J.

    A singular value counts as zero within rounding, as on a line of roots, where J does not say how far along to go.
    """
    finite = np.isfinite(jacobians).all(axis=(1, 2), keepdims=True)
    U, sizes, Vt = np.linalg.svd(np.where(finite, jacobians, 0.0))
    rounding = jacobians.shape[-1] * EPSILON * sizes[:, :1]
    full = sizes > rounding
    rounding_of_f = rounding * np.maximum(1, np.abs(points).max(axis=1, keepdims=True))

    def steps(f: Points) -> Points:
        parts = np.einsum("pij,pi->pj", U, f)
        along = np.divide(parts, sizes, out=np.zeros_like(parts), where=full)
        solved = (full | (np.abs(parts) <= rounding_of_f)).all(axis=1, keepdims=True)
        return np.where(solved, -np.einsum("pji,pj->pi", Vt, along), np.inf)

    return steps


def newton(linearised: Callable[[Points], tuple[Points, Matrices]], starts: Points) -> Points:
    """Return where damped Newton's method ends from each start; `linearised` gives f and its Jacobian."""
    points, share, going = starts.copy(), np.ones(len(starts)), np.ones(len(starts), bool)
    for _ in range(MOST_STEPS):
        if not going.any():
            break
        i = np.flatnonzero(going)
        with np.errstate(all="ignore"):  # what is infinite is not a better point
            f, jacobians = linearised(points[i])
            steps = newton_steps(jacobians, points[i])
            step = steps(f)
            moved = points[i] + share[i, None] * step
            size, left = (np.linalg.norm(each, axis=1) for each in (step, steps(linearised(moved)[0])))
            better = left <= (1 - share[i] / 2) * size
        points[i] = np.where(better[:, None], moved, points[i])
        arrived = np.abs(step).max(axis=1) <= CONVERGED
        going[i] = np.isfinite(size) & (size > 0) & (better | ~arrived) & (share[i] > SHORTEST)
        share[i] = np.where(better, np.minimum(1, 2 * share[i]), share[i] / 4)
    return points
