"""Spiking neurons beside Brian2 2.9 (Cython), running and from a cold start, and the published loop of two neurons.

Noise: 1000 LIF neurons with Ornstein–Uhlenbeck input for 1 s in steps of 0.1 ms. CUBA: the network of Vogels & Abbott
with 4000 neurons and current-based synapses for 1 s (benchmark 2 of Brette et al. 2007). A cold start is a new process,
from before the imports to the last spike; Brian2 then compiles its code, whose cache is in a new folder. Correlation:
80,000 steps of two neurons for each of 11 shared parts of their noise, and of 50 that are 1225 pairs, beside a loop
over the steps as the published one.
"""

import subprocess
import sys
import time

import jax
import numpy as np
from measure import HERE, Peer, alternate, row, seconds

from isocortex.dynamics import LIF, Network, OUNoise, WhiteNoise, simulate_spikes, vogels_abbott_network

TURNS, COLD = 5, 3
JOBS = {"noise": "1000 LIF neurons with OU input, 1 s", "cuba": "CUBA network of 4000 neurons, 1 s"}
SHARES = np.linspace(0, 1, 11)
NEURON = LIF(tau_m=20.0, E_L=-60.0, g_L=1.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0)


def networks() -> dict[str, Network]:
    """Return the networks that are simulated for 1 s."""
    noise = Network(NEURON, 1000, drives=[OUNoise(mean=8.0, sd=5.0, tau=5.0)])
    return {"noise": noise, "cuba": vogels_abbott_network(key=jax.random.key(0))}


def spikes_of(network: Network, turn: int = 0) -> int:
    """Return the number of spikes in 1 s."""
    return len(simulate_spikes(network, duration=1000, key=jax.random.key(turn), precision="float32").spikes.times)


def correlations(n: int) -> np.ndarray:
    """Return the correlation of the counts of two of n neurons that share noise, for every part, by one batch."""
    pairs = [Network(LIF(), n, drives=[WhiteNoise(100.0, 100.0, shared=c)]) for c in SHARES]
    spikes = simulate_spikes(
        pairs, duration=80_000, dt=1.0, method="euler", key=jax.random.key(0), precision="float32"
    ).spikes
    return np.array([np.corrcoef(counts[:, :2].T)[0, 1] for counts in spikes.bin(10).values])


def published() -> np.ndarray:
    """Return the same by a loop over the steps, as published."""
    rng = np.random.default_rng(0)
    found = []
    for c in SHARES:
        noise = rng.standard_normal((3, 80_000))
        given = 10 + 10 * np.sqrt(10) * (np.sqrt(1 - c) * noise[:2] + np.sqrt(c) * noise[2])
        spikes = np.zeros((2, 80_000))
        for i in range(2):
            V, held = -75.0, 0.0
            for n in range(80_000):
                if held > 0:
                    held -= 1
                    V = -75.0
                elif V >= -55:
                    spikes[i, n] = 1
                    V, held = -75.0, 2.0
                V += (-(V + 75) + given[i, n]) / 10
        found.append(np.corrcoef(spikes.reshape(2, -1, 10).sum(2))[0, 1])
    return np.array(found)


def cold(command: list[object]) -> float:
    """Return the seconds of a new process."""
    started = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__" and len(sys.argv) > 1:
    spikes_of(networks()[sys.argv[1]])
elif __name__ == "__main__":
    for job, title in JOBS.items():
        peer, network = Peer("brian2", "brian2_spiking.py"), networks()[job]
        print(f"\n{title}: {spikes_of(network)} spikes")
        ours, theirs = alternate(lambda n=network: seconds(lambda: spikes_of(n)), lambda p=peer, j=job: p(j), TURNS)
        print(row("isocortex", ours))
        print(row("Brian2", theirs))
        print(f"ratio of medians {np.median(theirs) / np.median(ours):.1f}")
        python = HERE / ".venv-brian2" / "bin" / "python"
        begun = np.array([cold([sys.executable, __file__, job]) for _ in range(COLD)])
        theirs = np.array([cold([python, HERE / "peers" / "brian2_spiking.py", job]) for _ in range(COLD)])
        print(row("isocortex, from a cold start", begun))
        print(row("Brian2, from a cold start", theirs))
        print(f"ratio of medians {np.median(theirs) / np.median(begun):.1f}")
    print(f"\nCorrelation transfer, {len(SHARES)} × 80,000 steps")
    loop = np.array([seconds(published) for _ in range(COLD)])
    print(row("published loop, NumPy, two neurons", loop))
    for n in (2, 50):
        correlations(n)
        ours = np.array([seconds(lambda n=n: correlations(n)) for _ in range(TURNS)])
        ratio = np.median(loop) / np.median(ours)
        print(row(f"isocortex, {n} neurons", ours))
        print(f"ratio of medians {ratio:.2g}, per pair {n * (n - 1) / 2 * ratio:.2g}")
