"""Populations: several copies of a model, with the seed as the first axis of every array."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import equinox as eqx
import jax

from ..errors import require
from ..shapes import PRNGKey

Model = TypeVar("Model")


@partial(jax.jit, static_argnums=1)
def member_keys(key: PRNGKey, n: int) -> jax.Array:
    """Return one key per member; the first keys do not depend on how many follow.

    Examples
    --------
    >>> member_keys(jax.random.key(0), 3).shape
    (3,)
    """
    return jax.vmap(jax.random.fold_in, (None, 0))(key, jax.numpy.arange(n))


def population(build: Callable[[PRNGKey], Model], n: int, *, key: PRNGKey) -> Model:
    """Build `n` independently initialised copies of a model as one.

    Parameters
    ----------
    build : callable
        Takes a key, returns a model.
    n : int
        Number of members (seeds), at least 1.
    key : key
        Member i is built with ``fold_in(key, i)``, so it does not depend on `n`.

    Returns
    -------
    model
        Of the same class, every array with a leading seed axis.

    Raises
    ------
    InputError
        If `n` is below 1.

    Examples
    --------
    >>> from isocortex.models import CTRNN
    >>> networks = population(lambda key: CTRNN(3, 2, n_units=4, key=key), 5, key=jax.random.key(0))
    >>> networks.output_weight.shape
    (5, 2, 4)
    """
    require(n >= 1, f"A population needs at least one seed; got {n}.")
    return eqx.filter_vmap(build)(member_keys(key, n))


def n_members(models: Any) -> int:
    """Return the number of seeds in a population.

    Examples
    --------
    >>> from isocortex.models import CTRNN
    >>> n_members(population(lambda key: CTRNN(3, 2, n_units=4, key=key), 5, key=jax.random.key(0)))
    5
    """
    arrays = jax.tree.leaves(eqx.filter(models, eqx.is_array))
    sizes = {array.shape[0] if array.ndim else 0 for array in arrays}
    require(
        len(sizes) == 1 and 0 not in sizes,
        "This is not a population: its arrays do not share a leading seed axis. Build one with population(…), or say "
        "population=False for a single model.",
    )
    return sizes.pop()


def map_members(function: Callable[..., Any], models: Any, *per_member: Any) -> Any:
    """Apply ``function(model, *args)`` to every member in turn, inside a compiled program.

    One after the other (``lax.map``) gives each member the whole machine, and the same bits whatever the size of
    the population.

    Examples
    --------
    >>> from isocortex.models import CTRNN
    >>> networks = population(lambda key: CTRNN(3, 2, n_units=4, key=key), 5, key=jax.random.key(0))
    >>> map_members(lambda network: network.output_bias, networks).shape
    (5, 2)
    """
    arrays, static = eqx.partition(models, eqx.is_array)
    return jax.lax.map(lambda item: function(eqx.combine(item[0], static), *item[1:]), (arrays, *per_member))


def member(models: Model, i: int) -> Model:
    """Return member `i` of a population as a single model.

    Raises
    ------
    InputError
        If there is no such member.

    Examples
    --------
    >>> from isocortex.models import CTRNN
    >>> networks = population(lambda key: CTRNN(3, 2, n_units=4, key=key), 5, key=jax.random.key(0))
    >>> member(networks, 0).output_weight.shape
    (2, 4)
    """
    n = n_members(models)
    require(0 <= i < n, f"A population of {n} has the members 0 to {n - 1}; got {i}.")
    arrays, static = eqx.partition(models, eqx.is_array)
    return eqx.combine(jax.tree.map(lambda x: x[i], arrays), static)
