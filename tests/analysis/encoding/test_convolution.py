"""The convolutional model fitted to neurons: its gradient, its closed forms, and recovery of planted filters."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from isocortex import InputError, gratings
from isocortex.analysis.encoding import fit_convolution
from isocortex.analysis.encoding.convolution import _left_out, _transferred, convolved, patches
from isocortex.stimuli import filter_bank


@pytest.fixture
def small(rng):
    """Return what the searched error takes: patches, products of responses, groups, parameters, and the responses."""
    images, y = rng.normal(size=(12, 5, 6)), rng.normal(size=(12, 7))
    y -= y.mean(axis=0)
    theta = np.concatenate([rng.normal(size=18), 0.1 * rng.normal(size=2), [np.log(0.05)]])
    return patches(images, 3), y @ y.T, np.arange(12) // 3, theta, y


def test_the_gradient_is_that_of_the_error(small):
    seen, products, groups, theta, _ = small
    together = groups[:, None] == groups
    _, gradient = _left_out(theta, seen, products, together)
    steps = 1e-6 * np.eye(len(theta))
    numeric = [
        (_left_out(theta + d, seen, products, together)[0] - _left_out(theta - d, seen, products, together)[0]) / 2e-6
        for d in steps
    ]
    np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-6)


def test_the_errors_are_those_of_fits_without_what_is_left_out(small):
    seen, products, groups, theta, y = small
    maps = np.maximum(seen @ theta[:18].reshape(2, 9).T + theta[18:20], 0).reshape(12, -1)
    penalty = 0.05 * ((maps - maps.mean(axis=0)) ** 2).sum()

    def error(train, test):
        model = Ridge(penalty, solver="svd").fit(maps[train], y[train])
        return ((model.predict(maps[test]) - y[test]) ** 2).sum()

    expected = sum(error(groups != i, groups == i) for i in range(4))
    assert _left_out(theta, seen, products, groups[:, None] == groups)[0] == pytest.approx(expected, rel=1e-9)
    first = np.arange(12) < 6
    penalty = 0.05 * ((maps[:6] - maps[:6].mean(axis=0)) ** 2).sum()
    assert _transferred(theta, seen, products, 6) == pytest.approx(error(first, ~first), rel=1e-9)


def test_learned_filters_predict_better_than_the_bank_they_start_from(rng):
    """Neurons read rectified maps of other filters than those of the bank, from images of noise."""
    images = rng.normal(size=(300, 6, 8))
    other = filter_bank(6, 7).astype(float)[:, ::-1].transpose(0, 2, 1) + 0.3 * rng.normal(size=(6, 7, 7))
    maps = convolved(images, other, np.zeros(6))
    y = maps @ rng.normal(size=(288, 40)) / 10
    y += 0.3 * y.std() * rng.normal(size=y.shape)
    train, test = slice(0, 220), slice(220, None)

    def r2(n_steps):
        fit = fit_convolution(images[train], y[train], n_steps=n_steps)
        return 1 - ((y[test] - fit.predict(images[test])) ** 2).sum() / (
            (y[test] - y[test].mean(axis=0)) ** 2
        ).sum(), fit

    bank, _ = r2(0)
    learned, fit = r2(20)
    assert learned > bank + 0.05
    assert (np.diff(fit.error) < 0).all()
    assert fit.held_out.argmin() == len(fit.error) - 1
    assert f"{len(fit.error) - 1} steps were made" in fit.methods


def test_without_steps_the_filters_are_the_bank():
    angles = np.arange(-90.0, 90, 15)
    images = gratings(angles, resolution=0.025, zero_centred=True)
    fit = fit_convolution(images, np.cos(np.deg2rad(2 * angles))[:, None], n_steps=0, groups=np.arange(12) // 2)
    np.testing.assert_allclose(fit.filters, filter_bank(zero_mean=True), atol=1e-7)
    assert fit.features(images).shape == (12, 1152)
    assert "one of 6 groups" in fit.methods


def test_bad_input_is_told(rng):
    images, y = rng.normal(size=(6, 8, 8)), rng.normal(size=(6, 2))
    broken = y.copy()
    broken[0, 0] = np.nan
    for use, message in (
        (lambda: fit_convolution(images, y[:5]), r"of the same stimuli.*\(6, 8, 8\), \(5, 2\)"),
        (lambda: fit_convolution(images, broken), "responses of 1 neuron hold NaN"),
        (lambda: fit_convolution(images, np.ones((6, 2))), "Every neuron responds alike"),
        (lambda: fit_convolution(images, y, groups=[0, 0, 0, 1, 1, 2]), "At least 4 stimuli or groups"),
        (lambda: fit_convolution(images * np.inf, y), "NaN or infinite"),
    ):
        with pytest.raises(InputError, match=message):
            use()
