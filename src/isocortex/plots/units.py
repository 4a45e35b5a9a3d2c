"""Figures of single units: what they respond to, how reliably, and choice probability against selectivity."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from .canvas import grid, legend_below, styled
from .images import SIGNED_MAP
from .style import BLUE, GREY, SERIES, short

MOST_TICKS = 12
"""Kinds of trials beyond so many are not all named."""


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


@styled
def signal_to_noise_ranks(curves: Mapping[str, np.ndarray]) -> Figure:
    """Draw the signal-to-noise ratio of every unit, sorted, a curve for each column that sorts the trials.

    Parameters
    ----------
    curves : mapping of str to array, shape (unit,)
        Name of a column → ratios in any order; NaN is left out.
    """
    figure, axes = grid(1, 1, size=(6.2, 3.9))
    axis = axes[0, 0]
    for (name, ratios), colour in zip(curves.items(), cycle(SERIES), strict=False):
        known = np.sort(ratios[np.isfinite(ratios)])[::-1]
        axis.plot(np.arange(1, len(known) + 1), known, "o-", ms=3, color=colour, label=short(name))
    axis.axhline(0, color=GREY, lw=0.8, ls=":")
    axis.set_xlabel("unit, sorted for each column")
    axis.set_ylabel("signal-to-noise ratio")
    axis.xaxis.get_major_locator().set_params(integer=True)
    legend_below(figure, *axis.get_legend_handles_labels())
    return figure


@styled
def response_matrices(panels: Mapping[str, tuple[Sequence[str], np.ndarray]], *, label: str) -> Figure:
    """Draw how far the mean responses of units to several kinds of trials are from their mean, a panel for each column.

    Parameters
    ----------
    panels : mapping of str to (kinds, deviations)
        Name of a column → the names of its kinds, and the deviations, shape (kind, unit), with the units in the order
        in which they are drawn. All panels have one scale, which ends at the 99th percentile of sizes.
    label : str
        Of the colour bar.
    """
    sizes = np.concatenate([np.abs(each[np.isfinite(each)]).ravel() for _, each in panels.values()])
    limit = float(np.quantile(sizes, 0.99)) or 1.0 if len(sizes) else 1.0
    rows = [min(4.0, 0.22 * len(kinds) + 0.9) for kinds, _ in panels.values()]
    figure, axes = grid(len(panels), 1, size=(7.0, sum(rows) + 0.6), gridspec_kw={"height_ratios": rows})
    scale = Normalize(-limit, limit)
    for axis, (name, (kinds, deviations)) in zip(axes[:, 0], panels.items(), strict=True):
        extent = (0.5, deviations.shape[1] + 0.5, len(kinds) - 0.5, -0.5)
        axis.imshow(deviations, cmap=SIGNED_MAP, norm=scale, aspect="auto", interpolation="nearest", extent=extent)
        every = max(1, len(kinds) // MOST_TICKS)
        axis.set_yticks(np.arange(len(kinds))[::every], [short(str(kind)) for kind in kinds[::every]])
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.set_title(short(name), loc="left")
    axes[-1, 0].set_xlabel("unit, sorted by the kind of trial with its largest response")
    figure.colorbar(ScalarMappable(scale, SIGNED_MAP), ax=axes, label=label, shrink=0.7, aspect=25, extend="both")
    return figure
