"""Synapses that depress and facilitate, under regular trains of several rates."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...dynamics import LIF, Afferents, Conductance, Network, SpikingSimulation, TsodyksMarkram, simulate_spikes
from ...dynamics.spiking.theory import synaptic_train
from ...spike_trains import SpikeTrains

KINDS = {
    "depression": {"U0": 0.5, "tau_d": 100.0, "tau_f": 50.0},
    "facilitation": {"U0": 0.2, "tau_d": 100.0, "tau_f": 750.0},
}
"""The published synapses; times in ms."""
G_MAX, TAU = 1.2, 5.0
"""Largest conductance in nS, and its decay in ms."""
N_SPIKES = 10
FIRST = 1.0
"""ms, time of the first spike."""
FINE = np.linspace(1, 50, 981)
"""Rates in Hz of the line of theory."""


@dataclass(frozen=True, eq=False)
class Trains:
    """Conductances of synapses of both kinds, each under a regular train of ten spikes.

    Attributes
    ----------
    rates : array, shape (rate,)
        Hz.
    times : array, shape (rate, spike)
        ms, on steps of the simulation.
    simulation : SpikingSimulation
        A unit for every kind and rate, with its conductance.
    """

    rates: np.ndarray
    times: np.ndarray
    simulation: SpikingSimulation

    def conductance(self, kind: str, rate: int) -> tuple[np.ndarray, np.ndarray]:
        """Return time in ms and conductance in nS under the train of the given position."""
        assert self.simulation.traces is not None
        unit = list(KINDS).index(kind) * len(self.rates) + rate
        g = self.simulation.traces["g"].isel(trial=0, unit=unit)
        return g["time"].values, g.values

    @cached_property
    def table(self) -> pd.DataFrame:
        """The conductance after the first spike (nS), and after the tenth over it, simulated and by the closed form."""
        rows = []
        for kind, synapse in KINDS.items():
            theory = synaptic_train(self.times, **synapse, g_max=G_MAX, tau=TAU).g
            for i, rate in enumerate(self.rates.tolist()):
                time, g = self.conductance(kind, i)
                at = np.searchsorted(time, self.times[i] - 1e-6)
                row = {"synapse": kind, "rate": rate, "first": g[at[0]], "ratio": g[at[-1]] / g[at[0]]}
                rows.append(row | {"theory": theory[i, -1] / theory[i, 0]})
        return pd.DataFrame(rows)


def simulate_trains(rates: np.ndarray, dt: float) -> Trains:
    """Simulate both kinds of synapses under regular trains of rates in Hz, one neuron each, without effect on it."""
    times = np.rint((FIRST + 1e3 * np.arange(N_SPIKES) / rates[:, None]) / dt) * dt
    n = len(KINDS) * len(rates)
    spikes = np.tile(times, (len(KINDS), 1))
    duration = float(np.ceil(spikes.max() + 5 * TAU))
    rule = TsodyksMarkram(
        *(np.repeat([synapse[name] for synapse in KINDS.values()], len(rates)) for name in ("U0", "tau_d", "tau_f"))
    )
    network = Network(
        LIF(),
        n,
        receptors={"g": Conductance(TAU, float(np.asarray(LIF().E_L)))},
        afferents=[
            Afferents(SpikeTrains.from_lists(list(spikes), duration=duration), np.eye(n) * G_MAX, "g", short_term=rule)
        ],
    )
    return Trains(rates, times, simulate_spikes(network, duration=duration, dt=dt, record=("g",)))


def law(kind: str, rates: np.ndarray = FINE) -> np.ndarray:
    """Return the conductance after the tenth spike over that after the first, by the closed form."""
    g = synaptic_train(1e3 * np.arange(N_SPIKES) / rates[:, None], **KINDS[kind], g_max=G_MAX, tau=TAU).g
    return g[:, -1] / g[:, 0]
