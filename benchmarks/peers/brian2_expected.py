"""Store the spikes of Brian2 2.9 for LIF and AdEx neurons, and a network, which the tests hold ours to.

Run with the peer's own Python:

    .venv-brian2/bin/python peers/brian2_expected.py

Brian2 integrates, then tests the threshold, and calls the time before the step that of the spike: ours is one step
later. Its refractory time counts from that label, so that it is one step longer there for the same held steps.
"""

from pathlib import Path

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    defaultclock,
    ms,
    mV,
    nS,
    pA,
    pF,
    prefs,
)

prefs.codegen.target = "numpy"
DT = 0.1
defaultclock.dt = DT * ms
store = {}


def run(group: NeuronGroup, duration: float, *others: object) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps after which units fired, and which."""
    monitor = SpikeMonitor(group)
    Network(group, monitor, *others).run(duration * ms)
    return np.rint(np.asarray(monitor.t / ms) / DT).astype(int) + 1, np.asarray(monitor.i)


currents = np.linspace(190, 500, 16)
for method in ("euler", "exact"):
    lif = NeuronGroup(
        16,
        "dV/dt = (-(V + 75*mV) + I/(10*nS))/(10*ms) : volt (unless refractory)\nI : amp (constant)",
        threshold="V >= -55*mV",
        reset="V = -75*mV",
        refractory=2.1 * ms,
        method=method,
    )
    lif.V, lif.I = -75 * mV, currents * pA
    store[f"lif/{method}/step"], store[f"lif/{method}/unit"] = run(lif, 500)
store["lif/current"] = currents

patterns = np.array(
    [
        (200, 10, -70, 2, 30, 0, -58, 500),
        (200, 12, -70, 2, 300, 60, -58, 500),
        (130, 18, -58, 4, 150, 120, -50, 400),
        (200, 10, -58, 2, 120, 100, -46, 210),
        (200, 12, -70, -10, 300, 0, -58, 300),
        (100, 10, -65, 10, 90, 100, -47, 180),
    ],
    float,
)
adex = NeuronGroup(
    len(patterns),
    """dV/dt = (g_L*(E_L - V) + g_L*2*mV*exp((V + 50*mV)/(2*mV)) - w + I)/C : volt
    dw/dt = (a*(V - E_L) - w)/tau_w : amp
    C : farad (constant)
    g_L : siemens (constant)
    E_L : volt (constant)
    a : siemens (constant)
    tau_w : second (constant)
    b : amp (constant)
    V_r : volt (constant)
    I : amp (constant)""",
    threshold="V >= 0*mV",
    reset="V = V_r; w += b",
    method="euler",
)
for name, unit, values in zip(
    ("C", "g_L", "E_L", "a", "tau_w", "b", "V_r", "I"), (pF, nS, mV, nS, ms, pA, mV, pA), patterns.T, strict=True
):
    setattr(adex, name, values * unit)
adex.V = patterns[:, 2] * mV
store["adex/step"], store["adex/unit"] = run(adex, 600)
store["adex/patterns"] = patterns

N, N_E = 400, 320
rng = np.random.default_rng(0)
source, target = np.nonzero(rng.random((N, N)) < 0.1)
delay = rng.integers(1, 30, len(source)) * DT
start = rng.uniform(-60, -50, N)
network = NeuronGroup(
    N,
    """dV/dt = (from_E + from_I - (V + 49*mV))/(20*ms) : volt (unless refractory)
    dfrom_E/dt = -from_E/(5*ms) : volt
    dfrom_I/dt = -from_I/(10*ms) : volt""",
    threshold="V >= -50*mV",
    reset="V = -60*mV",
    refractory=5.1 * ms,
    method="exact",
)
network.V = start * mV
excitatory = source < N_E
synapses = []
for kind, on_pre in ((excitatory, "from_E_post += 1.7*mV"), (~excitatory, "from_I_post -= 14*mV")):
    some = Synapses(network, network, on_pre=on_pre)
    some.connect(i=source[kind], j=target[kind])
    some.delay = delay[kind] * ms
    synapses.append(some)
store["network/step"], store["network/unit"] = run(network, 300, *synapses)
store |= {"network/source": source.astype(np.int16), "network/target": target.astype(np.int16)}
store |= {"network/delay": np.rint(delay / DT).astype(np.int8), "network/start": start}
for name in [name for name in store if name.endswith(("step", "unit"))]:
    store[name] = store[name].astype(np.int16)
print({name: len(values) for name, values in store.items()})
np.savez_compressed(Path(__file__).parents[2] / "tests" / "dynamics" / "spiking" / "brian2.npz", **store)
