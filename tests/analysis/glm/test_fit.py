"""Fits, standard errors and left-out bins beside statsmodels, scikit-learn, NeMoS and refitting; what cannot be fitted.

All data have one shape, so that few programs are compiled.
"""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from isocortex import InputError
from isocortex.analysis.encoding import glm
from isocortex.analysis.inference import splits

HERE = Path(__file__).parent
STATSMODELS = np.load(HERE / "expected_statsmodels.npz")
NEMOS = np.load(HERE / "expected_nemos.npz")
X, COUNTS = STATSMODELS["x"], STATSMODELS["poisson.y"]
N, K = X.shape[0], X.shape[1] + 1
WHOLE = np.column_stack([np.ones(N), X])
LINKS = {"exp": "poisson", "softplus": "poisson", "logit": "bernoulli", "identity": "gaussian"}


@pytest.mark.parametrize("family", ["poisson", "bernoulli", "gaussian"])
def test_weights_and_standard_errors_are_those_of_statsmodels(family):
    """To 1e-6; its clustered errors have the factor (n − 1)/(n − k) of least squares besides ours, G/(G − 1)."""
    y = STATSMODELS[f"{family}.y"]
    found = glm.fit(X, y, family=family)
    np.testing.assert_allclose(found.weights, STATSMODELS[f"{family}.weights"], atol=1e-6)
    covariances = {
        "laplace": glm.covariance(found),
        "sandwich": glm.covariance(found, "sandwich"),
        "clustered": glm.covariance(found, "sandwich", clusters=STATSMODELS["cluster"]) * (N - 1) / (N - K),
    }
    for kind, each in covariances.items():
        se = glm.weight_table(found, each)["se"].to_numpy().reshape(3, K)
        np.testing.assert_allclose(se, STATSMODELS[f"{family}.{kind}"], rtol=1e-6, err_msg=kind)
    scores = glm.goodness(y, found.predict(), family=family)
    for quantity in ("deviance", "null_deviance"):
        np.testing.assert_allclose(scores[quantity], STATSMODELS[f"{family}.{quantity}"], rtol=1e-9)
    if family != "gaussian":  # whose log-likelihood has a free variance
        gain = (scores["null_deviance"] - scores["deviance"]) / 2
        model = STATSMODELS[f"{family}.llf"]
        np.testing.assert_allclose(scores["mcfadden"], 1 - model / (model - gain), rtol=1e-9)
        np.testing.assert_allclose(scores["bits_per_spike"], gain / np.log(2) / y.sum(axis=0), rtol=1e-9)


@pytest.mark.parametrize("alpha", [0.0, 0.05])
def test_poisson_weights_are_those_of_scikit_learn(alpha):
    """Its alpha is our penalty over the number of bins."""
    from sklearn.linear_model import PoissonRegressor

    found = glm.fit(X, COUNTS, penalty=alpha * N).weights.values
    for ours, y in zip(found, COUNTS.T, strict=True):
        theirs = PoissonRegressor(alpha=alpha, tol=1e-12, solver="newton-cholesky").fit(X, y)
        np.testing.assert_allclose(ours, [theirs.intercept_, *theirs.coef_], atol=1e-6)


@pytest.mark.parametrize("penalty", [0.5, 20.0])
def test_logistic_weights_are_those_of_scikit_learn(penalty):
    """Its C is one over our penalty."""
    from sklearn.linear_model import LogisticRegression

    sides = STATSMODELS["bernoulli.y"]
    found = glm.fit(X, sides, family="bernoulli", penalty=penalty).weights.values
    for ours, y in zip(found, sides.T, strict=True):
        theirs = LogisticRegression(C=1 / penalty, tol=1e-12, solver="newton-cholesky").fit(X, y)
        np.testing.assert_allclose(ours, [theirs.intercept_[0], *theirs.coef_[0]], atol=1e-6)


