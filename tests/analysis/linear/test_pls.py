"""Partial least squares agrees with scikit-learn, and with least squares where it has all components."""

import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression

from isocortex import InputError
from isocortex.analysis.linear import pls


@pytest.mark.parametrize("scale", [False, True])
def test_it_agrees_with_scikit_learn(rng, scale):
    x, y = 2 + rng.normal(size=(40, 60)), rng.normal(size=(40, 7))
    fresh = rng.normal(size=(5, 60))
    found, peer = pls(x, y, n_components=6, scale=scale), PLSRegression(6, scale=scale).fit(x, y)
    np.testing.assert_allclose(found.predict(fresh), peer.predict(fresh), rtol=1e-6)
    assert "6 components" in found.methods


def test_all_components_are_least_squares(rng):
    x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 3))
    expected = np.linalg.lstsq(np.column_stack([x, np.ones(40)]), y, rcond=None)[0]
    found = pls(x, y, n_components=5)
    np.testing.assert_allclose(np.vstack([found.weights, found.intercept]), expected, atol=1e-8)


def test_bad_input_is_told(rng):
    x, y = rng.normal(size=(9, 5)), rng.normal(size=(9, 3))
    for use, message in (
        (lambda: pls(x, y), "at most 5; got 25"),
        (lambda: pls(x, y[:3], n_components=2), "of the same samples"),
        (lambda: pls(x, y, n_components=2).predict(x[:, 1:]), "sample × 5 features"),
    ):
        with pytest.raises(InputError, match=message):
            use()
