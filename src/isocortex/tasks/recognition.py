"""Which class does a picture belong to?"""

from typing import ClassVar, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ..errors import require
from ..shapes import PRNGKey
from .protocol import Outputs, Task, Trials


class Recognition(Task):
    """Name the class of a picture, out of a fixed set of pictures.

    The loss is the cross-entropy of the softmax over classes, in nats; the score is the share of pictures whose class
    has the largest output.

    Parameters
    ----------
    images : array, shape (picture, rows, columns)
        Grey values in [0, 1].
    labels : array of int, shape (picture,)
        Classes, from 0.
    n_classes : int, optional
        Default: as many as the labels name.

    Raises
    ------
    InputError
        If there is not one label for each picture, or a label lies outside of the classes.

    Examples
    --------
    >>> import jax
    >>> from isocortex.stimuli import PICTURE_SETS
    >>> digits = PICTURE_SETS.named("digits").load(16)
    >>> trials = Recognition(digits.images, digits.labels).sample(jax.random.key(0), 50)
    >>> trials.inputs.shape, trials.targets.shape
    ((50, 16, 16), (50, 10))
    """

    readout: ClassVar[Literal["sigmoid", "identity"]] = "identity"

    images: Float[jax.Array, "picture rows columns"]
    labels: Int[jax.Array, " picture"]
    n_classes: int = eqx.field(static=True)

    def __init__(
        self, images: np.ndarray | jax.Array, labels: np.ndarray | jax.Array, n_classes: int | None = None
    ) -> None:
        classes = np.asarray(labels)
        require(
            images.ndim == 3 and len(images) > 0 and classes.shape == (len(images),) and classes.dtype.kind in "iu",
            f"Recognition needs picture × row × column and a whole number for each; got {images.shape} and labels of "
            f"{classes.dtype}, {classes.shape}.",
        )
        self.n_classes = int(classes.max()) + 1 if n_classes is None else n_classes
        require(
            bool(classes.min() >= 0 and classes.max() < self.n_classes),
            f"Labels must be 0…{self.n_classes - 1}; they span {classes.min()}…{classes.max()}.",
        )
        self.images, self.labels = jnp.asarray(images, jnp.float32), jnp.asarray(classes)

    @property
    def n_outputs(self) -> int:
        return self.n_classes

    def sample(self, key: PRNGKey, n: int) -> Trials:
        which = jax.random.randint(key, (n,), 0, len(self.images))
        label = self.labels[which]
        targets = jax.nn.one_hot(label, self.n_classes)
        return Trials(self.images[which], targets, jnp.ones(n), {"class": label.astype(jnp.float32)})

    def loss(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the mean cross-entropy in nats."""
        return -jnp.mean(jnp.sum(trials.targets * jax.nn.log_softmax(output), axis=-1))

    def score(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the share of pictures whose class has the largest output."""
        return jnp.mean(output.argmax(axis=-1) == trials.targets.argmax(axis=-1))
