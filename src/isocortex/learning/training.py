"""What training on a data set and training on fresh trials have in common: options, checks, and the training itself."""

from pathlib import Path
from typing import Any, NamedTuple, cast

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Float

from ..errors import require
from ..models import Model
from ..tasks import Task
from .checkpoint import fingerprint
from .checks import require_fitting
from .history import history
from .loop import Plan, Progress, go_through
from .optimisers import Rule
from .sources import DataSet, Stream
from .updates import Learner, Penalties, advance, advance_at_once, split_trained, start


class Objective(NamedTuple):
    """How weights follow the gradient (whether annealed), and what is added to the loss."""

    rule: Rule
    anneal: bool
    penalties: Penalties


def require_counts(**counts: int) -> None:
    """Raise unless every count is at least 1."""
    for name, count in counts.items():
        require(count >= 1, f"{name} must be at least 1; got {count}.")


def require_trainable(models: Any, task: Task, *, rate_penalty: float, weight_penalty: float) -> None:
    """Raise unless the models fit the task, and the penalties the models."""
    require(
        isinstance(models, Model),
        f"Expected a population of models, whose class is a subclass of isocortex.models.Model; got "
        f"{type(models).__name__}.",
    )
    for name, penalty in {"rate_penalty": rate_penalty, "weight_penalty": weight_penalty}.items():
        require(0 <= penalty < np.inf, f"{name} must be at least 0, and finite; got {penalty}.")
    require(rate_penalty == 0 or "rate" in models.layers, "The model has no rates to penalise: it has no layer 'rate'.")
    require_fitting(models, task)


def penalties(rate: float, weight: float) -> Penalties:
    """Return the penalties, or None for a penalty of 0, so that nothing is computed for it."""
    return Penalties(*(jnp.asarray(x, jnp.float32) if x > 0 else None for x in (rate, weight)))


def train(
    models: Any,
    source: DataSet | Stream,
    own: Any,
    criteria: Float[Array, " stage"],
    objective: Objective,
    plan: Plan,
    *,
    progress: Progress | None,
    checkpoint: Path | None,
) -> tuple[Any, xr.Dataset]:
    """Take every member through its updates; return the trained population and the history.

    A checkpoint belongs to the same program on the same arrays: the compiled program holds the code of the task, the
    model and the optimiser, with every number in them.
    """
    weights, rest = split_trained(models)
    learners, last = start(weights, objective.rule), jnp.asarray(plan.updates)
    streaming = isinstance(source, Stream)

    def shared(first: int) -> tuple[Any, ...]:
        return (
            source,
            criteria,
            objective.penalties,
            jnp.asarray(first),
            last,
            plan.chunk,
            objective.rule,
            objective.anneal,
        )

    def chunk(learners: Learner, first: int) -> tuple[Learner, jax.Array]:
        return (advance_at_once if streaming else advance)(learners, rest, own, *shared(first))

    asked = ""
    if checkpoint is not None:
        program = cast(Any, advance).lower(learners, rest, own, *shared(0)).as_text()
        asked = fingerprint(program, plan, learners, rest, own, source, criteria, objective.penalties, objective.rule)
    learners, records = go_through(
        chunk, learners, plan, len(criteria), progress=progress, checkpoint=checkpoint, asked=asked
    )
    per_epoch = None if streaming else plan.chunk
    return eqx.combine(learners.weights, rest), history(records, len(criteria), per_epoch)
