"""Inner products of RDMs whitened by the covariance of dissimilarity estimates (Diedrichsen et al. 2021, 2007.02789).

Estimates of dissimilarities that share a stimulus covary. For independent noise of equal variance on all stimuli their
covariance is V ∝ BᵀB + 2I, with B the incidence of stimuli and pairs: 4 for a pair with itself, 1 for two pairs with
one stimulus in common, 0 for others. By Woodbury's identity,

    2 V⁻¹ = I − Bᵀ (2I + BBᵀ)⁻¹ B,   and over all pairs of n stimuli   (2I + BBᵀ)⁻¹ = (I − 11ᵀ/2n) / n,

so that 2 xᵀV⁻¹y = x·y − (Bx·By − Σ(Bx) Σ(By)/2n) / n needs no more than sums over the pairs of each stimulus. Copies of
a stimulus in a bootstrap sample have equal sums, which leaves a system of as many equations as there are stimuli.
"""

import numpy as np

from ....errors import require
from ....shapes import CondensedRDM, NoiseCovariance, OtherRDM, OtherSquareRDM, SquareRDM
from ...inference.blocks import blocks_of
from .pairs import Pairs
from .products import CONSTANT, Products, centred, joined, products
from .samples import Drawn, Samples, Without


def whitened_products(x: CondensedRDM, y: OtherRDM, samples: Samples) -> Products:
    """Return 2 xᵀV⁻¹y of every row of x with every row of y, and of each with itself, in each sample.

    Copies of a stimulus count as stimuli with independent noise, and pairs of two copies do not exist.
    """
    if isinstance(samples, Drawn):
        shared = _shared_by_copies(x, y, samples)
    else:
        n = samples.pairs.stimuli
        complete = len(samples.pairs.first) == n * (n - 1) // 2
        blocks = blocks_of(len(samples.left), n * (len(x) + len(y) if complete else n))
        parts = [Without(samples.pairs, samples.left[block]) for block in blocks]
        if complete:
            squares = samples.pairs.square(x), samples.pairs.square(y)
            shared = joined(_shared_by_pairs(*squares, part) for part in parts)
        else:
            shared = joined(_shared_by_copies(x, y, part.drawn()) for part in parts)
    return Products(*(plain - part for plain, part in zip(products(x, y, samples), shared, strict=True)))


def _shared_by_copies(x: CondensedRDM, y: OtherRDM, samples: Drawn) -> Products:
    """Return what :func:`whitened_products` takes off, by solving a system of equations for each sample."""
    pairs, w = samples.pairs, samples.multiplicity.astype(float)
    sums_x, sums_y = (np.einsum("rij,sj->sir", pairs.square(rows), w, optimize=True) for rows in (x, y))
    system = pairs.square(np.ones((1, len(pairs.first)))) * w[:, None, :]
    diagonal = np.arange(pairs.stimuli)
    system[:, diagonal, diagonal] = 2 + system.sum(axis=2)
    solved_x, solved_y = np.split(np.linalg.solve(system, np.concatenate([sums_x, sums_y], axis=2)), [len(x)], axis=2)
    weighted = w[:, :, None] * sums_x
    xy = weighted.swapaxes(1, 2) @ solved_y
    return Products(xy, (weighted * solved_x).sum(axis=1), (w[:, :, None] * sums_y * solved_y).sum(axis=1))


def _shared_by_pairs(x: SquareRDM, y: OtherSquareRDM, samples: Without) -> Products:
    """Return the same, (Bx·By − Σ(Bx) Σ(By)/2n) / n, where every pair of the stimuli that are left was measured."""
    n = np.maximum(samples.pairs.stimuli - 1 - samples.two, 1)[:, None]  # without a pair all sums are zero
    sums_x, sums_y = samples.of_stimuli(x), samples.of_stimuli(y)
    all_x, all_y = sums_x.sum(axis=2), sums_y.sum(axis=2)
    xy = sums_x @ sums_y.swapaxes(1, 2) - all_x[:, :, None] * all_y[:, None, :] / (2 * n[:, :, None])
    xx, yy = ((sums**2).sum(axis=2) - total**2 / (2 * n) for sums, total in ((sums_x, all_x), (sums_y, all_y)))
    return Products(xy / n[:, :, None], xx / n, yy / n)


