"""Models by several measures: a panel for each measure with its noise ceiling, and how alike measures rank models."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .canvas import grid, styled
from .style import BLUE, GREY, short

COLUMNS = 4
"""Panels in a row."""


@styled
def measure_panels(
    scores: pd.DataFrame, ceilings: pd.DataFrame, *, labels: Mapping[str, str], controls: Sequence[str] = ()
) -> Figure:
    """Draw every model's value and interval in a panel for each measure, with the noise ceiling as a band.

    Parameters
    ----------
    scores : DataFrame
        Columns ``measure``, ``model``, ``mean``, ``low``, ``high``; models are drawn in the order of their first rows.
    ceilings : DataFrame
        Columns ``measure``, ``lower``, ``upper``; NaN where there is no bound.
    labels : mapping of str to str
        Measure → what its values are, for the axis.
    controls : sequence of str
        Models that are drawn grey.
    """
    models = list(dict.fromkeys(scores["model"]))
    panels = {str(name): rows for name, rows in scores.groupby("measure", sort=False)}
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    size = (2.35 * columns + 1.6, rows * (0.27 * len(models) + 1.35))
    figure, axes = grid(rows, columns, size=size, sharey=True)
    bounds = {row["measure"]: row for row in ceilings.to_dict("records")}
    for axis, (name, values) in zip(axes.ravel(), panels.items(), strict=False):
        lower, upper = bounds[name]["lower"], bounds[name]["upper"]
        if np.isfinite(lower):
            axis.axvspan(lower, upper if np.isfinite(upper) else lower, color="#d9d9d9", lw=2, zorder=0)
        for row in values.to_dict("records"):
            y, colour = models.index(row["model"]), GREY if row["model"] in controls else BLUE
            axis.plot([row["low"], row["high"]], [y, y], color=colour, lw=1.6)
            axis.plot(row["mean"], y, "o", ms=5.5, color=colour)
        axis.axvline(0, color="black", lw=0.8, zorder=0)
        axis.set_title(name)
        axis.set_xlabel(labels[name].replace(" (", "\n(").replace(", ", ",\n"), fontsize=8.5)
        axis.locator_params(axis="x", nbins=4)
        axis.margins(x=0.08)
    for axis in axes.ravel()[len(panels) :]:
        axis.set_visible(False)
    axes[0, 0].set_yticks(range(len(models)), [short(model) for model in models])
    axes[0, 0].set_ylim(len(models) - 0.5, -0.5)
    return figure


@styled
def rank_agreement(agreement: pd.DataFrame) -> Figure:
    """Draw how alike two measures rank the models, a matrix of Kendall's τ-b.

    Parameters
    ----------
    agreement : DataFrame
        Measure × measure.
    """
    names, n = list(agreement.columns), len(agreement)
    side = 0.62 * n + 1.9
    figure, axes = grid(1, 1, size=(side + 0.9, side))
    axis = axes[0, 0]
    values = agreement.to_numpy()
    image = axis.imshow(values, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    axis.set_xticks(range(n), names, rotation=40, ha="right")
    axis.set_yticks(range(n), names)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    for i, j in np.ndindex(n, n):
        if np.isfinite(values[i, j]):
            text = f"{values[i, j]:.2f}".replace("-", "−")
            axis.text(
                j, i, text, ha="center", va="center", fontsize=8, color="white" if abs(values[i, j]) > 0.6 else "k"
            )
    figure.colorbar(image, ax=axis, label="Kendall's τ-b of the models", shrink=0.8, aspect=20)
    return figure
