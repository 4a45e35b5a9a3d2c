"""Pairs of neurons that are coupled by a gap junction or by chemical synapses, under noise of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...analysis.inference import jackknife_of_sums
from ...analysis.spikes import correlograms, count_correlations
from ...dynamics import (
    LIF,
    Conductance,
    Connections,
    Delta,
    GapJunctions,
    Network,
    Projection,
    SpikingSimulation,
    WhiteNoise,
)
from ...spike_trains import SpikeTrains

COUPLINGS = ("gap junction without spikes", "gap junction", "chemical synapses")
MEAN, SD = 170.0, 50.0
"""pA: a mean below the rheobase of 200 pA, and noise that makes σ = 5 mV."""
AREA = 60.0
"""mV ms: the area of a spike above the threshold, 60 mV for 1 ms, which a gap junction passes on."""
DELAY = 1.0
"""ms, of chemical synapses."""
WIDTHS = (2.0, 20.0)
"""ms, of the bins of correlations."""
REACH = 25.0
NEVER = 1e3
"""mV, a threshold that no potential reaches."""
SETTLED = 100.0
"""ms after which potentials have forgotten their common start."""


def coupled(kind: str, conductance: float, n_pairs: int, *, dt: float, fires: bool = True) -> Network:
    """Return independent pairs of neurons whose coupling has a conductance in nS.

    The spike of a LIF neuron has no shape. What it sends through a gap junction is a jump of the other potential by
    g·area/C.
    """
    n = 2 * n_pairs
    unit, junction = np.arange(n), np.kron(np.eye(n_pairs), [[0.0, 1.0], [1.0, 0.0]])
    cell = LIF() if fires else LIF(V_th=NEVER)
    capacitance = float(np.asarray(cell.tau_m)) * float(np.asarray(cell.g_L))
    electrical = conductance if kind != "chemical synapses" else 0.0
    spikelet = electrical * AREA / capacitance if kind == "gap junction" else 0.0
    return Network(
        cell,
        n,
        receptors={"spikelet": Delta(), "E": Conductance(2.0, 0.0)},
        projections=[
            Projection(Connections(unit, unit ^ 1, delay=dt), "spikelet", spikelet),
            Projection(Connections(unit, unit ^ 1, delay=DELAY), "E", conductance - electrical),
        ],
        drives=[WhiteNoise(MEAN, SD), GapJunctions(electrical * junction)],
    )


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of neurons under several couplings.

    Attributes
    ----------
    kinds, conductances : sequence, a value per network
        The coupling, and its conductance in nS.
    simulation : SpikingSimulation
    junctions : array, shape (conductance,)
        Of the gap junctions of `free`, in nS.
    free : SpikingSimulation
        Potentials of neurons that do not fire, coupled by gap junctions.
    """

    kinds: Sequence[str]
    conductances: Sequence[float]
    simulation: SpikingSimulation
    junctions: np.ndarray
    free: SpikingSimulation

    def trains(self, network: int) -> SpikeTrains:
        """Return the spikes of a network with a trial for each of its pairs."""
        spikes = self.simulation.spikes
        some = spikes.trial == network
        unit = spikes.unit[some]
        pairs = {"trial": unit // 2, "n_trials": spikes.n_units // 2, "duration": spikes.duration}
        return SpikeTrains.from_spikes(spikes.times[some], unit % 2, n_units=2, **pairs)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Output rate (Hz) and correlation of spike counts by the width of bins, with 95 % intervals over pairs."""
        rows = []
        for network, (kind, g) in enumerate(zip(self.kinds, self.conductances, strict=True)):
            trains = self.trains(network)
            rate = 1e3 * len(trains.times) / (2 * trains.n_trials * trains.duration)
            row: dict[str, str | float] = {"coupling": kind, "conductance": g, "rate": rate}
            found = count_correlations(trains, WIDTHS).sel(unit=0, other=1)
            for width in WIDTHS:
                at = found.sel(width=width)
                names = {"": "estimate", "_low": "low", "_high": "high"}
                row |= {f"counts_{width:g}ms{end}": float(at[name]) for end, name in names.items()}
            rows.append(row)
        return pd.DataFrame(rows)

    @cached_property
    def potentials(self) -> pd.DataFrame:
        """Correlation of the free potentials, with 95 % intervals over pairs, and g/(g_L + g)."""
        assert self.free.traces is not None
        V = self.free.traces["V"].sel(time=slice(SETTLED, None)).values
        V = V - V.mean(axis=1, keepdims=True)
        V = V / V.std(axis=1, keepdims=True)
        z = np.arctanh((V[:, :, ::2] * V[:, :, 1::2]).mean(axis=1))
        found = jackknife_of_sums([z.T, np.ones((z.shape[1], 1))], np.divide)
        law = self.junctions / (float(np.asarray(LIF().g_L)) + self.junctions)
        names = {"": "estimate", "_low": "low", "_high": "high"}
        columns = {f"correlation{end}": np.tanh(found[name]) for end, name in names.items()}
        return pd.DataFrame({"conductance": self.junctions, **columns, "theory": law})

    def correlogram(self, network: int) -> tuple[np.ndarray, np.ndarray]:
        """Return lags in ms, and the rate of the other neuron in Hz at each lag from a spike."""
        found = correlograms(self.trains(network), reach=REACH)["estimate"].sel(unit=0, other=1)
        return found["lag"].values, found.values
