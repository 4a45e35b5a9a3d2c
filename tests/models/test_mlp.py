"""Perceptrons: layers, initial weights, recording, saving."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import MLP, InputError, load_model, population, record, save_model


@pytest.mark.parametrize("sizes", [(5, 3), (5, 4, 3), (5, 7, 4, 2, 3)])
def test_layers_have_names_in_order(sizes, key):
    network = MLP(sizes, key=key)
    activity = network(jnp.ones(5))
    assert tuple(activity) == network.layers
    assert [activity[name].shape for name in network.layers] == [(n,) for n in sizes[1:]]


def test_the_output_is_the_equation(key):
    network = MLP((4, 3, 2), activation="tanh", readout="identity", key=key)
    x = np.arange(4.0)
    hidden = np.tanh(network.weights[0] @ x + network.biases[0])
    activity = network(jnp.asarray(x, jnp.float32))
    np.testing.assert_allclose(activity["hidden1"], hidden, rtol=1e-5)
    np.testing.assert_allclose(activity["output"], network.weights[1] @ hidden + network.biases[1], rtol=1e-5)


def test_initial_weights_are_uniform(key):
    """U(±1/√n) has the standard deviation 1/√(3n); of 10⁵ draws its standard error is below 0.3 %, 1.5 % is five."""
    weights = np.asarray(MLP((100, 1000), key=key).weights[0])
    assert np.abs(weights).max() <= 0.1
    assert weights.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.015)
    assert all(not bias.any() for bias in MLP((3, 4, 5), key=key).biases)


def test_a_saved_perceptron_comes_back(key, tmp_path):
    networks = population(lambda k: MLP((6, 5, 4), activation="relu", readout="identity", key=k), 3, key=key)
    save_model(tmp_path / "model.eqx", networks)
    loaded = load_model(tmp_path)
    x = np.ones((4, 6), np.float32)
    for name, activity in record(networks, x).items():
        np.testing.assert_array_equal(activity, record(loaded, x)[name])


def test_images_of_another_size_are_still_refused(key):
    from isocortex import ConvNet

    networks = population(lambda k: ConvNet("FC", key=k), 1, key=key)
    with pytest.raises(InputError, match="takes inputs of shape 48 × 64, one per stimulus; got 66"):
        record(networks, np.zeros((3, 66), np.float32))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sizes": (3,)}, r"sizes must be the numbers of inputs, hidden units and outputs.*got \(3,\)"),
        ({"sizes": (3, 0, 2)}, "each at least 1"),
        ({"activation": "sigmoyd"}, "There is no activation 'sigmoyd'. Did you mean 'sigmoid'?"),
        ({"readout": "softmax"}, "There is no activation 'softmax'"),
    ],
)
def test_bad_options_are_refused(options, sentence, key):
    with pytest.raises(InputError, match=sentence):
        MLP(**({"sizes": (3, 2)} | options), key=key)


def test_members_do_not_depend_on_their_number(key):
    two, three = (population(lambda k: MLP((6, 5, 4), key=k), n, key=key) for n in (2, 3))
    for a, b in zip(jax.tree.leaves(two), jax.tree.leaves(three), strict=True):
        np.testing.assert_array_equal(a, b[:2])
