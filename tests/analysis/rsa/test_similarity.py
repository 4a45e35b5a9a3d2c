"""Similarities of RDMs against SciPy, rsatoolbox, definitions, resampled matrices and invariances."""

import json
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import kendalltau, rankdata, spearmanr

from isocortex import InputError, RDMs, rsa
from isocortex.analysis.inference.crossed import draw_multiplicities
from isocortex.analysis.rsa.similarities.kendall import inversions, tau_a, tau_b
from isocortex.analysis.rsa.similarities.order import codes
from isocortex.analysis.rsa.ties import settled

EXPECTED = json.loads((Path(__file__).parent / "rsatoolbox_similarities.json").read_text())
RANKED = ["spearman", "rho-a", "tau-a", "tau-b"]
WHITENED = ["whitened-pearson", "whitened-cosine"]


def stack(rng, rows, stimuli, *, ties=False):
    values = rng.random((rows, stimuli * (stimuli - 1) // 2))
    return RDMs(np.round(values, 1) if ties else values, np.arange(stimuli))


def without(rdms, *pairs):
    values = rdms.dissimilarities.copy()
    values[:, list(pairs)] = np.nan
    return RDMs(values, rdms.stimuli)


def drawn_by_the_peer(case):
    """Repeat the draws of benchmarks/peers/rsatoolbox_expected_similarities.py."""
    rng = np.random.default_rng(0)
    models = rng.random((3, 36))
    mixing = rng.normal(size=(9, 20))
    pair = [RDMs(values, np.arange(9)) for values in (models, models[0] + rng.random((4, 36)))]
    if case == "ties":
        pair = [RDMs(np.round(rdms.dissimilarities, 1), rdms.stimuli) for rdms in pair]
    if case == "missing":
        pair = [without(rdms, 2, 17, 30) for rdms in pair]
    return *pair, mixing @ mixing.T / 20


@pytest.mark.parametrize("case", ["random", "ties", "missing"])
@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_similarity_and_ceiling_equal_rsatoolbox(method, case):
    models, data, _ = drawn_by_the_peer(case)
    expected = EXPECTED[case][method]
    ceiling = rsa.noise_ceiling(data, method)
    np.testing.assert_allclose(rsa.similarity(models, data, method), expected["similarity"], rtol=1e-10)
    np.testing.assert_allclose([ceiling.lower, ceiling.upper], expected["ceiling"], rtol=1e-10)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_similarity_follows_its_definition(method, ties, rng, definitions, resampled):
    a, b = stack(rng, 3, 9, ties=ties), stack(rng, 2, 9, ties=ties)
    (rows_a, contrasts), (rows_b, _) = (resampled(rdms, np.arange(9)) for rdms in (a, b))
    expected = [[definitions[method](x, y, contrasts) for y in rows_b] for x in rows_a]
    np.testing.assert_allclose(rsa.similarity(a, b, method), expected, rtol=1e-11)
    np.testing.assert_allclose(rsa.similarity(b, a, method), np.transpose(expected), rtol=1e-11)


@pytest.mark.parametrize("kind", ["distinct", "ties", "missing"])
@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_bootstrap_equals_resampled_matrices(method, kind, rng, definitions, resampled):
    """Weights give what building each resampled RDM gives, with pairs of copies of one stimulus left out."""
    a, b = (stack(rng, n, 8, ties=kind == "ties") for n in (2, 3))
    if kind == "missing":
        a, b = (without(rdms, 3, 11) for rdms in (a, b))
    drawn = [*rng.integers(0, 8, (12, 8)), np.array([0, 0, 0, 0, 0, 1, 2, 3]), np.array([1, 2, 4, 6, 7])]
    multiplicity = np.stack([np.bincount(row, minlength=8) for row in drawn])
    got = rsa.bootstrap_similarity(a, b, multiplicity, method)
    for sample, indices in enumerate(drawn):
        (rows_a, contrasts), (rows_b, _) = (resampled(rdms, indices) for rdms in (a, b))
        expected = [[definitions[method](x, y, contrasts) for y in rows_b] for x in rows_a]
        np.testing.assert_allclose(got[sample], expected, atol=1e-10)


@pytest.mark.parametrize("kind", ["distinct", "ties", "missing"])
@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_leaving_out_stimuli_equals_smaller_matrices(method, kind, rng, definitions, resampled):
    """Without one stimulus of eight, and without two; stimulus 4 holds all but 10⁻⁸ of one RDM's squares."""
    a, b = (stack(rng, n, 8, ties=kind == "ties") for n in (2, 3))
    a.dissimilarities[0, (np.stack(np.triu_indices(8, 1)) == 4).any(axis=0)] *= 1e4
    if kind == "missing":
        a, b = (without(rdms, 3, 11) for rdms in (a, b))
    kept = [np.delete(np.arange(8), left) for left in (*range(8), [0, 3], [4, 5], [7, 2])]
    got = rsa.bootstrap_similarity(a, b, np.stack([np.bincount(row, minlength=8) for row in kept]), method)
    for sample, indices in enumerate(kept):
        (rows_a, contrasts), (rows_b, _) = (resampled(rdms, indices) for rdms in (a, b))
        expected = [[definitions[method](x, y, contrasts) for y in rows_b] for x in rows_a]
        np.testing.assert_allclose(got[sample], expected, atol=1e-10)


def test_chunks_change_nothing(rng, monkeypatch):
    a, b = stack(rng, 2, 12), stack(rng, 2, 12)
    multiplicity = draw_multiplicities(jax.random.key(0), 50, 12)
    whole = [rsa.bootstrap_similarity(a, b, multiplicity), rsa.bootstrap_ceiling(a, multiplicity)]
    monkeypatch.setattr(sys.modules["isocortex.analysis.rsa.similarities.linear"], "CHUNK_BYTES", 8 * 66 * 7)
    np.testing.assert_allclose(rsa.bootstrap_similarity(a, b, multiplicity), whole[0], atol=1e-12)
    np.testing.assert_allclose(rsa.bootstrap_ceiling(a, multiplicity), whole[1], atol=1e-12)


@pytest.mark.parametrize("method", WHITENED)
def test_whitening_by_a_covariance_equals_the_dense_one(method, definitions):
    """No matrix of pairs is inverted, and yet x'V⁻¹y comes out; rsatoolbox's iterative solver stops at 1e-5."""
    models, data, covariance = drawn_by_the_peer("random")
    got = rsa.similarity(models, data, method, noise_covariance=covariance)
    first, second = np.triu_indices(9, 1)
    contrasts = (np.eye(9)[first] - np.eye(9)[second]) @ np.linalg.cholesky(covariance)
    rows = models.dissimilarities, data.dissimilarities
    expected = [[definitions[method](x, y, contrasts) for y in rows[1]] for x in rows[0]]
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    np.testing.assert_allclose(got, EXPECTED["random"][method]["coloured"], rtol=2e-4)
    white = rsa.similarity(models, data, method, noise_covariance=3 * np.eye(9))
    np.testing.assert_allclose(white, rsa.similarity(models, data, method), rtol=1e-10)


@pytest.mark.parametrize("missing", [(0,), (0, 8, 20)])
@pytest.mark.parametrize("method", WHITENED)
def test_whitening_by_a_covariance_leaves_out_pairs_that_all_lack(method, missing, definitions):
    models, data, covariance = drawn_by_the_peer("random")
    first, second = (np.delete(places, missing) for places in np.triu_indices(9, 1))
    contrasts = (np.eye(9)[first] - np.eye(9)[second]) @ np.linalg.cholesky(covariance)
    x, y = (np.delete(stacked.dissimilarities, missing, axis=1) for stacked in (models, data))
    expected = [[definitions[method](a, b, contrasts) for b in y] for a in x]
    got = rsa.similarity(without(models, *missing), without(data, *missing), method, noise_covariance=covariance)
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    white = rsa.similarity(without(models, *missing), without(data, *missing), method, noise_covariance=np.eye(9))
    plain = rsa.similarity(without(models, *missing), without(data, *missing), method)
    np.testing.assert_allclose(white, plain, rtol=1e-9)


@pytest.mark.parametrize("method", RANKED)
def test_rank_similarities_ignore_monotone_maps(method, rng):
    a, b = stack(rng, 2, 9, ties=True), stack(rng, 2, 9)
    mapped = RDMs(np.exp(5 * a.dissimilarities) - 7, a.stimuli)
    np.testing.assert_array_equal(rsa.similarity(mapped, b, method), rsa.similarity(a, b, method))


@pytest.mark.parametrize("method", ["pearson", "cosine", *WHITENED])
def test_linear_similarities_ignore_the_unit_of_measurement(method, rng):
    a, b = stack(rng, 2, 9), stack(rng, 2, 9)
    shift = 3.0 if method.endswith("pearson") else 0.0
    scaled = RDMs(1e-4 * a.dissimilarities + shift, a.stimuli)
    np.testing.assert_allclose(rsa.similarity(scaled, b, method), rsa.similarity(a, b, method), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 90).flatmap(lambda n: arrays(np.int64, (3, n), elements=st.integers(-4, n // 3))), st.data())
def test_kendall_counts_as_its_definition(values, data):
    """Counting by blocks equals comparing every two entries, whatever the ties, the size and the copies."""
    counts = data.draw(arrays(np.int64, values.shape[1], elements=st.integers(1, 3)))
    x, y = values[:1], values[1:]
    repeated = np.repeat(values, counts, axis=1)
    signs = np.sign(repeated[:, :, None] - repeated[:, None]).reshape(3, -1)
    products = (signs @ signs.T).astype(float)
    coded = codes(x.astype(float)), codes(y.astype(float))
    n = repeated.shape[1]
    scale = np.sqrt(products[0, 0] * np.diagonal(products)[1:])
    expected = np.where(scale > 0, products[0, 1:] / (n * (n - 1)), np.nan)
    np.testing.assert_allclose(tau_a(*coded, counts)[0], expected, atol=1e-14)
    expected = np.divide(products[0, 1:], scale, out=np.full(2, np.nan), where=scale > 0)
    np.testing.assert_allclose(tau_b(*coded, counts)[0], expected, atol=1e-14)


@pytest.mark.parametrize("n", [2**15 + 3, 70_000])
def test_kendall_of_large_rdms(n, rng):
    x, y = rng.random((2, n))
    got = tau_b(codes(x[None]), codes((x + y)[None]))
    assert got[0, 0] == pytest.approx(kendalltau(x, x + y)[0], rel=1e-12)


def test_codes_are_dense_ranks_down_to_rounding(rng):
    """Values that the first, coarse sort cannot distinguish: neighbours, outliers, no range or one beyond floats.

    Neighbours lie two resolutions apart, those of small numbers beside large ones closer: these are ties.
    """
    near = (1 + 2 * 65 * np.finfo(float).eps) ** np.arange(40)
    rows = [rng.permutation(near), rng.permutation(-near), rng.normal(size=40), rng.integers(-3, 3, 40)]
    rows += [np.append(rng.random(39), 1e12), np.exp(20 * rng.normal(size=40)), np.ones(40), 1e-320 * rng.random(40)]
    rows += [1.7e308 * rng.uniform(-1, 1, 40)]
    rows[3][:2] = 0.0, -0.0
    np.testing.assert_array_equal(codes(np.stack(rows)), rankdata(settled(np.stack(rows)), "dense", axis=1) - 1)
    np.testing.assert_array_equal(codes(np.stack(rows[:3])), rankdata(rows[:3], "dense", axis=1) - 1)


@pytest.mark.parametrize("digits", [17, 6])
def test_codes_of_many_values_in_few_steps(rng, digits):
    """Many steps hold two or more values, some of them equal where few digits are left."""
    rows = np.round(rng.random((3, 8128)), digits)
    np.testing.assert_array_equal(codes(rows), rankdata(rows, "dense", axis=1) - 1)


@pytest.mark.parametrize("digits", [17, 4])
@pytest.mark.parametrize("method", RANKED)
def test_one_rdm_with_many_of_92_stimuli(method, digits, rng):
    """Hundreds of values share a step of the coarse sort, or all; with four digits left, most are tied."""
    one, many = (RDMs(np.round(rng.random((rows, 4186)) ** 2, digits), np.arange(92)) for rows in (1, 40))
    many.dissimilarities[3, 7] = 1e6  # all others of its row share one step
    definition = {"spearman": spearmanr, "rho-a": None, "tau-a": kendalltau, "tau-b": kendalltau}[method]
    got = rsa.similarity(one, many, method)
    np.testing.assert_allclose(rsa.similarity(many, one, method), got.T, rtol=1e-13)
    twice = RDMs(np.repeat(one.dissimilarities, 2, axis=0), one.stimuli)
    np.testing.assert_allclose(rsa.similarity(twice, many, method), np.repeat(got, 2, axis=0), rtol=1e-12)
    if definition is not None and (digits == 17 or method in {"spearman", "tau-b"}):
        expected = [definition(one.dissimilarities[0], row)[0] for row in settled(many.dissimilarities)]
        np.testing.assert_allclose(got[0], expected, rtol=1e-10, atol=1e-9)  # two ties, which τ-b has no pairs of


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_stacks_without_rows_have_no_similarities(method, rng):
    none = RDMs(np.empty((0, 10)), np.arange(5))
    for rows in (0, 1, 3):
        some = RDMs(rng.random((rows, 10)), np.arange(5))
        assert rsa.similarity(some, none, method).shape == (rows, 0)
        assert rsa.similarity(none, some, method).shape == (0, rows)


@pytest.mark.slow
def test_integer_dissimilarities_are_ranked():
    """In a process of its own: here, types are checked, and RDMs take floats."""
    program = """
import numpy as np
from isocortex import RDMs, rsa
whole = np.array([[5, 3, 9, 2, 2, 7, 1, 0, 4, 6]])
a, b = (RDMs(x, np.arange(5)) for x in (whole, whole.astype(float)))
other = RDMs(np.arange(10.0)[None] ** 2 % 7, np.arange(5))
print(all((rsa.similarity(a, other, m) == rsa.similarity(b, other, m)).all() for m in rsa.SIMILARITIES))
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "True\n"


def test_counting_does_not_overflow():
    """A row in falling order has n(n − 1)/2 inversions, more than a four-byte integer holds."""
    n = 70_000
    assert [found.tolist() for found in inversions(np.arange(n)[None], np.arange(n)[::-1])] == [[n * (n - 1) // 2], [0]]


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_an_rdm_without_differences_is_similar_to_none(method, rng):
    flat = RDMs(np.full((1, 10), 0.3), np.arange(5))
    got = rsa.similarity(flat, stack(rng, 2, 5), method)
    if method.endswith("cosine"):
        assert (got > 0).all()
    else:
        assert np.isnan(got).all()


@pytest.mark.parametrize("method", ["pearson", "spearman", "tau-b", "whitened-pearson", "rho-a", "tau-a"])
def test_a_sample_of_one_pair_has_no_similarity(method, rng):
    multiplicity = np.array([[4, 0, 0, 0], [3, 1, 0, 0]])
    got = rsa.bootstrap_similarity(stack(rng, 1, 4), stack(rng, 1, 4), multiplicity, method)
    assert np.isnan(got[0]).all()
    assert np.isnan(got[1]).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda d: rsa.similarity(d, d, "pearsn"), "Did you mean 'pearson'"),
        (lambda d: rsa.similarity(d, RDMs(d.dissimilarities, d.stimuli[::-1])), "another order: stimulus 0"),
        (lambda d: rsa.similarity(d, RDMs(np.ones((1, 3)), np.arange(3))), "over 5 and 3 stimuli"),
        (lambda d: rsa.similarity(d, d, noise_covariance=np.eye(5)), "pearson does not"),
        (lambda d: rsa.similarity(d, d, "whitened-cosine", noise_covariance=np.eye(4)), "5 × 5; got the shape .4, 4."),
        (lambda d: rsa.similarity(d, d, "whitened-cosine", noise_covariance=np.ones((5, 5))), "positive definite"),
        (lambda d: rsa.bootstrap_similarity(d, d, np.ones((7, 4), int)), "each of the 5 stimuli.*got the shape .7, 4."),
        (lambda d: rsa.bootstrap_similarity(d, d, np.full((7, 5), -1)), "from -1 to"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, sentence, rng):
    with pytest.raises(InputError, match=sentence):
        call(stack(rng, 2, 5))
