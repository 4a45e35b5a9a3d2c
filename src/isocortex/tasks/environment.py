"""The Gymnasium view: any task in time as an environment for reinforcement learning, one trial per episode.

Needs the extra ``gym`` (``pip install 'isocortex[gym]'``), which is imported only when an environment is made.
"""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..errors import InputError, require
from ..shapes import PRNGKey
from .clock import TRIAL
from .protocol import Trials
from .timed import TimedTask

Choices = tuple[Float[Array, "trial step output"], Bool[Array, "trial step output"]]


def payoff(task: TimedTask, trials: Trials, *, abort: bool = False) -> Choices:
    """Return what each action would earn at each step of each trial, and whether the trial would end with it.

    An action is an output; 0 keeps fixating. Any other action in the fixation period earns "abort", and ends the trial
    if `abort`; in the answer period it ends the trial and earns what the task says, "correct" or "fail" as a rule. A
    trial that runs out without an answer that was due earns "miss" where the task has it. All else earns 0.
    """
    clock, rewards = task.clock(trials), task.reward
    acts = (jnp.arange(task.n_outputs) > 0)[None, None, :]
    early = clock.during("fixation")[:, :, None] & acts
    late = clock.during(task.ANSWER)[:, :, None] & acts & ~early
    last = (jnp.arange(task.n_steps)[None, :] >= clock.stops[TRIAL][:, None] - 1)[:, :, None]
    due = (task.answer(trials.conditions) > 0)[:, None, None]
    earned = jnp.where(late, task.earned(trials, clock), 0.0) + jnp.where(early, rewards["abort"], 0.0)
    missed = jnp.where(last & due & ~late, rewards.get("miss", 0.0), 0.0)
    return earned + missed, late | last | (early if abort else False)


@eqx.filter_jit
def _batch(task: TimedTask, key: PRNGKey, n: int, abort: bool) -> tuple[Trials, Choices]:
    trials = task.sample(key, n)
    return trials, payoff(task, trials, abort=abort)


def environment(task: TimedTask, *, abort: bool = False, batch: int = 256) -> Any:
    """Return a ``gymnasium.Env`` of a task: one trial per episode, one step of dt per step.

    Observations are the inputs of a step; actions are the outputs (0 fixates); rewards are those of :func:`payoff`.
    ``reset`` puts the conditions of the trial in its info; ``step`` the target of the step that was answered.

    Parameters
    ----------
    task : TimedTask
    abort : bool
        Whether breaking fixation ends the trial. Default False, as published: it only costs.
    batch : int
        Trials that are drawn at once. Default 256; the trials do not depend on the actions.

    Raises
    ------
    InputError
        If Gymnasium is not installed, or the batch is below 1.

    Examples
    --------
    >>> from isocortex.tasks import GoNogo
    >>> env = environment(GoNogo())  # doctest: +SKIP
    >>> observation, info = env.reset(seed=0)  # doctest: +SKIP
    >>> observation, reward, terminated, truncated, info = env.step(0)  # doctest: +SKIP
    """
    require(batch >= 1, f"batch must be at least 1; got {batch}.")
    try:
        import gymnasium
        from gymnasium.envs.registration import EnvSpec
    except ImportError as error:
        raise InputError("This needs Gymnasium: pip install 'isocortex[gym]'.") from error
    limit = np.finfo(np.float32).max

    class TaskEnvironment(gymnasium.Env):
        """One trial of a task per episode."""

        metadata = {"render_modes": []}  # noqa: RUF012
        observation_space = gymnasium.spaces.Box(-limit, limit, (task.n_inputs,), np.float32)
        action_space = gymnasium.spaces.Discrete(task.n_outputs)

        def __init__(self) -> None:
            self.task = task
            self.spec = EnvSpec(f"isocortex/{type(task).__name__}-v0", lambda **_: TaskEnvironment())
            self._trial, self._step = batch, 0

        def reset(self, *, seed: int | None = None, options: dict | None = None) -> tuple[np.ndarray, dict]:
            super().reset(seed=seed)
            self._step, self._trial = 0, self._trial + 1
            if self._trial >= batch or seed is not None:
                key = jax.random.key(int(self.np_random.integers(2**31)))
                drawn = jax.tree.map(np.asarray, _batch(self.task, key, batch, abort))
                self._trials, (self._earned, self._ends) = drawn
                self._trial = 0
            conditions = {name: float(x[self._trial]) for name, x in self._trials.conditions.items()}
            return self._trials.inputs[self._trial, 0], conditions

        def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict]:
            where = self._trial, self._step
            info = {"target": int(self._trials.targets[where].argmax())}
            reward, ended = float(self._earned[where][action]), bool(self._ends[where][action])
            self._step += 1
            observation = np.zeros(task.n_inputs, np.float32) if ended else self._trials.inputs[self._trial, self._step]
            return observation, reward, ended, False, info

    return TaskEnvironment()
