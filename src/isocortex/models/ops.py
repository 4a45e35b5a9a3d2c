"""Fused operations: convolution, rectification and max-pooling in one, with a gradient that touches only winners.

Why it is fast on few input channels: the convolution of one block of output columns is a small Toeplitz matrix
times a stack of shifted rows, which runs at the speed of a matrix product; and the gradient of a max-pool flows
through one pixel per block, so the backward pass gathers just those patches.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap

from ..shapes import Biases, ChannelMap, Image, Kernels, PooledMap, WinnerMap


def correlate(image: Image, kernels: Kernels, bias: Biases, *, stride: int = 1) -> ChannelMap:
    """Cross-correlate an image with every kernel, zero-padded by half the kernel.

    C(x, y) = Σ f(kx, ky)·I(x + kx, y + ky) + b: what deep learning calls a convolution. With stride 1 and an odd
    kernel the output keeps the input's size.
    """
    pad = kernels.shape[-1] // 2
    result = jax.lax.conv_general_dilated(image[None, None], kernels[:, None], (stride, stride), [(pad, pad)] * 2)
    return result[0] + bias[:, None, None]


def max_pool(channels: ChannelMap, size: int) -> PooledMap:
    """Take the largest value of every size × size block; an incomplete last row or column is left out."""
    window = (1, size, size)
    return jax.lax.reduce_window(channels, -jnp.inf, jax.lax.max, window, window, "VALID")


def correlate_relu_pool(image: Image, kernels: Kernels, bias: Biases, pool: int, stride: int = 1) -> PooledMap:
    """Return ``max_pool(relu(correlate(image, kernels, bias, stride=stride)), pool)`` in one operation.

    Parameters
    ----------
    image : array, shape (height, width)
    kernels : array, shape (channel, size, size)
        Odd size; the image is zero-padded by half of it.
    bias : array, shape (channel,)
    pool : int
        Edge of the pooled blocks, which do not overlap.
    stride : int
        Stride of the convolution. Default 1.

    Returns
    -------
    array, shape (channel, pooled rows, pooled columns)

    Notes
    -----
    Where values tie exactly within a block, the gradient goes to the first in row-major order, as that of
    ``reduce_window`` does.
    """
    return _fused(image, kernels, bias, pool, stride)


def _primal(image: Image, kernels: Kernels, bias: Biases, pool: int, stride: int) -> PooledMap:
    return _forward(image, kernels, bias, pool, stride)[0]


def _forward(image: Image, kernels: Kernels, bias: Biases, pool: int, stride: int):
    peak, winner = _peaks(pool, stride)(image, kernels)
    pooled = jax.nn.relu(peak + bias[:, None, None])
    return pooled, (image, kernels, winner, pooled > 0)


def _backward(pool: int, stride: int, residuals, cotangent: PooledMap):
    image, kernels, winner, alive = residuals
    size = kernels.shape[-1]
    flow = jnp.where(alive, cotangent, 0.0)
    _, block_row, block_column = jnp.indices(winner.shape, sparse=True)
    row = stride * (pool * block_row + winner // pool)
    column = stride * (pool * block_column + winner % pool)

    def patches(padded: Image) -> jax.Array:
        cut = partial(jax.lax.dynamic_slice, padded, slice_sizes=(size, size))
        return jax.vmap(jax.vmap(jax.vmap(lambda r, c: cut((r, c)))))(row, column)

    padded = jnp.pad(image, size // 2)
    gathered, scatter = jax.vjp(patches, padded)
    d_kernels = jnp.einsum("cyx,cyxij->cij", flow, gathered)
    (d_padded,) = scatter(jnp.einsum("cyx,cij->cyxij", flow, kernels))
    inner = slice(size // 2, -(size // 2) or None)
    return d_padded[inner, inner], d_kernels, flow.sum(axis=(1, 2))


_fused = jax.custom_vjp(_primal, nondiff_argnums=(3, 4))
_fused.defvjp(_forward, _backward)


def _peaks(pool: int, stride: int):
    """Return the function (image, kernels) → (largest correlation of each block, its row-major index in the block).

    One image is a batch of one; mapping over images alone makes one batch, so that the matrix product is large.
    """

    @custom_vmap
    def peaks(image: Image, kernels: Kernels) -> tuple[PooledMap, WinnerMap]:
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
    """Blockwise maxima for a batch of images, with the batch as the last axis of every intermediate."""
    batch, height, width = images.shape
    channels, size, _ = kernels.shape
    half, span = size // 2, (pool - 1) * stride + size
    rows = ((height + 2 * half - size) // stride + 1) // pool
    columns = ((width + 2 * half - size) // stride + 1) // pool

    padded = jnp.pad(images.transpose(1, 2, 0), ((half, half), (half, half), (0, 0)))

    def shifted(row: int, column: int) -> jax.Array:
        last_row, last_column = row + stride * (rows * pool - 1), column + stride * pool * (columns - 1)
        return padded[row : last_row + 1 : stride, column : last_column + 1 : stride * pool]

    inputs = jnp.stack([shifted(i, j) for i in range(size) for j in range(span)])
    toeplitz = jnp.stack(
        [jnp.pad(kernels, ((0, 0), (0, 0), (o * stride, span - size - o * stride))) for o in range(pool)]
    )
    values = toeplitz.reshape(pool * channels, size * span) @ inputs.reshape(size * span, -1)
    values = values.reshape(pool, channels, rows, pool, columns, batch)
    peak = values.max(axis=(0, 3))
    column_in, _, _, row_in, _, _ = jnp.indices((pool, 1, 1, pool, 1, 1), dtype=jnp.int32, sparse=True)
    index = pool * row_in + column_in
    winner = jnp.where(values == peak[None, :, :, None], index, pool * pool).min(axis=(0, 3))
    return jnp.moveaxis(peak, -1, 0), jnp.moveaxis(winner, -1, 0)
