"""What does a regression of a series on its own past recover, and how much past is needed?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ...analysis import fit_autoregression, order_table
from ...dynamics import autoregression, drift_diffusion
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .autoregression_result import (
    HIGHEST_ORDER,
    LENGTHS,
    PLANTED,
    PUBLISHED_RETENTION,
    PUBLISHED_SD,
    PUBLISHED_SEED,
    PUBLISHED_START,
    RECIPES,
    AutoRegressionResult,
)

SETTLING = 100
"""Steps that are dropped from the start of a simulated series."""


@dataclass(frozen=True, kw_only=True)
class AutoRegression(Experiment):
    """Fit autoregressive models to the published series, to many series like it, and to one of higher order.

    The published recipe and the proper fit stand side by side.
    """

    name: ClassVar[str] = "autoregression"

    retention: Annotated[
        float,
        option("λ of the series that show the bias, the share of a value that is left after a step", above=0, below=1),
    ] = 0.9
    series: Annotated[int, option("Number of series of each length", at_least=20, at_most=20_000)] = 500
    length: Annotated[
        int, option("Number of values of the series whose order is estimated", at_least=100, at_most=100_000)
    ] = 1000

    def walk(self, run: Run, inputs: None) -> AutoRegressionResult:
        """Fit the published series, many series of several lengths, and a process of known order."""
        with run.stage("fits"):
            published = self.published_series()
            recipes = {name: fit_autoregression(published, **how).coefficients[0] for name, how in RECIPES.items()}
            estimates = {n: self.estimates(n) for n in LENGTHS}
        with run.stage("order"):
            x = autoregression(list(PLANTED), n_steps=self.length, step_sd=1.0, key=self.key("order")).values[0]
            orders = order_table(x, HIGHEST_ORDER)
            chosen = {name: 1 + int(orders[name].to_numpy().argmin()) for name in ("aic", "bic")}
            coefficients = fit_autoregression(x, chosen["bic"]).coefficients
        return AutoRegressionResult(self, recipes, estimates, orders, chosen, coefficients)

    def published_series(self) -> np.ndarray:
        """Return the series of Neuromatch Academy, W2D4, from the noise of its seed."""
        noise = np.random.RandomState(PUBLISHED_SEED).standard_normal(199)[None]
        return drift_diffusion(
            199, retention=PUBLISHED_RETENTION, step_sd=PUBLISHED_SD, x0=PUBLISHED_START, target=0.0, noise=noise
        ).values[0]

    def estimates(self, n: int) -> np.ndarray:
        """Return λ̂ of every series of n values."""
        paths = drift_diffusion(
            n + SETTLING,
            retention=self.retention,
            step_sd=PUBLISHED_SD,
            x0=0.0,
            target=0.0,
            n_paths=self.series,
            key=self.key(f"length {n}"),
        ).values[:, SETTLING + 1 :]
        return np.array([fit_autoregression(x).coefficients[0] for x in paths])
