"""Pictures of decoding: over time, from time to time, between conditions, and against the number of neurons."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
import xarray as xr
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from .canvas import grid, legend_below, styled
from .style import BLUE, GREY, SERIES, VARIANT_COLOURS, VERMILION, plain_log, short

MOST_PANELS = 4
"""Panels in a row."""
MOST_MATRICES = 3
"""Matrices in a row, at most."""
MOST_WRITTEN = 8
"""Rows of a matrix up to which its numbers are written into its cells."""
Course = Sequence[np.ndarray]


@styled
def decoding_courses(
    courses: Mapping[str, Course],
    *,
    chance: float,
    band: Course | None = None,
    width: float | int = 0.0,
    x_label: str = "middle of the window (ms after the stimulus came on)",
    y_label: str = "accuracy",
) -> Figure:
    """Draw scores over time with their intervals, and chance.

    Parameters
    ----------
    courses : mapping of str to (time, score, low, high)
    chance : float
        Dotted.
    band : (time, low, high), optional
        What shuffled labels reach, as a grey band.
    width : float
        Of the windows, in ms; the first that holds any time after 0 is marked. Default 0.
    x_label, y_label : str
    """
    figure, axes = grid(1, 1, size=(6.6, 4.0))
    axis = axes[0, 0]
    if band is not None:
        axis.fill_between(*band, color=GREY, alpha=0.25, lw=0, label="shuffled labels (95 %)")
    axis.axhline(chance, color=GREY, lw=0.8, ls=":", label="chance")
    axis.axvspan(-width / 2, width / 2, color="black", alpha=0.06, lw=0, label="windows that reach over time 0")
    for (name, (time, score, low, high)), colour in zip(courses.items(), cycle((BLUE, VERMILION)), strict=False):
        axis.fill_between(time, low, high, color=colour, alpha=0.2, lw=0)
        axis.plot(time, score, "o-", ms=3.5, color=colour, label=name)
    axis.set_ylim(0, 1.02)
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    legend_below(figure, *axis.get_legend_handles_labels())
    return figure


@styled
def decoding_panels(
    panels: Mapping[str, Mapping[str, Course]], *, chance: Mapping[str, float], x_label: str, y_label: str = "accuracy"
) -> Figure:
    """Draw scores over time, a panel for each thing that is decoded and a line for each kind of network.

    Parameters
    ----------
    panels : mapping of str to mapping of str to (time, score, low, high)
    chance : mapping of str to float
        Panel → a dotted line.
    x_label, y_label : str
    """
    columns = min(MOST_PANELS, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = grid(rows, columns, size=(2.6 * columns + 0.8, 2.5 * rows + 0.9), sharey=True, sharex=True)
    for axis in axes.ravel()[len(panels) :]:
        axis.set_visible(False)
    for axis, (title, curves) in zip(axes.ravel(), panels.items(), strict=False):
        axis.axhline(chance[title], color=GREY, lw=0.9, ls=":", label="chance")
        for name, (time, score, low, high) in curves.items():
            colour = VARIANT_COLOURS.get(name, GREY)
            axis.fill_between(time, low, high, color=colour, alpha=0.2, lw=0)
            axis.plot(time, score, color=colour, label=name)
        axis.set_title(short(title))
        axis.set_ylim(0, 1.02)
        axis.xaxis.set_tick_params(labelbottom=True)
    for axis in axes[:, 0]:
        axis.set_ylabel(y_label)
    for axis in axes.ravel()[: len(panels)][-columns:]:
        axis.set_xlabel(x_label)
    legend_below(figure, *axes[0, 0].get_legend_handles_labels())
    return figure


@styled
def temporal_matrix(scores: xr.DataArray, *, chance: float, label: str = "accuracy") -> Figure:
    """Draw scores of decoders that were trained at one time and tested at another.

    Parameters
    ----------
    scores : DataArray, shape (train_time, time)
    chance : float
        The lowest colour.
    label : str
        Of the colour bar.
    """
    figure, axes = grid(1, 1, size=(5.2, 4.3))
    axis, times = axes[0, 0], scores["time"].values
    half = np.diff(times).mean() / 2 if len(times) > 1 else 0.5
    extent = (times[0] - half, times[-1] + half, times[0] - half, times[-1] + half)
    image = axis.imshow(
        scores.transpose("train_time", "time").values,
        origin="lower",
        extent=extent,
        cmap="viridis",
        vmin=chance,
        vmax=1,
    )
    axis.plot(extent[:2], extent[:2], color="white", lw=0.7, ls=":")
    for line in (axis.axhline, axis.axvline):
        line(0, color="white", lw=0.7)
    axis.set_xlabel("tested at (ms)")
    axis.set_ylabel("trained at (ms)")
    figure.colorbar(image, ax=axis, label=label, shrink=0.85)
    return figure


@styled
def share_matrices(matrices: Mapping[str, xr.DataArray], *, label: str, names: tuple[str, str] | None = None) -> Figure:
    """Draw matrices of shares between 0 and 1, such as confusions, a panel each, with one colour bar.

    Parameters
    ----------
    matrices : mapping of str to DataArray, shape (row, column)
        Title → shares, with the labels of rows and columns as coordinates.
    label : str
        Of the colour bar.
    names : (str, str), optional
        Labels of the vertical and the horizontal axis. Default: the names of the dimensions.
    """
    largest = max(float(matrix.max()) for matrix in matrices.values())
    rows = -(-len(matrices) // MOST_MATRICES)
    columns = -(-len(matrices) // rows)
    figure, axes = grid(rows, columns, size=(4.3 * columns + 0.8, 4.1 * rows))
    for axis in axes.flat[len(matrices) :]:
        axis.set_visible(False)
    for axis, (title, matrix) in zip(axes.flat, matrices.items(), strict=False):
        axis.imshow(matrix.values, cmap="viridis", vmin=0, vmax=largest)
        for which, dim, name in zip(("y", "x"), matrix.dims, names or matrix.dims, strict=True):
            labels = matrix[dim].values
            every = max(1, len(labels) // MOST_WRITTEN)
            ticks, shown = np.arange(len(labels))[::every], [short(one) for one in labels[::every]]
            getattr(axis, f"set_{which}ticks")(
                ticks, shown, **({"rotation": 45, "ha": "right"} if which == "x" else {})
            )
            getattr(axis, f"set_{which}label")(name)
        if len(matrix) <= MOST_WRITTEN:
            for (i, j), share in np.ndenumerate(matrix.values):
                axis.text(j, i, f"{share:.2f}", ha="center", va="center", fontsize=7.5, color=_ink(share / largest))
        axis.set_title(title)
        axis.spines[:].set_visible(False)
    figure.colorbar(ScalarMappable(Normalize(0, largest), "viridis"), ax=axes, label=label, shrink=0.85)
    return figure


def _ink(share: float) -> str:
    return "black" if share > 0.6 else "white"


@styled
def size_curves(
    panels: Mapping[str, Mapping[str, Course]],
    *,
    x_label: Sequence[str],
    y_label: str,
    level: Mapping[str, float] | None = None,
    logarithmic: bool = False,
    bottom: float | None = 0.0,
) -> Figure:
    """Draw what is decoded against the number of neurons, or of trials, on a logarithmic axis.

    Parameters
    ----------
    panels : mapping of str to mapping of str to (number, score, low, high)
        Title → name of a curve → its points with the spread around them.
    x_label : sequence of str
        One per panel.
    y_label : str
    level : mapping of str to float, optional
        Name → a dotted horizontal line, such as chance.
    logarithmic : bool
        Whether the vertical axis is logarithmic too. Default False.
    bottom : float, optional
        Lower end of a vertical axis that is not. Default 0.
    """
    figure, axes = grid(1, len(panels), size=(4.1 * len(panels) + 0.6, 3.8), sharey=True)
    for axis, (title, curves), named in zip(axes[0], panels.items(), x_label, strict=True):
        for (name, (number, score, low, high)), colour in zip(curves.items(), cycle(SERIES), strict=False):
            axis.fill_between(number, low, high, color=colour, alpha=0.18, lw=0)
            axis.plot(number, score, "o-", ms=4, color=colour, label=name)
        for (name, value), style in zip((level or {}).items(), cycle((":", "--")), strict=False):
            axis.axhline(value, color=GREY, lw=0.9, ls=style, label=name)
        sizes = np.concatenate([np.asarray(curve[0], float) for curve in curves.values()])
        axis.set_xscale("log")
        plain_log(axis.xaxis, sizes.min(), sizes.max())
        if logarithmic:
            axis.set_yscale("log")
            plain_log(axis.yaxis, *axis.get_ylim())
        elif bottom is not None:
            axis.set_ylim(bottom=bottom)
        axis.set_title(title)
        axis.set_xlabel(named)
    axes[0, 0].set_ylabel(y_label)
    legend_below(figure, *axes[0, 0].get_legend_handles_labels())
    return figure


@styled
def estimates(
    rows: Mapping[str, tuple[float, float, float]],
    *,
    dots: Mapping[str, np.ndarray] | None = None,
    controls: Sequence[str] = (),
    x_label: str,
    logarithmic: bool = False,
    level: Mapping[str, float] | None = None,
) -> Figure:
    """Draw an estimate with its interval in a row each, and what each subject has.

    Parameters
    ----------
    rows : mapping of str to (estimate, low, high)
        Name → estimate; NaN ends have no line.
    dots : mapping of str to array, optional
        Name → one value per subject.
    controls : sequence of str
        Rows that are drawn in grey.
    x_label : str
    logarithmic : bool
        Default False.
    level : mapping of str to float, optional
        Name → a vertical line, such as a ceiling.
    """
    figure, axes = grid(1, 1, size=(6.4, 0.36 * len(rows) + 1.4))
    axis = axes[0, 0]
    for y, (name, (estimate, low, high)) in enumerate(rows.items()):
        colour = GREY if name in controls else BLUE
        axis.plot([low, high], [y, y], color=colour, lw=2.2)
        axis.plot(estimate, y, "o", color=colour, ms=7)
        if dots is not None:
            values = np.asarray(dots[name], float)
            axis.plot(values, y + 0.22 * np.ones(len(values)), "o", ms=3, mfc="white", mec=colour, mew=0.8)
    for (name, value), style in zip((level or {}).items(), cycle(("--", ":")), strict=False):
        axis.axvline(value, color="black", lw=0.9, ls=style, label=name)
    axis.set_yticks(range(len(rows)), [short(name) for name in rows])
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlabel(x_label)
    if logarithmic:
        axis.set_xscale("log")
        plain_log(axis.xaxis, *axis.get_xlim())
    if level:
        legend_below(figure, *axis.get_legend_handles_labels())
    return figure


@styled
def decoded_angles(panels: Mapping[str, tuple[np.ndarray, np.ndarray]], *, period: float | int = 180.0) -> Figure:
    """Draw decoded against actual angles: the share of responses to each angle, in a panel per decoder.

    Parameters
    ----------
    panels : mapping of str to (actual, decoded)
        Degrees within ± half a period.
    period : float
        Degrees. Default 180.
    """
    figure, axes = grid(1, len(panels), size=(3.3 * len(panels) + 0.8, 3.5), sharey=True)
    edges = np.linspace(-period / 2, period / 2, 37)
    counts = [np.histogram2d(decoded, actual, (edges, edges))[0] for actual, decoded in panels.values()]
    shares = [each / np.maximum(each.sum(axis=0), 1) for each in counts]
    largest = max(each.max() for each in shares)
    for axis, title, each in zip(axes[0], panels, shares, strict=True):
        axis.pcolormesh(edges, edges, each, cmap="viridis", vmin=0, vmax=largest, rasterized=True)
        axis.set_aspect("equal")
        axis.set_title(title)
        axis.set_xlabel("orientation shown (°)")
        axis.set_xticks(np.linspace(-period / 2, period / 2, 5))
        axis.set_yticks(np.linspace(-period / 2, period / 2, 5))
    axes[0, 0].set_ylabel("orientation decoded (°)")
    bar = ScalarMappable(Normalize(0, largest), "viridis")
    figure.colorbar(bar, ax=axes[0], label="share of responses", shrink=0.8)
    return figure


@styled
def weight_pictures(pictures: Mapping[str, np.ndarray], *, x_label: str, y_label: str) -> Figure:
    """Draw matrices of weights below each other, each on its own scale, symmetric around zero.

    Parameters
    ----------
    pictures : mapping of str to array, shape (row, column)
    x_label, y_label : str
    """
    figure, axes = grid(len(pictures), 1, size=(7.0, 1.25 * len(pictures) + 0.5), sharex=True)
    for axis, (title, weights) in zip(axes[:, 0], pictures.items(), strict=True):
        limit = float(np.quantile(np.abs(weights), 0.995)) or 1.0
        image = axis.imshow(weights, aspect="auto", cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
        axis.set_title(title, loc="left")
        axis.set_ylabel(y_label)
        figure.colorbar(image, ax=axis, label="weight", aspect=8)
    axes[-1, 0].set_xlabel(x_label)
    return figure


@styled
def losses(curves: Mapping[str, np.ndarray], *, published: Mapping[int, float] | None = None, y_label: str) -> Figure:
    """Draw the loss of networks at every step of their training, on a logarithmic axis.

    Parameters
    ----------
    curves : mapping of str to array, shape (step,)
    published : mapping of int to float, optional
        Step → a published loss, drawn as a cross.
    y_label : str
    """
    figure, axes = grid(1, 1, size=(5.6, 3.6))
    axis = axes[0, 0]
    for (name, loss), colour in zip(curves.items(), cycle(SERIES), strict=False):
        axis.plot(np.arange(1, len(loss) + 1), loss, color=colour, label=name)
    if published:
        axis.plot(list(published), list(published.values()), "x", color="black", label="published")
    axis.set_yscale("log")
    axis.set_xlabel("step of gradient descent")
    axis.set_ylabel(y_label)
    legend_below(figure, *axis.get_legend_handles_labels())
    return figure
