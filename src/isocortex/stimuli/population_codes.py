"""Positions in the activity of populations: Gaussian and monotonic codes, each with its inverse."""

from abc import abstractmethod
from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ..errors import require, unknown

Positions = Float[jax.Array | np.ndarray, "*batch 2"]
Activity = Float[jax.Array | np.ndarray, "*batch unit"]
Degrees = Float[jax.Array, "..."]

CANDIDATES = 41
"""Places per axis where the search for a position begins: a lattice finer than the narrowest tuning."""
STARTS, STEPS = 4, 8
"""Gauss–Newton steps from each of the best; from the nearest, an exact pattern has converged to rounding after five."""
SILENT = 1e-12
"""Activity whose length is below this has no direction."""
LENGTHS = np.array([0, 1 / 8, 1 / 4, 1 / 2, 1], np.float32)
"""Shares of a whole step that are tried."""


class PopulationCode(eqx.Module):
    """A code of positions (x, y) in degrees, each in −reach…reach.

    Attributes
    ----------
    reach : float
        Degrees.
    n_units : int
    any_gain : bool
        Whether a pattern means the same position when multiplied by a positive number.

    Examples
    --------
    A code that you write says how many units it has and what they answer; its inverse follows from that:

    >>> class Planar(PopulationCode):
    ...     reach: float = 40.0
    ...     n_units = 3
    ...
    ...     def __call__(self, positions):
    ...         directions = jnp.array([[1.0, 0.0], [-0.5, 0.9], [-0.5, -0.9]])
    ...         return jnp.exp(jnp.asarray(positions) @ directions.T / self.reach)
    >>> code = Planar()
    >>> code.decode(code(jnp.array([10.0, -20.0]))).round(2).tolist()
    [10.0, -20.0]
    """

    reach: eqx.AbstractVar[float]
    any_gain: ClassVar[bool] = False

    @property
    @abstractmethod
    def n_units(self) -> int:
        """How many units the population has."""

    @abstractmethod
    def __call__(self, positions: Positions) -> Activity:
        """Return the activity of every unit, shape (..., unit), for positions of shape (..., 2) in degrees."""

    def decode(self, activity: Activity) -> Degrees:
        """Return the position whose pattern is nearest to the activity: the inverse, in the sense of least squares.

        A code of bumps is decoded by their place alone: its patterns are compared up to a factor, as an uncertain
        network answers with a low bump and not with one elsewhere. The four best of 41 × 41 places are
        refined by Gauss–Newton steps, each as long as brings the pattern nearest.

        Parameters
        ----------
        activity : array, shape (..., unit)

        Returns
        -------
        array, shape (..., 2)
            Degrees.

        Raises
        ------
        InputError
            If there are not as many activities as units.
        """
        activity = jnp.asarray(activity)
        require(
            activity.shape[-1:] == (self.n_units,),
            f"This code has {self.n_units} units; got activity of shape {activity.shape}.",
        )
        flat = activity.reshape(-1, self.n_units)
        return _nearest(self, flat).reshape(*activity.shape[:-1], 2)

    def decoding_error(self, activity: Activity, positions: Positions) -> Degrees:
        """Return how far the decoded positions lie from the true ones, in degrees, shape (...).

        The error of the inverse itself, which no network can be better than, is ``decoding_error(code(p), p)``.
        """
        return jnp.linalg.norm(self.decode(activity) - jnp.asarray(positions), axis=-1)


