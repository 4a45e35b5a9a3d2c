"""When does a population that excites itself have two stable states, and when does noise switch them?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ...dynamics import OUDrive, RatePopulation, continuation, fixed_point_table, fixed_points, simulate
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .rate_model_result import DT, DURATION, INPUTS, STARTS, RateModelResult, box


@dataclass(frozen=True, kw_only=True)
class RateModel(Experiment):
    """Analyse one population with recurrent excitation, τ dr/dt = −r + F(w·r + I).

    The experiment shows its F–I curve, its fixed points and their stability, how the fixed points move as the input
    changes, and how noise switches the population between two stable states. The defaults are those of Neuromatch
    Academy.
    """

    name: ClassVar[str] = "rate-model"
    published_options: ClassVar[tuple[str, ...]] = ("w", "input", "a", "theta", "tau")

    w: Annotated[float, option("Weight w of the population onto itself", at_least=-50, at_most=50)] = 5.0
    input: Annotated[float, option("Constant input I", at_least=-50, at_most=50)] = 0.5
    a: Annotated[float, option("Gain a of the F–I curve", above=0, at_most=20)] = 1.2
    theta: Annotated[float, option("Threshold θ of the F–I curve", at_least=-50, at_most=50)] = 2.8
    tau: Annotated[float, option("Time constant τ of the rate", unit="ms", above=DT, at_most=1000)] = 1.0
    sigma: Annotated[float, option("Stationary standard deviation of the noisy input", at_least=0, at_most=50)] = 0.7
    noisy_input: Annotated[float, option("Mean of the noisy input", at_least=-50, at_most=50)] = 0.56
    duration: Annotated[
        float, option("Duration of the noisy path, a whole number", unit="ms", at_least=100, at_most=100_000)
    ] = 2000.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(round(self.duration) == self.duration, f"--duration must be a whole number of ms; got {self.duration}.")

    def walk(self, run: Run, inputs: None) -> RateModelResult:
        """Find the fixed points, follow them as the input changes, and let noise switch the population."""
        system = RatePopulation(tau=self.tau, w=self.w, I=self.input, a=self.a, theta=self.theta)
        mean = system.replace(I=self.noisy_input)
        around = box(system)
        with run.stage("fixed points"):
            points = fixed_point_table(fixed_points(system, around))
            branches = continuation(system, "I", (self.input - INPUTS, self.input + INPUTS), around)
            paths = simulate(system, np.array(STARTS)[:, None], duration=DURATION, dt=DT, solver="euler")
        with run.stage("noise"):
            driven = OUDrive(mean, ("I",), self.sigma)
            noisy = simulate(driven, [0.2, 0.0], duration=self.duration, dt=DT, key=self.key("noise"))
            found = fixed_point_table(fixed_points(mean, around))
        unstable = found.loc[found["kind"] == "unstable node", "r"].tolist()
        return RateModelResult(self, system, driven, points, branches, paths, noisy, unstable[0] if unstable else None)
