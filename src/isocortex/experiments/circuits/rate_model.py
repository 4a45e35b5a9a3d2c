"""One population that excites itself: its fixed points, its folds, and the noise that switches it."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from tyro.conf import arg

from ... import plots
from ...dynamics import (
    OUDrive,
    RatePopulation,
    continuation,
    fixed_point_table,
    fixed_points,
    rates,
    simulate,
)
from ...errors import require
from ...runs import Run
from ..shared.protocol import Experiment, Progress
from ..shared.published import beside_published, point_numbers, shown_points

BOX = {"r": (-0.2, 1.2)}
DT, DURATION = 0.1, 20.0
STARTS = (0.0, 0.2, 0.4, 0.44, 0.45, 0.6, 1.0)
PUBLISHED: dict[str, tuple[str, float | int, str]] = {
    "fixed_point.0.r": ("low state, r", 0.0415367, ".7f"),
    "fixed_point.1.r": ("unstable state, r", 0.4471192, ".7f"),
    "fixed_point.2.r": ("high state, r", 0.8997172, ".7f"),
    "fixed_point.0.eigenvalue.real": ("low state, eigenvalue (/ms)", -0.583, ".3f"),
    "fixed_point.1.eigenvalue.real": ("unstable state, eigenvalue (/ms)", 0.498, ".3f"),
    "fixed_point.2.eigenvalue.real": ("high state, eigenvalue (/ms)", -0.626, ".3f"),
}


@dataclass(frozen=True, kw_only=True)
class RateModel(Experiment):
    """One population with recurrent excitation, τ dr/dt = −r + F(w·r + I): its F–I curve, its fixed points and their
    stability, where they appear as its input changes, and the noise that switches it between two stable states.
    """

    name: ClassVar[str] = "rate-model"

    w: Annotated[float, arg(help="Weight of the population onto itself.")] = 5.0
    input: Annotated[float, arg(help="Constant input I.")] = 0.5
    a: Annotated[float, arg(help="Gain of the F–I curve.")] = 1.2
    theta: Annotated[float, arg(help="Threshold of the F–I curve.")] = 2.8
    tau: Annotated[float, arg(help="Time constant in ms.")] = 1.0
    sigma: Annotated[float, arg(help="Stationary standard deviation of the noisy input (τ 1 ms).")] = 0.7
    noisy_input: Annotated[float, arg(help="Mean of the noisy input.")] = 0.56
    duration: Annotated[float, arg(help="Length of the noisy path in ms.")] = 2000.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("w", "input", "a", "theta", "tau", "sigma", "noisy_input", "duration"):
            flag = "--" + name.replace("_", "-")
            require(math.isfinite(getattr(self, name)), f"{flag} must be a finite number.")
        require(self.a > 0, f"--a must be above 0; got {self.a}.")
        require(self.tau > DT, f"--tau must be above the step of {DT} ms; got {self.tau}.")
        require(self.sigma >= 0, f"--sigma must not be negative; got {self.sigma}.")
        require(
            100 <= self.duration <= 1e6 and round(self.duration) == self.duration,
            f"--duration must be a whole number of ms in 100…1000000; got {self.duration}.",
        )

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: the model has no input files."""

    def walk(self, run: Run, inputs: None) -> None:
        """Find the fixed points, follow them as the input changes, and let noise switch the population."""
        system = RatePopulation(tau=self.tau, w=self.w, I=self.input, a=self.a, theta=self.theta)
        with run.stage("fixed points"):
            found = fixed_points(system, BOX)
            points = fixed_point_table(found)
            branches = continuation(system, "I", (self.input - 1.5, self.input + 1.5), BOX)
            paths = simulate(system, np.array(STARTS)[:, None], duration=DURATION, dt=DT, solver="euler")
        with run.stage("noise"):
            driven = OUDrive(system.replace(I=self.noisy_input), ("I",), self.sigma)
            noisy = simulate(driven, [0.2, 0.0], duration=self.duration, dt=DT, key=self.key("noise"))
            border = self.border(system)
            up = noisy.sel(variable="r").values > border
        numbers = point_numbers(points)
        folds = branches["at"].values[branches["type"].values == "fold"]
        numbers |= {f"fold.{i}.I": float(at) for i, at in enumerate(folds)}
        numbers |= {
            "noise.border": border,
            "noise.switches": int(np.abs(np.diff(up.astype(int))).sum()),
            "noise.share_up": float(up.mean()),
        }
        run.summary(numbers)
        with run.stage("figures"):
            self.draw(run, system, points, branches, paths, noisy, border)
        self.report(run, points, folds, numbers)

    def border(self, system: RatePopulation) -> float:
        """Return what parts the two states under the noisy input: its unstable fixed point, else half-way."""
        found = fixed_points(system.replace(I=self.noisy_input), BOX)
        unstable = found["x"].values[found["kind"].values == "unstable node", 0]
        return float(unstable[0]) if len(unstable) else 0.5

    def draw(
        self,
        run: Run,
        system: RatePopulation,
        points: pd.DataFrame,
        branches: xr.Dataset,
        paths: xr.DataArray,
        noisy: xr.DataArray,
        border: float,
    ) -> None:
        """Draw every figure of the report."""
        r = np.linspace(0, 1, 201)
        slopes = {f"I = {I:g}": rates(system.replace(I=I), r[:, None])[:, 0] for I in (0.0, self.input, 1.0)}
        drive = np.linspace(0, 6, 121)
        curves = {
            f"a = {a:g}": rates(system.replace(w=1.0, I=0.0, a=a, tau=1.0), drive[:, None])[:, 0] + drive
            for a in dict.fromkeys((0.6, self.a, 2.4))
        }
        run.figure(
            "curves",
            plots.profiles(
                {
                    "F–I curve": {name: (drive, y) for name, y in curves.items()},
                    "slope": {name: (r, y) for name, y in slopes.items()},
                },
                x_label=["input (a.u.)", "rate r (share of maximum)"],
                y_label=["rate F (share of maximum)", "dr/dt (1/ms)"],
                level=0.0,
            ),
            title="The curve and the slope",
            caption="Left: the F–I curve for three gains. Right: dr/dt; where it crosses zero downwards, a state is "
            "stable, and where it crosses upwards, unstable.",
            alt="Sigmoid F–I curves of three gains, and dr/dt against r, crossing zero at the fixed points.",
        )
        run.figure(
            "paths",
            plots.paths(
                {"": {f"from {start:g}": path for start, path in zip(STARTS, paths.sel(variable="r"), strict=True)}},
                y_label="rate r",
                level=points["r"].tolist(),
            ),
            title="Where each start leads",
            caption="Euler's method with 0.1 ms. Dotted: the fixed points.",
            alt="Rates against time from several starts, moving away from the unstable fixed point.",
        )
        run.figure(
            "bifurcation",
            plots.bifurcation({"": branches}, variable="r", x_labels=["input I (a.u.)"], y_label="rate r"),
            title="Fixed points as the input changes",
            caption="Solid: stable; dashed: unstable. At a fold a stable and an unstable state meet and vanish.",
            alt="An S-shaped curve of fixed points against the input, with a fold at each turn.",
        )
        run.figure(
            "noise",
            plots.paths({"": {"r": noisy.sel(variable="r")}}, y_label="rate r", level=[border]),
            title="Noise switches the population",
            caption=f"Input of mean {self.noisy_input:g} with Ornstein–Uhlenbeck noise. Dotted: the border of the "
            "states.",
            alt="The rate against time, jumping between a low and a high level.",
        )
        table = pd.DataFrame({"I": branches["I"], "r": branches["x"].values[:, 0], "kind": branches["kind"]})
        run.table("branches", table, caption="Fixed points along each branch.")

    def report(self, run: Run, points: pd.DataFrame, folds: np.ndarray, numbers: dict[str, float | int]) -> None:
        """Write the answer in words, its tables, and the methods."""
        run.table(
            "fixed_points",
            shown_points(points),
            title="Fixed points",
            caption="Eigenvalue: d(dr/dt)/dr, per ms.",
            shown=True,
        )
        if (self.w, self.input, self.a, self.theta, self.tau) == (5.0, 0.5, 1.2, 2.8, 1.0):
            run.table(
                "published",
                beside_published(numbers, PUBLISHED),
                title="Published numbers beside ours",
                caption="Neuromatch Academy, the tutorial on one population.",
                shown=True,
            )
        stable = points["kind"].str.startswith("stable").sum()
        span = (
            f" Two stable states exist for inputs from {folds.min():.3f} to {folds.max():.3f}."
            if len(folds) == 2
            else ""
        )
        run.describe(
            question="When does a population that excites itself have two stable states, and when does noise switch "
            "them?",
            answer=f"With an input of {self.input:g} it has {len(points)} fixed "
            f"{'point' if len(points) == 1 else 'points'}, {stable} of them stable.{span} Noise around "
            f"{self.noisy_input:g} crosses the border of the states {numbers['noise.switches']} times in "
            f"{self.duration:g} ms, {100 * numbers['noise.share_up']:.0f} % of which it spends above.",
            notes=["A crossing is counted at every passage of the border, quick returns included."],
            methods=[
                "τ dr/dt = −r + F(w·r + I), F(x) = 1/(1 + e^{−a(x−θ)}) − 1/(1 + e^{aθ}). Fixed points: "
                "Levenberg–Marquardt from 512 starts in −0.2…1.2; their branch by pseudo-arclength continuation, folds "
                "by bisection.",
                f"Noise: τ dη = −η dt + σ√(2τ) dW with τ 1 ms and σ {self.sigma:g} (stationary sd), added to the "
                "input; Euler–Maruyama with 0.1 ms. Border: the unstable fixed point for the mean input.",
            ],
            references=["neuromatch-dynamics"],
            meanings=self.meanings(),
        )
