"""How neurons and the units of every layer are tuned to orientation."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import best_estimate, tuning_table
from ...analysis.tuning_fits import WIDEST_GAP
from ...errors import InputError
from ...formats import UNDEFINED, interval, percent
from ...plots.style import SERIES
from ..shared.v1_recordings import SYNTHETIC
from .v1_comparison import Brain, V1Comparison

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
    return [
        "Tuning is not described: that needs at least five orientations, neighbours of which are at most "
        f"{WIDEST_GAP // 2}° apart."
    ]


def describe(table: pd.DataFrame) -> dict[str, str | int]:
    """Return a row of the report's table."""
    return {
        "units": len(table),
        "vary": percent(np.mean(table["varies"]), 0),
        "tuned": percent(np.mean(table["tuned"]), 0),
        "OSI": quartiles(best_estimate(table, "osi")),
        "half-width (°)": quartiles(table["half_width"].to_numpy()[table["tuned"]], 0),
        "variance explained": quartiles(best_estimate(table, "r2")),
    }


def quartiles(values: np.ndarray, digits: int = 2) -> str:
    """Return "median [lower, upper quartile]", or a dash where nothing is defined."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return UNDEFINED
    low, median, high = np.quantile(finite, [0.25, 0.5, 0.75])
    return interval(median, low, high, digits)