def whitened_covariance(x: CondensedRDM, y: OtherRDM, samples: Samples) -> Products:
    """Return :func:`whitened_products` of the rows less their (unwhitened) means in the sample."""
    x, y = centred(x), centred(y)
    one = np.ones((1, x.shape[1]))
    total = np.maximum(samples.sums(one), 1)
    mean_x, mean_y = samples.sums(x) / total, samples.sums(y) / total
    raw = whitened_products(np.concatenate([x, one]), np.concatenate([y, one]), samples)
    x_one, one_y, one_one = raw.xy[:, :-1, -1], raw.xy[:, -1, :-1], raw.xy[:, -1:, -1]
    xy = (
        raw.xy[:, :-1, :-1]
        - mean_x[:, :, None] * one_y[:, None, :]
        - x_one[:, :, None] * mean_y[:, None, :]
        + mean_x[:, :, None] * mean_y[:, None, :] * one_one[:, :, None]
    )
    xx = raw.xx[:, :-1] - 2 * mean_x * x_one + mean_x**2 * one_one
    yy = raw.yy[:, :-1] - 2 * mean_y * one_y + mean_y**2 * one_one
    xx, yy = (np.where(v > CONSTANT * r[:, :-1], v, 0.0) for v, r in ((xx, raw.xx), (yy, raw.yy)))
    return Products(xy, xx, yy)


def coloured_products(x: CondensedRDM, y: OtherRDM, pairs: Pairs, noise_covariance: NoiseCovariance) -> Products:
    """Return 2 xᵀV⁻¹y for noise of covariance Σ across stimuli, so that V_pq ∝ (c_pᵀ Σ c_q)² with contrasts c.

    A matrix X of dissimilarities fixes the second moments of the patterns, −X/2, up to a1ᵀ + 1aᵀ. The a with the least
    whitened norm gives 2 xᵀV⁻¹y = tr(MXMY)/2 with M = Σ⁻¹ − Σ⁻¹11ᵀΣ⁻¹ / 1ᵀΣ⁻¹1: no matrix of all pairs is inverted.

    Where pairs are missing, V is that of the others. With W = 2V⁻¹ over all pairs, its inverse follows from the block
    of W among the missing ones, m: 2 (V_kk)⁻¹ = W_kk − W_km (W_mm)⁻¹ W_mk.
    """
    n = pairs.stimuli
    require(
        noise_covariance.shape == (n, n) and np.allclose(noise_covariance, noise_covariance.T),
        f"The covariance of the noise must be symmetric, {n} × {n}; got the shape {noise_covariance.shape}.",
    )
    require(
        bool(np.linalg.eigvalsh(noise_covariance)[0] > 0),
        "The covariance of the noise must be positive definite; shrink it towards its diagonal.",
    )
    inverse = np.linalg.inv(noise_covariance)
    sums = inverse.sum(axis=1)
    m = inverse - np.outer(sums, sums) / sums.sum()
    whitened_x, whitened_y = (m @ pairs.square(rows) @ m for rows in (x, y))
    i, j = pairs.missing()
    among = m[np.ix_(i, j)] * m[np.ix_(j, i)] + m[np.ix_(i, i)] * m[np.ix_(j, j)]
    solved_x, solved_y = (np.linalg.solve(among, found[:, i, j].T).T for found in (whitened_x, whitened_y))

    def inner(whitened: np.ndarray, solved: np.ndarray, rows: np.ndarray, other: np.ndarray, how: str) -> np.ndarray:
        seen = whitened[:, pairs.first, pairs.second]
        return np.einsum(how, seen, rows) - np.einsum(how, solved, other[:, i, j])

    xy = inner(whitened_x, solved_x, y, whitened_y, "rp,op->ro")
    xx = inner(whitened_x, solved_x, x, whitened_x, "rp,rp->r")
    yy = inner(whitened_y, solved_y, y, whitened_y, "rp,rp->r")
    return Products(xy[None], xx[None], yy[None])


def coloured_covariance(x: CondensedRDM, y: OtherRDM, pairs: Pairs, noise_covariance: NoiseCovariance) -> Products:
    """Return :func:`coloured_products` of the rows less their (unwhitened) means."""
    x, y = centred(x), centred(y)
    return coloured_products(x, y, pairs, noise_covariance)
