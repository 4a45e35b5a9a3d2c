"""Figures of errors: during training, and of decoded positions in degrees."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from .canvas import figure_legend, grid, styled
from .style import BRAIN, GREY, VARIANT_COLOURS


@styled
def error_curves(
    errors: Mapping[str, xr.DataArray],
    *,
    baselines: Mapping[str, float],
    published: Mapping[int, float] | None = None,
    y_label: str,
) -> Figure:
    """Draw the error of every seed against the epoch, with what needs no network as horizontal lines.

    Parameters
    ----------
    errors : mapping of str to DataArray, shape (seed, epoch)
        Variant → error.
    baselines : mapping of str to float
        Name → error.
    published : mapping of int to float, optional
        Epoch → error, as crosses.
    y_label : str
    """
    figure, axes = grid(1, 1, size=(7.0, 4.0))
    axis = axes[0, 0]
    last = max(int(error["epoch"][-1]) for error in errors.values())
    for name, error in errors.items():
        colour = VARIANT_COLOURS.get(name, GREY)
        mark = "o" if error.sizes["epoch"] < 4 else ""
        axis.plot(error["epoch"], error.transpose("epoch", "seed"), color=colour, lw=0.7, alpha=0.4, marker=mark)
        axis.plot(error["epoch"], error.mean("seed"), color=colour, lw=2.2, marker=mark, label=name)
    for (name, level), style in zip(baselines.items(), ("--", ":"), strict=False):
        axis.axhline(level, color=BRAIN, lw=1.0, ls=style, label=f"{name} ({level:.3f})")
    if published:
        crosses = {"color": BRAIN, "marker": "x", "ls": "", "ms": 8, "mew": 1.8, "clip_on": False}
        axis.plot(list(published), list(published.values()), **crosses, label="textbook's figure, one seed")
    axis.set_xlim(0, last + 1)
    axis.set_ylim(0, 1.08 * max(baselines.values()))
    axis.set_xlabel("epoch")
    axis.set_ylabel(y_label)
    figure_legend(figure, *axis.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


@styled
def position_errors(errors: Mapping[str, np.ndarray], *, chance: np.ndarray) -> Figure:
    """Draw cumulative distributions of decoded position errors in degrees, on a logarithmic axis.

    Parameters
    ----------
    errors : mapping of str to array, shape (seed, sample)
        Variant → distance of the decoded from the true position.
    chance : array, shape (sample,)
        Errors of an answer that is always the middle.
    """
    figure, axes = grid(1, 1, size=(6.2, 3.8))
    axis = axes[0, 0]
    share = np.linspace(0, 1, 401)
    for name, values in errors.items():
        colour = VARIANT_COLOURS.get(name, GREY)
        axis.plot(np.quantile(values, share, axis=1), share, color=colour, lw=0.7, alpha=0.4)
        median = f"{name}, median {np.median(values):.1f}°"
        axis.plot(np.quantile(values, share), share, color=colour, lw=2.2, label=median)
    middle = f"always the middle, median {np.median(chance):.1f}°"
    axis.plot(np.quantile(chance, share), share, color=BRAIN, lw=1.2, ls="--", label=middle)
    axis.set_xscale("log")
    axis.set_xlim(0.1, 100)
    axis.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axis.set_ylim(0, 1)
    axis.set_xlabel("error of the decoded head-centred position (°)")
    axis.set_ylabel("cumulative share of samples")
    figure_legend(figure, *axis.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
