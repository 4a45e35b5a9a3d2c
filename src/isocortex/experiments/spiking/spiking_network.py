"""When does a network of spiking neurons fire irregularly and asynchronously, and when does it oscillate?"""

from dataclasses import dataclass
from itertools import product
from typing import Annotated, ClassVar

import numpy as np

from ...dynamics import brunel_networks, simulate_spikes
from ...dynamics.spiking.theory import BrunelMeanField
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .network_regimes import regimes
from .network_result import NetworkResult, Point

SETTLES = 100.0
"""Milliseconds before which spikes are not counted: five membrane time constants."""
MAP_DURATION = 300.0
"""Milliseconds of every network of the map that are analysed, at most."""


@dataclass(frozen=True, kw_only=True)
class SpikingNetwork(Experiment):
    """Simulate Brunel's network at a few points, and map its regimes over inhibition and drive, beside theory.

    The map is simulated as one batch of smaller networks.
    """

    name: ClassVar[str] = "spiking-network"

    inhibition: Annotated[
        tuple[float, ...], option("Inhibition g relative to excitation, of each point", at_least=0, at_most=100)
    ] = (6.0, 5.0, 4.5)
    drive: Annotated[
        tuple[float, ...], option("External input η relative to threshold, of each point", at_least=0, at_most=100)
    ] = (4.0, 2.0, 0.9)
    excitatory: Annotated[
        int, option("Number of excitatory neurons, a multiple of 4; there are a quarter as many inhibitory ones",
                    at_least=400, at_most=100_000)
    ] = 10_000  # fmt: skip
    indegree: Annotated[
        int, option("Number of excitatory synapses of a neuron, a multiple of 4", at_least=20, at_most=10_000)
    ] = 1000
    weight: Annotated[float, option("Excitatory postsynaptic potential", unit="mV", above=0, at_most=10)] = 0.1
    duration: Annotated[float, option("Duration that is analysed", unit="ms", at_least=200, at_most=100_000)] = 600.0
    map_size: Annotated[
        int, option("Values of g and of η in the map of regimes; 0 for no map", at_least=0, at_most=40)
    ] = 7
    map_excitatory: Annotated[
        int,
        option("Number of excitatory neurons of a network of the map, a multiple of 4", at_least=400, at_most=10_000),
    ] = 800

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            len(self.inhibition) == len(self.drive) > 0,
            f"Every point needs a g and an η; got {len(self.inhibition)} and {len(self.drive)}.",
        )
        require(
            self.excitatory % 4 == 0 and self.indegree % 4 == 0 and self.map_excitatory % 4 == 0,
            "--excitatory, --indegree and --map-excitatory must be multiples of 4.",
        )
        require(self.map_size != 1, "A map needs at least 2 values of g and of η; 0 makes none.")

    @property
    def points(self) -> list[tuple[float, float]]:
        """The (g, η) of each point."""
        return list(zip(self.inhibition, self.drive, strict=True))

    def walk(self, run: Run, inputs: None) -> NetworkResult:
        """Simulate the network at each point, then the map, and ask the theory of both."""
        networks = brunel_networks(
            self.points, key=self.key("connections"), excitatory=self.excitatory, C_E=self.indegree, J=self.weight
        )
        points = []
        with run.stage("network") as advance:
            for i, network in enumerate(networks):
                found = simulate_spikes(network, duration=SETTLES + self.duration, key=self.key(f"input {i}"))
                points.append(
                    Point(*self.points[i], found.spikes.slice(SETTLES, SETTLES + self.duration), found.methods)
                )
                advance(i + 1, len(networks))
        theory = BrunelMeanField(C_E=self.indegree, J=self.weight)
        with run.stage("map"):
            indegree = 4 * (self.map_excitatory // 40)
            weight = self.weight * float(np.sqrt(self.indegree / indegree))
            small = BrunelMeanField(C_E=indegree, J=weight)
            g, eta = np.linspace(2.0, 8.0, self.map_size), np.linspace(0.5, 4.0, self.map_size)
            found = None
            if self.map_size:
                batch = brunel_networks(
                    list(product(g.tolist(), eta.tolist())), key=self.key("map"), excitatory=self.map_excitatory,
                    C_E=indegree, J=weight,
                )  # fmt: skip
                end = SETTLES + min(self.duration, MAP_DURATION)
                spikes = simulate_spikes(batch, duration=end, dt=0.1, key=self.key("input of the map")).spikes
                found = regimes(spikes.slice(SETTLES, end), g, eta, small)
        return NetworkResult(points, networks[0].sizes, theory, found)