def test_bases_features_and_weights_are_those_of_nemos():
    """Its history and coupling of three neurons, by two links; filters and their errors follow from the weights."""
    basis = glm.raised_cosines(4, 12)
    np.testing.assert_allclose(basis, NEMOS["basis"], atol=1e-12)
    np.testing.assert_allclose(glm.raised_cosines(4, 12, stretched=False), NEMOS["linear"], atol=1e-12)
    made = glm.design(NEMOS["counts"], basis, bin_ms=5)
    np.testing.assert_allclose(made.x, NEMOS["x"], atol=1e-12)
    for link in ("exp", "softplus"):
        found = glm.fit(made.x, made.y, link=link)
        np.testing.assert_allclose(found.weights.values[:, 1:].T, NEMOS[f"{link}.weights"], atol=1e-6)
        np.testing.assert_allclose(found.weights.values[:, 0], NEMOS[f"{link}.constant"], atol=1e-6)
    spread = glm.covariance(found)
    table = made.filters(found, spread)
    mine = table[(table["source"] == "2") & (table["unit"] == "0")]
    assert mine["lag_ms"].tolist() == list(range(5, 65, 5))
    np.testing.assert_allclose(mine["value"], basis @ found.weights.values[0, 9:])
    np.testing.assert_allclose(mine["se"] ** 2, np.diagonal(basis @ spread[0][9:, 9:] @ basis.T))
    tests = glm.joint_tests(found, spread).set_index(["source", "unit"])
    beta = found.weights.values[1, 1:5]
    assert tests.loc[("0", "1"), "chi2"] == pytest.approx(beta @ np.linalg.inv(spread[1][1:5, 1:5]) @ beta)
    assert tests.loc[("0", "1"), "p"] < 1e-4 < tests["p"].drop(("0", "1")).min()  # the one that was planted


@pytest.mark.parametrize("penalty", [0.0, 3.0])
def test_softplus_meets_another_optimiser(penalty):
    """BFGS on the plain formula ends within the square root of its tolerance."""
    found = glm.fit(X, COUNTS, link="softplus", penalty=penalty).weights.values
    for ours, y in zip(found, COUNTS.T, strict=True):

        def loss(beta, y=y):
            mean = np.logaddexp(0, WHOLE @ beta)
            return (mean - y * np.log(mean)).sum() + penalty / 2 * (beta[1:] ** 2).sum()

        np.testing.assert_allclose(ours, minimize(loss, np.zeros(K), options={"gtol": 1e-7}).x, atol=1e-5)


@pytest.mark.parametrize("link", LINKS)
def test_leaving_one_out_meets_refitting(link):
    """One Newton step is off by the square of a bin's influence, p/n, and exact for a Gaussian."""
    family = LINKS[link]
    options = {"family": family, "link": link, "penalty": [0.0, 1.0, 10.0]}
    y = STATSMODELS[f"{family}.y"]
    found = glm.fit(X, y, **options)
    quick, inside = glm.leave_one_out(found).values, found.predict().values
    missed, moved = [], []
    for i in range(0, N, 25):
        exact = glm.fit(X, y, kept=np.arange(N) != i, start=found, **options).predict().values[i]
        missed.append(np.abs(quick[i] - exact))
        moved.append(np.abs(inside[i] - exact))
    allowed = 1e-9 if family == "gaussian" else 0.1 * np.max(moved, axis=0)
    assert (np.max(missed, axis=0) <= allowed).all()


def test_units_are_fitted_together_as_alone(monkeypatch):
    together = glm.fit(X, COUNTS)
    monkeypatch.setattr(import_module("isocortex.analysis.encoding.glm.fit"), "ENTRIES", K**2)  # for one at a time
    alone = glm.fit(X, COUNTS)
    np.testing.assert_allclose(alone.weights, together.weights, atol=1e-10)
    np.testing.assert_allclose(alone.hessian, together.hessian, rtol=1e-8)
    for i, mean in enumerate(together.predict().values.T):
        np.testing.assert_allclose(together.hessian[i], WHOLE.T @ (mean[:, None] * WHOLE), rtol=1e-9)
    assert glm.fit(X, COUNTS, start=together).steps.max() <= 2


