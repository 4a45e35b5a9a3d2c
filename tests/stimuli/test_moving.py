"""Gratings with a phase, and bars with a position."""

import numpy as np
import pytest

from isocortex import InputError, bars, gratings


def test_a_sinusoidal_grating_is_the_formula():
    """float64 inside, rounded to float32 at the end: half a unit in the last place of values up to 1."""
    column, row = np.meshgrid(np.arange(64), np.arange(48))
    theta, phi = np.deg2rad(30.0), np.deg2rad([0.0, 77.0])
    wave = np.cos((column * np.cos(theta) + row * np.sin(theta)) / 2.8 + phi[:, None, None])
    found = gratings([30.0, 30.0], phase=np.array([0.0, 77.0]), sinusoidal=True)
    np.testing.assert_allclose(found, (1 + wave) / 2, atol=6e-8)
    np.testing.assert_allclose(gratings([30.0], sinusoidal=True, zero_centred=True)[0], wave[0] / 2, atol=6e-8)
    np.testing.assert_array_equal(gratings([30.0, 30.0], phase=np.array([0.0, 77.0])), wave > 0)


def test_half_a_cycle_inverts_and_a_whole_one_changes_nothing():
    one, half, whole = (gratings([20.0], phase=p, sinusoidal=True)[0] for p in (0.0, 180.0, 360.0))
    np.testing.assert_allclose(one + half, 1, atol=1e-6)
    np.testing.assert_allclose(one, whole, atol=1e-6)


@pytest.mark.parametrize("phase", [np.nan, np.array([0.0, 1.0])])
def test_bad_phases_are_refused(phase):
    with pytest.raises(InputError, match="one number or one for each of 3 angles"):
        gratings([0.0, 1.0, 2.0], phase=phase)


@pytest.mark.parametrize(("angle", "axis"), [(0.0, 2), (90.0, 1)])
def test_a_bar_stands_where_it_is_put(angle, axis):
    found = bars([-5.0, 0.0, 5.0], angle=angle, width=2.0, zero_centred=True)
    middle = {2: 32, 1: 24}[axis]
    for image, position in zip(found, (-5, 0, 5), strict=True):
        lit = np.flatnonzero(image.max(axis=2 - axis) > 0)
        assert lit.tolist() == [middle + position - 1, middle + position]
        assert set(np.unique(image)) == {0.0, 0.5}


def test_an_oblique_bar_is_as_wide_as_it_is_told():
    """A bar of width w covers w/cos θ pixels of each row, on average over the rows."""
    image = bars([0.0], angle=30.0, width=6.0, zero_centred=True)[0]
    assert (image > 0).sum(axis=1).mean() == pytest.approx(6 / np.cos(np.deg2rad(30)), abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"positions": [np.nan]}, "finite numbers of pixels"),
        ({"positions": [0.0], "angle": np.inf}, "finite degrees"),
        ({"positions": [0.0], "width": 0.0}, "width must be above 0 pixels; got 0.0"),
    ],
)
def test_bad_bars_are_refused(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        bars(**arguments)
