"""What ``wilson-cowan`` found: fixed points of two regimes, a rhythm, and the memory of a pulse."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import binomtest

from ...dynamics import CURVES, OUDrive, WilsonCowan, oscillation
from ...formats import interval, listed, number, significant
from ...report import Finding, Picture, Quantity, Result, Table
from ..shared.published import beside_published, point_numbers, point_quantities, shown_points
from .wilson_cowan_figures import draw_bifurcations, draw_examples, draw_memory, draw_planes
from .wilson_cowan_memory import DURATION, FINE_STRENGTHS, HIGH, LENGTH, ONSET, SEED_E, SEED_I, weakest
from .wilson_cowan_published import PUBLISHED, error_of_shares

if TYPE_CHECKING:
    from .wilson_cowan import WilsonCowanPlane

BOX = {"E": (-0.05, 1.05), "I": (-0.05, 1.05)}
"""All rates are within; the lowest possible is −1/(1 + e^{aθ}) = −0.034."""
INPUTS = 2.0
"""The input to E changes by this much to either side."""
TAUS = (0.5, 5.0)
"""Range of τ_I of the rhythm, in ms."""
STARTS, TRAJECTORY = ((0.32, 0.15), (0.33, 0.15), (0.95, 0.95)), 50
"""Initial states (E, I), the first two on either side of the separatrix, and duration in ms of their trajectories."""
STRENGTHS = np.round(np.arange(0.30, 0.7001, 0.05), 2)
VARIABLES = ("E", "I")


@dataclass(frozen=True, eq=False, kw_only=True)
class WilsonCowanResult(Result):
    """Fixed points, branches, cycles and trials of excitatory and inhibitory populations.

    Attributes
    ----------
    options : WilsonCowanPlane
    main, rhythm : WilsonCowan
        The system of the options, and the published one that oscillates.
    noisy : OUDrive
        The system of the options with a pulse and noise.
    points, cycle_points : DataFrame
        Fixed points of both.
    by_input, by_tau : Dataset
        Branches of fixed points as I_E and τ_I change.
    cycles : DataFrame
        Extremes of E on the limit cycle of the rhythm, by τ_I.
    paths : mapping of str to DataArray, (time, variable)
        The rhythm under Euler's method, and converged.
    starts : DataArray, (trial, time, variable)
        Paths from either side of the separatrix.
    remembered : Series
        Strength of the pulse → number of trials that end high.
    memory_methods : str
        How those trials were simulated.
    example : float
        Strength of the pulse in the examples.
    examples : DataArray, (trial, time)
        E of a few trials.
    sharp, seeds : DataArray, (height,)
        Where E ends without noise, and under the published noise.
    """

    question: ClassVar[str] = "What do coupled excitatory and inhibitory populations do, and can they remember a pulse?"
    quantities: ClassVar[dict[str, Quantity]] = (
        point_quantities(VARIABLES)
        | point_quantities(VARIABLES, "cycle.fixed_point", of=" of the rhythm")
        | {
            f"start.<E>.{name}": Quantity(f"{name} after {TRAJECTORY} ms from this E and I = {STARTS[0][1]}")
            for name in VARIABLES
        }
        | {
            "cycle.low.<method>": Quantity("Lowest E of the rhythm"),
            "cycle.high.<method>": Quantity("Highest E of the rhythm"),
            "cycle.amplitude.<method>": Quantity("Highest minus lowest E of the rhythm"),
            "cycle.period.<method>": Quantity("Period of the rhythm", "ms"),
            "hopf.tau_i": Quantity("Time constant of I at which the rhythm begins (Hopf point)", "ms"),
            "hopf.period": Quantity("Period of the rhythm where it begins", "ms"),
            "fold.<n>.I_e": Quantity("Input to E at which two fixed points meet and vanish"),
            "memory.without_noise.threshold": Quantity("Weakest pulse that is remembered without noise"),
            "memory.published_seeds.threshold": Quantity("Weakest pulse that is remembered under the published noise"),
            "memory.persistence.<strength>": Quantity("Share of trials that remember a pulse of this strength"),
        }
    )
    references: ClassVar[tuple[str, ...]] = ("wilson-cowan-1972", "neuromatch-dynamics")

    options: "WilsonCowanPlane"
    main: WilsonCowan
    rhythm: WilsonCowan
    noisy: OUDrive
    points: pd.DataFrame
    cycle_points: pd.DataFrame
    by_input: xr.Dataset
    by_tau: xr.Dataset
    cycles: pd.DataFrame
    paths: Mapping[str, xr.DataArray]
    starts: xr.DataArray
    remembered: pd.Series
    memory_methods: str
    example: float
    examples: xr.DataArray
    sharp: xr.DataArray
    seeds: xr.DataArray

    @cached_property
    def oscillations(self) -> dict[str, dict[str, float]]:
        """What was measured of the rhythm, by solver."""
        return {name: oscillation(path) for name, path in self.paths.items()}

    @cached_property
    def memory(self) -> pd.DataFrame:
        """Trials that remember the pulse by its strength: their number and share, with Wilson's 95 % interval."""
        trials = self.options.trials
        ranges = [binomtest(int(n), trials).proportion_ci(method="wilson") for n in self.remembered]
        return pd.DataFrame(
            {
                "strength": self.remembered.index,
                "persisting": self.remembered.to_numpy(),
                "share": self.remembered.to_numpy() / trials,
                "low": [float(found.low) for found in ranges],
                "high": [float(found.high) for found in ranges],
            }
        )

    def numbers(self) -> dict[str, float | int]:
        found = point_numbers(self.points) | point_numbers(self.cycle_points, "cycle.fixed_point")
        for (E, _), path in zip(STARTS, self.starts, strict=False):
            found |= {f"start.{E:g}.{name}": float(path.sel(variable=name)[-1]) for name in VARIABLES}
        for solver, measured in self.oscillations.items():
            found |= {f"cycle.{what}.{solver}": value for what, value in measured.items()}
        hopf = self.by_tau.isel(bifurcation=self.by_tau["type"].values == "Hopf")
        found |= {"hopf.tau_i": float(hopf["at"][0]), "hopf.period": float(hopf["period"][0])}
        folds = self.by_input["at"].values[self.by_input["type"].values == "fold"]
        found |= {f"fold.{i}.I_e": float(at) for i, at in enumerate(folds)}
        for name, ends in (("without_noise", self.sharp), ("published_seeds", self.seeds)):
            threshold = weakest(ends)
            if threshold is not None:
                found[f"memory.{name}.threshold"] = threshold
        shares = zip(self.memory["strength"], self.memory["share"], strict=True)
        return found | {f"memory.persistence.{strength:g}": float(share) for strength, share in shares}

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "phase_plane",
            partial(draw_planes, self.main, self.rhythm, BOX, STARTS, TRAJECTORY),
            title="Phase planes",
            caption="Left: the populations with the weights of the options; the tint shows which stable state is "
            "reached from there. Right: "
            f"the published weights of the rhythm. Arrows show the direction of the flow. Trajectories of "
            f"{TRAJECTORY} ms begin at the dots: {listed(str(start) for start in STARTS)}.",
            alt="Two phase planes with the nullclines of E and I, fixed points, basins, separatrix and trajectories.",
        )
        yield Picture(
            "bifurcations",
            partial(draw_bifurcations, self.by_input, self.by_tau, self.cycles),
            title="Where states appear and lose their stability",
            caption="Fixed points as one parameter changes. At a fold two of them meet and vanish. Left: the input to "
            "E. Right: the limit cycle of the rhythm begins at the Hopf point, and grows as inhibition gets slower.",
            alt="Bifurcation diagrams: E of the fixed points against the input, and against the time constant of I.",
        )
        yield Picture(
            "memory",
            partial(draw_memory, self.memory, self.sharp, self.seeds),
            title="Is a pulse remembered?",
            caption=f"The share of {self.options.trials} trials in which E is above {significant(HIGH)} "
            f"at {significant(DURATION - ONSET - LENGTH)} ms after a pulse of {significant(LENGTH)} ms.",
            alt="The share of trials that remember the pulse against its strength, with noise and without.",
        )
        yield Picture(
            "examples",
            partial(draw_examples, self.examples),
            title="Trials with a pulse of one strength",
            caption=f"E with noise in {len(self.examples)} trials. The pulse is grey, and its strength is "
            f"{significant(self.example)}.",
            alt="Paths of E against time under noise, before, during and after the pulse.",
        )
        yield Table(
            "fixed_points",
            shown_points(self.points),
            "The eigenvalues are those of the Jacobian, in 1/ms.",
            title="Fixed points with the weights of the options",
            shown=True,
        )
        if self.options.is_published():
            yield Table(
                "published",
                beside_published(self.numbers(), PUBLISHED),
                "The published numbers are from Neuromatch Academy and its reference solution. The published shares of "
                f"trials have standard errors of {listed(error_of_shares())}.",
                title="Published numbers beside ours",
                shown=True,
            )
        yield Table("limit_cycles", self.cycles, "Lowest and highest E on the limit cycle, by τ_I in ms.")
        yield Table("memory", self.memory, "Trials that remember the pulse, with Wilson's 95 % interval.")
        for name, branches in (("input", self.by_input), ("tau_i", self.by_tau)):
            yield Table(f"branches_{name}", _table(branches), "Fixed points along each branch.")

    def answer(self) -> str:
        found, tau = self.numbers(), significant(self.rhythm.tau_i)
        points = self.points.to_dict("records")
        kinds = listed(
            f"{'an' if p['kind'][0] == 'u' else 'a'} {p['kind']} at ({number(p['E'])}, {number(p['I'])})"
            for p in points
        )
        n = len(points)
        return (
            f"With the weights of the options the populations have {n} fixed {'point' if n == 1 else 'points'} (E, I): "
            f"{kinds}. With other published weights, those of the rhythm, the fixed point loses its stability where "
            f"the time constant of the inhibitory population reaches {number(found['hopf.tau_i'])} ms, and at {tau} ms "
            f"the populations oscillate with a period of {number(found['cycle.period.converged'], 2)} ms. "
            f"{self._memory_in_words()}"
        )

    def _memory_in_words(self) -> str:
        threshold, most = weakest(self.sharp), significant(FINE_STRENGTHS[-1])
        if threshold is None:
            return f"No pulse of a strength up to {most} is remembered without noise."
        if threshold == 0:
            return "Without noise the high state is reached even without a pulse, so there is nothing to remember."
        first, last = self.memory.iloc[[0, -1]].to_dict("records")
        shares = [f"{interval(100 * x['share'], 100 * x['low'], 100 * x['high'], 1)} %" for x in (first, last)]
        return (
            f"Without noise the populations remember a pulse from a strength of {significant(threshold)} on. With "
            f"noise the share of trials that remember it, with its 95 % interval, rises from {shares[0]} at a "
            f"strength of {significant(first['strength'])} to {shares[1]} at {significant(last['strength'])}."
        )

    def notes(self) -> list[str]:
        euler, converged = (self.oscillations[name]["period"] for name in ("euler", "converged"))
        return [
            f"The period of the rhythm is {number(euler, 2)} ms under Euler's method with a step of "
            f"{significant(self.paths['euler'].attrs['dt'])} ms, as published, and {number(converged, 2)} ms when it "
            "is converged.",
            "With noise there is no threshold of memory: whether a pulse is remembered is a probability, and one pair "
            "of random seeds says little about it.",
            "The closed forms of the nullclines hold only where the F–I curve has an inverse; here the nullclines are "
            "zero contours, refined by Newton's method.",
        ]

    def methods(self) -> list[str]:
        rhythm, main, drive = self.rhythm, self.main, self.noisy
        weights = {"EE": rhythm.w_ee, "EI": rhythm.w_ei, "IE": rhythm.w_ie, "II": rhythm.w_ii}
        given = ", ".join(f"$w_{{{name}}}$ = {value:g}" for name, value in weights.items())
        by_tau, cycles = (found.attrs["methods"].replace("tau_i", "$\\tau_I$") for found in (self.by_tau, self.cycles))
        return [
            "The rates follow $\\tau_E\\, dE/dt = -E + F_E(w_{EE} E - w_{EI} I + I_E)$ and "
            "$\\tau_I\\, dI/dt = -I + F_I(w_{IE} E - w_{II} I + I_I)$ with the F–I curve "
            f"${CURVES['sigmoid'].equation}$, where a = {main.a_e:g} and θ = {main.theta_e:g} for E, and a = "
            f"{main.a_i:g} and θ = {main.theta_i:g} for I.",
            f"{self.points.attrs['methods']} The separatrix is the stable manifold of the saddle, followed backwards "
            f"in time. {self.by_input.attrs['methods'].replace('I_e', '$I_E$')}",
            f"The rhythm has {given}, $I_E$ = {rhythm.I_e:g} and $\\tau_I$ = {rhythm.tau_i:g} ms. Euler's method: "
            f"{self.paths['euler'].attrs['methods']} Converged: {self.paths['converged'].attrs['methods']} The period "
            "is the time between rises of E through the middle of its range, in the second half of the path. "
            f"{by_tau} Limit cycles: {cycles}",
            f"Memory: E gets a pulse from {significant(ONSET)} to {significant(ONSET + LENGTH)} ms, and each input "
            "Ornstein–Uhlenbeck noise with a stationary standard deviation of "
            f"{significant(drive.sigma)} and a time constant of {significant(drive.tau_drive)} ms, from (0, 0). For "
            f"each of {len(self.remembered)} strengths: {self.memory_methods} A trial remembers the pulse if E is "
            f"above {significant(HIGH)} at {significant(DURATION)} ms. The published noise comes from NumPy's random "
            f"seeds {SEED_E} (E) and {SEED_I} (I).",
        ]


def _table(branches: xr.Dataset) -> pd.DataFrame:
    """Return the fixed points along each branch: the parameter, the rates, the kind and the number of the branch."""
    parameter = str(branches.attrs["parameter"])
    rates = {name: branches["x"].sel(variable=name).values for name in VARIABLES}
    named = {name: branches[name].values for name in ("kind", "branch")}
    return pd.DataFrame({parameter: branches[parameter].values, **rates, **named})
