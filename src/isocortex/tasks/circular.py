"""Regression on a circle: an angle is reported as a point on it."""

from typing import ClassVar, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Float

from .protocol import Outputs, Task, Trials

Angles = Float[jax.Array, " trial"]


class CircularRegression(Task):
    """Report an angle as the unit vector of its multiple, so that both ends of its range coincide.

    The loss is the squared error summed over the two outputs.

    Attributes
    ----------
    harmonic : int
        The multiple: 1 for rotations, which repeat every 360°; 2 for orientations, which repeat every 180°.
    """

    harmonic: ClassVar[int]
    n_outputs: ClassVar[int] = 2
    readout: ClassVar[Literal["sigmoid", "identity"]] = "identity"

    def targets(self, angle: Angles) -> Outputs:
        """Return the cosine and sine of the multiple of each angle, shape (trial, 2)."""
        phase = jnp.deg2rad(self.harmonic * angle)
        return jnp.stack([jnp.cos(phase), jnp.sin(phase)], axis=-1)

    def loss(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the mean over trials of the summed squared error."""
        return jnp.average(jnp.sum((output - trials.targets) ** 2, axis=-1), weights=trials.weights)

    def decode(self, output: Outputs) -> Angles:
        """Return the reported angle in degrees, in ±180° divided by the multiple."""
        return jnp.rad2deg(jnp.arctan2(output[:, 1], output[:, 0])) / self.harmonic
