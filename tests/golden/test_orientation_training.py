"""Neuromatch Academy W1D5: the normative model learns tilt as published (REFERENCE.md §1)."""

import jax
import numpy as np
import pytest

from isocortex import ConvNet, OrientationDiscrimination, evaluate, fit, population

pytestmark = [pytest.mark.slow, pytest.mark.sample]


@pytest.fixture(scope="module")
def eight():
    """Eight seeds of the reference configuration, with the default seed of the command line."""
    task = OrientationDiscrimination()
    untrained = population(lambda key: ConvNet(key=key), 8, key=jax.random.key(0))
    trained, history = fit(untrained, task, key=jax.random.key(1))
    held_out = jax.random.key(2)
    scores = {name: evaluate(x, task, key=held_out) for name, x in (("trained", trained), ("untrained", untrained))}
    return history.loss.groupby("epoch").mean(), scores


def test_loss_falls_as_published(eight):
    """Published, one seed: 4.10e-1, 5.17e-2, 1.32e-2 at epochs 5, 10, 15 (last mini-batch).

    The loss at epoch 10 is heavy-tailed over seeds: eager PyTorch gives, over 104 seeds of the same configuration, a
    median of 0.04, 31 % above 0.06 and single seeds up to 0.66. So the bound of 0.06 holds for the median of eight.
    """
    epochs, _ = eight
    assert float(epochs.sel(epoch=10).median()) < 0.06
    assert float(epochs.sel(epoch=25).max()) < 0.02
    assert 0.2 < float(epochs.sel(epoch=5).median()) < 0.6  # still learning, as published


def test_accuracy(eight):
    _, scores = eight
    assert scores["trained"].min() >= 0.99
    assert np.mean(scores["untrained"]) == pytest.approx(0.5, abs=0.08)
