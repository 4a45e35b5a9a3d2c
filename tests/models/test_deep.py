"""A deep network for pictures: its convolution is that of XLA, its files load, and its task draws labelled pictures."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError, load_model, population, save_model
from isocortex.models import DeepConvNet
from isocortex.models.deep import convolved
from isocortex.stimuli import PICTURE_SETS
from isocortex.tasks import Recognition


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("shape", [(8, 8), (9, 7)])
def test_the_convolution_is_that_of_xla(size, shape, rng):
    x = jnp.asarray(rng.normal(size=(2, *shape)), jnp.float32)
    kernels = jnp.asarray(rng.normal(size=(4, 2, size, size)), jnp.float32)
    around = [(size // 2, size // 2)] * 2
    expected = jax.lax.conv_general_dilated(x[None], kernels, (2, 2), around)[0]
    np.testing.assert_allclose(convolved(x, kernels), expected, atol=1e-4)


def test_networks_come_back_from_a_file(key, tmp_path):
    networks = population(
        lambda key: DeepConvNet((16, 12), 3, channels=(2, 3, 4), kernel_sizes=(5, 3, 3), key=key), 2, key=key
    )
    save_model(tmp_path / "deep.eqx", networks)
    loaded = load_model(tmp_path / "deep.eqx")
    assert loaded.layers == ("conv1", "conv2", "conv3", "fc", "output")
    for one, other in zip(jax.tree.leaves(networks), jax.tree.leaves(loaded), strict=True):
        np.testing.assert_array_equal(one, other)


def test_contrast_and_brightness_do_not_matter(key):
    """Up to what is added to the contrast, 0.05 of 2.5 and more."""
    network, image = DeepConvNet((16, 16), 3, key=key), jax.random.normal(key, (16, 16))
    one, other = (network(x)["output"] for x in (5 * image, 10 * image + 3))
    np.testing.assert_allclose(one, other, rtol=0.05, atol=0.02)


@pytest.mark.parametrize("name", PICTURE_SETS)
def test_pictures_are_drawn_with_their_labels(name, key):
    found = PICTURE_SETS.named(name).load(8)
    assert found.images.min() >= 0
    assert found.images.max() <= 1
    assert np.unique(found.labels).tolist() == list(range(found.n_classes))
    trials = Recognition(found.images, found.labels).sample(key, 20)
    for image, target in zip(np.asarray(trials.inputs), np.asarray(trials.targets), strict=True):
        same = (found.images == image).all(axis=(1, 2))
        assert target.argmax() in found.labels[same]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda key: Recognition(np.ones((2, 4, 4)), np.array([0.5, 1])), "a whole number for each"),
        (lambda key: Recognition(np.ones((2, 4, 4)), np.array([0, 3]), 3), r"Labels must be 0…2; they span 0…3"),
        (lambda key: DeepConvNet((3, 3), 2, key=key), "too small for 2 convolutions with stride 2"),
        (lambda key: DeepConvNet((8, 8), 2, kernel_sizes=(4, 3), key=key), r"as many odd kernel sizes; got \(4, 3\)"),
    ],
)
def test_bad_input_is_told(make, said, key):
    with pytest.raises(InputError, match=said):
        make(key)
