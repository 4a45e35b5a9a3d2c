"""When the periods of a trial begin and end, in whole steps of dt; durations are in ms.

A duration occupies as many steps as fit into it: a sampled duration is floored to a multiple of dt, so every period
begins on a step. What is drawn is the number of steps itself, with the exact probability that the floored duration
has; so neither the flooring nor single precision can be off by one.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from ..errors import require
from ..shapes import PRNGKey

TRIAL = "trial"
"""The period that lasts from the first step of a trial to its last."""
SLACK = 1e-9
"""Durations within this share of a step below a multiple of dt count as the multiple: 0.3 ms are 3 steps of 0.1 ms."""
Steps: TypeAlias = Int[Array, " trial"]
Milliseconds: TypeAlias = float | int


def whole_steps(duration: Milliseconds, dt: Milliseconds) -> int:
    """Return how many steps of dt fit into a duration, both in ms.

    Examples
    --------
    >>> whole_steps(750, 100), whole_steps(0.3, 0.1)
    (7, 3)
    """
    return int(np.floor(duration / dt + SLACK))


@dataclass(frozen=True)
class Duration(ABC):
    """How long a period lasts, in ms: the distribution of a number that is drawn anew for every trial.

    Examples
    --------
    >>> Uniform(200, 400).longest
    400
    """

    @property
    @abstractmethod
    def longest(self) -> Milliseconds:
        """The longest possible duration in ms."""

    @abstractmethod
    def steps(self, dt: Milliseconds) -> tuple[np.ndarray, np.ndarray]:
        """Return the possible numbers of steps of dt, ascending, and their probabilities."""

    def typical(self, dt: Milliseconds) -> int:
        """Return the mean number of steps, rounded."""
        return round(float(np.dot(*self.steps(dt))))


@dataclass(frozen=True)
class Fixed(Duration):
    """The same in every trial."""

    duration: Milliseconds

    def __post_init__(self) -> None:
        require(0 <= self.duration < np.inf, f"A duration must be at least 0 ms; got {self.duration:g}.")

    @property
    def longest(self) -> Milliseconds:
        return self.duration

    def steps(self, dt: Milliseconds) -> tuple[np.ndarray, np.ndarray]:
        return np.array([whole_steps(self.duration, dt)]), np.ones(1)


@dataclass(frozen=True)
class OneOf(Duration):
    """One of some durations, each as often.

    Examples
    --------
    >>> OneOf((100, 200, 300)).steps(100)
    (array([1, 2, 3]), array([0.33333333, 0.33333333, 0.33333333]))
    """

    durations: tuple[Milliseconds, ...]

    def __post_init__(self) -> None:
        require(len(self.durations) > 0 and min(self.durations) >= 0, "OneOf needs durations of at least 0 ms.")

    @property
    def longest(self) -> Milliseconds:
        return max(self.durations)

    def steps(self, dt: Milliseconds) -> tuple[np.ndarray, np.ndarray]:
        found, counts = np.unique([whole_steps(d, dt) for d in self.durations], return_counts=True)
        return found, counts / len(self.durations)


@dataclass(frozen=True)
class _Interval(Duration):
    """A continuous distribution on an interval."""

    low: Milliseconds
    high: Milliseconds

    def __post_init__(self) -> None:
        require(
            0 <= self.low < self.high < np.inf,
            f"Durations must lie between 0 <= low < high ms; got {self.low:g} and {self.high:g}.",
        )

    @property
    def longest(self) -> Milliseconds:
        return self.high

    @abstractmethod
    def below(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of a duration below x, up to a factor, for x within the interval."""

    def steps(self, dt: Milliseconds) -> tuple[np.ndarray, np.ndarray]:
        found = np.arange(whole_steps(self.low, dt), whole_steps(self.high, dt) + 1)
        mass = np.diff(self.below(np.clip(np.append(found, found[-1] + 1) * dt, self.low, self.high)))
        share = mass / mass.sum()
        return found[share > SLACK], share[share > SLACK] / share[share > SLACK].sum()


