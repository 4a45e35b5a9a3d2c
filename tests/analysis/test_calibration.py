"""Do tests keep their level, and intervals hold what they promise, with new stimuli, subjects and seeds each time?

Subjects see twelve features of the stimuli, each subject in its own way and with noise. Two models see six of the
features each, so that they are equally good in expectation; a third sees six features that no subject sees, and its
true Pearson and Spearman similarity is 0.
"""

import numpy as np
import pytest

from isocortex import RDMs
from isocortex.analysis.rsa.dissimilarity import DISSIMILARITIES
from isocortex.analysis.rsa.jackknife import jackknife

FEATURES, CHANNELS = 12, 30
CONTRASTS = np.array([[1.0, -1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]])


def orthogonal(rng, n_features):
    return np.linalg.qr(rng.normal(size=(CHANNELS, n_features)))[0].T * np.sqrt(CHANNELS / FEATURES)


def simulate(rng, n_stimuli, n_subjects, n_seeds, dissimilarity, *, subject=0.7, seed=0.7, noise=1.0):
    """Draw stimuli, subjects and seeds anew; the maps that they have in common are always the same."""
    common = np.random.default_rng(0)
    brain, model = orthogonal(common, FEATURES), orthogonal(common, FEATURES // 2)
    function, pairs = DISSIMILARITIES[dissimilarity][0], np.triu_indices(n_stimuli, 1)

    def rdms(activity):
        return RDMs(np.asarray(function(activity))[:, *pairs], np.arange(n_stimuli))

    features = rng.normal(size=(n_stimuli, FEATURES + FEATURES // 2))
    own = brain + subject * rng.normal(size=(n_subjects, FEATURES, CHANNELS))
    data = rdms(features[:, :FEATURES] @ own + noise * rng.normal(size=(n_subjects, n_stimuli, CHANNELS)))
    spread = seed * (n_seeds > 1)
    models = [
        rdms(seen @ (model + spread * rng.normal(size=(n_seeds, FEATURES // 2, CHANNELS))))
        for seen in np.split(features, 3, axis=1)
    ]
    return models, data


def rates(n_stimuli, n_subjects, n_seeds, dissimilarity, method, n_simulations):
    """Return how often 5 % tests reject two true nulls, and how often the 95 % interval of the first model holds."""
    rng = np.random.default_rng(n_stimuli * n_subjects)
    rows = []
    for _ in range(n_simulations):
        models, data = simulate(rng, n_stimuli, n_subjects, n_seeds, dissimilarity)
        found, _ = jackknife(models, data, method=method, factors=("stimulus", "subject", "seed"), paired_seeds=False)
        rows.append(found.test(CONTRASTS, 0.95).to_numpy())
    estimate, low, high, _, p = np.array(rows).transpose(2, 1, 0)
    truth = estimate[2].mean()
    return (p[0] < 0.05).mean(), (p[1] < 0.05).mean(), ((low[2] < truth) & (truth < high[2])).mean()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_stimuli", "n_subjects", "n_seeds", "dissimilarity", "method", "n_simulations"),
    [
        (15, 2, 1, "correlation", "pearson", 2000),
        (15, 5, 3, "euclidean", "pearson", 2000),
        (15, 24, 1, "euclidean", "pearson", 2000),
        (40, 2, 1, "euclidean", "pearson", 2000),
        (40, 5, 1, "correlation", "pearson", 2000),
        (40, 12, 1, "euclidean", "pearson", 2000),
        (40, 12, 3, "correlation", "pearson", 1000),
        (40, 5, 1, "correlation", "spearman", 400),
        (92, 2, 1, "correlation", "pearson", 2000),
        (92, 12, 1, "correlation", "pearson", 2000),
        (92, 12, 1, "euclidean", "pearson", 2000),
        (92, 24, 1, "correlation", "pearson", 2000),
    ],
)
def test_tests_keep_their_level(n_stimuli, n_subjects, n_seeds, dissimilarity, method, n_simulations, capsys):
    """The limits are those promised; the s.e. of a rate of 5 % is 0.5 % from 2000 simulations."""
    pair, zero, covered = rates(n_stimuli, n_subjects, n_seeds, dissimilarity, method, n_simulations)
    with capsys.disabled():
        print(
            f"\n{n_stimuli} stimuli, {n_subjects} subjects, {n_seeds} seeds, {dissimilarity}, {method}: rejected "
            f"{100 * pair:.1f} % (pair), {100 * zero:.1f} % (zero); covered {100 * covered:.1f} %"
        )
    assert max(pair, zero) <= 0.065
    assert 0.93 <= covered <= 0.995
    if n_stimuli >= 92 and n_subjects >= 12:
        assert min(pair, zero) >= 0.035


@pytest.mark.parametrize("method", ["pearson", *(pytest.param(m, marks=pytest.mark.slow) for m in ("cosine", "rho-a"))])
def test_the_jackknife_has_the_variance_of_new_samples(method):
    """The mean of the estimated variances is that of the estimates, within 4 s.e. of either (300 simulations)."""
    rng = np.random.default_rng(1)
    rows = []
    for _ in range(300):
        models, data = simulate(rng, 12, 3, 2, "correlation")
        found, _ = jackknife(models, data, method=method, factors=("stimulus", "subject", "seed"), paired_seeds=False)
        rows.append((found.mean[0] - found.mean[1], CONTRASTS[0] @ np.nan_to_num(found.total) @ CONTRASTS[0]))
    estimates, variances = np.array(rows).T
    error = np.hypot(np.sqrt(2 / 300), variances.std() / variances.mean() / np.sqrt(300))
    assert variances.mean() / estimates.var() == pytest.approx(1, abs=4 * error)
