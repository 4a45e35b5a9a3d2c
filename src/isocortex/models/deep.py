"""A convolutional network of several layers for grey pictures of any content."""

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float

from ..errors import require
from ..shapes import Image, PRNGKey
from .protocol import Model

CONTRAST = 0.05
"""Added to the standard deviation of a picture before its contrast is divided by it, so that noise is not blown up."""


class DeepConvNet(Model):
    """Contrast normalisation → convolutions with stride 2, each rectified → fc, rectified → output.

    Its layers are ``conv1``, ``conv2``, …, ``fc`` and ``output``; those before the output are after the rectification.

    Parameters
    ----------
    image_size : (rows, columns)
    n_outputs : int
    channels : sequence of int
        Of each convolution. Default (8, 16).
    kernel_sizes : sequence of int
        Edge of the kernels of each convolution, odd. Default (5, 3).
    hidden : int
        Units of ``fc``. Default 32.
    key : key
        Kernels and weights are normal with the variance 2/n_in (He et al. 2015, 10.1109/ICCV.2015.123), biases 0.

    Raises
    ------
    InputError
        If an image has fewer pixels than the strides leave, or there is not one odd kernel size for each convolution.

    Examples
    --------
    >>> import jax
    >>> network = DeepConvNet((32, 32), 10, key=jax.random.key(0))
    >>> {name: activity.shape for name, activity in network(jax.numpy.zeros((32, 32))).items()}
    {'conv1': (8, 16, 16), 'conv2': (16, 8, 8), 'fc': (32,), 'output': (10,)}
    """

    kernels: tuple[jax.Array, ...]
    biases: tuple[jax.Array, ...]
    fc: jax.Array
    fc_bias: jax.Array
    out: jax.Array
    out_bias: jax.Array
    image_size: tuple[int, int] = eqx.field(static=True)

    def __init__(
        self,
        image_size: Sequence[int],
        n_outputs: int,
        *,
        channels: Sequence[int] = (8, 16),
        kernel_sizes: Sequence[int] = (5, 3),
        hidden: int = 32,
        key: PRNGKey,
    ) -> None:
        rows, columns = image_size
        require(
            min(rows, columns) >= 2 ** len(channels),
            f"Images of {rows} × {columns} pixels are too small for {len(channels)} convolutions with stride 2.",
        )
        require(
            len(kernel_sizes) == len(channels) and all(size % 2 == 1 for size in kernel_sizes),
            f"{len(channels)} convolutions need as many odd kernel sizes; got {tuple(kernel_sizes)}.",
        )
        keys = jax.random.split(key, len(channels) + 2)

        def drawn(key: PRNGKey, shape: tuple[int, ...], n_in: int) -> jax.Array:
            return jax.random.normal(key, shape) * (2 / n_in) ** 0.5

        before = (1, *channels)
        self.kernels = tuple(
            drawn(keys[i], (n, before[i], size, size), before[i] * size**2)
            for i, (n, size) in enumerate(zip(channels, kernel_sizes, strict=True))
        )
        self.biases = tuple(jnp.zeros(n) for n in channels)
        for _ in channels:
            rows, columns = -(-rows // 2), -(-columns // 2)
        n_features = before[-1] * rows * columns
        self.fc, self.fc_bias = drawn(keys[-2], (hidden, n_features), n_features), jnp.zeros(hidden)
        self.out, self.out_bias = drawn(keys[-1], (n_outputs, hidden), hidden), jnp.zeros(n_outputs)
        self.image_size = (int(image_size[0]), int(image_size[1]))

    @property
    def layers(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Names of the layers, in order."""
        return (*(f"conv{i + 1}" for i in range(len(self.kernels))), "fc", "output")

    @property
    def input_shape(self) -> tuple[int, int]:
        """The rows and columns of an image."""
        return self.image_size

    @property
    def arguments(self) -> dict[str, Any]:
        """What the network has to be built with again before its weights are loaded."""
        return {
            "image_size": list(self.image_size),
            "n_outputs": self.out.shape[-2],
            "channels": [kernel.shape[-4] for kernel in self.kernels],
            "kernel_sizes": [kernel.shape[-1] for kernel in self.kernels],
            "hidden": self.out.shape[-1],
        }

    def __call__(self, image: Image, *, key: PRNGKey | None = None) -> dict[str, jax.Array]:
        """Return the activity of every layer for one image, shape (rows, columns)."""
        x = ((image - image.mean()) / (image.std() + CONTRAST))[None]
        activity = {}
        for i, (kernels, bias) in enumerate(zip(self.kernels, self.biases, strict=True), 1):
            drive = convolved(x, kernels) + bias[:, None, None]
            activity[f"conv{i}"] = x = jax.nn.relu(drive)
        activity["fc"] = jax.nn.relu(self.fc @ x.ravel() + self.fc_bias)
        activity["output"] = self.out @ activity["fc"] + self.out_bias
        return activity


def convolved(x: Float[jax.Array, "n_in rows columns"], kernels: Float[jax.Array, "n_out n_in size size"]) -> jax.Array:
    """Return the correlation with kernels at every second pixel, with zeros around the picture.

    The shifted pictures are gathered into one matrix. XLA's own convolution takes ten times as long on a processor
    when every member of a population has kernels of its own.

    Examples
    --------
    >>> found = convolved(jnp.arange(16.0).reshape(1, 4, 4), jnp.ones((1, 1, 3, 3)))
    >>> found[0].tolist()
    [[10.0, 24.0], [51.0, 90.0]]
    """
    n_out, n_in, size, _ = kernels.shape
    _, rows, columns = x.shape
    edge = size // 2
    padded = jnp.pad(x, ((0, 0), (edge, edge), (edge, edge)))
    shifted = [padded[:, i : i + rows : 2, j : j + columns : 2] for i in range(size) for j in range(size)]
    patches = jnp.stack(shifted, axis=1).reshape(n_in * size**2, -1)
    return (kernels.reshape(n_out, -1) @ patches).reshape(n_out, *shifted[0].shape[1:])
