"""The compiled part of training: chunks of updates of every member, in one program."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ..cores import on_cores
from ..models import map_members
from .optimisers import Rule
from .sources import DataSet, Stream

RUNNING = 100
"""Updates over which success is averaged before it is held against a criterion."""
RECORDED = ("loss", "score", "stage")
"""What is kept of every update; NaN after a member has stopped."""


class Learner(NamedTuple):
    """A member while it learns."""

    weights: Any
    memory: Any
    """The optimiser's."""
    stage: Array
    """How many of the tasks it has mastered; it stops after the last."""
    since: Array
    """Updates in this stage."""
    success: Array
    """Running mean of the score in this stage."""


class Penalties(NamedTuple):
    """What is added to the loss: λ times the mean squared rate, and times the mean squares of all weight matrices."""

    rate: Float[Array, ""] | None
    weight: Float[Array, ""] | None


def split_trained(models: Any) -> tuple[Any, Any]:
    """Return what training changes, and the rest: no integers, masks, or arrays that the model calls constants."""
    trained = jax.tree.map(eqx.is_inexact_array, models)
    names = models.constants
    if names:
        trained = eqx.tree_at(lambda tree: [getattr(tree, name) for name in names], trained, [False] * len(names))
    return eqx.partition(models, trained)


@eqx.filter_jit
def start(weights: Any, rule: Rule) -> Learner:
    """Return every member before its first update."""
    optimiser = rule.made()

    def of_member(weights: Any) -> Learner:
        zero = jnp.zeros((), jnp.int32)
        return Learner(weights, optimiser.init(weights), zero, zero, jnp.zeros(()))

    return map_members(of_member, weights)


@eqx.filter_jit
def advance(
    learners: Learner,
    rest: Any,
    own: Any,
    source: DataSet | Stream,
    criteria: Float[Array, " stage"],
    penalties: Penalties,
    first: Array,
    last: Array,
    n: int,
    rule: Rule,
    anneal: bool,
) -> tuple[Learner, Float[Array, "seed update recorded"]]:
    """Take every member through the updates first … first + n − 1, or up to `last`, and return what was recorded.

    With `anneal` changes shrink to nothing along half a cosine on the way to `last`.
    A member that has met its last criterion keeps its weights; what the others do does not depend on it.
    """
    streaming, optimiser = isinstance(source, Stream), rule.made()

    def of_member(rest: Any, learner: Learner, own: Any) -> tuple[Learner, Array]:
        def update(learner: Learner, step: Any) -> tuple[Learner, Array]:
            stage = jnp.minimum(learner.stage, len(criteria) - 1)
            task, trials, key = source.draw(own, step, stage)

            def loss_of(weights: Any) -> tuple[Array, tuple[Array, Array]]:
                model = eqx.combine(weights, rest)
                keys = jax.random.split(key, len(trials.inputs))
                activity = jax.vmap(lambda x, key: model(x, key=key))(trials.inputs, keys)
                loss = task.loss(activity["output"], trials)
                score = task.score(activity["output"], trials)
                return loss + _penalty(penalties, weights, activity), (loss, jnp.asarray(score))

            (_, (loss, score)), gradient = jax.value_and_grad(loss_of, has_aux=True)(learner.weights)
            change, memory = optimiser.update(gradient, learner.memory, learner.weights)
            if anneal:
                share = (1 + jnp.cos(jnp.pi * step / last)) / 2
                change = jax.tree.map(lambda x: share * x, change)
            weights = optax.apply_updates(learner.weights, change)
            if not streaming:
                return learner._replace(weights=weights, memory=memory), jnp.stack([loss, score, jnp.zeros(())])
            active = (learner.stage < len(criteria)) & (step < last)
            new = _judge(
                Learner(weights, memory, learner.stage, learner.since, learner.success), score, criteria[stage]
            )
            recorded = jnp.stack([loss, score, learner.stage.astype(jnp.float32)])
            kept = jax.tree.map(lambda new, old: jnp.where(active, new, old), new, learner)
            return kept, jnp.where(active, recorded, jnp.nan)

        def chunk(learner: Learner) -> tuple[Learner, Array]:
            return jax.lax.scan(update, learner, source.steps(own, first, n))

        if not streaming:
            return chunk(learner)
        stopped = jnp.full((n, len(RECORDED)), jnp.nan)
        return jax.lax.cond(learner.stage < len(criteria), chunk, lambda learner: (learner, stopped), learner)

    return map_members(of_member, rest, learners, own)


def advance_at_once(
    learners: Learner, rest: Any, own: Any, *shared: Any
) -> tuple[Learner, Float[Array, "seed update recorded"]]:
    """Do what :func:`advance` does, each member as a separate program, on all cores at once.

    The steps of a small network are too short for several cores; several networks are not. One program serves every
    member, so their number does not change a bit.
    """

    def one(i: int) -> tuple[Learner, Array]:
        mine = jax.tree.map(lambda x: x[i : i + 1] if eqx.is_array(x) else x, (learners, rest, own))
        return jax.block_until_ready(advance(*mine, *shared))

    members = on_cores(one, range(len(learners.stage)))
    return jax.tree.map(lambda *x: jnp.concatenate(x), *members)


def _judge(learner: Learner, score: Array, criterion: Array) -> Learner:
    """Return the member with its running success, and in the next stage if that meets the criterion."""
    since = learner.since + 1
    success = learner.success + (score - learner.success) / jnp.minimum(since, RUNNING)
    passed = (since >= RUNNING) & (success >= criterion)
    return learner._replace(
        stage=learner.stage + passed,
        since=jnp.where(passed, 0, since),
        success=jnp.where(passed, 0.0, success),
    )


def _penalty(penalties: Penalties, weights: Any, activity: dict[str, Array]) -> Array | float:
    total: Array | float = 0.0
    if penalties.rate is not None:
        total += penalties.rate * jnp.mean(activity["rate"] ** 2)
    if penalties.weight is not None:
        matrices = [x for x in jax.tree.leaves(weights) if x.ndim >= 2]
        total += penalties.weight * sum(jnp.mean(x**2) for x in matrices)
    return total
