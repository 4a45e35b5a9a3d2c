"""Measure time: reproduce an interval, or compare two. Inputs carry no noise; the network's own limits it."""

from collections.abc import Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from ..errors import require
from ..shapes import PRNGKey
from .clock import TRIAL, Clock, Uniform, draw_index, draw_steps
from .protocol import Trials
from .timed import Conditions, Number, PerTrial, Sequences, Shown, TimedTask, number, option


class ReadySetGo(TimedTask):
    """Reproduce the interval between two cues (Remington et al. 2018, 10.1016/j.neuron.2018.05.020).

    The measured interval runs from the onset of "ready" to the onset of "set"; the answer, "go", is due when `gain`
    times as long has passed since the onset of "set", and is the target from then on. The production period, in which
    the fixation cue is off, begins when "set" ends and lasts twice that long.

    (NeuroGym's target is one step long and comes a duration of "set" after the time that its reward asks for.)

    **Success**: the time from the onset of "set" to the first step at which "go" is the larger output differs from the
    interval to produce by no more than ε_max = margin·interval + 25 ms. A "go" before "set" fails.

    Parameters
    ----------
    dt : float
        Step in ms, default 80.
    timing : dict, optional
        Default fixation 100, ready 83, measure uniform from 800 to 1500, set 83 ms.
    gain : float
        How many times as long as the measured interval, default 1.
    margin : float
        Tolerated share of the interval, default 0.2.
    fixation_cue, loss_function, rewards
        As in :class:`TimedTask`. The reward of a success is max(0.1, (1 − ε/ε_max)^1.5) of "correct".

    Raises
    ------
    InputError
        As :class:`TimedTask`, and if the gain or margin is not positive, or "ready" can outlast the interval.

    Examples
    --------
    >>> task = ReadySetGo(dt=20, timing={"measure": (800, 1000)})
    >>> trials = task.sample(jax.random.key(0), 10)
    >>> bool(task.score(trials.targets, trials) == 1), sorted(trials.conditions)
    (True, ['measure', 'production', 'steps'])
    """

    TIMING = {"fixation": 100, "ready": 83, "measure": Uniform(800, 1500), "set": 83}  # noqa: RUF012
    STIMULI = ("ready", "set")
    CHOICES = ("go",)
    NOISY = ()
    ANSWER = "production"
    SUCCESS = "the first “go” after “set” is off by no more than ε_max"
    SLACK: ClassVar[float] = 25.0
    """What is tolerated of any interval, in ms."""

    dt: float | int = option(80.0, float)
    noise: Number = number(0.0)
    gain: float | int = option(1.0, float)
    margin: Number = number(0.2)

    def __check_init__(self) -> None:
        for name, value in {"gain": self.gain, "margin": float(np.asarray(self.margin))}.items():
            require(value > 0, f"{name} must be above 0; got {value:g}.")
        ready, shortest = self.durations["ready"].longest, int(self.durations["measure"].steps(self.dt)[0][0]) * self.dt
        require(
            ready <= shortest, f"'ready' may last {ready:g} ms, longer than the shortest 'measure', {shortest:g} ms."
        )

    @property
    def n_steps(self) -> int:
        return int(self._stop({name: int(d.steps(self.dt)[0][-1]) for name, d in self.durations.items()}))

    def _interval(self, measure: Any) -> Any:
        """Return the interval to produce, in whole steps, for one or several measured ones."""
        return (self.gain * measure + 1e-3) // 1

    def _stop(self, steps: Mapping[str, Any]) -> Any:
        """Return when the trial ends, in steps."""
        return steps["fixation"] + steps["measure"] + steps["set"] + 2 * self._interval(steps["measure"])

    def arrange(self, steps: Mapping[str, Int[Array, " trial"]]) -> Clock:
        """Return the clock: "measure" begins with "ready", and "response" when the answer is due."""
        ready = steps["fixation"]
        set_on = ready + steps["measure"]
        set_off, stop = set_on + steps["set"], self._stop(steps).astype(jnp.int32)
        due = jnp.maximum(set_on + self._interval(steps["measure"]).astype(jnp.int32), set_off)
        zero = jnp.zeros_like(ready)
        ends = {
            "fixation": (zero, ready),
            "ready": (ready, ready + steps["ready"]),
            "measure": (ready, set_on),
            "set": (set_on, set_off),
            "production": (set_off, stop),
            "response": (due, stop),
            TRIAL: (zero, stop),
        }
        starts, stops = ({name: pair[i] for name, pair in ends.items()} for i in (0, 1))
        return Clock(starts, stops, len(zero), self.n_steps, self.dt)

    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Return the measured interval and the one to produce, in ms."""
        production = self._interval(clock.stops["measure"] - clock.starts["measure"]) * self.dt
        return {"measure": clock.lasts("measure"), "production": production}

    def shown(self, conditions: Conditions) -> Shown:
        """Return the cues."""
        on = jnp.ones_like(conditions["measure"])[:, None]
        return {"ready": on * jnp.array([[1.0, 0.0]]), "set": on * jnp.array([[0.0, 1.0]])}

    def answer(self, conditions: Conditions) -> Int[Array, " trial"]:
        return jnp.ones_like(conditions["measure"], jnp.int32)

    def answering(self, clock: Clock) -> Bool[Array, "trial step"]:
        return clock.during("response")

    def produced(self, output: Sequences, trials: Trials) -> PerTrial:
        """Return the interval from the onset of "set" to the first "go", in ms; infinite without one."""
        go = (jnp.argmax(output, axis=-1) == 1) & (trials.weights > 0)
        first = jnp.where(go.any(1), jnp.argmax(go, axis=1).astype(jnp.float32), jnp.inf)
        return first * self.dt - self.lasted(trials, "fixation") - trials.conditions["measure"]

    def tolerance(self, trials: Trials) -> PerTrial:
        """Return ε_max in ms."""
        return self.margin * trials.conditions["production"] + self.SLACK

    def correct(self, output: Sequences, trials: Trials) -> Bool[Array, " trial"]:
        """Return whether the interval was produced within ε_max."""
        error = jnp.abs(self.produced(output, trials) - trials.conditions["production"])
        return error <= self.tolerance(trials) + 1e-3

    def earned(self, trials: Trials, clock: Clock) -> Sequences:
        """Return the reward of "go" at each step: the more, the smaller the error."""
        since = (jnp.arange(self.n_steps)[None, :] - clock.starts["set"][:, None]) * self.dt
        share = jnp.abs(since - trials.conditions["production"][:, None]) / self.tolerance(trials)[:, None]
        success = self.reward["correct"] * jnp.maximum(jnp.maximum(1 - share, 0) ** 1.5, 0.1)
        reward = jnp.where(share <= 1 + 1e-6, success, self.reward["fail"])
        return jnp.broadcast_to(reward[:, :, None], trials.targets.shape)

    def ideal(self, trials: Trials) -> PerTrial:
        """Return 1: nothing is noisy, and a step is shorter than the tolerance."""
        return jnp.ones(len(trials.weights))


class IntervalDiscrimination(TimedTask):
    """Say which of two stimuli lasted longer (Genovesio et al. 2009, 10.1016/j.neuron.2009.06.018).

    The two durations are drawn together, in whole steps, from the pairs that differ: neither order is more frequent,
    and there are no ties.

    Parameters
    ----------
    dt : float
        Step in ms, default 80.
    timing : dict, optional
        Default fixation 300, stimulus1 uniform from 300 to 600, delay1 uniform from 800 to 1500, stimulus2 as
        stimulus1, delay2 500, decision 300 ms.
    fixation_cue, loss_function, rewards
        As in :class:`TimedTask`.

    Raises
    ------
    InputError
        As :class:`TimedTask`, and if the two durations can never differ.

    Examples
    --------
    >>> trials = IntervalDiscrimination().sample(jax.random.key(0), 1000)
    >>> bool((trials.conditions["stimulus1"] == trials.conditions["stimulus2"]).any())
    False
    """

    TIMING = {  # noqa: RUF012
        "fixation": 300,
        "stimulus1": Uniform(300, 600),
        "delay1": Uniform(800, 1500),
        "stimulus2": Uniform(300, 600),
        "delay2": 500,
        "decision": 300,
    }
    STIMULI = ("stimulus 1", "stimulus 2")
    CHOICES = ("first longer", "second longer")
    NOISY = ()

    dt: float | int = option(80.0, float)
    noise: Number = number(0.0)

    def __check_init__(self) -> None:
        differ = bool(self._pairs()[2].sum() > 0)
        require(differ, f"stimulus1 and stimulus2 always last the same number of steps of dt = {self.dt:g} ms.")

    def _pairs(self) -> tuple[np.ndarray, np.ndarray, Float[np.ndarray, " pair"]]:
        """Return all pairs of durations in steps, and the probability of each."""
        (first, share1), (second, share2) = (self.durations[f"stimulus{i}"].steps(self.dt) for i in (1, 2))
        a, b = (x.ravel() for x in np.meshgrid(first, second, indexing="ij"))
        share = np.outer(share1, share2).ravel() * (a != b)
        return a, b, share / max(share.sum(), 1e-300)

    def time(self, key: PRNGKey, n: int) -> Clock:
        pair_key, other_key = jax.random.split(key)
        first, second, share = self._pairs()
        pair = draw_index(pair_key, share, n)
        drawn = {f"stimulus{i}": jnp.asarray(x, jnp.int32)[pair] for i, x in ((1, first), (2, second))}
        return self.arrange(draw_steps(other_key, self.durations, n, self.dt) | drawn)

    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Return both durations in ms, and which is longer."""
        first, second = clock.lasts("stimulus1"), clock.lasts("stimulus2")
        return {"choice": (second > first).astype(jnp.float32), "stimulus1": first, "stimulus2": second}

    def shown(self, conditions: Conditions) -> Shown:
        """Return the stimuli, each on its channel."""
        on = jnp.ones_like(conditions["choice"])[:, None]
        return {"stimulus1": on * jnp.array([[1.0, 0.0]]), "stimulus2": on * jnp.array([[0.0, 1.0]])}

    def ideal(self, trials: Trials) -> PerTrial:
        """Return 1: an observer that counts steps cannot err."""
        return jnp.ones(len(trials.weights))
