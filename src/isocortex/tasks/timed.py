"""Tasks that unfold in time: periods follow one another, inputs are noisy, and an answer is due at the end.

A task that a user writes is a subclass of :class:`TimedTask` that names its periods, inputs and choices, draws the
conditions of a batch, and says what is shown in which period (docs/tasks.md).
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from ..errors import look_up, require, unknown
from ..shapes import PRNGKey
from .clock import TRIAL, Clock, Duration, as_duration, draw_steps, in_sequence
from .losses import LOSSES
from .protocol import Task, Trials

Number: TypeAlias = float | int | Float[Array, ""]
Numbers: TypeAlias = Sequence[float | int] | Float[Array | np.ndarray, "..."]
PerTrial: TypeAlias = Float[Array, " trial"]
Conditions: TypeAlias = dict[str, PerTrial]
Sequences: TypeAlias = Float[Array, "trial step output"]
Shown: TypeAlias = dict[str, Float[Array, "trial channel"]]
MOST_STEPS = 100_000
FIXATION_CUES = ("until-decision", "during-fixation")


def number(default: Any) -> Any:
    """Return a field that is an array: another value does not compile again.

    Examples
    --------
    >>> from isocortex.tasks import TimedTask
    >>> class Detection(TimedTask):
    ...     contrast: float = number(0.1)
    """
    return eqx.field(converter=lambda x: jnp.asarray(x, jnp.float32), kw_only=True, default=default)


def option(default: Any, converter: Any = lambda x: x) -> Any:
    """Return a field that shapes the compiled program: another value compiles again.

    Examples
    --------
    >>> from isocortex.tasks import TimedTask
    >>> class Detection(TimedTask):
    ...     n_choices: int = option(2)
    """
    return eqx.field(static=True, converter=converter, kw_only=True, default=default)


def _as_items(given: Mapping[str, Any] | tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(dict(given).items()))


class TimedTask(Task):
    """A task whose trials are sequences of steps.

    Step 0 is the onset of the trial. If durations vary, shorter trials are padded with zeros to the longest possible
    one, and `weights` are 0 in the padding. Inputs are 0 unless a stimulus is shown. The target of each step is a
    class: 0 ("fixate"), and in the decision period 1 + the index of the correct choice.

    **Success** (`correct`): at the last step whose weight is not 0, the largest of all outputs, "fixate" included, is
    the correct one. The published accuracies of NeuroGym and nn-brain are computed in the same way; a network that
    keeps fixating is wrong.

    Parameters
    ----------
    dt : float
        Step in ms.
    timing : dict of str to duration, optional
        Durations in ms of some periods, in the place of their defaults: a number, several of which one is drawn, or
        :class:`Uniform` or :class:`TruncatedExponential`. All are floored to multiples of dt.
    noise : float
        σ of the inputs in the noisy periods, per √ms: each step carries a standard deviation of σ/√dt.
    fixation_cue : {"until-decision", "during-fixation"}
        When input 0 is 1. Default until the decision, as the published results of networks used it (NeuroGym up to
        2.0); during fixation only is NeuroGym from 2.1.
    loss_function : {"cross-entropy", "L1", "L2"}
        Default cross-entropy, for which outputs are logits.
    rewards : dict of str to float, optional
        For reinforcement learning: "abort" (fixation broken), "correct", "fail" and, for some tasks, "miss", in the
        place of their defaults.

    Raises
    ------
    InputError
        If dt is not positive or longer than a period, a period or reward is unknown, a duration or the noise is
        negative, or an option is misspelt.

    Examples
    --------
    >>> from isocortex.tasks import Uniform, check_task, probability_correct
    >>> class ContrastDetection(TimedTask):
    ...     TIMING = {"fixation": 200, "stimulus": Uniform(500, 1000), "decision": 200}
    ...     STIMULI = ("contrast",)
    ...     CHOICES = ("absent", "present")
    ...     contrast: float = number(0.1)
    ...
    ...     def draw(self, key, clock):
    ...         return {"choice": jax.random.bernoulli(key, 0.5, (clock.n,))}
    ...
    ...     def shown(self, conditions):
    ...         return {"stimulus": self.contrast * conditions["choice"][:, None]}
    ...
    ...     def ideal(self, trials):
    ...         return probability_correct(self.contrast / 2 * jnp.sqrt(self.lasted(trials, "stimulus")), self.noise)
    >>> task = ContrastDetection(dt=50.0)
    >>> check_task(task)  # says what is wrong, and is silent where nothing is
    >>> task.n_steps, task.input_names, task.output_names
    (27, ('fixation cue', 'contrast'), ('fixate', 'absent', 'present'))
    """

    readout: ClassVar[Literal["sigmoid", "identity"]] = "identity"
    TIMING: ClassVar[Mapping[str, Duration | float | int]] = {}
    """Period → default duration in ms, in the order of the trial."""
    STIMULI: ClassVar[tuple[str, ...]] = ()
    """Names of the inputs after the fixation cue."""
    CHOICES: ClassVar[tuple[str, ...]] = ()
    """Names of the outputs after "fixate"."""
    NOISY: ClassVar[tuple[str, ...]] = ("stimulus",)
    """Periods in which the stimuli carry noise."""
    ANSWER: ClassVar[str] = "decision"
    """The period in which an answer is due."""
    SUCCESS: ClassVar[str] = "the largest output at the last step, “fixate” included, is the right one"
    """When a trial succeeds, in words."""
    REWARDS: ClassVar[Mapping[str, float | int]] = {"abort": -0.1, "correct": 1.0, "fail": 0.0}

    dt: float | int = option(100.0, float)
    timing: Mapping[str, Any] | tuple[tuple[str, Any], ...] = option((), _as_items)
    noise: Number = number(1.0)
    fixation_cue: str = option(FIXATION_CUES[0])
    loss_function: str = option("cross-entropy")
    rewards: Mapping[str, float | int] | tuple[tuple[str, float], ...] = option((), _as_items)

    def __check_init__(self) -> None:
        require("fixation" in self.TIMING, f"{type(self).__name__}.TIMING must name the periods, 'fixation' first.")
        require(0 < self.dt < np.inf, f"dt must be above 0 ms; got {self.dt:g}.")
        LOSSES.named(self.loss_function)
        look_up("fixation cue", self.fixation_cue, dict.fromkeys(FIXATION_CUES))
        require(bool(0 <= np.asarray(self.noise) < np.inf), f"noise must be at least 0; got {self.noise:g}.")
        noiseless = bool(np.asarray(self.noise) == 0)
        require(len(self.NOISY) > 0 or noiseless, f"The inputs of {type(self).__name__} carry no noise; leave it at 0.")
        for kind, given, known in (("period", self.timing, self.TIMING), ("reward", self.rewards, self.REWARDS)):
            for name in dict(given):
                if name not in known:
                    raise unknown(f"{kind} of {type(self).__name__}", name, known)
        for name, value in self.rewards:
            require(
                isinstance(value, (int, float)) and bool(np.isfinite(value)),
                f"The reward {name!r} must be a finite number; got {value!r}.",
            )
        steps = sum(duration.longest for duration in self.durations.values()) / self.dt
        require(steps <= MOST_STEPS, f"Trials may have {MOST_STEPS} steps at most; got {steps:g}. Use a larger dt.")
        for name, duration in self.durations.items():
            shortest, longest = duration.steps(self.dt)[0][[0, -1]].tolist()
            require(
                longest > 0 or duration.longest == 0,
                f"dt = {self.dt:g} ms is longer than the period {name!r} of {duration.longest:g} ms; use a smaller dt.",
            )
            require(name != self.ANSWER or shortest > 0, f"The period {name!r} must last at least one step of dt.")

    @property
    def durations(self) -> dict[str, Duration]:
        """How long each period lasts, in the order of the trial."""
        return {name: as_duration(d) for name, d in (dict(self.TIMING) | dict(self.timing)).items()}

    @property
    def input_names(self) -> tuple[str, ...]:
        """What each input channel carries."""
        return ("fixation cue", *self.STIMULI)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output stands for."""
        return ("fixate", *self.CHOICES)

    @property
    def n_inputs(self) -> int:
        """How many input channels there are."""
        return len(self.input_names)

    @property
    def n_outputs(self) -> int:
        return len(self.output_names)

    @property
    def n_noisy(self) -> int:
        """How many of the stimuli, the first ones, carry noise."""
        return self.n_inputs - 1

    @property
    def n_steps(self) -> int:
        """How many steps the longest trial has."""
        return sum(int(d.steps(self.dt)[0][-1]) for d in self.durations.values())

    @property
    def times(self) -> np.ndarray:
        """When each step starts, in ms from the onset of the trial, shape (step,)."""
        return self.dt * np.arange(self.n_steps)

    @property
    def periods(self) -> dict[str, tuple[float, float]]:
        """When each period starts and stops in a typical trial, in ms."""
        ends = self._ends({name: d.typical(self.dt) for name, d in self.durations.items()})
        return {p: (self.dt * a, self.dt * b) for p, (a, b) in ends.items() if p != TRIAL and b > a}

    @property
    def reward(self) -> dict[str, float | int]:
        """The rewards, by what they are for."""
        return dict(self.REWARDS) | dict(self.rewards)

    @abstractmethod
    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Draw the conditions of ``clock.n`` trials: name → (trial,), with "choice" the index of the right one."""

    @abstractmethod
    def shown(self, conditions: Conditions) -> Shown:
        """Return what the stimuli are in each period, without noise: period → (trial, stimulus).

        The period "trial" is all of it.
        """

    @abstractmethod
    def ideal(self, trials: Trials) -> PerTrial:
        """Return the probability that the ideal observer answers each trial correctly."""

    def time(self, key: PRNGKey, n: int) -> Clock:
        """Draw when the periods of n trials begin and end."""
        return self.arrange(draw_steps(key, self.durations, n, self.dt))

    def arrange(self, steps: Mapping[str, Int[Array, " trial"]]) -> Clock:
        """Return the clock of trials whose periods last some steps: one after the other."""
        return in_sequence(steps, self.n_steps, self.dt)

    def answer(self, conditions: Conditions) -> Int[Array, " trial"]:
        """Return the output that is right in each trial."""
        return conditions["choice"].astype(jnp.int32) + 1

    def answering(self, clock: Clock) -> Bool[Array, "trial step"]:
        """Return at which steps the answer is the target."""
        return clock.during(self.ANSWER)

    def sample(self, key: PRNGKey, n: int) -> Trials:
        clock_key, condition_key, noise_key = jax.random.split(key, 3)
        clock = self.time(clock_key, n)
        conditions = {name: x.astype(jnp.float32) for name, x in self.draw(condition_key, clock).items()}
        right = jnp.where(self.answering(clock), self.answer(conditions)[:, None], 0)
        targets = jax.nn.one_hot(right, self.n_outputs)
        varied = {p: clock.lasts(p) for p, d in self.durations.items() if len(d.steps(self.dt)[0]) > 1}
        if varied:
            varied["steps"] = clock.stops[TRIAL].astype(jnp.float32)
        inputs = self._inputs(conditions, clock, noise_key)
        return Trials(inputs, targets, clock.during(TRIAL).astype(jnp.float32), varied | conditions)

    def _inputs(self, conditions: Conditions, clock: Clock, key: PRNGKey) -> Float[Array, "trial step channel"]:
        """Return the inputs. Channels come first until the end: the steps are then what the machine vectorises over.

        Noise is drawn for the steps that may carry it, and only if there is any. The condition keeps its drawing a
        separate loop too: merged with the last transposition, it is not vectorised and takes four times as long.
        """
        stimuli = jnp.zeros((self.n_inputs - 1, clock.n, clock.n_steps))
        for period, x in jax.lax.optimization_barrier(self.shown(conditions)).items():
            stimuli = stimuli + jnp.where(clock.during(period)[None], x.T[:, :, None], 0.0)
        if self.NOISY:
            first, stop = self._noisy_steps()
            shape = (self.n_noisy, clock.n, stop - first)
            noisy = jax.lax.optimization_barrier(self.noise) > 0
            xi = jax.lax.cond(noisy, lambda: jax.random.normal(key, shape), lambda: jnp.zeros(shape))
            xi = jnp.pad(xi, ((0, 0), (0, 0), (first, clock.n_steps - stop)))
            xi = jnp.where(clock.during(*self.NOISY)[None], self.noise / np.sqrt(self.dt) * xi, 0.0)
            stimuli = jnp.concatenate([stimuli[: self.n_noisy] + xi, stimuli[self.n_noisy :]])
        cue = clock.during("fixation")
        if self.fixation_cue == FIXATION_CUES[0]:
            cue = jnp.arange(clock.n_steps)[None, :] < clock.starts[self.ANSWER][:, None]
        channels = jnp.concatenate([cue[None].astype(jnp.float32), stimuli])
        return jnp.moveaxis(jax.lax.optimization_barrier(channels), 0, -1)

    def _noisy_steps(self) -> tuple[int, int]:
        """Return the first step of any trial that may carry noise, and the end of the last one."""
        steps = {name: d.steps(self.dt)[0].tolist() for name, d in self.durations.items()}
        shortest, longest = (self._ends({name: n[i] for name, n in steps.items()}) for i in (0, -1))
        return min(shortest[p][0] for p in self.NOISY), max(longest[p][1] for p in self.NOISY)

    def _ends(self, steps: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        """Return the first step and the end of each period of a trial whose periods last some steps."""
        with jax.ensure_compile_time_eval():  # numbers, even while a program is traced
            clock = self.arrange({name: jnp.full(1, n, jnp.int32) for name, n in steps.items()})
            return {p: (int(clock.starts[p][0]), int(clock.stops[p][0])) for p in clock.starts}

    def earned(self, trials: Trials, clock: Clock) -> Sequences:
        """Return the reward of each output at each step of the answer period."""
        right = jax.nn.one_hot(self.answer(trials.conditions), self.n_outputs, dtype=bool)[:, None, :]
        reward = jnp.where(right, self.reward["correct"], self.reward["fail"])
        return jnp.broadcast_to(reward, trials.targets.shape)

    def lasted(self, trials: Trials, period: str) -> PerTrial:
        """Return how long a period lasted in each trial, in ms, after flooring."""
        if period in trials.conditions:
            return trials.conditions[period]
        return jnp.full(len(trials.weights), float(self.durations[period].steps(self.dt)[0][0] * self.dt))

    def clock(self, trials: Trials) -> Clock:
        """Return when the periods of sampled trials began and ended."""
        steps = {p: jnp.round(self.lasted(trials, p) / self.dt).astype(jnp.int32) for p in self.durations}
        return self.arrange(steps)

    def loss(self, output: Sequences, trials: Trials) -> Float[Array, ""]:
        """Return the mean of the chosen loss over the steps that count."""
        return jnp.average(LOSSES[self.loss_function].of_steps(output, trials.targets), weights=trials.weights)

    def choice(self, output: Sequences, trials: Trials) -> Int[Array, " trial"]:
        """Return the index of the choice at the last step that counts, −1 where "fixate" is the largest output."""
        return jnp.argmax(last_counting(output, trials), axis=-1) - 1

    def correct(self, output: Sequences, trials: Trials) -> Bool[Array, " trial"]:
        """Return whether each trial succeeded."""
        return self.choice(output, trials) == trials.conditions["choice"].astype(jnp.int32)

    def score(self, output: Sequences, trials: Trials) -> Float[Array, ""]:
        """Return the share of trials that succeeded."""
        return jnp.mean(self.correct(output, trials))


def last_counting(output: Sequences, trials: Trials) -> Float[Array, "trial output"]:
    """Return each trial's output at its last step whose weight is above 0."""
    last = trials.weights.shape[1] - 1 - jnp.argmax(trials.weights[:, ::-1] > 0, axis=1)
    return jnp.take_along_axis(output, last[:, None, None], axis=1)[:, 0]


def probability_correct(signal: Float[Array, "..."], noise: Number) -> Float[Array, "..."]:
    """Return Φ(signal/noise): 1/2 without signal, 1 without noise.

    Examples
    --------
    >>> round(float(probability_correct(jnp.array(1.0), 1.0)), 3)
    0.841
    """
    return jax.scipy.stats.norm.cdf(jnp.where(signal == 0, 0.0, signal / jnp.where(signal == 0, 1.0, noise)))
