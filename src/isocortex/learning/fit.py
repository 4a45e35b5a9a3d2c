"""Optimise a population for a task: whole chunks of updates in one compiled program."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax

from ..errors import require
from ..models import map_members, member_keys, n_members
from ..shapes import PRNGKey
from ..tasks import Task
from .checkpoint import fingerprint
from .checks import require_fitting
from .history import by_epoch, by_update
from .loop import Plan, Progress, go_through
from .optimisers import rule
from .sources import NOISE, DataSet, Stream, ceiling
from .updates import Learner, Penalties, advance, advance_at_once, split_trained, start

UPDATES_PER_CHUNK = 100
"""Of a stream, between two reports of progress; a data set's chunk is an epoch. It changes no number."""

Curriculum = Sequence[tuple[Task, float]]


def fit(
    models: Any,
    task: Task,
    *,
    key: PRNGKey,
    updates: int | None = None,
    epochs: int = 25,
    n_trials: int = 1000,
    batch: int | None = None,
    optimiser: str | optax.GradientTransformation | None = None,
    learning_rate: float | None = None,
    momentum: float = 0.99,
    anneal: bool | None = None,
    clip: float | None = None,
    rate_penalty: float = 0.0,
    weight_penalty: float = 0.0,
    stop_at: float | None = None,
    curriculum: Curriculum = (),
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> tuple[Any, Any]:
    """Train every member of a population on its own trials: fresh ones in every update, or a data set in epochs.

    With `updates`, every mini-batch is drawn anew (a stream). Without it, member i draws `n_trials` trials once and
    goes through them for `epochs`, reshuffled each time. Its keys derive from ``fold_in(key, i)`` and those of an
    update or epoch from its number, so neither the size of the population nor an interruption changes a bit. Noise of
    the network is on.

    Parameters
    ----------
    models : population
        As :func:`isocortex.population` builds it.
    task : Task
    key : key
    updates : int, optional
        Updates on a stream of fresh trials. Default: a data set in epochs instead.
    epochs : int
        Passes through a data set. Default 25.
    n_trials : int
        Trials of a data set, per member. Default 1000.
    batch : int, optional
        Trials per update: default 16 of a stream, 100 of a data set, where what does not fill a batch waits for the
        next epoch's order.
    optimiser : {"adam", "rmsprop", "sgd"} or optax.GradientTransformation, optional
        Default Adam on a stream, SGD on a data set. `learning_rate` and `momentum` do not reach one of your own.
    learning_rate : float, optional
        Default 1e-2 for Adam and RMSprop, 5e-4 for SGD.
    momentum : float
        Of SGD. Default 0.99, as published for the normative model.
    anneal : bool, optional
        Whether changes shrink to nothing along half a cosine over all updates. Default: on a stream, where it is worth
        about 2 % of the ideal observer's success after as many updates, and not on a data set, where it is not offered.
    clip : float, optional
        Largest global norm of the gradient. Default: 1 on a stream, none on a data set.
    rate_penalty, weight_penalty : float
        λ of the mean squared rate, and of the mean square of every weight matrix, added to the loss. Default 0.
    stop_at : float, optional
        A member stops when its running success, over 100 updates, reaches this fraction of the ideal observer's.
        Default: none stops early.
    curriculum : sequence of (task, fraction)
        Easier versions of the task, which each member leaves when its running success reaches the fraction of the
        ideal observer's there. They differ in numbers alone (coherences, noise, …), and compile once. Default none.
    progress : callable, optional
        Called as ``progress(done, of)`` after each epoch, or every 100 updates of a stream.
    checkpoint : path, optional
        A file that keeps the state every few seconds. If it exists, training goes on from it, and ends in the same
        numbers as one that was never interrupted.

    Returns
    -------
    models : population
        Trained.
    history : Dataset or DataArray
        Of a stream: ``loss`` (without penalties) and ``score`` of each mini-batch before its update, seed × update,
        with the coordinate ``stopped``, the updates that each member made; and ``stage`` (0, 1, …) with a curriculum.
        Of a data set: the loss, shape (seed, step), with the coordinate ``epoch`` (1, 2, …).

    Raises
    ------
    InputError
        If a count is below 1, the batch exceeds the trials, a rate is not positive, the model does not take the
        task's inputs or give its answers, the tasks of a curriculum differ in shape, the checkpoint belongs to another
        training, or the loss diverges.

    Examples
    --------
    >>> import jax
    >>> from isocortex import ConvNet, OrientationDiscrimination, population
    >>> networks = population(lambda key: ConvNet("FC", key=key), 2, key=jax.random.key(0))
    >>> trained, loss = fit(networks, OrientationDiscrimination(), epochs=2, n_trials=200, key=jax.random.key(1))
    >>> loss.shape
    (2, 4)
    >>> trained, history = fit(networks, OrientationDiscrimination(), updates=3, key=jax.random.key(1))
    >>> dict(history.sizes), list(history)
    ({'seed': 2, 'update': 3}, ['loss', 'score'])
    """
    streaming = updates is not None
    size = (16 if streaming else 100) if batch is None else batch
    counts = {"updates": updates} if streaming else {"epochs": epochs, "n_trials": n_trials}
    for name, count in (counts | {"batch": size}).items():
        require(count is not None and count >= 1, f"{name} must be at least 1; got {count}.")
    require(streaming or size <= n_trials, f"A batch of {size} cannot be drawn from {n_trials} trials.")
    require(
        streaming or (stop_at is None and not curriculum and not anneal),
        "stop_at, anneal and a curriculum need fresh trials: say how many updates=… there are at most.",
    )
    for name, penalty in {"rate_penalty": rate_penalty, "weight_penalty": weight_penalty}.items():
        require(penalty >= 0, f"{name} must be at least 0; got {penalty}.")
    require(rate_penalty == 0 or "rate" in models.layers, "The model has no rates to penalise: it has no layer 'rate'.")
    if optimiser is None:
        optimiser = "adam" if streaming else "sgd"
    if learning_rate is None:
        learning_rate = 5e-4 if optimiser == "sgd" else 1e-2
    if clip is None and streaming:
        clip = 1.0
    anneal = streaming if anneal is None else anneal
    change = rule(optimiser, learning_rate, momentum, clip)
    stages = [*curriculum, (task, stop_at)]
    for stage, fraction in stages:
        require_fitting(models, stage)
        require(fraction is None or fraction > 0, f"A fraction of the ideal observer must be above 0; got {fraction}.")

    keys = member_keys(key, n_members(models))
    if updates is not None:
        source, own = Stream([stage for stage, _ in stages], size), keys
        plan = Plan(updates, min(UPDATES_PER_CHUNK, updates), 1)
    else:
        source = DataSet(task, size)
        own = _data(source, keys, n_trials)
        plan = Plan(epochs * (n_trials // size), n_trials // size, n_trials // size)
    criteria = jnp.asarray([_criterion(stage, fraction, key) for stage, fraction in stages], jnp.float32)
    penalties = Penalties(*(jnp.asarray(x, jnp.float32) if x > 0 else None for x in (rate_penalty, weight_penalty)))
    weights, rest = split_trained(models)
    last = jnp.asarray(plan.updates)

    def chunk(learners: Learner, first: int) -> tuple[Learner, jax.Array]:
        shared = (source, criteria, penalties, jnp.asarray(first), last, plan.chunk, change, anneal)
        return (advance_at_once if streaming else advance)(learners, rest, own, *shared)

    name = optimiser if isinstance(optimiser, str) else "one of your own"
    learners, records = go_through(
        chunk,
        start(weights, change),
        plan,
        len(stages),
        progress=progress,
        checkpoint=None if checkpoint is None else Path(checkpoint),
        asked=fingerprint(
            key, plan, size, n_trials, name, learning_rate, momentum, anneal, clip, penalties, stages, models
        ),
    )
    history = by_update(records, len(stages)) if streaming else by_epoch(records, plan.chunk)
    return eqx.combine(learners.weights, rest), history


@eqx.filter_jit
def _data(source: DataSet, keys: jax.Array, n_trials: int) -> Any:
    """Return every member's data set."""
    return map_members(lambda _, key: source.own(key, n_trials), None, keys)


def _criterion(task: Task, fraction: float | None, key: PRNGKey) -> float:
    """Return the success that ends a stage."""
    return np.inf if fraction is None else fraction * ceiling(task, jax.random.fold_in(key, NOISE))
