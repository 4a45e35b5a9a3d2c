"""What random walks and drift–diffusion show: moments beside their closed forms, and the bias of Euler's steps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import OrnsteinUhlenbeck, stationary_sd
from ...formats import number, significant
from ...report import Finding, Picture, Quantity, Result, Table

if TYPE_CHECKING:
    from .drift_diffusion import DriftDiffusion

SHARES_OF_TAU = (0.05, 0.1, 0.2, 0.5, 1.0, 1.5)
"""Lengths of a time step, as shares of τ."""
ASKED = 0.5
"""The share of τ that the answer speaks of."""


@dataclass(frozen=True, eq=False)
class DriftDiffusionResult(Result):
    """Paths of two processes, and the stationary variances of a third.

    Attributes
    ----------
    options : DriftDiffusion
    process : OrnsteinUhlenbeck
    walks, moving : array, shape (path, step)
        Random walks and drift–diffusion.
    variances : mapping of float to mapping of str to float
        Time step as a share of τ → scheme → stationary variance.
    """

    question: ClassVar[str] = "How do random walks and drift–diffusion spread, and what does the time step do to them?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "walk.variance": Quantity("Variance of the random walk after the last step"),
        "walk.variance.theory": Quantity("The same by theory: the number of steps"),
        "drift_diffusion.mean": Quantity("Mean of drift–diffusion after the last step"),
        "drift_diffusion.mean.theory": Quantity("The same by theory"),
        "drift_diffusion.variance": Quantity("Variance of drift–diffusion after the last step"),
        "drift_diffusion.variance.theory": Quantity("The same by theory"),
        "drift_diffusion.stationary_sd": Quantity("Standard deviation that drift–diffusion settles at, by theory"),
        "ou.dt_<n>_percent_of_tau.euler": Quantity("Stationary variance under Euler–Maruyama with this time step"),
        "ou.dt_<n>_percent_of_tau.exact": Quantity("Stationary variance under exact steps of this length"),
        "ou.dt_<n>_percent_of_tau.euler.theory": Quantity("Stationary variance under Euler–Maruyama, by theory"),
    }
    references: ClassVar[tuple[str, ...]] = ("neuromatch-dynamics",)

    options: "DriftDiffusion"
    process: OrnsteinUhlenbeck
    walks: np.ndarray
    moving: np.ndarray
    variances: Mapping[float, Mapping[str, float]]

    @property
    def steps(self) -> np.ndarray:
        """The number of every step, from 0."""
        return np.arange(self.options.steps + 1)

    @property
    def mean(self) -> np.ndarray:
        """The mean of drift–diffusion at every step, by theory."""
        given = self.options
        return given.target + (given.start - given.target) * given.retention**self.steps

    @property
    def variance(self) -> np.ndarray:
        """The variance of drift–diffusion at every step, by theory."""
        lam = self.options.retention
        return self.options.step_sd**2 * (1 - lam ** (2 * self.steps)) / (1 - lam**2)

    def biased(self, share: float) -> float:
        """Return the variance that Euler–Maruyama settles at, by theory."""
        return float(self.process.euler_sd(share * self.options.tau)) ** 2

    def numbers(self) -> dict[str, float]:
        found = {
            "walk.variance": float(self.walks[:, -1].var()),
            "walk.variance.theory": float(self.options.steps),
            "drift_diffusion.mean": float(self.moving[:, -1].mean()),
            "drift_diffusion.mean.theory": float(self.mean[-1]),
            "drift_diffusion.variance": float(self.moving[:, -1].var()),
            "drift_diffusion.variance.theory": float(self.variance[-1]),
            "drift_diffusion.stationary_sd": float(stationary_sd(self.options.retention, self.options.step_sd)),
        }
        for share, variances in self.variances.items():
            place = f"ou.dt_{100 * share:.0f}_percent_of_tau"
            found |= {f"{place}.euler": variances["euler-maruyama"], f"{place}.exact": variances["exact"]}
            found[f"{place}.euler.theory"] = self.biased(share)
        return found

    def findings(self) -> Iterator[Finding]:
        paths = len(self.walks)
        yield Picture(
            "moments",
            self.draw_moments,
            title="Means and variances",
            caption=f"Points: {paths} paths. Lines: theory. A random walk spreads without end; the variance of "
            "drift–diffusion settles at σ²/(1 − λ²).",
            alt="The variance of a random walk grows in proportion to time; that of drift–diffusion saturates.",
        )
        yield Picture(
            "euler",
            self.draw_time_steps,
            title="What the time step does",
            caption="The variance under Euler–Maruyama settles at σ²/(1 − dt/2τ) (line), under exact steps at σ² for "
            "every dt (dotted).",
            alt="The variance under Euler–Maruyama grows with the time step; under exact steps it is constant.",
        )
        yield Table(
            "noise",
            self.names_of_noise(),
            "The noise of the continuous process, as different sources state it.",
            title="One noise, many names",
            shown=True,
        )
        rows = {"dt_over_tau": SHARES_OF_TAU}
        rows |= {"euler": [v["euler-maruyama"] for v in self.variances.values()]}
        rows |= {"exact": [v["exact"] for v in self.variances.values()]}
        rows |= {"theory": [self.biased(share) for share in self.variances]}
        yield Table("euler", pd.DataFrame(rows), "Stationary variances by time step.")

    def names_of_noise(self) -> pd.DataFrame:
        """Return the same noise under the names that it has in different sources."""
        sd, tau = self.options.sd, self.options.tau
        rows = [
            ("stationary standard deviation σ", sd, "x"),
            ("standard deviation per √ms, σ√(2/τ)", sd * np.sqrt(2 / tau), "x/√ms"),
            ("diffusion constant, σ²/τ", self.process.diffusion_constant, "x²/ms"),
            ("standard deviation of an exact step of 1 ms", float(self.process.step_sd(1.0)), "x"),
            ("retention after 1 ms", float(self.process.retention(1.0)), "1"),
        ]
        return pd.DataFrame(rows, columns=["name", "value", "unit"])

    def draw_moments(self) -> Figure:
        """Draw the moments of both processes by step, beside theory."""
        few = slice(None, None, max(1, self.options.steps // 25))
        t, walks, moving = self.steps, self.walks, self.moving
        return plots.profiles(
            {
                "random walk": {"variance": (t[few], walks.var(axis=0)[few]), "theory": (t, t)},
                "drift–diffusion: mean": {"mean": (t[few], moving.mean(axis=0)[few]), "theory": (t, self.mean)},
                "drift–diffusion: variance": {
                    "variance": (t[few], moving.var(axis=0)[few]),
                    "theory": (t, self.variance),
                },
            },
            x_label="step",
            y_label=["variance", "mean", "variance"],
        )

    def draw_time_steps(self) -> Figure:
        """Draw the stationary variance by time step, for both schemes."""
        shares, grid = np.array(SHARES_OF_TAU), np.linspace(0.01, 1.6, 100)
        settled = {
            scheme: np.array([v[scheme] for v in self.variances.values()]) / self.options.sd**2
            for scheme in ("euler-maruyama", "exact")
        }
        return plots.profiles(
            {
                "stationary variance": {
                    "Euler–Maruyama": (shares, settled["euler-maruyama"]),
                    "exact steps": (shares, settled["exact"]),
                    "theory": (grid, 1 / (1 - grid / 2)),
                }
            },
            x_label="step dt / τ",
            y_label="variance / σ²",
            level=1.0,
        )

    def answer(self) -> str:
        found, unit = self.numbers(), self.options.sd**2
        asked = self.variances[ASKED]
        return (
            f"After {self.options.steps} steps a random walk has a variance of "
            f"{significant(found['walk.variance'])} (theory {self.options.steps}); it grows without end. The variance "
            f"of drift–diffusion is {significant(found['drift_diffusion.variance'], 4)} (theory "
            f"{significant(found['drift_diffusion.variance.theory'], 4)}), where it stays. Long time steps inflate it: "
            f"with dt = {significant(ASKED)} τ the variance under Euler–Maruyama settles at "
            f"{number(asked['euler-maruyama'] / unit)} σ² (theory {number(self.biased(ASKED) / unit)}), under exact "
            f"steps at {number(asked['exact'] / unit)} σ²."
        )

    def notes(self) -> list[str]:
        error = np.sqrt(2 / len(self.walks))
        return [f"The relative standard error of a variance over {len(self.walks)} paths is {number(error)}."]

    def methods(self) -> list[str]:
        return [
            "Random walk: $x \\leftarrow x + \\eta$. Drift–diffusion: $x \\leftarrow x_\\infty + \\lambda (x - "
            "x_\\infty) + \\sigma \\eta$, where σ is the standard deviation of one step. Ornstein–Uhlenbeck process: "
            "$\\tau\\, dx = (\\mu - x)\\, dt + \\sigma \\sqrt{2 \\tau}\\, dW$, where σ is the stationary standard "
            "deviation; its exact steps have $\\lambda = e^{-dt/\\tau}$ and a standard deviation of "
            "$\\sigma \\sqrt{1 - \\lambda^2}$. The noise η is standard normal."
        ]
