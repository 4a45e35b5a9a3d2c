"""Train a population on a stream of fresh trials, with many updates in one compiled program."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr

from ..errors import require
from ..models import member_keys, n_members
from ..shapes import PRNGKey
from ..tasks import Task
from .loop import Plan, Progress
from .methods import of_loss, of_rule, of_stream
from .optimisers import rule
from .sources import NOISE, Stream, ceiling
from .training import Objective, penalties, require_counts, require_trainable, train
from .updates import RUNNING

UPDATES_PER_CHUNK = 100
"""Between two reports of progress. It changes no number."""

Curriculum = Sequence[tuple[Task, float]]


def fit_stream(
    models: Any,
    task: Task,
    *,
    key: PRNGKey,
    updates: int,
    batch: int = 16,
    optimiser: str | optax.GradientTransformation = "adam",
    learning_rate: float | None = None,
    momentum: float | None = None,
    anneal: bool = True,
    clip: float | None = 1.0,
    rate_penalty: float = 0.0,
    weight_penalty: float = 0.0,
    stop_at: float | None = None,
    curriculum: Curriculum = (),
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> tuple[Any, xr.Dataset]:
    """Train every member of a population on fresh trials, which are drawn for every update.

    The keys of member i derive from ``fold_in(key, i)`` and those of an update from its number, so neither the size of
    the population nor an interruption changes a bit. Noise of the network is on. :func:`fit` goes through a data set
    in epochs instead.

    Parameters
    ----------
    models : population
        As :func:`isocortex.population` builds it.
    task : Task
    key : key
    updates : int
        How many updates a member makes at most.
    batch : int
        Trials per update. Default 16.
    optimiser : {"adam", "rmsprop", "sgd"} or optax.GradientTransformation
        Default Adam.
    learning_rate : float, optional
        The learning rate of an optimiser given by name. Default 1e-2 for Adam and RMSprop, 5e-4 for SGD.
    momentum : float, optional
        Of SGD. Default 0.99.
    anneal : bool
        Whether the learning rate decreases to 0 along half a cosine over all updates. Default True, which improves
        success by about 2 % of the ideal observer's after the same number of updates.
    clip : float, optional
        Largest global norm of the gradient. Default 1; None for no limit.
    rate_penalty, weight_penalty : float
        λ of the mean squared rate, and of the mean square of every weight matrix, added to the loss. Default 0.
    stop_at : float, optional
        A member stops when its running success, over 100 updates, reaches this fraction of the ideal observer's.
        Default: none stops early.
    curriculum : sequence of (task, fraction)
        Easier versions of the task that come first. Each member changes to the next one when its running success
        reaches the fraction of the ideal observer's in this version. The versions differ only in numbers (coherences,
        noise, …), so that they compile once. Default none.
    progress : callable, optional
        Called as ``progress(updates done, updates)`` every 100 updates.
    checkpoint : path, optional
        A file that keeps the state every few seconds. If it exists, training goes on from it, and ends in the same
        numbers as one that was never interrupted.

    Returns
    -------
    models : population
        Trained.
    history : Dataset
        ``loss`` (without penalties) and ``score`` of each mini-batch before its update, seed × update, with the
        coordinate ``stopped``, the updates that each member made; and ``stage`` (0, 1, …) with a curriculum.
        ``attrs["methods"]`` says in words what was done.

    Raises
    ------
    InputError
        If a count is below 1, a rate is not positive, an option is not one of the optimiser's, the model does not take
        the task's inputs or give its answers, a fraction is asked for where the task states no ideal observer, the
        tasks of a curriculum differ in shape, the checkpoint is of another training, or the loss diverges.

    Examples
    --------
    >>> import jax
    >>> from isocortex import ConvNet, OrientationDiscrimination, population
    >>> networks = population(lambda key: ConvNet("FC", key=key), 2, key=jax.random.key(0))
    >>> trained, history = fit_stream(networks, OrientationDiscrimination(), updates=3, key=jax.random.key(1))
    >>> dict(history.sizes), list(history)
    ({'seed': 2, 'update': 3}, ['loss', 'score'])
    """
    require_counts(updates=updates, batch=batch)
    objective = Objective(
        rule(optimiser, learning_rate, momentum, clip), anneal, penalties(rate_penalty, weight_penalty)
    )
    stages = [*curriculum, (task, stop_at)]
    for stage, fraction in stages:
        require_trainable(models, stage, rate_penalty=rate_penalty, weight_penalty=weight_penalty)
        require(fraction is None or fraction > 0, f"A fraction of the ideal observer must be above 0; got {fraction}.")
    source = Stream([stage for stage, _ in stages], batch)
    trained, history = train(
        models,
        source,
        member_keys(key, n_members(models)),
        jnp.asarray([_criterion(stage, fraction, key) for stage, fraction in stages], jnp.float32),
        objective,
        Plan(updates, min(UPDATES_PER_CHUNK, updates), 1),
        progress=progress,
        checkpoint=None if checkpoint is None else Path(checkpoint),
    )
    said = (
        of_stream(updates, batch, stop_at, curriculum, RUNNING),
        of_rule(optimiser, learning_rate, momentum, clip, anneal=anneal),
        of_loss(task, rate_penalty, weight_penalty),
    )
    return trained, history.assign_attrs(methods=" ".join(said))


def _criterion(task: Task, fraction: float | None, key: PRNGKey) -> float:
    """Return the success that ends a stage."""
    return np.inf if fraction is None else fraction * ceiling(task, jax.random.fold_in(key, NOISE))
