"""Ridge regression agrees with scikit-learn, and with refitting without the samples that are left out."""

import jax
import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV

from isocortex import InputError
from isocortex.analysis.linear import ridge

PENALTIES = np.logspace(-2, 3, 6)


def data(rng, n, p, t):
    x = rng.normal(size=(n, p)) * np.exp(rng.normal(size=p)) + 3
    return x, x @ rng.normal(size=(p, t)) / np.sqrt(p) + rng.normal(size=(n, t)) * np.logspace(-1, 1.5, t) + 2


@pytest.mark.parametrize(("n", "p"), [(40, 7), (20, 50), (30, 30), (31, 30)], ids=["primal", "dual", "square", "edge"])
def test_it_agrees_with_scikit_learn(rng, n, p):
    x, y = data(rng, n, p, 9)
    found = ridge(x, y, penalties=PENALTIES)
    peer = RidgeCV(PENALTIES, alpha_per_target=True, store_cv_results=True).fit(x, y)
    np.testing.assert_array_equal(found.penalty, peer.alpha_)
    assert len(np.unique(found.penalty)) > 2
    np.testing.assert_allclose(found.loo_error, peer.cv_results_.mean(axis=0).T, rtol=1e-6)
    for i, penalty in enumerate(found.penalty):
        alone = Ridge(penalty, solver="svd").fit(x, y[:, i])
        np.testing.assert_allclose(found.weights[:, i], alone.coef_, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(found.intercept[i], alone.intercept_, rtol=1e-6)
        np.testing.assert_allclose(found.predict(x)[:, i], alone.predict(x), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("p", [5, 60], ids=["primal", "dual"])
@pytest.mark.parametrize("n_folds", [None, 4])
def test_groups_are_left_out_as_if_the_model_were_fitted_without_them(rng, p, n_folds):
    x, y = data(rng, 24, p, 3)
    groups = np.repeat(np.arange(8), [1, 1, 2, 2, 3, 4, 5, 6])
    found = ridge(x, y, penalties=PENALTIES, groups=groups, n_folds=n_folds)
    fold = np.unique(groups, return_inverse=True)[1] % (n_folds or 8)
    for i, penalty in enumerate(PENALTIES):
        left = np.empty_like(y)
        for out in range(n_folds or 8):
            model = Ridge(penalty, solver="svd").fit(x[fold != out], y[fold != out])
            left[fold == out] = model.predict(x[fold == out])
        np.testing.assert_allclose(found.loo_error[i], ((y - left) ** 2).mean(axis=0), rtol=1e-6)
    assert "groups" in found.methods


def test_repeats_that_are_left_out_one_at_a_time_hide_overfitting(rng):
    """With four repeats of each stimulus, leaving one repeat out favours a penalty that remembers the stimuli."""
    features = rng.normal(size=(20, 40))
    x, y = np.repeat(features, 4, axis=0), np.repeat(rng.normal(size=(20, 30)), 4, axis=0)
    y = y + 0.3 * rng.normal(size=y.shape)
    alone, together = (ridge(x, y, groups=g) for g in (None, np.repeat(np.arange(20), 4)))
    assert np.median(alone.penalty) < 1e-3 * np.median(together.penalty)
    assert alone.loo_error.min(axis=0).mean() < 0.3 * together.loo_error.min(axis=0).mean()


def test_folds_are_dealt_out_by_the_key(rng):
    x, y = data(rng, 30, 4, 2)
    folds = [ridge(x, y, n_folds=5, key=jax.random.key(i)).loo_error for i in (0, 0, 1)]
    np.testing.assert_array_equal(folds[0], folds[1])
    assert (folds[0] != folds[2]).any()


def test_one_penalty_for_all_targets(rng):
    x, y = data(rng, 40, 7, 9)
    found = ridge(x, y, penalties=PENALTIES, per_target=False)
    peer = RidgeCV(PENALTIES).fit(x, y)
    np.testing.assert_array_equal(found.penalty, peer.alpha_)
    np.testing.assert_allclose(found.weights, peer.coef_.T, rtol=1e-6)
    assert "chosen for all" in found.methods


def test_collinear_and_constant_features_do_no_harm(rng):
    x, y = data(rng, 40, 3, 2)
    twice = ridge(np.column_stack([x, x, np.ones(40)]), y)
    once = ridge(np.sqrt(2) * x, y)
    np.testing.assert_allclose(twice.predict(np.column_stack([x, x, np.ones(40)])), once.predict(np.sqrt(2) * x))
    constant = ridge(np.ones((5, 9)), y[:5])
    np.testing.assert_allclose(constant.predict(np.ones((1, 9)))[0], y[:5].mean(axis=0))


def test_bad_input_is_told(rng):
    x, y = data(rng, 10, 3, 2)
    broken = x.copy()
    broken[0, 0] = np.nan
    for use, message in (
        (lambda: ridge(x, y[:9]), r"of the same samples; got the shapes \(10, 3\) and \(9, 2\)"),
        (lambda: ridge(x, y[:, 0]), "y sample × target"),
        (lambda: ridge(broken, y), "x has 1 value that"),
        (lambda: ridge(x, y, penalties=[0.0, 1.0]), "positive"),
        (lambda: ridge(x, y, groups=[1, 2]), "each of the 10 samples; got 2"),
        (lambda: ridge(x, y, groups=[0] * 5 + [1] * 5, n_folds=3), "2 groups cannot be divided into 3 folds"),
        (lambda: ridge(x, y).predict(x[:, :2]), r"sample × 3 features, as in the fit; got the shape \(10, 2\)"),
    ):
        with pytest.raises(InputError, match=message):
            use()
