"""Tasks with a delay: compare a stimulus with a remembered one, or withhold a response."""

import operator
from collections.abc import Sequence
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ..errors import require
from ..shapes import PRNGKey
from .clock import Clock
from .protocol import Trials
from .ring import direction_names, ring, ring_evidence
from .timed import (
    Conditions,
    Number,
    PerTrial,
    Sequences,
    Shown,
    TimedTask,
    last_counting,
    number,
    option,
    probability_correct,
)

Pairs: TypeAlias = Sequence[Sequence[float | int]] | Float[Array | np.ndarray, "pair 2"]


class DelayComparison(TimedTask):
    """Say which of two vibrations, a delay apart, had the higher frequency (Romo et al. 1999, 10.1038/20939).

    A frequency v is shown as (1 + (v − v_min)/(v_max − v_min))/2. As NeuroGym's task, except that the fixation cue
    carries no noise.

    Parameters
    ----------
    dt : float
        Step in ms, default 100.
    timing : dict, optional
        Default fixation 500, stimulus1 500, delay 1000, stimulus2 500, decision 100 ms.
    noise : float
        σ per √ms, default 1.
    pairs : sequence of (float, float)
        Frequencies in Hz, the higher one first; they are shown in either order. Default (18, 10), (22, 14), (26, 18),
        (30, 22), (34, 26).
    fixation_cue, loss_function, rewards
        As in :class:`TimedTask`.

    Raises
    ------
    InputError
        As :class:`TimedTask`, and if the pairs are not pairs with the higher frequency first.

    Examples
    --------
    >>> trials = DelayComparison().sample(jax.random.key(0), 10)
    >>> trials.inputs.shape, sorted(trials.conditions)
    ((10, 26, 2), ['choice', 'first', 'second'])
    """

    TIMING = {"fixation": 500, "stimulus1": 500, "delay": 1000, "stimulus2": 500, "decision": 100}  # noqa: RUF012
    STIMULI = ("stimulus",)
    CHOICES = ("first higher", "second higher")
    NOISY = ("stimulus1", "stimulus2")

    pairs: Pairs = number(((18, 10), (22, 14), (26, 18), (30, 22), (34, 26)))

    def __check_init__(self) -> None:
        pairs = np.asarray(self.pairs)
        ordered = pairs.ndim == 2 and pairs.shape[1:] == (2,) and bool(np.all(pairs[:, 0] > pairs[:, 1]))
        require(ordered, f"pairs must be pairs of frequencies, the higher one first; got {pairs.tolist()}.")

    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Draw a pair and its order."""
        pair_key, order_key = jax.random.split(key)
        pairs = jnp.asarray(self.pairs)
        high, low = pairs[jax.random.randint(pair_key, (clock.n,), 0, len(pairs))].T
        choice = jax.random.randint(order_key, (clock.n,), 0, 2)
        first, second = jnp.where(choice == 0, high, low), jnp.where(choice == 0, low, high)
        return {"choice": choice.astype(jnp.float32), "first": first, "second": second}

    def represent(self, frequency: PerTrial) -> PerTrial:
        """Return the input that stands for a frequency in Hz, from 0.5 to 1."""
        low, high = jnp.min(jnp.asarray(self.pairs)), jnp.max(jnp.asarray(self.pairs))
        return (1 + (frequency - low) / (high - low)) / 2

    def shown(self, conditions: Conditions) -> Shown:
        """Return both stimuli."""
        return {f"stimulus{i}": self.represent(conditions[x])[:, None] for i, x in ((1, "first"), (2, "second"))}

    def ideal(self, trials: Trials) -> PerTrial:
        """Return Φ(|r₁ − r₂|/(σ√(1/T₁ + 1/T₂))), the probability correct of comparing both means.

        No observer does better where all pairs differ by the same number of Hz and both stimuli last equally long, as
        published: the mean frequency then has no information about the order. In other cases an observer that knows the
        pairs is slightly better.
        """
        first, second = (self.represent(trials.conditions[name]) for name in ("first", "second"))
        duration1, duration2 = (self.lasted(trials, f"stimulus{i}") for i in (1, 2))
        return probability_correct(jnp.abs(first - second) / jnp.sqrt(1 / duration1 + 1 / duration2), self.noise)


class DelayMatchSample(TimedTask):
    """Say whether a test has the direction of a sample or the opposite one (Miller et al. 1996).

    10.1523/JNEUROSCI.16-16-05154.1996

    Parameters
    ----------
    dt : float
        Step in ms, default 100.
    timing : dict, optional
        Default fixation 300, sample 500, delay 1000, test 500, decision 900 ms.
    noise : float
        σ per √ms, default 1.
    n_directions : int
        Directions of the sample on a ring, and channels. Default 2.
    fixation_cue, loss_function, rewards
        As in :class:`TimedTask`.

    Examples
    --------
    >>> DelayMatchSample(dt=100).output_names
    ('fixate', 'match', 'non-match')
    """

    TIMING = {"fixation": 300, "sample": 500, "delay": 1000, "test": 500, "decision": 900}  # noqa: RUF012
    CHOICES = ("match", "non-match")
    NOISY = ("sample", "test")

    n_directions: int = option(2, operator.index)

    def __check_init__(self) -> None:
        require(self.n_directions >= 2, f"n_directions must be at least 2; got {self.n_directions}.")

    @property
    def input_names(self) -> tuple[str, ...]:
        return ("fixation cue", *direction_names(self.n_directions))

    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Draw the direction of the sample, and whether the test matches."""
        direction_key, choice_key = jax.random.split(key)
        direction = jax.random.randint(direction_key, (clock.n,), 0, self.n_directions)
        choice = jax.random.randint(choice_key, (clock.n,), 0, 2)
        return {"choice": choice.astype(jnp.float32), "direction": direction.astype(jnp.float32)}

    def shown(self, conditions: Conditions) -> Shown:
        """Return sample and test, at full coherence."""
        sample = conditions["direction"]
        test = sample + self.n_directions / 2 * conditions["choice"]
        full = jnp.full_like(sample, 100.0)
        return {name: ring(x, full, self.n_directions) for name, x in (("sample", sample), ("test", test))}

    def ideal(self, trials: Trials) -> PerTrial:
        """Return the probability correct of an observer that weighs all directions of the sample.

        For two directions it recognises each of both stimuli with P_i = Φ(√(T_i/2)/σ), and is right if both or neither
        are recognised: P₁P₂ + (1 − P₁)(1 − P₂). For more, the posterior is computed for the inputs of each trial, and
        the result is 1 where its peak is right, else 0.
        """
        if self.n_directions == 2:
            p1, p2 = (probability_correct(jnp.sqrt(self.lasted(trials, p) / 2), self.noise) for p in self.NOISY)
            return p1 * p2 + (1 - p1) * (1 - p2)
        clock, rings = self.clock(trials), trials.inputs[:, :, 1:]
        y1, y2 = (ring_evidence(rings, clock.during(p), self.noise, self.dt) / 2 for p in self.NOISY)
        match, other = (jax.scipy.special.logsumexp(y, axis=-1) for y in (y1 + y2, y1 - y2))
        return ((match < other) == (trials.conditions["choice"] == 1)).astype(jnp.float32)


