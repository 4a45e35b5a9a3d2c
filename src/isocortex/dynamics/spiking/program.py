"""The step that all simulations of spiking neurons share, as one compiled loop over time."""

from typing import Any, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from .afferents import Afferents
from .afferents import Held as AfferentState
from .counters import Words
from .delivery import Ring, Table
from .drives import Drive, Memory, Moment
from .event_system import EventSystem, State, Units
from .receptors import Held, Receptor
from .short_term import TsodyksMarkram

Spikes: TypeAlias = Bool[Array, "step network unit"]


class Program(eqx.Module):
    """A batch of networks of one form, ready to run.

    Attributes
    ----------
    neurons : EventSystem
        With parameters of shape (), (unit,), (network, 1) or (network, unit).
    receptors : dict of str to Receptor
    tables : tuple of Table
        Synapses of every projection, with the name of its receptor in `onto`.
    short_term : tuple of TsodyksMarkram or None
        Of every projection.
    drives : tuple of Drive
    afferents : tuple of Afferents
    dt : array, shape ()
        ms.
    refractory : array
        Steps for which the potential is held.
    keys : array of words, shape (input, network, 2)
        For every drive and every afferent.
    watched : array, shape (watched unit,)
        Units of which traces are kept.
    n_slots : int
        Of the ring; static.
    shape : tuple of int
        (network, unit); static.
    exact : bool
        Whether neurons advance by their exact step; static.
    recorded : tuple of str
        Variables and receptors of which traces are kept; static.
    """

    neurons: EventSystem
    receptors: dict[str, Receptor]
    tables: tuple[Table, ...]
    short_term: tuple[TsodyksMarkram | None, ...]
    drives: tuple[Drive, ...]
    afferents: tuple[Afferents, ...]
    dt: Float[Array, ""]
    refractory: Int[Array, "..."]
    keys: Words
    watched: Int[Array, " unit"]
    n_slots: int = eqx.field(static=True)
    shape: tuple[int, int] = eqx.field(static=True)
    exact: bool = eqx.field(static=True)
    recorded: tuple[str, ...] = eqx.field(static=True)

    @property
    def slot_size(self) -> int:
        """Places of a slot: one per receptor, network and unit."""
        return max(len(self.receptors), 1) * self.shape[0] * self.shape[1]


class Carry(eqx.Module):
    """The state of a batch of networks between two steps."""

    x: State
    held_for: Int[Array, "network unit"]
    receptors: dict[str, Held]
    ring: Ring
    arriving: Float[Array, "receptor network unit"]
    short_term: tuple[Any, ...]
    drives: tuple[Memory, ...]
    afferents: tuple[AfferentState, ...]


@eqx.filter_jit
def started(program: Program, x: State) -> Carry:
    """Return the state before the first step, given the variables of the neurons."""
    dtype, shape = x[0].dtype, program.shape
    return Carry(
        x=x,
        held_for=jnp.zeros(shape, jnp.int32),
        receptors={
            name: tuple(jnp.zeros(shape, dtype) for _ in receptor.names) for name, receptor in program.receptors.items()
        },
        ring=jnp.zeros(program.n_slots * program.slot_size if program.tables else 0, dtype),
        arriving=jnp.zeros((len(program.receptors), *shape), dtype),
        short_term=tuple(None if rule is None else rule.start(shape, dtype) for rule in program.short_term),
        drives=tuple(drive.start(shape, dtype) for drive in program.drives),
        afferents=tuple(each.start(shape, dtype) for each in program.afferents),
    )


@eqx.filter_jit(donate="all-except-first")
def run(program: Program, carry: Carry, first: Int[Array, ""], n_steps: int) -> tuple[Carry, tuple[Spikes, Array]]:
    """Run a number of steps from step `first` on; return the state, which fired, and the recorded variables."""
    return jax.lax.scan(lambda c, n: _step(program, c, n), carry, first + jnp.arange(n_steps))


