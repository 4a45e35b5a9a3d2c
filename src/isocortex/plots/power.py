"""The power of an experiment against its size."""

import pandas as pd
from matplotlib.figure import Figure

from .canvas import figure_legend, grid, styled
from .style import GREY, SERIES

ENOUGH = 0.8
MARKERS = "osD^vPX"


@styled
def power_curves(table: pd.DataFrame) -> Figure:
    """Draw power against the number of stimuli, a line per number of subjects, a panel per number of repeats.

    Parameters
    ----------
    table : DataFrame
        From :func:`isocortex.rsa.power`: columns ``stimuli``, ``subjects``, ``power``, ``low``, ``high``, and
        optionally ``repeats``. Bars are the 95 % intervals of the simulated shares.
    """
    panels = list(table.groupby("repeats")) if "repeats" in table else [(None, table)]
    figure, axes = grid(1, len(panels), size=(3.4 * len(panels) + 1.4, 3.5), sharey=True)
    for axis, (repeats, panel) in zip(axes[0], panels, strict=True):
        axis.axhline(ENOUGH, color=GREY, lw=0.9, ls="--", zorder=1)
        for place, (subjects, rows) in enumerate(panel.groupby("subjects")):
            rows = rows.sort_values("stimuli")
            axis.errorbar(
                rows["stimuli"],
                rows["power"],
                yerr=[rows["power"] - rows["low"], rows["high"] - rows["power"]],
                color=SERIES[place % len(SERIES)],
                marker=MARKERS[place % len(MARKERS)],
                ms=5,
                capsize=2,
                label=f"{subjects} subjects",
            )
        axis.set_xscale("log")
        ticks = sorted(set(panel["stimuli"]))
        axis.set_xticks(ticks, [str(tick) for tick in ticks])
        axis.minorticks_off()
        axis.set_ylim(0, 1.02)
        axis.set_xlabel("number of stimuli")
        if repeats is not None:
            axis.set_title(f"{repeats} repeats" if repeats != 1 else "1 repeat")
    axes[0, 0].set_ylabel("power (share of experiments\nthat find the difference)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure_legend(figure, handles[::-1], labels[::-1], loc="outside right center")
    return figure
