"""F1/F0 and F2/F0 against Fourier series and numerical integrals."""

import numpy as np
import pytest
from scipy.integrate import quad

from isocortex import InputError, modulation, responses
from isocortex.analysis import pooled_modulation, rectified_modulation


def cycle(n):
    return np.arange(n) * 360 / n


def ratio(curve, k):
    """Return Fk/F0 of an even function of the phase by integration."""
    f0, fk = (quad(lambda x, k=k: curve(x) * np.cos(k * x), 0, np.pi, limit=400)[0] / np.pi for k in (0, k))
    return abs(2 * fk / f0)


@pytest.mark.parametrize("n", [6, 12, 48])
def test_a_half_rectified_sinusoid_has_pi_over_two_and_two_thirds(n, rng):
    """With an even number n of phases only multiples of the n-th harmonic, 2/(π(1 − m²)), alias, and onto F0 only at
    F1: a relative error below Σ 2/((kn)² − 1) < π²/(3n²)·1.1."""
    start = rng.uniform(0, 2 * np.pi, 50)
    curves = np.maximum(np.cos(np.deg2rad(cycle(n))[:, None] + start), 0)
    found = modulation(responses(curves, stimuli=cycle(n)))
    np.testing.assert_allclose(found["f1_f0"], np.pi / 2, rtol=1.1 * np.pi**2 / (3 * n**2))
    if n == 48:
        np.testing.assert_allclose(found["f2_f0"], 2 / 3, rtol=6e-3)


def test_energy_is_flat_and_its_controls_are_not():
    phase = np.deg2rad(cycle(48))
    curves = np.stack([np.hypot(np.cos(phase), np.sin(phase)), np.abs(np.cos(phase)), 1 + np.cos(phase)], axis=1)
    found = modulation(responses(curves, stimuli=cycle(48)))
    np.testing.assert_allclose(found["f1_f0"], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(found["f2_f0"], [0, 2 / 3, 0], atol=4e-3)
    np.testing.assert_allclose(found["mean"], [1, 2 / np.pi, 1], atol=2e-3)


def test_scaling_and_shifting_the_phase_change_nothing(rng):
    curves = rng.random((12, 5))
    one = modulation(responses(curves, stimuli=cycle(12)))
    two = modulation(responses(3 * np.roll(curves, 5, axis=0), stimuli=cycle(12)))
    np.testing.assert_allclose(two[["f1_f0", "f2_f0"]], one[["f1_f0", "f2_f0"]])


def test_a_silent_unit_has_no_modulation():
    curves = np.stack([np.zeros(8), np.ones(8), -np.ones(8)], axis=1)
    found = modulation(responses(curves, stimuli=cycle(8)))
    assert found["f1_f0"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize("offset", [-0.9, -0.3, 0.0, 0.5, 1.0, 3.0])
def test_the_closed_form_of_an_offset_is_the_integral(offset):
    expected = ratio(lambda x: max(0.0, offset + np.cos(x)), 1)
    assert rectified_modulation(offset) == pytest.approx(expected, rel=1e-6)


def test_the_criterion_is_where_the_threshold_ceases_to_cut():
    """F1/F0 > 1 if and only if the response is cut: Mechler & Ringach 2002."""
    offsets = np.linspace(-0.99, 3, 400)
    assert np.array_equal(rectified_modulation(offsets) > 1 + 1e-12, offsets < 1)
    assert np.isnan(rectified_modulation(-1.0))
    assert rectified_modulation(-0.9999) == pytest.approx(2, abs=1e-3)


@pytest.mark.parametrize("extent", [0.0, 1.0, 2.5, np.pi, 4.0, 6.0, 7.0])
def test_the_closed_form_of_pooling_is_the_integral(extent):
    def largest(x):
        """Return the largest max(0, cos) over phases within extent/2 of x in 0…π."""
        distance = max(0.0, abs(x) - extent / 2)
        return max(0.0, np.cos(distance)) if distance < np.pi / 2 else 0.0

    assert pooled_modulation(extent) == pytest.approx(ratio(largest, 1), abs=1e-6)


BAD = {
    "few": (np.arange(4) * 90.0, "at least 5 phases; got 4"),
    "not around": (np.arange(10) * 20.0, "must go once around in steps of 36°; got 0° to 180°"),
    "twice": (np.arange(10) * 72.0, "must go once around in steps of 36°"),
    "words": (np.array(list("abcdefgh")), "with phases in degrees"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_phases_are_refused(case, rng):
    phases, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        modulation(responses(rng.random((len(phases), 3)), stimuli=phases))
