"""How a population learned from a stream of fresh trials: loss and success against updates."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from .canvas import figure_legend, grid, styled
from .style import BLUE, BRAIN, ORANGE, plain_log

SMOOTHED = 50
"""Updates over which the curves are averaged."""


@styled
def learning_curves(
    history: xr.Dataset,
    *,
    ideal: float | None = None,
    untrained: float | None = None,
    loss: str = "loss",
) -> Figure:
    """Draw loss (logarithmic) and success of every seed against updates, with the ideal observer and the control.

    Parameters
    ----------
    history : Dataset, seed × update
        ``loss`` and ``score``, as :func:`isocortex.fit_stream` returns them.
    ideal, untrained : float, optional
        Success of the ideal observer, and the mean of the untrained networks.
    loss : str
        What the loss is, with its unit.
    """
    figure, axes = grid(1, 2, size=(7.6, 3.5))
    window = min(SMOOTHED, max(1, history.sizes["update"] // 10))
    smooth = history.rolling(update=window, min_periods=window).mean()
    for axis, name in zip(axes[0], ("loss", "score"), strict=True):
        values = smooth[name].transpose("update", "seed")
        axis.plot(history["update"], values, color=BLUE, alpha=0.5, lw=0.9)
        whole = slice(window - 1, None)
        axis.plot(history["update"][whole], np.nanmedian(values[whole], axis=1), color=BLUE, lw=2.2)
        axis.set_xlabel(f"updates (means over {window})" if window > 1 else "updates")
    axes[0, 0].set_yscale("log")
    plain_log(axes[0, 0].yaxis, *axes[0, 0].get_ylim())
    axes[0, 0].set_ylabel(loss)
    axes[0, 1].set_ylabel("share of trials correct")
    axes[0, 1].set_ylim(-0.02, 1.02)
    lines, median = axes[0, 1].lines[:-1], axes[0, 1].lines[-1]
    n = history.sizes["seed"]
    keys = {f"each of {n} networks": lines[0], "their median": median} if n > 1 else {"the network": median}
    if ideal is not None:
        keys["ideal observer"] = axes[0, 1].axhline(ideal, color=BRAIN, lw=1.2, ls="--")
    if untrained is not None:
        keys["untrained networks"] = axes[0, 1].axhline(untrained, color=ORANGE, lw=1.4, ls=":")
    figure_legend(figure, keys.values(), keys.keys(), loc="outside lower center", ncols=2)
    return figure
