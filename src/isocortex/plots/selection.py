"""Figures of how strongly inputs move the state along a line attractor."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .canvas import grid, legend_below, styled
from .style import BLUE, GREY, VERMILION


@styled
def selected_inputs(table: pd.DataFrame) -> Figure:
    """Draw the overlap of each input with the selection vector, a group of points per situation.

    Parameters
    ----------
    table : DataFrame
        Columns ``situation``, ``input`` and ``selected`` (the cosine between input and selection vector, −1…1), a row
        for each network.
    """
    figure, axes = grid(1, 1, size=(6.2, 3.7))
    axis = axes[0, 0]
    situations, inputs = list(dict.fromkeys(table["situation"])), list(dict.fromkeys(table["input"]))
    for k, (name, colour) in enumerate(zip(inputs, (BLUE, VERMILION, GREY), strict=False)):
        for i, situation in enumerate(situations):
            chosen = (table["situation"] == situation) & (table["input"] == name)
            mine = np.asarray(table.loc[chosen, "selected"], float)
            at = i + 0.24 * (k - (len(inputs) - 1) / 2)
            spread = at + 0.04 * (np.arange(len(mine)) - (len(mine) - 1) / 2)
            axis.plot(spread, mine, "o", color=colour, ms=5, alpha=0.75, mew=0, label=name if i == 0 else None)
            axis.plot([at - 0.09, at + 0.09], [mine.mean()] * 2, color=colour, lw=2.4)
    axis.axhline(0, color=GREY, lw=0.8, ls=":")
    axis.set_xticks(range(len(situations)), situations)
    axis.set_xlim(-0.5, len(situations) - 0.5)
    axis.set_ylabel("input along the selection vector\n(cosine)")
    legend_below(figure, *axis.get_legend_handles_labels())
    return figure
