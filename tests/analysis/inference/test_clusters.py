"""Clusters over time: their masses one by one, and the rate of false positives."""

import numpy as np
import pytest
from scipy.stats import t as student

from isocortex.analysis.inference.clusters import cluster_test, largest_masses, sign_flips, t_values


def test_masses_are_those_of_a_plain_loop(rng):
    values, threshold = rng.normal(size=(50, 2, 12)), rng.uniform(0, 0.5, size=(2, 12))
    expected = []
    for sample in values:
        masses = [0.0]
        for course, limits in zip(sample, threshold, strict=True):
            mass = 0.0
            for value, limit in zip(course, limits, strict=True):
                mass = mass + value if value > limit else 0.0
                masses.append(mass)
        expected.append(max(masses))
    assert largest_masses(values, threshold) == pytest.approx(np.array(expected))


def test_t_is_the_t_of_flipped_values(rng):
    values, signs = rng.normal(size=(7, 3)), sign_flips(7, 10, rng)
    for flips, found in zip(signs, t_values(values, signs), strict=True):
        x = values * flips[:, None]
        assert found == pytest.approx(x.mean(axis=0) / (x.std(axis=0, ddof=1) / np.sqrt(7)))


def test_few_subjects_have_all_flips_and_many_a_sample(rng):
    assert len(np.unique(sign_flips(6, 64, rng), axis=0)) == 64
    drawn = sign_flips(20, 100, rng)
    assert drawn.shape == (101, 20)
    assert (drawn[0] == 1).all()


def rate_of_false_positives(rng, experiments):
    """Return the share of experiments without any effect, smooth over time, in which a cluster is significant."""
    found = 0
    for _ in range(experiments):
        steps = rng.normal(size=(8, 2, 34))
        smooth = np.stack([steps[..., i : i + 30] for i in range(5)]).mean(axis=0)
        statistics = t_values(smooth, sign_flips(8, 256, rng))
        clusters = cluster_test(statistics, float(student.ppf(0.95, 7)))
        found += any(cluster.p < 0.05 for cluster in clusters)
    return found / experiments


def test_false_positives_are_rare(rng):
    """At 5 %, more than 12 % of 200 experiments have a probability of 2·10⁻⁵."""
    assert rate_of_false_positives(rng, 200) < 0.12


@pytest.mark.slow
def test_false_positives_are_5_percent(rng):
    """At most 12/256 of the flips are above 5 %: 4.7 % are expected, with a standard error of 0.5 % over 2000."""
    assert 0.03 < rate_of_false_positives(rng, 2000) < 0.065
