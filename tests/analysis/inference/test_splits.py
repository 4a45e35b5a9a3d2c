"""Splits: every item is tested once, groups stay together, and a planted leak is caught."""

import jax
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from isocortex import InputError
from isocortex.analysis.inference import Split, require_no_leak, splits


@given(
    labels=st.lists(st.integers(0, 5), min_size=6, max_size=40).filter(lambda x: len(set(x)) >= 3),
    folds=st.integers(2, 3),
    blocked=st.booleans(),
)
def test_no_group_is_in_both_parts_and_every_item_is_tested_once(labels, folds, blocked):
    require_no_leak(splits(labels, folds, blocked=blocked), labels)


def test_folds_are_as_equal_as_the_groups_allow():
    found = splits(np.repeat(np.arange(10), 3), 5, key=jax.random.key(0))
    assert [len(split.test) for split in found] == [6] * 5
    assert len({tuple(split.test) for split in found}) == 5


def test_blocks_are_runs_of_neighbours():
    assert [split.test.tolist() for split in splits(range(6), 3, blocked=True)] == [[0, 1], [2, 3], [4, 5]]
    assert [split.test.tolist() for split in splits(range(6), 3)] == [[0, 3], [1, 4], [2, 5]]


def test_a_planted_leak_is_caught():
    labels = ["a", "a", "b", "b"]
    straddling = [Split(np.array([0, 2]), np.array([1, 3])), Split(np.array([1, 3]), np.array([0, 2]))]
    with pytest.raises(InputError, match="Fold 0 leaks: 'a' is in both"):
        require_no_leak(straddling, labels)
    with pytest.raises(InputError, match="Item 2 is not tested exactly once"):
        require_no_leak([Split(np.array([2, 3]), np.array([0, 1]))], labels)


def trials() -> xr.DataArray:
    return xr.DataArray(
        np.zeros((6, 2)),
        dims=("trial", "unit"),
        coords={"stimulus": ("trial", [0, 0, 1, 1, 2, 3]), "session": ("trial", ["m", "n", "n", "o", "p", "p"])},
    )


def test_items_that_share_any_of_several_labels_stay_together():
    """Stimulus 0 joins sessions m and n, session n joins stimuli 0 and 1, and so on: two groups are left."""
    found = splits(trials(), 2, by=["stimulus", "session"])
    assert [split.test.tolist() for split in found] == [[0, 1, 2, 3], [4, 5]]
    assert len(splits(trials(), 4, by="stimulus")) == 4


@pytest.mark.parametrize(
    ("labels", "options", "said"),
    [
        (["a", "b"], {"n_folds": 3}, "2 groups cannot be divided into 3 folds"),
        (["a", "b"], {"n_folds": 1}, "at least 2 folds; got 1"),
        ([], {"n_folds": 2}, "0 groups"),
        (["a", "b"], {"n_folds": 2, "blocked": True, "key": jax.random.key(0)}, "keep the order"),
        (trials(), {"n_folds": 2, "by": "subject"}, "no coordinate subject; they have stimulus, session"),
    ],
)
def test_what_cannot_be_split_is_told(labels, options, said):
    with pytest.raises(InputError, match=said):
        splits(labels, **options)
