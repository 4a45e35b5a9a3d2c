"""What simulations, searches and continuations did, in sentences for the methods of a report."""

from collections.abc import Sequence

import numpy as np

from ...formats import counted, listed, significant
from .solvers import Solver

NAMED = 4
"""Variables up to which each is named with its bounds."""


def simulation_in_words(
    solver: Solver,
    *,
    duration: float | int,
    dt: float | int,
    tolerance: float | int,
    starts: int,
    paths: int,
    noise: str,
    swept: Sequence[tuple[str, int]],
) -> str:
    """Return what a simulation did.

    Parameters
    ----------
    solver : Solver
    duration, dt : float
        ms.
    tolerance : float
        Of a solver that chooses its steps.
    starts, paths : int
        Initial states, and paths for every value of the swept parameters.
    noise : str
        Where the noise came from; empty without noise.
    swept : sequence of (str, int)
        Parameters, and how many values each took.

    Examples
    --------
    >>> from isocortex.dynamics import SOLVERS
    >>> how = {"duration": 20.0, "dt": 0.1, "tolerance": 1e-8, "starts": 1, "paths": 3, "swept": [("tau", 5)]}
    >>> print(simulation_in_words(SOLVERS["euler"], noise="", **how))
    3 paths of 20 ms were simulated by Euler's method with steps of 0.1 ms, for each of 5 values of tau.
    """
    steps = (
        f"with steps of {significant(dt, 4)} ms"
        if solver.step is not None
        else f"with steps that keep the relative and the absolute error of each below {significant(tolerance)}"
    )
    begun = f" from {starts} initial states" if starts > 1 else ""
    each = listed(f"{n} values of {parameter}" for parameter, n in swept)
    were = "was" if paths == 1 else "were"
    text = (
        f"{counted(paths, 'path')} of {significant(duration, 6)} ms {were} simulated{begun} by {solver.method} {steps}"
    )
    text += f", for each of {each}." if each else "."
    whose = "Its" if paths == 1 else "Their"
    return f"{text} {whose} noise was drawn from {noise}." if noise else text


def search_in_words(*, start: str, step: float, same: float, slow: float | int | None, early: bool, box: str) -> str:
    """Return how fixed points were found, from the starts, the largest Newton step and the distance of equal points."""
    text = (
        f"Fixed points were sought by the Levenberg–Marquardt method from {start}. A point is fixed if a Newton step "
        f"from it is at most {significant(step)} of {box}, and points that lie closer than {significant(same)} of it "
        "count as one."
    )
    if slow is not None:
        ended = "where the speed first fell to" if early else "at minima of the speed of at most"
        text += f" Searches also ended {ended} {significant(slow)} per ms (slow points)."
    return f"{text} The kind of each follows from the eigenvalues of the Jacobian (automatic differentiation)."


def box_in_words(variables: Sequence[str], low: np.ndarray, high: np.ndarray) -> str:
    """Return the bounds of every variable; of many variables only their number.

    Examples
    --------
    >>> box_in_words(["E", "I"], np.array([0.0, -0.5]), np.array([1.0, 1.0]))
    'E from 0 to 1 and I from −0.5 to 1'
    """
    if len(variables) > NAMED:
        return f"of {len(variables)} variables"
    return listed(
        f"{name} from {significant(a)} to {significant(b)}" for name, a, b in zip(variables, low, high, strict=True)
    )


def continuation_in_words(*, parameter: str, between: tuple[float, float], sections: int, starts: int, box: str) -> str:
    """Return how branches of fixed points were followed, and how their bifurcations were located."""
    low, high = map(significant, between)
    return (
        f"Branches of fixed points were followed by pseudo-arclength continuation as {parameter} went from {low} to "
        f"{high}. They begin at the fixed points for {sections} equally spaced values of {parameter}, each sought from "
        f"{starts} starts in the box {box}. Folds, branch points and Hopf points were located by bisection."
    )
