"""Named estimates with their intervals, one below the other."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .canvas import grid, styled
from .style import BLUE, GREY


@styled
def interval_dots(table: pd.DataFrame, *, label: str, band: tuple[float, float] | None = None) -> Figure:
    """Draw a dot per estimate and a line for its interval, in rows from top to bottom.

    Parameters
    ----------
    table : DataFrame
        Columns ``value``, ``low`` and ``high`` (NaN without an interval); the index names the rows.
    label : str
        Of the x axis.
    band : (float, float), optional
        A range to compare with, such as a noise ceiling.
    """
    figure, axes = grid(1, 1, size=(6.6, 0.34 * len(table) + 1.1))
    axis, rows = axes[0, 0], np.arange(len(table))
    value, low, high = (table[name].to_numpy(float) for name in ("value", "low", "high"))
    if band is not None:
        axis.axvspan(*band, color="0.88", lw=0, zorder=0)
    axis.hlines(rows, low, high, color=BLUE, lw=1.6)
    axis.plot(value, rows, "o", color=BLUE, ms=5.5)
    if np.nanmin(np.append(low, value)) <= 0 <= np.nanmax(np.append(high, value)):
        axis.axvline(0, color=GREY, lw=0.8, ls=":", zorder=0)
    axis.set_yticks(rows, [str(name) for name in table.index])
    axis.set_ylim(len(table) - 0.5, -0.5)
    axis.set_xlabel(label)
    return figure
