"""Models with parameters: planted weights, the fits of rsatoolbox, and what cross-validation is for."""

import jax
import numpy as np
import pytest
from scipy.stats import false_discovery_control

from isocortex import InputError, RDMs, rsa
from isocortex.analysis.inference.corrections import holm

STIMULI = np.arange(12)
FITTED = {
    "cosine": ((0, 0, 1, 0), (0.282091, 0.08453, 0.784907, 0.545161), (0, 0, 0.603, 0.397)),
    "pearson": ((0, 0, 1, 0), (0.247884, 0.027866, 0.815576, 0.522124), (0, 0, 0.6484, 0.3516)),
}
"""From benchmarks/peers/rsatoolbox_models.py: rsatoolbox 0.3.2, fit_select, fit_regress_nn, fit_interpolate."""


def planted(rng, stimuli, weights, noise, subjects):
    pairs = stimuli * (stimuli - 1) // 2
    rows = rng.random((len(weights), pairs))
    data = np.array(weights) @ rows + noise * rng.random((subjects, pairs))
    return RDMs(rows, np.arange(stimuli)), RDMs(data, np.arange(stimuli))


@pytest.mark.parametrize("method", FITTED)
def test_fits_are_those_of_rsatoolbox(method, rng):
    rows, data = planted(rng, 12, [0.2, 0, 0.7, 0.4], 0.3, 3)
    for kind, expected in zip((rsa.Select, rsa.Weighted, rsa.Interpolated), FITTED[method], strict=True):
        theta = kind(rows).fit(data, method)
        assert theta == pytest.approx(np.array(expected) / np.linalg.norm(expected), abs=2e-4)


@pytest.mark.parametrize("method", ["pearson", "cosine", "whitened-cosine"])
def test_planted_weights_are_recovered(method, rng):
    """Without noise exactly; a weight that should be negative is 0."""
    rows, data = planted(rng, 15, [0.6, 0, 0.8], 0, 2)
    assert rsa.Weighted(rows).fit(data, method) == pytest.approx([0.6, 0, 0.8], abs=1e-9)
    negative = RDMs(np.array([[0.6, -0.5, 0.8]]) @ rows.dissimilarities, rows.stimuli)
    assert rsa.Weighted(rows).fit(negative, method)[1] == 0


@pytest.mark.parametrize("kind", rsa.MODELS.values())
def test_no_other_weights_are_better(kind, rng):
    """Among 2000 random predictions of each kind, none is more similar to the data than the fitted one."""
    rows, data = planted(rng, 12, [0.2, 0.5, 0.1], 0.5, 3)
    best = rsa.similarity(kind(rows).predict(kind(rows).fit(data)), data).mean()
    share = rng.random((2000, 1))
    line = np.where(rng.random((2000, 1)) < 0.5, [[1.0, 0, 0]], [[0, 0, 1.0]])
    tried = {
        rsa.Fixed: np.ones((1, 3)),
        rsa.Select: np.eye(3),
        rsa.Weighted: rng.random((2000, 3)),
        rsa.Interpolated: share * line + (1 - share) * [[0, 1.0, 0]],
    }[kind]
    others = RDMs(tried @ rows.dissimilarities, rows.stimuli)
    assert rsa.similarity(others, data).mean(axis=1).max() <= best + 1e-9


def test_crossvalidation_does_not_reward_flexibility(rng, key):
    """Weights of 20 unrelated RDMs reach a similarity by fitting noise; on other stimuli and subjects none is left."""
    unrelated = RDMs(rng.random((20, 276)), np.arange(24))
    data = RDMs(rng.random((1, 276)) + rng.random((6, 276)), np.arange(24))
    model = rsa.Weighted(unrelated)
    fitted = rsa.similarity(model.predict(model.fit(data)), data).mean()
    table, _ = rsa.crossvalidate({"m": model}, data, key=key)
    assert fitted > 0.1
    assert table.loc["m", "low"] < 0 < table.loc["m", "high"]


