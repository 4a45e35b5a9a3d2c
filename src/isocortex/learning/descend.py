"""Train perceptrons with explicit back-propagation: many small updates in one compiled program."""

import time
from collections.abc import Callable
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Float

from ..cores import on_cores
from ..errors import require
from ..formats import counted, significant
from ..models import MLP, n_members
from ..shapes import PRNGKey
from ..tasks import Task
from .backpropagation import RULES, check_loss, deltas, forward, gradients
from .checkpoint import fingerprint, read_state, write_state
from .methods import NAMES

CHUNK = 20
"""Epochs of one compiled call, after which progress is told."""
SECONDS_BETWEEN_CHECKPOINTS = 2.0

Batches = Float[jax.Array, "batch sample _"]
Member = tuple[MLP, Any]
"""A network and the memory of its optimiser."""


def descend(
    networks: MLP,
    task: Task,
    *,
    key: PRNGKey,
    loss: str = "cross-entropy",
    optimiser: str = "sgd",
    learning_rate: float = 1e-2,
    epochs: int = 1000,
    n_trials: int = 9500,
    batch: int = 25,
    progress: Callable[[int, int], None] | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> tuple[MLP, xr.DataArray]:
    """Train every member of a population of perceptrons on its own trials, in a fixed order.

    Member i draws `n_trials` trials once, with ``fold_in(key, i)``, and goes through them in the same batches every
    epoch. The gradient is that of ``isocortex.learning.backpropagation``; the defaults are the published
    configuration. Members run on the machine's cores at once, each as a separate program, so that neither their
    number nor an interruption changes a bit.

    Parameters
    ----------
    networks : population of MLP
    task : Task
        Its inputs and targets are vectors.
    key : key
        Of the trials.
    loss : {"cross-entropy", "squared-error"}
        Summed over the outputs, mean over the batch; the squared error is halved.
    optimiser : {"sgd", "adam"}
    learning_rate : float
        Default 1e-2.
    epochs, n_trials, batch : int
        Default 1000, 9500 and 25: 380 updates an epoch. What does not fill a batch is left out.
    progress : callable, optional
        Called as ``progress(epochs done, epochs)`` every 20 epochs.
    checkpoint : path, optional
        A file that keeps the state every few seconds. If it exists, training goes on from it.

    Returns
    -------
    networks : population of MLP
        Trained.
    error : DataArray, shape (seed, epoch)
        Σ (ŷ − y)² over the outputs, mean over the trials of each epoch (1, 2, …), each before its batch's update.
        ``attrs["methods"]`` says in words what was done.

    Raises
    ------
    InputError
        For an unknown loss or optimiser, a count below 1, a batch larger than the trials, a rate that is not positive,
        networks that do not fit the task, the checkpoint of another training, or an error that is not finite.

    Examples
    --------
    >>> import jax
    >>> from isocortex import MLP, HeadCentred, population
    >>> networks = population(lambda key: MLP((66, 16, 64), key=key), 2, key=jax.random.key(0))
    >>> trained, error = descend(networks, HeadCentred(), epochs=3, n_trials=100, key=jax.random.key(1))
    >>> error.sizes["seed"], error.sizes["epoch"], bool((error[:, 2] < error[:, 0]).all())
    (2, 3, True)
    """
    for name, count in {"epochs": epochs, "n_trials": n_trials, "batch": batch}.items():
        require(count >= 1, f"{name} must be at least 1; got {count}.")
    require(batch <= n_trials, f"A batch of {batch} cannot be drawn from {n_trials} trials.")
    require(0 < learning_rate < np.inf, f"learning_rate must be above 0; got {learning_rate}.")
    rule = RULES.named(optimiser)
    check_loss(networks, loss)
    seeds = n_members(networks)
    data = [_batches(task, jax.random.fold_in(key, i), n_trials, batch) for i in range(seeds)]
    _require_fitting(networks, *data[0])

    zeros = jax.tree.map(np.zeros_like, networks)
    state = (networks, (zeros,) * rule.moments, np.full((seeds, epochs), np.nan, np.float32), np.asarray(0))
    asked = fingerprint(loss, optimiser, learning_rate, epochs, n_trials, batch, data, networks)
    if checkpoint is not None:
        state = read_state(Path(checkpoint), state, asked)
    networks, memory, errors, done = state
    members = [jax.tree.map(lambda leaf, i=i: jnp.asarray(leaf[i]), (networks, memory)) for i in range(seeds)]
    rate, written = jnp.asarray(learning_rate, jnp.float32), -np.inf

    def advance(i: int, start: int, n: int) -> None:
        members[i], error = _epochs(members[i], data[i], jnp.asarray(start), jnp.asarray(n), rate, loss, optimiser)
        errors[i, start : start + n] = error[:n]

    advance(0, int(done), 0)  # compiles, once for all members
    for start in range(int(done), epochs, CHUNK):
        end = min(start + CHUNK, epochs)
        on_cores(partial(advance, start=start, n=end - start), range(seeds))
        if checkpoint is not None and (time.monotonic() - written > SECONDS_BETWEEN_CHECKPOINTS or end == epochs):
            write_state(Path(checkpoint), (*_stacked(members), errors, np.asarray(end)), asked)
            written = time.monotonic()
        if progress is not None:
            progress(end, epochs)
    bad = np.flatnonzero(~np.isfinite(errors).all(axis=1))
    require(
        len(bad) == 0,
        f"Training diverged in {len(bad)} of {seeds} seeds (the first is {bad[:1]}): the error is not finite. "
        "Lower the learning rate.",
    )
    coordinates = {"seed": np.arange(seeds), "epoch": np.arange(epochs) + 1}
    error = xr.DataArray(errors, dims=("seed", "epoch"), coords=coordinates, name="error")
    return _stacked(members)[0], error.assign_attrs(
        methods=f"Every network goes {counted(epochs, 'time')} through its own {counted(n_trials, 'trial')}, in "
        f"batches of {batch} and in a fixed order. The weights follow the gradient of the {loss} by "
        f"{NAMES.get(optimiser, optimiser)} with a learning rate of {significant(learning_rate)}."
    )


def _stacked(members: list[Member]) -> Member:
    """Return members as one population."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *members)


@eqx.filter_jit
def _batches(task: Task, key: PRNGKey, n_trials: int, batch: int) -> tuple[Batches, Batches]:
    """Draw a member's trials and cut them into batches."""
    trials = task.sample(key, n_trials)
    n = n_trials // batch
    return trials.inputs[: n * batch].reshape(n, batch, -1), trials.targets[: n * batch].reshape(n, batch, -1)


def _require_fitting(networks: MLP, inputs: Batches, targets: Batches) -> None:
    """Raise unless the networks take the task's inputs and have its number of outputs."""
    sizes = networks.weights[0].shape[-1], networks.weights[-1].shape[-2]
    expected = inputs.shape[-1], targets.shape[-1]
    require(
        sizes == expected,
        f"The networks have {sizes[0]} inputs and {sizes[1]} outputs, and the task {expected[0]} and {expected[1]}.",
    )


@eqx.filter_jit
def _epochs(
    member: Member,
    data: tuple[Batches, Batches],
    start: jax.Array,
    n: jax.Array,
    rate: jax.Array,
    loss: str,
    optimiser: str,
) -> tuple[Member, jax.Array]:
    """Take one network through its batches `n` times; return it and the error of each epoch."""
    follow, (n_batches, batch) = RULES[optimiser].step, data[0].shape[:2]

    def update(member: Member, given: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[Member, jax.Array]:
        network, memory = member
        x, y, t = given
        z = forward(network, x)
        gradient = gradients(network, z, deltas(network, z, y, loss))
        return follow(network, gradient, memory, t, rate), ((z[-1] - y) ** 2).sum(axis=0)  # and over outputs later

    def epoch(i: jax.Array, state: tuple[Member, jax.Array]) -> tuple[Member, jax.Array]:
        member, errors = state
        t = ((start + i) * n_batches + 1 + jnp.arange(n_batches)).astype(jnp.float32)
        member, squares = jax.lax.scan(update, member, (*data, t))
        return member, errors.at[i].set(squares.sum() / (n_batches * batch))

    return jax.lax.fori_loop(0, n, epoch, (member, jnp.zeros(CHUNK)))
