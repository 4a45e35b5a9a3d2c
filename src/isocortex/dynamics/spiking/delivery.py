"""Bring spikes to their targets after their delays: one spike at a time, none ever lost.

Weights that are on their way lie in a ring of slots, one per step of the longest delay. A spike adds the weights of its
synapses to it, which takes time in proportion to the synapses of the units that fire, not to all.
"""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from ...errors import require
from .network import Network, Projection

Ring = Float[Array, " place"]


class Table(eqx.Module):
    """The synapses of a projection, sorted by their source.

    Attributes
    ----------
    first : array, shape (row + 1,)
        Where the synapses of each source begin.
    place : array, shape (synapse + width,)
        Where in the ring each adds its weight when its source fires in slot 0.
    weight : array, shape (synapse + width,), or None
        None if all are 1.
    scale : array, shape () or (network, 1)
        By which weights are multiplied.
    width : int
        Most synapses of a source; static.
    shared : bool
        Whether all networks have these synapses, and rows are the units of one; static.
    """

    first: Int[Array, " row"]
    place: Int[Array, " synapse"]
    weight: Float[Array, " synapse"] | None
    scale: Float[Array, "..."]
    width: int = eqx.field(static=True)
    shared: bool = eqx.field(static=True)

    def deliver(
        self,
        ring: Ring,
        slot: Int[Array, ""],
        slot_size: int,
        spikes: Bool[Array, "network unit"],
        release: Float[Array, "network unit"] | None,
    ) -> Ring:
        """Return the ring with the weights of these spikes, multiplied by `release` where synapses change."""
        n_networks, n_units = spikes.shape
        degree = self.first[1:] - self.first[:-1]
        connected = (degree > 0).reshape(1 if self.shared else n_networks, n_units)
        amount = jnp.broadcast_to(self.scale.astype(ring.dtype), spikes.shape)
        amount = (amount if release is None else amount * release).ravel()
        side = ceil(sqrt(spikes.size))
        blocks = jnp.pad((spikes & connected).ravel(), (0, side * side - spikes.size)).reshape(side, side)

        def left(carry: tuple[Ring, Array, Array]) -> Array:
            return carry[2].any()

        def deliver_one(carry: tuple[Ring, Array, Array]) -> tuple[Ring, Array, Array]:
            ring, blocks, rows = carry
            i = jnp.argmax(rows)
            j = jnp.argmax(blocks[i])
            row = blocks[i].at[j].set(False)
            unit = i * side + j
            source, network = (unit % n_units, unit // n_units) if self.shared else (unit, 0)
            begin = self.first[source]
            place = jax.lax.dynamic_slice(self.place, (begin,), (self.width,)) + slot * slot_size + network * n_units
            weight = amount[unit]
            if self.weight is not None:
                weight = weight * jax.lax.dynamic_slice(self.weight, (begin,), (self.width,))
            weight = jnp.where(jnp.arange(self.width) < degree[source], weight, 0)
            place = jnp.where(place >= ring.size, place - ring.size, place)
            ring = ring.at[place].add(weight, mode="promise_in_bounds")
            return ring, blocks.at[i].set(row), rows.at[i].set(row.any())

        return jax.lax.while_loop(left, deliver_one, (ring, blocks, blocks.any(axis=1)))[0]


def slots(networks: Sequence[Network], dt: float) -> int:
    """Return how many slots the ring needs: the steps of the longest delay, and one.

    Raises
    ------
    InputError
        For a delay below a step.
    """
    longest = 0
    for network in networks:
        for projection in network.projections:
            delay = np.asarray(projection.connections.delay, float)
            if len(projection.connections):
                require(
                    bool(delay.min() >= dt * (1 - 1e-9)),
                    f"A delay must be at least a step of {dt:g} ms; the shortest is {delay.min():g} ms.",
                )
                longest = max(longest, int(np.rint(delay.max() / dt)))
    return longest + 1


def table(
    of: Sequence[Projection], n_units: int, column: int, n_slots: int, slot_size: int, dt: float, dtype: Any
) -> Table:
    """Sort the synapses of the same projection of several networks.

    Parameters
    ----------
    of : sequence of Projection
        One per network.
    n_units : int
        Of each network.
    column : int
        Where the targets of its receptor begin within a slot.
    n_slots, slot_size : int
    dt : float
        ms.
    dtype : dtype
    """
    require(n_slots * slot_size < 2**30, "The networks and their delays are too large for one batch; simulate fewer.")
    shared = all(projection.connections is of[0].connections for projection in of)
    degrees, places, weights = [], [], []
    for network, projection in enumerate(of[:1] if shared else of):
        c = projection.connections
        order, degree = c.by_source
        steps = np.rint(np.asarray(c.delay, float) / dt).astype(np.int32)
        place = c.target + (steps * np.int32(slot_size) + np.int32(column + network * n_units))
        degrees.append(np.pad(degree, (0, n_units - len(degree))))
        places.append(place.astype(np.int32, copy=False)[order])
        weights.append(np.broadcast_to(np.asarray(c.weight, dtype), len(c))[order] if np.ndim(c.weight) else None)
    one_weight = all(weight is None for weight in weights) and (
        shared or len({float(projection.connections.weight) for projection in of}) == 1
    )
    degree = np.concatenate(degrees)
    width = max(int(degree.max(initial=0)), 1)
    scales = np.array([[projection.weight] for projection in of], float)
    if one_weight:
        scales = scales * float(of[0].connections.weight)
    else:
        weights = [
            np.full(len(projection.connections), projection.connections.weight, dtype) if weight is None else weight
            for weight, projection in zip(weights, of, strict=False)
        ]
    return Table(
        first=jnp.asarray(np.concatenate([[0], np.cumsum(degree)]).astype(np.int32)),
        place=jnp.asarray(np.concatenate([*places, np.zeros(width, np.int32)])),
        weight=None if one_weight else jnp.asarray(np.concatenate([*weights, np.zeros(width, dtype)])),
        scale=jnp.asarray((scales if np.ptp(scales) else scales[0, 0]).astype(dtype)),
        width=width,
        shared=shared,
    )
