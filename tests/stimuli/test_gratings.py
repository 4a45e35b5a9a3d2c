import numpy as np
import pytest

from isocortex import InputError, filter_bank, gratings
from isocortex.stimuli import canvas_size, fit_to_canvas, grey


def published_grating(angle, sf=1 / 28, res=0.1, patch=False):
    """REFERENCE: cos(X cosθ + Y sinθ) on the 640 × 480 canvas, negative → 0, positive → 1."""
    theta = np.deg2rad(angle)
    x, y = np.meshgrid(sf * np.arange(0, 640 * res) / res, sf * np.arange(0, 480 * res) / res)
    shift = 0.1 if patch else 0.0
    image = (np.cos(x * np.cos(theta + shift) + y * np.sin(theta + shift)) > 0).astype(float)
    if patch:
        column, row = np.meshgrid(np.arange(x.shape[1]), np.arange(x.shape[0]))
        inside = np.hypot(column - 0.75 * x.shape[1], row - 0.5 * x.shape[0]) < 640 / 3 / 2 * res
        image[~inside] = 0.5
    return image


@pytest.mark.parametrize("patch", [False, True])
@pytest.mark.parametrize("resolution", [0.1, 0.025, 0.25])
def test_gratings_equal_the_published_formula(patch, resolution):
    angles = np.linspace(-90, 90, 37)
    expected = np.stack([published_grating(a, res=resolution, patch=patch) for a in angles])
    np.testing.assert_array_equal(gratings(angles, resolution=resolution, patch=patch), expected)


def test_canvas_is_48_by_64_at_the_default_resolution():
    assert canvas_size() == (48, 64)
    assert canvas_size(0.025) == (12, 16)
    assert canvas_size(1.0) == (480, 640)


def test_zero_centred_range():
    image = gratings([20.0], zero_centred=True)
    assert set(np.unique(image)) == {-0.5, 0.5}


def test_period_is_17_6_pixels():
    row = gratings([0.0])[0, 0]
    edges = np.flatnonzero(np.diff(row) != 0)
    assert np.diff(edges).mean() == pytest.approx(np.pi * 28 * 0.1, abs=0.5)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"resolution": 0.0}, r"resolution must be in \(0, 1\]"),
        ({"resolution": 1.5}, r"resolution must be in \(0, 1\]"),
        ({"spatial_frequency": -1.0}, "spatial_frequency must be above 0"),
    ],
)
def test_bad_options_are_refused(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        gratings([0.0], **arguments)


def test_nan_angle_is_refused():
    with pytest.raises(InputError, match="finite degrees"):
        gratings([0.0, np.nan])


def test_filter_bank_equals_the_published_formula():
    size, sigma = 7, 1.1
    axis = np.linspace(-size / 2, size / 2, size)
    x, y = axis[:, None], axis[None, :]
    r = np.sqrt(x**2 + y**2)
    centre = np.exp(-r / (2 * sigma**2)) - 0.5 * np.exp(-r / (2 * (2 * sigma) ** 2))
    expected = [centre, -centre]
    for theta in np.deg2rad([0, 45, 90, 135]):
        along = x * np.cos(theta) + y * np.sin(theta)
        expected.append(np.exp(-r / (2 * (0.4 * sigma) ** 2)) * np.cos(2 * np.pi * along / 10 + np.pi / 2))
    expected = np.stack([f / np.abs(f).max() for f in expected])
    np.testing.assert_allclose(filter_bank(), expected, atol=1e-7)
    centred = filter_bank(zero_mean=True)
    np.testing.assert_allclose(centred.mean(axis=(1, 2)), 0, atol=1e-7)


def test_vertical_grating_drives_the_90_degree_gabor_and_not_the_0_degree_one():
    patch = gratings([0.0])[0, :7, 10:17]
    response = (filter_bank() * patch).sum(axis=(1, 2))
    assert abs(response[2]) < 1e-5
    assert abs(response[4]) > 1


@pytest.mark.parametrize(("channels", "size"), [(2, 7), (6, 6), (6, 1)])
def test_bad_filter_banks_are_refused(channels, size):
    with pytest.raises(InputError):
        filter_bank(channels, size)


def test_images_keep_their_proportions(rng):
    photographs = rng.integers(0, 256, (2, 50, 50, 3)).astype(np.uint8)
    canvas = fit_to_canvas(grey(photographs), (48, 64))
    assert canvas.shape == (2, 48, 64)
    assert (canvas[:, :, :8] == 0.5).all()
    assert (canvas[:, :, 56:] == 0.5).all()
    assert canvas.min() >= 0
    assert canvas.max() <= 1


def test_white_is_one_and_black_is_zero():
    images = np.stack([np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)])
    np.testing.assert_allclose(grey(images)[:, 0, 0], [0, 1], atol=1e-6)


def test_float_images_are_not_taken_for_photographs():
    with pytest.raises(InputError, match="uint8"):
        grey(np.zeros((1, 4, 4, 3)))
