"""Check whether a model fits a task."""

from typing import Any

import equinox as eqx
import jax

from ..errors import InputError, require
from ..tasks import Task


def require_fitting(models: Any, task: Task) -> None:
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
