"""Fused operations: convolution, rectification and max-pooling in one, with a gradient that touches only winners.

Why it is fast on a grey image: a convolution with one input channel is too thin for a matrix product, but a block of
its output columns is a one-dimensional convolution over rows with many channels, which is not; and the gradient of a
max-pool flows through one pixel per block, so the backward pass gathers just those patches.
"""

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap

from ..errors import require
from ..shapes import Biases, ChannelImage, ChannelKernels, ColourImage, ColourKernels, PooledMap, WinnerMap
from .correlation import correlate, map_size, with_channels

FEW_CHANNELS = 3
"""Input channels up to which the fused kernel is used.

Measured against XLA's own operations, values and gradients of the kernels together, on two cores: with 6 kernels of
7 × 7 and pools of 8 the fused kernel is 12, 6, 5 and 1.6 times as fast at 1, 3, 4 and 16 channels; with 16 kernels of
5 × 5 and pools of 2, its least favourable case, 2.6, 1.06 and 0.9 times at 1, 3 and 4.
"""


def correlate_relu_pool(
    image: ChannelImage, kernels: ChannelKernels, bias: Biases, pool: int, stride: int = 1
) -> PooledMap:
    """Return correlate → relu → max-pool over pool × pool blocks in one operation.

    Parameters
    ----------
    image : array, shape (height, width) or (channel_in, height, width)
        Above ``FEW_CHANNELS`` input channels XLA's own operations are faster and are used.
    kernels : array, shape (channel, size, size) or (channel, channel_in, size, size)
        The image is zero-padded by ``size // 2``.
    bias : array, shape (channel,)
    pool : int
        Edge of the pooled blocks, which do not overlap; an incomplete last row or column is left out.
    stride : int
        Stride of the convolution. Default 1.

    Returns
    -------
    array, shape (channel, pooled rows, pooled columns)

    Raises
    ------
    InputError
        If the image is too small to be pooled.

    Notes
    -----
    Where values tie exactly within a block, the gradient goes to the first in row-major order, as that of
    ``reduce_window`` does.
    """
    rows, columns = _pooled_size(image, kernels, pool, stride)
    require(
        min(rows, columns) > 0,
        f"An image of {image.shape[-2]} × {image.shape[-1]} pixels is too small for max-pooling over {pool} × {pool} "
        f"at stride {stride}.",
    )
    image, kernels = with_channels(image, kernels)
    if len(image) > FEW_CHANNELS:
        window = (1, pool, pool)
        rectified = jax.nn.relu(correlate(image, kernels, bias, stride=stride, padding=kernels.shape[-1] // 2))
        return jax.lax.reduce_window(rectified, -jnp.inf, jax.lax.max, window, window, "VALID")
    return _fused(image, kernels, bias, pool, stride)


def _pooled_size(image: jax.Array, kernels: jax.Array, pool: int, stride: int) -> tuple[int, int]:
    size = kernels.shape[-1]
    rows, columns = (map_size(n, size, stride=stride, padding=size // 2) for n in image.shape[-2:])
    return rows // pool, columns // pool


def _primal(image: ColourImage, kernels: ColourKernels, bias: Biases, pool: int, stride: int) -> PooledMap:
    return _forward(image, kernels, bias, pool, stride)[0]


def _forward(image: ColourImage, kernels: ColourKernels, bias: Biases, pool: int, stride: int):
    peak, winner = _peaks(pool, stride)(image, kernels)
    pooled = jax.nn.relu(peak + bias[:, None, None])
    return pooled, (image, kernels, winner, pooled > 0)


def _backward(pool: int, stride: int, residuals, cotangent: PooledMap):
    """Gather the winning patches alone, one block at a time: the rest of the image has no part in the gradient.

    The image's own gradient, which compiled code that does not ask for it leaves out, is that of the convolution.
    """
    image, kernels, winner, alive = residuals
    channels, channels_in, size, _ = kernels.shape
    flow = jnp.where(alive, cotangent, 0.0)
    channel, block_row, block_column = jnp.indices(winner.shape, sparse=True)
    row, column = pool * block_row + winner // pool, pool * block_column + winner % pool

    half = size // 2
    padded = jnp.pad(image, ((0, 0), (half, half), (half, half)))
    _, height, width = padded.shape
    plane, down, right = jnp.indices((channels_in, size, size), sparse=True)
    within = (plane * height * width + down * width + right).ravel()
    corners, flows = (x.reshape(channels, -1) for x in (stride * (row * width + column), flow))
    pixels = padded.ravel()

    def add_block(block: jax.Array, total: jax.Array) -> jax.Array:
        patch = pixels.at[corners[:, block, None] + within[None, :]].get(mode="promise_in_bounds")
        return total + flows[:, block, None] * patch

    d_kernels = jax.lax.fori_loop(0, flows.shape[1], add_block, jnp.zeros((channels, len(within)), pixels.dtype))
    no_bias = jnp.zeros(channels, image.dtype)
    maps, pull = jax.vjp(lambda image: correlate(image, kernels, no_bias, stride=stride, padding=half), image)
    (d_image,) = pull(jnp.zeros_like(maps).at[channel, row, column].set(flow))
    return d_image, d_kernels.reshape(kernels.shape), flows.sum(axis=1)


_fused = jax.custom_vjp(_primal, nondiff_argnums=(3, 4))
_fused.defvjp(_forward, _backward)


def _peaks(pool: int, stride: int):
    """Return the function (image, kernels) → (largest correlation of each block, its row-major index in the block).

    One image is a batch of one; mapping over images alone makes one batch, so that the matrix product is large.
    """

    @custom_vmap
    def peaks(image: ColourImage, kernels: ColourKernels) -> tuple[PooledMap, WinnerMap]:
        peak, winner = _batch_peaks(image[None], kernels, pool, stride)
        return peak[0], winner[0]

    @peaks.def_vmap
    def _mapped(axis_size: int, batched: list[bool], images: jax.Array, kernels: jax.Array):
        if batched == [True, False]:
            return _batch_peaks(images, kernels, pool, stride), (True, True)
        images = images if batched[0] else jnp.broadcast_to(images, (axis_size, *images.shape))
        kernels = kernels if batched[1] else jnp.broadcast_to(kernels, (axis_size, *kernels.shape))
        return jax.lax.map(lambda pair: peaks(*pair), (images, kernels)), (True, True)

    return peaks


def _batch_peaks(images: jax.Array, kernels: jax.Array, pool: int, stride: int):
    """Find blockwise maxima for a batch of images.

    One output column-block is a one-dimensional convolution over rows: its features are the input columns that the
    block sees, its channels the block's columns times the kernels, its weights a Toeplitz arrangement of the kernels.
    """
    batch, channels_in, _, _ = images.shape
    channels, _, size, _ = kernels.shape
    half, span, step = size // 2, (pool - 1) * stride + size, pool * stride
    rows, columns = _pooled_size(images, kernels, pool, stride)

    padded = jnp.pad(images, ((0, 0), (0, 0), (half, half), (half, half)))[:, :, : (rows * pool - 1) * stride + size]
    strips = jnp.stack([padded[..., k * step : k * step + span] for k in range(columns)], axis=1)
    strips = strips.transpose(0, 1, 3, 2, 4)
    toeplitz = jnp.stack(
        [jnp.pad(kernels, ((0, 0),) * 3 + ((o * stride, span - size - o * stride),)) for o in range(pool)]
    )
    values = jax.lax.conv_general_dilated(
        strips.reshape(batch * columns, -1, channels_in * span),
        toeplitz.transpose(3, 2, 4, 0, 1).reshape(size, channels_in * span, pool * channels),
        (stride,),
        "VALID",
        dimension_numbers=("NWC", "WIO", "NWC"),
    ).reshape(batch, columns, rows, pool, pool, channels)
    peak = values.max(axis=(3, 4))
    _, _, _, row_in, column_in, _ = jnp.indices((1, 1, 1, pool, pool, 1), dtype=jnp.int32, sparse=True)
    first = jnp.where(values == peak[:, :, :, None, None], pool * row_in + column_in, pool * pool)
    return tuple(jnp.moveaxis(x, (3, 2, 1), (1, 2, 3)) for x in (peak, first.min(axis=(3, 4))))
