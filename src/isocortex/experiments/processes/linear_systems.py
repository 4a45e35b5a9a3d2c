"""Linear systems: what their eigenvalues say, and how far Euler's method is from the exact solution."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd

from ...dynamics import Linear, simulate, solution
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .linear_systems_result import SOLVERS, STEPS, LinearSystemsResult


@dataclass(frozen=True, kw_only=True)
class LinearSystems(Experiment):
    """One- and two-dimensional linear systems ẋ = Ax: their modes, their phase portraits, and the global error of three
    schemes beside the matrix exponential.
    """

    name: ClassVar[str] = "linear-systems"

    a: Annotated[float, option("Rate of the one-dimensional system", unit="1/s", at_least=-5, at_most=5)] = -0.5
    x0: Annotated[float, option("Its initial state", at_least=-1e6, at_most=1e6)] = 0.1
    duration: Annotated[float, option("Duration of its path, a whole number", unit="s", at_least=1, at_most=100)] = 10.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.a != 0, "--a must not be 0: the error of a scheme is measured relative to a state that changes.")
        require(self.x0 != 0, "--x0 must not be 0: the system would stay there.")
        require(
            self.duration == round(self.duration), f"--duration must be a whole number of seconds; got {self.duration}."
        )

    def walk(self, run: Run, inputs: None) -> LinearSystemsResult:
        """Solve the one-dimensional system with every scheme and step."""
        line = Linear([[self.a / 1000]], variables=("x",))
        with run.stage("schemes"):
            return LinearSystemsResult(self, line, self.errors(line))

    def errors(self, line: Linear) -> pd.DataFrame:
        """Return the relative error at the end of the path for every scheme and step."""
        end = 1000 * self.duration
        exact = float(solution(line, [self.x0], [end])[0, 0])
        rows = []
        for name in SOLVERS:
            for dt in STEPS:
                path = simulate(line, [self.x0], duration=end, dt=dt, solver=name, save_every=round(end / dt))
                error = np.abs(float(path[-1, 0]) / exact - 1)
                rows.append({"solver": name, "dt": dt, "relative_error": error})
        return pd.DataFrame(rows)
