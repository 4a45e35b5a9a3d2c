"""F–I curves, the decision network and the drives, beside closed forms and published counts."""

import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import (
    Decision,
    OUDrive,
    Pulse,
    RatePopulation,
    WilsonCowan,
    fixed_points,
    sigmoid,
    sigmoid_inverse,
    simulate,
    threshold_linear,
)


def test_curves():
    x = np.linspace(0, 8, 50)
    a, theta = 1.2, 2.8
    F = 1 / (1 + np.exp(-a * (x - theta))) - 1 / (1 + np.exp(a * theta))
    np.testing.assert_allclose(sigmoid(x), F, atol=1e-6)
    np.testing.assert_allclose(sigmoid_inverse(F), x, atol=1e-3)  # float32, up to where the sigmoid is flat
    with np.errstate(all="raise"):
        assert np.isnan(sigmoid_inverse(np.array([-0.1, 1.0]))).all()
    np.testing.assert_array_equal(threshold_linear(np.array([-1.0, 1, 3]), 2, 1), [0, 0, 4])


def test_a_threshold_linear_population_has_its_closed_form():
    """r = a(w·r + I − θ) → r = a(I − θ)/(1 − a·w)."""
    found = fixed_points(RatePopulation(w=0.5, I=1.0, a=1.2, theta=0.2, curve="threshold-linear"), {"r": (0, 9)})
    np.testing.assert_allclose(found["x"].values, [[1.2 * 0.8 / (1 - 0.6)]])


@pytest.mark.parametrize(
    ("stimulus", "coherence", "attractors", "saddles"), [(0, 0, 3, 2), (30, 0, 2, 1), (30, 0.51, 2, 1), (30, 1, 1, 0)]
)
def test_decisions_have_the_published_number_of_attractors(stimulus, coherence, attractors, saddles):
    """Wong & Wang 2006, Figs. 4 and 5: three attractors at rest; two under a weak stimulus; one under the strongest."""
    found = fixed_points(Decision(stimulus=float(stimulus), coherence=coherence), [(0, 1), (0, 1)])
    kinds = found["kind"].values.tolist()
    assert (kinds.count("stable node"), kinds.count("saddle")) == (attractors, saddles)


def test_rates_of_the_decision_network_are_smooth_at_threshold():
    system = Decision(J_same=0.0, J_other=0.0, stimulus=0.0)
    rates = [float(system.replace(I_0=108 / 270 + d).rates(jnp.zeros(2))[0]) for d in (-1e-4, 0.0, 1e-4)]
    assert rates[1] == pytest.approx(1 / 0.154, rel=1e-4)
    assert rates[0] < rates[1] < rates[2]


def test_a_pulse_lasts_as_many_steps_as_it_should():
    """Without weights, r follows its input: Euler steps from 20 to 30 ms are 100 of 0.1 ms, whatever the rounding."""
    system = Pulse(RatePopulation(w=0.0, I=0.0), ("I",), 100.0)
    x = simulate(system, [0.0], duration=40, dt=0.1, solver="euler").values[:, 0]
    rising = np.flatnonzero(np.diff(x) > 0)
    assert (rising[0], rising[-1]) == (200, 299)


def test_drives_wrap_any_system_and_share_its_parameters(key):
    system = OUDrive(Pulse(WilsonCowan(), ("I_e",), 0.4), ("I_e", "I_i"), 0.5, tau_drive=5.0)
    assert system.variables == ("E", "I", "drive I_e", "drive I_i")
    assert {"w_ee", "height", "sigma"} <= set(system.parameters)
    x = simulate(
        system.replace(w_ee=8.0, height=0.0), np.zeros((4000, 4)), duration=50, dt=0.5, key=key, save_every=100
    )
    eta = x.values[:, -1, 2:]
    assert eta.var() == pytest.approx(0.25 / (1 - 0.5 / 10), rel=0.07)  # standard error of a variance 1.6 %
    assert abs(np.corrcoef(eta.T)[0, 1]) < 0.07
    silent = simulate(system.replace(sigma=0.0, height=0.0), np.zeros(4), duration=5, dt=0.1, key=key)
    alone = simulate(WilsonCowan(), np.zeros(2), duration=5, dt=0.1, solver="euler")
    np.testing.assert_allclose(silent.values[:, :2], alone.values, atol=1e-15)


BAD = {
    "curve": (lambda: RatePopulation(curve="sigmod"), "no F–I curve 'sigmod'. Did you mean 'sigmoid'"),
    "time constant": (lambda: WilsonCowan(tau_e=0.0), "tau_e must be above 0; got 0.0"),
    "onto": (lambda: Pulse(WilsonCowan(), ("I",), 1.0), "no parameter of WilsonCowan 'I'"),
    "nowhere": (lambda: OUDrive(WilsonCowan(), (), 1.0), "Say which parameters"),
    "replace": (lambda: WilsonCowan().replace(wee=1.0), "no parameter of WilsonCowan 'wee'. Did you mean 'w_ee'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    call, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        call()