@dataclass(frozen=True)
class Uniform(_Interval):
    """Uniform from `low` to `high` ms.

    Examples
    --------
    >>> Uniform(300, 600).steps(100)
    (array([3, 4, 5]), array([0.33333333, 0.33333333, 0.33333333]))
    """

    def below(self, x: np.ndarray) -> np.ndarray:
        return x


@dataclass(frozen=True)
class TruncatedExponential(_Interval):
    """Exponential with a mean (before it is truncated) in ms, kept only from `low` to `high` ms.

    Examples
    --------
    >>> steps, share = TruncatedExponential(300, 600, 200).steps(100)
    >>> steps.tolist(), share.round(2).tolist()
    ([3, 4, 5], [0.51, 0.31, 0.19])
    """

    mean: Milliseconds

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.mean > 0, f"The mean of a truncated exponential must be above 0 ms; got {self.mean:g}.")

    def below(self, x: np.ndarray) -> np.ndarray:
        return -np.exp(-(x - self.low) / self.mean)


def as_duration(given: Duration | Milliseconds | Sequence[Milliseconds]) -> Duration:
    """Return a duration: a number is fixed, several are drawn from."""
    if isinstance(given, Duration):
        return given
    return OneOf(tuple(given)) if isinstance(given, Sequence) else Fixed(given)


class Clock(eqx.Module):
    """When each period of each trial starts and stops, in steps.

    Examples
    --------
    >>> import jax
    >>> from isocortex.tasks import PerceptualDecisionMaking
    >>> task = PerceptualDecisionMaking(dt=100, timing={"stimulus": 300})
    >>> task.clock(task.sample(jax.random.key(0), 1)).during("stimulus").astype(int).tolist()
    [[0, 1, 1, 1, 0]]
    """

    starts: dict[str, Steps]
    stops: dict[str, Steps]
    n: int = eqx.field(static=True)
    n_steps: int = eqx.field(static=True)
    dt: Milliseconds = eqx.field(static=True)

    def during(self, *periods: str) -> Bool[Array, "trial step"]:
        """Return which steps of each trial lie in any of some periods; "trial" is the whole of it."""
        step = jnp.arange(self.n_steps)[None, :]
        inside = [(self.starts[p][:, None] <= step) & (step < self.stops[p][:, None]) for p in periods]
        return jnp.stack(inside).any(0)

    def lasts(self, period: str) -> Float[Array, " trial"]:
        """Return how long a period lasts in each trial, in ms."""
        return (self.stops[period] - self.starts[period]).astype(jnp.float32) * self.dt


def draw_steps(key: PRNGKey, durations: Mapping[str, Duration], n: int, dt: Milliseconds) -> dict[str, Steps]:
    """Draw how many steps each period lasts in each of n trials."""
    drawn = {}
    for i, (name, duration) in enumerate(durations.items()):
        steps, share = duration.steps(dt)
        if len(steps) == 1:
            drawn[name] = jnp.full(n, steps[0], jnp.int32)
        else:
            drawn[name] = jnp.asarray(steps, jnp.int32)[draw_index(jax.random.fold_in(key, i), share, n)]
    return drawn


def draw_index(key: PRNGKey, share: Float[np.ndarray, " value"], n: int) -> Steps:
    """Draw n indices with some probabilities."""
    below = jnp.asarray(np.cumsum(share)[:-1], jnp.float32)
    return jnp.searchsorted(below, jax.random.uniform(key, (n,)), side="right")


def in_sequence(steps: Mapping[str, Steps], n_steps: int, dt: Milliseconds) -> Clock:
    """Return the clock of trials whose periods follow one another."""
    starts, stops, now = {}, {}, jnp.zeros_like(next(iter(steps.values())))
    for name, length in steps.items():
        starts[name], stops[name] = now, now + length
        now = now + length
    starts[TRIAL], stops[TRIAL] = jnp.zeros_like(now), now
    return Clock(starts, stops, len(now), n_steps, dt)
