"""A network: neurons, what spikes do to them, who is connected to whom, and what comes from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...errors import require, unknown
from .afferents import Afferents
from .connections import Connections
from .drives import Drive
from .event_system import EventSystem
from .receptors import Receptor
from .short_term import TsodyksMarkram


@dataclass(frozen=True, eq=False)
class Projection:
    """Connections within a network that end on one receptor.

    Parameters
    ----------
    connections : Connections
    onto : str
        Name of the receptor.
    weight : float
        By which all their weights are multiplied. Default 1.
    short_term : TsodyksMarkram, optional

    Examples
    --------
    >>> import jax
    >>> from isocortex.dynamics import fixed_in_degree
    >>> Projection(fixed_in_degree(range(8), range(10), 2, key=jax.random.key(0)), "excitation").onto
    'excitation'
    """

    connections: Connections
    onto: str
    weight: float = 1.0
    short_term: TsodyksMarkram | None = None


@dataclass(frozen=True, eq=False)
class Network:
    """Spiking neurons and their synapses.

    Parameters
    ----------
    neurons : EventSystem
        One kind for all units; its parameters may differ between units, as arrays of shape (unit,).
    groups : int or mapping of str to int
        Number of units, or of each group in their order.
    receptors : mapping of str to Receptor
        Default none.
    projections : sequence of Projection
    drives : sequence of Drive
    afferents : sequence of Afferents
    start : mapping of str to float or array, shape (unit,)
        Initial values of variables; others begin without input.

    Raises
    ------
    InputError
        For an unknown receptor or variable, synapses of units that do not exist, or parameters of the wrong shape.

    Examples
    --------
    >>> from isocortex.dynamics import LIF, Current, Network
    >>> network = Network(LIF(), {"E": 80, "I": 20}, receptors={"E": Current(5.0), "I": Current(10.0)})
    >>> network.n_units, network.group("I")[:3].tolist()
    (100, [80, 81, 82])
    """

    neurons: EventSystem
    groups: int | Mapping[str, int]
    receptors: Mapping[str, Receptor] = field(default_factory=dict)
    projections: Sequence[Projection] = ()
    drives: Sequence[Drive] = ()
    afferents: Sequence[Afferents] = ()
    start: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes = list(self.sizes.values())
        require(len(sizes) > 0 and min(sizes) >= 1, f"Every group must have at least one unit; got {self.groups}.")
        for name, value in self.neurons.parameters.items():
            shape = np.shape(value)
            require(
                shape in ((), (self.n_units,)),
                f"{name} must be a number or one for each of {self.n_units} units; got the shape {shape}.",
            )
        for name, value in self.start.items():
            if name not in self.neurons.variables:
                raise unknown(f"variable of {type(self.neurons).__name__}", name, self.neurons.variables)
            require(
                np.shape(value) in ((), (self.n_units,)) and bool(np.isfinite(np.asarray(value, float)).all()),
                f"The initial {name} must be finite, a number or one for each of {self.n_units} units.",
            )
        for projection in self.projections:
            self._check_connections(projection)
        inputs = [drive.receptor for drive in self.drives if drive.receptor is not None]
        for onto in (*(part.onto for part in (*self.projections, *self.afferents)), *inputs):
            if onto not in self.receptors:
                raise unknown("receptor", onto, self.receptors)

    @property
    def sizes(self) -> dict[str, int]:
        """Number of units of every group."""
        return dict(self.groups) if isinstance(self.groups, Mapping) else {"units": self.groups}

    @property
    def n_units(self) -> int:
        """Number of units of all groups."""
        return sum(self.sizes.values())

    @property
    def n_synapses(self) -> int:
        """Number of synapses between units."""
        return sum(len(projection.connections) for projection in self.projections)

    @property
    def labels(self) -> np.ndarray:
        """The group of every unit."""
        return np.repeat(list(self.sizes), list(self.sizes.values()))

    def group(self, name: str) -> np.ndarray:
        """Return the numbers of the units of a group.

        Raises
        ------
        InputError
            For an unknown group.
        """
        if name not in self.sizes:
            raise unknown("group", name, self.sizes)
        return np.flatnonzero(self.labels == name)

    def where(self, **parts: Any) -> "Network":
        """Return the network with other parts: ``neurons``, ``projections``, ``drives``, …"""
        return replace(self, **parts)

    def _check_connections(self, projection: Projection) -> None:
        connections = projection.connections
        for end in (connections.source, connections.target):
            require(
                len(end) == 0 or bool(end.min() >= 0 and end.max() < self.n_units),
                f"Synapses must be between units 0…{self.n_units - 1}; they span {end.min(initial=0)}…"
                f"{end.max(initial=0)}.",
            )
        receptor = self.receptors.get(projection.onto)
        weights = np.asarray(connections.weight, float) * projection.weight
        if receptor is not None and receptor.conducts():
            require(
                bool((weights >= 0).all()),
                f"Weights onto {projection.onto!r} are conductances and must not be negative; the smallest is "
                f"{weights.min(initial=0):g} nS. Inhibition has a reversal potential below the threshold instead.",
            )