class GoNogo(TimedTask):
    """Respond after one cue, hold still after the other (Zhang et al. 2019, 10.7554/eLife.43191).

    To keep fixating is the right answer to no-go, so there are two outputs; the choices are 0 "no-go" and 1 "go".

    Parameters
    ----------
    dt : float
        Step in ms, default 100.
    timing : dict, optional
        Default fixation 0, stimulus 500, delay 500, decision 500 ms.
    noise : float
        σ per √ms, default 0 as published.
    fixation_cue, loss_function
        As in :class:`TimedTask`.
    rewards : dict, optional
        Default abort −0.1, correct 1 (a go), fail −0.5, miss −0.5; 0 for holding still rightly.

    Examples
    --------
    >>> GoNogo(dt=100).output_names
    ('fixate', 'go')
    """

    TIMING = {"fixation": 0, "stimulus": 500, "delay": 500, "decision": 500}  # noqa: RUF012
    STIMULI = ("no-go", "go")
    CHOICES = ("go",)
    REWARDS = {"abort": -0.1, "correct": 1.0, "fail": -0.5, "miss": -0.5}  # noqa: RUF012

    noise: Number = number(0.0)

    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Draw go or no-go."""
        return {"choice": jax.random.randint(key, (clock.n,), 0, 2).astype(jnp.float32)}

    def shown(self, conditions: Conditions) -> Shown:
        """Return the cue."""
        return {"stimulus": jax.nn.one_hot(conditions["choice"].astype(int), 2)}

    def answer(self, conditions: Conditions) -> Int[Array, " trial"]:
        return conditions["choice"].astype(jnp.int32)

    def choice(self, output: Sequences, trials: Trials) -> Int[Array, " trial"]:
        """Return 1 where "go" is the largest output at the last step that counts, else 0."""
        return jnp.argmax(last_counting(output, trials), axis=-1)

    def ideal(self, trials: Trials) -> PerTrial:
        """Return Φ(√(T/2)/σ): the two cues differ by 1 in two channels."""
        return probability_correct(jnp.sqrt(self.lasted(trials, "stimulus") / 2), self.noise)
