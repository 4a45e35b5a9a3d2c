"""Orientation tasks on full-field gratings: which way is it tilted, and by how much?"""

from abc import abstractmethod
from typing import ClassVar, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float

from ..shapes import Image, PRNGKey
from ..stimuli import grating
from ..stimuli.gratings import RESOLUTION, SPATIAL_FREQUENCY
from .circular import Angles, reported_angles, squared_error, unit_vectors
from .protocol import Outputs, Task, Trials

LOG_ZERO = -100.0
"""The logarithm of a probability that has rounded to zero, as in the published loss."""


def wrap_orientation(angle: Float[jax.Array, "..."]) -> Float[jax.Array, "..."]:
    """Bring angles in degrees to [−90, 90), where −90 and 90 are the same orientation."""
    return (angle + 90.0) % 180.0 - 90.0


def _clamped_log(probability: Outputs) -> Outputs:
    """Return the logarithm, finite and without a gradient where the probability has rounded to zero."""
    positive = probability > 0
    return jnp.where(positive, jnp.log(jnp.where(positive, probability, 1.0)), LOG_ZERO)


class _GratingTask(Task):
    """Gratings with orientations uniform on (−90°, 90°)."""

    spatial_frequency: Float[jax.Array, ""]
    boundary: Float[jax.Array, ""]
    resolution: float = eqx.field(static=True)

    def __init__(
        self,
        *,
        boundary: float = 0.0,
        spatial_frequency: float = SPATIAL_FREQUENCY,
        resolution: float = RESOLUTION,
    ) -> None:
        self.boundary = jnp.asarray(boundary, jnp.float32)
        self.spatial_frequency = jnp.asarray(spatial_frequency, jnp.float32)
        self.resolution = resolution

    @abstractmethod
    def targets(self, angle: Angles) -> Outputs:
        """Return the right answer to each angle."""

    def sample(self, key: PRNGKey, n: int) -> Trials:
        angle = jax.random.uniform(key, (n,), minval=-90.0, maxval=90.0)

        def draw(theta: Float[jax.Array, ""]) -> Image:
            return grating(theta, spatial_frequency=self.spatial_frequency, resolution=self.resolution)

        return Trials(jax.vmap(draw)(angle), self.targets(angle), jnp.ones(n), {"orientation": angle})

    def is_right(self, angle: Angles) -> Float[jax.Array, " trial"]:
        """Return 1 where the angle lies clockwise of the boundary, else 0."""
        return (wrap_orientation(angle - self.boundary) > 0).astype(jnp.float32)


class OrientationDiscrimination(_GratingTask):
    """Say whether a grating is tilted to the right of a boundary. The normative task of Neuromatch W1D5.

    The label is 1 if the angle, wrapped to ±90° around the boundary, is above 0, so the classes are balanced
    at every boundary. The output is the probability of "right"; the loss is binary cross-entropy.

    Parameters
    ----------
    boundary : float
        Degrees from vertical. Default 0: tilted left or right.
    spatial_frequency : float
        Radians per full-resolution pixel, default 1/28.
    resolution : float
        Share of 640 × 480 pixels along each axis, default 0.1: 48 × 64.

    Examples
    --------
    >>> import jax
    >>> trials = OrientationDiscrimination().sample(jax.random.key(0), 100)
    >>> trials.inputs.shape, trials.targets.shape
    ((100, 48, 64), (100, 1))
    """

    readout: ClassVar[Literal["sigmoid", "identity"]] = "sigmoid"

    @property
    def n_outputs(self) -> int:
        return 1

    def targets(self, angle: Angles) -> Outputs:
        """Return the label of each angle, shape (trial, 1)."""
        return self.is_right(angle)[:, None]

    def loss(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the mean binary cross-entropy in nats."""
        right = trials.targets
        surprise = -(right * _clamped_log(output) + (1 - right) * _clamped_log(1 - output))[:, 0]
        return jnp.average(surprise, weights=trials.weights)

    def score(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the share of gratings put on the right side of the boundary."""
        return jnp.mean((output > 0.5) == (trials.targets > 0.5))


class OrientationRegression(_GratingTask):
    """Report the orientation itself, as the unit vector of the doubled angle, so that ±90° coincide.

    The loss is the squared error summed over the two outputs. Parameters as in
    :class:`OrientationDiscrimination`.

    Examples
    --------
    >>> OrientationRegression().sample(jax.random.key(0), 4).targets.shape
    (4, 2)
    """

    readout: ClassVar[Literal["sigmoid", "identity"]] = "identity"

    @property
    def n_outputs(self) -> int:
        return 2

    def targets(self, angle: Angles) -> Outputs:
        """Return (cos 2θ, sin 2θ) of each angle, shape (trial, 2)."""
        return unit_vectors(angle, 2)

    def loss(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the mean over trials of the summed squared error."""
        return squared_error(output, trials)

    def decode(self, output: Outputs) -> Angles:
        """Return the reported orientation in degrees, in [−90, 90]."""
        return reported_angles(output, 2)

    def score(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the share of gratings whose reported orientation lies on the right side of the boundary."""
        return jnp.mean(self.is_right(self.decode(output)) == self.is_right(trials.conditions["orientation"]))
