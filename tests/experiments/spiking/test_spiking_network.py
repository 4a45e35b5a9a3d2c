"""Brunel's network: rates beside the mean field, oscillations, the map of regimes, bad options."""

import json

import numpy as np
import pytest

from isocortex import InputError
from isocortex.experiments.spiking.network_regimes import activity, fluctuation, mean_cv, regime
from isocortex.experiments.spiking.spiking_network import SpikingNetwork
from isocortex.spike_trains import SpikeTrains


@pytest.mark.slow
def test_a_small_network_follows_its_mean_field(tmp_path):
    options = {"inhibition": (5.0,), "drive": (2.0,), "excitatory": 800, "indegree": 80, "weight": 0.3}
    small = options | {"duration": 200.0, "map_size": 2, "map_excitatory": 400}
    folder = SpikingNetwork(**small, out=tmp_path).execute()
    found = json.loads((folder / "summary.json").read_text())
    assert found["network.g5_eta2.rate"] == pytest.approx(found["network.g5_eta2.theory"], rel=0.15)
    assert found["network.g5_eta2.rate.low"] < found["network.g5_eta2.rate"] < found["network.g5_eta2.rate.high"]
    assert found["map.Q.networks"] == 2  # both with a drive of half the threshold
    assert sum(found[f"map.{name}.networks"] for name in ("Q", "SR", "AR", "SI", "AI")) == 4
    assert (folder / "figures" / "map.svg").exists()


@pytest.mark.slow
def test_published_rates_and_frequencies(tmp_path):
    """Brunel's simulations: 60.7, 37.7 and 5.5 Hz; oscillations near 180 and 22 Hz."""
    folder = SpikingNetwork(out=tmp_path, map_size=0).execute()
    found = json.loads((folder / "summary.json").read_text())
    for name, rate, theory in (("g6_eta4", 60.7, 55.84), ("g5_eta2", 37.7, 37.95), ("g4.5_eta0.9", 5.5, 6.52)):
        assert round(found[f"network.{name}.theory"], 2) == theory
        assert found[f"network.{name}.rate"] == pytest.approx(rate, abs=max(2.0, 0.05 * rate))
    assert found["network.g6_eta4.frequency"] == pytest.approx(180, rel=0.1)
    assert found["network.g4.5_eta0.9.frequency"] == pytest.approx(22, rel=0.25)


def test_measures_of_regimes():
    """A clock that all share is synchronous and regular; independent Poisson trains are neither."""
    rng = np.random.default_rng(0)
    clock = np.repeat(np.arange(5.0, 2000, 20), 50)
    together = SpikeTrains.from_spikes(clock, np.tile(np.arange(50), 100), n_units=50, duration=2000.0)
    alone = SpikeTrains.from_spikes(rng.uniform(0, 2000, 5000), rng.integers(0, 50, 5000), n_units=50, duration=2000.0)
    measured = [(float(mean_cv(x)[0]), float(fluctuation(activity(x))[0])) for x in (together, alone)]
    assert [regime(50.0, *values) for values in measured] == ["SR", "AI"]
    assert measured[0][0] == pytest.approx(0, abs=1e-9)
    assert measured[1][0] == pytest.approx(1, abs=0.05)
    assert regime(0.5, 0.9, 0.0) == "Q"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"inhibition": (5.0,)}, "got 1 and 3"),
        ({"excitatory": 1001}, "multiples of 4"),
        ({"map_size": 1}, "at least 2 values"),
    ],
)
def test_bad_options_are_refused(options, sentence):
    with pytest.raises(InputError, match=sentence):
        SpikingNetwork(**options)
