"""What ``wilson-cowan`` found, as numbers and figures."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import binomtest

from ... import plots
from ...dynamics import WilsonCowan
from ...runs import Run
from ..shared.published import point_numbers

HIGH = 0.5
"""E above it is the high state."""


@dataclass(frozen=True, eq=False)
class Plane:
    """Everything the walk found.

    Attributes
    ----------
    main, rhythm : WilsonCowan
    box : mapping of str to (low, high)
    points, cycle_points : DataFrame
        Fixed points of both.
    inputs_moved, born : Dataset
        Branches of fixed points as I_E and τ_I change.
    cycles : DataFrame
        Extremes of E on the limit cycle of the rhythm, by τ_I.
    periods : mapping of str to mapping of str to float
        Solver → what was measured of the rhythm.
    starts : DataArray, (trial, time, variable)
    remembered : Series
        Strength of the pulse → number of trials that end high.
    trials : int
    examples : DataArray, (trial, time)
        E at one strength.
    sharp, seeds : DataArray, (height,)
        Where E ends without noise, and under the published noise.
    """

    main: WilsonCowan
    rhythm: WilsonCowan
    box: Mapping[str, tuple[float, float]]
    points: pd.DataFrame
    cycle_points: pd.DataFrame
    inputs_moved: xr.Dataset
    born: xr.Dataset
    cycles: pd.DataFrame
    periods: Mapping[str, Mapping[str, float | int]]
    starts: xr.DataArray
    remembered: pd.Series
    trials: int
    examples: xr.DataArray
    sharp: xr.DataArray
    seeds: xr.DataArray

    def numbers(self) -> dict[str, float | int]:
        """Return the summary."""
        found = point_numbers(self.points) | point_numbers(self.cycle_points, "cycle.fixed_point")
        for name, path in zip(("0.32", "0.33"), self.starts, strict=True):
            found |= {f"start.{name}.{v}": float(path.sel(variable=v)[-1]) for v in ("E", "I")}
        for solver, measured in self.periods.items():
            found |= {f"cycle.{what}.{solver}": value for what, value in measured.items()}
        hopf = self.born["type"].values == "Hopf"
        found |= {
            "hopf.tau_i": float(self.born["at"].values[hopf][0]),
            "hopf.period": float(self.born["period"].values[hopf][0]),
        }
        folds = self.inputs_moved["at"].values[self.inputs_moved["type"].values == "fold"]
        found |= {f"fold.{i}.I_e": float(at) for i, at in enumerate(folds)}
        for name, ends in (("without_noise", self.sharp), ("published_seeds", self.seeds)):
            threshold = weakest(ends)
            if threshold is not None:
                found[f"memory.{name}.threshold"] = threshold
        found |= {f"memory.persistence.{height:g}": count / self.trials for height, count in self.remembered.items()}
        return found

    def interval(self, count: int | np.integer) -> tuple[float, float]:
        """Return Wilson's 95 % interval of a share of the trials."""
        low, high = binomtest(int(count), self.trials).proportion_ci(method="wilson")
        return float(low), float(high)

    def memory_in_words(self) -> str:
        """Return one sentence on the memory."""
        threshold = weakest(self.sharp)
        if threshold is None:
            return "No pulse of a strength up to 1 is remembered without noise."
        if threshold == 0:
            return "Without noise the high state is reached even without a pulse, so there is nothing to remember."
        low, high = self.remembered.iloc[0], self.remembered.iloc[-1]
        return (
            f"Without noise a pulse is remembered from a strength of {threshold:g} on; with noise the share of trials "
            f"that remember rises from {100 * low / self.trials:.1f} % at {self.remembered.index[0]:g} to "
            f"{100 * high / self.trials:.1f} % at {self.remembered.index[-1]:g}."
        )


def weakest(ends: xr.DataArray) -> float | None:
    """Return the weakest pulse from which E ends high; None if there is none."""
    high = ends.values > HIGH
    return float(ends["height"].values[np.argmax(high)]) if high.any() else None


