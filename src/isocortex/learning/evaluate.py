"""Evaluate a population on trials that it was not trained on."""

from typing import Any

import equinox as eqx
import jax
import numpy as np

from ..models import map_members, member_keys, n_members
from ..shapes import PRNGKey
from ..tasks import Task, Trials
from .checks import require_fitting
from .sources import NOISE


def evaluate(models: Any, task: Task, *, key: PRNGKey, n_trials: int = 1000) -> np.ndarray:
    """Return the share of correct answers of each member on fresh trials, shape (seed,), with network noise.

    Parameters
    ----------
    models : population
    task : Task
    key : key
        Draws the trials, the same for every member. Take another key than for training.
    n_trials : int
        Default 1000: the standard error of a share p is √(p(1−p)/1000), at most 0.016.

    Raises
    ------
    InputError
        If the model does not take the task's inputs or give its answers.

    Examples
    --------
    >>> from isocortex import ConvNet, OrientationDiscrimination, population
    >>> networks = population(lambda key: ConvNet(key=key), 2, key=jax.random.key(0))
    >>> evaluate(networks, OrientationDiscrimination(), key=jax.random.key(1), n_trials=50).shape
    (2,)
    """
    require_fitting(models, task)
    return np.asarray(scores(models, task, task.sample(key, n_trials), noise_keys(models, key)))


TRIALS_AT_ONCE = 100
"""Trials a model is judged on together: enough to fill the machine, few enough to spare its memory."""


def noise_keys(models: Any, key: PRNGKey) -> jax.Array:
    """Return the key of every member's noise."""
    return member_keys(jax.random.fold_in(key, NOISE), n_members(models))


def activity(model: Any, inputs: jax.Array, key: PRNGKey, layers: tuple[str, ...]) -> dict[str, jax.Array]:
    """Return some layers of a member in every trial, with noise, in a compiled program."""

    def of_trial(shown: tuple[jax.Array, PRNGKey]) -> dict[str, jax.Array]:
        found = model(shown[0], key=shown[1])
        return {layer: found[layer] for layer in layers}

    return jax.lax.map(of_trial, (inputs, jax.random.split(key, len(inputs))), batch_size=TRIALS_AT_ONCE)


@eqx.filter_jit
def scores(models: Any, task: Task, trials: Trials, keys: jax.Array) -> jax.Array:
    """Return every member's share of correct answers."""

    def of_member(model: Any, key: PRNGKey) -> jax.Array:
        return task.score(activity(model, trials.inputs, key, ("output",))["output"], trials)

    return map_members(of_member, models, keys)
