"""Similarities of models whose stimuli were permuted: what there is to find by chance."""

from collections.abc import Sequence

import numpy as np

from ...rdms import RDMs
from .similarities.similarity import similarity

AT_ONCE = 2**22
"""Dissimilarities of permuted models that are held at once."""


def orders_of(n_stimuli: int, n_permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Return orders of the stimuli, shape (1 + permutation, stimulus), of which the first changes nothing."""
    drawn = rng.permuted(np.tile(np.arange(n_stimuli), (n_permutations, 1)), axis=1)
    return np.concatenate([np.arange(n_stimuli)[None], drawn])


def permuted_similarities(models: Sequence[RDMs], data: RDMs, orders: np.ndarray, method: str) -> np.ndarray:
    """Return the mean similarity over seeds of each model, after its stimuli were put into other orders, with the data.

    Parameters
    ----------
    models : sequence of RDMs
        Complete, a row per seed.
    data : RDMs
    orders : array of int, shape (permutation, stimulus)
    method : str
        A similarity; see :func:`similarity`.

    Returns
    -------
    array, shape (permutation, model, row of data)
    """
    first, second = np.triu_indices(len(data.stimuli), 1)
    found = np.empty((len(orders), len(models), len(data)))
    for i, model in enumerate(models):
        squares = model.square()
        step = max(1, AT_ONCE // (len(model) * len(first)))
        for start in range(0, len(orders), step):
            some = orders[start : start + step]
            rows = squares[:, some[:, first], some[:, second]].reshape(-1, len(first))
            values = similarity(RDMs(rows, data.stimuli), data, method)
            found[start : start + step, i] = values.reshape(len(model), len(some), len(data)).mean(axis=0)
    return found
