"""What ``rate-model`` found: fixed points, the inputs with two stable states, and how often noise switches them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr

from ... import plots
from ...dynamics import CURVES, OUDrive, RatePopulation
from ...formats import counted, listed, number, percent, significant
from ...report import Finding, Picture, Quantity, Result, Table
from ..shared.published import beside_published, point_numbers, point_quantities, shown_points
from .rate_model_figures import draw_curves, draw_noise, draw_paths, gains

if TYPE_CHECKING:
    from .rate_model import RateModel

DT, DURATION = 0.1, 20.0
"""ms: step of every path, and duration of those without noise."""
STARTS = (0.0, 0.2, 0.4, 0.44, 0.45, 0.6, 1.0)
INPUTS = 1.5
"""The input changes by this much to either side."""
HALF_WAY = 0.5
"""The border between a low and a high rate where no unstable state lies between them."""
PUBLISHED: dict[str, tuple[str, float | int, str]] = {
    "fixed_point.0.r": ("low state, r", 0.0415367, ".7f"),
    "fixed_point.1.r": ("unstable state, r", 0.4471192, ".7f"),
    "fixed_point.2.r": ("high state, r", 0.8997172, ".7f"),
    "fixed_point.0.eigenvalue.real": ("low state, eigenvalue (1/ms)", -0.583, ".3f"),
    "fixed_point.1.eigenvalue.real": ("unstable state, eigenvalue (1/ms)", 0.498, ".3f"),
    "fixed_point.2.eigenvalue.real": ("high state, eigenvalue (1/ms)", -0.626, ".3f"),
}


def box(system: RatePopulation) -> dict[str, tuple[float, float]]:
    """Return bounds of the rate that hold every fixed point; the lowest possible rate is −1/(1 + e^{aθ})."""
    lowest = -1 / (1 + np.exp(float(system.a) * float(system.theta)))
    return {"r": (min(-0.2, float(lowest) - 0.05), 1.2)}


@dataclass(frozen=True, eq=False)
class RateModelResult(Result):
    """Fixed points of one population, and its paths with and without noise.

    Attributes
    ----------
    options : RateModel
    system : RatePopulation
    driven : OUDrive
        The population under the noisy input.
    points : DataFrame
        Fixed points for the constant input.
    branches : Dataset
        Fixed points as the input changes.
    paths : DataArray, (trial, time, variable)
        Without noise.
    noisy : DataArray, (time, variable)
    unstable : float or None
        The rate of the unstable state for the mean of the noisy input, if there is one.
    """

    question: ClassVar[str] = (
        "When does a population that excites itself have two stable states, and when does noise switch them?"
    )
    quantities: ClassVar[dict[str, Quantity]] = point_quantities(("r",)) | {
        "fold.<n>.I": Quantity("Input at which a stable and an unstable state meet and vanish"),
        "noise.border": Quantity("Rate that separates the low from the high state under the noisy input"),
        "noise.switches": Quantity("Number of times that the noisy path crosses this rate"),
        "noise.share_up": Quantity("Share of the time that the noisy path is above this rate"),
    }
    references: ClassVar[tuple[str, ...]] = ("neuromatch-dynamics",)

    options: "RateModel"
    system: RatePopulation
    driven: OUDrive
    points: pd.DataFrame
    branches: xr.Dataset
    paths: xr.DataArray
    noisy: xr.DataArray
    unstable: float | None

    @property
    def folds(self) -> np.ndarray:
        """The inputs at which two fixed points meet, in rising order."""
        return self.branches["at"].values[self.branches["type"].values == "fold"]

    @property
    def border(self) -> float:
        """What parts the two states under the noisy input."""
        return HALF_WAY if self.unstable is None else self.unstable

    def numbers(self) -> dict[str, float | int]:
        up = self.noisy.sel(variable="r").values > self.border
        return (
            point_numbers(self.points)
            | {f"fold.{i}.I": float(at) for i, at in enumerate(self.folds)}
            | {
                "noise.border": self.border,
                "noise.switches": int(np.abs(np.diff(up.astype(int))).sum()),
                "noise.share_up": float(up.mean()),
            }
        )

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "bifurcation",
            lambda: plots.bifurcation({"": self.branches}, variable="r", x_labels=["input I (a.u.)"], y_label="rate r"),
            title="Fixed points as the input changes",
            caption="Solid lines are stable fixed points, dashed lines unstable ones. At a fold a stable and an "
            "unstable state meet and vanish.",
            alt="A curve of fixed points against the input, stable and unstable parts apart, with its folds marked.",
        )
        yield Picture(
            "noise",
            partial(draw_noise, self.noisy, self.border),
            title="Noise and the two states",
            caption=f"The rate under a noisy input with a mean of {significant(self.options.noisy_input)}. The dotted "
            f"line is {self._border_in_words()}.",
            alt="The rate against time under noise, with a dotted line between low and high rates.",
        )
        yield Table(
            "fixed_points",
            shown_points(self.points),
            f"Fixed points with an input of {significant(self.options.input)}. The eigenvalue is the derivative of "
            "dr/dt with respect to r, in 1/ms; the state is stable where it is negative.",
            title="Fixed points",
            shown=True,
        )
        yield Picture(
            "curves",
            partial(draw_curves, self.system),
            title="The F–I curve, and the slope of the rate",
            caption=f"Left: the F–I curve for gains of {listed(significant(a) for a in gains(self.system))}. Right: "
            "dr/dt. A state is stable where dr/dt crosses zero downwards, and unstable where it crosses upwards.",
            alt="F–I curves of several gains, and dr/dt against r, which crosses zero at the fixed points.",
        )
        yield Picture(
            "paths",
            partial(draw_paths, self.paths, self.points["r"].tolist()),
            title="Where each initial rate leads",
            caption=f"{self.paths.sizes['trial']} paths without noise. Dotted lines are the fixed points.",
            alt="Rates against time from several initial rates; they move away from unstable fixed points.",
        )
        if self.options.is_published():
            yield Table(
                "published",
                beside_published(self.numbers(), PUBLISHED),
                "The published numbers are from the tutorial of Neuromatch Academy on one population.",
                title="Published numbers beside ours",
                shown=True,
            )
        table = {"I": self.branches["I"], "r": self.branches["x"].values[:, 0], "kind": self.branches["kind"]}
        yield Table("branches", pd.DataFrame(table), "Fixed points along each branch.")

    def answer(self) -> str:
        given, found = self.options, self.numbers()
        low, high = (significant(given.input + by) for by in (-INPUTS, INPUTS))
        if len(self.folds) == 2:
            when = f"for inputs from {number(self.folds.min())} to {number(self.folds.max())}"
            states = f"The population has two stable states {when}."
        elif len(self.folds):
            at = listed(number(fold) for fold in self.folds)
            states = f"For inputs from {low} to {high} stable states appear or vanish at an input of {at}."
        else:
            states = f"For inputs from {low} to {high} no stable state appears or vanishes."
        stable = int(self.points["kind"].str.startswith("stable").sum())
        return (
            f"{states} With an input of {significant(given.input)} it has {counted(len(self.points), 'fixed point')}, "
            f"{stable} of which {'is' if stable == 1 else 'are'} stable. Under a noisy input with a mean of "
            f"{significant(given.noisy_input)} and a standard deviation of {significant(given.sigma)} the rate crosses "
            f"{self._border_in_words()} {counted(int(found['noise.switches']), 'time')} in "
            f"{significant(given.duration, 6)} ms, and it is above this border for "
            f"{percent(found['noise.share_up'], 0)} of the time."
        )

    def _border_in_words(self) -> str:
        if self.unstable is None:
            return f"the border of r = {significant(HALF_WAY)}"
        return f"the border between the two states (the unstable state at r = {number(self.border)})"

    def notes(self) -> list[str]:
        notes = ["Every crossing of the border counts, also where the rate returns at once."]
        if self.unstable is None:
            notes.append(
                "The population has no unstable state for the mean of the noisy input, so the border is set to "
                f"r = {significant(HALF_WAY)}."
            )
        return notes

    def methods(self) -> list[str]:
        drive = self.driven
        return [
            f"The rate follows $\\tau\\, dr/dt = -r + F(w r + I)$ with the F–I curve "
            f"${CURVES[self.system.curve].equation}$.",
            f"{self.points.attrs['methods']} {self.branches.attrs['methods']}",
            f"Without noise: {self.paths.attrs['methods']} Noise: an Ornstein–Uhlenbeck process, "
            "$\\tau_\\eta\\, d\\eta = -\\eta\\, dt + \\sigma \\sqrt{2 \\tau_\\eta}\\, dW$, is added to the input; its "
            f"time constant is {significant(drive.tau_drive)} ms and its stationary standard deviation "
            f"{significant(drive.sigma)}. {self.noisy.attrs['methods']}",
        ]
