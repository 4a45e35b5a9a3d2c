"""What does spike-timing-dependent plasticity make of many synapses onto one neuron?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .stdp_learning import learn
from .stdp_pairing import frequencies, windows
from .stdp_result import STDPResult

MULTIPLICATIVE = 0.2
"""Of the duration, for the multiplicative rule, whose weights come to rest within seconds."""


@dataclass(frozen=True, kw_only=True)
class SpikeTimingPlasticity(Experiment):
    """Let Poisson inputs with spike-timing-dependent plasticity (STDP) compete for the spikes of one neuron.

    The experiment first pairs spikes at given lags and rates, under pair-based and triplet rules. Then the weights of
    many inputs learn, with the neuron of Song, Miller & Abbott (2000), uncorrelated and correlated inputs.
    """

    name: ClassVar[str] = "stdp"

    rates: Annotated[
        tuple[float, ...], option("Rates of the inputs", unit="Hz", at_least=1, at_most=100, distinct=True)
    ] = (10.0, 15.0, 20.0)
    inputs: Annotated[int, option("Inputs of the neuron", at_least=20, at_most=5000)] = 300
    correlation: Annotated[
        float, option("Correlation of the spikes of half of the inputs, in one network more", at_least=0, at_most=1)
    ] = 0.1  # fmt: skip
    duration: Annotated[float, option("Duration, a multiple of 20", unit="s", at_least=20, at_most=10_000)] = 600.0
    every: Annotated[float, option("Time between copies of the weights", unit="s", at_least=1, at_most=100)] = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        parts = self.duration / self.every
        require(
            abs(parts * MULTIPLICATIVE - round(parts * MULTIPLICATIVE)) < 1e-9 and parts >= 5,
            f"--duration must be a multiple of five times --every; got {self.duration:g} and {self.every:g} s.",
        )
        synapses = self.inputs * (len(self.rates) + 1) * self.duration * 1e3
        require(synapses <= 1e11, f"These options need {synapses:.2g} steps of synapses; choose at most 100 billion.")

    def walk(self, run: Run, inputs: None) -> STDPResult:
        """Pair spikes, and let the weights of many inputs learn, uncorrelated and correlated."""
        with run.stage("pairing"):
            window, frequency = windows(), frequencies()
        middle = sorted(self.rates)[len(self.rates) // 2]
        half = np.where(np.arange(self.inputs) < self.inputs // 2, self.correlation, 0.0)
        with run.stage("additive rule"):
            rates = [*self.rates, middle]
            how = {"duration": self.duration, "every": self.every, "key": self.key("additive")}
            additive = learn(rates, {len(self.rates): half}, self.inputs, **how)
        with run.stage("multiplicative rule"):
            how |= {"duration": MULTIPLICATIVE * self.duration, "key": self.key("multiplicative")}
            multiplicative = learn([middle, middle], {1: half}, self.inputs, mu=1.0, **how)
        return STDPResult(self, window, frequency, additive, multiplicative)
