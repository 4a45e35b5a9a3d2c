"""Similarities and ceilings of RDMs against SciPy, definitions and invariances."""

import sys

import jax
import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from isocortex import InputError, RDMs, rsa
from isocortex.analysis.rsa.resampling import draw_multiplicities
from isocortex.rdms import from_square

SCIPY_SIMILARITY = {
    "pearson": lambda a, b: pearsonr(a, b)[0],
    "spearman": lambda a, b: spearmanr(a, b)[0],
    "cosine": lambda a, b: a @ b / np.linalg.norm(a) / np.linalg.norm(b),
}


def stack(rng, rows, stimuli, *, ties=False):
    values = rng.random((rows, stimuli * (stimuli - 1) // 2))
    return RDMs(np.round(values, 1) if ties else values, np.arange(stimuli))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_similarity_equals_scipy(method, ties, rng):
    a, b = stack(rng, 3, 9, ties=ties), stack(rng, 2, 9, ties=ties)
    expected = [[SCIPY_SIMILARITY[method](x, y) for y in b.dissimilarities] for x in a.dissimilarities]
    np.testing.assert_allclose(rsa.similarity(a, b, method), expected, rtol=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_bootstrap_equals_resampled_matrices(method, ties, rng):
    """Weights give what building each resampled RDM gives, with pairs of copies of one stimulus left out."""
    a, b = stack(rng, 2, 8, ties=ties), stack(rng, 3, 8, ties=ties)
    drawn = rng.integers(0, 8, (20, 8))
    multiplicity = np.stack([np.bincount(row, minlength=8) for row in drawn])
    got = rsa.bootstrap_similarity(a, b, multiplicity, method)
    first, second = np.triu_indices(8, 1)
    for sample, indices in enumerate(drawn):
        distinct = indices[first] != indices[second]
        pick = indices[first][distinct], indices[second][distinct]
        rows_a, rows_b = (x.square()[:, pick[0], pick[1]] for x in (a, b))
        expected = [[SCIPY_SIMILARITY[method](x, y) for y in rows_b] for x in rows_a]
        np.testing.assert_allclose(got[sample], expected, atol=1e-10)


def test_chunks_change_nothing(rng, monkeypatch):
    a, b = stack(rng, 2, 12), stack(rng, 2, 12)
    multiplicity = draw_multiplicities(jax.random.key(0), 50, 12)
    whole = rsa.bootstrap_similarity(a, b, multiplicity)
    monkeypatch.setattr(sys.modules["isocortex.analysis.rsa.similarity"], "CHUNK_BYTES", 8 * 66 * 7)
    np.testing.assert_allclose(rsa.bootstrap_similarity(a, b, multiplicity), whole, atol=1e-12)


def test_multiplicities_count_draws():
    drawn = draw_multiplicities(jax.random.key(0), 500, 10)
    assert (drawn.sum(axis=1) == 10).all()
    assert drawn.mean() == 1
    assert drawn.var() == pytest.approx(0.9, abs=0.06)  # binomial(10, 1/10); s.e. of the variance ≈ 0.02


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_ceiling_follows_its_definition(method, rng):
    data = stack(rng, 4, 10)
    rows = data.dissimilarities
    if method == "spearman":
        rows = rows.argsort(axis=1).argsort(axis=1).astype(float)
    if method == "pearson":
        rows = rows - rows.mean(axis=1, keepdims=True)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True) if method != "spearman" else rows
    similarity = SCIPY_SIMILARITY[method]
    upper = np.mean([similarity(row, rows.mean(axis=0)) for row in rows])
    lower = np.mean([similarity(rows[i], np.delete(rows, i, 0).mean(axis=0)) for i in range(4)])
    ceiling = rsa.noise_ceiling(data, method)
    assert ceiling.upper == pytest.approx(upper, rel=1e-10)
    assert ceiling.lower == pytest.approx(lower, rel=1e-10)


@pytest.mark.parametrize("method", ["pearson", "cosine"])
def test_no_model_exceeds_the_upper_ceiling(method, rng):
    """For Pearson and cosine the upper ceiling is the exact maximum over all RDMs, so no guess can beat it."""
    data = stack(rng, 3, 8)
    ceiling = rsa.noise_ceiling(data, method)
    guesses = RDMs(rng.random((3000, 28)), np.arange(8))
    assert rsa.similarity(guesses, data, method).mean(axis=1).max() < ceiling.upper


def test_split_half_ceiling_is_spearman_browns(rng):
    truth, noise = rng.normal(size=4950), rng.normal(size=(2, 4950))
    halves = RDMs(truth + noise, np.arange(100))
    ceiling = rsa.split_half_ceiling(halves)
    assert ceiling is not None
    reached = pearsonr(truth, (truth + noise).mean(axis=0))[0]
    assert ceiling.lower == pytest.approx(0.5, abs=0.05)
    assert ceiling.upper == pytest.approx(reached, abs=0.03)
    assert rsa.split_half_ceiling(RDMs(np.stack([truth, -truth]), np.arange(100))) is None


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda d: rsa.similarity(d, d, "pearsn"), "Did you mean 'pearson'"),
        (lambda d: rsa.noise_ceiling(RDMs(d.dissimilarities[:1], d.stimuli)), "at least two subjects"),
        (lambda d: rsa.similarity(d, RDMs(d.dissimilarities, d.stimuli[::-1])), "another order: stimulus 0"),
        (lambda d: rsa.similarity(d, RDMs(np.ones((1, 3)), np.arange(3))), "over 5 and 3 stimuli"),
        (lambda d: RDMs(np.ones((1, 1)), np.arange(2)), "RDMs of 2 stimuli"),
        (lambda d: RDMs(np.ones((1, 5)), np.arange(4)), "4 stimuli make 6 pairs"),
        (lambda d: RDMs(np.full((1, 6), np.nan), np.arange(4), ("x",)), "The RDM 'x' has NaN"),
        (lambda d: from_square(np.ones((3, 4))), "must be square"),
        (lambda d: from_square(np.triu(np.ones((3, 3)))), "not symmetric"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, sentence, rng):
    with pytest.raises(InputError, match=sentence):
        call(stack(rng, 2, 5))


def test_square_and_condensed_are_inverse(rng):
    rows = stack(rng, 2, 6)
    np.testing.assert_array_equal(from_square(rows.square()).dissimilarities, rows.dissimilarities)
