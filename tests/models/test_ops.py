"""The fused kernel equals convolution → relu → max-pool and its gradient, however it is mapped."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError, filter_bank, gratings
from isocortex.models import correlate
from isocortex.models.ops import FEW_CHANNELS, correlate_relu_pool

GREY, FEW, MANY = (), (FEW_CHANNELS,), (FEW_CHANNELS + 1,)


def plain(image, kernels, bias, pool, stride=1):
    window = (1, pool, pool)
    rectified = jax.nn.relu(correlate(image, kernels, bias, stride=stride, padding=kernels.shape[-1] // 2))
    return jax.lax.reduce_window(rectified, -jnp.inf, jax.lax.max, window, window, "VALID")


def make(rng, channels_in=GREY, *, height=48, width=64, channels=6, size=7):
    shapes = (*channels_in, height, width), (channels, *channels_in, size, size), (channels,)
    return [jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in shapes]


def with_gradients(operation, pool, stride, cotangent):
    """Return the function (image, kernels, bias) → the operation's value and the gradients of its weighted sum."""

    def total(*arguments):
        value = operation(*arguments, pool, stride)
        return (value * cotangent).sum(), value

    def both(image, kernels, bias):
        (_, value), gradients = jax.value_and_grad(total, argnums=(0, 1, 2), has_aux=True)(image, kernels, bias)
        return value, *gradients

    return both


def assert_equal_to_rounding(ours, theirs):
    """float32 rounds to 6e-8 of a term; sums of up to 16 × 49 terms of mixed sign stay within 2e-5 of the largest."""
    for mine, reference in zip(ours, theirs, strict=True):
        assert mine.shape == reference.shape
        np.testing.assert_allclose(mine, reference, rtol=0, atol=2e-5 * float(jnp.abs(reference).max()))


SIZES = [
    (48, 64, 7, 8, 1),
    (29, 31, 5, 3, 2),  # nothing divides
    (20, 21, 3, 4, 3),
    (16, 16, 9, 1, 1),  # no pooling
    (9, 40, 3, 9, 1),  # one block high
    (14, 13, 4, 2, 1),  # an even kernel
    (11, 12, 2, 3, 2),
    (10, 10, 1, 2, 1),  # a single pixel
]


@pytest.mark.first_variant
@pytest.mark.parametrize(
    ("channels_in", "height", "width", "size", "pool", "stride"),
    [(channels, *sizes) for channels in (GREY, FEW) for sizes in SIZES],
)
def test_value_and_gradients_equal_the_plain_operation(rng, channels_in, height, width, size, pool, stride):
    arguments = make(rng, channels_in, height=height, width=width, size=size)
    shape = jax.eval_shape(lambda *x: plain(*x, pool, stride), *arguments).shape
    cotangent = jnp.asarray(rng.normal(size=shape), jnp.float32)
    ours, theirs = (
        jax.jit(with_gradients(operation, pool, stride, cotangent))(*arguments)
        for operation in (correlate_relu_pool, plain)
    )
    assert_equal_to_rounding(ours, theirs)


@pytest.mark.first_variant
@pytest.mark.parametrize("filters", ["bank", "integers"])
def test_exact_ties_go_to_the_first_winner(rng, filters):
    """On binary gratings nearly half of the live blocks tie; reduce_window is the reference.

    Weights that are multiples of 1/256 have exact sums in float32, so that ties do not depend on the order of a sum.
    """
    kernels = np.round(256 * filter_bank()) / 256 if filters == "bank" else rng.integers(-2, 3, (6, 7, 7))
    kernels, bias = jnp.asarray(kernels, jnp.float32), jnp.zeros(6)
    cotangent = jnp.asarray(rng.normal(size=(6, 6, 8)), jnp.float32)
    images = jnp.asarray(gratings(np.linspace(-90, 90, 12, endpoint=False)))
    values = jax.vmap(correlate, (0, None, None))(images, kernels, bias).reshape(12, 6, 6, 8, 8, 8)
    largest = values.max(axis=(3, 5), keepdims=True)
    tied = (values == largest).sum(axis=(3, 5)) > 1
    assert float(tied[largest[:, :, :, 0, :, 0] > 0].mean()) > 0.3
    ours, theirs = (
        jax.jit(jax.vmap(with_gradients(operation, 8, 1, cotangent), (0, None, None)))(images, kernels, bias)
        for operation in (correlate_relu_pool, plain)
    )
    assert_equal_to_rounding(ours, theirs)


