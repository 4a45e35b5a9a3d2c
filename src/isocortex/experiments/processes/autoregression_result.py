"""What autoregressive fits show: the published estimate, the bias of short series, and the order that is chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...formats import listed, number, significant
from ...report import Finding, Picture, Quantity, Result, Table

if TYPE_CHECKING:
    from .autoregression import AutoRegression

PUBLISHED_SEED = 2020
PUBLISHED_RETENTION = 0.9
PUBLISHED_SD = 0.2
"""Standard deviation of the noise of one step."""
PUBLISHED_START = 10.0
PUBLISHED = {"published recipe": 0.8749, "all pairs, no constant": 0.8778, "all pairs": 0.8753}
"""λ̂ of the published series; the first is printed by Neuromatch Academy (W2D4)."""
RECIPES: dict[str, dict[str, Any]] = {
    "published recipe": {"recipe": "published"},
    "all pairs, no constant": {"intercept": False},
    "all pairs": {},
}
LENGTHS = (50, 100, 200, 400, 800)
HIGHEST_ORDER = 10
PLANTED = (0.6, 0.0, -0.4)
"""Coefficients of the process whose order is estimated."""


@dataclass(frozen=True, eq=False)
class AutoRegressionResult(Result):
    """Fits of three kinds of series.

    Attributes
    ----------
    options : AutoRegression
    recipes : mapping of str to float
        Way of fitting → λ̂ of the published series.
    estimates : mapping of int to array, shape (series,)
        Length of a series → λ̂ of each.
    orders : DataFrame
        From :func:`isocortex.analysis.order_table`.
    chosen : mapping of str to int
        Criterion → the order that it chooses.
    coefficients : array, shape (order,)
        Of the fit of the order that BIC chooses.
    """

    question: ClassVar[str] = "What does a regression of a series on its own past recover, and how much past is needed?"
    quantities: ClassVar[dict[str, Quantity]] = {
        "published_series.<recipe>": Quantity("Estimate of λ from the published series"),
        "order.aic": Quantity("Order that Akaike's criterion chooses"),
        "order.bic": Quantity("Order that the Bayesian criterion chooses"),
        "order.planted": Quantity("Order of the process that was simulated"),
        "order.a<lag>.planted": Quantity("Coefficient of the process that was simulated"),
        "order.a<lag>": Quantity("Its estimate"),
        "bias.<length>.error": Quantity("Standard error of the mean estimate of λ"),
        "bias.<length>.theory": Quantity("Mean estimate of λ by theory, to first order in 1/T"),
        "bias.<length>": Quantity("Mean estimate of λ from series of this length"),
    }
    references: ClassVar[tuple[str, ...]] = ("neuromatch-dynamics",)

    options: "AutoRegression"
    recipes: Mapping[str, float]
    estimates: Mapping[int, np.ndarray]
    orders: pd.DataFrame
    chosen: Mapping[str, int]
    coefficients: np.ndarray

    def shortfall(self, n: np.ndarray | int) -> np.ndarray | float:
        """Return by how much the estimate of λ falls short in series of n values, by theory."""
        return (1 + 3 * self.options.retention) / n

    @property
    def errors(self) -> dict[int, float]:
        """Standard error of the mean estimate, by length."""
        return {n: float(x.std(ddof=1) / np.sqrt(len(x))) for n, x in self.estimates.items()}

    def numbers(self) -> dict[str, float]:
        found = {
            f"published_series.{name.replace(', ', '_').replace(' ', '_')}": float(value)
            for name, value in self.recipes.items()
        }
        found |= {f"order.{name}": float(order) for name, order in self.chosen.items()}
        found["order.planted"] = float(len(PLANTED))
        for lag, (planted, estimate) in enumerate(zip(PLANTED, self.coefficients, strict=False), 1):
            found |= {f"order.a{lag}": float(estimate), f"order.a{lag}.planted": planted}
        for n, x in self.estimates.items():
            found |= {f"bias.{n}": float(x.mean()), f"bias.{n}.error": self.errors[n]}
            found[f"bias.{n}.theory"] = self.options.retention - float(self.shortfall(n))
        return found

    def findings(self) -> Iterator[Finding]:
        yield Table(
            "published",
            pd.DataFrame(
                [
                    {"fit": name, "isocortex": number(self.recipes[name], 4), "published": number(value, 4)}
                    for name, value in PUBLISHED.items()
                ]
            ),
            "The published recipe (Neuromatch Academy, W2D4) leaves the last pair out and fits a constant.",
            title=f"Estimates of λ from the published series (λ = {significant(PUBLISHED_RETENTION)})",
            shown=True,
        )
        yield Picture(
            "bias",
            self.draw_bias,
            title="Short series underestimate λ",
            caption=f"Points: mean of {self.options.series} least-squares estimates with a constant (standard errors "
            f"below {number(max(self.errors.values()))}). Line: $(1 + 3 \\lambda)/T$, the bias to first order in 1/T.",
            alt="The shortfall of the mean estimate shrinks in proportion to the length of the series.",
        )
        yield Picture(
            "order",
            self.draw_order,
            title="How much past is needed?",
            caption=f"A process of order {len(PLANTED)} with {self.options.length} values. AIC chooses order "
            f"{self.chosen['aic']}, BIC order {self.chosen['bic']}.",
            alt="AIC and BIC fall steeply up to the planted order and rise slowly after it.",
        )
        yield Table("orders", self.orders, "AIC, BIC and σ̂ by order.")

    def draw_bias(self) -> Figure:
        """Draw the shortfall of the mean estimate against the length of the series."""
        lengths, grid = np.array(LENGTHS), np.geomspace(LENGTHS[0], LENGTHS[-1], 100)
        measured = self.options.retention - np.array([x.mean() for x in self.estimates.values()])
        return plots.profiles(
            {
                "shortfall of λ̂": {
                    "least squares": (lengths, measured),
                    "theory": (grid, np.asarray(self.shortfall(grid))),
                }
            },
            x_label="length of the series",
            y_label="λ − mean of λ̂",
        )

    def draw_order(self) -> Figure:
        """Draw both information criteria against the order."""
        lags = self.orders.index.to_numpy()
        above = {name.upper(): (self.orders[name] - self.orders[name].min()).to_numpy() for name in ("aic", "bic")}
        return plots.profiles(
            {"information criteria": {name: (lags, values) for name, values in above.items()}},
            x_label="order",
            y_label="difference from the minimum",
        )

    def answer(self) -> str:
        found, shortest = self.numbers(), LENGTHS[0]
        return (
            f"A regression recovers λ, the share of a value that the next one keeps, well from long series and "
            f"underestimates it from short ones: over series of {shortest} values the mean estimate is "
            f"{number(found[f'bias.{shortest}'])} for λ = {significant(self.options.retention)} (standard error "
            f"{number(found[f'bias.{shortest}.error'])}; theory {number(found[f'bias.{shortest}.theory'])}). From the "
            f"series of Neuromatch Academy its own recipe gives λ̂ = {number(self.recipes['published recipe'], 4)} "
            f"(published {number(PUBLISHED['published recipe'], 4)}), and a regression on all pairs of values gives "
            f"{number(self.recipes['all pairs'], 4)}. For a process of order {len(PLANTED)}, BIC chooses order "
            f"{self.chosen['bic']} and AIC order {self.chosen['aic']}."
        )

    def methods(self) -> list[str]:
        lags = listed(significant(a) for a in PLANTED)
        return [
            f"Each value was regressed on those before it by least squares. The published series has λ = "
            f"{significant(PUBLISHED_RETENTION)}, σ = {significant(PUBLISHED_SD)} per step, x₀ = "
            f"{significant(PUBLISHED_START)} and 200 values from NumPy's seed {PUBLISHED_SEED}. To first order in 1/T "
            "the bias is $-(1 + 3 \\lambda)/T$ (Kendall 1954, doi:10.1093/biomet/41.3-4.403). The process whose order "
            "is estimated "
            f"has the coefficients {lags}; orders up to {HIGHEST_ORDER} were compared on the same values, by the "
            "Gaussian likelihood given the first ones."
        ]
