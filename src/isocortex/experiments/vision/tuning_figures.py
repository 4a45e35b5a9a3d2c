"""How neurons and the units of every layer are tuned to orientation: tables, and the picture of their distributions."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from ... import plots
from ...analysis import best_estimate, tuning_table
from ...errors import InputError
from ...plots.style import SERIES
from ...runs import Run
from ..shared.tables import file_name
from .v1_comparison import SYNTHETIC, Brain, V1Comparison

SHOWN = {"conv_relu": SERIES[0], "pool": SERIES[1], "fc": SERIES[2]}
"""Layer → colour."""
RECTIFIED = ("conv_relu", "pool", "fc_relu")
"""Layers of which no response is below 0, which is then what counts as none."""
NEURONS = "V1, "

Populations = Mapping[str, Mapping[str, xr.DataArray]]


def tuning_tables(options: V1Comparison, brain: Brain, networks: Populations) -> dict[str, pd.DataFrame]:
    """Describe the tuning of every animal, and of the layers shown of each kind of network.

    Parameters
    ----------
    networks : mapping of str to mapping of str to DataArray
        Kind of network → layer → responses.

    Returns
    -------
    dict of str to DataFrame
        Empty where the stimuli do not allow tuning curves; :func:`no_tuning_note` says so.
    """
    key = options.key("tuning")
    silent: float | Literal["lowest"] = 0.0 if options.data == SYNTHETIC else "lowest"
    try:
        tables = {NEURONS + name: tuning_table(x, key=key, baseline=silent) for name, x in brain.neurons.items()}
    except InputError:
        return {}
    for kind, layers in networks.items():
        for layer in (layer for layer in SHOWN if layer in layers):
            none = 0.0 if layer in RECTIFIED else "lowest"
            tables[f"{kind} {layer}"] = tuning_table(layers[layer], key=key, baseline=none)
    return tables


def no_tuning_note(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return why there is no tuning, where there is none."""
    if tables:
        return []
    return ["Tuning is not described: that needs at least five orientations, neighbours at most 60° apart."]


def draw_tuning(
    run: Run, tables: Mapping[str, pd.DataFrame], style: Mapping[str, Mapping[str, str]], *, layer: str = ""
) -> None:
    """Draw the distributions of neurons and of one layer, or of every layer.

    Parameters
    ----------
    style : mapping of str to mapping
        Population of `tables` → how its line looks; neurons are black.
    """
    chosen = {n: x for n, x in tables.items() if n.startswith(NEURONS) or n.endswith(f" {layer}" if layer else "")}
    run.figure(
        "tuning_distributions" + f"_{layer}" * bool(layer),
        plots.tuning_distributions(chosen, style=style),
        title=f"Tuning over neurons and the units of {layer or 'every layer'}",
        caption="Of at most 1000 units each, drawn at random (of large layers, from the first network). Preference and "
        "width: of tuned units only (neurons: permutation test over trials, p < 0.01; where there are no repeats: von "
        "Mises fit with r² ≥ 0.5). Selectivity and variance explained of neurons are corrected for noise. Selectivity "
        "is above 0, or, where responses may be negative, above the lowest mean response.",
        alt="Histogram of preferred orientations, and cumulative distributions of tuning width, orientation "
        "selectivity and quality of fit, for V1 neurons and for layers of networks.",
    )


def tabulate_tuning(run: Run, tables: Mapping[str, pd.DataFrame]) -> None:
    """Put medians and quartiles on the page, and save the tuning of every unit."""
    run.table(
        "tuning_of_populations",
        pd.DataFrame([{"population": name} | describe(table) for name, table in tables.items()]),
        title="Tuning, median [quartiles]",
        caption="Units that vary answer the stimuli differently at all. Width is of tuned units.",
        shown=True,
    )
    for name, table in tables.items():
        run.table(f"tuning_{file_name(name)}", table, caption=f"Tuning of units: {name}.")


def describe(table: pd.DataFrame) -> dict[str, str | int]:
    """Return a row of the report's table."""
    return {
        "units": len(table),
        "vary": f"{table['varies'].mean():.0%}",
        "tuned": f"{table['tuned'].mean():.0%}",
        "OSI": quartiles(best_estimate(table, "osi")),
        "half-width (°)": quartiles(table["half_width"].to_numpy()[table["tuned"]], 0),
        "variance explained": quartiles(best_estimate(table, "r2")),
    }


def quartiles(values: np.ndarray, digits: int = 2) -> str:
    """Return "median [lower, upper quartile]", or a dash where nothing is defined."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return "–"
    low, median, high = np.quantile(finite, [0.25, 0.5, 0.75])
    return f"{median:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
