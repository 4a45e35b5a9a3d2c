"""Noise ceilings against their definition, resampled matrices and the bound they promise."""

import jax
import numpy as np
import pytest
from scipy.stats import pearsonr, rankdata

from isocortex import InputError, RDMs, rsa
from isocortex.analysis.inference.leaving_out import samples_without
from isocortex.analysis.rsa.ceiling_by_subject import ceiling_in_samples
from isocortex.analysis.rsa.dual_bootstrap import dual_bootstrap
from isocortex.analysis.rsa.jackknife import jackknife


def pooled(rows, method):
    """Return the mean of RDMs made comparable."""
    if method in ("spearman", "rho-a", "tau-a", "tau-b"):
        return rankdata(rows, axis=1).mean(axis=0)
    if method.endswith("pearson"):
        rows = rows - rows.mean(axis=1, keepdims=True)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).mean(axis=0)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_bootstrapped_ceiling_equals_resampled_subjects(method, ties, rng, definitions, resampled):
    """As if each sample of stimuli and subjects had been built; a subject's copies are all left out of the others."""
    shared = rng.random(28)
    values = shared + rng.random((4, 28))
    data = RDMs(np.round(values, 1) if ties else values, np.arange(8))
    stimuli = np.concatenate([[np.arange(8)], rng.integers(0, 8, (9, 8))])
    subjects = np.concatenate([[np.arange(4)], rng.integers(0, 4, (9, 4))])
    subjects[1] = [2, 0, 0, 0]
    subjects[1:, 3] = (subjects[1:, 2] + 1) % 4
    got = rsa.bootstrap_ceiling(
        data,
        np.stack([np.bincount(row, minlength=8) for row in stimuli]),
        np.stack([np.bincount(row, minlength=4) for row in subjects]),
        method=method,
    )
    for sample, (taken, who) in enumerate(zip(stimuli, subjects, strict=True)):
        rows, contrasts = resampled(data, taken)
        bounds = [
            [definitions[method](rows[k], pooled(rows[others], method), contrasts) for others in (who[who != k], who)]
            for k in who
        ]
        np.testing.assert_allclose(got[sample], np.mean(bounds, axis=0), atol=1e-9)


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_the_ceiling_is_the_bootstrap_that_takes_all_once(method, rng):
    data = RDMs(rng.random((3, 28)), np.arange(8))
    ceiling = rsa.noise_ceiling(data, method)
    everything = rsa.bootstrap_ceiling(data, np.ones((2, 8), int), method=method)
    np.testing.assert_allclose(everything, [[ceiling.lower, ceiling.upper]] * 2, rtol=1e-12)
    assert ceiling.lower < ceiling.upper


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_one_sample_of_stimuli_serves_all_of_subjects(method, rng):
    data = RDMs(rng.random((3, 28)), np.arange(8))
    stimuli, subjects = np.array([[2, 0, 1, 1, 1, 1, 1, 1]]), rng.integers(1, 3, (5, 3))
    each = rsa.bootstrap_ceiling(data, np.repeat(stimuli, 5, axis=0), subjects, method=method)
    np.testing.assert_allclose(rsa.bootstrap_ceiling(data, stimuli, subjects, method=method), each, rtol=1e-12)


@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_one_subject_has_no_others(method, rng):
    data = RDMs(rng.random((2, 28)), np.arange(8))
    lower, upper = rsa.bootstrap_ceiling(data, np.ones((1, 8), int), np.array([[2, 0]]), method=method)[0]
    assert np.isnan(lower)
    assert upper == pytest.approx(1)


@pytest.mark.parametrize("n_subjects", [2, 6])
@pytest.mark.parametrize("method", rsa.SIMILARITIES)
def test_the_ceiling_that_is_tested_is_the_one_that_is_printed(method, n_subjects, rng):
    """By both kinds of inference, of six subjects that agree in part, whose mean ranks have ranks of their own."""
    data = RDMs(rng.random(66) + 1.5 * rng.random((n_subjects, 66)), np.arange(12))
    options = {"method": method, "factors": ("stimulus",), "paired_seeds": False}
    printed = rsa.noise_ceiling(data, method).lower
    jackknifed, _ = jackknife([data], data, **options)
    bootstrapped, _ = dual_bootstrap([data], data, key=jax.random.key(0), n_bootstraps=20, **options)
    assert [jackknifed.mean[-1], bootstrapped.mean[-1]] == pytest.approx([printed, printed], rel=1e-12)


@pytest.mark.parametrize("method", ["pearson", "whitened-cosine", "spearman", "tau-a"])
def test_a_subject_adds_to_the_ceiling_what_leaving_it_out_takes(method, rng):
    """And the stimuli likewise: the pseudovalues are those of the ceiling of smaller data, which is that printed."""
    data, none = RDMs(rng.random(66) + rng.random((5, 66)), np.arange(12)), np.empty((0, 2), int)
    samples = np.concatenate([np.ones((1, 12), int), samples_without(12, none)])
    agreement = np.concatenate([rsa.bootstrap_similarity(data, data, x, method) for x in (samples[:1], samples[1:])])
    found, _ = ceiling_in_samples(data, agreement, samples, method, subjects_drawn=True)
    lower = rsa.noise_ceiling(data, method).lower
    smaller = [rsa.noise_ceiling(data.rows([*"01234"[:k], *"01234"[k + 1 :]]), method).lower for k in range(5)]
    np.testing.assert_allclose(found[0], lower + 4 * (np.mean(smaller) - smaller), atol=1e-12)
    fewer = [rsa.noise_ceiling(data.take(np.delete(np.arange(12), i)), method).lower for i in range(12)]
    np.testing.assert_allclose(found[1:].mean(axis=1) - found[0].mean(), np.array(fewer) - lower, atol=1e-12)


@pytest.mark.parametrize("method", ["pearson", "cosine"])
def test_no_model_exceeds_the_upper_ceiling(method, rng):
    """For Pearson and cosine the upper ceiling is the exact maximum over all RDMs, so no guess can beat it."""
    data = RDMs(rng.random((3, 28)), np.arange(8))
    ceiling = rsa.noise_ceiling(data, method)
    guesses = RDMs(rng.random((3000, 28)), np.arange(8))
    best = RDMs(pooled(data.dissimilarities, method)[None], data.stimuli)
    near = RDMs(best.dissimilarities + 1e-2 * rng.normal(size=(3000, 28)), data.stimuli)
    assert rsa.similarity(guesses, data, method).mean(axis=1).max() < ceiling.upper
    assert rsa.similarity(near, data, method).mean(axis=1).max() < ceiling.upper
    assert rsa.similarity(best, data, method).mean() == pytest.approx(ceiling.upper, rel=1e-12)


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
        (lambda d: rsa.noise_ceiling(RDMs(d.dissimilarities[:1], d.stimuli)), "at least two subjects"),
        (lambda d: rsa.noise_ceiling(d, "spearmn"), "Did you mean 'spearman'"),
        (lambda d: rsa.bootstrap_ceiling(d, np.ones((3, 4), int)), "each of the 5 stimuli"),
        (lambda d: rsa.bootstrap_ceiling(d, np.ones((3, 5), int), np.ones((3, 5), int)), "each of the 3 subjects"),
        (lambda d: rsa.bootstrap_ceiling(d, np.ones((3, 5), int), np.ones((2, 3), int)), "3 samples.*but 2 of"),
        (lambda d: rsa.split_half_ceiling(d), "two halves; got 3"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, sentence, rng):
    with pytest.raises(InputError, match=sentence):
        call(RDMs(rng.random((3, 10)), np.arange(5)))
