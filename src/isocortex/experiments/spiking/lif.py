"""What does a leaky integrate-and-fire neuron do with a current, and with noise?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ...dynamics import LIF, Network, WhiteNoise, simulate_spikes
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .lif_result import LIFResult, Noisy, Published

PUBLISHED_CURRENTS = (200.0, 210.0, 250.0, 300.0, 390.0)
PUBLISHED_SIGMAS = (0.5, 3.0)
STEP = 0.1
"""ms."""


@dataclass(frozen=True, kw_only=True)
class LIFNeuron(Experiment):
    """Inject constant and noisy currents into a leaky integrate-and-fire neuron, beside the closed forms."""

    name: ClassVar[str] = "lif"

    tau_m: Annotated[float, option("Membrane time constant", unit="ms", at_least=1, at_most=1000)] = 10.0
    g_leak: Annotated[float, option("Leak conductance", unit="nS", above=0, at_most=1e6)] = 10.0
    e_leak: Annotated[float, option("Resting potential", unit="mV", at_least=-200, at_most=200)] = -75.0
    v_threshold: Annotated[float, option("Threshold", unit="mV", at_least=-200, at_most=200)] = -55.0
    v_reset: Annotated[float, option("Potential after a spike", unit="mV", at_least=-200, at_most=200)] = -75.0
    t_ref: Annotated[float, option("Refractory time", unit="ms", at_least=0, at_most=100)] = 2.0
    sigmas: Annotated[
        tuple[float, ...], option("Strengths of the white noise: √2 times the SD of the free potential", unit="mV",
                                  above=0, at_most=1000)
    ] = (1.0, 4.0, 10.0)  # fmt: skip
    units: Annotated[int, option("Independent neurons for every current and noise", at_least=2, at_most=10_000)] = 40
    duration: Annotated[
        float, option("Duration of the simulations with noise", unit="ms", at_least=1000, at_most=1e6)
    ] = 5000.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.rheobase > 0, f"The threshold must be above rest, {self.e_leak:g} mV; got {self.v_threshold:g}.")
        self.neuron  # noqa: B018 (it checks its parameters)
        steps = self.units * len(self.sigmas) * len(self.currents) * self.duration / STEP
        require(steps <= 1e10, f"These options need {steps:.2g} steps of neurons; choose at most 10 billion.")

    @property
    def neuron(self) -> LIF:
        """The neuron of the options."""
        return LIF(self.tau_m, self.e_leak, self.g_leak, self.v_threshold, self.v_reset, self.t_ref)

    @property
    def rheobase(self) -> float:
        """The least constant current that makes it fire, in pA."""
        return self.g_leak * (self.v_threshold - self.e_leak)

    @property
    def currents(self) -> np.ndarray:
        """Mean currents in pA, around the rheobase."""
        return self.rheobase * np.linspace(0.5, 2.0, 13)

    def walk(self, run: Run, inputs: None) -> LIFResult:
        """Inject constant currents, the published ones, the published noise, and white noise around the rheobase."""
        neuron, fine = self.neuron, self.rheobase * np.linspace(0.5, 2.5, 81)
        with run.stage("constant currents"):
            constant = simulate_spikes(neuron, duration=2000, dt=STEP, current=fine)
            how = {"duration": 1000, "dt": STEP, "method": "euler", "record": ("V",)}
            published = simulate_spikes(neuron, current=np.array(PUBLISHED_CURRENTS), **how)
            jittered = simulate_spikes(neuron, current=_published_noise(), **how)
        with run.stage("noise"):
            networks = [
                Network(neuron, self.units, drives=[WhiteNoise(mean, sigma * self.g_leak, self.tau_m)])
                for sigma in self.sigmas
                for mean in self.currents.tolist()
            ]
            noisy = simulate_spikes(networks, duration=self.duration, dt=STEP, key=self.key("noise"))
        return LIFResult(
            neuron=neuron,
            rheobase=self.rheobase,
            constant=Published(fine, constant),
            published=Published(np.array(PUBLISHED_CURRENTS), published),
            jittered=Published(np.array(PUBLISHED_SIGMAS), jittered),
            noisy=Noisy(self.currents, np.array(self.sigmas), noisy),
            dt=STEP,
        )


def _published_noise() -> np.ndarray:
    """Return 250 pA with the published noise: σ N/√(dt/1000), from NumPy's generator with the seed 2020."""
    return np.stack(
        [250 + sigma * np.random.RandomState(2020).randn(10_000) / np.sqrt(STEP / 1000) for sigma in PUBLISHED_SIGMAS],
        axis=1,
    )
