"""A number of many runs against the options that were varied."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import grid, styled
from .style import GREY, SERIES

MANY = 12
"""Means from which on they are drawn as a line with a band."""


@styled
def option_effects(
    runs: pd.DataFrame,
    number: str,
    means: Mapping[str, pd.DataFrame],
    *,
    labels: Mapping[str, str] | None = None,
    y_label: str = "",
) -> Figure:
    """Draw a number against each option: a dot per run, and the mean at every value with its interval.

    Parameters
    ----------
    runs : DataFrame
        A row per run, with a column per option and one of the number.
    number : str
    means : mapping of str to DataFrame
        Option → columns ``value``, ``mean``, ``low`` and ``high``; a panel each.
    labels : mapping of str to str, optional
        Option → label of its axis. Default: its name.
    y_label : str
        Default: the number.
    """
    figure, axes = grid(1, len(means), size=(2.9 * len(means) + 0.8, 3.2), sharey=True)
    for axis, (option, mean) in zip(axes[0], means.items(), strict=True):
        rows = pd.DataFrame(runs[[option, number]]).dropna()
        _panel(axis, list(rows[option]), np.asarray(rows[number], float), mean)
        axis.set_xlabel((labels or {}).get(option, option))
    axes[0, 0].set_ylabel(y_label or number)
    return figure


def _panel(axis: Axes, option: list[object], y: np.ndarray, mean: pd.DataFrame) -> None:
    kinds = list(mean["value"])
    numeric = all(isinstance(kind, int | float | np.number) and not isinstance(kind, bool) for kind in kinds)
    place = (lambda values: np.asarray(values, float)) if numeric else (lambda values: [kinds.index(v) for v in values])
    x = place(kinds)
    axis.plot(place(option), y, "o", color=GREY, ms=3.5, alpha=0.6, zorder=1, rasterized=len(y) > 2000)
    if len(kinds) > MANY:
        axis.plot(x, mean["mean"], color=SERIES[0])
        axis.fill_between(x, mean["low"], mean["high"], color=SERIES[0], alpha=0.2, lw=0)
    else:
        bars = [mean["mean"] - mean["low"], mean["high"] - mean["mean"]]
        axis.errorbar(x, mean["mean"], bars, color=SERIES[0], marker="o", ms=4.5, capsize=2, ls="-" if numeric else "")
    if not numeric:
        axis.set_xticks(x, [str(kind) for kind in kinds], rotation=30 if max(map(len, map(str, kinds))) > 8 else 0)
        axis.set_xlim(-0.5, len(kinds) - 0.5)
    elif min(kinds) > 0 and max(kinds) >= 50 * min(kinds):
        axis.set_xscale("log")
