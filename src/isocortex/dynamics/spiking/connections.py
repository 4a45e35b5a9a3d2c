"""Who is connected to whom: sparse, drawn without a dense matrix."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from ...errors import require
from ...keys import generator
from ...shapes import PRNGKey

Indices = Int[np.ndarray, " synapse"]


@dataclass(frozen=True, eq=False)
class Connections:
    """Synapses from sources to targets.

    Parameters
    ----------
    source, target : array of int, shape (synapse,)
        Numbers of units.
    weight : float or array, shape (synapse,)
        In the unit of the receptor: mV, pA or nS. Default 1.
    delay : float or array, shape (synapse,)
        ms. Default 1.

    Raises
    ------
    InputError
        If lengths differ, or a number is not finite.

    Examples
    --------
    >>> import jax
    >>> Connections(np.array([0, 0, 1]), np.array([1, 2, 2]), weight=0.5, delay=1.5).delay
    1.5
    """

    source: Int[np.ndarray, " _"]
    target: Int[np.ndarray, " _"]
    weight: Any = 1.0
    delay: Any = 1.0

    def __post_init__(self) -> None:
        n = len(self.source)
        require(len(self.target) == n, f"There must be a target for each of {n} sources; got {len(self.target)}.")
        for name in ("weight", "delay"):
            values = np.asarray(getattr(self, name), float)
            require(
                values.shape in ((), (n,)),
                f"{name} must be a number or one for each of {n} synapses; got the shape {values.shape}.",
            )
            require(bool(np.isfinite(values).all()), f"{name} must be finite.")

    def __len__(self) -> int:
        return len(self.source)

    def __add__(self, other: "Connections") -> "Connections":
        """Return the synapses of both."""
        ends = (np.concatenate([getattr(self, name), getattr(other, name)]) for name in ("source", "target"))
        values = (
            np.concatenate([np.broadcast_to(getattr(c, name), len(c)) for c in (self, other)])
            for name in ("weight", "delay")
        )
        return Connections(*ends, *values)

    @cached_property
    def by_source(self) -> tuple[Int[np.ndarray, " synapse"], Int[np.ndarray, " source"]]:
        """The order of the synapses sorted by their source, and how many each source has."""
        few = int(self.source.max(initial=0)) < 2**16  # 16-bit numbers are sorted in linear time
        order = np.argsort(self.source.astype(np.uint16) if few else self.source, kind="stable")
        return order.astype(np.int32), np.bincount(self.source)

    def where(self, **values: Any) -> "Connections":
        """Return the same synapses with another ``weight`` or ``delay``."""
        return replace(self, **values)


def fixed_in_degree(
    sources: Any, targets: Any, n: int, *, key: PRNGKey, weight: Any = 1.0, delay: Any = 1.0
) -> Connections:
    """Give every target the same number of synapses from randomly drawn sources; a source may be drawn twice.

    Parameters
    ----------
    sources, targets : sequence of int
        Numbers of units, such as ``range(800)``, or :meth:`Network.group`.
    n : int
        Synapses per target.
    key : key
    weight, delay
        As of :class:`Connections`.

    Examples
    --------
    >>> import jax
    >>> found = fixed_in_degree(range(100), range(20), 10, key=jax.random.key(0))
    >>> np.bincount(found.target).tolist() == [10] * 20
    True
    """
    sources, targets = _numbers(sources), _numbers(targets)
    require(n >= 1, f"There must be at least one synapse for each target; got {n}.")
    drawn = generator(key).integers(0, len(sources), (len(targets), n), np.int32)
    return Connections(sources[drawn.ravel()], np.repeat(targets, n), weight, delay)


def fixed_number(
    sources: Any, targets: Any, n: int, *, key: PRNGKey, weight: Any = 1.0, delay: Any = 1.0
) -> Connections:
    """Draw `n` synapses, each with a random source and a random target; the parameters are those of fixed_in_degree.

    Examples
    --------
    >>> import jax
    >>> len(fixed_number(range(10), range(10, 20), 50, key=jax.random.key(0)).source)
    50
    """
    sources, targets = _numbers(sources), _numbers(targets)
    draw = generator(key)
    from_, to = (draw.integers(0, len(ends), n, np.int32) for ends in (sources, targets))
    return Connections(sources[from_], targets[to], weight, delay)


def pairwise(
    sources: Any,
    targets: Any,
    probability: float,
    *,
    key: PRNGKey,
    to_itself: bool = False,
    weight: Any = 1.0,
    delay: Any = 1.0,
) -> Connections:
    """Connect every pair of a source and a target with the same probability, independently.

    Parameters
    ----------
    sources, targets : sequence of int
    probability : float
    key : key
    to_itself : bool
        Whether a unit may be connected to itself. Default False.
    weight, delay
        As of :class:`Connections`.

    Examples
    --------
    >>> import jax
    >>> found = pairwise(range(1000), range(1000), 0.02, key=jax.random.key(0))
    >>> bool(abs(len(found) - 20_000) < 600)  # four standard deviations
    True
    """
    sources, targets = _numbers(sources), _numbers(targets)
    require(0 <= probability <= 1, f"A probability lies in 0…1; got {probability}.")
    draw, n_targets = generator(key), len(targets)
    counts = draw.binomial(n_targets, probability, len(sources))
    chosen = [draw.choice(n_targets, count, replace=False, shuffle=False) for count in counts.tolist()]
    from_ = np.repeat(sources, counts)
    to = targets[np.concatenate([np.empty(0, int), *chosen])]
    kept = np.ones(len(to), bool) if to_itself else from_ != to
    return Connections(from_[kept], to[kept], weight, delay)


def distance_dependent(
    positions: Float[np.ndarray, "unit axis"],
    probability: Callable[[Float[np.ndarray, "..."]], Float[np.ndarray, "..."]],
    *,
    key: PRNGKey,
    sources: Any = None,
    targets: Any = None,
    period: float | None = None,
    weight: Any = 1.0,
    delay: Any = 1.0,
    speed: float | None = None,
) -> Connections:
    """Connect units with a probability that depends on their distance.

    Parameters
    ----------
    positions : array, shape (unit, axis)
        In any unit of length.
    probability : callable
        Distances → probabilities.
    key : key
    sources, targets : sequence of int, optional
        Default: all units.
    period : float, optional
        Length after which space repeats, along every axis. Default: it does not.
    weight, delay
        As of :class:`Connections`.
    speed : float, optional
        Lengths per ms: distance/speed is added to the delay. Default: infinite.

    Examples
    --------
    >>> import jax
    >>> places = np.linspace(0, 1, 500)[:, None]
    >>> found = distance_dependent(places, lambda d: np.exp(-d / 0.05), key=jax.random.key(0))
    >>> bool(np.abs(places[found.source] - places[found.target]).mean() < 0.06)
    True
    """
    places = np.asarray(positions, float)
    require(places.ndim == 2, f"positions must be of shape (unit, axis); got {places.shape}.")
    sources = _numbers(range(len(places)) if sources is None else sources)
    targets = _numbers(range(len(places)) if targets is None else targets)
    draw, found, far = generator(key), [], []
    for source in sources:  # a row of distances at a time, so that there is no dense matrix
        apart = np.abs(places[targets] - places[source])
        apart = apart if period is None else np.minimum(apart, period - apart)
        distance = np.sqrt((apart**2).sum(axis=1))
        share = np.asarray(probability(distance), float)
        require(bool(((share >= 0) & (share <= 1)).all()), "Probabilities must lie in 0…1 at every distance.")
        chosen = np.flatnonzero((draw.random(len(targets)) < share) & (targets != source))
        found.append(targets[chosen])
        far.append(distance[chosen])
    delays = delay if speed is None else np.asarray(delay, float) + np.concatenate(far) / speed
    return Connections(np.repeat(sources, [len(t) for t in found]), np.concatenate(found), weight, delays)


def from_matrix(matrix: Any, *, delay: float = 1.0) -> Connections:
    """Return a synapse for every entry that is not 0 of a matrix of weights, shape (source, target).

    Examples
    --------
    >>> import jax
    >>> made = from_matrix([[0.0, 2.0], [0.0, 0.0]])
    >>> made.source.tolist(), made.target.tolist(), made.weight.tolist()
    ([0], [1], [2.0])
    """
    weights = np.asarray(matrix, float)
    require(weights.ndim == 2, f"A matrix of weights has the shape (source, target); got {weights.shape}.")
    source, target = np.nonzero(weights)
    return Connections(source, target, weights[source, target], delay)


def _numbers(units: Any) -> Indices:
    numbers = np.asarray(units)
    require(numbers.ndim == 1 and len(numbers) > 0, "Sources and targets must be numbers of units, at least one.")
    return numbers.astype(np.int32)
