"""Brunel's network: published rates and oscillations, all states, folds, Hopf lines; and several populations."""

import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics.spiking.theory import (
    BrunelMeanField,
    firing_rate,
    hopf_line,
    loop_gain,
    oscillations,
    population_rates,
    states,
    transfer_function,
)

NETWORK = BrunelMeanField()


@pytest.mark.parametrize(("g", "eta", "rate"), [(6.0, 4.0, 55.84), (5.0, 2.0, 37.95), (4.5, 0.9, 6.52)])
def test_the_rates_are_those_of_the_reference(g, eta, rate):
    """REFERENCE §7: 55.84, 37.95 and 6.52 Hz by Siegert, beside 60.7, 37.7 and 5.5 Hz in Brunel's simulations."""
    found = NETWORK.rates(g, eta)
    assert found.round(2) == [rate]
    np.testing.assert_allclose(NETWORK.response(found, g, eta), found, rtol=1e-11)
    np.testing.assert_allclose(NETWORK.external(found, g), eta, rtol=1e-11)
    assert NETWORK.threshold_rate == pytest.approx(10)


def test_oscillations_are_those_that_brunel_predicts():
    """Brunel simulated 180 and 22 Hz and saw no oscillation at (5, 2); his own theory gives 190 and 29 Hz."""
    fast, slow = states(NETWORK, 6.0, 4.0).iloc[0], states(NETWORK, 4.5, 0.9).iloc[0]
    assert (fast["frequency"].round(), slow["frequency"].round()) == (190, 29)
    assert fast["regime"] == slow["regime"] == "synchronous irregular"
    assert states(NETWORK, 5.0, 2.0)["regime"].tolist() == ["asynchronous irregular"]
    assert states(NETWORK, 3.0, 2.0)["regime"].tolist() == ["synchronous regular"]


def test_all_three_states_of_an_excitable_network_are_found():
    """Below the fold, the quiet and the saturated state are parted by one that is unstable without oscillation."""
    table = states(NETWORK, 3.0, 0.8)
    assert table["regime"].tolist() == ["asynchronous irregular", "unstable", "synchronous regular"]
    assert table["rate"].is_monotonic_increasing
    fold = NETWORK.folds(3.0)
    eta = fold["eta"].item()
    assert [len(NETWORK.rates(3.0, eta + step)) for step in (-1e-3, 1e-3)] == [3, 1]
    assert NETWORK.slope(fold["rate"].item(), 3, eta) == pytest.approx(1, abs=1e-3)
    assert NETWORK.folds(4.5).empty
    assert NETWORK.rates(3.0, 0.0)[0] == 0


def test_the_slope_is_the_derivative_of_the_response():
    h = 1e-4
    difference = (NETWORK.response(38 + h, 5, 2) - NETWORK.response(38 - h, 5, 2)) / (2 * h)
    assert NETWORK.slope(38.0, 5, 2) == pytest.approx(difference, rel=1e-6)
    assert loop_gain(1e-3, NETWORK, rate=38.0, g=5.0, eta=2.0).real == pytest.approx(difference, rel=1e-4)


def test_on_the_hopf_line_an_oscillation_neither_grows_nor_decays():
    line = hopf_line(NETWORK, np.array([4.5, 6.0, 8.0]))
    assert (line["frequency"] > 100).tolist() == [False, False, True, False, False, True]
    for point in line.to_dict("records"):
        mode = oscillations(NETWORK, rate=point["rate"], g=point["g"], eta=point["eta"]).iloc[0]
        assert mode["frequency"] == pytest.approx(point["frequency"], rel=1e-6)
        assert abs(mode["growth"]) < 1e-4
    first, after = line.iloc[2], NETWORK.rates(6.0, line["eta"][2] + 0.1)[0]
    assert oscillations(NETWORK, rate=after, g=6.0, eta=first["eta"] + 0.1)["growth"][0] > 0


def test_without_recurrent_noise_the_loop_is_the_transfer_function():
    """At g = 0 and a small J, the modulation of σ² is J/(mV) of that of μ."""
    small = BrunelMeanField(C_E=100_000, J=0.001, delay=2.0)
    gain = loop_gain(50.0, small, rate=10.0, g=0.0, eta=0.8)
    mu, sigma = small.inputs(10.0, 0.0, 0.8)
    alone = transfer_function(50.0, mu, sigma, **small.cell) * 100_000 * 0.001 * 0.02 * np.exp(-2j * np.pi * 0.1)
    assert abs(gain / alone - 1) < 0.01


def test_two_populations_that_are_alike_are_model_a():
    indegree, J = np.array([[1000, 250], [1000, 250]]), np.array([[0.1, -0.6], [0.1, -0.6]])
    external = 1000 * 0.02 * 40
    found = population_rates(indegree, J, mu=external * 0.1, variance=external * 0.01, **NETWORK.cell)
    np.testing.assert_allclose(found, NETWORK.rates(6.0, 4.0)[0], rtol=1e-10)


def test_model_b_has_rates_that_sustain_themselves():
    """Inhibitory neurons with stronger input fire faster; both rates are solutions."""
    indegree, J = np.array([[1000, 250], [1000, 250]]), np.array([[0.1, -0.5], [0.13, -0.6]])
    mu, variance = np.array([40.0, 52.0]), np.array([4.0, 6.8])
    excitatory, inhibitory = population_rates(indegree, J, mu=mu, variance=variance, **NETWORK.cell)
    assert inhibitory > excitatory > 0
    seconds = 0.02 * np.array([1000 * excitatory, 250 * inhibitory])
    sigma = np.sqrt(variance + (J**2) @ seconds)
    np.testing.assert_allclose(
        firing_rate(mu + J @ seconds, sigma, **NETWORK.cell), [excitatory, inhibitory], rtol=1e-9
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: BrunelMeanField(V_reset=20.0), "V_reset must lie below V_th"),
        (lambda: BrunelMeanField(J=-0.1), "J must be above 0"),
        (lambda: BrunelMeanField(delay=-1.0), "delay must not be negative"),
        (lambda: NETWORK.rates(-1.0, 2.0), "g must not be negative"),
        (lambda: NETWORK.external(500.0, 5.0), "rate must be below 1/t_ref = 500 Hz"),
        (lambda: loop_gain(0.0, NETWORK, rate=38.0, g=5.0, eta=2.0), "frequency must be above 0 Hz"),
        (lambda: states(BrunelMeanField(delay=0.0), 5.0, 2.0), "Without a delay"),
        (lambda: population_rates(np.ones((2, 3)), np.ones((2, 3))), "must be square matrices"),
        (lambda: population_rates(-np.ones((1, 1)), np.ones((1, 1))), "indegree must not be negative"),
        (lambda: population_rates(np.ones((1, 1)), np.ones((1, 1)), variance=-1.0), "variance must not be negative"),
    ],
)
def test_unusable_input_is_told(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
