"""Cross-correlation of images with kernels, with stride and padding."""

import jax

from ..errors import look_up, require
from ..shapes import Biases, ChannelImage, ChannelKernels, ChannelMap, ColourImage, ColourKernels

PADDINGS = ("same", "valid")
"""Names of zero-padding, beside a number of pixels."""


def correlate(
    image: ChannelImage, kernels: ChannelKernels, bias: Biases, *, stride: int = 1, padding: int | str = "same"
) -> ChannelMap:
    """Cross-correlate an image with every kernel: what deep learning calls a convolution.

    C(x, y) = Σ f(kx, ky)·I(s·x + kx − p, s·y + ky − p) + b, where the image is 0 outside, summed over the input's
    channels where it has any. An axis of n pixels gives floor((n + 2p − k)/s) + 1 positions.

    Parameters
    ----------
    image : array, shape (height, width) or (input channel, height, width)
    kernels : array, shape (channel, kernel_height, kernel_width) or (channel, input channel, …)
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

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> image = jnp.arange(9.0).reshape(3, 3)
    >>> correlate(image, jnp.ones((1, 3, 3)), jnp.zeros(1), padding="valid").tolist()
    [[[36.0]]]
    """
    image, kernels = with_channels(image, kernels)
    sizes = list(zip(image.shape[1:], kernels.shape[2:], strict=True))
    for n, size in sizes:
        map_size(n, size, stride=stride, padding=padding)
    pads = [(p, p) for p in (pad_width(size, padding) for _, size in sizes)]
    result = jax.lax.conv_general_dilated(image[None], kernels, (stride, stride), pads)
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


def with_channels(image: ChannelImage, kernels: ChannelKernels) -> tuple[ColourImage, ColourKernels]:
    """Give a grey image and its kernels an axis of one input channel; leave others as they are."""
    return image.reshape(-1, *image.shape[-2:]), kernels.reshape(len(kernels), -1, *kernels.shape[-2:])
