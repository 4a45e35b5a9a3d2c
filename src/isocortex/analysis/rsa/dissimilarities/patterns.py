"""Dissimilarities of average patterns: functions of a stimulus × unit matrix, by one matrix product each.

Products of NumPy arrays run over blocks of units, so that neither centring nor a change of type copies the whole.
"""

import numpy as np

from ....errors import require
from ....shapes import DissimilarityMatrix, ResponseMatrix
from .noise import NoisePrecision

BLOCK = 2**20
"""Responses in a block, which should stay in the cache."""
SINGLE_ABOVE = 2**37
"""Multiplications (stimuli² × units) above which float32 responses are multiplied in float32, summed in float64."""
PRIOR = (1.0, 0.1)
"""Rate, in spikes, and weight, in trials, of the prior that keeps a Poisson rate from being zero."""


def gram(x: ResponseMatrix, centred: int | None = None) -> DissimilarityMatrix:
    """Return the inner products of all pairs of rows, after taking the mean along the axis `centred` off."""
    if not isinstance(x, np.ndarray):
        z = x if centred is None else x - x.mean(axis=centred, keepdims=True)
        return z @ z.swapaxes(-1, -2)
    n, units = x.shape[-2:]
    single = in_single(x, n)
    centre = x.mean(axis=-1, keepdims=True, dtype=float) if centred == -1 else np.zeros(())
    kind = np.dtype(np.float32 if single else float)
    step = min(units, units_per_block(n, x[..., 0].size))
    total = np.zeros((*x.shape[:-1], n))
    product, centred_block = np.empty(total.shape, kind), np.empty((*x.shape[:-1], step), kind)
    for start in range(0, units, step):
        block = x[..., start : start + step]
        if centred == -2:
            centre = block.mean(axis=-2, keepdims=True, dtype=float)
        z = centred_block[..., : block.shape[-1]]
        np.subtract(block, centre.astype(kind), out=z)
        total += np.matmul(z, z.swapaxes(-1, -2), out=product)
    return total


def in_single(x: np.ndarray, stimuli: int) -> bool:
    """Return whether the products of responses are taken in single precision."""
    return x.dtype == np.float32 and stimuli**2 * x.shape[-1] > SINGLE_ABOVE


def units_per_block(stimuli: int, rows: int) -> int:
    """Return how many units are multiplied at once: at least one per stimulus, so that the product is what costs."""
    return max(stimuli, BLOCK // rows)


def squared_euclidean(x: ResponseMatrix) -> DissimilarityMatrix:
    """Return the squared Euclidean distance of each pair of rows, divided by the number of units.

    The mean pattern is taken off first: it changes no distance, and leaves less to cancel.
    """
    return squared_distances(gram(x, -2)) / x.shape[-1]


def squared_distances(product: DissimilarityMatrix) -> DissimilarityMatrix:
    """Turn inner products into squared distances, zᵢ·zᵢ + zⱼ·zⱼ − 2 zᵢ·zⱼ; in place, for the matrix may be large."""
    power = product.diagonal(axis1=-2, axis2=-1).copy()
    product *= -2
    product += power[..., :, None]
    product += power[..., None, :]
    return product


def _one_minus_cosine(product: DissimilarityMatrix) -> DissimilarityMatrix:
    length = product.diagonal(axis1=-2, axis2=-1) ** 0.5
    product /= -length[..., :, None] * length[..., None, :]  # in place: the matrix may be large
    product += 1
    return product


def cosine_distance(x: ResponseMatrix) -> DissimilarityMatrix:
    """Return 1 − the cosine of the angle between each pair of rows."""
    return _one_minus_cosine(gram(x))


def correlation_distance(x: ResponseMatrix) -> DissimilarityMatrix:
    """Return 1 − the Pearson correlation of each pair of rows across units: 1 − ZZᵀ/N with z-scored rows."""
    return _one_minus_cosine(gram(x, -1))


def mahalanobis(x: ResponseMatrix, noise: NoisePrecision) -> DissimilarityMatrix:
    """Return the squared Mahalanobis distance of each pair of rows, divided by the number of units."""
    return squared_euclidean(noise.whiten(np.asarray(x)))


def smoothed_rates(counts: np.ndarray, prior: tuple[float, float]) -> np.ndarray:
    """Return the posterior mean rates (counts + rate·weight) / (1 + weight) under a prior (rate, weight)."""
    rate, weight = prior
    require(rate > 0 and weight > 0, f"The prior's rate and weight must be positive; got {prior}.")
    require(bool((counts >= 0).all()), f"Poisson needs counts or rates, which are not negative; got {counts.min():g}.")
    return (np.asarray(counts, float) + rate * weight) / (1 + weight)


def poisson(x: ResponseMatrix, prior: tuple[float, float] = PRIOR) -> DissimilarityMatrix:
    """Return the symmetrised Kullback–Leibler divergence of Poisson rates, Σ(λᵢ − λⱼ)(log λᵢ − log λⱼ), per unit."""
    n, units = x.shape[-2:]
    kernel = np.zeros((n, n))
    step = units_per_block(n, n)
    for start in range(0, units, step):
        rates = smoothed_rates(np.asarray(x[:, start : start + step]), prior)
        logs = np.log(rates)
        kernel += (rates - rates.mean(axis=0)) @ (logs - logs.mean(axis=0)).T
    own = kernel.diagonal()
    return (own[:, None] + own - kernel - kernel.T) / units
