"""Where a training gets its trials: a data set that is gone through in epochs, or a stream of fresh ones.

Both say what a chunk of updates runs over, and turn one element of it into a batch, so one compiled loop serves both.
What is a member's own (its data, its keys) is kept apart from what all members share.
"""

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from ..errors import require
from ..shapes import PRNGKey
from ..tasks import Task, Trials

Batch = tuple[Task, Trials, PRNGKey]
"""The task of an update, its trials, and the key of the network's noise."""
NOISE = 2**32 - 1
"""The number folded into a key for the network's noise, where small numbers stand for epochs."""


class DataSet(eqx.Module):
    """Trials drawn once per member, reshuffled each epoch; a chunk is an epoch."""

    task: Task
    batch: int = eqx.field(static=True)

    def own(self, key: PRNGKey, n_trials: int) -> tuple[Trials, PRNGKey]:
        """Return a member's trials, and the key of its orders."""
        data_key, order_key = jax.random.split(key)
        return self.task.sample(data_key, n_trials), order_key

    def steps(self, own: tuple[Trials, PRNGKey], first: Int[Array, ""], n: int) -> Any:
        """Return the trials of every update of an epoch."""
        trials, key = own
        order = jax.random.permutation(jax.random.fold_in(key, first // n), len(trials.weights))
        return order[: n * self.batch].reshape(n, self.batch), first + jnp.arange(n)

    def draw(self, own: tuple[Trials, PRNGKey], step: Any, stage: Int[Array, ""]) -> Batch:
        """Return the batch of an update."""
        trials, key = own
        chosen, number = step
        mini_batch = jax.lax.optimization_barrier(jax.tree.map(lambda x: x[chosen], trials))  # gather it once
        return self.task, mini_batch, jax.random.fold_in(jax.random.fold_in(key, NOISE), number)


class Stream(eqx.Module):
    """Fresh trials in every update, from one task after the other; update n of a member uses ``fold_in(key, n)``."""

    tasks: Any
    static: Any = eqx.field(static=True)
    batch: int = eqx.field(static=True)

    def __init__(self, tasks: Sequence[Task], batch: int) -> None:
        arrays, static = eqx.partition(list(tasks), eqx.is_array)
        alike = all(
            jax.tree.structure(task) == jax.tree.structure(tasks[0])
            and [jnp.shape(x) for x in jax.tree.leaves(task)] == [jnp.shape(x) for x in jax.tree.leaves(tasks[0])]
            for task in tasks
        )
        require(
            alike,
            "The tasks of a curriculum may differ only in the values of their numbers, such as coherences, noise "
            "or stim_scale; their timing and everything else that shapes a trial must be equal.",
        )
        self.tasks, self.static, self.batch = jax.tree.map(lambda *x: jnp.stack(x), *arrays), static[0], batch

    def steps(self, own: PRNGKey, first: Int[Array, ""], n: int) -> Int[Array, " update"]:
        """Return the numbers of a chunk's updates."""
        return first + jnp.arange(n)

    def draw(self, own: PRNGKey, step: Int[Array, ""], stage: Int[Array, ""]) -> Batch:
        """Return the batch of an update."""
        task = eqx.combine(jax.tree.map(lambda x: x[stage], self.tasks), self.static)
        trial_key, noise_key = jax.random.split(jax.random.fold_in(own, step))
        return task, task.sample(trial_key, self.batch), noise_key


TRIALS_FOR_A_CEILING = 4000
"""A mean probability with a standard deviation of at most 1/4 over trials is then known to 0.004."""


def ceiling(task: Task, key: PRNGKey) -> float:
    """Return the ideal observer's probability correct, averaged over fresh trials.

    Raises
    ------
    InputError
        If the task states no ideal observer.
    """
    require(
        hasattr(task, "ideal"),
        f"{type(task).__name__} defines no ideal observer, so that no fraction of its success can be asked for.",
    )
    return float(_ceiling(task, key))


@eqx.filter_jit
def _ceiling(task: Any, key: PRNGKey) -> Float[Array, ""]:
    return jnp.mean(task.ideal(task.sample(key, TRIALS_FOR_A_CEILING)))
