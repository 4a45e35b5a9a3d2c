"""The protocol of every model: what recording, training and saving need to know (docs/models.md)."""

from abc import abstractmethod
from typing import Any, ClassVar

import equinox as eqx
import jax

from ..shapes import PRNGKey
from ..summaries import Described


class Model(Described, eqx.Module):
    """The base class of models: a model takes one example and returns the activity of every named layer.

    A class that is written from it can be built as a population, recorded, trained on tasks that expect its layer
    ``output``, and saved.

    Attributes
    ----------
    layers : tuple of str
        Names of the layers, in order.
    input_shape : tuple of int or None
        The shape of one example; None for an axis of any length. Default: any shape.
    in_time : bool
        Whether the first axis of an example, and of every layer, is the step in time. Default False. A model in time
        has its step in ms as ``dt``, an array.
    constants : tuple of str
        Names of the arrays that training leaves as they are. Default none.
    arguments : dict
        What the class has to be called with again, beside `key`, before saved arrays are loaded: numbers, text and
        lists of them. Default none.

    Examples
    --------
    >>> import isocortex as ic
    >>> class Energy(Model):
    ...     filters: jax.Array
    ...     layers: tuple[str, ...] = eqx.field(static=True, default=("energy",))
    ...
    ...     def __call__(self, image, *, key=None):
    ...         return {"energy": (self.filters @ image.ravel()) ** 2}
    >>> images = ic.gratings([-45.0, 0.0, 45.0], resolution=0.025)
    >>> filters = jax.random.normal(jax.random.key(0), (5, images[0].size))
    >>> {name: x.shape for name, x in ic.record(Energy(filters), images, population=False).items()}
    {'energy': (3, 5)}
    """

    layers: eqx.AbstractVar[tuple[str, ...]]
    in_time: ClassVar[bool] = False

    @property
    def input_shape(self) -> tuple[int | None, ...] | None:
        """The shape of one example; None for an axis of any length, or for any shape."""
        return None

    @property
    def constants(self) -> tuple[str, ...]:
        """Names of the arrays that training leaves as they are."""
        return ()

    @property
    def arguments(self) -> dict[str, Any]:
        """What the model has to be built with again before its arrays are loaded."""
        return {}

    @abstractmethod
    def __call__(self, x: Any, *, key: PRNGKey | None = None) -> dict[str, jax.Array]:
        """Return the activity of every layer for one example; what is random is on if there is a key."""
