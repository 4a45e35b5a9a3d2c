"""Train a population on a data set in epochs, with whole epochs in one compiled program."""

from os import PathLike
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr

from ..errors import require
from ..models import map_members, member_keys, n_members
from ..shapes import PRNGKey
from ..tasks import Task
from .loop import Plan, Progress
from .methods import of_epochs, of_loss, of_rule
from .optimisers import rule
from .sources import DataSet
from .training import Objective, penalties, require_counts, require_trainable, train


def fit(
    models: Any,
    task: Task,
    *,
    key: PRNGKey,
    epochs: int = 25,
    n_trials: int = 1000,
    batch: int = 100,
    optimiser: str | optax.GradientTransformation = "sgd",
    learning_rate: float | None = None,
    momentum: float | None = None,
    clip: float | None = None,
    rate_penalty: float = 0.0,
    weight_penalty: float = 0.0,
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> tuple[Any, xr.Dataset]:
    """Train every member of a population in epochs, each member on a different data set.

    Member i draws `n_trials` trials once and goes through them for `epochs`, reshuffled each time. Its keys derive from
    ``fold_in(key, i)`` and those of an epoch from its number, so neither the size of the population nor an interruption
    changes a bit. Noise of the network is on. :func:`fit_stream` trains on fresh trials instead.

    Parameters
    ----------
    models : population
        As :func:`isocortex.population` builds it.
    task : Task
    key : key
    epochs : int
        Passes through the data set. Default 25.
    n_trials : int
        Trials of the data set, per member. Default 1000.
    batch : int
        Trials per update. Default 100. Trials that do not fill a batch are left out of this epoch.
    optimiser : {"sgd", "adam", "rmsprop"} or optax.GradientTransformation
        Default SGD.
    learning_rate : float, optional
        The learning rate of an optimiser given by name. Default 5e-4 for SGD, 1e-2 for Adam and RMSprop.
    momentum : float, optional
        Of SGD. Default 0.99, as published for the normative model.
    clip : float, optional
        Largest global norm of the gradient. Default: none.
    rate_penalty, weight_penalty : float
        λ of the mean squared rate, and of the mean square of every weight matrix, added to the loss. Default 0.
    progress : callable, optional
        Called as ``progress(epochs done, epochs)`` after each epoch.
    checkpoint : path, optional
        A file that keeps the state every few seconds. If it exists, training goes on from it, and ends in the same
        numbers as one that was never interrupted.

    Returns
    -------
    models : population
        Trained.
    history : Dataset
        ``loss`` (without penalties) and ``score`` of each mini-batch before its update, seed × update, with the
        coordinate ``epoch`` (1, 2, …) along ``update``, and ``stopped``, the updates that each member made.
        ``attrs["methods"]`` says in words what was done.

    Raises
    ------
    InputError
        If a count is below 1, the batch exceeds the trials, a rate is not positive, an option is not one of the
        optimiser's, the model does not take the task's inputs or give its answers, the checkpoint is of another
        training, or the loss diverges.

    Examples
    --------
    >>> import jax
    >>> from isocortex import ConvNet, OrientationDiscrimination, population
    >>> networks = population(lambda key: ConvNet("FC", key=key), 2, key=jax.random.key(0))
    >>> trained, history = fit(networks, OrientationDiscrimination(), epochs=2, n_trials=200, key=jax.random.key(1))
    >>> dict(history.sizes), list(history), history.epoch.values.tolist()
    ({'seed': 2, 'update': 4}, ['loss', 'score'], [1, 1, 2, 2])
    """
    require_counts(epochs=epochs, n_trials=n_trials, batch=batch)
    require(batch <= n_trials, f"A batch of {batch} cannot be drawn from {n_trials} trials.")
    objective = Objective(
        rule(optimiser, learning_rate, momentum, clip), anneal=False, penalties=penalties(rate_penalty, weight_penalty)
    )
    require_trainable(models, task, rate_penalty=rate_penalty, weight_penalty=weight_penalty)
    source, per_epoch = DataSet(task, batch), n_trials // batch
    trained, history = train(
        models,
        source,
        _data(source, member_keys(key, n_members(models)), n_trials),
        jnp.asarray([np.inf], jnp.float32),
        objective,
        Plan(epochs * per_epoch, per_epoch, per_epoch),
        progress=progress,
        checkpoint=None if checkpoint is None else Path(checkpoint),
    )
    said = (
        of_epochs(epochs, n_trials, batch),
        of_rule(optimiser, learning_rate, momentum, clip, anneal=False),
        of_loss(task, rate_penalty, weight_penalty),
    )
    return trained, history.assign_attrs(methods=" ".join(said))


@eqx.filter_jit
def _data(source: DataSet, keys: jax.Array, n_trials: int) -> Any:
    """Return every member's data set."""
    return map_members(lambda _, key: source.own(key, n_trials), None, keys)
