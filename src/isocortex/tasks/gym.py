"""Gymnasium environments: importing this module registers every task as ``isocortex/NAME-v0``.

Needs the extra ``gym`` (``pip install 'isocortex[gym]'``). ``gymnasium.make("isocortex.tasks.gym:isocortex/NAME-v0")``
imports it.
"""

import os
from typing import Any

import equinox as eqx
import gymnasium
import jax
import numpy as np
from gymnasium.envs.registration import EnvSpec, registry

from ..errors import InputError, require
from ..shapes import PRNGKey
from .payoff import Choices, payoff
from .protocol import Trials
from .registry import TASKS
from .registry import task as task_named
from .timed import TimedTask

LARGEST = float(np.finfo(np.float32).max)
MADE_IN: set[int] = set()
"""The processes in which environments were made: a forked process inherits the entry of its parent."""


class TaskEnvironment(gymnasium.Env):
    """One trial of a task per episode, one step of dt per step.

    Parameters
    ----------
    task : TimedTask or str
        A task, or the name of one, as :func:`isocortex.tasks.task` takes it.
    abort : bool
        Whether breaking fixation ends the trial. Default False.
    batch : int
        Trials that are drawn at once. Default 256.
    **options
        Of a task that is given by name.

    Raises
    ------
    InputError
        If the task or one of its options is unknown, or the batch is below 1.
    """

    metadata = {"render_modes": []}  # noqa: RUF012

    def __init__(self, task: TimedTask | str, *, abort: bool = False, batch: int = 256, **options: Any) -> None:
        require(batch >= 1, f"batch must be at least 1; got {batch}.")
        require(
            isinstance(task, str) or not options,
            "Options are for a task that is given by its name; this one is made already.",
        )
        self.task = task_named(task, **options) if isinstance(task, str) else task
        self.abort, self.batch = abort, batch
        self.observation_space = gymnasium.spaces.Box(-LARGEST, LARGEST, (self.task.n_inputs,), np.float32)
        self.action_space = gymnasium.spaces.Discrete(self.task.n_outputs)
        kwargs = {"task": task, "abort": abort, "batch": batch, **options}
        self.spec = _spec(type(self.task).__name__, kwargs)
        self._drawn: Any = None
        self._trial, self._step = 0, None
        MADE_IN.add(os.getpid())

    def reset(self, *, seed: int | None = None, options: dict | None = None) -> tuple[np.ndarray, dict]:
        """Begin the next trial; return its first inputs, and its conditions as info."""
        super().reset(seed=seed)
        self._trial += 1
        if self._drawn is None or self._trial == self.batch or seed is not None:
            key = jax.random.key(self._seed())
            self._drawn = jax.tree.map(np.asarray, _draw(self.task, key, self.batch, self.abort))
            self._trial = 0
        self._step = 0
        trials, _ = self._drawn
        conditions = {name: float(x[self._trial]) for name, x in trials.conditions.items()}
        return trials.inputs[self._trial, 0], conditions

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict]:
        """Take an action (0 fixates); return the next inputs, the reward, and the target of this step as info.

        Raises
        ------
        InputError
            Before the first ``reset``, after a trial has ended, or for an action that there is not.
        """
        if self._step is None or self._drawn is None:
            begun = "No trial has begun" if self._drawn is None else "The trial has ended"
            raise InputError(f"{begun}: call reset() before step().")
        require(
            self.action_space.contains(action),
            f"An action is a whole number from 0 to {self.task.n_outputs - 1}, the index of an output; got {action!r}.",
        )
        trials, (earned, ends) = self._drawn
        where = self._trial, self._step
        reward, ended = float(earned[where][action]), bool(ends[where][action])
        self._step = None if ended else self._step + 1
        observation = np.zeros_like(trials.inputs[where]) if ended else trials.inputs[self._trial, self._step]
        return observation, reward, ended, False, {"target": int(trials.targets[where].argmax())}

    def _seed(self) -> int:
        """Return a number for the next batch, unless JAX would wait here for ever."""
        require(
            {os.getpid()} >= MADE_IN,
            "This process was forked from one that uses JAX, and JAX does not work in forked processes: start them "
            "with AsyncVectorEnv(…, context='spawn').",
        )
        return int(self.np_random.integers(2**31))


@eqx.filter_jit
def _draw(task: TimedTask, key: PRNGKey, n: int, abort: bool) -> tuple[Trials, Choices]:
    trials = task.sample(key, n)
    return trials, payoff(task, trials, abort=abort)


def _spec(name: str, kwargs: dict[str, Any]) -> EnvSpec:
    """Return how Gymnasium makes an environment. The environment itself enforces its order, however it was made."""
    return EnvSpec(f"isocortex/{name}-v0", f"{__name__}:{TaskEnvironment.__name__}", order_enforce=False, kwargs=kwargs)


for name in TASKS:
    registry[f"isocortex/{name}-v0"] = _spec(name, {"task": name})
