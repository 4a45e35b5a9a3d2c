"""Linear systems: what their eigenvalues say, and how far Euler's method is from the exact solution."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from tyro.conf import arg

from ... import plots
from ...dynamics import Linear, complex_mode, modes, simulate, solution
from ...errors import require
from ...runs import Run
from ..shared.protocol import Experiment, Progress

SHOWN = {
    "oscillation": ((2, -5), (1, -2)),
    "growth": ((3, 4), (1, 2)),
    "decay": ((-1, -1), (0, -0.25)),
    "saddle": ((3, -2), (2, -2)),
}
"""Published behaviour → A, per s."""
VARIABLES = ("x₁", "x₂")
BOX = [(-1, 1), (-1, 1)]
STARTS = ((-0.1, 0.2), (0.05, -0.15), (0.4, 0.1), (-0.8, 0.4), (0.8, -0.9))
STEPS = (100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0)
"""ms."""
SOLVERS = {"euler": "Euler", "heun": "Heun", "rk4": "Runge–Kutta"}
ORDERS = (1, 2, 4)
IMAGINARY = complex(0, math.pi)
"""Per s: half a cycle per second."""


@dataclass(frozen=True, kw_only=True)
class LinearSystems(Experiment):
    """One- and two-dimensional linear systems ẋ = Ax: their modes, their phase portraits, and the global error of three
    schemes beside the matrix exponential.
    """

    name: ClassVar[str] = "linear-systems"

    a: Annotated[float, arg(help="Rate of the one-dimensional system, per s.")] = -0.5
    x0: Annotated[float, arg(help="Its initial state.")] = 0.1
    duration: Annotated[float, arg(help="Length of its path in s; whole.")] = 10.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(math.isfinite(self.a) and 0 < abs(self.a) <= 5, f"--a must be in ±5 per s and not 0; got {self.a}.")
        require(math.isfinite(self.x0) and self.x0 != 0, f"--x0 must be a finite number other than 0; got {self.x0}.")
        require(
            1 <= self.duration <= 100 and self.duration == round(self.duration),
            f"--duration must be a whole number of seconds in 1…100; got {self.duration}.",
        )

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: the systems have no input files."""

    def walk(self, run: Run, inputs: None) -> None:
        """Solve each system exactly and numerically, and take it apart into its modes."""
        line = Linear([[self.a / 1000]], variables=("x",))
        with run.stage("one dimension"):
            errors = self.errors(line)
            orders = {name: _order(errors, name) for name in SOLVERS}
            spiral = complex_mode(IMAGINARY / 1000)
            turning = solution(spiral, [1.0, 0.0], np.arange(0.0, 4000.0, 5.0))
        with run.stage("two dimensions"):
            planes = {name: Linear(np.array(A) / 1000, variables=VARIABLES) for name, A in SHOWN.items()}
            taken_apart = {name: modes(plane) for name, plane in planes.items()}
        one_ms = errors.query("solver == 'euler' and dt == 1")["relative_error"].item()
        numbers: dict[str, float | int] = {
            "one.euler.relative_error": one_ms,
            **{f"one.order.{name}": order for name, order in orders.items()},
            "imaginary.frequency": float(modes(spiral)["frequency"][0]),
        }
        for name, found in taken_apart.items():
            for i, value in enumerate(1000 * found["eigenvalue"].values):
                numbers |= {f"{name}.eigenvalue.{i}.real": value.real, f"{name}.eigenvalue.{i}.imag": value.imag}
        run.summary(numbers)
        table = pd.DataFrame(
            [
                {
                    "A (1/s)": str(SHOWN[name]).replace("-", "−"),
                    "published": name,
                    "here": found.attrs["behaviour"],
                    "eigenvalues (1/s)": ", ".join(_text(value) for value in 1000 * found["eigenvalue"].values),
                }
                for name, found in taken_apart.items()
            ]
        )
        with run.stage("figures"):
            self.draw(run, line, errors, planes, turning)
        self.report(run, table, numbers)

    def errors(self, line: Linear) -> pd.DataFrame:
        """Return the relative error at the end of the path for every scheme and step."""
        end = 1000 * self.duration
        exact = float(solution(line, [self.x0], [end])[0, 0])
        rows = []
        for name in SOLVERS:
            for dt in STEPS:
                path = simulate(line, [self.x0], duration=end, dt=dt, solver=name, save_every=round(end / dt))
                error = abs(float(path[-1, 0]) / exact - 1)
                rows.append({"solver": name, "dt": dt, "relative_error": error})
        return pd.DataFrame(rows)

    def expected_error(self, dt: np.ndarray, order: int) -> np.ndarray:
        """Return the relative error at the end, to first order in dt^order: e^{a·dt} less its Taylor series."""
        rate = abs(self.a) / 1000
        return 1000 * self.duration * rate * (rate * dt) ** order / math.factorial(order + 1)

    def draw(self, run: Run, line: Linear, errors: pd.DataFrame, planes: dict[str, Linear], turning) -> None:
        """Draw every figure of the report."""
        path = simulate(line, [self.x0], duration=1000 * self.duration, dt=500, solver="euler")
        exact = solution(line, [self.x0], np.linspace(0, 1000 * self.duration, 201))
        run.figure(
            "one_dimension",
            plots.profiles(
                {
                    "real rate": {
                        "Euler, dt 500 ms": (path["time"].values / 1000, path.values[:, 0]),
                        "theory": (exact["time"].values / 1000, exact.values[:, 0]),
                    },
                    "imaginary rate ±πi": {
                        "real part": (turning["time"].values / 1000, turning.values[:, 0]),
                        "imaginary part": (turning["time"].values / 1000, turning.values[:, 1]),
                    },
                },
                x_label="time (s)",
                y_label="x (a.u.)",
            ),
            title="One dimension",
            caption="Left: Euler's method with a long step beside the exact solution. Right: an imaginary rate of π "
            "per s turns half a cycle per second.",
            alt="An exponential path with points of Euler's method beside it, and two sinusoids of 0.5 Hz.",
        )
        run.figure(
            "phase_portraits",
            plots.phase_plane(
                planes,
                BOX,
                starts=STARTS,
                duration=7000,
                dt=2,
                labels=["x₁ (a.u.)", "x₂ (a.u.)"],
            ),
            title="Two dimensions",
            caption="Trajectories of 7 s from five starts (dots). Arrows: direction of the flow.",
            alt="Phase portraits: closed orbits, growth away from the origin, decay to it, and a saddle.",
        )
        by_scheme = {name: errors.loc[errors["solver"] == name] for name in SOLVERS}
        run.figure(
            "convergence",
            plots.profiles(
                {
                    f"{SOLVERS[name]}: order {order}": {
                        "measured": (np.asarray(rows["dt"]), np.asarray(rows["relative_error"])),
                        "theory": (np.asarray(rows["dt"]), self.expected_error(np.asarray(rows["dt"]), order)),
                    }
                    for (name, rows), order in zip(by_scheme.items(), ORDERS, strict=True)
                },
                x_label="step dt (ms)",
                y_label="relative error at the end",
                logarithmic=True,
            ),
            title="How the error shrinks with the step",
            caption="Lines: the first term of the error, T·|a|·|a·dt|^p/(p + 1)! for a scheme of order p. Runge–Kutta "
            "reaches the rounding of 64-bit numbers, about 1e-14.",
            alt="Three panels with logarithmic axes: the errors fall along straight lines of slopes 1, 2 and 4.",
        )
        run.table("errors", errors, caption="Relative error at the end of the path, by scheme and step (ms).")

    def report(self, run: Run, table: pd.DataFrame, numbers: dict[str, float | int]) -> None:
        """Write the answer in words, its tables, and the methods."""
        run.table(
            "behaviours",
            table,
            title="What eigenvalues say",
            caption="The published name of each behaviour beside the one from the eigenvalues.",
            shown=True,
        )
        agree = (table["published"] == table["here"]).sum()
        run.describe(
            question="What do linear systems do, and how well do simple schemes solve them?",
            answer=f"The eigenvalues name the published behaviour of {agree} of {len(table)} systems. Euler's method "
            f"with steps of 1 ms ends {100 * numbers['one.euler.relative_error']:.3g} % from the exact solution, and "
            "its error shrinks in proportion to the step (order "
            f"{numbers['one.order.euler']:.2f}; Heun {numbers['one.order.heun']:.2f}, Runge–Kutta "
            f"{numbers['one.order.rk4']:.2f}).",
            notes=["The orders are slopes between steps of 100 and 20 ms, above rounding for every scheme."],
            methods=[
                "ẋ = Ax. Exact solution: the matrix exponential (SciPy). Eigenvalues: NumPy. Behaviour: decay if every "
                "real part is negative, growth if every one is positive, a saddle if there are both, oscillation if "
                "the pair is imaginary.",
            ],
            references=["neuromatch-dynamics"],
            meanings=self.meanings(),
        )


def _order(errors: pd.DataFrame, solver: str) -> float:
    """Return the slope of log error against log step between 100 and 20 ms."""
    error = errors[errors["solver"] == solver].set_index("dt")["relative_error"]
    return float(np.log(error[100.0] / error[20.0]) / np.log(5))


def _text(value: complex) -> str:
    """Return an eigenvalue as text."""
    real = f"{value.real:.3f}".replace("-", "−") if abs(value.real) > 1e-9 else "0"
    return f"{real} {'+' if value.imag > 0 else '−'} {abs(value.imag):.3f}i" if abs(value.imag) > 1e-9 else real
