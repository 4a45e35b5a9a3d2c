"""A convolution is what SciPy says it is, at every stride and padding; it is linear, and it moves with its image."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.signal import correlate2d

from isocortex import ConvNet, ConvolutionalLayer, InputError, filter_bank
from isocortex.models import correlate, map_size, n_weights


@pytest.mark.parametrize("padding", ["same", "valid", 0, 1, 6])
@pytest.mark.parametrize("stride", [1, 2, 3, 20])
@pytest.mark.parametrize(("height", "width", "size"), [(12, 17, 5), (7, 9, 7), (11, 8, 3)])
def test_correlate_equals_scipy_and_has_the_size_of_the_formula(rng, height, width, size, stride, padding):
    image, kernels, bias = rng.normal(size=(height, width)), rng.normal(size=(2, size, size)), rng.normal(size=2)
    pad = {"same": size // 2, "valid": 0}.get(padding, padding)
    expected = [
        correlate2d(np.pad(image, pad), k, "valid")[::stride, ::stride] + b for k, b in zip(kernels, bias, strict=True)
    ]
    arrays = [jnp.asarray(a, jnp.float32) for a in (image, kernels, bias)]
    result = correlate(*arrays, stride=stride, padding=padding)
    np.testing.assert_allclose(result, expected, atol=2e-5)
    formula = tuple((n + 2 * pad - size) // stride + 1 for n in (height, width))
    assert result.shape == (2, *formula)
    assert tuple(map_size(n, size, stride=stride, padding=padding) for n in (height, width)) == formula


def test_kernels_may_be_even_or_oblong_where_the_padding_is_a_number(rng):
    image, kernels = rng.normal(size=(9, 9)), rng.normal(size=(1, 2, 4))
    expected = correlate2d(np.pad(image, 1), kernels[0], "valid")
    result = correlate(*(jnp.asarray(a, jnp.float32) for a in (image, kernels)), jnp.zeros(1), padding=1)
    np.testing.assert_allclose(result[0], expected, atol=2e-5)


BAD = {
    "stride": ({"stride": 0}, 5, "stride must be at least 1; got 0"),
    "negative": ({"padding": -1}, 5, "padding must be 'same', 'valid' or at least 0 pixels; got -1"),
    "misspelt": ({"padding": "vaild"}, 5, "no padding 'vaild'. Did you mean 'valid'"),
    "even": ({"padding": "same"}, 4, "needs kernels of odd size; got 4"),
    "too large": ({"padding": "valid"}, 9, "A kernel of 9 pixels does not fit into 8 pixels with 0 of padding"),
    "too large for its padding": ({"padding": 1}, 11, "does not fit into 8 pixels with 1 of padding"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_strides_paddings_and_kernels_are_refused(case):
    options, size, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        correlate(jnp.zeros((8, 10)), jnp.zeros((1, size, size)), jnp.zeros(1), **options)
    if "too large" not in case:
        with pytest.raises(InputError, match=sentence):
            ConvolutionalLayer(filters=jnp.zeros((1, size, size)), **options)


def test_the_layer_is_linear(rng):
    layer = ConvolutionalLayer()
    one, two = (jnp.asarray(rng.normal(size=(20, 24)), jnp.float32) for _ in range(2))
    together = layer(2 * one - 3 * two)["conv"]
    np.testing.assert_allclose(together, 2 * layer(one)["conv"] - 3 * layer(two)["conv"], atol=1e-4)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_shifted_image_gives_a_shifted_map(rng, stride):
    """An object that stays away from the border: shifting it by s·n pixels shifts the map by n."""
    layer = ConvolutionalLayer(stride=stride)
    image = np.zeros((40, 40), np.float32)
    image[14:20, 12:20] = rng.normal(size=(6, 8))
    moved = np.roll(image, (3 * stride, 4 * stride), axis=(0, 1))
    one, two = (np.asarray(layer(jnp.asarray(x))["conv"]) for x in (image, moved))
    np.testing.assert_allclose(np.roll(one, (3, 4), axis=(1, 2)), two, atol=1e-5)
    assert np.abs(one - two).max() > 0.1


def test_given_filters_are_used_as_they_are():
    kernels = filter_bank(5, 9, zero_mean=True)
    layer = ConvolutionalLayer(filters=kernels, stride=3, padding="valid")
    np.testing.assert_array_equal(layer.kernels, kernels)
    assert not layer.bias.any()
    assert layer(jnp.zeros((48, 64)))["conv"].shape == (5, 14, 19)


def test_weights_are_as_many_as_the_formulas_say(key):
    rows, columns, channels, size, hidden, pool = 24, 32, 4, 5, 3, 4
    conv = channels * (size**2 + 1)
    features = {"FC": rows * columns, "ConvFC": channels * rows * columns}
    features["ConvPoolFC"] = channels * (rows // pool) * (columns // pool)
    for name, n in features.items():
        network = ConvNet(
            name, image_size=(rows, columns), channels=channels, kernel_size=size, hidden=hidden, pool=pool, key=key
        )
        dense = hidden * (n + 1) + hidden + 1
        assert n_weights(network) == dense + (conv if name != "FC" else 0)
        assert n_weights(network.fc) == hidden * (n + 1)
    assert n_weights(ConvolutionalLayer(channels, size)) == conv


def test_a_fully_connected_layer_with_the_matrix_of_a_convolution_computes_it(rng):
    layer = ConvolutionalLayer(filters="random", key=jax.random.key(1), stride=2, padding=1)
    image = jnp.asarray(rng.normal(size=(10, 9)), jnp.float32)
    maps, silence = layer(image)["conv"], layer(jnp.zeros_like(image))["conv"]
    pixels = jnp.eye(90).reshape(90, 10, 9)
    matrix = jax.vmap(lambda pixel: (layer(pixel)["conv"] - silence).ravel())(pixels).T
    dense = eqx.nn.Linear(90, maps.size, key=jax.random.key(0))
    bias = jnp.repeat(layer.bias, maps[0].size)
    dense = eqx.tree_at(lambda d: (d.weight, d.bias), dense, (matrix, bias))
    np.testing.assert_allclose(dense(image.ravel()), maps.ravel(), atol=1e-5)
