"""Neurons that share noise, pairs that are connected, and pairs that fire regularly."""

from collections.abc import Sequence

import jax
import numpy as np

from ...dynamics import LIF, Connections, Delta, Injected, Network, Projection, WhiteNoise
from ...shapes import PRNGKey


def sharing_noise(neuron: LIF, n: int, mean: float, sigma: float, shared: float) -> Network:
    """Return neurons with a mean input and noise in mV, of which they share a part."""
    return Network(neuron, n, drives=[_noise(neuron, mean, sigma, shared)])


def connected_pairs(
    neuron: LIF, pairs: int, mean: float, sigma: float, weight: float, delays: Sequence[float]
) -> Network:
    """Return pairs for every delay in turn, whose first neuron has a synapse on the second; noise is independent."""
    sources = 2 * np.arange(pairs * len(delays))
    synapses = Connections(sources, sources + 1, weight, np.repeat(delays, pairs))
    return Network(
        neuron,
        2 * len(sources),
        receptors={"synapse": Delta()},
        projections=[Projection(synapses, "synapse")],
        drives=[_noise(neuron, mean, sigma, 0.0)],
    )


def regular_pairs(
    neuron: LIF, pairs: int, mean: float, sigma: float, kinds: Sequence[tuple[bool, float]], *, key: PRNGKey
) -> list[Network]:
    """Return a network of pairs for each (same start?, difference of the mean inputs in %); noise is independent.

    Without noise V moves from V_reset towards E_L + mean. Starts are drawn such that every phase of the interval
    between V_reset and V_th is as likely.
    """
    phases = np.asarray(jax.random.uniform(key, (pairs, 2)))
    end = float(neuron.E_L) + mean
    ascent = np.log((end - float(neuron.V_reset)) / (end - float(neuron.V_th)))
    networks = []
    for together, difference in kinds:
        phase = np.repeat(phases[:, :1], 2, axis=1) if together else phases
        V = end + (float(neuron.V_reset) - end) * np.exp(-phase.ravel() * ascent)
        each = mean * (1 + difference / 200 * np.tile([-1.0, 1.0], pairs))
        drives = [Injected(float(neuron.g_L) * each), _noise(neuron, 0.0, sigma, 0.0)]
        networks.append(Network(neuron, 2 * pairs, drives=drives, start={"V": V}))
    return networks


def _noise(neuron: LIF, mean: float, sigma: float, shared: float) -> WhiteNoise:
    g_L, tau_m = float(neuron.g_L), float(neuron.tau_m)
    return WhiteNoise(g_L * mean, g_L * sigma, tau_m, shared)
