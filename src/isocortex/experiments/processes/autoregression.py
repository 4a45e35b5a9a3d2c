"""What does a regression of a series on its own past recover, and how much past is needed?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from tyro.conf import arg

from ... import plots
from ...analysis import fit_autoregression, order_table
from ...dynamics import autoregression, drift_diffusion
from ...errors import require
from ...runs import Run
from ..shared.protocol import Experiment, Progress

PUBLISHED_SEED = 2020
PUBLISHED = {"published recipe": 0.8749, "all pairs, no constant": 0.8778, "all pairs": 0.8753}
"""λ̂ of the published series; the first is printed by Neuromatch Academy (W2D4)."""
RECIPES = {
    "published recipe": {"recipe": "published"},
    "all pairs, no constant": {"intercept": False},
    "all pairs": {},
}
LENGTHS = (50, 100, 200, 400, 800)
HIGHEST = 10
PLANTED = (0.6, 0.0, -0.4)
"""Coefficients of the process whose order is sought."""


@dataclass(frozen=True, kw_only=True)
class AutoRegression(Experiment):
    """Fit autoregressive models to the published series, to many series like it, and to one of higher order.

    The published recipe and the proper fit stand side by side.
    """

    name: ClassVar[str] = "autoregression"

    retention: Annotated[float, arg(help="λ of the series whose estimates are counted, in (0, 1).")] = 0.9
    series: Annotated[int, arg(help="Series of each length.")] = 500
    length: Annotated[int, arg(help="Values of the series whose order is sought.")] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.retention < 1, f"--retention must lie between 0 and 1; got {self.retention}.")
        require(20 <= self.series <= 20_000, f"--series must be in 20…20000; got {self.series}.")
        require(100 <= self.length <= 100_000, f"--length must be in 100…100000; got {self.length}.")

    def read(self, progress: Progress | None = None) -> None:
        """Read nothing: everything is simulated."""

    def walk(self, run: Run, inputs: None) -> None:
        """Published series → many series → order of a planted process."""
        with run.stage("fits"):
            noise = np.random.RandomState(PUBLISHED_SEED).standard_normal(199)[None]
            published = drift_diffusion(199, retention=0.9, step_sd=0.2, x0=10.0, target=0.0, noise=noise).values[0]
            estimates = {name: fit_autoregression(published, **how).coefficients[0] for name, how in RECIPES.items()}
            means, errors = [], []
            for n in LENGTHS:
                paths = drift_diffusion(
                    n + 100, retention=self.retention, step_sd=0.2, x0=0.0, target=0.0, n_paths=self.series,
                    key=self.key(f"length {n}"),
                ).values[:, 101:]  # fmt: skip
                found = np.array([fit_autoregression(x).coefficients[0] for x in paths])
                means.append(found.mean())
                errors.append(found.std(ddof=1) / np.sqrt(self.series))
        with run.stage("order"):
            x = autoregression(list(PLANTED), n_steps=self.length, step_sd=1.0, key=self.key("order")).values[0]
            orders = order_table(x, HIGHEST)
            chosen = {name: 1 + int(orders[name].to_numpy().argmin()) for name in ("aic", "bic")}
            fit = fit_autoregression(x, chosen["bic"])
        lengths = np.array(LENGTHS)
        theory = self.retention - (1 + 3 * self.retention) / lengths
        grid = np.geomspace(LENGTHS[0], LENGTHS[-1], 100)
        run.figure(
            "bias",
            plots.profiles(
                {
                    "by how much λ̂ falls short": {
                        "least squares": (lengths, self.retention - np.array(means)),
                        "theory": (grid, (1 + 3 * self.retention) / grid),
                    }
                },
                x_label="length of the series",
                y_label="λ − mean of λ̂",
            ),
            title="Short series forget too fast",
            caption=f"Mean of {self.series} least-squares estimates with a constant (standard errors below "
            f"{max(errors):.3f}). They fall short by (1 + 3λ)/T (line), to first order in 1/T.",
            alt="The shortfall of the mean estimate shrinks in proportion to the length of the series.",
        )
        run.figure(
            "order",
            plots.profiles(
                {
                    "information criteria": {
                        name.upper(): (orders.index.to_numpy(), (orders[name] - orders[name].min()).to_numpy())
                        for name in ("aic", "bic")
                    }
                },
                x_label="order",
                y_label="above its minimum",
            ),
            title="How much past is needed?",
            caption=f"A process of order {len(PLANTED)}, {self.length} values. AIC chooses {chosen['aic']}, BIC "
            f"{chosen['bic']}.",
            alt="AIC and BIC fall steeply up to the planted order and rise slowly after it.",
        )
        table = pd.DataFrame(
            [{"fit": k, "isocortex": f"{estimates[k]:.4f}", "published": f"{v:.4f}"} for k, v in PUBLISHED.items()]
        )
        run.table(
            "published",
            table,
            title="λ̂ of the published series (λ = 0.9)",
            caption="The published recipe leaves the last pair out and fits a constant.",
            shown=True,
        )
        run.table("orders", orders, caption="AIC, BIC and σ̂ by order.")
        numbers = {f"published_series.{k.replace(', ', '_').replace(' ', '_')}": v for k, v in estimates.items()}
        numbers |= {"order.aic": chosen["aic"], "order.bic": chosen["bic"], "order.planted": len(PLANTED)}
        for i, a in enumerate(PLANTED[: chosen["bic"]]):
            numbers |= {f"order.a{i + 1}": fit.coefficients[i], f"order.a{i + 1}.planted": a}
        for n, mean, error, expected in zip(LENGTHS, means, errors, theory, strict=True):
            numbers |= {f"bias.{n}": mean, f"bias.{n}.error": error, f"bias.{n}.theory": expected}
        run.summary({name: float(value) for name, value in numbers.items()})
        run.describe(
            question="What does a regression of a series on its own past recover, and how much past is needed?",
            answer=f"The published recipe gives λ̂ = {estimates['published recipe']:.4f} (published 0.8749), all pairs "
            f"{estimates['all pairs']:.4f}. Estimates from 50 values average {means[0]:.3f} for λ = {self.retention:g} "
            f"(theory {theory[0]:.3f}). BIC finds the order {chosen['bic']} of a process of order {len(PLANTED)}.",
            methods=[
                "Least squares of x_t on its past. The published series: λ 0.9, σ 0.2, x₀ 10, 200 values, NumPy's "
                "seed 2020. Orders are compared on the same values, by Gaussian likelihood given the first ones. Bias "
                "to first order in 1/T: −(1 + 3λ)/T (Kendall 1954, 10.1093/biomet/41.3-4.403)."
            ],
            references=["neuromatch-dynamics"],
            meanings=self.meanings(),
        )
