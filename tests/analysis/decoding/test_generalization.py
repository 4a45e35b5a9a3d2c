"""Codes that carry over and codes that do not; chance by shuffled labels."""

import jax
import numpy as np
import pytest

from isocortex import InputError, responses
from isocortex.analysis.decoding import ccgp, cross_temporal, decode, decode_across, permutation_test, shattering


def two_places(rng, *, alike, n=10, left_out=0):
    """Return two objects at two places, whose patterns are the same at both, or not; at one place some are missing."""
    patterns = rng.normal(size=(2, 2, 30))
    if alike:
        patterns[1] = patterns[0]
    place, shown = np.repeat([0, 1], 2 * n), np.tile([0, 1], 2 * n)
    x = 1.5 * patterns[place, shown] + rng.normal(size=(4 * n, 30))
    kept = slice(left_out, None)
    return responses(x[kept], stimuli=shown[kept], conditions={"place": place[kept]}, dims=["trial", "unit"])


def test_a_code_that_carries_over_and_one_that_does_not(rng):
    alike, other = (decode_across(two_places(rng, alike=same), across="place") for same in (True, False))
    assert alike.within > 0.9
    assert alike.across > 0.9
    assert other.within > 0.9
    assert 0.2 < other.across < 0.8


def test_within_a_place_scores_are_those_of_decoding_it_alone(rng):
    x = two_places(rng, alike=False)
    found = decode_across(x, across="place")
    for place in (0, 1):
        alone = decode(x.isel(trial=np.flatnonzero(x["place"] == place))).score()
        assert found.score.sel(trained=place, tested=place) == pytest.approx(float(alone))


def test_training_sizes_are_equal_where_trials_are_not(rng):
    """10 trials of each object at one place, 7 at the other: both train on what 7 leave, 5 or 6 in a fold."""
    found = decode_across(two_places(rng, alike=True, left_out=6), across="place")
    assert found.n_training == 12


def test_nothing_carries_over_to_one_condition(rng):
    x = two_places(rng, alike=True)
    with pytest.raises(InputError, match="nothing can carry over"):
        decode_across(x.assign_coords(same=("trial", np.zeros(40))), across="same")


@pytest.fixture
def course(rng):
    """Objects with one pattern at the first two times, and another at the third."""
    first, last = rng.normal(size=(2, 2, 25))
    shown = np.arange(40) % 2
    x = np.stack([first[shown], first[shown], last[shown]], axis=1) + rng.normal(size=(40, 3, 25))
    return responses(x, stimuli=shown, times=[0, 10, 20], dims=["trial", "time", "unit"])


def test_a_code_that_persists_makes_a_square(course):
    scores = cross_temporal(course)
    assert scores.dims == ("train_time", "time")
    assert (scores.values[:2, :2] > 0.9).all()
    assert scores.values[2, 2] > 0.9
    assert (np.abs(scores.values[[0, 1, 2, 2], [2, 2, 0, 1]] - 0.5) < 0.4).all()
    np.testing.assert_allclose(np.diag(scores), decode(course).score().values)


def test_times_are_needed_to_test_at_others(course):
    with pytest.raises(InputError, match="no dimension 'time'"):
        cross_temporal(course.isel(time=0, drop=True))


def test_shuffled_labels_give_chance(course, key):
    chance = permutation_test(course, key=key, n_permutations=60)
    assert chance.score.dims == ("relabelling", "time")
    assert np.abs(chance.score.mean("relabelling").values - 0.5).max() < 0.05  # 60 × 40 answers: 5 standard errors
    low, high = chance.interval()
    assert (low < 0.5).all()
    assert (high > 0.5).all()
    assert chance.p_of_the_largest(decode(course).score()).values == pytest.approx([1 / 61] * 3)
    assert chance.p(chance.score.isel(relabelling=0)).max() <= 1


def test_p_values_are_uniform_where_there_is_nothing_to_decode(rng, key):
    """40 noise data sets, 19 permutations: P(p ≤ 0.25) is 5/20 and binomial, 0.25 ± 3 × 0.068."""
    p = []
    for i in range(40):
        x = responses(rng.normal(size=(20, 5)), stimuli=[0, 1] * 10, dims=["trial", "unit"])
        chance = permutation_test(x, key=jax.random.fold_in(key, i), n_permutations=19, decoder="maximum-correlation")
        p.append(float(chance.p(decode(x, decoder="maximum-correlation").score())))
    assert np.mean(np.array(p) <= 0.25) < 0.25 + 3 * 0.068


def factors(rng, *, interaction):
    """Return trials of a side and a size, coded along two axes, or by their combination alone."""
    side, size = np.repeat([0, 0, 1, 1], 15), np.repeat([0, 1, 0, 1], 15)
    axes = 3 * rng.normal(size=(3, 30)) / np.sqrt(30)
    codes = np.stack([side - 0.5, size - 0.5, 2 * (side - 0.5) * (size - 0.5)], axis=1)
    x = (codes * ([0, 0, 6] if interaction else [6, 3, 0])) @ axes + rng.normal(size=(60, 30))
    conditions = {"side": side, "size": size}
    return responses(x, stimuli=2 * side + size, conditions=conditions, dims=["trial", "unit"])


def test_a_factor_with_an_axis_of_its_own_generalises_across_conditions(rng):
    found = ccgp(factors(rng, interaction=False), "side", condition="stimulus")
    assert found.sizes == {"pair": 4}
    assert found["left_out"].values[0] == "0 and 2"
    assert found.mean() > 0.9


def test_an_exclusive_or_does_not(rng):
    """Side is not in the code at all: what is learned from two conditions is turned round in the others."""
    assert ccgp(factors(rng, interaction=True), "side", condition="stimulus").mean() < 0.5


def test_two_axes_leave_one_of_three_splits_undecoded(rng):
    """Four conditions have three balanced splits: two are the axes, the third is their exclusive or."""
    flat = shattering(factors(rng, interaction=False))
    assert sorted(flat.score.values > 0.8) == [False, True, True]
    x = factors(rng, interaction=False)
    x = x + factors(rng, interaction=True).values
    assert (shattering(x).score > 0.75).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: ccgp(x, "stimulus", condition="stimulus"), "must have two values"),
        (lambda x: ccgp(x, "side", condition="size"), "has both values"),
        (lambda x: ccgp(x, "side", condition="side"), "the single condition"),
        (lambda x: shattering(x, "side"), "even number of conditions, from 4"),
        (lambda x: permutation_test(x, key=jax.random.key(0), n_permutations=0), "at least 1 permutation"),
    ],
)
def test_geometry_that_cannot_be_measured_is_said(rng, call, words):
    with pytest.raises(InputError, match=words):
        call(factors(rng, interaction=False))
