"""Sizes of experiments, and the size that an experiment needs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from ...errors import require

ENOUGH = 0.8
"""Share of experiments that is usually asked for (Cohen 1988)."""


@dataclass(frozen=True)
class Size:
    """How large an experiment is.

    Attributes
    ----------
    stimuli : int
    neurons : int
        In every subject.
    repeats : int
        Of every stimulus.
    subjects : int

    Examples
    --------
    >>> Size(stimuli=30, neurons=100, repeats=4)
    Size(stimuli=30, neurons=100, repeats=4, subjects=1)
    >>> Size(stimuli=3, neurons=100)
    Traceback (most recent call last):
    isocortex.errors.InputError: An experiment needs at least 5 stimuli; got 3.
    """

    stimuli: int
    neurons: int
    repeats: int = 1
    subjects: int = 1

    def __post_init__(self) -> None:
        least = {"stimuli": 5, "neurons": 2, "repeats": 1, "subjects": 1}
        for name, value in asdict(self).items():
            require(value >= least[name], f"An experiment needs at least {least[name]} {name}; got {value}.")


def needed(sizes: Sequence[int], shares: Sequence[float], enough: float = ENOUGH) -> float:
    """Return the size from which on a share is large enough, by interpolation on a logarithmic axis.

    The shares are made to increase with the size first, by isotonic regression.

    Parameters
    ----------
    sizes : sequence of int
        That increase.
    shares : sequence of float
    enough : float
        Default 0.8.

    Returns
    -------
    float
        The smallest size if its share is enough; infinite if that of the largest is not.

    Examples
    --------
    >>> needed([10, 40], [0.6, 1.0])
    20.0
    >>> needed([10, 40], [0.3, 0.5]), needed([10, 40], [0.9, 1.0])
    (inf, 10.0)
    """
    increasing = isotonic_regression(np.asarray(shares, float)).x
    reached = np.flatnonzero(increasing >= enough)
    if not len(reached):
        return float("inf")
    at = int(reached[0])
    if at == 0:
        return float(sizes[0])
    between = (enough - increasing[at - 1]) / (increasing[at] - increasing[at - 1])
    low, high = np.log(sizes[at - 1]), np.log(sizes[at])
    return round(float(np.exp(low + between * (high - low))), 6)
