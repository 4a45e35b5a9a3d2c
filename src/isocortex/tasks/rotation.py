"""How far is a picture turned?"""

from typing import ClassVar, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ..errors import require
from ..shapes import PRNGKey
from ..stimuli import canvas_size, textures, turned
from ..stimuli.gratings import RESOLUTION
from .circular import Angles, reported_angles, squared_error, unit_vectors
from .protocol import Outputs, Task, Trials


class ImageRotation(Task):
    """Report by how much an arbitrary picture is turned, as the unit vector of the angle.

    Rotations are uniform on (−180°, 180°), 0 is upright, positive is clockwise. The pictures are few and fixed: the
    network has to learn which way up each of them stands. The loss is the squared error summed over the two outputs;
    the score is the share of pictures whose reported rotation has the right sign.

    Parameters
    ----------
    pictures : array, shape (picture, side, side), optional
        Grey values in [0, 1], such as :func:`isocortex.stimuli.read_pictures` reads. Default: one random texture,
        always the same.
    resolution : float
        Share of 640 × 480 pixels along each axis, default 0.1: 48 × 64.

    Raises
    ------
    InputError
        If the pictures are not a stack of squares.

    Examples
    --------
    >>> import jax
    >>> trials = ImageRotation().sample(jax.random.key(0), 100)
    >>> trials.inputs.shape, trials.targets.shape, sorted(trials.conditions)
    ((100, 48, 64), (100, 2), ['picture', 'rotation'])
    """

    readout: ClassVar[Literal["sigmoid", "identity"]] = "identity"

    pictures: Float[jax.Array, "picture side side"]
    resolution: float = eqx.field(static=True)

    def __init__(self, pictures: np.ndarray | jax.Array | None = None, *, resolution: float = RESOLUTION) -> None:
        stack = textures(key=jax.random.key(0)) if pictures is None else pictures
        require(
            stack.ndim == 3 and stack.shape[1] == stack.shape[2] and len(stack) > 0,
            f"pictures must be a stack of squares, picture × side × side; got the shape {stack.shape}.",
        )
        self.pictures = jnp.asarray(stack, jnp.float32)
        self.resolution = resolution

    @property
    def n_outputs(self) -> int:
        return 2

    def sample(self, key: PRNGKey, n: int) -> Trials:
        angle_key, picture_key = jax.random.split(key)
        angle = jax.random.uniform(angle_key, (n,), minval=-180.0, maxval=180.0)
        which = jax.random.randint(picture_key, (n,), 0, len(self.pictures))
        size = canvas_size(self.resolution)
        inputs = jax.vmap(lambda angle, i: turned(self.pictures[i], angle, size))(angle, which)
        conditions = {"rotation": angle, "picture": which.astype(jnp.float32)}
        return Trials(inputs, unit_vectors(angle, 1), jnp.ones(n), conditions)

    def loss(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the mean over trials of the summed squared error."""
        return squared_error(output, trials)

    def decode(self, output: Outputs) -> Angles:
        """Return the reported rotation in degrees, in [−180, 180]."""
        return reported_angles(output, 1)

    def score(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the share of pictures whose reported rotation is to the right side."""
        return jnp.mean((self.decode(output) > 0) == (trials.conditions["rotation"] > 0))
