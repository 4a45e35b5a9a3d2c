"""Dissimilarities that are equal but for rounding are ties, and no similarity reads their last bits."""

import numpy as np
import pytest

from isocortex import RDMs, responses, rsa
from isocortex.analysis.rsa.ties import settled

RANKED = ["spearman", "rho-a", "tau-a", "tau-b"]
N = 24
PAIRS = np.triu_indices(N, 1)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("method", RANKED)
def test_two_prototypes_repeated_have_two_distances(method, kind, rng):
    """The distances carry the noise of rounding, at random; without it each is 0 or 1."""
    apart = (np.arange(N)[PAIRS[0]] + np.arange(N)[PAIRS[1]]) % 2
    noise = 8 * np.finfo(kind).eps * rng.uniform(-1, 1, len(apart))
    data = RDMs(rng.random((2, len(apart))), np.arange(N))
    exact, noisy = (RDMs(row.astype(kind)[None], np.arange(N)) for row in (apart.astype(float), apart + noise))
    np.testing.assert_array_equal(rsa.similarity(noisy, data, method), rsa.similarity(exact, data, method))
    samples = rng.multinomial(N, np.full(N, 1 / N), 3)
    np.testing.assert_array_equal(
        rsa.bootstrap_similarity(noisy, data, samples, method), rsa.bootstrap_similarity(exact, data, samples, method)
    )


@pytest.mark.parametrize("dissimilarity", ["correlation", "cosine", "euclidean", "poisson"])
def test_patterns_on_a_ring_have_as_many_distances_as_lags(dissimilarity, rng):
    """Units far above zero leave small distances, whose rounding is that of the 1 from which they are taken."""
    pattern = 20 + rng.gamma(1, 5, 10 * N)
    patterns = np.stack([np.roll(pattern, 10 * i) for i in range(N)])
    row = rsa.rdm(responses(patterns), dissimilarity).dissimilarities[0]
    assert len(np.unique(row)) == N // 2


@pytest.mark.parametrize(
    ("dissimilarity", "patterns"),
    [
        ("correlation", lambda rng: 3 + np.outer(rng.uniform(1, 9, 12), rng.random(50))),
        ("cosine", lambda rng: np.outer(rng.uniform(1, 9, 12), rng.random(50))),
        ("euclidean", lambda rng: np.tile(rng.random(50), (12, 1))),
        ("poisson", lambda rng: np.tile(rng.random(50), (12, 1))),
    ],
)
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_patterns_without_differences_are_similar_to_none(dissimilarity, patterns, kind, rng):
    same = responses(patterns(rng).astype(kind))
    rows = rsa.rdm(same, dissimilarity)
    np.testing.assert_array_equal(rows.dissimilarities, 0)
    assert len(rsa.rdm(same, dissimilarity, undefined="drop")) == 0
    data = RDMs(rng.random((3, 66)), np.arange(12))
    for method in rsa.SIMILARITIES:
        assert np.isnan(rsa.similarity(rows, data, method)).all()
    for method in ("pearson", "spearman"):
        table = rsa.compare({"flat": rows}, data, method=method)
        assert table[["mean", "low", "high", "p"]].isna().all(axis=None)


@pytest.mark.parametrize("method", [method for method in rsa.SIMILARITIES if not method.endswith("cosine")])
def test_an_rdm_that_is_constant_but_for_rounding_is_similar_to_none(method, rng):
    noise = 4 * np.finfo(float).eps * rng.uniform(-1, 1, 45)
    data = RDMs(rng.random((2, 45)), np.arange(10))
    assert np.isnan(rsa.similarity(RDMs(0.3 + noise[None], np.arange(10)), data, method)).all()


def test_values_that_lie_as_close_as_rounding_by_chance_keep_their_order(rng):
    """A chain of near values is cut: no two further apart than the resolution become one."""
    row = np.sort(rng.random(1000))
    got = settled(row[None], np.array([0.01]))[0]
    assert (np.diff(got) >= 0).all()
    assert np.abs(got - row).max() <= 0.01
    assert 50 < len(np.unique(got)) < 150


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_one_distance_has_a_cosine_and_no_correlation(method):
    pair = rsa.rdm(responses(np.array([[1.0, 2, 4], [3, 1, 2]])), "euclidean")
    assert pair.dissimilarities.tolist() == [[3.0]]
    got = rsa.similarity(pair, pair, method)
    assert got == pytest.approx(1, rel=1e-12) if method.endswith("cosine") else np.isnan(got)
    assert rsa.compare({"itself": pair}, pair, method=method)[["low", "high"]].isna().all(axis=None)
