"""Macaque IT, 132 neurons, seven objects (Zhang et al. 2011, 10.1073/pnas.1100999108): when objects come apart."""

import jax
import numpy as np
import pytest

from isocortex import read_zhang_desimone, rsa


@pytest.fixture(scope="module")
def population(recordings):
    return read_zhang_desimone(recordings / "zhang-desimone-it", key=jax.random.key(0))


@pytest.fixture(scope="module")
def course(population):
    """Mean crossnobis distance of the seven objects in windows of 100 ms, by their middle."""
    found = {}
    for time in population["time"].values:
        window = population.sel(time=time, drop=True)
        noise = rsa.noise_precision(window, "diagonal")
        found[float(time)] = rsa.rdm(window, "crossnobis", noise=noise).dissimilarities.mean()
    return found


def test_what_was_published_is_read(population):
    assert dict(population.sizes) == {"repeat": 57, "time": 19, "stimulus": 7, "unit": 132}
    assert set(population["stimulus"].values) == {"car", "couch", "face", "flower", "guitar", "hand", "kiwi"}
    assert set(population["position"].values) == {"lower", "middle", "upper"}


def test_objects_are_not_apart_before_they_are_shown(course):
    """Centred on 0: without differences the mean over pairs is, per unit, (2/R)·(F − 1) with 6 degrees of freedom.

    R = 57 repeats; its s.d. over 132 units, independent because shuffled, is (2/57)·√(2/6)/√132 = 0.0018. Nine windows,
    4 s.d.: a chance of 6e-4.
    """
    tolerance = 4 * 2 / 57 * np.sqrt(2 / 6 / 132)
    before = {time: distance for time, distance in course.items() if time <= -50}
    assert len(before) == 9
    assert max(abs(distance) for distance in before.values()) < tolerance
    assert course[200.0] > 30 * tolerance


def test_objects_are_farthest_apart_150_to_250_ms_after_they_came_on(course):
    assert 150 <= max(course, key=course.__getitem__) <= 250


def test_shuffling_leaves_no_covariance_to_whiten(population):
    """A pseudo-population has diagonal noise: the correlations of residuals are those of independent neurons.

    With ν = 392 degrees of freedom their squares average 1/ν. Position was held while shuffling and its effect is
    therefore taken off first, with 7 × 3 means: ν = 378.
    """
    window = population.sel(time=200, drop=True)
    residuals = (window.groupby("position") - window.groupby("position").mean()).transpose(..., "unit").values
    correlation = np.corrcoef(residuals.reshape(-1, 132).T)[np.triu_indices(132, 1)]
    assert (correlation**2).mean() * 378 == pytest.approx(1, abs=0.06)  # 4 s.e. of the mean of 8646 χ²(1): 4·√(2/8646)
