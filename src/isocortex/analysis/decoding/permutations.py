"""Chance by relabelling: the score of a decoder that was trained on shuffled labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import jax
import numpy as np
import xarray as xr

from ...errors import require
from ...shapes import PRNGKey
from .across import score_by_condition
from .plan import Plan, plan_of

AT_ONCE = 2**22
"""Numbers in the scores of the relabellings that are fitted together."""


@dataclass(frozen=True, eq=False)
class Chance:
    """Scores under shuffled labels.

    Attributes
    ----------
    score : DataArray, shape (relabelling, ...)

    Examples
    --------
    >>> from isocortex import responses
    >>> from isocortex.analysis import decoding
    >>> rng = np.random.default_rng(0)
    >>> signal = np.outer(np.arange(40) % 2, np.ones(10))
    >>> x = responses(signal + rng.normal(size=(40, 10)), stimuli=["face", "hand"] * 20, dims=["trial", "unit"])
    >>> chance = permutation_test(x, key=jax.random.key(0), n_permutations=99)
    >>> score = decoding.decode(x, decoder="lda").score()
    >>> bool(score > chance.interval()[1]), float(chance.p(score))
    (True, 0.03)
    """

    score: xr.DataArray

    def interval(self, confidence: float = 0.95) -> tuple[xr.DataArray, xr.DataArray]:
        """Return the limits that chance keeps with a probability of `confidence`."""
        low, high = (self.score.quantile(q, "relabelling") for q in ((1 - confidence) / 2, (1 + confidence) / 2))
        return low.drop_vars("quantile"), high.drop_vars("quantile")

    def p(self, score: xr.DataArray) -> xr.DataArray:
        """Return the p value of scores, one-sided: the share of relabellings that do as well, itself included."""
        n = self.score.sizes["relabelling"]
        return ((self.score >= score).sum("relabelling") + 1) / (n + 1)

    def p_of_the_largest(self, score: xr.DataArray, dim: str = "time") -> xr.DataArray:
        """Return p values that hold for all items of a dimension at once, by the largest score of each relabelling.

        The chance that any of them is below 0.05 under the null hypothesis is 5 % (Nichols & Holmes 2002,
        10.1002/hbm.1058).
        """
        return Chance(self.score.max(dim)).p(score)


def permutation_test(
    responses: xr.DataArray,
    target: str | Sequence[Any] | np.ndarray = "stimulus",
    *,
    key: PRNGKey,
    n_permutations: int = 200,
    decoder: Any = "lda",
    n_folds: int = 5,
    by: str | None = None,
    penalties: Sequence[float] | None = None,
    across: str | None = None,
) -> Chance:
    """Decode classes after their labels were shuffled among the training samples of each fold.

    Parameters
    ----------
    responses, target, decoder, n_folds, by, penalties
        As for :func:`decode`.
    across : str, optional
        Train in every value of this coordinate and test in every one, as :func:`decode_across` does; labels are
        shuffled within each. The scores then begin with the dimensions ``trained`` and ``tested``.
    key : key
    n_permutations : int
        Default 200.

    Returns
    -------
    Chance

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> x = responses(rng.normal(size=(40, 10)), stimuli=["face", "hand"] * 20, dims=["trial", "unit"])
    >>> chance = permutation_test(x, key=jax.random.key(0))
    >>> bool(abs(chance.score.mean() - 0.5) < 0.05)
    True
    """
    plan = plan_of(responses, target, decoder=decoder, n_folds=n_folds, by=by, penalties=penalties, conditions=across)
    if across is None:
        everything = [np.ones(len(plan.target.values), bool)]
        return Chance(shuffled_scores(plan, everything, key, n_permutations).squeeze(("trained", "tested")))
    labels = plan.samples.label(across)
    conditions = np.unique(labels)
    scores = shuffled_scores(plan, [labels == one for one in conditions], key, n_permutations)
    return Chance(scores.assign_coords(trained=conditions, tested=conditions))


def shuffled_scores(plan: Plan, conditions: Sequence[np.ndarray], key: PRNGKey, n_permutations: int) -> xr.DataArray:
    """Return scores by condition under shuffled labels, shape (trained, tested, relabelling, ...).

    Labels are shuffled among the samples of a fold and condition, whose classes stay equal in number.
    """
    require(plan.target.kind == "class", "Labels are shuffled of classes; take the control 'constant' for numbers.")
    require(n_permutations >= 1, f"A permutation test needs at least 1 permutation; got {n_permutations}.")
    coded = plan.target.coded()
    orders = np.tile(np.arange(len(coded)), (n_permutations, 1))
    strata = [fold.test[condition[fold.test]] for fold in plan.folds for condition in conditions]
    drawn = np.asarray(jax.random.uniform(key, orders.shape))
    for places in strata:
        orders[:, places] = places[drawn[:, places].argsort(axis=1)]
    outer = plan.samples.x.ndim - 2
    blocks = np.array_split(orders, ceil(n_permutations * plan.samples.x[..., 0].size * coded.shape[1] / AT_ONCE))
    found = [
        score_by_condition(plan, conditions, coded[block].reshape(len(block), *[1] * outer, *coded.shape))
        for block in blocks
        if len(block)
    ]
    return xr.concat(found, "relabelling")