@eqx.filter_jit
def _nearest(code: PopulationCode, activity: Float[jax.Array, "sample unit"]) -> Float[jax.Array, "sample 2"]:
    def scaled(pattern: jax.Array) -> jax.Array:
        return pattern / jnp.maximum(jnp.linalg.norm(pattern), SILENT) if code.any_gain else pattern

    def pattern_of(place: jax.Array) -> jax.Array:
        return scaled(jnp.asarray(code(place)))

    def misfit(place: jax.Array, pattern: jax.Array) -> jax.Array:
        return ((pattern_of(place) - pattern) ** 2).sum()

    def refine(place: jax.Array, pattern: jax.Array) -> jax.Array:
        def step(_: jax.Array, place: jax.Array) -> jax.Array:
            slope = jax.jacfwd(pattern_of)(place)
            matrix = slope.T @ slope + 1e-12 * jnp.eye(2, dtype=slope.dtype)
            whole = jnp.linalg.solve(matrix, slope.T @ (pattern - pattern_of(place)))
            tried = jnp.clip(place[None, :] + jnp.multiply.outer(LENGTHS, whole), -code.reach, code.reach)
            return tried[jnp.argmin(jax.vmap(misfit, (0, None))(tried, pattern))]

        return jax.lax.fori_loop(0, STEPS, step, place)

    def best_of(starts: jax.Array, pattern: jax.Array) -> jax.Array:
        refined = jax.vmap(refine, (0, None))(starts, pattern)
        return refined[jnp.argmin(jax.vmap(misfit, (0, None))(refined, pattern))]

    axis = jnp.linspace(-code.reach, code.reach, CANDIDATES, dtype=activity.dtype)
    places = jnp.stack(jnp.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    patterns, wanted = jax.vmap(pattern_of)(places), jax.vmap(scaled)(activity)
    nearest = jax.lax.top_k(2 * wanted @ patterns.T - (patterns**2).sum(axis=1)[None, :], STARTS)[1]
    return jax.vmap(best_of)(places[nearest], wanted)


class GaussianCode(PopulationCode):
    """Units with bell-shaped fields on a square lattice, as in areas that map the retina.

    Unit (row i, column j) answers exp(−d²/2σ²) to a position at the distance d from its centre, at
    x = −reach + j·spacing, y = −reach + i·spacing; σ = width/2√2.

    Parameters
    ----------
    size : int
        Units along each axis. Default 8: 64 units. The centres lie at −40, −30, …, 30° (the published lattice).
    spacing, width : float
        Of the centres, and the full width of a field at 1/e of its peak, in degrees. Default 10 and 15.
    reach : float
        Default 40°.

    Raises
    ------
    InputError
        If there are fewer than two units along an axis, or a length is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> code = GaussianCode()
    >>> activity = code(np.array([10.0, -20.0]))
    >>> code.n_units, int(activity.argmax()), code.decode(activity).round(3).tolist()
    (64, 21, [10.0, -20.0])
    """

    any_gain: ClassVar[bool] = True

    size: int = eqx.field(static=True, default=8)
    spacing: float = eqx.field(static=True, default=10.0)
    width: float = eqx.field(static=True, default=15.0)
    reach: float = eqx.field(static=True, default=40.0)

    def __check_init__(self) -> None:
        require(self.size >= 2, f"A Gaussian code needs at least 2 units along each axis; got {self.size}.")
        for name in ("spacing", "width", "reach"):
            require(0 < getattr(self, name) < np.inf, f"{name} must be above 0°; got {getattr(self, name)}.")

    @property
    def n_units(self) -> int:
        """Units on the lattice."""
        return self.size**2

    def __call__(self, positions: Positions) -> Activity:
        """Return the activity, shape (..., unit), row by row of the lattice."""
        positions = jnp.asarray(positions)
        centres = -self.reach + self.spacing * jnp.arange(self.size, dtype=positions.dtype)
        along = jnp.exp(-4 * (jnp.subtract.outer(positions, centres) / self.width) ** 2)  # 2σ² = width²/4
        return (along[..., 1, :, None] * along[..., 0, None, :]).reshape(*positions.shape[:-1], self.n_units)


TYPES = ("rising", "falling", "peak", "dip")
"""Monotonic units, and the two types that turn at 0°."""


class MonotonicCode(PopulationCode):
    """Units whose activity grows with the position: rectified lines of eight slopes, as eye-position neurons have.

    Line i = 1…n of the rising type passes (reach, 1) and (−reach, −2(i − 1)/n), and is cut at 0; the falling type is
    its mirror image. A unit that peaks at 0° has the line at reach − 2|p|, one that dips there at 2|p| − reach.

    Parameters
    ----------
    n : int
        Lines per type and axis. Default 8.
    types : sequence of str
        Of "rising", "falling", "peak" and "dip". Default the first two: 32 units for both axes.
    reach : float
        Default 80°, as far as the eye turns here.

    Raises
    ------
    InputError
        If `n` is below 1, a type is unknown, or neither "rising" nor "falling" is among the types: the other two do
        not distinguish left from right.

    Examples
    --------
    >>> import numpy as np
    >>> code = MonotonicCode()
    >>> activity = code(np.array([-10.0, 35.0]))
    >>> code.n_units, activity[:2].tolist(), code.decode(activity).round(3).tolist()
    (32, [0.4375, 0.296875], [-10.0, 35.0])

    References
    ----------
    Zipser & Andersen (1988), 10.1038/331679a0.
    """

    n: int = eqx.field(static=True, default=8)
    types: tuple[str, ...] = eqx.field(static=True, default=("rising", "falling"))
    reach: float = eqx.field(static=True, default=80.0)

    def __check_init__(self) -> None:
        require(self.n >= 1, f"A monotonic code needs at least one line per type; got {self.n}.")
        require(0 < self.reach < np.inf, f"reach must be above 0°; got {self.reach}.")
        for kind in self.types:
            if kind not in TYPES:
                raise unknown("type of monotonic unit", kind, TYPES)
        require(
            bool({"rising", "falling"} & set(self.types)),
            "A monotonic code needs rising or falling units: those that peak or dip at 0° do not distinguish left from "
            "right.",
        )

    @property
    def n_units(self) -> int:
        """Lines of all types for both axes."""
        return 2 * len(self.types) * self.n

    def lines(self, position: Degrees | np.ndarray) -> Degrees:
        """Return the activity of every line along one axis, shape (..., types · n), for positions of shape (...)."""
        position = jnp.asarray(position)
        places = {
            "rising": position,
            "falling": -position,
            "peak": self.reach - 2 * jnp.abs(position),
            "dip": 2 * jnp.abs(position) - self.reach,
        }
        slopes = 1 + 2 * jnp.arange(self.n, dtype=position.dtype) / self.n
        along = jnp.stack([places[kind] for kind in self.types], axis=-1)
        lines = 1 + jnp.multiply.outer((along - self.reach) / (2 * self.reach), slopes)
        return jax.nn.relu(lines).reshape(*position.shape, len(self.types) * self.n)

    def __call__(self, positions: Positions) -> Activity:
        """Return the activity, shape (..., unit): the lines of x, then those of y."""
        positions = jnp.asarray(positions)
        return self.lines(positions).reshape(*positions.shape[:-1], self.n_units)


class LinearCode(PopulationCode):
    """Two units, x/reach and y/reach: the eye position as the network of the textbook gets it.

    Parameters
    ----------
    reach : float
        Default 80°.

    Examples
    --------
    >>> import numpy as np
    >>> LinearCode()(np.array([20.0, -40.0])).tolist()
    [0.25, -0.5]
    """

    reach: float = eqx.field(static=True, default=80.0)

    @property
    def n_units(self) -> int:
        """One per axis."""
        return 2

    def __call__(self, positions: Positions) -> Activity:
        """Return the positions in units of the reach."""
        return jnp.asarray(positions) / self.reach
