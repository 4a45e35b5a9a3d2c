"""The spikes are those of Brian2, each in its step: neurons alone, and a network."""

from pathlib import Path

import numpy as np
import pytest

from isocortex.dynamics import LIF, AdEx, Connections, Current, Network, Projection, simulate_spikes
from isocortex.spike_trains import SpikeTrains

EXPECTED = np.load(Path(__file__).parent / "brian2.npz")


def steps(spikes: SpikeTrains) -> list[tuple[int, int]]:
    return sorted(zip(np.rint(spikes.times / 0.1).astype(int).tolist(), spikes.unit.tolist(), strict=True))


def theirs(name: str, before: int) -> list[tuple[int, int]]:
    pairs = zip(EXPECTED[f"{name}/step"].tolist(), EXPECTED[f"{name}/unit"].tolist(), strict=True)
    return sorted(pair for pair in pairs if pair[0] < before)


@pytest.mark.parametrize("method", ["euler", "exact"])
def test_lif(method: str) -> None:
    found = simulate_spikes(LIF(), duration=500, current=EXPECTED["lif/current"], method=method)
    assert steps(found.spikes) == theirs(f"lif/{method}", 5000)


def test_adex() -> None:
    C, g_L, E_L, a, tau_w, b, V_reset, current = EXPECTED["adex/patterns"].T
    neurons = AdEx(C=C, g_L=g_L, E_L=E_L, a=a, tau_w=tau_w, b=b, V_reset=V_reset)
    found = simulate_spikes(neurons, duration=600, current=current)
    assert steps(found.spikes) == theirs("adex", 6000)


def test_network_with_delays() -> None:
    source, target = EXPECTED["network/source"].astype(int), EXPECTED["network/target"].astype(int)
    delay, excitatory = EXPECTED["network/delay"] * 0.1, source < 320
    weights = {"E": (excitatory, 1.7), "I": (~excitatory, -14.0)}
    network = Network(
        LIF(tau_m=20, E_L=-49, g_L=1, V_th=-50, V_reset=-60, t_ref=5),
        {"E": 320, "I": 80},
        receptors={"E": Current(5.0), "I": Current(10.0)},
        projections=[
            Projection(Connections(source[some], target[some], weight, delay[some]), onto)
            for onto, (some, weight) in weights.items()
        ],
        start={"V": EXPECTED["network/start"]},
    )
    found = simulate_spikes(network, duration=300, precision="float64")
    expected = theirs("network", 3000)
    assert len(expected) > 500
    assert steps(found.spikes) == expected
