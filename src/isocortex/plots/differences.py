"""Differences between models, each with its interval."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .canvas import figure_x_label, grid, styled
from .style import BLUE, GREY


@styled
def difference_intervals(table: pd.DataFrame, *, measure: str, significant: float = 0.05) -> Figure:
    """Draw the difference of every pair of models with its interval, a panel per layer.

    Filled dots are differences with p below `significant`, open ones the others.

    Parameters
    ----------
    table : DataFrame
        Columns ``layer``, ``a``, ``b``, ``difference``, ``low``, ``high``, ``p``.
    measure : str
        Of what the difference is taken.
    """
    pairs = list(dict.fromkeys(zip(table["a"], table["b"], strict=True)))
    panels = dict(iter(table.groupby("layer", sort=False)))
    height = 0.32 * len(pairs) + 1.5
    figure, axes = grid(1, len(panels), size=(1.75 * len(panels) + 1.9, height), sharey=True)
    for axis, (layer, rows) in zip(axes[0], panels.items(), strict=True):
        for row in rows.to_dict("records"):
            y = pairs.index((row["a"], row["b"]))
            sure = row["p"] < significant
            axis.plot([row["low"], row["high"]], [y, y], color=BLUE if sure else GREY, lw=1.4)
            axis.plot(row["difference"], y, "o", ms=5.5, mec=BLUE if sure else GREY, mfc=BLUE if sure else "white")
        axis.axvline(0, color="black", lw=0.8, zorder=0)
        axis.margins(x=0.1)
        axis.set_title(layer)
        axis.locator_params(axis="x", nbins=4)
        limit = float(np.abs(axis.get_xlim()).max())
        axis.set_xlim(-limit, limit)
    axes[0, 0].set_yticks(range(len(pairs)), [f"{a} − {b}" for a, b in pairs])
    axes[0, 0].set_ylim(len(pairs) - 0.5, -0.5)
    figure_x_label(figure, f"difference in {measure}")
    return figure
