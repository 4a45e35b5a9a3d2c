"""What do coupled excitatory and inhibitory populations do, and can they remember a pulse?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import xarray as xr

from ...dynamics import OUDrive, Pulse, WilsonCowan, continuation, fixed_point_table, fixed_points, simulate
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .wilson_cowan_memory import DT, DURATION, LENGTH, ONSET, ends, ends_under_published_noise, persists
from .wilson_cowan_result import BOX, INPUTS, STARTS, STRENGTHS, TAUS, TRAJECTORY, WilsonCowanResult

RHYTHM = WilsonCowan(w_ee=6.4, w_ei=4.8, w_ie=6.0, w_ii=1.2, I_e=0.8)
"""The published parameters of the limit cycle."""
BEGUN, LONG = (0.25, 0.25), 1000
"""Initial state, and duration in ms, of the paths whose period is measured."""
N_CYCLES = 30
SETTLE, LOOK = 10_000, 100
"""ms: paths return to the cycle nearest the Hopf point, the slowest, in 600 ms; and the longest period is 40 ms."""
EXAMPLE, N_EXAMPLES = 0.53, 6
"""A strength of the pulse that is remembered about every second time, and trials that are shown of it."""


@dataclass(frozen=True, kw_only=True)
class WilsonCowanPlane(Experiment):
    """Analyse the Wilson–Cowan model of an excitatory population E and an inhibitory population I.

    The experiment shows the fixed points, nullclines and separatrix of the populations of the options, the limit cycle
    of others and where it is born, and whether a pulse is remembered in noise. The defaults are those of Neuromatch
    Academy, with which the populations are bistable.
    """

    name: ClassVar[str] = "wilson-cowan"
    published_options: ClassVar[tuple[str, ...]] = (
        *("w_ee", "w_ei", "w_ie", "w_ii", "i_e", "i_i", "tau_e", "tau_i", "sigma"),
    )

    w_ee: Annotated[float, option("Weight of E onto E", at_least=-50, at_most=50)] = 9.0
    w_ei: Annotated[float, option("Weight of I onto E; its effect is subtracted", at_least=-50, at_most=50)] = 4.0
    w_ie: Annotated[float, option("Weight of E onto I", at_least=-50, at_most=50)] = 13.0
    w_ii: Annotated[float, option("Weight of I onto I; its effect is subtracted", at_least=-50, at_most=50)] = 11.0
    i_e: Annotated[float, option("Input to E", at_least=-50, at_most=50)] = 0.0
    i_i: Annotated[float, option("Input to I", at_least=-50, at_most=50)] = 0.0
    tau_e: Annotated[float, option("Time constant of E", unit="ms", above=DT, at_most=1000)] = 1.0
    tau_i: Annotated[float, option("Time constant of I", unit="ms", above=DT, at_most=1000)] = 2.0
    sigma: Annotated[
        float, option("Stationary standard deviation of the noise in each input", at_least=0, at_most=50)
    ] = 0.1
    trials: Annotated[int, option("Number of trials for each strength of the pulse", at_least=10, at_most=100_000)] = (
        400
    )

    def walk(self, run: Run, inputs: None) -> WilsonCowanResult:
        """Find the fixed points of both regimes, the Hopf point, and the memory."""
        main, rhythm, noisy = self.system(), RHYTHM, self.noisy()
        with run.stage("phase plane"):
            points = fixed_point_table(fixed_points(main, BOX))
            starts = simulate(main, STARTS[:2], duration=TRAJECTORY, dt=DT, solver="euler")
            by_input = continuation(main, "I_e", (self.i_e - INPUTS, self.i_e + INPUTS), BOX)
        with run.stage("rhythm"):
            cycle_points = fixed_point_table(fixed_points(rhythm, BOX))
            paths = {
                name: simulate(rhythm, BEGUN, duration=LONG, dt=DT, solver=solver)
                for name, solver in {"euler": "euler", "converged": "tsit5"}.items()
            }
            by_tau = continuation(rhythm, "tau_i", TAUS, BOX)
            cycles = limit_cycles(rhythm, by_tau)
        with run.stage("memory"):
            trials = {
                height: simulate(  # every strength has noise of its own
                    noisy.replace(height=height),
                    np.zeros((self.trials, noisy.dimension)),
                    duration=DURATION,
                    dt=DT,
                    key=self.key(f"memory {height:g}"),
                    save_every=round(DURATION / DT),
                ).isel(time=-1)
                for height in STRENGTHS
            }
            return WilsonCowanResult(
                options=self,
                main=main,
                rhythm=rhythm,
                noisy=noisy,
                points=points,
                cycle_points=cycle_points,
                by_input=by_input,
                by_tau=by_tau,
                cycles=cycles,
                paths=paths,
                starts=starts,
                remembered=pd.Series({height: int(persists(x).sum()) for height, x in trials.items()}),
                memory_methods=trials[STRENGTHS[0]].attrs["methods"],
                example=EXAMPLE,
                examples=self.examples(noisy),
                sharp=ends(Pulse(main, ("I_e",), 0.0, onset=ONSET, length=LENGTH)),
                seeds=ends_under_published_noise(noisy),
            )

    def system(self) -> WilsonCowan:
        """Return the system of the options."""
        return WilsonCowan(
            tau_e=self.tau_e,
            tau_i=self.tau_i,
            w_ee=self.w_ee,
            w_ei=self.w_ei,
            w_ie=self.w_ie,
            w_ii=self.w_ii,
            I_e=self.i_e,
            I_i=self.i_i,
        )

    def noisy(self) -> OUDrive:
        """Return the system with a pulse onto E and noise in both inputs."""
        return OUDrive(Pulse(self.system(), ("I_e",), 0.0, onset=ONSET, length=LENGTH), ("I_e", "I_i"), self.sigma)

    def examples(self, noisy: OUDrive) -> xr.DataArray:
        """Return E along a few trials of one strength of the pulse."""
        start, key = np.zeros((N_EXAMPLES, noisy.dimension)), self.key(f"memory {EXAMPLE:g}")
        return simulate(noisy.replace(height=EXAMPLE), start, duration=DURATION, dt=DT, key=key).sel(variable="E")


def limit_cycles(rhythm: WilsonCowan, born: xr.Dataset) -> pd.DataFrame:
    """Return the extremes of E on the limit cycle by τ_I, from the Hopf point on, where they are those of the point.

    The cycle grows with the square root of the distance from the Hopf point, so the distances are squares.
    """
    hopf = int(np.flatnonzero(born["type"].values == "Hopf")[0])
    first = float(born["at"][hopf])
    taus = first + (TAUS[1] - first) * np.linspace(0, 1, N_CYCLES + 1)[1:] ** 2
    path = simulate(rhythm, BEGUN, duration=SETTLE + LOOK, dt=DT, sweep={"tau_i": taus}, save_every=2)
    E = path.sel(variable="E", time=slice(SETTLE, None)).values
    point = float(born["x_at"].sel(variable="E")[hopf])
    low, high = ([point, *found] for found in (E.min(axis=1), E.max(axis=1)))
    found = pd.DataFrame({"tau_i": [first, *taus], "low": low, "high": high})
    found.attrs["methods"] = f"{path.attrs['methods']} The extremes of E are those of the last {LOOK} ms."
    return found