TRANSFORMS = {
    "vmap images": lambda f, images, kernels: jax.vmap(f, (0, None))(images, kernels[0]),
    "vmap kernels": lambda f, images, kernels: jax.vmap(f, (None, 0))(images[0], kernels),
    "vmap both": lambda f, images, kernels: jax.vmap(f)(images, kernels),
    "lax.map": lambda f, images, kernels: jax.lax.map(lambda pair: f(*pair), (images, kernels)),
    "lax.map in batches": lambda f, images, kernels: jax.lax.map(lambda x: f(x, kernels[0]), images, batch_size=2),
    "nested": lambda f, images, kernels: jax.vmap(lambda k: jax.vmap(lambda i: f(i, k))(images))(kernels),
}


@pytest.mark.first_variant
@pytest.mark.parametrize(
    ("transform", "channels_in"),
    [(name, channels) for channels in (FEW, MANY) for name in TRANSFORMS],
)
def test_transformations_change_nothing(rng, transform, channels_in):
    image, kernels, bias = make(rng, channels_in, height=9, width=14, channels=3, size=5)
    images, stack = jnp.stack([image, 2 * image, -image]), jnp.stack([kernels, -kernels, 3 * kernels])
    cotangent = jnp.asarray(rng.normal(size=(3, 2, 3)), jnp.float32)
    ours, theirs = (with_gradients(operation, 4, 1, cotangent) for operation in (correlate_relu_pool, plain))
    one = jax.jit(lambda image, kernels: theirs(image, kernels, bias))
    pairs = {
        "vmap images": [(i, kernels) for i in images],
        "vmap kernels": [(image, k) for k in stack],
        "lax.map in batches": [(i, kernels) for i in images],
        "nested": [(i, k) for k in stack for i in images],
    }.get(transform, list(zip(images, stack, strict=True)))
    got = jax.jit(lambda *x: TRANSFORMS[transform](lambda i, k: ours(i, k, bias), *x))(images, stack)
    expected = [jnp.stack(x) for x in zip(*(one(*pair) for pair in pairs), strict=True)]
    assert_equal_to_rounding([mine.reshape(x.shape) for mine, x in zip(got, expected, strict=True)], expected)


def test_batch_gradient_is_the_sum_of_single_ones(rng):
    image, kernels, bias = make(rng, height=16, width=16, size=3)
    images = jnp.stack([image, jnp.flip(image), 0.5 * image])

    def total(kernels):
        return jax.vmap(lambda i: correlate_relu_pool(i, kernels, bias, 4))(images).sum()

    single = jax.jit(jax.grad(lambda kernels, image: correlate_relu_pool(image, kernels, bias, 4).sum()))
    expected = sum(single(kernels, i) for i in images)
    np.testing.assert_allclose(jax.jit(jax.grad(total))(kernels), expected, rtol=1e-4, atol=1e-4)


def test_correlation_is_not_flipped_and_sums_over_channels():
    image = jnp.zeros((5, 5)).at[2, 2].set(1.0)
    kernels = jnp.arange(9.0).reshape(1, 3, 3)
    result = correlate(image, kernels, jnp.zeros(1))[0]
    np.testing.assert_array_equal(result[1:4, 1:4], kernels[0, ::-1, ::-1])
    twice = correlate(jnp.stack([image, 2 * image]), jnp.stack([kernels, kernels], axis=1), jnp.zeros(1))[0]
    np.testing.assert_array_equal(twice, 3 * result)


def test_an_image_too_small_for_its_pool_is_refused(rng):
    with pytest.raises(InputError, match="9 × 12 pixels is too small for max-pooling over 6 × 6 at stride 2"):
        correlate_relu_pool(*make(rng, FEW, height=9, width=12, size=3), 6, 2)
