"""Inner products of RDMs whitened by the covariance of dissimilarity estimates (Diedrichsen et al. 2021, 2007.02789).

Estimates of dissimilarities that share a stimulus covary. For independent noise of equal variance on all stimuli their
covariance is V ∝ BᵀB + 2I, with B the incidence of stimuli and pairs: 4 for a pair with itself, 1 for two pairs with
one stimulus in common, 0 for others. By Woodbury's identity,

    2 V⁻¹ = I − Bᵀ (2I + BBᵀ)⁻¹ B,   and over all pairs of n stimuli   (2I + BBᵀ)⁻¹ = (I − 11ᵀ/2n) / n,

so that 2 xᵀV⁻¹y = x·y − (Bx·By − Σ(Bx) Σ(By)/2n) / n needs no more than sums over the pairs of each stimulus. Copies of
a stimulus in a bootstrap sample have equal sums, which leaves a system of as many equations as there are stimuli.
"""

import numpy as np

from ...errors import require
from ...shapes import CondensedRDM, Multiplicity, NoiseCovariance, OtherRDM
from .moments import CONSTANT, Products, centred, cross, squares
from .pairs import Pairs


def whitened_products(x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Products:
    """Return 2 xᵀV⁻¹y of every row of x with every row of y, and of each with itself, for each bootstrap sample.

    Samples are over stimuli; copies count as stimuli with noise of their own, and pairs of two copies do not exist.
    """
    w = multiplicity.astype(float)
    counts = pairs.counts(w)
    sums_x, sums_y = (np.einsum("rij,sj->sir", pairs.square(rows), w, optimize=True) for rows in (x, y))
    system = pairs.square(np.ones((1, len(pairs.first)))) * w[:, None, :]
    diagonal = np.arange(pairs.stimuli)
    system[:, diagonal, diagonal] = 2 + system.sum(axis=2)
    solved_x, solved_y = np.split(np.linalg.solve(system, np.concatenate([sums_x, sums_y], axis=2)), [len(x)], axis=2)
    weighted = w[:, :, None] * sums_x
    xy = cross(x, y, counts) - weighted.swapaxes(1, 2) @ solved_y
    xx = squares(x, counts) - (weighted * solved_x).sum(axis=1)
    yy = squares(y, counts) - (w[:, :, None] * sums_y * solved_y).sum(axis=1)
    return Products(xy, xx, yy)


def whitened_covariance(x: CondensedRDM, y: OtherRDM, pairs: Pairs, multiplicity: Multiplicity) -> Products:
    """Return :func:`whitened_products` of the rows less their (unwhitened) means in the sample."""
    x, y = centred(x), centred(y)
    counts = pairs.counts(multiplicity.astype(float))
    total = np.maximum(counts.sum(axis=1), 1)[:, None]
    mean_x, mean_y = counts @ x.T / total, counts @ y.T / total
    one = np.ones((1, x.shape[1]))
    raw = whitened_products(np.concatenate([x, one]), np.concatenate([y, one]), pairs, multiplicity)
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
