"""Plasticity measured as in an experiment: spikes before and after are paired at given lags and rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...dynamics import LIF, STDP, Afferents, Delta, Network, Receptor, TripletSTDP, simulate_spikes
from ...dynamics.spiking.theory import weight_change
from ...spike_trains import SpikeTrains

Rule = STDP | TripletSTDP
DT = 0.5
"""ms."""
FORCE = 100.0
"""mV, by which an input makes the neuron fire at once."""
LAGS = np.concatenate([np.arange(-80, 0, 4.0), np.arange(4, 81, 4.0)])
"""ms from the spike of the source to that of the neuron."""
RATES = np.array([1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0])
"""Pairs per second."""
PAIRED = (10.0, -10.0)
"""Lags in ms of the protocol with several rates."""
N_PAIRS = 60
ROOM = 4.0
"""The largest weight in units of the initial one, so that no weight comes to its bounds under the protocol of rates."""
BEGIN = 100.0


@dataclass(frozen=True, eq=False)
class Pairing:
    """Weight changes under paired spikes, a protocol per row.

    Attributes
    ----------
    before, after : array, shape (protocol, spike)
        ms.
    rules : mapping of str to Rule
    start : mapping of str to float
        Weights before, in units of the largest.
    changes : mapping of str to array, shape (protocol,)
        In units of the largest weight.
    methods : str
    """

    before: np.ndarray
    after: np.ndarray
    rules: Mapping[str, Rule]
    start: Mapping[str, float]
    changes: Mapping[str, np.ndarray]
    methods: str

    @cached_property
    def theory(self) -> dict[str, np.ndarray]:
        """The changes by the closed form; for a single pair also where they depend on the weight."""
        return {name: self._law(name) for name in self.rules}

    def _law(self, name: str) -> np.ndarray:
        rule, w = self.rules[name], self.start[name]
        mu = float(np.asarray(rule.mu)) if isinstance(rule, STDP) else 0.0
        if not isinstance(rule, STDP) or mu == 0:
            return weight_change(rule, self.before, self.after)
        additive = weight_change(rule.__class__(rule.w_max, rule.A_plus, rule.A_minus), self.before, self.after)
        return additive * np.where(additive > 0, (1 - w) ** mu, w**mu)

    @property
    def largest_error(self) -> float:
        """The largest deviation of a change from theory."""
        return float(max(np.abs(self.changes[name] - self.theory[name]).max() for name in self.rules))


def windows() -> Pairing:
    """Pair one spike of the source with one of the neuron at each lag."""
    before = np.full((len(LAGS), 1), BEGIN)
    rules: dict[str, Rule] = {"additive": STDP(1.0), "triplet": TripletSTDP(1.0)}
    start = {"additive": 0.5, "triplet": 0.5}
    for weight in (0.2, 0.8):
        rules[f"multiplicative, w = {weight:g}"] = STDP(1.0, mu=1.0)
        start[f"multiplicative, w = {weight:g}"] = weight
    return _paired(before, before + LAGS[:, None], rules, start)


def frequencies() -> Pairing:
    """Pair sixty spikes of the source with as many of the neuron, at each rate, 10 ms earlier and later."""
    first = np.rint(1e3 * np.arange(N_PAIRS) / RATES[:, None] / DT) * DT + BEGIN
    before = np.concatenate([first] * len(PAIRED))
    lag = np.repeat(PAIRED, len(RATES))[:, None]
    pair, triplet = STDP(ROOM), TripletSTDP(ROOM)
    rules = {
        "pairs": STDP(ROOM, pair.A_plus / ROOM, pair.A_minus / ROOM),
        "triplets": TripletSTDP(
            ROOM, triplet.A2_plus / ROOM, triplet.A3_plus / ROOM, triplet.A2_minus / ROOM, triplet.A3_minus / ROOM
        ),
    }
    return _paired(before, before + lag, rules, dict.fromkeys(rules, 1 / ROOM))


def table(found: Pairing) -> pd.DataFrame:
    """Return the changes of :func:`frequencies` in units of the initial weight, beside the closed form."""
    lag, rate = np.repeat(PAIRED, len(RATES)), np.tile(RATES, len(PAIRED))
    rows = [
        {"rule": name, "lag": lag[i], "rate": rate[i], "change": ROOM * change, "theory": ROOM * found.theory[name][i]}
        for name, changes in found.changes.items()
        for i, change in enumerate(changes)
    ]
    return pd.DataFrame(rows)


def _paired(before: np.ndarray, after: np.ndarray, rules: Mapping[str, Rule], start: Mapping[str, float]) -> Pairing:
    """Simulate a neuron per protocol that fires when it is told to, with a synapse of every rule that has no effect."""
    n = len(before)
    duration = float(np.ceil(max(before.max(), after.max()) / DT) * DT + BEGIN)

    def trains(times: np.ndarray) -> SpikeTrains:
        return SpikeTrains.from_lists(list(times), duration=duration)

    network = Network(
        LIF(V_th=-50.0, t_ref=1.0),
        n,
        receptors={"force": Delta(), "none": Receptor()},
        afferents=[
            Afferents(trains(after), np.eye(n) * FORCE, "force"),
            *(
                Afferents(trains(before), np.full((n, n), start[name] * float(np.asarray(rule.w_max))), "none",
                          plasticity=rule)
                for name, rule in rules.items()
            ),
        ],
    )  # fmt: skip
    found = simulate_spikes(network, duration=duration, dt=DT)
    changes = {}
    for (name, rule), weights in zip(rules.items(), found.weights, strict=True):
        end = np.diagonal(weights.values[-1, 0]) / float(np.asarray(rule.w_max))
        changes[name] = end - start[name]
    return Pairing(before, after, rules, start, changes, found.methods)
