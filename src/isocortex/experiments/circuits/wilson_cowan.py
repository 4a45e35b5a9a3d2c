"""Excitation and inhibition in the phase plane: the Wilson–Cowan model, its two regimes, and a noisy memory."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from tyro.conf import arg

from ...dynamics import (
    OUDrive,
    Pulse,
    WilsonCowan,
    continuation,
    fixed_point_table,
    fixed_points,
    oscillation,
    simulate,
)
from ...errors import require
from ...runs import Run
from ..shared.protocol import Experiment, Progress
from ..shared.published import beside_published, shown_points
from .wilson_cowan_figures import Plane, draw

BOX = {"E": (-0.05, 1.05), "I": (-0.05, 1.05)}
"""All rates are within; the lowest possible is −1/(1 + e^{aθ}) = −0.034."""
RHYTHM = WilsonCowan(w_ee=6.4, w_ei=4.8, w_ie=6.0, w_ii=1.2, I_e=0.8)
"""The published parameters of the limit cycle."""
HEIGHTS = np.round(np.arange(0.30, 0.7001, 0.05), 2)
FINE_HEIGHTS = np.round(np.arange(0.0, 1.0001, 0.01), 2)
ONSET, LENGTH, DURATION, DT = 20.0, 10.0, 100.0, 0.1
SEED_E, SEED_I = 2022, 2021
TAUS, N_CYCLES = (0.5, 5.0), 30
"""Range of τ_I in ms, and limit cycles in it."""
SETTLE, LOOK = 10_000, 100
"""ms: paths return to the cycle nearest the Hopf point, the slowest, in 600 ms; and the longest period is 40 ms."""
PUBLISHED: dict[str, tuple[str, float | int, str]] = {
    "fixed_point.1.E": ("bistable: saddle, E", 0.336852, ".6f"),
    "fixed_point.1.I": ("bistable: saddle, I", 0.168420, ".6f"),
    "fixed_point.2.E": ("bistable: high state, E", 0.938430, ".6f"),
    "fixed_point.2.I": ("bistable: high state, I", 0.672481, ".6f"),
    "fixed_point.0.eigenvalue.real": ("low state: real part of its pair (/ms)", -0.623, ".3f"),
    "fixed_point.0.eigenvalue.imag": ("low state: imaginary part (/ms)", 0.131, ".3f"),
    "fixed_point.1.eigenvalue.real": ("saddle: first eigenvalue (/ms)", 1.057, ".3f"),
    "fixed_point.1.eigenvalue_2.real": ("saddle: second eigenvalue (/ms)", -0.873, ".3f"),
    "fixed_point.2.eigenvalue.real": ("high state: first eigenvalue (/ms)", -0.960, ".3f"),
    "fixed_point.2.eigenvalue_2.real": ("high state: second eigenvalue (/ms)", -1.422, ".3f"),
    "start.0.32.E": ("E at 50 ms from E = 0.32, I = 0.15", 0.0, ".3f"),
    "start.0.33.E": ("E at 50 ms from E = 0.33, I = 0.15", 0.938, ".3f"),
    "cycle.fixed_point.0.E": ("rhythm: fixed point, E", 0.570419, ".6f"),
    "cycle.fixed_point.0.I": ("rhythm: fixed point, I", 0.270609, ".6f"),
    "cycle.fixed_point.0.eigenvalue.real": ("rhythm: real part of the pair (/ms)", 0.107, ".3f"),
    "cycle.fixed_point.0.eigenvalue.imag": ("rhythm: imaginary part (/ms)", 0.562, ".3f"),
    "cycle.period.euler": ("period, Euler with 0.1 ms (ms)", 21.55, ".2f"),
    "cycle.period.converged": ("period, converged (ms)", 21.52, ".2f"),
    "hopf.tau_i": ("Hopf point, τ_I (ms)", 1.489, ".3f"),
    "memory.published_seeds.threshold": ("weakest pulse that persists, published noise", 0.45, ".2f"),
    "memory.persistence.0.45": ("share of trials that persist at 0.45 (published: 40)", 0.075, ".3f"),
    "memory.persistence.0.6": ("share of trials that persist at 0.60 (published: 40)", 0.9, ".3f"),
}


@dataclass(frozen=True, kw_only=True)
class WilsonCowanPlane(Experiment):
    """The Wilson–Cowan model: fixed points, nullclines and separatrix of a bistable pair of populations, the limit
    cycle of another and where it is born, and whether a pulse is remembered in noise.
    """

    name: ClassVar[str] = "wilson-cowan"

    w_ee: Annotated[float, arg(help="Weight of E onto E.")] = 9.0
    w_ei: Annotated[float, arg(help="Weight of I onto E.")] = 4.0
    w_ie: Annotated[float, arg(help="Weight of E onto I.")] = 13.0
    w_ii: Annotated[float, arg(help="Weight of I onto I.")] = 11.0
    i_e: Annotated[float, arg(help="Input to E.")] = 0.0
    i_i: Annotated[float, arg(help="Input to I.")] = 0.0
    tau_e: Annotated[float, arg(help="Time constant of E in ms.")] = 1.0
    tau_i: Annotated[float, arg(help="Time constant of I in ms.")] = 2.0
    sigma: Annotated[
        float, arg(help="Stationary standard deviation of the noise in each input, correlated over 1 ms.")
    ] = 0.1
    trials: Annotated[int, arg(help="Trials per strength of the pulse.")] = 400

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("w_ee", "w_ei", "w_ie", "w_ii", "i_e", "i_i", "tau_e", "tau_i", "sigma"):
            require(math.isfinite(getattr(self, name)), f"--{name.replace('_', '-')} must be a finite number.")
        for name in ("tau_e", "tau_i"):
            value = getattr(self, name)
            require(value > DT, f"--{name.replace('_', '-')} must be above the step of {DT} ms; got {value}.")
        require(self.sigma >= 0, f"--sigma must not be negative; got {self.sigma}.")
        require(10 <= self.trials <= 100_000, f"--trials must be in 10…100000; got {self.trials}.")

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: the model has no input files."""

    def walk(self, run: Run, inputs: None) -> None:
        """Find the fixed points of both regimes, the Hopf point, and the memory."""
        main, rhythm = self.system(), RHYTHM
        with run.stage("phase plane"):
            points = fixed_point_table(fixed_points(main, BOX))
            starts = simulate(main, [[0.32, 0.15], [0.33, 0.15]], duration=50, dt=DT, solver="euler")
            inputs_moved = continuation(main, "I_e", (self.i_e - 2, self.i_e + 2), BOX)
        with run.stage("rhythm"):
            cycle_points = fixed_point_table(fixed_points(rhythm, BOX))
            periods = {
                name: simulate(rhythm, [0.25, 0.25], duration=1000, dt=DT, solver=solver)
                for name, solver in {"euler": "euler", "converged": "tsit5"}.items()
            }
            born = continuation(rhythm, "tau_i", TAUS, BOX)
            cycles = limit_cycles(rhythm, born)
        with run.stage("memory"):
            remembered = self.remembered()
            sharp = self.ends(Pulse(main, ("I_e",), 0.0, onset=ONSET, length=LENGTH))
            seeds = self.published_noise()
        found = Plane(
            main=main,
            rhythm=rhythm,
            box=BOX,
            points=points,
            cycle_points=cycle_points,
            inputs_moved=inputs_moved,
            born=born,
            cycles=cycles,
            periods={name: oscillation(path) for name, path in periods.items()},
            starts=starts,
            remembered=remembered,
            trials=self.trials,
            examples=self.examples(),
            sharp=sharp,
            seeds=seeds,
        )
        numbers = found.numbers()
        run.summary(numbers)
        with run.stage("figures"):
            draw(run, found)
        self.report(run, found, numbers)

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

    def remembered(self) -> pd.Series:
        """Return the number of trials that end high, for every strength of the pulse."""
        counts = []
        for height in HEIGHTS:  # every strength has noise of its own
            x = simulate(
                self.noisy().replace(height=height),
                np.zeros((self.trials, 4)),
                duration=DURATION,
                dt=DT,
                key=self.key(f"memory {height:g}"),
                save_every=round(DURATION / DT),
            )
            counts.append(int((x.sel(variable="E").values[:, -1] > 0.5).sum()))
        return pd.Series(counts, index=HEIGHTS)

    def examples(self) -> xr.DataArray:
        """Return a few paths of E at the strength that is remembered about every second time."""
        noisy = self.noisy().replace(height=0.53)
        x = simulate(noisy, np.zeros((6, 4)), duration=DURATION, dt=DT, key=self.key("memory 0.53"))
        return x.sel(variable="E")

    def ends(self, pulsed: Pulse) -> xr.DataArray:
        """Return where E ends without noise for every strength of a fine grid."""
        options = {"duration": DURATION, "dt": DT, "solver": "euler", "save_every": round(DURATION / DT)}
        return simulate(pulsed, [0.0, 0.0], sweep={"height": FINE_HEIGHTS}, **options).isel(time=-1).sel(variable="E")

    def published_noise(self) -> xr.DataArray:
        """Return where E ends for every strength of the fine grid under the noise of the published seeds."""
        n = round(DURATION / DT)
        e, i = (np.random.RandomState(seed).standard_normal(n) for seed in (SEED_E, SEED_I))
        noise = np.stack([0 * e, 0 * e, e, i], axis=1)[1:]
        x0 = [0.0, 0.0, self.sigma * e[0], self.sigma * i[0]]
        options = {"duration": DURATION - DT, "dt": DT, "noise": noise, "save_every": n - 1}
        return simulate(self.noisy(), x0, sweep={"height": FINE_HEIGHTS}, **options).isel(time=-1).sel(variable="E")

    def report(self, run: Run, found: Plane, numbers: dict[str, float | int]) -> None:
        """Write the answer in words, its tables, and the methods."""
        run.table(
            "fixed_points",
            shown_points(found.points),
            title="Fixed points of the system of the options",
            caption="Eigenvalues of the Jacobian, per ms.",
            shown=True,
        )
        if self.config() | {"seed": 0, "trials": 0} == WilsonCowanPlane().config() | {"trials": 0}:
            run.table(
                "published",
                beside_published(numbers, PUBLISHED),
                title="Published numbers beside ours",
                caption="Neuromatch Academy and its reference solution. Shares of 40 trials have a standard error of "
                "4 to 5 %.",
                shown=True,
            )
        kinds = ", ".join(f"{kind} at ({E:.3f}, {I:.3f})" for E, I, kind in found.points.iloc[:, :3].to_numpy())
        n = len(found.points)
        run.describe(
            question="What do coupled excitatory and inhibitory populations do, and can they remember a pulse?",
            answer=f"The system of the options has {n} fixed {'point' if n == 1 else 'points'} (E, I): {kinds}. "
            f"With the published weights of the rhythm, the fixed point loses its stability at τ_I = "
            f"{numbers['hopf.tau_i']:.3f} ms, and at 2 ms the populations oscillate with a period of "
            f"{numbers['cycle.period.converged']:.2f} ms. " + found.memory_in_words(),
            notes=[
                "Euler's method with a step of 0.1 ms, as published, lengthens the period by 0.03 ms.",
                "With noise there is no threshold of memory: whether a pulse persists is a probability, and one pair "
                "of seeds says little about it.",
                "The nullclines' closed forms hold only where the F–I curve has an inverse; here they are zero "
                "contours, polished by Newton's method.",
            ],
            methods=[
                "τ_E dE/dt = −E + F_E(w_EE·E − w_EI·I + I_E), τ_I dI/dt = −I + F_I(w_IE·E − w_II·I + I_I); "
                "F(x) = 1/(1 + e^{−a(x−θ)}) − 1/(1 + e^{aθ}), with a 1.2 and θ 2.8 for E, 1 and 4 for I.",
                "Fixed points: Levenberg–Marquardt from 512 starts in the box −0.05…1.05, to Newton steps of at most "
                "1e-8 of the box, duplicates merged; kinds from the eigenvalues of the Jacobian (automatic "
                "differentiation). Separatrix: the saddle's stable manifold, followed backwards in time. "
                "Branches: pseudo-arclength continuation; folds and Hopf points "
                "by bisection.",
                "Rhythm: w_EE 6.4, w_EI 4.8, w_IE 6, w_II 1.2, I_E 0.8, τ_I 2 ms; period from the rises of E through "
                "the middle of its range, in the second half of 1000 ms. Converged: Tsit5, tolerance 1e-8.",
                f"Memory: a pulse into E from {ONSET:g} to {ONSET + LENGTH:g} ms; Ornstein–Uhlenbeck noise in both "
                f"inputs (stationary sd {self.sigma:g}, τ 1 ms), Euler–Maruyama with 0.1 ms, {self.trials} trials per "
                "strength from (0, 0). A trial persists if E is above 0.5 at 100 ms. Interval: Wilson's, 95 %. "
                f"Published noise: NumPy seeds {SEED_E} (E) and {SEED_I} (I).",
            ],
            references=["wilson-cowan-1972", "neuromatch-dynamics"],
            meanings=self.meanings(),
        )


def limit_cycles(rhythm: WilsonCowan, born: xr.Dataset) -> pd.DataFrame:
    """Return the extremes of E on the limit cycle by τ_I, from the Hopf point on, where they are those of the point.

    The cycle grows with the square root of the distance from the Hopf point, so the distances are squares.
    """
    hopf = int(np.flatnonzero(born["type"].values == "Hopf")[0])
    first = float(born["at"][hopf])
    taus = first + (TAUS[1] - first) * np.linspace(0, 1, N_CYCLES + 1)[1:] ** 2
    path = simulate(rhythm, [0.25, 0.25], duration=SETTLE + LOOK, dt=DT, sweep={"tau_i": taus}, save_every=2)
    E = path.sel(variable="E", time=slice(SETTLE, None)).values
    point = float(born["x_at"].sel(variable="E")[hopf])
    low, high = ([point, *found] for found in (E.min(axis=1), E.max(axis=1)))
    return pd.DataFrame({"tau_i": [first, *taus], "low": low, "high": high})
