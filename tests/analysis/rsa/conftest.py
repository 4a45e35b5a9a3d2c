"""The similarities as they are defined, slowly, from SciPy and dense matrices."""

import numpy as np
import pytest
from scipy.stats import kendalltau, pearsonr, rankdata, spearmanr


def cosine(x, y, contrasts):
    return x @ y / np.linalg.norm(x) / np.linalg.norm(y)


def whitened_cosine(x, y, contrasts):
    """The covariance of the dissimilarities of pairs p and q is (c_pᵀ c_q)²."""
    v = (contrasts @ contrasts.T) ** 2
    return x @ np.linalg.solve(v, y) / np.sqrt(x @ np.linalg.solve(v, x) * (y @ np.linalg.solve(v, y)))


def rho_a(x, y, contrasts):
    n = len(x)
    return 12 * np.cov(rankdata(x), rankdata(y), bias=True)[0, 1] / (n**2 - 1)


def tau_a(x, y, contrasts):
    signs = [np.sign(v[:, None] - v) for v in (x, y)]
    return (signs[0] * signs[1]).sum() / len(x) / (len(x) - 1)


DEFINITIONS = {
    "pearson": lambda x, y, c: pearsonr(x, y)[0],
    "cosine": cosine,
    "whitened-pearson": lambda x, y, c: whitened_cosine(x - x.mean(), y - y.mean(), c),
    "whitened-cosine": whitened_cosine,
    "spearman": lambda x, y, c: spearmanr(x, y)[0],
    "rho-a": rho_a,
    "tau-a": tau_a,
    "tau-b": lambda x, y, c: kendalltau(x, y)[0],
}


@pytest.fixture
def definitions():
    """Method → similarity of two vectors, given the contrast of stimuli of each pair."""
    return DEFINITIONS


@pytest.fixture
def resampled():
    """Build resampled RDMs: which stimuli were taken → (vectors, contrasts), without pairs of two copies."""

    def build(rdms, indices):
        first, second = np.triu_indices(len(indices), 1)
        rows = rdms.square()[:, indices[first], indices[second]]
        kept = (indices[first] != indices[second]) & ~np.isnan(rows[0])
        contrasts = np.eye(len(indices))[first[kept]] - np.eye(len(indices))[second[kept]]
        return rows[:, kept], contrasts

    return build
