"""Noise precision: the low-rank form against dense algebra, scikit-learn, recovery, and what is refused."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from isocortex import InputError, responses, rsa
from isocortex.analysis.rsa.dissimilarities.noise import mean_noise


def covariance(noise):
    return np.diag(noise.diagonal) + noise.factor @ noise.factor.T


@pytest.mark.parametrize("shape", [(12, 40), (40, 40), (90, 40)])
@pytest.mark.parametrize("method", rsa.NOISE_ESTIMATES)
def test_whitening_is_a_square_root_of_the_dense_precision(method, shape, rng):
    x = rng.normal(size=shape) @ rng.normal(size=(40, 40))
    if method == "full" and shape[0] <= 40:
        with pytest.raises(InputError, match="Shrink it with 'schaefer-strimmer' or 'ledoit-wolf'"):
            rsa.noise_precision(x, method)
        return
    noise = rsa.noise_precision(x, method)
    sample = np.cov(x.T)
    target = np.eye(40) * np.trace(sample) / 40 if method == "ledoit-wolf" else np.diag(np.diag(sample))
    expected = (1 - noise.shrinkage) * sample + noise.shrinkage * target
    np.testing.assert_allclose(covariance(noise), expected, rtol=1e-9, atol=1e-9)
    assert noise.factor.shape[1] <= min(shape)
    y = rng.normal(size=(5, 40))
    white = noise.whiten(y)
    np.testing.assert_allclose(white @ white.T, y @ np.linalg.inv(expected) @ y.T, rtol=1e-7)
    np.testing.assert_allclose(noise.dense(), np.linalg.inv(expected), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("shape", [(15, 60), (200, 12)])
def test_ledoit_wolf_is_scikit_learns(shape, rng):
    x = rng.normal(size=shape) * rng.uniform(0.5, 2, shape[1])
    expected, weight = ledoit_wolf(x)
    noise = rsa.noise_precision(x, "ledoit-wolf", degrees_of_freedom=len(x))
    assert noise.shrinkage == pytest.approx(weight, rel=1e-10)
    np.testing.assert_allclose(covariance(noise), expected, rtol=1e-9, atol=1e-12)


def test_schaefer_strimmer_is_its_definition(rng):
    """λ = Σ Var(r) / Σ r² over pairs of different units, from products formed one pair of units at a time."""
    x = rng.normal(size=(20, 5)) @ rng.normal(size=(5, 5))
    n, z = 20, (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    variance = squared = 0.0
    for i in range(5):
        for j in set(range(5)) - {i}:
            products, r = z[:, i] * z[:, j], np.sum(z[:, i] * z[:, j]) / (n - 1)
            variance += n / (n - 1) ** 3 * np.sum((products - products.mean()) ** 2)
            squared += r**2
    noise = rsa.noise_precision(x)
    # rsatoolbox's formula, which is ours, lies 1/(n − 1)² below the published one.
    assert noise.shrinkage == pytest.approx(variance / squared - 1 / (n - 1) ** 2, rel=1e-10)


def test_repeats_recover_the_planted_noise(rng):
    """Bias-free: 200 stimuli × 4 repeats leave 600 degrees of freedom; the s.e. of a variance is √(2/600) = 6 %."""
    sd = np.array([0.5, 1.0, 2.0])
    signal = 10 * rng.normal(size=(200, 3))
    x = responses(signal + sd * rng.normal(size=(4, 200, 3)))
    np.testing.assert_allclose(rsa.noise_precision(x, "diagonal").diagonal, sd**2, rtol=4 * 0.058)


def test_noise_per_run(rng):
    runs = np.repeat([0, 1], 12)
    x = rng.normal(size=(24, 6)) * (1 + runs)[:, None]
    trials = responses(x, stimuli=np.tile([0, 1, 2], 8), runs=runs, dims=("trial", "unit"))
    noise = rsa.noise_precision(trials, "diagonal", per_run=True)
    for run in (0, 1):
        mine = x[runs == run].reshape(4, 3, 6)
        expected = ((mine - mine.mean(axis=0)) ** 2).sum(axis=(0, 1)) / 9
        np.testing.assert_allclose(noise[str(run)].diagonal, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "methods", [("schaefer-strimmer", "schaefer-strimmer"), ("full", "full"), ("diagonal", "full")]
)
def test_the_mean_of_two_noises(methods, rng):
    a, b = (rsa.noise_precision(rng.normal(size=(30, 8)), method) for method in methods)
    both = mean_noise(a, b)
    assert both.factor.shape[1] <= 8
    np.testing.assert_allclose(both.dense(), np.linalg.inv((covariance(a) + covariance(b)) / 2), rtol=1e-8, atol=1e-12)


def test_a_dense_covariance_from_elsewhere(rng):
    root = np.tril(rng.normal(size=(6, 6))) + 3 * np.eye(6)
    noise = rsa.NoisePrecision(np.zeros(6), root)
    np.testing.assert_allclose(noise.dense(), np.linalg.inv(root @ root.T), rtol=1e-9, atol=1e-12)


def test_labelled_responses_stay_labelled(rng):
    x = responses(rng.normal(size=(2, 3, 5)), stimuli=["a", "b", "c"])
    white = rsa.noise_precision(x).whiten(x)
    assert white.dims == x.dims
    assert white["stimulus"].values.tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x: rsa.noise_precision(x, "ledoit-wolff"), "Did you mean 'ledoit-wolf'"),
        (lambda x: rsa.noise_precision({}), "no residuals"),
        (lambda x: rsa.noise_precision(x[0]), r"sample × unit; got float64 of shape \(4,\)"),
        (lambda x: rsa.noise_precision(x[:1]), "at least two samples; got 1"),
        (lambda x: rsa.noise_precision(np.where(x == x[0, 0], np.nan, x)), "NaN or infinite"),
        (lambda x: rsa.noise_precision(x * [1, 0, 1, 0] + 0.1), "2 of 4 units never vary.*the first is unit 1"),
        (lambda x: rsa.noise_precision(0 * x, "ledoit-wolf"), "all zero"),
        (lambda x: rsa.noise_precision(x, degrees_of_freedom=11), "1 to 10, the number of samples; got 11"),
        (lambda x: rsa.noise_precision(x, per_run=True), "have no runs; give a mapping"),
        (
            lambda x: rsa.noise_precision(responses(x)),
            "one response per stimulus, from which no noise can be estimated",
        ),
        (lambda x: rsa.noise_precision(responses(x.reshape(2, 5, 4)), per_run=True), "in run 0.*or pool the runs"),
        (lambda x: rsa.noise_precision(responses(x[None], dims=("seed", "stimulus", "unit"))), "dimensions .'seed'."),
        (lambda x: rsa.NoisePrecision(np.zeros(4), np.ones((4, 1))).whiten(x), "covariance of 4 units is singular"),
        (lambda x: rsa.NoisePrecision(np.arange(4.0), np.ones((4, 1))), "all positive or all zero"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, sentence, rng):
    with pytest.raises(InputError, match=sentence):
        call(rng.normal(size=(10, 4)))
