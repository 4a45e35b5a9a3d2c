"""Counts, reaction times and confusions beside direct computations; intervals beside SciPy."""

import numpy as np
import pytest
from scipy import stats

from isocortex import InputError
from isocortex.analysis import chronometric, confusion, reaction_times, tally


def test_counts_and_intervals_equal_scipys(rng):
    strength = rng.choice([0, 3.2, 6.4], 300).astype(np.float32)
    success = rng.uniform(size=(2, 300)) < 0.5 + strength / 20
    points = tally(strength, success)
    assert points["strength"].values.tolist() == [0, 3.2, 6.4]
    for seed in range(2):
        for i, level in enumerate(np.unique(strength)):
            some = success[seed, strength == level]
            interval = stats.binomtest(int(some.sum()), len(some)).proportion_ci(0.95, "wilson")
            at = points.isel(seed=seed, strength=i)
            assert (at["successes"], at["n"], at["share"]) == (some.sum(), len(some), some.mean())
            np.testing.assert_allclose([at["low"], at["high"]], interval, rtol=1e-10)


def test_mean_reaction_times_and_intervals_equal_scipys(rng):
    strength, times = np.repeat([1.0, 2.0, 3.0], 20), rng.normal(500, 50, 60)
    times[:5], times[40:] = np.nan, np.nan
    times[40] = 321.0
    curve = chronometric(strength, times)
    for i in range(2):
        some = times[(strength == i + 1) & np.isfinite(times)]
        interval = stats.t.interval(0.95, len(some) - 1, some.mean(), stats.sem(some))
        np.testing.assert_allclose(
            [curve[name].values[i] for name in ("rt", "low", "high")], [some.mean(), *interval], rtol=1e-10
        )
    assert curve["unanswered"].values.tolist() == [5, 0, 19]
    assert curve["rt"].values[2] == 321
    assert np.isnan(curve["low"].values[2])


def test_ramps_cross_where_they_should():
    """x = (t − 100)·slope reaches 1 at 100 + 1/slope; on a clock of 20 ms, at the next tick."""
    clock, slopes = np.arange(0, 2000, 20.0), np.array([0.001, 0.002, 0.0101, 0.0])
    x = (clock - 100).clip(0) * slopes[:, None]
    sides = np.array([1, -1, 1, 1])[:, None]
    rt, choice = reaction_times(np.stack([sides * x, -sides * x], -1), 1.0, times=clock, onset=100)
    np.testing.assert_array_equal(rt[:3], [1000, 500, 100])
    assert np.isnan(rt[3])
    assert choice.tolist() == [0, 1, 0, -1]


def test_crossings_before_the_onset_do_not_count():
    early = np.zeros((5, 2))
    early[0, 0], early[3, 1] = 1, 1
    assert [each.item() for each in reaction_times(early, 0.5, times=np.arange(5.0), onset=1)] == [2, 1]


def test_confusions_by_condition_count_every_trial_once(rng):
    truth, choice, context = rng.integers(0, 3, 500), rng.integers(-1, 3, 500), rng.integers(0, 2, 500)
    found = confusion(truth, choice, 3, condition=context)
    np.testing.assert_allclose(found.sum("chosen"), 1)
    assert found["n"].sum() == 500
    both = (truth == 1) & (context == 1)
    assert found.sel(condition=1, right=1, chosen=-1) == pytest.approx((choice[both] == -1).mean())
    assert np.isnan(confusion([0], [0], 2).sel(right=1)).all()


BAD = {
    "shapes": (lambda: tally([0.0, 1.0], [1]), "got \\(2,\\) and \\(1,\\)"),
    "success": (lambda: tally([0.0, 1.0], [1, 2]), "success must be 0 or 1"),
    "NaN": (lambda: chronometric([np.nan, 1.0], [1, 2]), "strength holds NaN"),
    "clock": (lambda: reaction_times(np.zeros((3, 2)), 1.0, times=[0.0, 1.0]), "each of 3 steps; got shape \\(2,\\)"),
    "options": (lambda: confusion([0, 2], [0, 1], 2), "Options must be 0 … 1"),
    "lengths": (lambda: confusion([0], [0, 1], 2), "one number a trial; got shapes \\(1,\\), \\(2,\\)"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    job, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        job()
