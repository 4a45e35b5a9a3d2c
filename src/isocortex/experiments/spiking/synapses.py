"""What do synapses do: static ones, ones that depress or facilitate, and electrical ones?"""

from dataclasses import dataclass
from itertools import product
from typing import Annotated, ClassVar

import numpy as np

from ...dynamics import simulate_spikes
from ...errors import require
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment
from .synapses_dynamic import simulate_trains
from .synapses_pairs import COUPLINGS, Pairs, coupled
from .synapses_result import SynapsesResult
from .synapses_static import Balance, example, population

DT = 0.1
"""ms."""
SPARSE = 20
"""Steps between recorded potentials: 2 ms, of the order of the time constants."""


@dataclass(frozen=True, kw_only=True)
class Synapses(Experiment):
    """Let synapses drive a leaky integrate-and-fire neuron, beside their closed forms.

    The experiment balances excitation by inhibition, sends regular trains through synapses that depress or
    facilitate, and couples pairs of neurons by gap junctions and by chemical synapses.
    """

    name: ClassVar[str] = "synapses"

    input_rate: Annotated[float, option("Rate of every input", unit="Hz", above=0, at_most=100)] = 10.0
    strengths: Annotated[
        tuple[float, ...],
        option("Rates of excitation in the sweep, as multiples of the input rate", above=0, at_most=10, distinct=True),
    ] = (1.0, 2.0, 4.0)
    ratios: Annotated[
        tuple[float, ...],
        option("Rates of inhibition over those of excitation", at_least=0, at_most=20, distinct=True),
    ] = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)
    units: Annotated[int, option("Neurons of every condition", at_least=2, at_most=1000)] = 20
    train_rates: Annotated[
        tuple[float, ...], option("Rates of the regular trains", unit="Hz", at_least=0.5, at_most=200, distinct=True)
    ] = (*map(float, range(1, 11)), 12.0, 14.0, 16.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0)
    couplings: Annotated[
        tuple[float, ...], option("Conductances between two neurons", unit="nS", above=0, at_most=100, distinct=True)
    ] = (0.5, 1.0, 2.0, 4.0, 8.0)
    pairs: Annotated[int, option("Pairs of every coupling", at_least=3, at_most=500)] = 20
    duration: Annotated[float, option("Duration of the simulations", unit="ms", at_least=500, at_most=1e6)] = 5000.0

    def __post_init__(self) -> None:
        super().__post_init__()
        neurons = 2 * len(self.strengths) * len(self.ratios) * self.units + 2 * self.pairs * 4 * len(self.couplings)
        steps = neurons * self.duration / DT
        require(steps <= 1e10, f"These options need {steps:.2g} steps of neurons; choose at most 10 billion.")

    def walk(self, run: Run, inputs: None) -> SynapsesResult:
        """Simulate static, dynamic and electrical synapses."""
        duration = self.duration
        with run.stage("static synapses"):
            sweep = list(product([self.input_rate * strength for strength in self.strengths], self.ratios))
            record = ("V", "E", "I")
            shown = simulate_spikes(
                example(self.input_rate), duration=400, dt=DT, key=self.key("example"), record=record
            )
            firing = [population(rate, ratio, self.units) for rate, ratio in sweep]
            free = [population(rate, ratio, self.units, fires=False) for rate, ratio in sweep]
            rate, ratio = np.array(sweep).T
            balance = Balance(
                rate,
                ratio,
                simulate_spikes(firing, duration=duration, dt=DT, key=self.key("firing")),
                simulate_spikes(
                    free, duration=duration, dt=DT, key=self.key("free"), record=record, record_every=SPARSE
                ),
                DT,
            )
        with run.stage("short-term plasticity"):
            trains = simulate_trains(np.array(self.train_rates), DT)
        with run.stage("pairs"):
            kinds = [(kind, g) for kind in COUPLINGS for g in (0.0, *self.couplings)]
            networks = [coupled(kind, g, self.pairs, dt=DT) for kind, g in kinds]
            junctions = (0.0, *self.couplings)
            silent = [coupled(COUPLINGS[0], g, self.pairs, dt=DT, fires=False) for g in junctions]
            pairs = Pairs(
                [kind for kind, _ in kinds],
                [g for _, g in kinds],
                simulate_spikes(networks, duration=duration, dt=DT, key=self.key("pairs")),
                np.array(junctions),
                simulate_spikes(
                    silent, duration=duration, dt=DT, key=self.key("silent"), record=("V",), record_every=SPARSE
                ),
            )
        return SynapsesResult(self, shown, balance, trains, pairs)