@pytest.mark.slow
def test_crossvalidated_models_are_told_apart(rng, key):
    """Folds change nothing for a model without parameters but the subsets its mean is taken over."""
    rows, data = planted(rng, 24, [0.2, 0, 0.7, 0.4], 0.5, 6)
    models = {name: kind(rows) for name, kind in rsa.MODELS.items()}
    table, differences = rsa.crossvalidate(models, data, key=key)
    plain = rsa.similarity(rsa.Fixed(rows).predict(np.ones(4)), data).mean()
    assert table.loc["fixed", "mean"] == pytest.approx(plain, abs=0.03)
    assert table["mean"].idxmax() == "weighted"
    row = differences.set_index(["a", "b"]).loc[("select", "weighted")]
    assert row["high"] < 0
    assert row["difference"] == pytest.approx(table.loc["select", "mean"] - table.loc["weighted", "mean"])
    for correction, adjust in (("holm", holm), ("fdr", false_discovery_control)):
        adjusted = rsa.crossvalidate(models, data, key=key, correction=correction)
        for before, after in zip((table, differences), adjusted, strict=True):
            np.testing.assert_allclose(after["p"], adjust(before["p"].to_numpy()))


def test_without_folds_it_is_the_bootstrap_of_the_fixed_model(rng, key):
    rows, data = planted(rng, 24, [1.0], 0.5, 6)
    options = {"key": key, "n_bootstraps": 1000, "inference": "dual-bootstrap"}
    table, _ = rsa.crossvalidate({"m": rsa.Fixed(rows)}, data, stimulus_folds=1, subject_folds=1, **options)
    plain = rsa.compare({"m": rows}, data, **options)
    assert table.loc["m", "mean"] == pytest.approx(plain.loc["m", "mean"])
    assert table.loc["m", "se"] == pytest.approx(plain.loc["m", "se"], rel=1e-6)  # the same draws of stimuli
    assert table.loc["m", "p_ceiling"] == pytest.approx(plain.loc["m", "p_ceiling"], abs=0.05)  # others of subjects
    assert table.loc["m", "ceiling"] == pytest.approx(rsa.noise_ceiling(data).lower)


@pytest.mark.parametrize("n_subjects", [2, 5, 9])
def test_without_folds_over_subjects_it_is_the_jackknife_of_the_fixed_model(n_subjects, rng, key):
    """Also in the test against the ceiling, whose variance takes out what belongs to pairs of subjects from eight."""
    rows, data = planted(rng, 24, [1.0], 0.5, n_subjects)
    options = {"stimulus_folds": 1, "subject_folds": 1, "factors": ("subject",)}
    table, _ = rsa.crossvalidate({"m": rsa.Fixed(rows)}, data, key=key, **options)
    plain = rsa.compare({"m": rows}, data, factors=("subject",))
    columns = ["mean", "low", "high", "se", "p", "p_ceiling"]
    np.testing.assert_allclose(table[columns].to_numpy(float), plain[columns].to_numpy(float), rtol=1e-9)
    assert np.isnan(plain.loc["m", "p_ceiling"]) == (n_subjects < 3)


def test_the_ceiling_of_folds_is_that_of_their_stimuli(rng, key):
    """The mean over folds of the lower ceiling on the stimuli of each; the true RDM reaches it, a poor one does not."""
    rows, data = planted(rng, 32, [1.0], 0.5, 6)
    poor = RDMs(rng.random(rows.dissimilarities.shape) + 0.2 * rows.dissimilarities, rows.stimuli)
    models = {"true": rsa.Fixed(rows), "poor": rsa.Fixed(poor)}
    table, _ = rsa.crossvalidate(models, data, key=key, stimulus_folds=4)
    assert table.loc["true", "p_ceiling"] > 0.05 > table.loc["poor", "p_ceiling"]
    assert table["ceiling"].nunique() == 1
    assert table.loc["true", "mean"] > table.loc["true", "ceiling"] > table.loc["poor", "mean"]
    assert table.loc["true", "ceiling"] == pytest.approx(rsa.noise_ceiling(data).lower, abs=0.03)


def test_without_folds_it_is_the_plain_jackknife_over_stimuli(rng, key):
    """The variance is (n − 1)/n Σ(θ₋ᵢ − θ̄)², with the RDMs without stimulus i built."""
    rows, data = planted(rng, 12, [1.0], 0.5, 3)
    options = {"stimulus_folds": 1, "subject_folds": 1, "factors": ("stimulus",)}
    table, _ = rsa.crossvalidate({"m": rsa.Fixed(rows)}, data, key=key, **options)
    ends = np.array(np.triu_indices(12, 1))
    without = [(ends != i).all(axis=0) for i in range(12)]
    left = [[RDMs(a.dissimilarities[:, kept], np.arange(11)) for a in (rows, data)] for kept in without]
    theta = np.array([rsa.similarity(a, b).mean() for a, b in left])
    assert table.loc["m", "se"] == pytest.approx(np.sqrt(11 * theta.var()))
    assert table.loc["m", "mean"] == pytest.approx(rsa.similarity(rows, data).mean())


