"""Procrustes, canonical correlations, prediction and matching: axioms, invariances, and definitions by brute force."""

from itertools import permutations
from math import lcm

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from isocortex import InputError
from isocortex.analysis.alignment import (
    MEASURES,
    bures_distance,
    canonical_correlations,
    cca,
    pls_predictivity,
    procrustes_distance,
    procrustes_similarity,
    ridge_predictivity,
    soft_matching_distance,
    soft_matching_similarity,
    svcca,
)
from isocortex.analysis.alignment.matrices import centred, compact

SEEDS = st.integers(0, 2**32 - 1)
DISTANCES = {
    "angular": procrustes_distance,
    "euclidean": lambda x, y: procrustes_distance(x, y, score="euclidean"),
    "bures": lambda x, y: bures_distance(centred(x) @ centred(x).T, centred(y) @ centred(y).T),
    "matching": soft_matching_distance,
}


def triple(seed):
    """Return responses of one, two and three times five units."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(8, 5))
    return [np.tile(shared * rng.random(), n) + rng.random() * rng.normal(size=(8, 5 * n)) for n in (1, 2, 3)]


@pytest.mark.parametrize("name", DISTANCES)
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_distances_are_metrics(name, seed):
    distance, (x, y, z) = DISTANCES[name], triple(seed)
    assert distance(x, z) <= distance(x, y) + distance(y, z) + 1e-6
    assert distance(x, y) == pytest.approx(distance(y, x), abs=1e-6)
    assert distance(x, x) == pytest.approx(0, abs=1e-6)
    assert distance(x, y) > 0


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_a_rotation_is_no_distance(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(10, 4)), rng.normal(size=(10, 20))
    turned = y @ np.linalg.qr(rng.normal(size=(20, 20)))[0] + rng.normal(size=20)
    for measure in (procrustes_distance, procrustes_similarity, ridge_predictivity, svcca):
        assert measure(x, turned) == pytest.approx(measure(x, y), abs=1e-6)
    assert procrustes_distance(x, 3 * turned) == pytest.approx(procrustes_distance(x, y), abs=1e-6)
    assert procrustes_distance(x, x @ np.linalg.qr(rng.normal(size=(4, 4)))[0]) == pytest.approx(0, abs=1e-6)
    assert ridge_predictivity(3 * x, 2 * turned) == pytest.approx(ridge_predictivity(x, y), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_an_invertible_map_changes_no_canonical_correlation(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 4))
    mapped = y @ (rng.normal(size=(4, 4)) + 3 * np.eye(4)) + rng.normal(size=4)
    assert canonical_correlations(x, mapped) == pytest.approx(canonical_correlations(x, y), abs=1e-8)
    assert cca(x, mapped) == pytest.approx(cca(x, y), abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_matching_ignores_order_and_scale_of_units_and_notices_a_rotation(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, 5))
    assert soft_matching_similarity(x, x[:, rng.permutation(5)] * rng.uniform(0.5, 2, 5)) == pytest.approx(1)
    turned = x @ np.linalg.qr(rng.normal(size=(5, 5)))[0]
    assert soft_matching_similarity(x, turned) < 1 - 1e-6


def test_matching_is_the_best_permutation(rng):
    x, y = rng.normal(size=(2, 12, 5))
    z = [(each - each.mean(axis=0)) / each.std(axis=0) for each in (x, y)]
    correlations = z[0].T @ z[1] / 12
    best = max(np.mean([correlations[i, j] for i, j in enumerate(order)]) for order in permutations(range(5)))
    assert soft_matching_similarity(x, y) == pytest.approx(best)


def test_unequal_numbers_of_units_are_matched_as_copies(rng):
    """Four and six units are as twelve of each, of which three and two are alike."""
    x, y = centred(rng.normal(size=(12, 4))), centred(rng.normal(size=(12, 6)))
    n = lcm(4, 6)
    a, b = np.repeat(x, n // 4, axis=1), np.repeat(y, n // 6, axis=1)
    gain = a.T @ b
    rows, columns = linear_sum_assignment(gain, maximize=True)
    expected = np.sqrt(((a[:, rows] - b[:, columns]) ** 2).sum() / n)
    assert soft_matching_distance(x, y) == pytest.approx(expected)


def test_prediction_of_what_is_not_there(rng):
    """Unrelated features predict nothing, and the score says so: 0 or a little less; a map is predicted in full."""
    scores = [ridge_predictivity(*rng.normal(size=(2, 40, 30))) for _ in range(20)]
    assert -0.1 < np.mean(scores) < 0.01
    x = rng.normal(size=(40, 6))
    y = x @ rng.normal(size=(6, 9)) + 4
    assert ridge_predictivity(x, y) > 0.999
    assert pls_predictivity(x, y) > 0.999
    assert svcca(x, y) > 0.999
    assert np.mean([cca(*rng.normal(size=(2, 100, 5))) for _ in range(20)]) == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("name", [name for name in MEASURES if not name.startswith("pls")])
def test_samples_are_as_if_the_others_had_never_been_shown(name, rng):
    """All stimuli, and without each of two, as the function says that knows of nothing else.

    Cross-validated canonical correlations keep their folds, and a matching or a width is that of all stimuli.
    """
    measure = MEASURES[name]
    features = rng.normal(size=(20, 3))
    x, y = (centred(features @ rng.normal(size=(3, p)) + 0.5 * rng.normal(size=(20, p))) for p in (6, 25))
    kept = ~np.eye(20, dtype=bool)[[19, 18]]
    pack = compact if measure.of_grams else np.asarray
    found = measure.in_samples(pack(x), pack(y), kept)
    alone = [measure.in_samples(x[some], y[some], np.ones((1, 19), bool))[0] for some in kept]
    loose = {
        "svcca": 0.2,
        "soft-matching": 0.02,
        "cka-rbf": 0.02,
        "encoding": 1e-3,
        "encoding-reverse": 1e-3,
    }
    assert found == pytest.approx(alone, abs=loose.get(name, 1e-9))


@pytest.mark.parametrize(
    ("function", "arguments", "says"),
    [
        (bures_distance, (np.eye(3), np.eye(4)), "got 3 and 4"),
        (bures_distance, (np.eye(3), np.triu(np.ones((3, 3)))), "symmetric"),
        (bures_distance, (np.eye(3), -np.eye(3)), "negative eigenvalues"),
        (cca, (np.eye(10), np.eye(10)), "Use svcca"),
        (soft_matching_similarity, (np.eye(1001), np.eye(1001)[:, :1000]), "1001000 pairs of units"),
    ],
)
def test_what_cannot_be_measured(function, arguments, says):
    with pytest.raises(InputError, match=says):
        function(*arguments)
