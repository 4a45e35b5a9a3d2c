"""Many plastic synapses onto one neuron: their weights over time, and the equilibrium that theory predicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import root_scalar

from ...dynamics import (
    LIF,
    STDP,
    Afferents,
    Conductance,
    Network,
    PoissonSources,
    SpikingSimulation,
    simulate_spikes,
)
from ...dynamics.spiking.theory import WeightEquilibrium, stdp_equilibrium
from ...shapes import PRNGKey

G_L = 10.0
"""nS."""
NEURON = LIF(tau_m=20.0, E_L=-70.0, g_L=G_L, V_th=-54.0, V_reset=-60.0, t_ref=0.0)
"""The neuron of Song, Miller & Abbott (2000)."""
LARGEST = 0.024
"""Largest conductance, in units of the leak's."""
TAU_S, E_S = 5.0, 0.0
"""Decay in ms and reversal potential in mV of a synapse."""
DT = 1.0
"""ms."""
BINS = np.linspace(0, 1, 6)
"""Fifths of the range of weights."""
SOUGHT = (0.1, 1000.0)
"""Hz, between which theory looks for an output rate."""
STEP = 0.04
"""By which share input rates are changed to find how many spikes an input spike adds."""


def plastic(rate: float, correlations: np.ndarray, *, mu: float = 0.0) -> Network:
    """Return a neuron whose synapses learn from the largest weight on, with inputs of a rate in Hz.

    Parameters
    ----------
    rate : float
    correlations : array, shape (source,)
        Of every input with the others that have one.
    mu : float
        Exponent of the weight in the rule: 0 is additive, 1 multiplicative.
    """
    w_max = LARGEST * G_L
    rule = STDP(w_max, mu=mu)
    return _neuron(Afferents(PoissonSources(len(correlations), rate, correlations), w_max, "E", plasticity=rule))


def _neuron(afferents: Afferents) -> Network:
    return Network(NEURON, 1, receptors={"E": Conductance(TAU_S, E_S)}, afferents=[afferents])


@dataclass(frozen=True, eq=False)
class Learning:
    """Neurons that learned under several inputs, a network each.

    Attributes
    ----------
    rates : sequence of float
        Hz, of the inputs.
    simulation : SpikingSimulation
        A trial per network.
    efficacy : array, shape (network,)
        How many spikes of the neuron an input spike adds with the largest weight.
    mu : float
        Exponent of the weight in the rule.
    """

    rates: Sequence[float]
    simulation: SpikingSimulation
    efficacy: np.ndarray
    mu: float

    @property
    def times(self) -> np.ndarray:
        """When weights were kept, in s."""
        return self.simulation.weights[0]["time"].values / 1e3

    def weights(self, network: int) -> np.ndarray:
        """Return weights in units of the largest, shape (time, source)."""
        return self.simulation.weights[0].values[:, network, :, 0] / (LARGEST * G_L)

    def shares(self, network: int, time: float) -> np.ndarray:
        """Return the share of the weights in each fifth of their range, at the last copy up to a time in s."""
        at = np.searchsorted(self.times, time + 1e-6) - 1
        return np.histogram(self.weights(network)[at], BINS)[0] / self.weights(network).shape[1]

    def course(self, network: int) -> np.ndarray:
        """Return the output rate in Hz between the copies of the weights."""
        spikes = self.simulation.spikes
        edges = np.concatenate([[0.0], self.times])
        return np.histogram(spikes.times[spikes.trial == network] / 1e3, edges)[0] / np.diff(edges)

    def final_rate(self, network: int) -> float:
        """Return the output rate in Hz over the last sixth of the time."""
        late = self.times > 5 / 6 * self.times[-1]
        return float(self.course(network)[late].mean())

    @cached_property
    def equilibria(self) -> list[WeightEquilibrium]:
        """What theory predicts, a network each.

        The output rate of this neuron rises steeply where its mean input comes to the threshold, which sets the mean
        weight. Theory tells the rate at which potentiation and depression keep this mean; where the rule depends on the
        weight, it tells the mean for the rate.
        """
        return [self._equilibrium(network) for network in range(len(self.rates))]

    def _equilibrium(self, network: int) -> WeightEquilibrium:
        def at(rate: float) -> WeightEquilibrium:
            return stdp_equilibrium(
                rate_pre=self.rates[network],
                rate_post=rate,
                efficacy=float(self.efficacy[network]),
                tau_s=TAU_S,
                potentiation_exponent=self.mu,
                depression_exponent=self.mu,
            )

        if self.mu:
            return at(self.final_rate(network))
        mean = float(self.weights(network)[-1].mean())
        return at(float(root_scalar(lambda rate: at(rate).mean - mean, bracket=SOUGHT).root))


def learn(
    rates: Sequence[float],
    correlations: Mapping[int, np.ndarray],
    n_inputs: int,
    *,
    duration: float,
    every: float,
    key: PRNGKey,
    mu: float = 0.0,
) -> Learning:
    """Let neurons learn, a network per rate in Hz, and measure the efficacy of their inputs afterwards.

    Parameters
    ----------
    rates : sequence of float
    correlations : mapping of int to array, shape (source,)
        Network → correlations of its inputs. Default 0.
    n_inputs : int
    duration, every : float
        s, of the simulation and between copies of the weights.
    key : key
    mu : float
    """
    none = np.zeros(n_inputs)
    networks = [plastic(rate, correlations.get(i, none), mu=mu) for i, rate in enumerate(rates)]
    found = simulate_spikes(
        networks, duration=1e3 * duration, dt=DT, key=key, weights_every=1e3 * every, precision="float32"
    )
    return Learning(rates, found, _efficacies(rates, correlations, found.weights[0].values[-1], key), mu)


def _efficacies(
    rates: Sequence[float], correlations: Mapping[int, np.ndarray], weights: np.ndarray, key: PRNGKey
) -> np.ndarray:
    """Return how much the output rate changes with the rate of the inputs, per input with the largest weight.

    Weights are held; eight neurons for each rate are simulated for 20 s.
    """
    repeats, signs = 8, (-1, 1)
    networks = [
        _neuron(
            Afferents(PoissonSources(len(w), rate * (1 + sign * STEP), correlations.get(i, np.zeros(len(w)))), w, "E")
        )
        for i, (rate, w) in enumerate(zip(rates, weights, strict=True))
        for sign in signs
        for _ in range(repeats)
    ]
    spikes = simulate_spikes(networks, duration=20_000, dt=DT, key=key, precision="float32").spikes
    counts = np.bincount(spikes.trial, minlength=len(networks)).reshape(len(rates), 2, repeats).mean(-1)
    slope = (counts[:, 1] - counts[:, 0]) / (spikes.duration / 1e3)
    total = np.array([w.sum() / (LARGEST * G_L) for w in weights])
    return np.maximum(slope / (2 * STEP * np.array(rates) * total), 1e-6)
