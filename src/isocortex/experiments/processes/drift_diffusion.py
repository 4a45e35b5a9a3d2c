"""How do random walks and drift–diffusion spread, and what does the time step do to them?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ...dynamics import OrnsteinUhlenbeck, drift_diffusion, random_walk, simulate
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .drift_diffusion_result import SHARES_OF_TAU, DriftDiffusionResult

FORGOTTEN = 12
"""The continuous process runs for this many τ: e⁻²⁴ of the variance of the start remains."""


@dataclass(frozen=True, kw_only=True)
class DriftDiffusion(Experiment):
    """Simulate random walks, drift–diffusion in steps, and the Ornstein–Uhlenbeck process in continuous time.

    Means and variances are compared with their closed forms, Euler–Maruyama with exact steps, and the names of the
    same noise with each other. The defaults are those of Neuromatch Academy, W2D2.
    """

    name: ClassVar[str] = "drift-diffusion"

    paths: Annotated[int, option("Number of paths of every process", at_least=100, at_most=100_000)] = 20_000
    steps: Annotated[
        int, option("Number of steps of the random walk and of drift–diffusion", at_least=10, at_most=10_000)
    ] = 100
    retention: Annotated[
        float, option("λ of drift–diffusion, the share of a deviation that is left after a step", above=0, below=1)
    ] = 0.9
    step_sd: Annotated[
        float, option("σ of drift–diffusion, the standard deviation of the noise of one step", above=0, at_most=1e6)
    ] = 0.1
    start: Annotated[float, option("Start x₀ of drift–diffusion", at_least=-1e6, at_most=1e6)] = 4.0
    target: Annotated[float, option("Mean x∞ to which drift–diffusion returns", at_least=-1e6, at_most=1e6)] = 1.0
    tau: Annotated[
        float, option("Time constant τ of the continuous process", unit="ms", at_least=1e-3, at_most=1e6)
    ] = 10.0
    sd: Annotated[float, option("Stationary standard deviation of the continuous process", above=0, at_most=1e6)] = 1.0

    def walk(self, run: Run, inputs: None) -> DriftDiffusionResult:
        """Simulate random walks, drift–diffusion, and the continuous process with steps of several lengths."""
        process = OrnsteinUhlenbeck(sd=self.sd, tau=self.tau)
        with run.stage("processes"):
            walks = random_walk(self.steps, n_paths=self.paths, key=self.key("walk")).values
            moving = drift_diffusion(
                self.steps,
                retention=self.retention,
                step_sd=self.step_sd,
                x0=self.start,
                target=self.target,
                n_paths=self.paths,
                key=self.key("drift"),
            ).values
        with run.stage("time steps"):
            variances = {share: self.stationary_variances(process, share) for share in SHARES_OF_TAU}
        return DriftDiffusionResult(self, process, walks, moving, variances)

    def stationary_variances(self, process: OrnsteinUhlenbeck, share: float) -> dict[str, float]:
        """Return the variance that the process settles at under each scheme, with steps of a share of τ."""
        dt, n = share * self.tau, round(FORGOTTEN / share)
        how = {"duration": n * dt, "dt": dt, "key": self.key(f"step {share}"), "save_every": n}
        paths = {
            solver: simulate(process, np.zeros((self.paths, 1)), solver=solver, **how)
            for solver in ("euler-maruyama", "exact")
        }
        return {solver: float(path.values[:, -1, 0].var()) for solver, path in paths.items()}
