"""Orientation tuning: the curves of example units, and how whole populations are tuned."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..analysis import TuningCurves, best_estimate
from .canvas import figure_legend, grid, styled
from .style import BRAIN, CYCLIC_MAP, ORIENTATIONS, orientation_axis, orientation_bar

PREFERENCE_BINS = np.arange(-90.0, 91.0, 15.0)


@styled
def tuning(panels: Mapping[str, TuningCurves], *, n: int = 6, unit: Mapping[str, str] | None = None) -> Figure:
    """Draw the tuning curves of units that prefer different orientations, a panel per population.

    The colour of a curve is the orientation it prefers.
    """
    figure, axes = grid(1, len(panels), size=(2.75 * len(panels) + 0.9, 3.0))
    for axis, (name, curves) in zip(axes[0], panels.items(), strict=True):
        chosen = curves.representatives(n)
        for index in chosen:
            axis.plot(
                curves.angles,
                curves.curves[index],
                color=CYCLIC_MAP(ORIENTATIONS(curves.preferred[index])),
                lw=1.3,
            )
        axis.set_title(f"{name}\n{len(chosen)} of {len(curves.curves)} units")
        axis.set_ylabel((unit or {}).get(name, "response"))
        orientation_axis(axis)
    orientation_bar(figure, axes, "preferred orientation (°)")
    return figure


@styled
def tuning_distributions(tables: Mapping[str, pd.DataFrame], *, style: Mapping[str, Any] | None = None) -> Figure:
    """Draw how the units of several populations are tuned: preference, width, selectivity, and quality of the fit.

    Preference and width are those of tuned units alone, where a tuning curve means something. Selectivity and quality
    of fit are those corrected for noise, where there are repeats.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Population → table of :func:`isocortex.tuning_table`.
    style : mapping of str to dict, optional
        Population → keywords of matplotlib's lines. Default black.
    """
    figure, axes = grid(1, 4, size=(11.2, 3.4))
    preference, width, selectivity, quality = axes[0]
    for name, table in tables.items():
        line = {"color": BRAIN, "lw": 1.4} | dict((style or {}).get(name, {}))
        tuned = table[table["tuned"]]
        if len(tuned):
            counts = np.histogram(tuned["preferred"], PREFERENCE_BINS)[0]
            preference.stairs(counts / len(tuned), PREFERENCE_BINS, baseline=None, **line)
        for axis, values in (
            (width, table["half_width"].to_numpy()[table["tuned"]]),
            (selectivity, best_estimate(table, "osi")),
            (quality, best_estimate(table, "r2")),
        ):
            finite = np.sort(np.clip(values[np.isfinite(values)], 0, None))
            if len(finite):
                axis.step(finite, np.arange(1, len(finite) + 1) / len(finite), where="post", **line)
        preference.plot([], [], label=f"{name} ({len(tuned)} of {len(table)} tuned)", **line)
    orientation_axis(preference)
    preference.set(ylim=(0, None), xlabel="preferred orientation (°)", ylabel="share of tuned units")
    width.set(xlim=(0, 45), ylim=(0, 1), xlabel="half-width at half-height (°)", ylabel="cumulative share (tuned)")
    selectivity.set(xlim=(0, 1), ylim=(0, 1), xlabel="orientation selectivity (OSI)", ylabel="cumulative share")
    quality.set(xlim=(0, 1), ylim=(0, 1), xlabel="variance explained by von Mises", ylabel="cumulative share")
    figure_legend(figure, *preference.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
