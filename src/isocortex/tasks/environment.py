"""Use any task with time steps as a Gymnasium environment, with one trial per episode."""

from typing import Any

from ..errors import InputError
from .timed import TimedTask


def environment(task: TimedTask, *, abort: bool = False, batch: int = 256) -> Any:
    """Return a ``gymnasium.Env`` of a task: one trial per episode, one step of dt per step.

    Observations are the inputs of a step; actions are the outputs (0 fixates); rewards are those of
    :func:`isocortex.tasks.payoff`. ``reset`` puts the conditions of the trial in its info; ``step`` the target of the
    step that was answered. The environment can be pickled. Several processes must be started afresh, as
    ``gymnasium.vector.AsyncVectorEnv([lambda: environment(task)] * 4, context="spawn")``.

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
        If Gymnasium is not installed, or the batch is below 1. ``step`` raises it before ``reset``, after a trial has
        ended, and for an action that there is not.

    Examples
    --------
    >>> from isocortex.tasks import GoNogo
    >>> env = environment(GoNogo())  # doctest: +SKIP
    >>> observation, info = env.reset(seed=0)  # doctest: +SKIP
    >>> observation, reward, terminated, truncated, info = env.step(0)  # doctest: +SKIP
    """
    try:
        from .gym import TaskEnvironment
    except ImportError as error:
        raise InputError("This needs Gymnasium: pip install 'isocortex[gym]'.") from error
    return TaskEnvironment(task, abort=abort, batch=batch)
