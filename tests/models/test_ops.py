"""The fused kernel equals convolution → relu → max-pool and its gradient, however it is mapped."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import gratings
from isocortex.models.ops import correlate, correlate_relu_pool


def plain(image, kernels, bias, pool, stride):
    window = (1, pool, pool)
    rectified = jax.nn.relu(correlate(image, kernels, bias, stride=stride))
    return jax.lax.reduce_window(rectified, -jnp.inf, jax.lax.max, window, window, "VALID")


def make(rng, *, height=48, width=64, channels=6, size=7, integers=False):
    draw = (lambda *s: rng.integers(-2, 3, s)) if integers else (lambda *s: rng.normal(size=s))
    arrays = draw(height, width), draw(channels, size, size), draw(channels)
    return [jnp.asarray(a, jnp.float32) for a in arrays]


def gradients(operation, image, kernels, bias, pool, stride, cotangent):
    def total(*arguments):
        return (operation(*arguments, pool, stride) * cotangent).sum()

    return jax.grad(total, argnums=(0, 1, 2))(image, kernels, bias)


@pytest.mark.parametrize(
    ("height", "width", "size", "pool", "stride"),
    [(48, 64, 7, 8, 1), (12, 16, 7, 2, 1), (29, 31, 5, 3, 2), (20, 21, 3, 4, 3), (16, 16, 9, 1, 1), (9, 40, 3, 9, 1)],
)
def test_value_and_gradient_equal_the_plain_operation(rng, height, width, size, pool, stride):
    image, kernels, bias = make(rng, height=height, width=width, size=size)
    expected = plain(image, kernels, bias, pool, stride)
    np.testing.assert_allclose(correlate_relu_pool(image, kernels, bias, pool, stride), expected, atol=3e-5)
    cotangent = jnp.asarray(rng.normal(size=expected.shape), jnp.float32)
    ours = gradients(correlate_relu_pool, image, kernels, bias, pool, stride, cotangent)
    theirs = gradients(plain, image, kernels, bias, pool, stride, cotangent)
    for mine, reference in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, reference, atol=2e-4 * float(jnp.abs(reference).max()))


def test_exact_ties_go_to_the_first_winner(rng):
    """Small integers make every sum exact, so that ties are ties in both; reduce_window is the reference."""
    image, kernels, bias = make(rng, integers=True)
    image = jnp.asarray(gratings([35.0])[0])
    assert float(jnp.mean(tied(image, kernels))) > 0.3
    cotangent = jnp.asarray(rng.normal(size=(6, 6, 8)), jnp.float32)
    ours = gradients(correlate_relu_pool, image, kernels, bias, 8, 1, cotangent)
    theirs = gradients(plain, image, kernels, bias, 8, 1, cotangent)
    for mine, reference in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, reference, atol=1e-4)


def tied(image, kernels):
    """Return whether each block's largest value occurs more than once."""
    values = correlate(image, kernels, jnp.zeros(len(kernels)))
    blocks = values.reshape(len(kernels), 6, 8, 8, 8)
    return (blocks == blocks.max(axis=(2, 4), keepdims=True)).sum(axis=(2, 4)) > 1


@pytest.mark.parametrize("transform", ["jit", "vmap images", "vmap kernels", "vmap both", "lax.map", "nested"])
def test_transformations_change_nothing(rng, transform):
    image, kernels, bias = make(rng, height=16, width=24, size=5)
    images = jnp.stack([image, 2 * image, -image])
    stack = jnp.stack([kernels, -kernels, 3 * kernels])

    def run(image, kernels):
        return correlate_relu_pool(image, kernels, bias, 4)

    def each(images, stack):
        return np.stack([run(i, k) for i, k in zip(images, stack, strict=True)])

    results = {
        "jit": lambda: (jax.jit(run)(image, kernels), run(image, kernels)),
        "vmap images": lambda: (jax.vmap(run, (0, None))(images, kernels), each(images, [kernels] * 3)),
        "vmap kernels": lambda: (jax.vmap(run, (None, 0))(image, stack), each([image] * 3, stack)),
        "vmap both": lambda: (jax.vmap(run)(images, stack), each(images, stack)),
        "lax.map": lambda: (jax.lax.map(lambda x: run(x, kernels), images), each(images, [kernels] * 3)),
        "nested": lambda: (
            jax.vmap(lambda k: jax.vmap(lambda i: run(i, k))(images))(stack),
            np.stack([each(images, [k] * 3) for k in stack]),
        ),
    }
    got, expected = results[transform]()
    np.testing.assert_allclose(got, expected, atol=2e-5)


def test_batch_gradient_is_the_sum_of_single_ones(rng):
    image, kernels, bias = make(rng, height=16, width=16, size=3)
    images = jnp.stack([image, jnp.flip(image), 0.5 * image])

    def total(kernels):
        return jax.vmap(lambda i: correlate_relu_pool(i, kernels, bias, 4))(images).sum()

    singles = [jax.grad(lambda k, i=i: correlate_relu_pool(i, k, bias, 4).sum())(kernels) for i in images]
    np.testing.assert_allclose(jax.grad(total)(kernels), sum(singles), rtol=1e-4, atol=1e-4)


def test_correlation_is_not_flipped():
    image = jnp.zeros((5, 5)).at[2, 2].set(1.0)
    kernels = jnp.arange(9.0).reshape(1, 3, 3)
    result = correlate(image, kernels, jnp.zeros(1))[0]
    np.testing.assert_array_equal(result[1:4, 1:4], kernels[0, ::-1, ::-1])
