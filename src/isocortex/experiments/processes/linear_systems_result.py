"""What linear systems show: eigenvalues that name the behaviour, and errors that shrink with the step."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import Linear, complex_mode, modes, simulate, solution
from ...formats import number, significant
from ...report import Finding, Picture, Quantity, Result, Table

if TYPE_CHECKING:
    from .linear_systems import LinearSystems

SYSTEMS = {
    "oscillation": ((2, -5), (1, -2)),
    "growth": ((3, 4), (1, 2)),
    "decay": ((-1, -1), (0, -0.25)),
    "saddle": ((3, -2), (2, -2)),
}
"""Published behaviour → A, per s."""
VARIABLES = ("x₁", "x₂")
BOX = [(-1, 1), (-1, 1)]
STARTS = ((-0.1, 0.2), (0.05, -0.15), (0.4, 0.1), (-0.8, 0.4), (0.8, -0.9))
PORTRAIT = 7000
"""Duration of a path in a phase portrait, in ms."""
STEPS = (100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0)
"""ms."""
SLOPE_BETWEEN = (100.0, 20.0)
"""The order is the slope between these steps (ms), which are above rounding for every scheme."""
SOLVERS = {"euler": "Euler", "heun": "Heun", "rk4": "Runge–Kutta"}
ORDERS = (1, 2, 4)
LONG_STEP = 500
"""Step of Euler's method in the picture, in ms."""
FREQUENCY = 0.5
"""Of the imaginary rate, per s."""


