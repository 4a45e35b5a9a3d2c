"""Regression on a circle: an angle is reported as a point on it, so that both ends of its range coincide.

The harmonic is the multiple of the angle that is reported: 1 for rotations, which repeat every 360°; 2 for
orientations, which repeat every 180°.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from .protocol import Outputs, Trials

Angles = Float[jax.Array, " trial"]


def unit_vectors(angle: Angles, harmonic: int) -> Outputs:
    """Return the cosine and sine of the multiple of each angle (degrees), shape (trial, 2)."""
    phase = jnp.deg2rad(harmonic * angle)
    return jnp.stack([jnp.cos(phase), jnp.sin(phase)], axis=-1)


def reported_angles(output: Outputs, harmonic: int) -> Angles:
    """Return the angle of each output in degrees, in ±180° divided by the multiple."""
    return jnp.rad2deg(jnp.arctan2(output[:, 1], output[:, 0])) / harmonic


def squared_error(output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
    """Return the mean over trials of the squared error summed over outputs."""
    return jnp.average(jnp.sum((output - trials.targets) ** 2, axis=-1), weights=trials.weights)
