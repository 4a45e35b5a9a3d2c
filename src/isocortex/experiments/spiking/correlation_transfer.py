"""How much of the correlation between their inputs do two spiking neurons pass on, and what else correlates them?"""

from dataclasses import dataclass
from itertools import product
from typing import Annotated, ClassVar

import numpy as np

from ...dynamics import LIF, simulate_spikes
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .correlation_networks import connected_pairs, regular_pairs, sharing_noise
from .correlation_result import CorrelationResult
from .correlation_sources import SMALL_SHARE, Connected, InStep, Shared, stepped

STEP = 1.0
"""ms, as published; the theory is that of neurons in such steps."""
FINE_STEP = 0.1
"""ms, for regular firing: intervals would be whole numbers of longer steps."""
MEANS = (4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0, 21.0)
"""Mean inputs in mV that are compared, from rare spikes to regular firing."""
REGULAR_PAIRS = 100
"""Pairs of neurons that fire regularly, for every difference and start."""
REGULAR_DURATION = 1200.0
"""ms: several times as long as these remember how they started."""


@dataclass(frozen=True, kw_only=True)
class CorrelationTransfer(Experiment):
    """Correlate the spikes of neurons that share noise, are connected, are alike, or start alike, beside theory."""

    name: ClassVar[str] = "correlation-transfer"
    published_options: ClassVar[tuple[str, ...]] = ("mean", "sigma", "window", "duration")

    mean: Annotated[float, option("Mean input above rest, I/g_L", unit="mV", at_least=0, at_most=100)] = 10.0
    sigma: Annotated[
        float, option("Strength of the noise: √2 times the SD of the free potential", unit="mV", above=0, at_most=100)
    ] = 10.0
    shares: Annotated[
        tuple[float, ...], option("Shared parts c of the noise, the correlation of the inputs", at_least=0, at_most=1,
                                  distinct=True)
    ] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # fmt: skip
    units: Annotated[int, option("Neurons that share noise; every two are a pair", at_least=2, at_most=500)] = 50
    window: Annotated[float, option("Bins in which spikes are counted", unit="ms", at_least=1, at_most=100)] = 10.0
    duration: Annotated[float, option("Duration of the recordings", unit="ms", at_least=20_000, at_most=1e6)] = 80_000.0
    weight: Annotated[float, option("Weight of the direct connection", unit="mV", above=0, at_most=20)] = 2.0
    delays: Annotated[
        tuple[float, ...], option("Delays of the connection", unit="ms", at_least=1, at_most=20, distinct=True)
    ] = (1.0, 2.0, 5.0, 10.0)  # fmt: skip
    pairs: Annotated[int, option("Connected pairs for every delay", at_least=2, at_most=500)] = 10
    regular_mean: Annotated[
        float, option("Mean input of neurons that fire regularly, above the threshold of 20 mV", unit="mV", above=20,
                      at_most=30)
    ] = 25.0  # fmt: skip
    regular_sigma: Annotated[float, option("Strength of their noise", unit="mV", above=0, at_most=5)] = 0.5
    differences: Annotated[
        tuple[float, ...], option("Differences between the mean inputs of two such neurons", unit="%", at_least=0,
                                  at_most=10, distinct=True)
    ] = (0.0, 1.0, 2.0)  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.duration % STEP == 0 and self.window % STEP == 0 and all(d % STEP == 0 for d in self.delays),
            "--duration, --window and --delays must be whole numbers of ms; got "
            f"{self.duration:g}, {self.window:g} and {self.delays}.",
        )
        n_units = self.units * (len(self.shares) + len(MEANS)) + 2 * self.pairs * len(self.delays)
        steps = n_units * self.duration / STEP
        require(steps <= 1e10, f"These options need {steps:.2g} steps of neurons; choose at most 10 billion.")

    def walk(self, run: Run, inputs: None) -> CorrelationResult:
        """Simulate neurons that share noise, that are connected, and that fire regularly, each as one batch."""
        neuron = LIF()
        rest = float(neuron.E_L)
        cell = stepped(neuron, self.sigma, dt=STEP, method="euler")
        how = {"duration": self.duration, "dt": STEP, "method": "euler", "precision": "float32"}
        with run.stage("shared noise"):
            conditions = [(c, self.mean) for c in self.shares] + [(SMALL_SHARE, mean) for mean in MEANS]
            networks = [sharing_noise(neuron, self.units, mean, self.sigma, c) for c, mean in conditions]
            found = simulate_spikes(networks, key=self.key("shared noise"), **how)
            shared = Shared(np.array(conditions), len(self.shares), self.window, rest, cell, found)
        with run.stage("connection"):
            network = connected_pairs(neuron, self.pairs, self.mean, self.sigma, self.weight, self.delays)
            found = simulate_spikes(network, key=self.key("connection"), **how)
            connected = Connected(self.delays, self.weight, rest + self.mean, cell, found, self.key("jitter"))
        with run.stage("regular firing"):
            kinds = list(product((True, False), self.differences))
            networks = regular_pairs(
                neuron, REGULAR_PAIRS, self.regular_mean, self.regular_sigma, kinds, key=self.key("starts")
            )
            found = simulate_spikes(networks, duration=REGULAR_DURATION, dt=FINE_STEP, key=self.key("regular"))
            steady = stepped(neuron, self.regular_sigma, dt=FINE_STEP, method="exact")
            regular = InStep(kinds, rest, self.regular_mean, steady, found)
        return CorrelationResult(self.sigma, self.regular_sigma, shared, connected, regular)
