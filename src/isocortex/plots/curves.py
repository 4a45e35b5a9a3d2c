"""Line pictures: learning curves, rows of RDMs, tuning curves."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ..analysis import TuningCurves
from ..rdms import RDMs
from .style import (
    BLUE,
    BRAIN,
    CYCLIC_MAP,
    GREY,
    ORIENTATIONS,
    SERIES,
    grid,
    orientation_axis,
    orientation_bar,
    styled,
)


@styled
def training_curves(loss: xr.DataArray, *, unit: str, published: Mapping[int, float] | None = None) -> Figure:
    """Draw the epoch-mean loss of every seed on a logarithmic axis, and published losses as crosses."""
    epochs = loss.groupby("epoch").mean()
    figure, axes = grid(1, 1, size=(6.2, 3.6))
    axis = axes[0, 0]
    marker = "o" if epochs.sizes["epoch"] < 4 else ""
    style = {"color": BLUE, "marker": marker}
    lines = axis.plot(epochs["epoch"], epochs.transpose("epoch", "seed"), **style, alpha=0.45, lw=1)
    (median,) = axis.plot(epochs["epoch"], epochs.median("seed"), **style, lw=2.4)
    handles, labels = [lines[0], median], [f"each of {loss.sizes['seed']} seeds", "median of seeds"]
    if published:
        handles += axis.plot(list(published), list(published.values()), "x", color="black", ms=7, mew=1.6)
        labels.append("published, one seed (last mini-batch)")
    axis.set_yscale("log")
    axis.set_xlabel("epoch")
    axis.set_ylabel(f"training loss ({unit})")
    axis.legend(handles, labels)
    return figure


@styled
def rdm_rows(stacks: Mapping[str, RDMs], angles: Sequence[float], *, measure: str) -> Figure:
    """Draw how dissimilar every orientation is from a few reference ones, z-scored within each RDM.

    Rows of one stack are drawn thin, their mean thick, in one panel per reference; the first stack is the brain's.
    """
    figure, axes = grid(1, len(angles), size=(2.45 * len(angles), 3.1), sharey=True)
    for axis, reference in zip(axes[0], angles, strict=True):
        for (name, rdms), colour in zip(stacks.items(), (BRAIN, *SERIES), strict=False):
            nearest = int(np.argmin(np.abs(rdms.stimuli - reference)))
            scale = rdms.dissimilarities
            rows = (rdms.square()[:, nearest] - scale.mean(axis=1)[:, None]) / scale.std(axis=1)[:, None]
            rows[:, nearest] = np.nan
            axis.plot(rdms.stimuli, rows.T, color=colour, alpha=0.2, lw=0.6)
            axis.plot(rdms.stimuli, rows.mean(axis=0), color=colour, lw=1.7, label=name)
        axis.axvline(reference, color=GREY, lw=0.8, ls=":")
        axis.set_title(f"from {reference:g}°")
        orientation_axis(axis)
    axes[0, 0].set_ylabel(f"{measure}\n(z-scored within RDM)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=len(stacks))
    return figure


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


Lines = Mapping[str, tuple[np.ndarray, np.ndarray]]


@styled
def profiles(
    panels: Mapping[str, Lines],
    *,
    x_label: str | Sequence[str],
    y_label: str | Sequence[str],
    x_ticks: Sequence[float | int] | None = None,
    level: float | None = None,
) -> Figure:
    """Draw named lines in a panel each, with one legend where the panels have the same lines.

    Parameters
    ----------
    panels : mapping of str to mapping of str to (x, y)
        Title → name of a line → its points. A line named ``"theory"`` is black, and what is measured beside it is
        drawn as points.
    x_label, y_label : str, or a sequence of str
        One for all panels, or one each.
    x_ticks : sequence of float, optional
    level : float, optional
        A dotted horizontal line, such as a criterion.
    """
    figure, axes = grid(1, len(panels), size=(3.6 * len(panels) + 0.4, 3.7))
    for i, (axis, (title, lines)) in enumerate(zip(axes[0], panels.items(), strict=True)):
        style = {"ls": "", "marker": "o", "ms": 3.5} if "theory" in lines else {}
        for (name, (x, y)), colour in zip(lines.items(), cycle(SERIES), strict=False):
            look = {"color": BRAIN, "lw": 1.0} if name == "theory" else {"color": colour, **style}
            axis.plot(x, y, label=name, **look)
        if level is not None:
            axis.axhline(level, color=GREY, lw=0.8, ls=":")
        if x_ticks is not None:
            axis.set_xticks(x_ticks)
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))
        axis.set_title(title)
        axis.set_xlabel(x_label if isinstance(x_label, str) else x_label[i])
        if not isinstance(y_label, str) or i == 0:
            axis.set_ylabel(y_label if isinstance(y_label, str) else y_label[i])
    if len({tuple(lines) for lines in panels.values()}) == 1:
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    else:
        for axis in axes[0]:
            below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.2)}
            axis.legend(ncols=2, columnspacing=1.0, handlelength=1.4, **below)
    return figure
