"""``synapses``: published numbers of short-term plasticity; balance and gap junctions beside theory."""

import json

import jax
import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import simulate_spikes
from isocortex.experiments.spiking.synapses import Synapses
from isocortex.experiments.spiking.synapses_dynamic import law, simulate_trains
from isocortex.experiments.spiking.synapses_pairs import COUPLINGS, Pairs, coupled
from isocortex.experiments.spiking.synapses_static import Balance, population, theory

DEPRESSION = {5: 0.9354, 10: 0.8174, 20: 0.6302, 40: 0.4098}
FACILITATION = {2: 1.693, 8: 2.446, 40: 1.086}


def test_published_short_term_plasticity():
    trains = simulate_trains(np.array([2.0, 5.0, 8.0, 10.0, 20.0, 40.0]), 0.5)
    table = trains.table.set_index(["synapse", "rate"])
    np.testing.assert_allclose(table["ratio"], table["theory"], rtol=1e-12)
    for kind, ratios in (("depression", DEPRESSION), ("facilitation", FACILITATION)):
        for rate, ratio in ratios.items():
            assert table.loc[(kind, rate), "ratio"] == pytest.approx(ratio, abs=6e-4)
    assert table["first"].loc["depression"].iloc[0] == pytest.approx(0.6)
    assert table["first"].loc["facilitation"].iloc[0] == pytest.approx(0.24)


def test_the_law_of_published_rates():
    np.testing.assert_allclose(
        law("depression", np.array(list(DEPRESSION), float)), list(DEPRESSION.values()), atol=5e-5
    )
    np.testing.assert_allclose(
        law("facilitation", np.array(list(FACILITATION), float)), list(FACILITATION.values()), atol=5e-4
    )


def test_conductances_and_potential_are_those_of_shot_noise():
    """Standard errors: 0.01 nS and 0.05 mV for 20 neurons, 900 ms and a memory of 10 ms; theory is good to 0.3 mV."""
    key, record = jax.random.key(0), ("V", "E", "I")
    free = simulate_spikes(
        population(10.0, 1.0, 20, fires=False), duration=1000, key=key, record=record, record_every=20
    )
    balance = Balance(np.array([10.0]), np.array([1.0]), free, free, 0.1)
    expected = balance.theory
    assert balance.conductance(0) == pytest.approx((expected.g_E[0], expected.g_I[0]), rel=0.03)
    table = balance.table
    assert table["mean"][0] == pytest.approx(expected.mean[0], abs=0.5)
    assert table["sd"][0] == pytest.approx(expected.sd[0], abs=0.3)
    assert table["rate"][0] == 0


def test_theory_without_inhibition_or_steps():
    """80 inputs of 10 Hz, 2.4 nS and 2 ms: 3.84 nS, and its variance ḡ² n r τ/2."""
    drive = theory(np.array([10.0]), np.array([0.0]), 1e-4)
    assert drive.g_E[0] == pytest.approx(3.84, rel=1e-4)
    assert drive.mean[0] == pytest.approx(-750 / 13.84, rel=1e-4)
    tau, sd_g = 100 / 13.84, np.sqrt(2.4**2 * 0.8 * 2 / 2)
    assert drive.sd[0] == pytest.approx(-drive.mean[0] / 13.84 * sd_g * np.sqrt(2 / (2 + tau)), rel=1e-4)


def test_couplings_make_neurons_fire_together():
    """Free potentials correlate by g/(g_L + g) = 0.444; the standard error is 0.03 for 10 pairs and 900 ms."""
    kinds, how = COUPLINGS[1:], {"duration": 1000, "dt": 0.1, "key": jax.random.key(0)}
    found = simulate_spikes([coupled(kind, 8.0, 10, dt=0.1) for kind in kinds], **how)
    silent = coupled(COUPLINGS[0], 8.0, 10, dt=0.1, fires=False)
    free = simulate_spikes(silent, record=("V",), record_every=20, **how)
    pairs = Pairs(kinds, [8.0] * 2, found, np.array([8.0]), free)
    assert pairs.potentials["correlation"][0] == pytest.approx(8 / 18, abs=0.09)
    short = pairs.table["counts_2ms"]
    assert short[1] > short[0] > 0.05
    lag, rate = pairs.correlogram(1)
    assert abs(lag[rate.argmax()]) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"input_rate": 0.0}, "--input-rate must be above 0"),
        ({"couplings": (-1.0,)}, "--couplings must be above 0"),
        ({"duration": 1e6, "units": 1000}, "steps of neurons"),
    ],
)
def test_bad_options_are_told_at_the_door(options, sentence):
    with pytest.raises(InputError, match=sentence):
        Synapses(**options)


@pytest.mark.slow
def test_the_default_run(tmp_path):
    found = json.loads((Synapses(out=tmp_path).execute() / "summary.json").read_text())
    for kind, ratios, atol in (("depression", DEPRESSION, 5e-5), ("facilitation", FACILITATION, 5e-4)):
        for rate, ratio in ratios.items():
            assert found[f"stp.{kind}.ratio.{rate}Hz"] == pytest.approx(ratio, abs=atol)
    assert 7 < found["stp.facilitation.peak.rate"] < 8
    assert found["static.conductance.E"] == pytest.approx(found["static.conductance.E|theory"], rel=0.02)
    assert found["static.potential.mean.largest_error"] < 0.5
    assert found["pairs.potentials.largest_error"] < 0.06
    assert found["balance.10Hz.ratio_1.rate"] < 0.8 * found["balance.10Hz.ratio_0.rate"]
    assert found["balance.10Hz.ratio_1.cv"] > found["balance.10Hz.ratio_0.cv"]
    assert found["pairs.gap_junction_without_spikes.8nS.counts_20ms"] < -0.1
