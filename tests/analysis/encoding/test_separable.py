"""The separable read-out recovers what is planted, and needs fewer stimuli than a full one."""

import numpy as np
import pytest

from isocortex import InputError
from isocortex.analysis.encoding import ridge, separable
from isocortex.analysis.encoding.separable import _rank_one


@pytest.fixture
def planted(rng):
    """Return maps, responses, the channels (norm 1), and the Gaussian receptive fields of 8 neurons."""
    channels = rng.normal(size=(8, 6))
    channels /= np.linalg.norm(channels, axis=1, keepdims=True)
    row, column = np.mgrid[:9, :10]
    centre = rng.uniform(2, 7, (8, 2, 1, 1))
    fields = np.exp(-((row - centre[:, 0]) ** 2 + (column - centre[:, 1]) ** 2) / 4)
    maps = 1 + rng.normal(size=(400, 6, 9, 10))
    y = np.einsum("scij,nc,nij->sn", maps, channels, fields) + 3
    return maps, y + 0.5 * y.std(axis=0) * rng.normal(size=y.shape), channels, fields


def test_channels_and_fields_are_recovered_and_predict_better(planted):
    maps, y, channels, fields = planted
    fit = separable(maps[:250], y[:250])
    sign = np.sign((fit.channels * channels).sum(axis=1))
    np.testing.assert_allclose((sign[:, None] * fit.channels * channels).sum(axis=1), 1, atol=0.05)
    for ours, true in zip(sign[:, None, None] * fit.positions, fields, strict=True):
        assert np.corrcoef(ours.ravel(), true.ravel())[0, 1] > 0.8
    flat = maps.reshape(400, -1)
    full = ridge(flat[:250], y[:250], penalties=np.logspace(0, 5, 11))

    def error(predicted):
        return ((predicted - y[250:]) ** 2).mean()

    assert error(fit.predict(maps[250:])) < 0.6 * error(full.predict(flat[250:]))
    assert "one weight for each of 6 channels" in fit.methods


def test_neither_part_can_be_improved_alone(rng):
    """At the minimum the gradient of |y − Σ c p x|² + λ|c|²|p|² is 0; the tolerance of 1e-4 leaves a small one."""
    x, y = rng.normal(size=(60, 3, 8)), rng.normal(size=60)
    c, p, _ = _rank_one(x, y, np.array([20.0]), None)
    left = np.einsum("scp,c,p->s", x, c, p) - y
    of_c = np.einsum("scp,p,s->c", x, p, left) + 20 * c * (p @ p)
    of_p = np.einsum("scp,c,s->p", x, c, left) + 20 * p * (c @ c)
    scale = np.abs(np.einsum("scp,c,s->p", x, c, y)).max()
    assert np.abs(of_c).max() < 0.05 * scale
    assert np.abs(of_p).max() < 0.05 * scale
    assert np.linalg.norm(c) == pytest.approx(1)


def test_bad_input_is_told(rng):
    maps, y = rng.normal(size=(20, 2, 3, 3)), rng.normal(size=(20, 2))
    fit = separable(maps, y, groups=np.arange(20) // 2)
    for use, message in (
        (lambda: separable(maps[0], y), "stimulus × channel × row × column"),
        (lambda: separable(np.ones_like(maps), y), "the same for all stimuli"),
        (lambda: fit.predict(maps[:, :, :2]), "stimulus × 2 × 3 × 3, as in the fit"),
    ):
        with pytest.raises(InputError, match=message):
            use()