def _step(program: Program, c: Carry, n: Int[Array, ""]) -> tuple[Carry, tuple[Array, Array]]:
    """Advance by one step: arrivals, threshold and reset, the flow of the neurons, and what their spikes send."""
    dt, inputs = program.dt, (Moment(n, program.dt, c.x[0], key) for key in program.keys)
    arriving = dict(zip(program.receptors, c.arriving, strict=True))
    current, memories = jnp.zeros((), c.x[0].dtype), []
    for drive, memory in zip(program.drives, c.drives, strict=True):
        memory, value = drive.step(memory, next(inputs))
        memories.append(memory)
        if drive.receptor is None:
            current = current + value
        else:
            arriving[drive.receptor] = arriving[drive.receptor] + value
    afferents, fired = [], []
    for each, held in zip(program.afferents, c.afferents, strict=True):
        fired.append(each.sources.fired(next(inputs)))
        held, value = each.arrive(held, fired[-1], dt)
        afferents.append(held)
        arriving[each.onto] = arriving[each.onto] + value
    receptors = {name: r.arrive(c.receptors[name], arriving[name]) for name, r in program.receptors.items()}

    free = c.held_for == 0
    x = c.x
    for name, receptor in program.receptors.items():
        jump = receptor.jump(arriving[name])
        if jump is not None:
            x = (jnp.where(free, x[0] + jump, x[0]), *x[1:])
    spikes = jnp.asarray(program.neurons.fires(x)) & free
    x = tuple(jnp.where(spikes, after, before) for after, before in zip(program.neurons.reset(x), x, strict=True))
    held_for = jnp.where(spikes, program.refractory, jnp.maximum(c.held_for - 1, 0))
    recorded = _record(program, x, receptors, current)

    flowed = _flow(program, x, receptors, current)
    x = (jnp.where(held_for > 0, x[0], flowed[0]), *flowed[1:])
    afferents = [
        each.learn(held, before, spikes, dt)
        for each, held, before in zip(program.afferents, afferents, fired, strict=True)
    ]
    ring, arriving, short_term = _send(program, c, n, spikes)
    carry = Carry(
        x=x,
        held_for=held_for,
        receptors={name: receptor.advance(receptors[name], dt) for name, receptor in program.receptors.items()},
        ring=ring,
        arriving=arriving,
        short_term=short_term,
        drives=tuple(memories),
        afferents=tuple(afferents),
    )
    return carry, (spikes, recorded)


def _flow(program: Program, x: State, receptors: dict[str, Held], current: Units) -> State:
    """Return the variables of the neurons a step later."""
    membrane = program.neurons.membrane_time
    step = (program.dt, membrane) if program.exact and membrane is not None else None
    conductance = jnp.zeros((), x[0].dtype)
    for name, receptor in program.receptors.items():
        if (driven := receptor.drive(receptors[name], x[0], step)) is not None:
            current, conductance = current + driven[0], conductance + driven[1]
    if program.exact:
        after = program.neurons.exact_step(x, current, conductance, program.dt)
        if after is not None:
            return after
    slopes = program.neurons.flow(x, current, conductance)
    return tuple(value + program.dt * slope for value, slope in zip(x, slopes, strict=True))


def _send(
    program: Program, c: Carry, n: Int[Array, ""], spikes: Bool[Array, "network unit"]
) -> tuple[Ring, Array, tuple[Any, ...]]:
    """Return the ring with these spikes, what arrives in the next step, and the state of changing synapses.

    What arrives next is read last, so that the ring is changed in place: XLA copies an array that is read and then
    written.
    """
    if not program.tables:
        return c.ring, c.arriving, c.short_term
    size = program.slot_size
    slot = n % program.n_slots
    ring = jax.lax.dynamic_update_slice(c.ring, jnp.zeros(size, c.ring.dtype), (slot * size,))
    short_term = []
    for table, rule, held in zip(program.tables, program.short_term, c.short_term, strict=True):
        release = None
        if rule is not None:
            held, release = rule.step(held, spikes, program.dt)
        ring = table.deliver(ring, slot, size, spikes, release)
        short_term.append(held)
    arriving = jax.lax.dynamic_slice(ring, ((n + 1) % program.n_slots * size,), (size,))
    return ring, arriving.reshape(c.arriving.shape), tuple(short_term)


def _record(
    program: Program, x: State, receptors: dict[str, Held], current: Units
) -> Float[Array, "variable network unit"]:
    """Return the recorded variables of the watched units."""
    known = dict(zip(program.neurons.variables, x, strict=True))
    known |= {name: held[0] for name, held in receptors.items() if held} | {"current": current}
    shape = program.shape
    rows = [jnp.broadcast_to(known[name], shape)[:, program.watched] for name in program.recorded]
    return jnp.stack(rows) if rows else jnp.zeros((0, shape[0], 0), x[0].dtype)
