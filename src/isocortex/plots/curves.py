"""Line pictures: learning curves, rows of RDMs, and named lines in panels."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ..formats import significant
from ..rdms import RDMs
from .canvas import figure_legend, grid, legend_below, styled
from .style import BLUE, BRAIN, GREY, SERIES, orientation_axis, plain_log


@styled
def training_curves(
    losses: Mapping[str, xr.DataArray],
    *,
    units: Mapping[str, str],
    published: Mapping[str, Mapping[int, float]] | None = None,
) -> Figure:
    """Draw the epoch-mean loss of every seed on a logarithmic axis, a panel per task.

    Published losses are those of the last mini-batch of an epoch, crosses; ours of the same mini-batches stand beside
    them as circles.

    Parameters
    ----------
    losses : mapping of str to DataArray, shape (seed, update)
        Task → loss, with the coordinate ``epoch`` along ``update``.
    units : mapping of str to str
        Task → unit of its loss.
    published : mapping of str to mapping of int to float, optional
        Task → epoch → loss on its last mini-batch.
    """
    width = 6.2 if len(losses) == 1 else 2.9 * len(losses)
    figure, axes = grid(1, len(losses), size=(width, 3.6))
    keys = {}
    for axis, (task, loss) in zip(axes[0], losses.items(), strict=True):
        epochs = loss.groupby("epoch").mean()
        style = {"color": BLUE, "marker": "o" if epochs.sizes["epoch"] < 4 else ""}
        lines = axis.plot(epochs["epoch"], epochs.transpose("epoch", "seed"), **style, alpha=0.45, lw=1)
        (median,) = axis.plot(epochs["epoch"], epochs.median("seed"), **style, lw=2.4)
        keys |= {"each seed, mean over the epoch": lines[0], "median of seeds": median}
        if crosses := (published or {}).get(task):
            last = loss.groupby("epoch").last().sel(epoch=list(crosses)).transpose("epoch", "seed")
            circles = axis.plot(last["epoch"], last, "o", ms=4, mfc="white", mec=BLUE, mew=0.8)
            (cross,) = axis.plot(list(crosses), list(crosses.values()), "x", color="black", ms=7, mew=1.6)
            keys |= {"each seed, last mini-batch": circles[0], "published, one seed, last mini-batch": cross}
        axis.set_yscale("log")
        plain_log(axis.yaxis, *axis.get_ylim())
        axis.set_title(task)
        axis.set_xlabel("epoch")
        axis.set_ylabel(f"training loss ({units[task]})")
    legend_below(figure, keys.values(), keys.keys())
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
        axis.set_title(f"from {significant(reference)}°")
        orientation_axis(axis)
    axes[0, 0].set_ylabel(f"{measure}\n(z-scored within RDM)")
    legend_below(figure, *axes[0, 0].get_legend_handles_labels())
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
    logarithmic: bool = False,
    limits: tuple[float, float] | None = None,
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
    logarithmic : bool
        Both axes, in all panels. Default False.
    limits : (float, float), optional
        Of the x axis.
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
        if logarithmic:
            axis.set_xscale("log")
            axis.set_yscale("log")
        else:
            axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))
        if limits is not None:
            axis.set_xlim(limits)
        axis.set_title(title)
        axis.set_xlabel(x_label if isinstance(x_label, str) else x_label[i])
        if not isinstance(y_label, str) or i == 0:
            axis.set_ylabel(y_label if isinstance(y_label, str) else y_label[i])
    if len({tuple(lines) for lines in panels.values()}) == 1:
        figure_legend(figure, *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    else:
        for axis in axes[0]:
            below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.2)}
            axis.legend(ncols=2, columnspacing=1.0, handlelength=1.4, **below)
    return figure


@styled
def proportions(
    measured: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]],
    *,
    theory: Lines | None = None,
    x_label: str,
    y_label: str,
) -> Figure:
    """Draw shares with their intervals as points, and what they are compared with as lines.

    Parameters
    ----------
    measured : mapping of str to (x, share, low, high)
        In percent.
    theory : mapping of str to (x, y), optional
    x_label, y_label : str
    """
    figure, axes = grid(1, 1, size=(6.2, 3.9))
    axis = axes[0, 0]
    for (name, (x, share, low, high)), colour in zip(measured.items(), cycle(SERIES), strict=False):
        spread = np.stack([share - low, high - share]).clip(0)
        axis.errorbar(x, share, spread, color=colour, marker="o", ms=4.5, capsize=2.5, label=name)
    for (name, (x, y)), style in zip((theory or {}).items(), cycle(["--", ":"]), strict=False):
        axis.plot(x, y, color=GREY, ls=style, label=name)
    axis.set_ylim(-3, 103)
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    figure_legend(figure, *axis.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
