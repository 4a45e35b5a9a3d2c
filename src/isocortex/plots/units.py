"""Figures of single units: choice probability against selectivity for the stimulus."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .canvas import grid, styled
from .style import BLUE, GREY


@styled
def choice_probabilities(d_prime: Any, probability: Any, *, x_label: str = "d′", y_label: str = "") -> Figure:
    """Draw choice probability against d′, a dot for each unit.

    Parameters
    ----------
    d_prime, probability : array, shape (unit,)
    x_label, y_label : str
        Default d′ and choice probability.
    """
    figure, axes = grid(1, 1, size=(5.4, 4.2))
    axis = axes[0, 0]
    axis.axhline(0.5, color=GREY, lw=0.8, ls=":")
    axis.axvline(0, color=GREY, lw=0.8, ls=":")
    axis.plot(np.asarray(d_prime), np.asarray(probability), "o", color=BLUE, ms=4, alpha=0.5, mew=0)
    axis.set(xlabel=x_label, ylabel=y_label or "choice probability", ylim=(-0.02, 1.02))
    return figure
