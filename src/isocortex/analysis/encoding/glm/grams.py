"""Sums over bins of weighted products of features, for all units at once, as one matrix product.

The weighted Gram matrix of unit n is H_n = Σ_t w_tn x_t x_tᵀ. Its entries for all units are Pᵀ W, where a row of P
holds the products of all pairs of features in a bin: half the arithmetic of a product for each unit, and one large
product instead of many small ones. P is made for a block of bins at a time, so that it stays in the cache.
"""

from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

BLOCK = 2**18
"""Products of features in a block of bins, about: 2 MB."""
FEWEST, MOST = 64, 2048
"""Bins in a block."""

Blocks: TypeAlias = Float[jax.Array, "block feature bin"]
BlockValues: TypeAlias = Float[jax.Array, "block bin unit"]
Grams: TypeAlias = Float[jax.Array, "unit feature feature"]


def bins_in_a_block(n_features: int) -> int:
    """Return how many bins are taken at a time; the number depends on the features alone, never on the machine."""
    return int(np.clip(BLOCK // (n_features * (n_features + 1) // 2), FEWEST, MOST))


def in_blocks(values: np.ndarray, n_features: int) -> np.ndarray:
    """Cut (bin, column) into (block, bin, column), and fill the last block with zeros."""
    size = bins_in_a_block(n_features)
    n_blocks = max(1, -(-len(values) // size))
    padded = np.zeros((n_blocks * size, *values.shape[1:]))
    padded[: len(values)] = values
    return padded.reshape(n_blocks, size, *values.shape[1:])


def features_in_blocks(x: np.ndarray) -> np.ndarray:
    """Cut features (bin, feature) into (block, feature, bin)."""
    return np.ascontiguousarray(in_blocks(x, x.shape[1]).transpose(0, 2, 1))


def out_of_blocks(values: np.ndarray, n_bins: int) -> np.ndarray:
    """Undo :func:`in_blocks`."""
    return values.reshape(-1, *values.shape[2:])[:n_bins]


def products(x: Float[jax.Array, "feature bin"]) -> Float[jax.Array, "pair bin"]:
    """Return the products of all pairs of features, the upper triangle row by row."""
    first, second = np.triu_indices(len(x))
    return x[first] * x[second]


def unpacked(pairs: Float[jax.Array, "pair unit"], n_features: int) -> Grams:
    """Return symmetric matrices from their upper triangles."""
    place = np.zeros((n_features, n_features), int)
    place[np.triu_indices(n_features)] = np.arange(len(pairs))
    place = np.maximum(place, place.T)
    return pairs[place].transpose(2, 0, 1)


@jax.jit
def weighted_grams(x: Blocks, weights: BlockValues) -> Grams:
    """Return Σ_t w_tn x_t x_tᵀ for every unit n."""
    n_features = x.shape[1]

    def add(total: jax.Array, block: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        features, weight = block
        return total + products(features) @ weight, None

    nothing = jnp.zeros((n_features * (n_features + 1) // 2, weights.shape[2]))
    return unpacked(jax.lax.scan(add, nothing, (x, weights))[0], n_features)


@jax.jit
def plain_gram(x: Blocks, kept: Bool[jax.Array, "block bin 1"]) -> Float[jax.Array, "feature feature"]:
    """Return Σ_t x_t x_tᵀ over the bins that are kept."""

    def add(total: jax.Array, block: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        features, inside = block
        return total + jnp.where(inside.T, features, 0.0) @ features.T, None

    return jax.lax.scan(add, jnp.zeros((x.shape[1], x.shape[1])), (x, kept))[0]


@jax.jit
def quadratic_forms(x: Blocks, matrices: Grams) -> BlockValues:
    """Return x_tᵀ A_n x_t for every bin t and unit n, of symmetric matrices A_n."""
    first, second = np.triu_indices(x.shape[1])
    twice = np.where(first == second, 1.0, 2.0)
    packed = matrices[:, first, second] * twice[None]
    return jax.lax.map(lambda features: products(features).T @ packed.T, x)
