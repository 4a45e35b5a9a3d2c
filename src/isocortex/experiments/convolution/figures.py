"""The figures of ``convolution``, and the tables behind them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from ... import plots
from ...runs import Run
from .cells import CELLS
from .lesson import Lesson

MOST_CHANNELS = 7
"""Channels that pictures show; the tables hold all."""
HIDDEN_SHOWN = 6
SIMPLE_PHASES = ("0°", "90°", "180°", "270°")


def draw(run: Run, found: Lesson) -> None:
    """Draw every figure of the lesson, in its order."""
    draw_layer(run, found)
    draw_weights(run, found)
    draw_tuning(run, found)
    draw_cells(run, found)


def degrees(angle: float) -> str:
    """Write an angle with a proper minus."""
    return f"{angle:g}°".replace("-", "−")


def draw_layer(run: Run, found: Lesson) -> None:
    """Draw the stimuli, the filters, what the layer makes of them, and the sizes of its maps."""
    names, few = found.names[:MOST_CHANNELS], slice(MOST_CHANNELS)
    run.figure(
        "stimuli",
        plots.image_row(found.stimuli + 0.5, [degrees(angle) for angle in found.angles]),
        title="Five gratings",
        caption="Degrees from vertical; negative is tilted left. −90° and 90° are the same grating. The layer sees "
        "black as −0.5 and white as 0.5.",
        alt="Five black-and-white gratings, from horizontal over left tilt, vertical and right tilt to horizontal.",
    )
    run.figure(
        "filters",
        plots.signed_pictures({"kernels": found.kernels[few]}, names, label="weight"),
        title="The filters",
        caption="Each kernel slides over the image; where image and kernel agree in sign, the sum is large."
        + found.bank * " The angle of a Gabor is measured along the rows, that of a grating along the columns.",
        alt="The layer's kernels as small pictures in red (positive weights) and blue (negative weights).",
    )
    run.figure(
        "activation",
        plots.signed_pictures(
            {degrees(angle): maps[few] for angle, maps in zip(found.angles, found.maps, strict=True)},
            names,
            label="activation (a.u.)",
            beside=found.stimuli + 0.5,
        ),
        title="Activation of every channel",
        caption="Rows: gratings. Columns: channels, before rectification. "
        + found.bank * "A Gabor answers edges, most strongly those of its orientation, and is silent at right angles. "
        + "Zeros around the image make edges of their own.",
        alt="Grid of activation maps, five gratings by channels, in red and blue on one colour scale.",
    )
    maps, strides = found.sizes, {f"{s}, {p}": x.shape for (s, p), x in found.sizes.items()}
    run.figure(
        "stride_and_padding",
        plots.map_sizes(maps),
        title="Stride and padding",
        caption=f"The map that {found.names[-1]} makes of the grating at {degrees(found.sizes_angle)}; numbers are "
        "rows × columns, floor((n + 2p − k)/s) + 1. Zeros around the image keep its size, at the price of responses to "
        "the image's own edge.",
        alt="Activation maps of one channel for several strides and paddings; larger strides make smaller maps.",
    )
    run.table(
        "map_sizes",
        pd.DataFrame([{"map": name, "rows": rows, "columns": columns} for name, (rows, columns) in strides.items()]),
        caption="Size of the maps for each stride and padding.",
    )


def draw_weights(run: Run, found: Lesson) -> None:
    """Draw the weights: as a matrix, and as pictures before and after training."""
    matrix, networks = found.matrix, found.networks
    outputs, pixels = matrix.convolution.shape
    edge = int(np.sqrt(pixels))
    run.figure(
        "weight_matrix",
        plots.weight_matrices(
            {
                f"convolution: {matrix.distinct} distinct weights": matrix.convolution,
                f"fully connected: {matrix.convolution.size:,} weights": matrix.fully_connected,
            }
        ),
        title="A convolution is a fully connected layer with shared weights",
        caption=f"Weights from an image of {edge} × {edge} pixels to {outputs} outputs. Left: {found.names[0]}; each "
        "row is the same kernel moved on, zero elsewhere. Right: untrained, every weight its own.",
        alt="Two square weight matrices: one with repeated diagonal stripes and mostly zero, one of random values.",
    )
    trained = {"bank": networks["ConvPoolFC"], "random": networks["random"]}
    for start, network in trained.items():
        stacks = {
            when: np.asarray(model.conv.kernels)[:MOST_CHANNELS]
            for when, model in (("before", network.before), ("trained", network.after))
            if model.conv is not None
        }
        origin = "the filter bank (as published, its means not taken off)" if start == "bank" else "random values"
        run.figure(
            f"trained_{start}",
            plots.signed_pictures(stacks, [f"filter {i + 1}" for i in range(len(stacks["before"]))], label="weight"),
            title=f"Training from {'the filter bank' if start == 'bank' else 'random filters'}",
            caption=f"Kernels of ConvPoolFC, started from {origin}, before and after learning to tell left tilt from "
            f"right. Accuracy on fresh gratings {network.accuracy:.3f}.",
            alt=f"Two rows of small filters in red and blue: {origin} before training, and the same after it.",
        )
    before, after = (
        np.asarray(model.fc.weight)[:HIDDEN_SHOWN].reshape(HIDDEN_SHOWN, *model.image_size)
        for model in (networks["FC"].before, networks["FC"].after)
    )
    run.figure(
        "fc_weights",
        plots.signed_pictures(
            {"before": before, "trained": after, "learned": after - before},
            [f"unit {i + 1}" for i in range(HIDDEN_SHOWN)],
            label="weight",
        ),
        title="Weights of a fully connected layer",
        caption=f"Six hidden units of FC: a weight for each pixel. Learned: trained minus before. Accuracy "
        f"{networks['FC'].accuracy:.3f}.",
        alt="Three rows of pictures of a fully connected layer's weights before and after training, and the change.",
    )


def draw_tuning(run: Run, found: Lesson) -> None:
    """Draw the orientation tuning of the channels."""
    panels = {
        name: {channel: _closed(x, 90.0, i) for i, channel in enumerate(found.names[:MOST_CHANNELS])}
        for name, x in found.curves.items()
    }
    run.figure(
        "tuning",
        plots.profiles(
            panels,
            x_label="orientation of the grating (°)",
            y_label=["mean over positions (a.u.)", "root mean square (a.u.)"],
            x_ticks=(-90, -45, 0, 45, 90),
        ),
        title="Orientation tuning of the channels",
        caption="Over all positions where the whole kernel lies in the image."
        + found.bank
        * " A Gabor of θ prefers gratings of 90° − θ. On and off centre have the same energy, and some "
        "tuning from the corners of their square.",
        alt="Curves of each channel's response against the grating's orientation, rectified and as energy.",
    )
    for name, x in found.curves.items():
        table = pd.DataFrame(x.values, index=pd.Index(x["stimulus"].values, name="orientation"), columns=found.names)
        run.table("tuning_" + name.split()[0], table, caption=f"Tuning of every channel: {name}.")


def draw_cells(run: Run, found: Lesson) -> None:
    """Draw how simple, complex and pooled cells follow phase and position."""
    run.figure(
        "phase",
        plots.profiles(
            _two_panels(found.phases.cells, 360.0),
            x_label="phase of the grating (°)",
            y_label="response (share of its maximum)",
            x_ticks=(0, 90, 180, 270, 360),
        ),
        title="Moving a grating",
        caption="One cycle of a drifting sinusoidal grating. Left: the four simple cells of one orientation and the "
        "complex cell that sums their energy. Right: the first channel of the layer, rectified, and max-pooled.",
        alt="Response against phase: simple cells rise and fall, the complex cell is flat, the pooled one in between.",
    )
    run.figure(
        "position",
        plots.profiles(
            _two_panels(found.bars),
            x_label="bar position (px from centre)",
            y_label="response (share of its maximum)",
        ),
        title="Moving a bar",
        caption="A light vertical bar of 2 pixels. Simple cells have subregions; a complex cell responds anywhere in "
        "its receptive field, a max-pooled unit anywhere in its pool.",
        alt="Response against position of a bar: narrow lobes for simple cells, one broad lobe for complex cells.",
    )
    run.figure(
        "modulation",
        plots.harmonics(found.cells, found.units),
        title="Simple or complex?",
        caption="Modulation by phase. F1/F0 tells rectified linear cells from complex ones; it cannot tell a "
        "quadrature pair from one filter of both signs, which F2/F0 does.",
        alt="Dot plot of F1/F0 and F2/F0 for simple, complex, pooled and control cells, with closed forms as crosses.",
    )
    pools, thresholds = found.pools, found.thresholds
    groups = {name: pools.query(f"channel == {i}") for i, name in enumerate(found.names[:MOST_CHANNELS])}
    run.figure(
        "mechanisms",
        plots.profiles(
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
        ),
        title="What makes a cell simple or complex",
        caption="Left: max-pooling over ever more positions; the channels fall on one curve. Right: an offset before "
        "rectification; F1/F0 passes 1 (dotted, the criterion) where the threshold no longer cuts the response.",
        alt="F1/F0 against the pooled range of phases and against the offset: both curves fall through 1.",
    )
    run.table("pooling", pools, caption="F1/F0 of every channel for every width of the pool, with the closed form.")
    run.table("threshold", thresholds, caption="F1/F0 for every offset before rectification, with the closed form.")
    run.table("modulation", found.cells, caption="F1/F0 and F2/F0 of every kind of cell, with closed forms.")
    run.table("position", found.positions, caption="Positions of a bar with at least half of the largest response.")


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
