"""The task of Zipser and Andersen: geometry, losses, decoding."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import HeadCentred, InputError
from isocortex.stimuli import GaussianCode


def positions(trials, name):
    return np.stack([trials.conditions[f"{name}_x"], trials.conditions[f"{name}_y"]], axis=-1)


def test_retina_and_eye_add_up_to_head(key):
    trials = eqx.filter_jit(HeadCentred().sample)(key, 5000)
    retinal, eye, head = (positions(trials, name) for name in ("retinal", "eye", "head"))
    np.testing.assert_allclose(retinal + eye, head, atol=1e-4)
    for place in (retinal, head):  # uniform on ±40: sd 80/√12 = 23.09, its standard error 0.9/√n of it
        assert np.abs(place).max() <= 40
        assert place.std() == pytest.approx(80 / np.sqrt(12), rel=0.03)
    assert abs(np.corrcoef(retinal[:, 0], head[:, 0])[0, 1]) < 5 / np.sqrt(5000)
    np.testing.assert_allclose(trials.inputs[:, 64:], eye / 80, atol=1e-6)
    np.testing.assert_allclose(trials.inputs[:, :64], GaussianCode()(retinal), atol=1e-6)
    np.testing.assert_allclose(trials.targets, GaussianCode()(head), atol=1e-5)


def test_the_baselines_are_the_published_ones(key):
    """Zero output 0.776, mean output 0.737. Σy² of a sample has a standard deviation of 0.19; of 20,000, 0.0013."""
    targets = np.asarray(eqx.filter_jit(HeadCentred().sample)(key, 20_000).targets, np.float64)
    assert (targets**2).sum(axis=1).mean() == pytest.approx(0.776, abs=0.006)
    assert targets.var(axis=0).sum() == pytest.approx(0.737, abs=0.006)


@pytest.mark.parametrize(("eye", "n_inputs"), [("linear", 66), ("monotonic", 96)])
@pytest.mark.parametrize(("output", "n_outputs"), [("gaussian", 64), ("monotonic", 32)])
def test_formats(eye, n_inputs, output, n_outputs, key):
    task = HeadCentred(eye=eye, output=output)
    trials = eqx.filter_jit(task.sample)(key, 50)
    assert (task.n_inputs, task.n_outputs) == (n_inputs, n_outputs) == (trials.inputs.shape[1], trials.targets.shape[1])
    assert float(trials.targets.min()) >= 0
    assert float(trials.targets.max()) <= 1
    assert float(task.position_error(trials.targets, trials).max()) < 1e-2
    assert float(task.score(trials.targets, trials)) == 1
    assert float(task.score(jnp.zeros_like(trials.targets) + 0.5, trials)) < 0.5


def test_losses_by_hand(key):
    trials = eqx.filter_jit(HeadCentred().sample)(key, 10)
    output = jnp.full_like(trials.targets, 0.25)
    y = np.asarray(trials.targets, np.float64)
    entropy = -(y * np.log(0.25) + (1 - y) * np.log(0.75)).sum(axis=1).mean()
    assert float(HeadCentred().loss(output, trials)) == pytest.approx(entropy, rel=1e-5)
    squared = ((0.25 - y) ** 2).sum(axis=1).mean() / 2
    assert float(HeadCentred(error="squared-error").loss(output, trials)) == pytest.approx(squared, rel=1e-5)
    certain = jnp.round(trials.targets)
    assert np.isfinite(float(HeadCentred().loss(1 - certain, trials)))
    gradient = jax.grad(lambda x: HeadCentred().loss(x, trials))(1 - certain)
    assert bool(jnp.isfinite(gradient).all())


def test_the_dark_retina_is_silent():
    inputs = HeadCentred().inputs(None, np.array([[20.0, -40.0]], np.float32))
    assert not np.asarray(inputs[:, :64]).any()
    np.testing.assert_allclose(inputs[0, 64:], [0.25, -0.5])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"eye": "lineer"}, "There is no eye format 'lineer'. Did you mean 'linear'?"),
        ({"output": "gauss"}, "There is no output format 'gauss'. Did you mean 'gaussian'?"),
        ({"error": "squared"}, "There is no error 'squared'. Did you mean 'squared-error'?"),
    ],
)
def test_unknown_formats_are_refused(options, sentence):
    with pytest.raises(InputError, match=sentence):
        HeadCentred(**options)
