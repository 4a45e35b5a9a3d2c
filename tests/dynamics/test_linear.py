"""Linear systems: the matrix exponential beside the solver, modes, and errors."""

import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import Linear, complex_mode, modes, simulate, solution


@pytest.mark.slow
def test_the_solver_meets_the_matrix_exponential(rng):
    """Tsit5 at 1e-10, from a random stable system in five dimensions with input."""
    A, b = rng.normal(size=(5, 5)) - 3 * np.eye(5), rng.normal(size=5)
    system, x0 = Linear(A, b), rng.normal(size=5)
    x = simulate(system, x0, duration=4, dt=0.5, solver="tsit5", tolerance=1e-10)
    np.testing.assert_allclose(x.values, solution(system, x0, x["time"]).values, atol=1e-8)


def test_a_defective_matrix_has_its_solution_too():
    """A Jordan block: x = (x0 + t·y0)·e^{−t}; eigenvectors alone would not give it."""
    x = solution(Linear([[-1, 1], [0, -1]]), [1.0, 2.0], [0.0, 1.5])
    np.testing.assert_allclose(x.values[1], np.exp(-1.5) * np.array([1 + 1.5 * 2, 2.0]))


def test_modes_are_eigenvectors_with_time_constants_and_frequencies():
    A = np.array([[-0.1, -0.4, 0], [0.4, -0.1, 0], [0, 0, -0.02]])
    found = modes(A)
    V = found["eigenvector"].values
    np.testing.assert_allclose(A @ V, V * found["eigenvalue"].values, atol=1e-12)
    np.testing.assert_allclose(found["time_constant"], [50, 10, 10])
    np.testing.assert_allclose(found["frequency"], [0, 400 / (2 * np.pi), 400 / (2 * np.pi)])
    assert found.attrs["behaviour"] == "decaying oscillation"
    assert modes(complex_mode(2j)).attrs["behaviour"] == "oscillation"
    assert np.isinf(modes(complex_mode(2j))["time_constant"]).all()


BAD = {
    "square": (lambda: Linear([[1, 2]]), r"A must be a square matrix; got shape \(1, 2\)"),
    "finite": (lambda: Linear([[np.nan]]), "A holds NaN"),
    "input": (lambda: Linear(np.eye(2), [1.0]), r"b must have shape \(2,\), as A is 2 × 2; got \(1,\)"),
    "names": (lambda: Linear(np.eye(2), variables=("x",)), "A is 2 × 2, but 1 variables are named"),
    "states": (lambda: solution(Linear(np.eye(2)), np.ones((3, 2)), [0]), "x0 must be one state"),
    "times": (lambda: solution(Linear(np.eye(2)), [1, 1], [np.inf]), "times must be a row of finite numbers"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    call, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        call()
