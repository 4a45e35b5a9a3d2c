"""The same decision at several levels: accuracy, thresholds and reaction times side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...formats import counted, listed, number, significant
from ...report import Finding, Picture, Quantity, Result, Table
from ..shared.intervals import estimate_and_interval, in_blocks
from .decision_levels import COHERENCES, FIRES, PUBLISHED_DDM, Level

if TYPE_CHECKING:
    from .spiking_decision import SpikingDecision

KEYS = {"spiking network": "spiking", "rate network": "rate", "untrained spiking network": "untrained"}
"""Networks → what their keys in the summary begin with."""


@dataclass(frozen=True, eq=False)
class SpikingDecisionResult(Result):
    """What every level of the decision does.

    Attributes
    ----------
    options : SpikingDecision
    levels : mapping of str to Level
    tested : mapping of str to Dataset
        Networks → what they do on the training task, from :func:`isocortex.learning.behaviour`.
    bounds : mapping of str to float
        Level → bound in √s of the drift–diffusion model that explains it best.
    spikes : DataArray, shape (time, unit)
        1 where a unit of the first spiking network fires, in one trial.
    monkeys : tuple of str
        The levels that are animals.
    """

    question: ClassVar[str] = (
        "Does the same decision come out of diffusion, rate, spiking and attractor networks, and monkeys?"
    )
    quantities: ClassVar[dict[str, Quantity]] = {
        "<network>.accuracy.fraction_of_ideal.mean": Quantity("Success as a share of the ideal observer's"),
        "<network>.accuracy.fraction_of_ideal.low": Quantity("Lower end of its 95 % interval"),
        "<network>.accuracy.fraction_of_ideal.high": Quantity("Upper end of its 95 % interval"),
        "<network>.accuracy.mean": Quantity("Share of successful trials"),
        "accuracy.ideal": Quantity("Share of successful trials of the ideal observer"),
        "level.<level>.threshold": Quantity("Coherence at which accuracy is 0.816, median", "%"),
        "level.<level>.slope": Quantity("Slope of the psychometric curve, median"),
        "level.<level>.rt_fall_ms": Quantity(
            "Fall of the mean reaction time from the weakest to the strongest motion", "ms"
        ),
        "level.<level>.ddm_bound": Quantity("Bound of the drift–diffusion model that explains it best", "√s"),
        "spiking.rate_hz": Quantity("Mean rate of the units of the first spiking network in one trial", "Hz"),
    }
    references: ClassVar[tuple[str, ...]] = ("roitman-shadlen-2002", "wong-wang-2006", "neftci-2019")

    options: "SpikingDecision"
    levels: Mapping[str, Level]
    tested: Mapping[str, xr.Dataset]
    bounds: Mapping[str, float]
    spikes: xr.DataArray
    monkeys: tuple[str, ...]

    @cached_property
    def of_ideal(self) -> dict[str, tuple[float, float, float]]:
        """Success of every network as a share of the ideal observer's, with its 95 % interval."""
        found = {}
        for name, done in self.tested.items():
            each = in_blocks(done[["correct", "ideal"]].drop_vars("seed"))
            found[name] = estimate_and_interval(
                lambda drawn: drawn["correct"].mean() / drawn["ideal"].mean(), each, ("seed", "block")
            )
        return found

    @property
    def rate(self) -> float:
        """Mean rate of the spiking units in Hz."""
        return float(self.spikes.mean() / self.options.dt * 1e3)

    def numbers(self) -> dict[str, float]:
        found = {"accuracy.ideal": float(self.tested["spiking network"]["ideal"].mean()), "spiking.rate_hz": self.rate}
        for name, (mean, low, high) in self.of_ideal.items():
            key = KEYS[name]
            ends = {"mean": mean, "low": max(low, 0.0), "high": high}
            found |= {f"{key}.accuracy.fraction_of_ideal.{end}": value for end, value in ends.items()}
            found[f"{key}.accuracy.mean"] = float(self.tested[name]["correct"].mean())
        for name, level in self.levels.items():
            key = "level." + name.replace(" ", "_").replace("–", "_")
            found |= {
                f"{key}.threshold": level.threshold,
                f"{key}.slope": level.slope,
                f"{key}.rt_fall_ms": level.fall,
                f"{key}.ddm_bound": self.bounds[name],
            }
        return found

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per level."""
        rows = [
            {
                "level": name,
                "threshold (%)": level.threshold,
                "slope": level.slope,
                "fall of reaction times (ms)": level.fall,
                "bound (√s)": self.bounds[name],
            }
            for name, level in self.levels.items()
        ]
        return pd.DataFrame(rows)

    def findings(self) -> Iterator[Finding]:
        on, off = self.options.build().periods["stimulus"]
        yield Picture(
            "psychometric",
            self.draw_psychometric,
            title="Accuracy",
            caption="Accuracy against the strength of motion, relative to the threshold of each level. Thin: single "
            "networks. Points: monkeys, with 95 % intervals. Dotted: chance.",
            alt="Accuracy rises from one half to one along nearly the same curve at every level.",
        )
        yield Picture(
            "chronometric",
            self.draw_chronometric,
            title="Reaction times",
            caption="Mean reaction times against strength relative to threshold. Networks answer at a bound on the "
            "difference of their outputs; their times have no non-decision part.",
            alt="Reaction times fall with strength at every level, by different amounts.",
        )
        yield Table("levels", self.table, "Every level of the decision.", title="Levels", shown=True)
        yield Picture(
            "raster",
            self.draw_raster,
            title="Spikes of a trained network",
            caption=f"One trial of the first network; stimulus from {significant(on)} to {significant(off)} ms.",
            alt="Spikes of all units of a trained network over one trial.",
        )

    def draw_psychometric(self) -> Figure:
        """Draw accuracy against strength relative to threshold."""
        return plots.psychometric_curves(
            {name: self._relative(level.points, level) for name, level in self._models()},
            animals={name: self._relative(self.levels[name].points, self.levels[name]) for name in self.monkeys},
            x_label="motion strength / threshold",
        )

    def draw_chronometric(self) -> Figure:
        """Draw reaction times against strength relative to threshold."""
        return plots.chronometric_curves(
            {name: self._relative(level.times, level) for name, level in self._models()},
            animals={name: self._relative(self.levels[name].times, self.levels[name]) for name in self.monkeys},
            x_label="motion strength / threshold",
        )

    def draw_raster(self) -> Figure:
        """Draw the spikes of one trial."""
        step, unit = np.nonzero(self.spikes.values)
        times = self.spikes["time"].values
        name = "one trial"
        rate = self.spikes.mean("unit").values / self.options.dt * 1e3
        return plots.rasters(
            {name: (times[step], unit)}, groups={"units": self.spikes.sizes["unit"]}, rates={name: (times, rate)}
        )

    def _models(self) -> list[tuple[str, Level]]:
        return [(name, level) for name, level in self.levels.items() if name not in self.monkeys]

    @staticmethod
    def _relative(points: xr.Dataset, level: Level) -> xr.Dataset:
        return points.assign_coords(strength=points["strength"] / level.threshold)

    def answer(self) -> str:
        spiking, low, high = self.of_ideal["spiking network"]
        rate = self.of_ideal["rate network"][0]
        control = self.of_ideal["untrained spiking network"][0]
        slopes = listed(f"{name} {number(level.slope)}" for name, level in self.levels.items())
        falls = [name for name, level in self.levels.items() if level.fall > 0]
        return (
            f"Spiking networks reach {number(100 * spiking, 1)} % of the ideal observer's success (95 % interval "
            f"{number(100 * low, 1)} to {number(100 * high, 1)}), rate networks {number(100 * rate, 1)} %, and "
            f"spiking networks before training {number(100 * control, 1)} %. Relative to their thresholds the levels "
            f"differ in the slope of the psychometric curve: {slopes}. Reaction times fall with the strength of the "
            f"motion for {listed(falls)}."
        )

    def notes(self) -> Sequence[str]:
        if self.monkeys:
            return ()
        return ["No monkeys are shown: --monkeys FILE adds the trials of Roitman & Shadlen (2002)."]

    def methods(self) -> Sequence[str]:
        o = self.options
        ddm = PUBLISHED_DDM
        return [
            f"{counted(o.seeds, 'network')} of {counted(o.units, 'unit')} of each kind learned "
            f"PerceptualDecisionMaking (stimulus {significant(o.stimulus)} ms, steps of {significant(o.dt)} ms) in "
            f"{o.updates} updates on {o.batch} fresh trials by Adam. Spiking units are leaky integrate-and-fire; "
            "in the gradient a fast "
            "sigmoid stands for the spike. A network is tested on "
            f"{o.test_trials} fresh trials, with its noise on. It answers when its outputs differ by as much as keeps "
            "95 % of its accuracy at the end.",
            f"The drift–diffusion model has a drift of {significant(ddm['drift_per_coherence'])} c per √s, bounds at "
            f"±{significant(ddm['bound'])} √s and {significant(ddm['non_decision'])} ms of non-decision time. The "
            "attractor network is the reduced one of Wong & Wang (2006), with Ornstein–Uhlenbeck noise; it has decided "
            f"when a population fires at {significant(FIRES)} Hz. Both saw coherences of "
            f"{listed(significant(c) for c in COHERENCES)} %. The bound of every level is that of a "
            "drift–diffusion model with three parameters, fitted to its choices and times by maximum likelihood.",
        ]
