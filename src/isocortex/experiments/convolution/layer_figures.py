"""The figures of ``convolution`` about the layer and its weights, and the tables behind them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...formats import number, significant
from ...report import Finding, Picture, Table
from .lesson import Lesson
from .weights import Trained

MOST_CHANNELS = 7
"""Channels that pictures show; the tables hold all."""
HIDDEN_SHOWN = 6


def degrees(angle: float) -> str:
    """Return an angle as a label."""
    return f"{significant(angle)}°"


def layer_findings(found: Lesson) -> Iterator[Finding]:
    """Show the stimuli, the filters, what the layer makes of them, and the sizes of its maps."""
    names, few = found.names[:MOST_CHANNELS], slice(MOST_CHANNELS)
    yield Picture(
        "stimuli",
        lambda: plots.image_row(found.stimuli + 0.5, [degrees(angle) for angle in found.angles]),
        title="The gratings",
        caption=f"Orientations in degrees from vertical; negative angles are tilted to the left. The gratings at "
        f"{degrees(found.angles[0])} and {degrees(found.angles[-1])} are the same. The layer gets black as −0.5 and "
        "white as 0.5.",
        alt="Black-and-white gratings, from horizontal through left tilt, vertical and right tilt to horizontal.",
    )
    yield Picture(
        "filters",
        lambda: plots.signed_pictures({"kernels": found.kernels[few]}, names, label="weight"),
        title="The filters",
        caption="The layer places each kernel at every position of the image. Where kernel and image agree in sign, "
        "the sum of their products is large."
        + found.bank
        * " The angle of a Gabor is measured along the rows, that of a grating along the columns.",
        alt="The layer's kernels as small pictures in red (positive weights) and blue (negative weights).",
    )
    yield Picture(
        "activation",
        lambda: plots.signed_pictures(
            {degrees(angle): maps[few] for angle, maps in zip(found.angles, found.maps, strict=True)},
            names,
            label="activation (a.u.)",
            beside=found.stimuli + 0.5,
        ),
        title="Activation of every channel",
        caption="Each row is a grating, and each column a channel before rectification. "
        + found.bank
        * "A Gabor responds to edges, most strongly to those of its own orientation, and not to those "
        "at right angles to it. " + "Zeros around the image create further edges.",
        alt="Grid of activation maps, gratings by channels, in red and blue on one colour scale.",
    )
    angle = degrees(found.angles[found.strongest])
    yield Picture(
        "stride_and_padding",
        lambda: plots.map_sizes(found.sizes),
        title="Stride and padding",
        caption=f"The maps of channel {found.names[-1]} for the grating at {angle}. Titles are rows × columns, which "
        "are floor((n + 2p − k)/s) + 1 for n pixels, p zeros on each side, a kernel of k pixels and stride s. Zeros "
        "around the image keep its size, but the channel responds to the edge between image and zeros.",
        alt="Activation maps of one channel for several strides and paddings; larger strides make smaller maps.",
    )
    sizes = [{"map": f"{s}, {p}", "rows": x.shape[0], "columns": x.shape[1]} for (s, p), x in found.sizes.items()]
    yield Table("map_sizes", pd.DataFrame(sizes), "Size of the maps for each stride and padding.")


def matrix_picture(found: Lesson) -> Picture:
    """Show a convolution as the weight matrix of a fully connected layer."""
    matrix = found.matrix
    outputs, pixels = matrix.convolution.shape
    edge = int(np.sqrt(pixels))
    return Picture(
        "weight_matrix",
        lambda: plots.weight_matrices(
            {
                f"convolution: {matrix.distinct} distinct weights": matrix.convolution,
                f"fully connected: {matrix.convolution.size:,} weights": matrix.fully_connected,
            }
        ),
        title="A convolution is a fully connected layer with shared weights",
        caption=f"Weights from an image of {edge} × {edge} pixels to {outputs} outputs. Left: channel "
        f"{found.names[0]}. Each row holds the same kernel at another position, and zeros elsewhere. Right: an "
        "untrained fully connected layer, in which all weights differ.",
        alt="Two square weight matrices: one with repeated diagonal stripes and mostly zero, one of random values.",
    )


def training_findings(found: Lesson) -> Iterator[Finding]:
    """Show the weights of the networks before and after training."""
    yield _kernels_picture("bank", found.networks["ConvPoolFC"])
    yield _kernels_picture("random", found.networks["random"])
    network = found.networks["FC"]
    yield Picture(
        "fc_weights",
        lambda: _draw_hidden(network),
        title="Weights of a fully connected layer",
        caption=f"{HIDDEN_SHOWN} hidden units of FC, which have one weight for each pixel. Learned: trained minus "
        f"before. Accuracy on fresh gratings: {number(network.accuracy)}.",
        alt="Three rows of pictures of a fully connected layer's weights before and after training, and the change.",
    )


def _kernels_picture(start: str, network: Trained) -> Picture:
    """Show the kernels of a network before and after training."""
    stacks = {
        when: np.asarray(model.conv.kernels)[:MOST_CHANNELS]
        for when, model in (("before", network.before), ("trained", network.after))
        if model.conv is not None
    }
    origins = {
        "bank": "the filter bank (as published, without subtraction of the means)",
        "random": "random values",
    }
    return Picture(
        f"trained_{start}",
        lambda: plots.signed_pictures(
            stacks, [f"filter {i + 1}" for i in range(len(stacks["before"]))], label="weight"
        ),
        title=f"Training from {'the filter bank' if start == 'bank' else 'random filters'}",
        caption=f"Kernels of {network.before.architecture} before and after it learned to tell left tilt from right "
        f"tilt. They started from {origins[start]}. Accuracy on fresh gratings: {number(network.accuracy)}.",
        alt=f"Two rows of small filters in red and blue: {origins[start]} before training, and the same after it.",
    )  # fmt: skip


def _draw_hidden(network: Trained) -> Figure:
    """Draw the weights from the pixels onto some hidden units."""
    before, after = (
        np.asarray(model.fc.weight)[:HIDDEN_SHOWN].reshape(HIDDEN_SHOWN, *model.image_size)
        for model in (network.before, network.after)
    )
    return plots.signed_pictures(
        {"before": before, "trained": after, "learned": after - before},
        [f"unit {i + 1}" for i in range(HIDDEN_SHOWN)],
        label="weight",
    )
