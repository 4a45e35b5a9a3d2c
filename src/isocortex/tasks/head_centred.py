"""The task of Zipser & Andersen: compute head-centred position from retinal position and eye position."""

from typing import ClassVar, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ..errors import look_up
from ..shapes import PRNGKey
from ..stimuli import GaussianCode, LinearCode, MonotonicCode, PopulationCode
from .protocol import Outputs, Task, Trials

REACH = 40.0
"""Retinal and head-centred positions are within ±40°, so the eye is within ±80°."""
EYE_FORMATS: dict[str, PopulationCode] = {"linear": LinearCode(2 * REACH), "monotonic": MonotonicCode(reach=2 * REACH)}
"""Codes of the eye position: two numbers, or 32 units with rectified lines of both slopes."""
RETINA = GaussianCode(reach=REACH)
OUTPUT_FORMATS: dict[str, PopulationCode] = {"gaussian": RETINA, "monotonic": MonotonicCode(reach=REACH)}
"""Codes of the head-centred position; the first is that of the retina."""

Degrees = Float[jax.Array | np.ndarray, "trial 2"]


def cross_entropy(output: Outputs, target: Outputs) -> Float[jax.Array, " trial"]:
    """Return −Σ y ln ŷ + (1 − y) ln(1 − ŷ) over the outputs; ŷ is kept a rounding error away from 0 and 1."""
    least = jnp.finfo(output.dtype).eps
    y = jnp.clip(output, least, 1 - least)
    return -(target * jnp.log(y) + (1 - target) * jnp.log1p(-y)).sum(axis=-1)


def half_squared_error(output: Outputs, target: Outputs) -> Float[jax.Array, " trial"]:
    """Return ½ Σ (ŷ − y)² over the outputs."""
    return ((output - target) ** 2).sum(axis=-1) / 2


ERRORS = {"cross-entropy": cross_entropy, "squared-error": half_squared_error}
"""Losses of one trial, by name."""


class HeadCentred(Task):
    """Add the eye position to the retinal position of a stimulus: the task of Zipser and Andersen.

    Retinal and head-centred positions are independent and uniform on (−40°, 40°)²; the eye position is their
    difference. The retinal position is coded by 8 × 8 Gaussian units.

    Parameters
    ----------
    eye : "linear" or "monotonic"
        Two numbers, the position over 80° (default), or 32 units with rectified lines.
    output : "gaussian" or "monotonic"
        8 × 8 Gaussian units (default), or 32 with rectified lines.
    error : "cross-entropy" or "squared-error"
        The loss: summed over outputs, mean over trials. Default cross-entropy. The squared error is halved.

    Raises
    ------
    InputError
        For an unknown format or error.

    Examples
    --------
    >>> import jax
    >>> trials = HeadCentred().sample(jax.random.key(0), 100)
    >>> trials.inputs.shape, trials.targets.shape, sorted(trials.conditions)
    ((100, 66), (100, 64), ['eye_x', 'eye_y', 'head_x', 'head_y', 'retinal_x', 'retinal_y'])

    References
    ----------
    Zipser & Andersen (1988), 10.1038/331679a0.
    """

    readout: ClassVar[Literal["sigmoid", "identity"]] = "sigmoid"

    eye: str = eqx.field(static=True, default="linear")
    output: str = eqx.field(static=True, default="gaussian")
    error: str = eqx.field(static=True, default="cross-entropy")

    def __check_init__(self) -> None:
        look_up("eye format", self.eye, EYE_FORMATS)
        look_up("output format", self.output, OUTPUT_FORMATS)
        look_up("error", self.error, ERRORS)

    @property
    def eye_code(self) -> PopulationCode:
        """The code of the eye position."""
        return EYE_FORMATS[self.eye]

    @property
    def output_code(self) -> PopulationCode:
        """The code of the head-centred position."""
        return OUTPUT_FORMATS[self.output]

    @property
    def n_inputs(self) -> int:
        """Units of the retina and of the eye position."""
        return RETINA.n_units + self.eye_code.n_units

    @property
    def n_outputs(self) -> int:
        """Units of the head-centred code."""
        return self.output_code.n_units

    def inputs(self, retinal: Degrees | None, eye: Degrees) -> Float[jax.Array, "trial input"]:
        """Return what the network gets; without a retinal position the retina is dark."""
        eye = jnp.asarray(eye, jnp.float32)
        seen = jnp.zeros((len(eye), RETINA.n_units)) if retinal is None else RETINA(jnp.asarray(retinal, jnp.float32))
        return jnp.concatenate([jnp.asarray(seen), jnp.asarray(self.eye_code(eye))], axis=-1)

    def sample(self, key: PRNGKey, n: int) -> Trials:
        """Draw `n` trials; the conditions are the positions in degrees."""
        retinal, head = jax.random.uniform(key, (2, n, 2), minval=-REACH, maxval=REACH)
        eye = head - retinal
        places = {"retinal": retinal, "eye": eye, "head": head}
        conditions = {f"{name}_{axis}": x[:, i] for name, x in places.items() for i, axis in enumerate("xy")}
        return Trials(self.inputs(retinal, eye), jnp.asarray(self.output_code(head)), jnp.ones(n), conditions)

    def loss(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the mean over trials of the error, summed over the outputs."""
        return jnp.average(ERRORS[self.error](output, trials.targets), weights=trials.weights)

    def position_error(self, output: Outputs, trials: Trials) -> Float[jax.Array, " trial"]:
        """Return how far the decoded head-centred position is from the true one, in degrees."""
        head = jnp.stack([trials.conditions["head_x"], trials.conditions["head_y"]], axis=-1)
        return self.output_code.decoding_error(output, head)

    def score(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the share of trials whose decoded position is within 10°, the spacing of the lattice."""
        return jnp.mean(self.position_error(output, trials) < RETINA.spacing)
