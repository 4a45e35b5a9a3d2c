"""Figures of synaptic weights that learn."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from .canvas import grid, legend_below, styled
from .style import BLUE, BRAIN

BINS = np.linspace(0, 1, 26)
TALLEST = 12.0
"""Of the axis of densities: weights that pile up at a bound have no finite density there."""


@styled
def weight_courses(
    panels: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    theory: Mapping[str, tuple[np.ndarray, np.ndarray]] | None = None,
) -> Figure:
    """Draw how weights are distributed over time, and at the end, a column each.

    Parameters
    ----------
    panels : mapping of str to (time, weights)
        Title → times in s, and the weights in units of the largest one, shape (time, synapse).
    theory : mapping of str to (weight, density), optional
        Title → the density that theory predicts for the end.
    """
    figure, axes = grid(2, len(panels), size=(2.9 * len(panels) + 0.8, 5.0), sharey="row")
    handles = {}
    for (above, below), (title, (time, weights)) in zip(axes.T, panels.items(), strict=True):
        density = np.stack([np.histogram(row, BINS, density=True)[0] for row in weights], axis=1)
        extent = (0, time[-1], 0, 1)
        look = {
            "origin": "lower",
            "aspect": "auto",
            "extent": extent,
            "cmap": "viridis",
            "vmin": 0,
            "vmax": TALLEST / 2,
        }
        above.imshow(density, **look)
        above.set_title(title)
        above.set_xlabel("time (s)")
        handles["weights at the end"] = below.stairs(density[:, -1], BINS, fill=True, color=BLUE, alpha=0.6)
        if title in (theory or {}):
            (handles["theory"],) = below.plot(*(theory or {})[title], color=BRAIN, lw=1.2)
        below.set_xlim(0, 1)
        below.set_xlabel("weight / largest weight")
    axes[0, 0].set_ylabel("weight / largest weight")
    axes[1, 0].set_ylabel("density")
    axes[1, 0].set_ylim(0, TALLEST)
    figure.colorbar(axes[0, 0].images[0], ax=axes[0], label="density", extend="max")
    legend_below(figure, handles.values(), handles.keys())
    return figure
