"""Gain fields: responses to one place at nine eye positions, maps of the retina, and distributions over units."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from .canvas import grid, legend_below, styled
from .style import GREY, SKY, VARIANT_COLOURS, blank

Eyes = Float[np.ndarray, "eye 2"]
AtEyes = Float[np.ndarray, "unit eye"]
MEASURES = {
    "depth": ("gain depth, (max − min)/max", (0.0, 1.0)),
    "interaction": ("eye × retina interaction\n(share of variance)", (-0.01, 0.4)),
    "planar_r2": ("variance explained by a plane", (0.0, 1.02)),
    "shift": ("shift of the receptive field\n(0 retina, 1 head)", (-0.5, 1.25)),
}
"""Column of the table → label and range of the axis."""
GAP = 0.93
"""Share of its place in a block that a map fills."""


@styled
def gain_field_circles(
    rows: Mapping[str, tuple[AtEyes, AtEyes]], eyes: Eyes, titles: Mapping[str, Sequence[str]] | None = None
) -> Figure:
    """Draw gain fields as Zipser and Andersen did: a circle per eye position, units in columns.

    The diameter of the outer circle is the total response to a stimulus at the unit's best retinal place, that of the
    dark disc the background without a stimulus, both relative to the unit's largest.

    Parameters
    ----------
    rows : mapping of str to (total, background), each of shape (unit, eye)
        Name of a row → responses, at least 0.
    eyes : array, shape (eye, 2)
        Degrees.
    titles : mapping of str to sequence of str, optional
        Row → a title per unit.
    """
    step = min(np.diff(np.unique(eyes[:, 0])).min(), np.diff(np.unique(eyes[:, 1])).min())
    n = max(len(total) for total, _ in rows.values())
    figure, axes = grid(len(rows), n, size=(1.55 * n + 0.9, 1.85 * len(rows) + 0.5))
    for axis in axes.flat:
        blank(axis)
    for line, (name, (total, background)) in zip(axes, rows.items(), strict=True):
        for i, axis in enumerate(line[: len(total)]):
            largest = max(total[i].max(), background[i].max())
            for place, whole, ground in zip(eyes, total[i] / largest, background[i] / largest, strict=True):
                axis.add_patch(Circle(tuple(place), 0.47 * step * whole, fc=SKY, ec="black", lw=0.7))
                if ground <= whole:
                    axis.add_patch(Circle(tuple(place), 0.47 * step * ground, fc="0.25", ec="none"))
                else:  # the stimulus suppresses: the background stands around the total
                    axis.add_patch(Circle(tuple(place), 0.47 * step * ground, fc="none", ec="0.25", ls=":", lw=1.1))
            axis.set_xlim(eyes[:, 0].min() - 0.6 * step, eyes[:, 0].max() + 0.6 * step)
            axis.set_ylim(eyes[:, 1].min() - 0.6 * step, eyes[:, 1].max() + 0.6 * step)
            axis.set_aspect("equal")
            if titles:
                axis.set_title(titles[name][i], fontsize=8.5)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    return figure


@styled
def retinal_maps(
    units: Mapping[str, Float[np.ndarray, "eye y x"]],
    eyes: Eyes,
    *,
    extent: float,
    level: tuple[float, float] = (0.0, 1.0),
) -> Figure:
    """Draw the response to every retinal place at nine eye positions: a block per unit, laid out as the eye turns.

    A white cross marks the place on the retina that is straight ahead of the head: head-centred fields move with it.

    Parameters
    ----------
    units : mapping of str to array, shape (eye, y, x)
        Title → maps.
    eyes : array, shape (eye, 2)
        Degrees.
    extent : float
        The maps span −extent…extent degrees.
    level : (low, high)
        Of the colours.
    """
    xs, ys = np.unique(eyes[:, 0]), np.unique(eyes[:, 1])
    figure, blocks = grid(1, len(units), size=(3.3 * len(units) + 0.9, 3.8))
    width, height = 1 / len(xs), 1 / len(ys)
    for block, (title, maps) in zip(blocks[0], units.items(), strict=True):
        blank(block)
        block.set_box_aspect(len(ys) / len(xs))
        block.set_title(title, fontsize=10)
        block.set_xlabel("eye position, horizontal", fontsize=9, labelpad=16)
        for place, responses in zip(eyes, maps, strict=True):
            i, j = int(np.searchsorted(xs, place[0])), int(np.searchsorted(ys, place[1]))
            axis = block.inset_axes((i * width, j * height, GAP * width, GAP * height))
            box = (-extent, extent, -extent, extent)
            axis.imshow(responses, cmap="viridis", vmin=level[0], vmax=level[1], extent=box, origin="lower")
            axis.plot(*-place, "+", color="white", ms=7, mew=1.4)
            blank(axis)
            if j == 0:
                axis.set_xlabel(f"{xs[i]:g}°".replace("-", "−"), fontsize=9)
            if i == 0:
                axis.set_ylabel(f"{ys[j]:g}°".replace("-", "−"), fontsize=9)
    blocks[0, 0].set_ylabel("eye position, vertical", fontsize=9, labelpad=18)
    figure.colorbar(ScalarMappable(Normalize(*level), "viridis"), ax=blocks, label="response", shrink=0.8)
    return figure


@styled
def gain_distributions(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the cumulative distributions of gain measures over units: thin for each seed, thick over all.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Variant → table of :func:`isocortex.analysis.gain_fields`.
    """
    figure, axes = grid(
        1, len(MEASURES), size=(2.9 * len(MEASURES) + 0.4, 3.5), sharey=True, gridspec_kw={"wspace": 0.08}
    )
    for axis, (column, (label, bounds)) in zip(axes[0], MEASURES.items(), strict=True):
        for name, table in tables.items():
            colour = VARIANT_COLOURS.get(name, GREY)
            for _, seed in table.groupby("seed"):
                _ecdf(axis, seed[column].to_numpy(), color=colour, lw=0.6, alpha=0.35)
            _ecdf(axis, table[column].to_numpy(), color=colour, lw=2.2, label=name)
        axis.set_xlim(*bounds)
        axis.set_xlabel(label)
    for edge in (1 / 3, 2 / 3):
        axes[0, -1].axvline(edge, color=GREY, lw=0.8, ls=":")
    axes[0, 0].set_ylim(0, 1)
    axes[0, 0].set_ylabel("cumulative share of units")
    legend_below(figure, *axes[0, 0].get_legend_handles_labels())
    return figure


def _ecdf(axis: Axes, values: np.ndarray, **look: Any) -> None:
    """Draw the share of values that are at most x."""
    finite = np.sort(values[np.isfinite(values)])
    if len(finite):
        axis.step([-9, *finite, 9], [0, *np.arange(1, len(finite) + 1) / len(finite), 1], where="post", **look)
