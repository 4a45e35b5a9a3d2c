"""Optimise a population for a task: whole chunks of steps in one compiled program."""

import time
from collections.abc import Callable
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr

from ..errors import InputError, require
from ..models import map_members, member_keys, n_members
from ..shapes import PRNGKey
from ..tasks import Task, Trials
from .checkpoint import fingerprint, read_state, write_state

SECONDS_BETWEEN_CHECKPOINTS = 2.0


def fit(
    models: Any,
    task: Task,
    *,
    key: PRNGKey,
    epochs: int = 25,
    n_trials: int = 1000,
    batch: int = 100,
    learning_rate: float = 5e-4,
    momentum: float = 0.99,
    optimiser: optax.GradientTransformation | None = None,
    progress: Callable[[int, int], None] | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> tuple[Any, xr.DataArray]:
    """Train every member of a population on its own trials, in its own order.

    Member i draws `n_trials` trials once and goes through them in mini-batches, reshuffled each epoch. Its keys
    derive from ``fold_in(key, i)`` and each epoch's order from the epoch's number, so neither the size of the
    population nor an interruption changes a bit.

    Parameters
    ----------
    models : population
        As :func:`isocortex.population` builds it.
    task : Task
    key : key
    epochs : int
        Passes through the trials. Default 25.
    n_trials, batch : int
        Trials per member, and per update. Default 1000 and 100. What does not fill a batch waits for the next
        epoch's order.
    learning_rate, momentum : float
        Of stochastic gradient descent. Default 5e-4 and 0.99, as published.
    optimiser : optax.GradientTransformation, optional
        Instead of SGD; `learning_rate` and `momentum` are then not read.
    progress : callable, optional
        Called as ``progress(epochs done, epochs)`` after each epoch.
    checkpoint : path, optional
        A file that keeps the state every few seconds. If it exists, training goes on from it, and ends in the same
        numbers as one that was never interrupted.

    Returns
    -------
    models : population
        Trained.
    loss : DataArray, shape (seed, step)
        Loss of each mini-batch before its update, with the coordinate ``epoch`` (1, 2, …) along ``step``.

    Raises
    ------
    InputError
        If a count is below 1, the batch exceeds the trials, a rate is not positive, the model does not take the
        task's inputs or give its answers, the checkpoint belongs to another training, or the loss diverges.

    Examples
    --------
    >>> import jax
    >>> from isocortex import ConvNet, OrientationDiscrimination, population
    >>> networks = population(lambda key: ConvNet("FC", key=key), 2, key=jax.random.key(0))
    >>> trained, loss = fit(networks, OrientationDiscrimination(), epochs=2, n_trials=200, key=jax.random.key(1))
    >>> loss.shape
    (2, 4)
    """
    for name, count in {"epochs": epochs, "n_trials": n_trials, "batch": batch}.items():
        require(count >= 1, f"{name} must be at least 1; got {count}.")
    require(batch <= n_trials, f"A batch of {batch} cannot be drawn from {n_trials} trials.")
    require(learning_rate > 0, f"learning_rate must be above 0; got {learning_rate}.")
    require(0 <= momentum < 1, f"momentum must be in [0, 1); got {momentum}.")
    rule = _sgd(learning_rate, momentum) if optimiser is None else optimiser

    _require_fitting(models, task)
    weights, static = eqx.partition(models, eqx.is_inexact_array)
    data, order_keys, memory = _start(weights, member_keys(key, n_members(models)), task, n_trials, rule)
    losses = np.full((n_members(models), epochs, n_trials // batch), np.nan, np.float32)
    state = (weights, memory, losses, np.asarray(0))
    asked = fingerprint(key, epochs, n_trials, batch, learning_rate, momentum, task, weights)
    if checkpoint is not None:
        state = read_state(Path(checkpoint), state, asked)
    weights, memory, losses, done = state
    written = -np.inf
    for epoch in range(int(done), epochs):
        weights, memory, epoch_loss = _epoch(
            weights, memory, static, task, data, order_keys, jnp.asarray(epoch), batch, rule
        )
        losses[:, epoch] = epoch_loss
        if checkpoint is not None and (time.monotonic() - written > SECONDS_BETWEEN_CHECKPOINTS or epoch + 1 == epochs):
            write_state(Path(checkpoint), (weights, memory, losses, np.asarray(epoch + 1)), asked)
            written = time.monotonic()
        if progress is not None:
            progress(epoch + 1, epochs)
    diverged = np.flatnonzero(~np.isfinite(losses).all(axis=(1, 2)))
    require(
        len(diverged) == 0,
        f"Training diverged in {len(diverged)} of {len(losses)} seeds (the first is {diverged[:1]}): the loss is not "
        "finite. Lower the learning rate.",
    )
    labelled = xr.DataArray(
        losses.reshape(len(losses), -1),
        dims=("seed", "step"),
        coords={
            "seed": np.arange(len(losses)),
            "epoch": ("step", np.repeat(np.arange(epochs) + 1, losses.shape[2])),
        },
        name="loss",
    )
    return eqx.combine(weights, static), labelled


def _require_fitting(models: Any, task: Task) -> None:
    """Raise unless a member takes one of the task's inputs and answers in the shape of its targets."""
    trial = jax.eval_shape(lambda key: task.sample(key, 1), jax.random.key(0))
    member = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape[1:], x.dtype), eqx.filter(models, eqx.is_array))
    static = eqx.filter(models, eqx.is_array, inverse=True)
    inputs, targets = trial.inputs.shape[1:], trial.targets.shape[1:]
    example = jax.ShapeDtypeStruct(inputs, trial.inputs.dtype)
    try:
        answer = jax.eval_shape(lambda arrays, x: eqx.combine(arrays, static)(x)["output"], member, example)
    except (TypeError, ValueError) as error:
        raise InputError(f"The model does not take the task's inputs, of shape {inputs}: {error}") from error
    require(
        answer.shape == targets,
        f"The model answers with shape {answer.shape}, and the task expects {targets}: build it with "
        f"n_outputs={task.n_outputs} and readout={task.readout!r}.",
    )


@cache
def _sgd(learning_rate: float, momentum: float) -> optax.GradientTransformation:
    """Return one rule for one pair of rates, so that training again with them does not compile again."""
    return optax.sgd(learning_rate, momentum)


@eqx.filter_jit
def _start(
    weights: Any, keys: jax.Array, task: Task, n_trials: int, rule: optax.GradientTransformation
) -> tuple[Trials, jax.Array, Any]:
    """Return every member's trials, the key of its orders, and its optimiser's first memory."""

    def of_member(weights: Any, key: PRNGKey) -> tuple[Trials, jax.Array, Any]:
        data_key, order_key = jax.random.split(key)
        return task.sample(data_key, n_trials), order_key, rule.init(weights)

    return map_members(of_member, weights, keys)


@eqx.filter_jit
def _epoch(
    weights: Any,
    memory: Any,
    static: Any,
    task: Task,
    data: Trials,
    order_keys: jax.Array,
    epoch: jax.Array,
    batch: int,
    rule: optax.GradientTransformation,
) -> tuple[Any, Any, jax.Array]:
    """Take every member through its trials once."""

    def loss_of(weights: Any, trials: Trials) -> jax.Array:
        model = eqx.combine(weights, static)
        return task.loss(jax.vmap(model)(trials.inputs)["output"], trials)

    def of_member(weights: Any, memory: Any, trials: Trials, key: PRNGKey) -> tuple[Any, Any, jax.Array]:
        n = len(trials.weights)
        order = jax.random.permutation(jax.random.fold_in(key, epoch), n)

        def step(carry: tuple[Any, Any], chosen: jax.Array) -> tuple[tuple[Any, Any], jax.Array]:
            weights, memory = carry
            mini_batch = jax.lax.optimization_barrier(jax.tree.map(lambda x: x[chosen], trials))  # gather it once
            loss, gradient = jax.value_and_grad(loss_of)(weights, mini_batch)
            change, memory = rule.update(gradient, memory, weights)
            return (optax.apply_updates(weights, change), memory), loss

        batches = order[: n // batch * batch].reshape(-1, batch)
        (weights, memory), losses = jax.lax.scan(step, (weights, memory), batches)
        return weights, memory, losses

    return map_members(of_member, weights, memory, data, order_keys)