def test_features_and_bins_that_are_not_used_do_not_matter():
    """The scores of used features add up to 0 over the bins that are kept; changing others changes nothing."""
    used = np.array([[True, True, False, False], [False, True, True, True], [True, True, True, True]])
    kept = np.arange(N) < 200
    found = glm.fit(X, COUNTS, used=used, kept=kept)
    scores = (COUNTS - found.predict().values)[kept].T @ WHOLE[kept]
    np.testing.assert_allclose(scores[:, 1:][used], 0, atol=1e-5)
    assert not found.weights.values[:, 1:][~used].any()
    assert len(glm.weight_table(found)) == 3 + used.sum()
    other = glm.fit(np.where(kept[:, None], X, 99.0), np.where(kept[:, None], COUNTS, 7.0), used=used, kept=kept)
    np.testing.assert_array_equal(other.weights, found.weights)
    assert np.isnan(glm.leave_one_out(found).values[~kept]).all()


def test_wild_features_need_step_halving(rng):
    """A whole Newton step from the constant raises the loss here, and steps must be halved."""
    wild = np.exp(1.5 * rng.normal(size=(N, 4)))
    y = rng.poisson(np.exp(np.minimum(0.9 * wild[:, :3], 4)))
    found = glm.fit(wild, y)
    assert not found.problems
    whole = np.column_stack([np.ones(N), wild])
    slopes = whole.T @ (found.predict().values - y)
    assert np.abs(slopes).max() < 1e-6 * np.abs(whole.T @ y).max()


def test_held_out_bins_were_not_fitted():
    """Each is predicted by a fit of the other bins, and the control is their mean."""
    mean, control = glm.held_out(X, COUNTS, splits(np.arange(N), 3, blocked=True))
    for fold in (slice(0, 100), slice(100, 200), slice(200, 300)):
        kept = np.ones(N, bool)
        kept[fold] = False
        np.testing.assert_allclose(mean[fold], glm.fit(X, COUNTS, kept=kept).predict()[fold], atol=1e-8)
        np.testing.assert_allclose(control[fold] - COUNTS[kept].mean(axis=0), 0, atol=1e-12)


def test_a_penalty_is_chosen_by_left_out_bins(rng):
    """Counts that have nothing to do with the features get the large one, by both ways of leaving bins out."""
    y = np.column_stack([COUNTS[:, 0], rng.permuted(COUNTS[:, :2], axis=0)])
    for folds in (None, splits(np.arange(N), 5, blocked=True)):
        chosen, table = glm.choose_penalty(X, y, [0.01, 1000.0], folds=folds)
        assert chosen.tolist() == [0.01, 1000.0, 1000.0]
        assert table.groupby("unit").size().tolist() == [2, 2, 2]


def test_what_cannot_be_fitted_is_named_and_the_rest_goes_on():
    plain = glm.fit(X, COUNTS)
    features = np.column_stack([X, X[:, 0] + X[:, 1], np.full(N, 2.0)])
    found = glm.fit(features, np.column_stack([COUNTS, np.zeros(N)]))
    assert found.problems == (
        "Unit 3 has no spikes in these bins, and got no model.",
        "Features 4 and 5 are constant, or a sum of other features, and got no weight.",
    )
    np.testing.assert_allclose(found.weights.values[:3, :K], plain.weights, atol=1e-8)
    assert np.isnan(found.weights.values[3]).all()
    assert np.isnan(found.weights.values[:3, K:]).all()
    assert np.isnan(found.predict().values[:, 3]).all()
    assert "to 3 units in 300 bins" in found.methods


def test_separable_units_are_named():
    """No spikes where the flag is up: its weight falls for ever. A penalty keeps it finite."""
    flag = X[:, 0] > 0.5
    features = np.column_stack([flag, X[:, 1:]])
    y = np.column_stack([np.where(flag, 0, COUNTS[:, 0]), COUNTS[:, 1:]])
    found = glm.fit(features, y)
    (sentence,) = found.problems
    assert sentence.startswith("Unit 0 is separable: no finite weights maximise the likelihood")
    table = glm.weight_table(found).set_index(["unit", "feature"])
    assert table.loc[(0, "0"), "p"] > 0.9
    np.testing.assert_allclose(found.weights.values[1:], glm.fit(features, COUNTS).weights.values[1:], atol=1e-8)
    assert glm.fit(features, y, penalty=0.1).problems == ()
    sides = np.column_stack([X[:, 0] > 0, STATSMODELS["bernoulli.y"][:, 0], np.ones(N)]).astype(float)
    constant, separable = glm.fit(X, sides, family="bernoulli").problems
    assert constant == "Unit 2 has the same value everywhere in these bins, and got no model."
    assert separable.startswith("Unit 0 is separable")