def draw(run: Run, found: Plane) -> None:
    """Draw every figure of the report, and save the numbers behind them."""
    axes = ["E (share of maximum)", "I (share of maximum)"]
    run.figure(
        "phase_plane",
        plots.phase_plane(
            {"options": found.main, "rhythm": found.rhythm},
            found.box,
            starts=[[0.32, 0.15], [0.33, 0.15], [0.95, 0.95]],
            basins=True,
            labels=axes,
        ),
        title="Phase planes",
        caption="Left: the system of the options, tinted by the stable state that is reached from there. Right: the "
        "published weights of the rhythm. Arrows: direction of the flow. Trajectories of 50 ms begin at the dots: "
        "(0.32, 0.15), (0.33, 0.15), (0.95, 0.95).",
        alt="Two phase planes with the nullclines of E and I, fixed points, basins, separatrix and trajectories.",
    )
    tau, lowest, highest = found.cycles[["tau_i", "low", "high"]].to_numpy().T
    run.figure(
        "bifurcations",
        plots.bifurcation(
            {"options: input moves": found.inputs_moved, "rhythm: inhibition slows": found.born},
            variable="E",
            x_labels=["input I_E (a.u.)", "time constant τ_I (ms)"],
            y_label=axes[0],
            cycles={"rhythm: inhibition slows": (tau, lowest, highest)},
        ),
        title="Where states appear and lose their stability",
        caption="Fixed points as one parameter moves; folds are where two of them meet. Left: input to E. Right: the "
        "limit cycle of the rhythm begins at the Hopf point, and grows as inhibition gets slower.",
        alt="Bifurcation diagrams: E of the fixed points against the input, and against the time constant of I.",
    )
    strengths, counts = found.remembered.index.to_numpy(), found.remembered.to_numpy()
    shares = 100 * counts / found.trials
    low, high = np.array([found.interval(count) for count in counts]).T
    run.figure(
        "memory",
        plots.proportions(
            {"with noise, 95 % interval": (strengths, shares, 100 * low, 100 * high)},
            theory={
                "without noise": (found.sharp["height"].values, 100.0 * (found.sharp.values > HIGH)),
                "noise of the published seeds": (found.seeds["height"].values, 100.0 * (found.seeds.values > HIGH)),
            },
            x_label="strength of the pulse (a.u.)",
            y_label="trials that persist (%)",
        ),
        title="Is a pulse remembered?",
        caption=f"Share of {found.trials} trials in which E is high 70 ms after a pulse of 10 ms.",
        alt="The share of trials that persist rises smoothly with noise, and in one step without.",
    )
    run.figure(
        "examples",
        plots.paths(
            {"": {f"trial {i + 1}": path for i, path in enumerate(found.examples)}},
            y_label=axes[0],
            shaded=(20.0, 30.0),
        ),
        title="Trials with one strength",
        caption="E under noise; the pulse of strength 0.53 is grey.",
        alt="Paths of E against time, some staying high after the pulse and some falling back.",
    )
    run.table("limit_cycles", found.cycles, caption="Lowest and highest E on the limit cycle, by τ_I in ms.")
    table = pd.DataFrame({"strength": strengths, "persisting": counts, "share": shares / 100, "low": low, "high": high})
    run.table("memory", table, caption="Trials that persist, with Wilson's 95 % interval.")
    for name, branches in (("input", found.inputs_moved), ("tau_i", found.born)):
        columns = {
            str(branches.attrs["parameter"]): branches[branches.attrs["parameter"]].values,
            "E": branches["x"].sel(variable="E").values,
            "I": branches["x"].sel(variable="I").values,
            "kind": branches["kind"].values,
            "branch": branches["branch"].values,
        }
        run.table(f"branches_{name}", pd.DataFrame(columns), caption="Fixed points along each branch.")
