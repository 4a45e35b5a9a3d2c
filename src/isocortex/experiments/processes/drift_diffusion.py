"""How do random walks and drift–diffusion processes spread, and what does a step of time do to them?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from tyro.conf import arg

from ... import plots
from ...dynamics import OrnsteinUhlenbeck, drift_diffusion, random_walk, simulate, stationary_sd
from ...errors import require
from ...runs import Run
from ..shared.protocol import Experiment, Progress

STEPS_OF_TAU = (0.05, 0.1, 0.2, 0.5, 1.0, 1.5)
"""Lengths of a step, as shares of τ."""
FORGOTTEN = 12
"""The process is left alone for this many τ: e⁻²⁴ of the variance of the start remains."""


@dataclass(frozen=True, kw_only=True)
class DriftDiffusion(Experiment):
    """Simulate random walks, drift–diffusion in steps, and the Ornstein–Uhlenbeck process in continuous time.

    Means and variances are compared with their closed forms, Euler–Maruyama with exact steps, and the names of the
    same noise with each other. The defaults are those of Neuromatch Academy, W2D2.
    """

    name: ClassVar[str] = "drift-diffusion"

    paths: Annotated[int, arg(help="Paths of every process.")] = 20_000
    steps: Annotated[int, arg(help="Steps of the random walk and of drift–diffusion.")] = 100
    retention: Annotated[float, arg(help="λ: what is left of a deviation after a step, in (0, 1).")] = 0.9
    step_sd: Annotated[float, arg(help="σ of drift–diffusion: standard deviation of the noise of one step.")] = 0.1
    start: Annotated[float, arg(help="x₀ of drift–diffusion.")] = 4.0
    target: Annotated[float, arg(help="x∞ of drift–diffusion.")] = 1.0
    tau: Annotated[float, arg(help="τ of the continuous process, in ms.")] = 10.0
    sd: Annotated[float, arg(help="Stationary standard deviation of the continuous process.")] = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(100 <= self.paths <= 100_000, f"--paths must be in 100…100000; got {self.paths}.")
        require(10 <= self.steps <= 10_000, f"--steps must be in 10…10000; got {self.steps}.")
        require(0 < self.retention < 1, f"--retention must lie between 0 and 1; got {self.retention}.")
        for name in ("step_sd", "tau", "sd"):
            require(getattr(self, name) > 0, f"--{name.replace('_', '-')} must be above 0; got {getattr(self, name)}.")

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: everything is simulated."""

    def walk(self, run: Run, inputs: None) -> None:
        """Random walk → drift–diffusion → exact and Euler steps → names of the noise."""
        t = np.arange(self.steps + 1)
        lam, process = self.retention, OrnsteinUhlenbeck(sd=self.sd, tau=self.tau)
        with run.stage("processes"):
            walks = random_walk(self.steps, n_paths=self.paths, key=self.key("walk")).values
            moving = drift_diffusion(
                self.steps, retention=lam, step_sd=self.step_sd, x0=self.start, target=self.target,
                n_paths=self.paths, key=self.key("drift"),
            ).values  # fmt: skip
        with run.stage("steps of time"):
            euler, exact = {}, {}
            for share in STEPS_OF_TAU:
                dt = share * self.tau
                n = round(FORGOTTEN / share)
                key = self.key(f"step {share}")
                zeros = np.zeros((self.paths, 1))
                paths = {
                    solver: simulate(process, zeros, duration=n * dt, dt=dt, solver=solver, key=key, save_every=n)
                    for solver in ("euler-maruyama", "exact")
                }
                euler[share], exact[share] = (path.values[:, -1, 0].var() for path in paths.values())
        mean = self.target + (self.start - self.target) * lam**t
        variance = self.step_sd**2 * (1 - lam ** (2 * t)) / (1 - lam**2)
        biased = {share: float(process.euler_sd(share * self.tau)) ** 2 for share in STEPS_OF_TAU}
        few = slice(None, None, max(1, self.steps // 25))
        grid = np.linspace(0.01, 1.6, 100)
        shares = np.array(STEPS_OF_TAU)
        run.figure(
            "moments",
            plots.profiles(
                {
                    "random walk": {"variance": (t[few], walks.var(axis=0)[few]), "theory": (t, t)},
                    "drift–diffusion: mean": {"mean": (t[few], moving.mean(axis=0)[few]), "theory": (t, mean)},
                    "drift–diffusion: variance": {
                        "variance": (t[few], moving.var(axis=0)[few]),
                        "theory": (t, variance),
                    },
                },
                x_label="step",
                y_label=["variance", "mean", "variance"],
            ),
            title="Means and variances",
            caption=f"{self.paths} paths. A random walk spreads for ever; drift–diffusion settles at σ²/(1 − λ²).",
            alt="Variance of a random walk grows in proportion to time; that of drift–diffusion saturates.",
        )
        run.figure(
            "euler",
            plots.profiles(
                {
                    "stationary variance": {
                        "Euler–Maruyama": (shares, np.array(list(euler.values())) / self.sd**2),
                        "exact steps": (shares, np.array(list(exact.values())) / self.sd**2),
                        "theory": (grid, 1 / (1 - grid / 2)),
                    }
                },
                x_label="step dt / τ",
                y_label="variance / σ²",
                level=1.0,
            ),
            title="What a step of time does",
            caption="Euler–Maruyama settles at σ²/(1 − dt/2τ) (line); exact steps at σ² for every dt (dotted).",
            alt="Variance under Euler–Maruyama grows with the step of time; under exact steps it is constant.",
        )
        names = pd.DataFrame(
            [
                {"name": "stationary sd σ", "value": self.sd, "unit": "x"},
                {"name": "sd per √ms, σ√(2/τ)", "value": self.sd * np.sqrt(2 / self.tau), "unit": "x/√ms"},
                {"name": "diffusion constant, σ²/τ", "value": process.diffusion_constant, "unit": "x²/ms"},
                {"name": "sd of an exact step of 1 ms", "value": float(process.step_sd(1.0)), "unit": "x"},
                {"name": "retention after 1 ms", "value": float(process.retention(1.0)), "unit": "1"},
            ]
        )
        run.table("noise", names, title="One noise, many names", caption="The continuous process.", shown=True)
        run.table("euler", pd.DataFrame({"dt_over_tau": shares, "euler": euler.values(), "exact": exact.values(),
                                         "theory": biased.values()}), caption="Stationary variances.")  # fmt: skip
        end = {"measured": moving[:, -1].var(), "theory": variance[-1]}
        numbers = {
            "walk.variance": walks[:, -1].var(),
            "walk.variance.theory": float(self.steps),
            "drift_diffusion.mean": moving[:, -1].mean(),
            "drift_diffusion.mean.theory": mean[-1],
            "drift_diffusion.variance": end["measured"],
            "drift_diffusion.variance.theory": end["theory"],
            "drift_diffusion.stationary_sd": stationary_sd(lam, self.step_sd),
        }
        for share in STEPS_OF_TAU:
            place = f"ou.dt_{100 * share:.0f}_percent_of_tau"
            numbers |= {f"{place}.euler": euler[share], f"{place}.exact": exact[share]}
            numbers[f"{place}.euler.theory"] = biased[share]
        run.summary({name: float(value) for name, value in numbers.items()})
        run.describe(
            question="How do random walks and drift–diffusion spread, and what does a step of time do to them?",
            answer=f"After {self.steps} steps a random walk has the variance {walks[:, -1].var():.3g} (theory "
            f"{self.steps}), drift–diffusion {end['measured']:.4g} (theory {end['theory']:.4g}). Euler–Maruyama with "
            f"dt = τ/2 settles at {euler[0.5] / self.sd**2:.3f} σ² (theory 1.333), exact steps at "
            f"{exact[0.5] / self.sd**2:.3f} σ².",
            notes=[
                f"The relative standard error of a variance over {self.paths} paths is {np.sqrt(2 / self.paths):.3f}."
            ],
            methods=[
                "Random walk: x ← x + η. Drift–diffusion: x ← x∞ + λ(x − x∞) + σ η, σ per step. Ornstein–Uhlenbeck: "
                "τ dx = (μ − x) dt + σ√(2τ) dW, σ stationary; exact steps have λ = exp(−dt/τ) and the step's sd "
                "σ√(1 − λ²). η is standard normal."
            ],
            references=["neuromatch-dynamics"],
            meanings=self.meanings(),
        )
