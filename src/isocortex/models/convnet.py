"""The convolutional networks of Neuromatch Academy W1D5: FC, ConvFC and ConvPoolFC."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.custom_batching import sequential_vmap

from ..errors import look_up, require
from ..registries import Registry
from ..shapes import Biases, FilterBank, Image, Kernels, PRNGKey
from ..stimuli import filter_bank
from .correlation import correlate, pad_width
from .ops import correlate_relu_pool
from .protocol import Model


@dataclass(frozen=True)
class Architecture:
    """A kind of :class:`ConvNet`.

    Attributes
    ----------
    layers : tuple of str
        The layers in order.
    """

    layers: tuple[str, ...]


ARCHITECTURES = Registry(
    "architecture",
    "architectures",
    {
        "FC": Architecture(("fc", "fc_relu", "output")),
        "ConvFC": Architecture(("conv", "conv_relu", "fc", "fc_relu", "output")),
        "ConvPoolFC": Architecture(("conv", "conv_relu", "pool", "fc", "fc_relu", "output")),
    },
)

Activity = dict[str, jax.Array]


def _uniform_kernels(channels: int, size: int, key: PRNGKey) -> tuple[Kernels, Biases]:
    """Draw kernels and biases from U(±1/√fan-in)."""
    bound = 1 / size
    weight_key, bias_key = jax.random.split(key)
    kernels = jax.random.uniform(weight_key, (channels, size, size), minval=-bound, maxval=bound)
    return kernels, jax.random.uniform(bias_key, (channels,), minval=-bound, maxval=bound)


class ConvolutionalLayer(Model):
    """A convolution without a non-linearity: channels × size × size kernels over a grey image.

    Parameters
    ----------
    channels, size : int
        Number and edge of the kernels that `filters` names. Default 6 and 7.
    filters : "bank", "random", or array of shape (channel, size, size)
        The published filter bank with zero bias, U(±1/√fan-in) for kernels and biases, or the kernels themselves,
        with zero bias.
    stride : int
        Default 1.
    padding : "same", "valid" or int
        Zeros around the image. Default "same": with stride 1 the output keeps the input's size. See
        :func:`isocortex.models.correlate`.
    key : key, optional
        For random filters.

    Raises
    ------
    InputError
        For unknown filters, random ones without a key, a stride below 1, or a padding that the kernels cannot have.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> image = jnp.zeros((48, 64))
    >>> ConvolutionalLayer()(image)["conv"].shape, ConvolutionalLayer(stride=2, padding="valid")(image)["conv"].shape
    ((6, 48, 64), (6, 21, 29))
    """

    kernels: Kernels
    bias: Biases
    stride: int = eqx.field(static=True)
    padding: int | str = eqx.field(static=True)
    layers: tuple[str, ...] = eqx.field(static=True, default=("conv",))

    def __init__(
        self,
        channels: int = 6,
        size: int = 7,
        *,
        filters: str | FilterBank | Kernels = "bank",
        stride: int = 1,
        padding: int | str = "same",
        key: PRNGKey | None = None,
    ) -> None:
        if not isinstance(filters, str):
            self.kernels, self.bias = jnp.asarray(filters), jnp.zeros(len(filters))
        elif look_up("kind of filters", filters, {"bank": True, "random": False}):
            self.kernels, self.bias = jnp.asarray(filter_bank(channels, size)), jnp.zeros(channels)
        else:
            require(key is not None, "Random filters need a key.")
            self.kernels, self.bias = _uniform_kernels(channels, size, key)  # pyright: ignore[reportArgumentType]
        require(stride >= 1, f"stride must be at least 1; got {stride}.")
        pad_width(self.kernels.shape[-1], padding)
        self.stride, self.padding = stride, padding
        self.layers = ("conv",)

    @property
    def input_shape(self) -> tuple[None, None]:
        """A grey image of any size."""
        return None, None

    def __call__(self, image: Image, *, key: PRNGKey | None = None) -> Activity:
        """Return the channel maps, shape (channel, rows, columns), as layer ``conv``."""
        return {"conv": correlate(image, self.kernels, self.bias, stride=self.stride, padding=self.padding)}


def n_weights(model: Any) -> int:
    """Count the weights and biases of a model, or of one of its layers.

    Examples
    --------
    >>> n_weights(ConvolutionalLayer())
    300
    """
    return sum(leaf.size for leaf in jax.tree.leaves(model))


@eqx.filter_jit
def _draw_layers(
    convolution: tuple[int, int, str] | None, sizes: tuple[int, int, int], key: PRNGKey
) -> tuple[ConvolutionalLayer | None, eqx.nn.Linear, eqx.nn.Linear]:
    """Draw all weights in one compiled program; one member after the other, which compiles twice as fast as vmap."""
    n_features, hidden, n_outputs = sizes

    @sequential_vmap
    def draw(key: PRNGKey):
        conv_key, fc_key, out_key = jax.random.split(key, 3)
        conv = None
        if convolution is not None:
            channels, size, filters = convolution
            conv = ConvolutionalLayer(channels, size, filters=filters, key=conv_key)
        return conv, eqx.nn.Linear(n_features, hidden, key=fc_key), eqx.nn.Linear(hidden, n_outputs, key=out_key)

    return draw(key)


class ConvNet(Model):
    """A small network that looks at a grey image: [convolution → relu [→ max-pool]] → fc → relu → output.

    Parameters
    ----------
    architecture : {"ConvPoolFC", "ConvFC", "FC"}
        ``ConvPoolFC`` is the normative model.
    image_size : (rows, columns)
        Default (48, 64).
    n_outputs : int
        Default 1.
    readout : "sigmoid" or "identity"
        The last non-linearity. Default sigmoid: a probability.
    filters : "bank" or "random"
        Initial kernels: the published filter bank with zero bias (default), or U(±1/√fan-in).
    channels, kernel_size, pool, hidden : int
        6 kernels of 7 × 7, pooled over 8 × 8 pixels, 10 hidden units.
    key : key
        For everything drawn. Fully connected weights and biases are U(±1/√n_in).

    Raises
    ------
    InputError
        For an unknown architecture, or an image too small to be pooled.

    Examples
    --------
    >>> import jax
    >>> network = ConvNet(key=jax.random.key(0))
    >>> {name: activity.shape for name, activity in network(jax.numpy.zeros((48, 64))).items()}["pool"]
    (6, 6, 8)
    """

    conv: ConvolutionalLayer | None
    fc: eqx.nn.Linear
    out: eqx.nn.Linear
    pool: int = eqx.field(static=True)
    readout: str = eqx.field(static=True)
    architecture: str = eqx.field(static=True)
    image_size: tuple[int, int] = eqx.field(static=True)

    def __init__(
        self,
        architecture: str = "ConvPoolFC",
        *,
        image_size: Sequence[int] = (48, 64),
        n_outputs: int = 1,
        readout: str = "sigmoid",
        filters: str = "bank",
        channels: int = 6,
        kernel_size: int = 7,
        pool: int = 8,
        hidden: int = 10,
        key: PRNGKey,
    ) -> None:
        layers = ARCHITECTURES.named(architecture).layers
        look_up("readout", readout, dict.fromkeys(("sigmoid", "identity")))
        rows, columns = image_size
        n_features = rows * columns
        if "conv" in layers:
            n_features *= channels
        if "pool" in layers:
            require(
                min(rows // pool, columns // pool) > 0,
                f"Images of {rows} × {columns} pixels are too small for max-pooling over {pool} × {pool}; "
                "raise the resolution.",
            )
            n_features = channels * (rows // pool) * (columns // pool)
        convolution = (channels, kernel_size, filters) if "conv" in layers else None
        self.conv, self.fc, self.out = _draw_layers(convolution, (n_features, hidden, n_outputs), key)
        self.pool, self.readout, self.architecture, self.image_size = pool, readout, architecture, (rows, columns)

    @property
    def layers(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Names of the layers, in order."""
        return ARCHITECTURES[self.architecture].layers

    @property
    def input_shape(self) -> tuple[int, int]:
        """The rows and columns of an image."""
        return self.image_size

    @property
    def arguments(self) -> dict[str, Any]:
        """What the network has to be built with again before its weights are loaded."""
        conv = {}
        if self.conv is not None:
            conv = {"channels": self.conv.kernels.shape[-3], "kernel_size": self.conv.kernels.shape[-1]}
        return {
            "architecture": self.architecture,
            "image_size": list(self.image_size),
            "n_outputs": self.out.out_features,
            "readout": self.readout,
            "pool": self.pool,
            "hidden": self.fc.out_features,
            **conv,
        }

    def __call__(self, image: Image, *, key: PRNGKey | None = None) -> Activity:
        """Return the activity of every layer for one image, shape (height, width).

        Compiled code that does not read a layer does not compute it: training on ``output`` alone runs the fused
        kernel and never forms the convolution's full-size maps.
        """
        activity: Activity = {}
        features = image
        if self.conv is not None:
            activity |= self.conv(image)
            activity["conv_relu"] = features = jax.nn.relu(activity["conv"])
        if "pool" in self.layers:
            assert self.conv is not None
            kernels, bias = self.conv.kernels, self.conv.bias
            activity["pool"] = features = correlate_relu_pool(image, kernels, bias, self.pool)
        activity["fc"] = self.fc(features.ravel())
        activity["fc_relu"] = jax.nn.relu(activity["fc"])
        answer = self.out(activity["fc_relu"])
        activity["output"] = jax.nn.sigmoid(answer) if self.readout == "sigmoid" else answer
        return activity
