"""Banded ridge regression predicts as himalaya 0.4.11 does; benchmarks/peers/himalaya_expected.py made its numbers."""

import numpy as np

from isocortex.analysis.linear import banded_ridge

R2 = [0.1115, 0.1106, 0.1874, 0.3624, 0.3577, 0.241, 0.2016, 0.1734, 0.517, 0.4347, 0.4238, 0.2974]
"""Of held-out samples, after a random search over 200 mixing weights with 25 penalties and 10 folds."""


def test_banded_ridge_predicts_as_himalaya_does():
    """Both choose penalties from noisy errors of 120 samples, in other ways, so that single targets differ by 0.04."""
    rng = np.random.default_rng(0)
    spaces = rng.normal(size=(2, 240, 30))
    weights = rng.normal(size=(2, 30, 12)) / np.sqrt(30)
    mix = np.linspace(0, 1, 12)
    y = np.sqrt(mix) * (spaces[0] @ weights[0]) + np.sqrt(1 - mix) * (spaces[1] @ weights[1])
    y += rng.normal(size=y.shape)
    train, test = ({"a": spaces[0, part], "b": spaces[1, part]} for part in (slice(120), slice(120, None)))
    found = banded_ridge(train, y[:120], penalties=np.logspace(-2, 4, 25))
    residual = y[120:] - found.predict(test)
    r2 = 1 - (residual**2).sum(axis=0) / ((y[120:] - y[120:].mean(axis=0)) ** 2).sum(axis=0)
    np.testing.assert_allclose(r2, R2, atol=0.04)
    assert r2.mean() > np.mean(R2) - 0.001
    np.testing.assert_allclose(r2[[0, -1]], [R2[0], R2[-1]], atol=1e-4)  # a single space explains these targets