def test_intervals_of_weights_cover_the_truth(rng):
    """95 % of 2000 weights, a draw of the data per unit; four standard errors of that share are 2 %."""
    true = np.array([-0.3, 0.4, -0.3, 0.2, 0.0])
    y = rng.poisson(np.exp(WHOLE @ true)[:, None], (N, 400))
    found = glm.fit(X, y)
    for errors in glm.ERRORS:
        table = glm.weight_table(found, glm.covariance(found, errors))
        share = ((table["low"] <= np.tile(true, 400)) & (table["high"] >= np.tile(true, 400))).mean()
        assert share == pytest.approx(0.95, abs=0.02)


BAD = {
    "negative": (lambda: glm.fit(X, -COUNTS), "takes whole numbers from 0"),
    "halves": (lambda: glm.fit(X, COUNTS / 2), "takes whole numbers from 0"),
    "counts for Bernoulli": (lambda: glm.fit(X, COUNTS, family="bernoulli"), "takes 0 or 1"),
    "unknown family": (lambda: glm.fit(X, COUNTS, family="poison"), "Did you mean 'poisson'"),
    "unknown link": (lambda: glm.fit(X, COUNTS, link="logit"), "no link of the Poisson family 'logit'"),
    "other bins": (lambda: glm.fit(X[1:], COUNTS), "x has 299 bins and y has 300"),
    "one axis": (lambda: glm.fit(X, COUNTS[:, 0]), "y must be bin × unit"),
    "NaN": (lambda: glm.fit(np.where(X > 2, np.nan, X), COUNTS), "x must be finite"),
    "text": (lambda: glm.fit(X, COUNTS.astype(str)), "y must be numbers"),
    "no bins kept": (lambda: glm.fit(X, COUNTS, kept=np.zeros(N, bool)), "0 bins are kept"),
    "negative penalty": (lambda: glm.fit(X, COUNTS, penalty=-1.0), "finite and at least 0"),
    "two penalties for three": (lambda: glm.fit(X, COUNTS, penalty=[1.0, 2.0]), "one for each of 3 units"),
    "no penalties": (lambda: glm.choose_penalty(X, COUNTS, []), "at least one penalty"),
    "mask": (lambda: glm.fit(X, COUNTS, used=np.ones((3, 5))), "used must be unit × feature"),
    "start": (lambda: glm.fit(X, COUNTS[:, :2], start=glm.fit(X, COUNTS)), "same features and units"),
    "other features": (lambda: glm.fit(X, COUNTS).predict(X[:, 1:]), "the 4 features that were fitted"),
    "unknown errors": (lambda: glm.covariance(glm.fit(X, COUNTS), "hc0"), "no kind of standard errors 'hc0'"),
    "one cluster": (
        lambda: glm.covariance(glm.fit(X, COUNTS), "sandwich", clusters=np.ones(N)),
        "at least two of them; got 1",
    ),
    "labels of clusters": (
        lambda: glm.covariance(glm.fit(X, COUNTS), "sandwich", clusters=np.ones(9)),
        "a label for each of 300 bins",
    ),
    "Laplace's clusters": (lambda: glm.covariance(glm.fit(X, COUNTS), clusters=np.ones(N)), "know no clusters"),
    "no sources": (lambda: glm.joint_tests(glm.fit(X, COUNTS)), "no coordinate 'source'"),
    "few sources": (lambda: glm.joint_tests(glm.fit(X, COUNTS), by=["a"]), "the source of 5 features"),
    "confidence": (lambda: glm.weight_table(glm.fit(X, COUNTS), confidence=95.0), "between 0 and 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told(case):
    use, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        use()
