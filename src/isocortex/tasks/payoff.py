"""What every action earns in a task in time, for reinforcement learning."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from .clock import TRIAL
from .protocol import Trials
from .timed import TimedTask

Choices = tuple[Float[Array, "trial step output"], Bool[Array, "trial step output"]]


def payoff(task: TimedTask, trials: Trials, *, abort: bool = False) -> Choices:
    """Return what each action would earn at each step of each trial, and whether the trial would end with it.

    An action is an output; 0 keeps fixating. Any other action in the fixation period earns "abort", and ends the trial
    if `abort`; in the answer period it ends the trial and earns what the task says, "correct" or "fail" as a rule. A
    trial that runs out without an answer that was due earns "miss" where the task has it. All else earns 0.

    Examples
    --------
    >>> import jax
    >>> from isocortex.tasks import GoNogo
    >>> task = GoNogo(dt=100)
    >>> earned, ends = payoff(task, task.sample(jax.random.key(0), 4))
    >>> earned.shape
    (4, 15, 2)
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
