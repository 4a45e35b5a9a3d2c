"""Judge a population on trials it has not seen."""

from typing import Any

import equinox as eqx
import jax
import numpy as np

from ..models import map_members
from ..shapes import PRNGKey
from ..tasks import Task, Trials


def evaluate(models: Any, task: Task, *, key: PRNGKey, n_trials: int = 1000) -> np.ndarray:
    """Return each member's share of correct answers on fresh trials, shape (seed,).

    Parameters
    ----------
    models : population
    task : Task
    key : key
        Draws the trials, the same for every member. Take another key than for training.
    n_trials : int
        Default 1000: the standard error of a share p is √(p(1−p)/1000), at most 0.016.
    """
    return np.asarray(_scores(models, task, task.sample(key, n_trials)))


TRIALS_AT_ONCE = 100
"""Trials a model is judged on together: enough to fill the machine, few enough to spare its memory."""


@eqx.filter_jit
def _scores(models: Any, task: Task, trials: Trials) -> jax.Array:
    def of_member(model: Any) -> jax.Array:
        output = jax.lax.map(lambda x: model(x)["output"], trials.inputs, batch_size=TRIALS_AT_ONCE)
        return task.score(output, trials)

    return map_members(of_member, models)
