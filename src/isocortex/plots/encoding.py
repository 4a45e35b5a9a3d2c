"""Figures of encoding models: units one by one, and predicted beside measured tuning."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from .canvas import grid, legend_below, styled
from .style import BLUE, BRAIN, GREY, SERIES, orientation_axis, short


@styled
def unit_scatter(panels: Mapping[str, Mapping[str, Float[np.ndarray, " unit"]]], *, measure: str) -> Figure:
    """Draw what two models explain of every unit against each other, with the line on which both are equal.

    Parameters
    ----------
    panels : mapping of str to mapping of str to array, shape (unit,)
        Title → the two models → score of every unit; the first model is on the x axis. Axes leave out the outermost
        1 % of units on either side.
    measure : str
        The score.
    """
    figure, axes = grid(1, len(panels), size=(4.1 * len(panels) + 0.3, 4.0))
    for axis, (title, models) in zip(axes[0], panels.items(), strict=True):
        (x_name, x), (y_name, y) = models.items()
        low, high = np.nanquantile(np.concatenate([x, y]), [0.01, 0.99])
        margin = 0.05 * (high - low) or 1.0
        limits = (low - margin, high + margin)
        axis.plot(limits, limits, color=GREY, lw=0.8, ls=":")
        axis.plot(x, y, "o", color=BLUE, ms=3, alpha=0.4, mew=0, rasterized=len(x) > 2000)
        axis.set(xlim=limits, ylim=limits, aspect="equal", title=title)
        axis.set_xlabel(f"{measure}\n{x_name}")
        axis.set_ylabel(f"{y_name}\n{measure}")
    return figure


@styled
def predicted_tuning(
    angles: Float[np.ndarray, " stimulus"],
    measured: Float[np.ndarray, "stimulus unit"],
    predicted: Mapping[str, Float[np.ndarray, "stimulus unit"]],
    *,
    titles: Sequence[str],
) -> Figure:
    """Draw measured responses to every orientation as dots and predictions as lines, a panel for each unit.

    Parameters
    ----------
    angles : array, shape (stimulus,)
        Degrees.
    measured : array, shape (stimulus, unit)
    predicted : mapping of str to array, shape (stimulus, unit)
        Model → its predictions.
    titles : sequence of str
        One for each unit.
    """
    columns = min(3, len(titles))
    rows = -(-len(titles) // columns)
    figure, axes = grid(rows, columns, size=(2.9 * columns + 0.3, 2.2 * rows + 0.7), sharex=True)
    order = np.argsort(angles, kind="stable")
    for axis in axes.flat[len(titles) :]:
        axis.set_visible(False)
    for unit, (axis, title) in enumerate(zip(axes.flat, titles, strict=False)):
        axis.plot(angles, measured[:, unit], "o", color=BRAIN, ms=2.2, alpha=0.5, mew=0, label="measured")
        for (name, responses), colour in zip(predicted.items(), cycle(SERIES), strict=False):
            axis.plot(angles[order], responses[order, unit], color=colour, label=short(name))
        axis.set_title(title)
        if unit >= len(titles) - columns:
            orientation_axis(axis)
    for axis in axes[:, 0]:
        axis.set_ylabel("response")
    legend_below(figure, *axes[0, 0].get_legend_handles_labels())
    return figure
