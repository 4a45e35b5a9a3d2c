"""How many weights a layer has, and a convolution written out as the weight matrix of a fully connected layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from ...models import ARCHITECTURES, PADDINGS, ConvNet, ConvolutionalLayer, correlate, n_weights, record

NETWORKS = {"FC": ("FC", "bank"), "ConvPoolFC": ("ConvPoolFC", "bank"), "random": ("ConvPoolFC", "random")}
"""Networks trained in the lesson: name → (architecture, initial filters)."""
SMALL_IMAGE = 12
"""Pixels along each edge of the image for which the weight matrix is written out, or a few more than the kernel's."""
LARGEST_BATCH = 100
"""Gratings per update, as published; all of them where there are fewer."""
HELD_OUT = 1000
"""Fresh gratings that measure the accuracy: its standard error is at most 0.016."""


@dataclass(frozen=True, eq=False)
class Trained:
    """One network before training and after it, its accuracy on fresh gratings, and how it was trained, in words."""

    before: ConvNet
    after: ConvNet
    accuracy: float
    methods: str


@dataclass(frozen=True, eq=False)
class WeightMatrix:
    """One channel of a convolution as a matrix, beside an untrained fully connected layer of the same shape.

    Attributes
    ----------
    convolution, fully_connected : array, shape (output, input)
    distinct : int
        Different weights in the convolution's matrix, the zeros apart.
    error : float
        Largest difference between the matrix times a piece of a grating and the convolution of it.
    """

    convolution: np.ndarray
    fully_connected: np.ndarray
    distinct: int
    error: float


def as_matrix(layer: ConvolutionalLayer, stimulus: np.ndarray) -> WeightMatrix:
    """Write the first channel of a convolution as a matrix, by convolving images with a single bright pixel."""
    size = layer.kernels.shape[-1]
    channel = ConvolutionalLayer(filters=layer.kernels[:1], stride=layer.stride, padding=layer.padding)
    edge = min(max(SMALL_IMAGE, size + 5), *stimulus.shape)
    pixels, piece = edge**2, stimulus[None, :edge, :edge]
    shown = np.concatenate([np.eye(pixels, dtype=np.float32).reshape(-1, edge, edge), piece])
    maps = record(channel, shown, population=False)["conv"].values.astype(np.float64)
    matrix, convolved = maps[:-1].T, maps[-1]
    dense = eqx.nn.Linear(pixels, len(matrix), key=jax.random.key(0))
    return WeightMatrix(
        matrix,
        np.asarray(dense.weight),
        min(size**2, int((matrix != 0).sum())),
        float(np.abs(matrix @ piece.ravel() - convolved).max()),
    )


def stride_and_padding(layer: ConvolutionalLayer, stimulus: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Return the last channel's map of an image under several strides and paddings, those of the layer among them."""
    full = layer.kernels.shape[-1] - 1
    paddings = dict.fromkeys([*PADDINGS, full, layer.padding])
    found = {}
    for stride in sorted({1, 2, 4, layer.stride}):
        for padding in paddings:
            conv = correlate(jnp.asarray(stimulus), layer.kernels[-1:], layer.bias[-1:], stride=stride, padding=padding)
            name = padding if isinstance(padding, str) else f"{padding} zeros{' (full)' * (padding == full)}"
            found[f"stride {stride}", name] = np.asarray(conv[0])
    return found


def weight_counts(layer: ConvolutionalLayer, canvas: tuple[int, int], maps: tuple[int, ...]) -> dict[str, int]:
    """Count the weights and biases of three layers with the same outputs: shared, local, and fully connected.

    Every output of a locally connected layer has its own kernel and bias. Positions at which a kernel reaches over the
    edge of the image are counted as well.
    """
    channels, size, _ = layer.kernels.shape
    outputs = channels * maps[0] * maps[1]
    return {
        "outputs": outputs,
        "convolution": n_weights(layer),
        "locally_connected": outputs * (size**2 + 1),
        "fully_connected": outputs * (canvas[0] * canvas[1] + 1),
    }


def network_counts(networks: Mapping[str, Trained]) -> pd.DataFrame:
    """Count the weights and biases of every layer of the three published networks, from the networks themselves."""
    kernels = networks["ConvPoolFC"].before.conv
    assert kernels is not None
    channels, size, _ = kernels.kernels.shape
    rows = []
    for name in ARCHITECTURES:
        model = eqx.filter_eval_shape(ConvNet, name, channels=channels, kernel_size=size, key=jax.random.key(0))
        layers = {layer: n_weights(getattr(model, layer)) for layer in ("conv", "fc", "out")}
        rows.append({"network": name, **layers, "total": n_weights(model)})
    return pd.DataFrame(rows).rename(columns={"out": "output"})
