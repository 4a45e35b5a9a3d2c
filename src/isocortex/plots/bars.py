"""The similarity of each model's RDM with the brain's, with seeds, intervals and the noise ceiling."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..analysis.rsa import NoiseCeiling
from .style import GREY, VARIANT_COLOURS, grid, styled

WIDEST_BAR = 0.26


@styled
def similarity_bars(
    table: pd.DataFrame,
    *,
    measure: str,
    dots: Mapping[tuple[str, str], np.ndarray] | None = None,
    ceiling: NoiseCeiling | None = None,
) -> Figure:
    """Draw a bar per layer and variant: mean, 95 % interval, seeds as dots, and the noise ceiling as a band.

    Parameters
    ----------
    table : DataFrame
        Columns ``layer``, ``variant``, ``mean``, ``low``, ``high``, in the order of drawing.
    measure : str
        Label of the y axis.
    dots : mapping of (layer, variant) to array, optional
        One value per seed (or subject).
    ceiling : NoiseCeiling, optional
    """
    groups = dict(iter(table.groupby("layer", sort=False)))
    layers = list(groups)
    few = len(layers) < 9
    figure, axes = grid(1, 1, size=(max(6.4, 0.22 * len(table) + 1.6, 0.62 * len(layers) + 3.4), 4.0))
    axis = axes[0, 0]
    rng = np.random.default_rng(0)
    for place, (layer, rows) in enumerate(groups.items()):
        width = min(WIDEST_BAR, 0.85 / len(rows))
        for position, row in enumerate(rows.to_dict("records")):
            x = place + (position - (len(rows) - 1) / 2) * width
            colour = VARIANT_COLOURS.get(row["variant"], GREY)
            axis.bar(x, row["mean"], width * 0.9, color=colour, alpha=0.75, label=row["variant"], zorder=2)
            seeds = (dots or {}).get((str(layer), row["variant"]), np.array([]))
            if len(seeds) > 1:
                jitter = rng.uniform(-0.25, 0.25, len(seeds)) * width
                axis.plot(x + jitter, seeds, "o", ms=3.2, mfc="white", mec="0.15", mew=0.6, zorder=3)
            axis.plot([x, x], [row["low"], row["high"]], color="black", lw=1.4, zorder=4)
    if ceiling is not None:
        axis.axhspan(ceiling.lower, ceiling.upper, color="0.82", zorder=0, label="noise ceiling")
    axis.axhline(0, color="black", lw=0.8, zorder=5)
    axis.set_xticks(range(len(layers)), layers, rotation=0 if few else 35, ha="center" if few else "right")
    axis.set_ylabel(measure)
    handles, labels = axis.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    if len(unique) > 1:
        figure.legend(unique.values(), unique.keys(), loc="outside lower center", ncols=len(unique))
    return figure
