"""``adex``: published patterns of firing, resting states and steady rates beside closed forms."""

import json

import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import AdEx, between_spikes, continuation, fixed_points, simulate_spikes
from isocortex.dynamics.spiking.theory import adapted_rate
from isocortex.experiments.finished import load_run
from isocortex.experiments.spiking.adex import AdaptiveNeuron, together
from isocortex.experiments.spiking.adex_patterns import PATTERNS
from isocortex.experiments.spiking.adex_result import AdExResult, Curve


@pytest.fixture(scope="module")
def result():
    """The published patterns, with few currents and one resting state."""
    neurons, current = together(list(PATTERNS.values()))
    options = AdaptiveNeuron(planes=("transient",))
    found = simulate_spikes(neurons, duration=600, dt=0.1, current=current, record=("V", "w"))
    currents = np.array([200.0, 500.0, 1000.0])
    curves = {
        name: Curve(PATTERNS[name].neuron, currents, simulate_spikes(PATTERNS[name].neuron, current=currents, **FINE))
        for name in ("tonic", "adapting")
    }
    system = between_spikes(PATTERNS["tonic"].neuron, 500.0)
    branches = {"tonic": continuation(system, "I", (0, 400), {"V": (-95, -30), "w": (-50, 100)}, n_sections=3)}
    return AdExResult(options, found, curves, branches)


FINE = {"duration": 2000, "dt": 0.02}


def test_every_pattern_is_the_published_one(result):
    assert result.equal == list(PATTERNS)
    assert result.numbers()["adex.published.equal"] == 8
    assert "8 of 8 patterns equal the published ones" in result.answer()


def test_the_resting_state_ends_where_the_closed_form_says(result):
    numbers = result.numbers()
    assert numbers["adex.tonic.fold"] == pytest.approx(numbers["adex.tonic.fold|theory"], abs=1e-4)


def test_steady_rates_are_those_of_theory(result):
    """Averaging is good to the first order in the interval over τ_w: 27 ms over 300 ms at 1000 pA."""
    table = result.curves["adapting"].table
    assert table["steady"].tolist() == pytest.approx(table["theory"].tolist(), rel=0.05)
    assert table["initial"].iloc[-1] > 6 * table["steady"].iloc[-1]
    assert table["steady"].iloc[0] == 0


def test_theory_without_adaptation_is_the_exponential_neuron(result):
    neuron = AdEx(a=0.0, b=0.0, tau_w=100.0, V_reset=-60.0)
    times = simulate_spikes(neuron, duration=500, dt=0.005, current=400.0).spikes.of(0)
    assert adapted_rate(400.0, neuron) == pytest.approx(1e3 / np.diff(times)[-1], rel=0.003)


def test_bursts_have_no_steady_rate_by_theory():
    with pytest.raises(InputError, match="V_reset is below V_T"):
        adapted_rate(200.0, AdEx(V_reset=-46.0))


def test_a_neuron_that_fires_once_could_rest(result):
    pattern = PATTERNS["transient"]
    found = fixed_points(between_spikes(pattern.neuron, pattern.current), {"V": (-80, -35), "w": (0, 200)})
    assert [str(kind) for kind in found["kind"].values].count("stable node") == 1
    end = result.simulation.traces.isel(trial=0, time=-1).sel(unit=list(PATTERNS).index("transient"))
    stable = found["x"].values[[str(kind) == "stable node" for kind in found["kind"].values]][0]
    np.testing.assert_allclose([end["V"], end["w"]], stable, atol=0.5)


def test_pictures_are_drawn(result):
    for finding in result.findings():
        if hasattr(finding, "draw"):
            assert finding.draw().axes


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"planes": ("tonik",)}, "tonic"), ({"dt": 1.0}, "--dt must be at least"), ({"currents": 2}, "--currents")],
)
def test_bad_options_are_told_at_the_door(options, sentence):
    with pytest.raises(InputError, match=sentence):
        AdaptiveNeuron(**options)


@pytest.mark.slow
def test_the_default_run(tmp_path):
    folder = AdaptiveNeuron(out=tmp_path).execute()
    found = json.loads((folder / "summary.json").read_text())
    assert found["adex.published.equal"] == 8
    for name, pattern in PATTERNS.items():
        if np.isfinite(pattern.fold):
            assert found[f"adex.{name}.fold"] == pytest.approx(pattern.fold, abs=1e-4)
    assert found["adex.adapting.steady.largest_error"] < 1.5
    assert "8 of 8 patterns" in load_run(folder).answer
