"""``stdp``: windows and rates of pairing beside closed forms, the published learning, and the memory it needs."""

import json
import subprocess
import sys

import jax
import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import STDP, TripletSTDP
from isocortex.dynamics.spiking.theory import weight_change
from isocortex.experiments.spiking.stdp import SpikeTimingPlasticity
from isocortex.experiments.spiking.stdp_learning import learn
from isocortex.experiments.spiking.stdp_pairing import frequencies, table, windows

MEMORY = """
import resource
import jax
import numpy as np
from isocortex.dynamics import simulate_spikes
from isocortex.experiments.spiking.stdp_learning import plastic

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3

before = most()
simulate_spikes(plastic(15.0, np.zeros(300)), duration=600e3, dt=1.0, key=jax.random.key(0), weights_every=20e3)
print(before, most())
"""


def test_windows_are_the_closed_form():
    found = windows()
    assert found.largest_error < 1e-12
    first = found.changes["additive"][np.isclose((found.after - found.before)[:, 0], 20)]
    assert first == pytest.approx(0.008 / np.e)
    weak, strong = (found.changes[f"multiplicative, w = {w}"] for w in (0.2, 0.8))
    assert weak.max() == pytest.approx(4 * strong.max())


def test_only_triplets_potentiate_both_orders_at_high_rates():
    """Pfister & Gerstner 2006, from data of Sjöström et al. 2001: 0.14 at 10 Hz and 0.53 at 40 Hz, source first."""
    changes = table(frequencies())
    np.testing.assert_allclose(changes["change"], changes["theory"], atol=1e-9)
    at = changes.set_index(["rule", "lag", "rate"])["change"]
    assert at["triplets", 10.0, 10.0] == pytest.approx(0.14, abs=0.03)
    assert at["triplets", 10.0, 40.0] == pytest.approx(0.53, abs=0.03)
    assert at["triplets", -10.0, 1.0] == pytest.approx(-0.29, abs=0.03)
    assert at["triplets", -10.0, 50.0] > 0 > at["triplets", -10.0, 20.0]
    assert at["pairs", -10.0, 50.0] < 0


def test_changes_by_hand():
    """Two spikes of the source, two of the neuron: 0, 30 and 10, 25 ms."""
    e = np.exp
    gain = 0.008 * (e(-10 / 20) + e(-25 / 20))
    assert weight_change(STDP(1.0), [0, 30], [10, 25]) == pytest.approx(gain - 0.0088 * (e(-1) + e(-5 / 20)))
    rule = TripletSTDP(1.0, A2_plus=0.0, A2_minus=0.0)
    up = 6.2e-3 * e(-25 / 16.8) * e(-15 / 125)
    down = 2.3e-4 * (e(-20 / 33.7) + e(-5 / 33.7)) * e(-30 / 101)
    assert weight_change(rule, [0, 30], [10, 25]) == pytest.approx(up - down)


def test_changes_that_depend_on_the_weight_are_refused():
    with pytest.raises(InputError, match="unless mu = 0; got mu = 1"):
        weight_change(STDP(1.0, mu=1.0), [0.0], [10.0])


def test_correlated_inputs_win():
    half = np.where(np.arange(300) < 150, 0.1, 0.0)
    found = learn([20.0], {0: half}, 300, duration=40.0, every=10.0, key=jax.random.key(0))
    weights = found.weights(0)[-1]
    assert weights[:150].mean() > 0.9 > 0.5 > weights[150:].mean()
    assert found.shares(0, 40.0).sum() == pytest.approx(1)
    assert len(found.course(0)) == len(found.times) == 4
    assert 0 < found.efficacy[0] < 0.2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"duration": 610.0}, "five times --every"),
        ({"correlation": 1.5}, "--correlation"),
        ({"inputs": 5000, "duration": 10_000.0}, "steps of synapses"),
    ],
)
def test_bad_options_are_told_at_the_door(options, sentence):
    with pytest.raises(InputError, match=sentence):
        SpikeTimingPlasticity(**options)


@pytest.mark.slow
def test_the_published_learning(tmp_path):
    """10 Hz and 120 s part no weights; 15 and 20 Hz and 600 s do. Theory tells output rates to 15 %."""
    found = json.loads((SpikeTimingPlasticity(out=tmp_path).execute() / "summary.json").read_text())
    assert found["stdp.10Hz.published.share_low"] < 0.1 < found["stdp.10Hz.published.share_middle"]
    for rate in (15, 20):
        assert found[f"stdp.{rate}Hz.bimodal"] == 1
        assert found[f"stdp.{rate}Hz.share_low"] > 5 * found[f"stdp.{rate}Hz.share_middle"]
        assert found[f"stdp.{rate}Hz.rate"] == pytest.approx(found[f"stdp.{rate}Hz.rate|theory"], rel=0.15)
    multiplicative = "stdp.multiplicative.mean_weight"
    assert found[multiplicative] == pytest.approx(found[f"{multiplicative}|theory"], abs=0.01)
    assert found["stdp.multiplicative.bimodal"] == 0
    assert found["stdp.correlated.inputs_with.mean_weight"] > 0.95
    assert found["stdp.correlated.inputs_without.mean_weight"] < 0.1


@pytest.mark.slow
def test_ten_minutes_of_300_inputs_add_less_than_200_mb():
    """The largest memory of a process, in MB, before and after; what is compiled counts as well."""
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    before, after = map(float, done.stdout.split())
    assert after - before < 200
