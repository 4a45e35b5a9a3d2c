"""The figures of ``convolution`` about simple, complex and pooled cells, and the tables behind them."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...formats import significant
from ...report import Finding, Picture, Table
from .cells import BAR_WIDTH, CELLS
from .layer_figures import MOST_CHANNELS
from .lesson import Lesson

SIMPLE_PHASES = ("0°", "90°", "180°", "270°")


def cell_findings(found: Lesson) -> Iterator[Finding]:
    """Show how simple, complex and pooled cells follow phase and position."""
    yield Picture(
        "modulation",
        lambda: plots.harmonics(found.cells, {CELLS[name]: x for name, x in found.units.items()}),
        title="Simple or complex?",
        caption="Modulation of the responses by a grating's phase. F1/F0 separates rectified linear cells from "
        "complex cells. F2/F0 separates a quadrature pair from a single filter that is rectified on both sides, which "
        "F1/F0 cannot.",
        alt="Dot plot of F1/F0 and F2/F0 for simple, complex, pooled and control cells, with closed forms as crosses.",
    )
    yield Picture(
        "phase",
        lambda: plots.profiles(
            _two_panels(found.phases.cells, 360.0),
            x_label="phase of the grating (°)",
            y_label="response (share of its maximum)",
            x_ticks=(0, 90, 180, 270, 360),
        ),
        title="Moving a grating",
        caption="Responses to one cycle of a drifting sinusoidal grating. Left: the four simple cells of one "
        "orientation and the complex cell that sums their energy. Right: the first channel of the layer, rectified "
        "and max-pooled.",
        alt="Response against phase: simple cells rise and fall, the complex cell is flat, the pooled one in between.",
    )
    yield Picture(
        "position",
        lambda: plots.profiles(
            _two_panels(found.bars),
            x_label="bar position (pixels from the centre)",
            y_label="response (share of its maximum)",
        ),
        title="Moving a bar",
        caption=f"Responses to a light vertical bar, {significant(BAR_WIDTH)} pixels wide. Simple cells have "
        "subregions. A complex cell responds everywhere in its receptive field, and a max-pooled unit everywhere in "
        "its pool.",
        alt="Response against position of a bar: narrow lobes for simple cells, one broad lobe for complex cells.",
    )
    yield Picture(
        "mechanisms",
        lambda: _draw_mechanisms(found),
        title="What makes a cell simple or complex",
        caption="Left: max-pooling over more and more positions. F1/F0 of all channels falls along one curve. Right: "
        f"an offset is added to channel {found.names[-1]} before rectification. F1/F0 passes 1 (dotted, the border "
        "between simple and complex) where the threshold no longer cuts the response.",
        alt="F1/F0 against the pooled range of phases and against the offset: both curves fall through 1.",
    )
    yield Table("pooling", found.pools, "F1/F0 of every channel for every width of the pool, with the closed form.")
    yield Table("threshold", found.thresholds, "F1/F0 for every offset before rectification, with the closed form.")
    yield Table("modulation", found.cells, "F1/F0 and F2/F0 of every kind of cell, with closed forms.")
    yield Table("position", found.positions, "Positions of a bar with at least half of the largest response.")


def tuning_findings(found: Lesson) -> Iterator[Finding]:
    """Show the orientation tuning of the channels."""
    yield Picture(
        "tuning",
        lambda: _draw_tuning(found),
        title="Orientation tuning of the channels",
        caption="Over all positions where the whole kernel lies in the image."
        + found.bank
        * (
            " A Gabor of θ prefers gratings of 90° − θ. The on-centre and the off-centre filter have the same energy, "
            "and are slightly tuned because their kernels are square."
        ),
        alt="Curves of each channel's response against the grating's orientation, rectified and as energy.",
    )
    for name, x in found.curves.items():
        table = pd.DataFrame(x.values, index=pd.Index(x["stimulus"].values, name="orientation"), columns=found.names)
        yield Table("tuning_" + name.split()[0], table, f"Tuning of every channel: {name}.")


def _draw_tuning(found: Lesson) -> Figure:
    """Draw every channel's response against orientation."""
    panels = {
        name: {channel: _closed(x, 90.0, i) for i, channel in enumerate(found.names[:MOST_CHANNELS])}
        for name, x in found.curves.items()
    }
    return plots.profiles(
        panels,
        x_label="orientation of the grating (°)",
        y_label=["mean over positions (a.u.)", "root mean square (a.u.)"],
        x_ticks=(-90, -45, 0, 45, 90),
    )


def _draw_mechanisms(found: Lesson) -> Figure:
    """Draw F1/F0 against the size of the pool and against the offset before rectification."""
    pools, thresholds = found.pools, found.thresholds
    groups = {name: pools.query(f"channel == {i}") for i, name in enumerate(found.names[:MOST_CHANNELS])}
    return plots.profiles(
        {
            "pooling": {name: _points(rows, "cycles", "f1_f0") for name, rows in groups.items()}
            | {"theory": _points(pools.sort_values("cycles"), "cycles", "theory")},
            "threshold": {
                found.names[-1]: _points(thresholds, "offset", "f1_f0"),
                "theory": _points(thresholds, "offset", "theory"),
            },
        },
        x_label=["phases under the pool (cycles)", "offset before rectification (amplitudes)"],
        y_label=["F1/F0", "F1/F0"],
        level=1.0,
    )


def _points(table: pd.DataFrame, x: str, y: str) -> tuple[np.ndarray, np.ndarray]:
    """Return two columns of a table."""
    return table[x].to_numpy(), table[y].to_numpy()


def _closed(x: xr.DataArray, end: float | None, unit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one unit's curve; with `end`, the first value again where the circle closes."""
    places, values = x["stimulus"].values, x.values[:, unit]
    return (places, values) if end is None else (np.append(places, end), np.append(values, values[0]))


def _two_panels(cells: Mapping[str, xr.DataArray], end: float | None = None) -> dict[str, plots.Lines]:
    """Return two panels of lines, each divided by its largest value: the energy model's, and the layer's."""

    def share(name: str, unit: int = 0) -> tuple[np.ndarray, np.ndarray]:
        places, values = _closed(cells[name], end, unit)
        return places, values / (values.max() or 1.0)

    simple = {f"simple {phase}": share("simple", i) for i, phase in enumerate(SIMPLE_PHASES)}
    layer = {CELLS[name].split(": ")[1]: share(name) for name in ("rectified", "pooled")}
    return {"energy model": simple | {"complex": share("complex")}, "convolutional layer": layer}
