"""Everything the lesson on convolution found, as numbers and as the tables of its page."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ...shapes import FilterBank, Images
from .cells import PhaseResponses
from .weights import Trained, WeightMatrix


@dataclass(frozen=True, eq=False)
class Lesson:
    """What the walk found, before it is put into words and pictures.

    Attributes
    ----------
    bank : bool
        Whether the filters are the published bank.
    names : list of str
        What each channel is.
    angles : array, shape (stimulus,)
    stimuli : array, shape (stimulus, height, width)
        Zero-centred gratings.
    kernels : array, shape (channel, size, size)
    maps : array, shape (stimulus, channel, rows, columns)
        Activation of the layer.
    sizes : dict of (stride, padding) to array, shape (rows, columns)
        The last channel's map of the grating that drives it most, which is at `sizes_angle`.
    matrix : WeightMatrix
    networks : dict of str to Trained
    counts : dict of str to int
        Outputs and weights of layers with the same outputs.
    network_counts : DataFrame
    curves : dict of str to DataArray
        Measure → orientation × channel.
    tuning, cells, pools, thresholds, positions : DataFrame
    phases : PhaseResponses
    units : dict of str to DataFrame
        Cell → modulation of its units.
    bars : dict of str to DataArray
        Cell → position × unit.
    """

    bank: bool
    names: list[str]
    angles: np.ndarray
    stimuli: Images
    kernels: FilterBank
    maps: np.ndarray
    sizes: dict[tuple[str, str], np.ndarray]
    sizes_angle: float
    matrix: WeightMatrix
    networks: dict[str, Trained]
    counts: dict[str, int]
    network_counts: pd.DataFrame
    curves: dict[str, xr.DataArray]
    tuning: pd.DataFrame
    phases: PhaseResponses
    cells: pd.DataFrame
    units: dict[str, pd.DataFrame]
    pools: pd.DataFrame
    thresholds: pd.DataFrame
    bars: dict[str, xr.DataArray]
    positions: pd.DataFrame

    def modulation(self, key: str) -> float:
        """Return the median F1/F0 of one kind of cell."""
        return float(dict(zip(self.cells["key"], self.cells["f1_f0"], strict=True))[key])


def numbers(found: Lesson) -> dict[str, float | int]:
    """Return the numbers of the summary, under flat keys; what is undefined is not a number."""
    summary: dict[str, float | int] = {f"weights.{name}": n for name, n in found.counts.items()}
    for row in found.network_counts.to_dict("records"):
        summary |= {f"weights.{row['network']}.{name}": n for name, n in row.items() if name != "network"}
    summary |= {f"accuracy.{name}": network.accuracy for name, network in found.networks.items()}
    summary |= {"map.rows": found.maps.shape[2], "map.columns": found.maps.shape[3]}
    summary |= {"matrix.distinct": found.matrix.distinct, "matrix.error": found.matrix.error}
    for row in found.tuning.to_dict("records"):
        place = row["channel"].replace("°", "").replace(" ", "_").lower()
        summary |= {f"tuning.{place}.{name}": value for name, value in row.items() if name != "channel"}
    for row in found.cells.to_dict("records"):
        place = f"modulation.{row['key']}"
        summary |= {f"{place}.median": row["f1_f0"], f"{place}.lowest": row["f1_f0_lowest"]}
        summary |= {f"{place}.highest": row["f1_f0_highest"], f"{place}.theory": row["theory_f1_f0"]}
        summary |= {f"{place}.second": row["f2_f0"], f"{place}.second_theory": row["theory_f2_f0"]}
    for name in ("pools", "thresholds"):
        measured, theory = (getattr(found, name)[column].to_numpy() for column in ("f1_f0", "theory"))
        summary[f"{name}.error"] = float(np.nanmax(np.abs(measured - theory)))
    return summary | {f"position.{row['key']}.width": row["width"] for row in found.positions.to_dict("records")}


def shown_counts(found: Lesson) -> pd.DataFrame:
    """Return the table of weights for the page."""
    convolution = found.counts["convolution"]
    rows = {
        "convolutional: one kernel per channel, shared": convolution,
        "locally connected: a kernel per output": found.counts["locally_connected"],
        "fully connected: every pixel to every output": found.counts["fully_connected"],
    }
    return pd.DataFrame(
        {
            "layer": list(rows),
            "outputs": [f"{found.counts['outputs']:,}"] * len(rows),
            "weights and biases": [f"{n:,}" for n in rows.values()],
            "times the convolution": [f"{n / convolution:,.0f}" for n in rows.values()],
        }
    )


def shown_networks(found: Lesson) -> pd.DataFrame:
    """Return the table of the published networks' weights, layer by layer, for the page."""
    table = found.network_counts
    accuracy = {name: f"{network.accuracy:.3f}" for name, network in found.networks.items()}
    cells = {name: [f"{n:,}" for n in table[name]] for name in ("conv", "fc", "output", "total")}
    trained = [accuracy.get(name, "–") for name in table["network"]]
    return pd.DataFrame({"network": table["network"], **cells, "accuracy trained": trained})


def shown_cells(found: Lesson) -> pd.DataFrame:
    """Return the table of simple and complex cells for the page."""
    width = found.positions.set_index("key")["width"]
    return pd.DataFrame(
        [
            {
                "cell": row["cell"],
                "units": row["units"],
                "F1/F0 (theory)": f"{row['f1_f0']:.3f} ({_or_dash(row['theory_f1_f0'])})",
                "F2/F0 (theory)": f"{row['f2_f0']:.3f} ({_or_dash(row['theory_f2_f0'])})",
                "bar (px)": f"{width[row['key']]:g}" if row["key"] in width else "–",
            }
            for row in found.cells.to_dict("records")
        ]
    )


def shown_tuning(found: Lesson) -> pd.DataFrame:
    """Return the table of orientation tuning for the page."""
    table = found.tuning
    oriented = table["selectivity"] > 0.05
    return pd.DataFrame(
        {
            "channel": table["channel"],
            "prefers": [
                _or_dash(round(a, 1) + 0.0, "g", "°") if o else "none"
                for a, o in zip(table["preferred"], oriented, strict=True)
            ],
            "by the convention": [_or_dash(value, "g", "°") for value in table["expected"]],
            "selectivity": [f"{value:.3f}" for value in table["selectivity"]],
            "response to grating(0)": [f"{value:.3f}" for value in table["at_0"]],
            "response to grating(90)": [f"{value:.3f}" for value in table["at_90"]],
        }
    )


def _or_dash(value: float, kind: str = ".3f", unit: str = "") -> str:
    """Write a number with a proper minus, or a dash for one that is not defined."""
    return "–" if np.isnan(value) else f"{value:{kind}}{unit}".replace("-", "−")
