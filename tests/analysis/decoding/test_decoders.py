"""Decoders against scikit-learn, closed forms and plain loops."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB

from isocortex.analysis.decoding import DECODERS, classifiers, regressors
from isocortex.analysis.decoding.descent import classification, regression
from isocortex.analysis.decoding.logistic import logistic
from isocortex.analysis.decoding.mlp import initial


def labelled(rng, n, p, k=4):
    """Return responses with planted classes, their labels, and new responses; class sizes differ."""
    labels = rng.integers(0, k, n)
    coded = np.eye(k)[labels]
    return rng.normal(size=(n, p)) + coded @ rng.normal(size=(k, p)), labels, coded, rng.normal(size=(20, p))


def centred(scores):
    """Scores are defined but for what all classes share."""
    return scores - scores.mean(axis=-1, keepdims=True)


@pytest.mark.parametrize(("n", "p"), [(80, 20), (40, 70)])
def test_linear_discriminants_are_those_of_scikit_learn(rng, n, p):
    x, labels, coded, new = labelled(rng, n, p)
    for shrinkage in (0.1, 0.7):
        theirs = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(x, labels).decision_function(new)
        ours = classifiers.linear_discriminant(x, coded, (shrinkage,))(new)[0]
        np.testing.assert_allclose(centred(ours), centred(theirs), atol=1e-9)


def test_shrinkage_is_that_of_ledoit_and_wolf(rng):
    x = rng.normal(size=(60, 25)) * np.linspace(0.2, 2, 25)
    squares, level = ((x.T @ x) ** 2).sum(), np.trace(x.T @ x) / x.size
    ours = classifiers.ledoit_wolf(x, squares, level)
    assert ours == pytest.approx(ledoit_wolf_shrinkage(x, assume_centered=True), abs=1e-12)


def test_naive_bayes_is_that_of_scikit_learn(rng):
    x, labels, coded, new = labelled(rng, 80, 20)
    theirs = GaussianNB().fit(x, labels).predict_joint_log_proba(new)
    np.testing.assert_allclose(centred(classifiers.gaussian_bayes(x, coded, ())(new)[0]), centred(theirs), atol=1e-8)


def test_poisson_naive_bayes_is_the_log_likelihood_of_the_rates(rng):
    x, coded = rng.poisson(3.0, (40, 5)).astype(float), np.eye(2)[np.arange(40) % 2]
    ours = classifiers.poisson_bayes(x, coded, ())(x)[0]
    rates = np.stack([(x[i::2].sum(axis=0) + 0.5) / 20 for i in (0, 1)])
    expected = x @ np.log(rates).T - rates.sum(axis=1) + np.log(0.5)
    np.testing.assert_allclose(ours, expected)


@pytest.mark.parametrize("k", [2, 4])
def test_logistic_regression_is_that_of_scikit_learn(rng, k):
    """Theirs has a gradient of 1e-12 and starts from 0; ours stops at 1e-9, from the fit under another penalty."""
    x, labels, coded, new = labelled(rng, 80, 10, k)
    ours = logistic(x, coded, (0.5, 20.0))(new)
    for scores, penalty in zip(ours, (0.5, 20.0), strict=True):
        exact = LogisticRegression(C=1 / penalty, solver="newton-cg", tol=1e-12, max_iter=1000).fit(x, labels)
        log_odds = scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
        np.testing.assert_allclose(log_odds, exact.predict_log_proba(new), atol=1e-6)


@pytest.mark.parametrize(("n", "p"), [(80, 20), (40, 70)])
def test_ridge_is_that_of_scikit_learn(rng, n, p):
    x, _, coded, new = labelled(rng, n, p)
    for scores, penalty in zip(regressors.ridge(x, coded, (0.3, 30.0))(new), (0.3, 30.0), strict=True):
        np.testing.assert_allclose(scores, Ridge(alpha=penalty).fit(x, coded).predict(new), atol=1e-9)


def test_maximum_correlation_is_the_correlation_with_the_class_means(rng):
    x, labels, coded, new = labelled(rng, 40, 12)
    means = [x[labels == i].mean(axis=0) for i in range(4)]
    expected = [[np.corrcoef(one, mean)[0, 1] for mean in means] for one in new]
    np.testing.assert_allclose(classifiers.maximum_correlation(x, coded, ())(new)[0], expected)


@pytest.mark.parametrize(
    "name", [n for n, d in DECODERS.items() if "class" in d.kinds and n not in ("mlp", "logistic")]
)
def test_many_populations_and_labels_at_once_are_those_one_by_one(rng, name):
    """Front dimensions broadcast: relabelled y (2, 1, trial, class) with populations x (3, trial, unit)."""
    fit, penalties = DECODERS[name].fit, DECODERS[name].penalties or ()
    x, new = (rng.poisson(4.0, (3, n, 6)).astype(float) for n in (30, 7))
    coded = np.stack([np.eye(3)[rng.permutation(np.arange(30) % 3)] for _ in range(2)])[:, None]
    together = fit(x, coded, penalties)(new)
    assert together.shape[1:] == (2, 3, 7, 3)
    for i, j in np.ndindex(2, 3):
        np.testing.assert_allclose(together[:, i, j], fit(x[j], coded[i, 0], penalties)(new[j]), atol=1e-12)


def test_bayes_gives_the_direction_of_a_noiseless_population():
    """Tuning curves with one harmonic: the likelihood is largest at the angle itself."""
    angles, preferred = np.arange(0, 360, 10.0), np.arange(0, 360, 30.0)
    x = 5 + 4 * np.cos(np.deg2rad(angles[:, None] - preferred))
    coded = np.stack([np.cos(np.deg2rad(angles)), np.sin(np.deg2rad(angles))], axis=-1)
    noisy = x + 0.01 * np.random.default_rng(0).normal(size=x.shape)
    for fit in (regressors.gaussian_tuning, regressors.poisson_tuning, regressors.population_vector):
        out = fit(noisy - (fit is regressors.population_vector) * 5, coded, (1.0,))(
            x - (fit is regressors.population_vector) * 5
        )[0]
        told = np.rad2deg(np.arctan2(out[:, 1], out[:, 0]))
        assert np.abs((told - angles + 180) % 360 - 180).max() < 2.0  # the grid of the posterior has steps of 2


def test_longer_series_of_tuning_curves_hold_the_shorter(rng):
    """The curves of every order are the least-squares fit of that order alone."""
    phase = rng.uniform(0, 2 * np.pi, 60)
    x, coded = rng.normal(size=(60, 4)), np.stack([np.cos(phase), np.sin(phase)], axis=-1)
    grid = 2 * np.pi * np.arange(regressors.GRID) / regressors.GRID
    for (curves, variance), order in zip(regressors._tuning(x, coded, (1.0, 3.0)), (1, 3), strict=True):

        def basis(angle, order=order):
            turns = np.outer(angle, np.arange(1, order + 1))
            return np.column_stack([np.ones(len(angle)), np.cos(turns), np.sin(turns)])

        weights, squares, *_ = np.linalg.lstsq(basis(phase), x, rcond=None)
        np.testing.assert_allclose(curves, basis(grid) @ weights, atol=1e-12)
        np.testing.assert_allclose(variance[0], squares / (60 - 2 * order - 1))


@pytest.mark.slow
def test_the_published_network_is_trained_by_plain_gradient_descent(rng):
    """Through the products of trials, and by automatic differentiation of the same loss: equal to rounding."""
    x, y, new = (rng.normal(size=shape).astype(np.float32) for shape in ((15, 40), (15, 1), (6, 40)))
    loss, outputs = regression(x, y, [0.03], key=jax.random.key(1), new=new, hidden=8, steps=20)
    network, seen = initial(jax.random.key(1), 40, 8, 1), []
    for _ in range(20):
        value, gradient = jax.value_and_grad(lambda w: ((w(jnp.asarray(x)) - y) ** 2).mean())(network)
        network = jax.tree.map(lambda w, g: w - 0.03 * g, network, gradient)
        seen.append(float(value))
    np.testing.assert_allclose(loss[0], seen, rtol=1e-4)
    np.testing.assert_allclose(outputs[0], network(jnp.asarray(new)), atol=1e-4)
    assert loss[0, -1] < 0.5 * loss[0, 0]


def test_a_rate_that_is_too_large_gives_infinite_outputs(rng):
    x = rng.normal(size=(10, 50)) * 100
    _, outputs = regression(x, x[:, :1], [10.0], key=jax.random.key(0), new=x)
    assert not np.isfinite(outputs).any()


def test_the_absolute_penalty_makes_weights_small(rng):
    """Only 3 of 40 units tell the classes apart; without their help the penalty leaves no weight."""
    classes = np.eye(3)[np.arange(90) % 3]
    x = np.concatenate([3 * classes, np.zeros((90, 37))], axis=1) + rng.normal(size=(90, 40))
    weights = {}
    for l1 in (0.0, 5e-3):
        found = classification(x, classes, key=jax.random.key(0), l2=0.0, l1=l1, steps=300)
        assert (found.log_probability(x).argmax(axis=1) == np.arange(90) % 3).mean() > 0.9
        weights[l1] = np.abs(np.asarray(found.network.W)).mean(axis=1)
    assert weights[5e-3][3:].mean() < 0.05 * weights[5e-3][:3].mean()
    assert weights[0.0][3:].mean() > 0.2 * weights[0.0][:3].mean()