@dataclass(frozen=True, eq=False)
class LinearSystemsResult(Result):
    """Errors of three schemes on one system, and the modes of several.

    Attributes
    ----------
    options : LinearSystems
    line : Linear
        The one-dimensional system.
    errors : DataFrame
        ``solver``, ``dt`` in ms, ``relative_error`` at the end of the path.
    """

    question: ClassVar[str] = "What do eigenvalues say about linear systems, and how well do simple schemes solve them?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "one.euler.relative_error": Quantity(
            "Relative error of Euler's method with steps of 1 ms at the end of the path"
        ),
        "one.order.<scheme>": Quantity("Order of convergence: slope of log error against log step"),
        "imaginary.frequency": Quantity("Frequency of the system with an imaginary rate", "Hz"),
        "<system>.eigenvalue.<n>.real": Quantity("Real part of an eigenvalue", "1/s"),
        "<system>.eigenvalue.<n>.imag": Quantity("Imaginary part of an eigenvalue", "1/s"),
    }
    references: ClassVar[tuple[str, ...]] = ("neuromatch-dynamics",)

    options: "LinearSystems"
    line: Linear
    errors: pd.DataFrame

    @cached_property
    def spiral(self) -> Linear:
        """The system with an imaginary rate."""
        return complex_mode(complex(0, 2 * math.pi * FREQUENCY) / 1000)

    @cached_property
    def planes(self) -> dict[str, Linear]:
        """The two-dimensional systems, by published behaviour."""
        return {name: Linear(np.array(A) / 1000, variables=VARIABLES) for name, A in SYSTEMS.items()}

    @cached_property
    def modes(self) -> dict[str, xr.Dataset]:
        """Their eigenvalues and behaviour, by published behaviour."""
        return {name: modes(plane) for name, plane in self.planes.items()}

    def by_step(self, solver: str) -> dict[float, float]:
        """Return the relative error of one scheme, by step in ms."""
        rows = self.errors.query("solver == @solver")
        return dict(zip(rows["dt"].to_list(), rows["relative_error"].to_list(), strict=True))

    def order(self, solver: str) -> float:
        """Return the slope of log error against log step."""
        error, (long, short) = self.by_step(solver), SLOPE_BETWEEN
        return float(np.log(error[long] / error[short]) / np.log(long / short))

    def expected_error(self, dt: np.ndarray, order: int) -> np.ndarray:
        """Return the relative error at the end, to first order in dt^order: e^{a·dt} less its Taylor series."""
        rate = abs(self.options.a) / 1000
        return 1000 * self.options.duration * rate * (rate * dt) ** order / math.factorial(order + 1)

    def numbers(self) -> dict[str, float]:
        found = {
            "one.euler.relative_error": self.by_step("euler")[1.0],
            **{f"one.order.{name}": self.order(name) for name in SOLVERS},
            "imaginary.frequency": float(modes(self.spiral)["frequency"][0]),
        }
        for name, taken_apart in self.modes.items():
            for i, value in enumerate(1000 * taken_apart["eigenvalue"].values):
                found |= {f"{name}.eigenvalue.{i}.real": value.real, f"{name}.eigenvalue.{i}.imag": value.imag}
        return found

    def behaviours(self) -> pd.DataFrame:
        """Return the published name of each system's behaviour beside the one that its eigenvalues give."""
        return pd.DataFrame(
            [
                {
                    "A (1/s)": str(SYSTEMS[name]).replace("-", "−"),
                    "published": name,
                    "here": found.attrs["behaviour"],
                    "eigenvalues (1/s)": ", ".join(_text(value) for value in 1000 * found["eigenvalue"].values),
                }
                for name, found in self.modes.items()
            ]
        )

    def findings(self) -> Iterator[Finding]:
        yield Table(
            "behaviours",
            self.behaviours(),
            "The published name of each behaviour beside the one that the eigenvalues give.",
            title="What eigenvalues say",
            shown=True,
        )
        yield Picture(
            "phase_portraits",
            self.draw_portraits,
            title="Two dimensions",
            caption=f"Trajectories of {PORTRAIT / 1000:g} s from five initial states (dots). Arrows show the flow.",
            alt="Phase portraits: closed orbits, growth away from the origin, decay to it, and a saddle.",
        )
        yield Picture(
            "one_dimension",
            self.draw_lines,
            title="One dimension",
            caption=f"Left: Euler's method with a step of {LONG_STEP} ms beside the exact solution. Right: a system "
            f"with an imaginary rate oscillates with {significant(FREQUENCY)} cycles per second.",
            alt="An exponential path with points of Euler's method beside it, and two sinusoids.",
        )
        yield Picture(
            "convergence",
            self.draw_convergence,
            title="How the error shrinks with the step",
            caption="Lines: the first term of the error, $T |a| |a\\, dt|^p/(p + 1)!$ for a scheme of order p. "
            "Runge–Kutta "
            "reaches the rounding error of 64-bit numbers, about 1e−14.",
            alt="Three panels with logarithmic axes: the errors fall along straight lines of slopes 1, 2 and 4.",
        )
        yield Table("errors", self.errors, "Relative error at the end of the path, by scheme and step (ms).")

    def draw_lines(self) -> Figure:
        """Draw the real and the imaginary system in time."""
        end = 1000 * self.options.duration
        path = simulate(self.line, [self.options.x0], duration=end, dt=LONG_STEP, solver="euler")
        exact = solution(self.line, [self.options.x0], np.linspace(0, end, 201))
        turning = solution(self.spiral, [1.0, 0.0], np.arange(0.0, 4000.0, 5.0))
        return plots.profiles(
            {
                "real rate": {
                    f"Euler, dt {LONG_STEP} ms": (path["time"].values / 1000, path.values[:, 0]),
                    "theory": (exact["time"].values / 1000, exact.values[:, 0]),
                },
                "imaginary rate": {
                    "real part": (turning["time"].values / 1000, turning.values[:, 0]),
                    "imaginary part": (turning["time"].values / 1000, turning.values[:, 1]),
                },
            },
            x_label="time (s)",
            y_label="x (a.u.)",
        )

    def draw_portraits(self) -> Figure:
        """Draw a phase portrait of every two-dimensional system."""
        labels = [f"{name} (a.u.)" for name in VARIABLES]
        return plots.phase_plane(self.planes, BOX, starts=STARTS, duration=PORTRAIT, dt=2, labels=labels)

    def draw_convergence(self) -> Figure:
        """Draw the error of every scheme against the step."""
        panels = {}
        for name, order in zip(SOLVERS, ORDERS, strict=True):
            error = self.by_step(name)
            dt = np.array(list(error))
            panels[f"{SOLVERS[name]}: order {order}"] = {
                "measured": (dt, np.array(list(error.values()))),
                "theory": (dt, self.expected_error(dt, order)),
            }
        return plots.profiles(panels, x_label="step dt (ms)", y_label="relative error at the end", logarithmic=True)

    def answer(self) -> str:
        found, table = self.numbers(), self.behaviours()
        agree = (table["published"] == table["here"]).sum()
        return (
            f"The signs of the eigenvalues' real and imaginary parts predict the published behaviour of {agree} of "
            f"{len(table)} systems: oscillation, growth, decay or a saddle. Euler's method with steps of 1 ms ends "
            f"{significant(100 * found['one.euler.relative_error'])} % from the exact solution. Its error shrinks in "
            f"proportion to the step (order {number(found['one.order.euler'], 2)}); Heun's method has order "
            f"{number(found['one.order.heun'], 2)}, the Runge–Kutta method {number(found['one.order.rk4'], 2)}."
        )

    def notes(self) -> list[str]:
        long, short = SLOPE_BETWEEN
        return [
            f"The orders are slopes between steps of {long:g} and {short:g} ms, where the error of every scheme is "
            "above rounding."
        ]

    def methods(self) -> list[str]:
        return [
            "The systems are $\\dot{x} = A x$. The exact solution is the matrix exponential (SciPy), and the "
            "eigenvalues are NumPy's. "
            "A system decays if every real part is negative, grows if every one is positive, is a saddle if there are "
            "both, and oscillates if the pair is imaginary."
        ]


def _text(value: complex) -> str:
    """Return an eigenvalue as text."""
    real = number(value.real) if abs(value.real) > 1e-9 else "0"
    sign = "+" if value.imag > 0 else "−"
    return f"{real} {sign} {number(abs(value.imag))}i" if abs(value.imag) > 1e-9 else real
