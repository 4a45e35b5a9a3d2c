"""The tables of the page about ``convolution``."""

import numpy as np
import pandas as pd

from ...formats import UNDEFINED, number
from .lesson import Lesson

ORIENTED = 0.05
"""A channel with a lower selectivity has no preferred orientation: centre-surround filters have 0.004."""


def shown_counts(found: Lesson) -> pd.DataFrame:
    """Return what sharing weights saves."""
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
    """Return the weights of the published networks, layer by layer."""
    table = found.network_counts
    accuracy = {name: number(network.accuracy) for name, network in found.networks.items()}
    cells = {name: [f"{n:,}" for n in table[name]] for name in ("conv", "fc", "output", "total")}
    trained = [accuracy.get(name, UNDEFINED) for name in table["network"]]
    return pd.DataFrame({"network": table["network"], **cells, "accuracy trained": trained})


def shown_cells(found: Lesson) -> pd.DataFrame:
    """Return how every kind of cell is modulated by a grating's phase, and how widely it responds to a bar."""
    width = found.positions.set_index("key")["width"]
    return pd.DataFrame(
        [
            {
                "cell": row["cell"],
                "units": row["units"],
                "F1/F0 (theory)": f"{number(row['f1_f0'])} ({number(row['theory_f1_f0'])})",
                "F2/F0 (theory)": f"{number(row['f2_f0'])} ({number(row['theory_f2_f0'])})",
                "bar (pixels)": f"{width[row['key']]:g}" if row["key"] in width else UNDEFINED,
            }
            for row in found.cells.to_dict("records")
        ]
    )


def shown_tuning(found: Lesson) -> pd.DataFrame:
    """Return the orientation tuning of every channel."""
    table = found.tuning
    prefers = zip(table["preferred"], table["selectivity"], strict=True)
    return pd.DataFrame(
        {
            "channel": table["channel"],
            "prefers": [_angle(angle) if selectivity > ORIENTED else "none" for angle, selectivity in prefers],
            "by the convention": [_angle(angle) for angle in table["expected"]],
            "selectivity": [number(value) for value in table["selectivity"]],
            "response to a grating of 0°": [number(value) for value in table["at_0"]],
            "response to a grating of 90°": [number(value) for value in table["at_90"]],
        }
    )


def _angle(angle: float) -> str:
    """Return an angle as text, or a dash where there is none."""
    return UNDEFINED if np.isnan(angle) else f"{number(angle, 1)}°"
