"""The neurons and the network of spiking.py by Brian2: once if a job is named, with a new cache, else once per line."""

import json
import sys
import tempfile
import time

import brian2 as b2
from brian2 import ms, mV

b2.prefs.codegen.target = "cython"
b2.defaultclock.dt = 0.1 * ms


def noise() -> b2.Network:
    """Return 1000 LIF neurons with Ornstein–Uhlenbeck input."""
    neurons = b2.NeuronGroup(
        1000,
        """dv/dt = (-(v + 60*mV) + I)/(20*ms) : volt (unless refractory)
        dI/dt = (8*mV - I)/(5*ms) + 5*mV*sqrt(2/(5*ms))*xi : volt""",
        threshold="v >= -50*mV",
        reset="v = -60*mV",
        refractory=5 * ms,
        method="euler",
    )
    neurons.v, neurons.I = -60 * mV, "8*mV + 5*mV*randn()"
    return b2.Network(neurons, b2.SpikeMonitor(neurons))


def cuba() -> b2.Network:
    """Return the network of Vogels and Abbott with current-based synapses, as in Brian2's examples."""
    neurons = b2.NeuronGroup(
        4000,
        """dv/dt = (ge + gi - (v + 49*mV))/(20*ms) : volt (unless refractory)
        dge/dt = -ge/(5*ms) : volt
        dgi/dt = -gi/(10*ms) : volt""",
        threshold="v > -50*mV",
        reset="v = -60*mV",
        refractory=5 * ms,
        method="exact",
    )
    neurons.v = "-60*mV + rand()*10*mV"
    excitatory = b2.Synapses(neurons, neurons, on_pre="ge += 1.62*mV")
    excitatory.connect("i < 3200", p=0.02)
    inhibitory = b2.Synapses(neurons, neurons, on_pre="gi -= 9*mV")
    inhibitory.connect("i >= 3200", p=0.02)
    return b2.Network(neurons, excitatory, inhibitory, b2.SpikeMonitor(neurons))


JOBS = {"noise": noise, "cuba": cuba}
if len(sys.argv) > 1:
    with tempfile.TemporaryDirectory() as folder:
        b2.prefs.codegen.runtime.cython.cache_dir = folder
        JOBS[sys.argv[1]]().run(1000 * ms)
else:
    made: dict[str, b2.Network] = {}
    for line in sys.stdin:
        job = line.strip()
        if job not in made:
            made[job] = JOBS[job]()
            made[job].store()
            made[job].run(1000 * ms)  # compiles
        made[job].restore()
        started = time.perf_counter()
        made[job].run(1000 * ms)
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
