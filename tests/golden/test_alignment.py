"""Measures of alignment agree with other packages; benchmarks/peers/alignment_expected.py made the numbers.

Those of netrep, which is not in the package index, are computed by SciPy from its published formulas.
"""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes, sqrtm

from isocortex.analysis.alignment import (
    bures_distance,
    canonical_correlations,
    cka,
    pls_predictivity,
    procrustes_distance,
    procrustes_similarity,
    ridge_predictivity,
)

CORRELATIONS = [0.97558755600, 0.91383846915, 0.88594787245, 0.75852178102]
CORRELATIONS += [0.71072295599, 0.48728605368, 0.29096789134, 0.19735222849]


@pytest.fixture
def both(rng):
    features = rng.normal(size=(30, 3))
    return tuple(features @ rng.normal(size=(3, p)) + rng.normal(size=(30, p)) for p in (8, 12))


def test_rsatoolbox_and_scikit_learn_give_the_same(both):
    x, y = both
    assert cka(x, y, corrected="none") == pytest.approx(0.5684155582769784, abs=1e-9)
    assert cka(x, y, corrected="none", kernel="rbf") == pytest.approx(0.624713253113868, abs=1e-9)
    assert canonical_correlations(x, y) == pytest.approx(CORRELATIONS, abs=1e-9)
    assert ridge_predictivity(x, y) == pytest.approx(0.4669630196361554, abs=1e-9)
    assert ridge_predictivity(y, x) == pytest.approx(0.44038571611594146, abs=1e-9)
    assert pls_predictivity(x, y, n_components=3) == pytest.approx(0.43868015824936446, abs=1e-9)


def test_the_formulas_of_netrep_give_the_same(both):
    """LinearMetric with alpha=1 pads with silent units, centres, turns, and takes an angle or a norm."""
    x, y = (each - each.mean(axis=0) for each in both)
    padded = np.pad(x, ((0, 0), (0, 4)))
    turned = padded @ orthogonal_procrustes(padded, y)[0]
    angle = np.arccos((turned * y).sum() / np.linalg.norm(turned) / np.linalg.norm(y))
    assert procrustes_distance(*both) == pytest.approx(angle, abs=1e-9)
    assert procrustes_distance(*both, score="euclidean") == pytest.approx(np.linalg.norm(turned - y), abs=1e-9)
    assert procrustes_similarity(*both) == pytest.approx(np.cos(angle), abs=1e-9)
    k, l = (each @ each.T for each in (x, y))
    root = sqrtm(k).real
    squared = np.trace(k) + np.trace(l) - 2 * np.trace(sqrtm(root @ l @ root).real)
    assert bures_distance(k, l) == pytest.approx(np.sqrt(squared), abs=1e-4)
    assert bures_distance(k, l) == pytest.approx(procrustes_distance(*both, score="euclidean"), abs=1e-6)
    assert bures_distance(k, l, score="angular") == pytest.approx(angle, abs=1e-6)
