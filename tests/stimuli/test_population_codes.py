"""Population codes: published values, inverses, and what cannot be a code."""

import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError
from isocortex.stimuli import GaussianCode, LinearCode, MonotonicCode

CODES = {
    "gaussian": GaussianCode(),
    "monotonic": MonotonicCode(),
    "all types": MonotonicCode(types=("rising", "falling", "peak", "dip")),
    "one slope": MonotonicCode(types=("falling",), reach=40.0),
    "linear": LinearCode(),
}


def test_the_gaussian_code_is_the_published_one():
    """σ = √2·w/(4Δθ) = 0.530 steps of the lattice; grid index (position + 40)/10, from 0 to 7."""
    code, position = GaussianCode(), np.array([-3.0, 17.0])
    sigma = np.sqrt(2) * 15 / (4 * 10)
    assert sigma == pytest.approx(0.530, abs=5e-4)
    x, y = (position + 40) / 10
    column, row = np.meshgrid(np.arange(8), np.arange(8))
    expected = np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * sigma**2))
    np.testing.assert_allclose(code(position).reshape(8, 8), expected, atol=1e-6)
    assert float(code(np.array([0.0, 0.0])).max()) == 1.0


def test_the_lines_of_the_monotonic_code_pass_the_published_points():
    """Line i of the rising family passes (80, 1) and (−80, −2(i − 1)/8) and is cut at 0; falling mirrors it."""
    code, places = MonotonicCode(types=("rising", "falling")), np.linspace(-80, 80, 33)
    lines = np.asarray(code.lines(places))
    for i in range(1, 9):
        low = -2 * (i - 1) / 8
        line = np.maximum(low + (places + 80) / 160 * (1 - low), 0)
        np.testing.assert_allclose(lines[:, i - 1], line, atol=1e-6)
        np.testing.assert_allclose(lines[:, 8 + i - 1], line[::-1], atol=1e-6)


def test_two_types_turn_at_the_middle():
    code = MonotonicCode(types=("rising", "peak", "dip"))
    lines = np.asarray(code.lines(np.array([-80.0, -30.0, 0.0, 30.0, 80.0]))).reshape(5, 3, 8)
    peak, dip = lines[:, 1], lines[:, 2]
    np.testing.assert_array_equal(peak[2], 1)
    np.testing.assert_array_equal(peak[[0, 4]], 0)
    np.testing.assert_array_equal(dip[2], 0)
    np.testing.assert_array_equal(dip[[0, 4]], 1)
    for turning in (peak, dip):
        np.testing.assert_array_equal(turning[1], turning[3])
        assert (turning[1] > 0).any()


@pytest.mark.first_variant
@pytest.mark.parametrize("name", CODES)
def test_the_inverse_finds_every_position(name, rng):
    """On patterns themselves the error is rounding: 6e-8 of up to 80°, times 1/slope. The worst is the corner of the
    lattice at 40°, where the only second unit has 0.5 % of the first: some 200 · 5e-6° = 1e-3°."""
    code = CODES[name]
    positions = rng.uniform(-code.reach, code.reach, (500, 2)).astype(np.float32)
    edges = np.float32([[0, 0], [1, 1], [-1, 1], [1, -1]]) * np.float32(code.reach)
    corner = rng.uniform(0.75, 1, (500, 2)).astype(np.float32) * np.float32(code.reach)
    positions = np.concatenate([positions, edges, corner])
    assert float(code.decoding_error(code(positions), positions).max()) < 1e-3


def test_bumps_are_decoded_by_their_place_and_lines_by_their_height():
    position = np.array([12.0, -7.0], np.float32)
    np.testing.assert_allclose(GaussianCode().decode(0.2 * GaussianCode()(position)), position, atol=1e-3)
    lower = np.asarray(MonotonicCode().decode(0.5 * MonotonicCode()(position)))
    assert np.abs(lower - position).max() > 1


def test_noise_costs_what_the_slopes_say(rng):
    """With noise σ in every unit the covariance of the decoded position is σ²(JᵀJ)⁻¹, with the gain a third unknown.

    2000 draws: the standard error of a standard deviation is 1/√4000 = 1.6 %, so 8 % is five of them.
    """
    code, place, sigma = GaussianCode(), np.array([-5.0, 3.0]), 0.01
    h = 1e-2
    steps = [(code(place + h * e) - code(place - h * e)) / (2 * h) for e in np.eye(2)]
    slope = np.stack([*steps, code(place)], axis=1).astype(np.float64)
    expected = sigma * np.sqrt(np.diag(np.linalg.inv(slope.T @ slope)))[:2]
    noisy = np.asarray(code(place)) + sigma * rng.normal(size=(2000, 64))
    found = np.asarray(code.decode(noisy.astype(np.float32)))
    np.testing.assert_allclose(found.std(axis=0), expected, rtol=0.08)


def test_batches_of_any_shape(rng):
    positions = rng.uniform(-40, 40, (2, 3, 2)).astype(np.float32)
    code = GaussianCode()
    assert code(positions).shape == (2, 3, 64)
    np.testing.assert_allclose(code.decode(code(positions)), positions, atol=1e-3)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: GaussianCode(size=1), "at least 2 units along each axis; got 1"),
        (lambda: GaussianCode(width=-15.0), "width must be above 0°; got -15.0"),
        (lambda: MonotonicCode(n=0), "at least one line per type; got 0"),
        (lambda: MonotonicCode(reach=0.0), "reach must be above 0°"),
        (lambda: MonotonicCode(types=("risen",)), "There is no type of monotonic unit 'risen'. Did you mean 'rising'?"),
        (lambda: MonotonicCode(types=("peak", "dip")), "do not distinguish left from right"),
        (lambda: GaussianCode().decode(jnp.zeros((3, 32))), r"This code has 64 units; got activity of shape \(3, 32\)"),
    ],
)
def test_bad_codes_are_refused(build, sentence):
    with pytest.raises(InputError, match=sentence):
        build()
