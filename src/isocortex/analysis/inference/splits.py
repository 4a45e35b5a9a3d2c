"""Cross-validation splits that keep all repeats or trials of a group in the same fold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import xarray as xr

from ...errors import require
from ...shapes import PRNGKey


@dataclass(frozen=True, eq=False)
class Split:
    """One fold: the items that a model is fitted to, and the items that it is tested on.

    Attributes
    ----------
    train, test : array of int
        Positions along the dimension that was split.

    Examples
    --------
    >>> first, *others = splits(["a", "a", "b", "c"], 3)
    >>> first.train.tolist(), first.test.tolist()
    ([2, 3], [0, 1])
    """

    train: np.ndarray
    test: np.ndarray


def splits(
    labels: Sequence[Any] | np.ndarray | xr.DataArray,
    n_folds: int = 5,
    *,
    by: Sequence[str] | str = "stimulus",
    blocked: bool = False,
    key: PRNGKey | None = None,
) -> list[Split]:
    """Divide items into folds so that items of the same group are always in the same fold.

    Repeats of a stimulus, bins of a trial or trials of a session are not independent: a model that has seen one of
    them knows about the others. Every item is tested once.

    Parameters
    ----------
    labels : sequence, or DataArray
        The group of every item, such as the stimulus of every trial. Or responses, whose coordinates along one
        dimension are the groups; `by` names them.
    n_folds : int
        Number of folds. Default 5. As many as there are groups leaves one group out at a time.
    by : str or sequence of str
        For responses: the coordinates that a split must keep together, such as ``"stimulus"``, ``"trial"``,
        ``"subject"`` or several of them (items that share *any* of them stay together). Default "stimulus".
    blocked : bool
        Whether a fold is a run of neighbouring groups in the order in which they first appear, as for items that
        change slowly in time. Default False: groups are dealt out at random, or in turn without a `key`.
    key : key, optional
        Deals groups out at random.

    Returns
    -------
    list of Split
        With sorted positions.

    Raises
    ------
    InputError
        If there are fewer groups than folds, or fewer than two folds; or if a coordinate is missing.

    Examples
    --------
    >>> for split in splits(["a", "a", "b", "b", "c"], 3):
    ...     print(split.train, split.test)
    [2 3 4] [0 1]
    [0 1 4] [2 3]
    [0 1 2 3] [4]
    """
    groups = _groups(labels, [by] if isinstance(by, str) else list(by))
    n_groups = int(groups.max()) + 1 if len(groups) else 0
    require(n_folds >= 2, f"A cross-validation needs at least 2 folds; got {n_folds}.")
    require(
        n_groups >= n_folds,
        f"{n_groups} groups cannot be divided into {n_folds} folds; items that belong together stay together.",
    )
    require(not (blocked and key is not None), "Blocked folds keep the order of the items, so they take no key.")
    order = np.arange(n_groups) if key is None else np.asarray(jax.random.permutation(key, n_groups))
    fold_of_group = np.empty(n_groups, int)
    fold_of_group[order] = np.arange(n_groups) * n_folds // n_groups if blocked else np.arange(n_groups) % n_folds
    fold = fold_of_group[groups]
    return [Split(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(n_folds)]


def require_no_leak(folds: Sequence[Split], labels: Sequence[Any] | np.ndarray) -> None:
    """Raise an :class:`InputError` if a group is in training and test items, or an item is not tested exactly once.

    Parameters
    ----------
    folds : sequence of Split
        Made by any means.
    labels : sequence
        The group of every item.

    Examples
    --------
    >>> labels = ["a", "a", "b"]
    >>> require_no_leak(splits(labels, 2), labels)
    """
    groups = _codes(labels)
    tested = np.zeros(len(groups), int)
    for i, split in enumerate(folds):
        shared = np.intersect1d(groups[split.train], groups[split.test])
        if len(shared):
            leaked = np.asarray(labels)[groups == shared[0]].tolist()[0]
            require(False, f"Fold {i} leaks: {leaked!r} is in both its training and its test items.")
        tested += np.bincount(split.test, minlength=len(groups))
    require(bool((tested == 1).all()), f"Item {int((tested != 1).argmax())} is not tested exactly once.")


def _groups(labels: Any, by: list[str]) -> np.ndarray:
    """Return the code of every item's group; items that share any of several labels are of one group."""
    if not isinstance(labels, xr.DataArray):
        return _codes(labels)
    missing = [name for name in by if name not in labels.coords]
    require(
        not missing,
        f"The responses have no coordinate {', '.join(missing)}; they have {', '.join(map(str, labels.coords))}.",
    )
    along = {labels[name].dims for name in by}
    require(
        len(along) == 1 and len(next(iter(along))) == 1,
        f"The coordinates {', '.join(by)} do not lie along one dimension, so that no split can keep them together.",
    )
    codes = [_codes(labels[name].values) for name in by]
    joined = codes[0]
    for other in codes[1:]:
        joined = _connected(joined, other)
    return joined


def _codes(labels: Any) -> np.ndarray:
    """Return the number of every label, counted in the order of first appearance."""
    _, first, codes = np.unique(np.asarray(labels), return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[codes]


def _connected(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the groups of items that are connected by sharing a label of either kind."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n_a = int(a.max()) + 1
    edges = coo_array((np.ones(len(a)), (a, n_a + b)), shape=(n_a + int(b.max()) + 1,) * 2)
    return _codes(connected_components(edges, directed=False)[1][a])
