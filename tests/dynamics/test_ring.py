"""The ring attractor beside the closed forms of its bump: shape, birth, spectrum, diffusion and drift."""

import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import RingAttractor, bump, jacobian, population_vector, simulate

LARGE = RingAttractor(n=256)


@pytest.mark.parametrize("where", [90.0, 200.0])
def test_a_bump_stands_where_it_is_put_with_its_closed_form(where):
    """256 populations sample it every 1.4°: sums over them err by 1e-4 of the rates; the place moves below 0.1°."""
    start = np.maximum(0, np.cos(np.deg2rad(LARGE.angles - where)))
    x = simulate(LARGE, start, duration=2000, dt=0.5, save_every=4000).values[-1]
    assert population_vector(x)[0] % 360 == pytest.approx(where, abs=0.1)
    np.testing.assert_allclose(x, bump(LARGE).rates(where), rtol=0, atol=2e-3)


@pytest.mark.parametrize("J_1", [2.5, 5.0, 9.0])
def test_width_and_height_follow_from_the_weights(J_1):
    theory = bump(RingAttractor(J_1=J_1))
    w = np.deg2rad(theory.half_width)
    assert J_1 * (w - np.sin(2 * w) / 2) == pytest.approx(2 * np.pi, rel=1e-12)
    fine = RingAttractor(n=20_000, J_1=J_1)
    x = bump(fine).rates()
    field = 1 - 6 * x.mean() + J_1 * population_vector(x)[1] * np.cos(np.deg2rad(fine.angles))
    np.testing.assert_allclose(np.maximum(0, field), x, rtol=0, atol=1e-6)
    assert x.max() == pytest.approx(theory.peak, rel=1e-12)


def test_a_small_cosine_grows_above_the_threshold_and_decays_below():
    """On the uniform state at (J₁/2 − 1)/τ, exactly; Runge–Kutta of order 4 errs below 1e-9."""
    ring = RingAttractor(n=32)
    start = (1 + 1e-6 * np.cos(np.deg2rad(ring.angles))) / 7
    x = simulate(ring, start, duration=20, dt=0.1, sweep={"J_1": [1.5, 2.0, 2.5]}, save_every=200)
    length = population_vector(x.values)[1]
    np.testing.assert_allclose(np.log(length[:, 1] / length[:, 0]) / 20, [-0.025, 0, 0.025], atol=1e-8)


def test_the_spectrum_of_a_large_ring_is_the_closed_one():
    """Populations at the bump's edge count whole: sums err by one of 4096, the eigenvalues by 5/4096/τ."""
    ring = RingAttractor(n=1024)
    theory = bump(ring)
    found = np.sort(np.linalg.eigvals(jacobian(ring, theory.rates(0.1))).real)
    expected = np.sort(np.r_[theory.eigenvalues()[:3].real, np.full(1021, -0.1)])
    np.testing.assert_allclose(found, expected, rtol=0, atol=5 * 6 / 1024 / 10)
    assert abs(found[-1]) < 1e-3


def test_noise_on_the_neutral_mode_makes_the_bump_diffuse(key):
    """3 windows × 400 bumps: the standard error of a mean square is √(2/1200) = 4 %; four of them, and 3 % for what
    the edges of the bump and the silent populations add at second order."""
    ring = RingAttractor(n=64, sigma=0.01)
    theory = bump(ring)
    x = simulate(ring, np.tile(theory.rates(), (400, 1)), duration=300, dt=1, key=key, save_every=100)
    moves = np.diff(population_vector(x.values)[0], axis=1)
    assert (moves**2).mean() / 200 == pytest.approx(theory.diffusion_constant, rel=4 * np.sqrt(2 / 1200) + 0.03)
    wide = bump(RingAttractor(n=128, sigma=0.02)).diffusion_constant
    assert wide == pytest.approx(2 * theory.diffusion_constant)  # σ² twice as often as 1/n


def test_unequal_inputs_drag_the_bump(rng):
    """To first order in inputs of 0.5 %, and up to the push of one population at an edge, which counts or not."""
    inputs = 0.005 * rng.standard_normal(256)
    theory, places = bump(LARGE), np.arange(0.0, 360, 30)
    starts = np.stack([theory.rates(place) for place in places])
    x = simulate(RingAttractor(n=256, I=1 + inputs), starts, duration=150, dt=0.5, save_every=100).values
    angles = np.unwrap(population_vector(x)[0], period=360, axis=1)
    speed, at = (angles[:, 3] - angles[:, 1]) / 100, angles[:, 2]
    expected = theory.drift(inputs, at)
    edge = np.rad2deg(5 * np.abs(inputs).max() / (256 * theory.amplitude * 10))
    np.testing.assert_allclose(speed, expected, rtol=0.05, atol=edge)
    assert np.abs(expected).max() > 4 * edge


BAD = {
    "few": (lambda: RingAttractor(n=2), "at least 3 populations; got 2"),
    "inputs": (lambda: RingAttractor(n=8, I=np.ones(7)), "I must be one number, or 8 numbers"),
    "weak": (lambda: bump(RingAttractor(J_1=2.0)), "A bump needs J_1 above 2"),
    "runaway": (lambda: bump(RingAttractor(J_0=0.0)), r"grows without bound; J_0 must be below -0\.648, got 0"),
    "unequal": (lambda: bump(RingAttractor(I=np.ones(64))), "a uniform input above 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    call, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        call()
