"""Join networks of one form into one batch."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ...errors import require
from ...shapes import PRNGKey
from .counters import fold_in
from .delivery import slots, table
from .event_system import State
from .network import Network
from .program import Program


def program(
    networks: Sequence[Network],
    *,
    dt: float,
    exact: bool,
    key: PRNGKey | None,
    recorded: tuple[str, ...],
    watched: np.ndarray,
    dtype: Any,
) -> Program:
    """Return the program of a batch.

    Network i uses ``fold_in(key, i)``, and of that its input j ``fold_in`` of j, so that neither the number of networks
    nor the duration changes what is drawn.

    Raises
    ------
    InputError
        If the networks differ in more than numbers.
    """
    one, n_units = networks[0], networks[0].n_units
    n_slots, slot_size = slots(networks, dt), len(one.receptors) * len(networks) * n_units
    names = list(one.receptors)
    tables = [
        table(of, n_units, names.index(of[0].onto) * len(networks) * n_units, n_slots, slot_size, dt, dtype)
        for of in zip(*(network.projections for network in networks), strict=True)
    ]
    inputs = [[*network.drives, *(each.on_grid(dt, n_units) for each in network.afferents)] for network in networks]
    joined = [_stacked(list(of), dtype) for of in zip(*inputs, strict=True)]
    drives = tuple(drive.on_grid(dt, n_units) for drive in joined[: len(one.drives)])
    neurons = _stacked([network.neurons for network in networks], dtype)
    words = np.zeros(2, np.uint32) if key is None else np.asarray(jax.random.key_data(key))
    keys = fold_in(fold_in(words, np.arange(len(networks))), np.arange(len(joined))[:, None])
    return Program(
        neurons=neurons,
        receptors={name: _stacked([network.receptors[name] for network in networks], dtype) for name in names},
        tables=tuple(tables),
        short_term=tuple(
            _stacked([projection.short_term for projection in of], dtype)
            for of in zip(*(network.projections for network in networks), strict=True)
        ),
        drives=drives,
        afferents=tuple(joined[len(one.drives) :]),
        dt=jnp.asarray(dt, dtype),
        refractory=jnp.asarray(np.rint(np.asarray(neurons.t_ref, float) / dt).astype(np.int32)),
        keys=jnp.asarray(keys),
        watched=jnp.asarray(watched.astype(np.int32)),
        n_slots=n_slots,
        shape=(len(networks), n_units),
        exact=exact,
        recorded=recorded,
    )


def initial(networks: Sequence[Network], dtype: Any) -> State:
    """Return the variables of all neurons before the first step, each of shape (network, unit)."""

    def of(network: Network) -> list[np.ndarray]:
        default = dict(zip(network.neurons.variables, network.neurons.start(), strict=True))
        return [np.broadcast_to(np.asarray(v), network.n_units) for v in (default | dict(network.start)).values()]

    return tuple(jnp.asarray(np.stack(values).astype(dtype)) for values in zip(*map(of, networks), strict=True))


def require_alike(networks: Sequence[Network]) -> None:
    """Raise an :class:`InputError` unless networks have the same parts, and differ only in numbers."""

    def form(network: Network) -> tuple[Any, ...]:
        parts = (*network.drives, *network.afferents, *network.receptors.values())
        return (
            type(network.neurons),
            network.sizes,
            list(network.receptors),
            [(projection.onto, type(projection.short_term)) for projection in network.projections],
            [jax.tree.structure(part) for part in parts],
        )

    for i, network in enumerate(networks[1:], 1):
        require(
            form(network) == form(networks[0]),
            f"Networks of one batch must have the same groups, receptors, projections and inputs, and differ only in "
            f"numbers; network {i} is built differently from network 0.",
        )


def _stacked(parts: list[Any], dtype: Any) -> Any:
    """Return one part with the parameters of all.

    Numbers stay numbers, or become (network, 1) where they differ; a value per unit becomes (1 or network, unit); a
    matrix stays one, or gets a first axis of networks where they differ.
    """

    def leaf(*values: Any) -> Float[Array, "..."] | Bool[Array, "..."]:
        arrays = np.broadcast_arrays(*values)
        same = all(np.array_equal(array, arrays[0]) for array in arrays[1:])
        if same:
            joined = arrays[0][None] if arrays[0].ndim == 1 else arrays[0]
        else:
            joined = np.stack(arrays)
            joined = joined[:, None] if joined.ndim == 1 else joined
        return jnp.asarray(joined if joined.dtype == bool else joined.astype(dtype))

    return jax.tree.map(leaf, *parts)
