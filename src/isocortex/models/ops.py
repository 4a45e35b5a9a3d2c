"""Fused operations: convolution, rectification and max-pooling in one, with a gradient that touches only winners.

Why it is fast on a grey image: a convolution with one input channel is too thin for a matrix product, but a block of
its output columns is a one-dimensional convolution over rows with many channels, which is not; and the gradient of a
max-pool flows through one pixel per block, so the backward pass gathers just those patches.
"""

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap

from ..errors import look_up, require
from ..shapes import Biases, ChannelMap, Image, Kernels, PooledMap, WinnerMap

PADDINGS = ("same", "valid")
"""Names of zero-padding, beside a number of pixels."""


def correlate(
    image: Image, kernels: Kernels, bias: Biases, *, stride: int = 1, padding: int | str = "same"
) -> ChannelMap:
    """Cross-correlate an image with every kernel: what deep learning calls a convolution.

    C(x, y) = Σ f(kx, ky)·I(s·x + kx − p, s·y + ky − p) + b, where the image is 0 outside. An axis of n pixels gives
    floor((n + 2p − k)/s) + 1 positions.

    Parameters
    ----------
    image : array, shape (height, width)
    kernels : array, shape (channel, kernel_height, kernel_width)
    bias : array, shape (channel,)
    stride : int
        Steps of the kernel, s. Default 1.
    padding : "same", "valid" or int
        Zeros on each side of the image, p. ``"same"`` (default): half of an odd kernel, so that every s-th pixel has
        its position and stride 1 keeps the image's size; ``"valid"``: none, only where the whole kernel fits.

    Returns
    -------
    array, shape (channel, rows, columns)

    Raises
    ------
    InputError
        For a stride below 1, an unknown or negative padding, an even kernel with ``"same"``, or a kernel larger than
        the padded image.
    """
    sizes = list(zip(image.shape, kernels.shape[1:], strict=True))
    for n, size in sizes:
        map_size(n, size, stride=stride, padding=padding)
    pads = [(p, p) for p in (pad_width(size, padding) for _, size in sizes)]
    result = jax.lax.conv_general_dilated(image[None, None], kernels[:, None], (stride, stride), pads)
    return result[0] + bias[:, None, None]


def pad_width(size: int, padding: int | str) -> int:
    """Return how many zeros ``padding`` means on each side, for a kernel of `size` pixels."""
    if isinstance(padding, str):
        look_up("padding", padding, dict.fromkeys(PADDINGS))
        require(
            padding != "same" or size % 2 == 1,
            f"padding 'same' needs kernels of odd size; got {size}. Use an odd size, 'valid', or a number of pixels.",
        )
        return size // 2 if padding == "same" else 0
    require(padding >= 0, f"padding must be 'same', 'valid' or at least 0 pixels; got {padding}.")
    return padding


def map_size(n: int, size: int, *, stride: int = 1, padding: int | str = "same") -> int:
    """Return at how many positions a kernel of `size` pixels is placed along an axis of `n`.

    The parameters and the errors are those of :func:`correlate`.

    Examples
    --------
    >>> map_size(64, 7), map_size(64, 7, stride=2), map_size(64, 7, padding="valid")
    (64, 32, 58)
    """
    require(stride >= 1, f"stride must be at least 1; got {stride}.")
    pad = pad_width(size, padding)
    require(
        size <= n + 2 * pad,
        f"A kernel of {size} pixels does not fit into {n} pixels with {pad} of padding on each side; "
        "use a smaller kernel or more padding.",
    )
    return (n + 2 * pad - size) // stride + 1


def correlate_relu_pool(image: Image, kernels: Kernels, bias: Biases, pool: int, stride: int = 1) -> PooledMap:
    """Return correlate → relu → max-pool over pool × pool blocks in one operation.

    Parameters
    ----------
    image : array, shape (height, width)
    kernels : array, shape (channel, size, size)
        Odd size; the image is zero-padded by half of it.
    bias : array, shape (channel,)
    pool : int
        Edge of the pooled blocks, which do not overlap; an incomplete last row or column is left out.
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
    """Gather the winning patches alone, one block at a time: the rest of the image has no part in the gradient."""
    image, kernels, winner, alive = residuals
    channels, size, _ = kernels.shape
    flow = jnp.where(alive, cotangent, 0.0).reshape(channels, -1)
    padded = jnp.pad(image, size // 2)
    _, block_row, block_column = jnp.indices(winner.shape, sparse=True)
    row = stride * (pool * block_row + winner // pool)
    column = stride * (pool * block_column + winner % pool)
    corner = (row * padded.shape[1] + column).reshape(channels, -1)
    within = (jnp.arange(size)[:, None] * padded.shape[1] + jnp.arange(size)[None, :]).ravel()
    pixels = padded.ravel()

    def add_block(block: jax.Array, total: jax.Array) -> jax.Array:
        patch = pixels.at[corner[:, block, None] + within[None, :]].get(mode="promise_in_bounds")
        return total + flow[:, block, None] * patch

    d_kernels = jax.lax.fori_loop(0, flow.shape[1], add_block, jnp.zeros((channels, size * size), pixels.dtype))
    spread = flow[:, :, None] * kernels.reshape(channels, 1, -1)
    d_pixels = jnp.zeros_like(pixels).at[corner[:, :, None] + within[None, None, :]].add(spread)
    inner = slice(size // 2, -(size // 2) or None)
    return d_pixels.reshape(padded.shape)[inner, inner], d_kernels.reshape(kernels.shape), flow.sum(axis=1)


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
    """Find blockwise maxima for a batch of images.

    One output column-block is a one-dimensional convolution over rows: its features are the input columns that the
    block sees, its channels the block's columns times the kernels, its weights a Toeplitz arrangement of the kernels.
    """
    batch, height, width = images.shape
    channels, size, _ = kernels.shape
    half, span = size // 2, (pool - 1) * stride + size
    rows = ((height + 2 * half - size) // stride + 1) // pool
    columns = ((width + 2 * half - size) // stride + 1) // pool

    padded = jnp.pad(images, ((0, 0), (half, half), (half, half)))[:, : (rows * pool - 1) * stride + size]
    step = pool * stride
    strips = jnp.stack([padded[:, :, k * step : k * step + span] for k in range(columns)], axis=1)
    toeplitz = jnp.stack(
        [jnp.pad(kernels, ((0, 0), (0, 0), (o * stride, span - size - o * stride))) for o in range(pool)]
    )
    values = jax.lax.conv_general_dilated(
        strips.reshape(batch * columns, -1, span),
        toeplitz.transpose(2, 3, 0, 1).reshape(size, span, pool * channels),
        (stride,),
        "VALID",
        dimension_numbers=("NWC", "WIO", "NWC"),
    ).reshape(batch, columns, rows, pool, pool, channels)
    peak = values.max(axis=(3, 4))
    _, _, _, row_in, column_in, _ = jnp.indices((1, 1, 1, pool, pool, 1), dtype=jnp.int32, sparse=True)
    first = jnp.where(values == peak[:, :, :, None, None], pool * row_in + column_in, pool * pool)
    return tuple(jnp.moveaxis(x, (3, 2, 1), (1, 2, 3)) for x in (peak, first.min(axis=(3, 4))))
