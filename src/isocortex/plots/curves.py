"""Line pictures: learning curves, and rows of RDMs."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ..rdms import RDMs
from .style import BLUE, BRAIN, GREY, SERIES, grid, orientation_axis, styled


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