def test_a_model_that_nothing_fits_has_no_similarity(rng, key):
    """With a weight of 0 for RDMs that are the opposite of the data, and without a warning."""
    rows, data = planted(rng, 12, [1.0], 0.1, 3)
    opposite = RDMs(-rows.dissimilarities, rows.stimuli)
    for inference in ("jackknife", "dual-bootstrap"):
        options = {"key": key, "n_bootstraps": 5, "inference": inference}
        table, _ = rsa.crossvalidate({"m": rsa.Weighted(opposite), "f": rsa.Fixed(rows)}, data, **options)
        assert np.isnan(table.loc["m", ["mean", "low", "p"]].astype(float)).all()
        assert table.loc["m", "undefined"] == 1
        assert table.loc["f", "low"] > 0.5


@pytest.mark.parametrize("method", ["pearson", "whitened-pearson"])
@pytest.mark.parametrize("inference", ["jackknife", "dual-bootstrap"])
def test_a_subject_or_model_constant_in_a_fold_has_no_similarity(method, inference, rng, key):
    """All its pairs are equal but those with stimulus 0; what rounding leaves of their variance is none."""
    rows, data = planted(rng, 24, [1.0], 0.5, 4)
    first, _ = np.triu_indices(24, 1)
    flat = np.where(first == 0, rng.random(len(first)), 0.3)[None]
    with_flat = RDMs(np.concatenate([flat, data.dissimilarities]), data.stimuli)
    options = {"key": key, "method": method, "inference": inference, "n_bootstraps": 10, "stimulus_folds": 3}
    table, _ = rsa.crossvalidate({"m": rsa.Fixed(rows)}, with_flat, **options)
    assert np.isnan(table.loc["m", ["mean", "ceiling", "p_ceiling"]].astype(float)).all()
    models = {"flat": rsa.Weighted(RDMs(flat, data.stimuli)), "m": rsa.Fixed(rows)}
    table, _ = rsa.crossvalidate(models, data, **options)
    assert np.isnan(table.loc["flat", "mean"])
    assert table.loc["m", "low"] > 0


@pytest.mark.parametrize("inference", ["jackknife", "dual-bootstrap"])
def test_where_nothing_varies_nothing_is_tested(inference, rng, key):
    rows, data = planted(rng, 24, [1.0], 0.5, 1)
    options = {"inference": inference, "n_bootstraps": 5, "factors": ("subject",)}
    table, _ = rsa.crossvalidate({"m": rsa.Fixed(rows)}, data, key=key, **options)
    assert table.loc["m", "mean"] > 0.5
    assert np.isnan(table.loc["m", ["low", "p", "ceiling", "p_ceiling"]].astype(float)).all()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"method": "spearman", "n_bootstraps": 2}, "Models can be fitted with the similarities pearson"),
        ({"stimulus_folds": 5}, "12 stimuli make at most 3"),
        ({"inference": "bootstrap"}, "no inference 'bootstrap'"),
        ({"subject_folds": 4}, "3 subjects make 1 to 3 folds"),
        ({"n_bootstraps": 1}, "at least 2"),
        ({"factors": ("seed",)}, "no factor 'seed'"),
        ({"factors": ()}, "at least one factor"),
        ({"correction": "hom"}, "no correction 'hom'. Did you mean 'holm'"),
    ],
)
def test_bad_options_are_told(options, sentence, rng):
    rows, data = planted(rng, 12, [1.0], 0.5, 3)
    with pytest.raises(InputError, match=sentence):
        rsa.crossvalidate({"m": rsa.Fixed(rows)}, data, key=jax.random.key(0), **options)


def test_weights_must_fit(rng):
    rows, _ = planted(rng, 12, [1.0, 1.0], 0.5, 3)
    with pytest.raises(InputError, match="2 RDMs and needs one weight for each"):
        rsa.Fixed(rows).predict(np.ones(3))
