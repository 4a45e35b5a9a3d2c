"""Multidimensional scaling recovers a plane, and lowers the stress of the classical solution."""

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.spatial.distance import pdist

from isocortex import InputError, RDMs, plots
from isocortex.analysis import mds


def test_points_of_a_plane_are_recovered(rng):
    plane = rng.normal(size=(20, 2))
    points, stress = mds(RDMs(pdist(plane)[None], np.arange(20)))
    assert stress < 1e-6
    assert procrustes(plane, points)[2] < 1e-10


def test_principal_axes_and_repeatable(rng):
    rdms = RDMs(pdist(rng.normal(size=(20, 8)))[None], np.arange(20))
    points, stress = mds(rdms)
    np.testing.assert_array_equal(points, mds(rdms)[0])
    covariance = np.cov(points.T)
    assert covariance[0, 0] > covariance[1, 1]
    assert abs(covariance[0, 1]) < 1e-8
    plane = rng.normal(size=(20, 2))
    wanted = rdms.dissimilarities[0]
    best = (pdist(plane) @ wanted / (pdist(plane) @ pdist(plane))) * pdist(plane)
    assert 0 < stress < np.sqrt(((best - wanted) ** 2).sum() / (wanted**2).sum())


def test_no_dissimilarity_is_one_point():
    points, stress = mds(RDMs(np.array([[0.0, -1.0, 0.0]]), np.arange(3)))
    assert stress == 0
    assert not points.any()


def test_a_map_and_a_tree_need_every_pair():
    holed = RDMs(np.array([[1.0, np.nan, 2.0]]), np.array(["face", "hand", "tree"]), ("Ann",))
    for picture in (mds, plots.dendrogram):
        with pytest.raises(
            InputError, match=r"needs every pair, and 'face' with 'tree' is missing \(NaN\) in .* 'Ann'"
        ):
            picture(holed)
