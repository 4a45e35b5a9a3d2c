"""Time-resolved RSA: similarities over time, RDMs at chosen times, and RDMs as a movie."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from ..formats import significant
from ..rdms import RDMs
from .canvas import grid, legend_below, styled
from .style import DISSIMILARITY_MAP, GREY, SERIES, blank, short

FRAMES_IN_STRIP = 8
"""RDMs of a film strip, at most."""


@styled
def similarity_courses(
    table: pd.DataFrame,
    *,
    ceiling: pd.DataFrame | None = None,
    measure: str = "similarity of RDMs",
    x_label: str = "time (ms)",
) -> Figure:
    """Draw the similarity of each model with the data over time, with intervals, noise ceiling and clusters.

    Parameters
    ----------
    table : DataFrame
        Columns ``time``, ``model``, ``mean``, ``low``, ``high`` and ``significant``; see
        :class:`isocortex.rsa.OverTime`. Bars under the curves mark times in significant clusters.
    ceiling : DataFrame, optional
        Columns ``time``, ``lower``, ``upper``: a grey band.
    measure, x_label : str
    """
    figure, axes = grid(1, 1, size=(6.6, 4.0))
    _courses(axes[0, 0], table, ceiling)
    axes[0, 0].set_xlabel(x_label)
    axes[0, 0].set_ylabel(measure)
    legend_below(figure, *axes[0, 0].get_legend_handles_labels())
    return figure


def _courses(axis: Axes, table: pd.DataFrame, ceiling: pd.DataFrame | None) -> None:
    if ceiling is not None and bool(ceiling["lower"].notna().any()):
        band = axis.fill_between(ceiling["time"], ceiling["lower"], ceiling["upper"], color=GREY, alpha=0.3, lw=0)
        band.set_label("noise ceiling")
    axis.axhline(0, color="black", lw=0.8)
    bottom = min(0.0, float(table[["mean", "low"]].min().min()))
    models = list(dict.fromkeys(table["model"]))
    for place, model in enumerate(models):
        rows, colour = table[table["model"] == model], SERIES[place % len(SERIES)]
        axis.fill_between(rows["time"], rows["low"], rows["high"], color=colour, alpha=0.2, lw=0)
        axis.plot(rows["time"], rows["mean"], "o-", ms=3.5, color=colour, label=short(model))
        level = np.where(rows["significant"], bottom - 0.06 * (place + 1), np.nan)
        axis.plot(rows["time"], level, "s-", ms=3.5, lw=3, color=colour)


@styled
def rdm_strip(rdms: Sequence[RDMs], times: np.ndarray, *, shown: Sequence[int] | None = None) -> Figure:
    """Show the mean RDM at chosen times in a row, on one colour scale.

    Parameters
    ----------
    rdms : sequence of RDMs
        One stack for each time; a stack is averaged over its rows.
    times : array, shape (time,)
        In ms.
    shown : sequence of int, optional
        Their places. Default: eight, equally spaced.
    """
    count = min(FRAMES_IN_STRIP, len(rdms))
    places = np.linspace(0, len(rdms) - 1, count).round().astype(int) if shown is None else np.asarray(shown)
    squares, scale = _squares(rdms)
    figure, axes = grid(1, len(places), size=(1.35 * len(places) + 0.8, 1.9))
    for axis, i in zip(axes[0], places, strict=True):
        axis.imshow(squares[i], cmap=DISSIMILARITY_MAP, norm=scale, interpolation="nearest")
        axis.set_title(f"{significant(times[i])} ms", fontsize=9)
        blank(axis)
    figure.colorbar(ScalarMappable(scale, DISSIMILARITY_MAP), ax=axes[0], label="dissimilarity", shrink=0.8)
    return figure


def rdm_movie(
    rdms: Sequence[RDMs],
    times: np.ndarray,
    *,
    table: pd.DataFrame | None = None,
    ceiling: pd.DataFrame | None = None,
    measure: str = "similarity of RDMs",
) -> Iterator[Figure]:
    """Yield the frames of a movie: the mean RDM at each time, beside the similarities with a line at this time.

    It is one figure that changes.

    Parameters
    ----------
    rdms, times
        As for :func:`rdm_strip`.
    table, ceiling, measure
        As for :func:`similarity_courses`. Default: the RDM alone.
    """
    squares, scale = _squares(rdms)
    figure = _first_frame(squares[0], scale, table, ceiling, measure)
    image = figure.axes[0].images[0]
    cursor = None if table is None else figure.axes[1].axvline(times[0], color="black", lw=1.2, ls="--")
    for square, time in zip(squares, times, strict=True):
        image.set_data(square)
        figure.axes[0].set_title(f"{significant(time)} ms")
        if cursor is not None:
            cursor.set_xdata([time, time])
        yield figure


@styled
def _first_frame(
    square: np.ndarray, scale: Normalize, table: pd.DataFrame | None, ceiling: pd.DataFrame | None, measure: str
) -> Figure:
    columns = 1 if table is None else 2
    figure, axes = grid(1, columns, size=(3.8 * columns, 3.6))
    axes[0, 0].imshow(square, cmap=DISSIMILARITY_MAP, norm=scale, interpolation="nearest")
    axes[0, 0].set_title("0 ms")
    blank(axes[0, 0])
    if table is not None:
        _courses(axes[0, 1], table, ceiling)
        axes[0, 1].set_xlabel("time (ms)")
        axes[0, 1].set_ylabel(measure)
        legend_below(figure, *axes[0, 1].get_legend_handles_labels())
    figure.colorbar(ScalarMappable(scale, DISSIMILARITY_MAP), ax=axes[0, 0], label="dissimilarity", shrink=0.8)
    return figure


def _squares(rdms: Sequence[RDMs]) -> tuple[np.ndarray, Normalize]:
    """Return the mean RDM at each time with an empty diagonal, and one colour scale for all."""
    squares = np.array([stack.square().mean(axis=0) for stack in rdms])
    places = np.arange(squares.shape[1])
    squares[:, places, places] = np.nan
    return squares, Normalize(float(np.nanmin(squares)), float(np.nanmax(squares)))
